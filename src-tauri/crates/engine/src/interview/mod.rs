//! Interviews: a person and Claude work a specification out in a chat. The agent reads the project, asks, and puts parts
//! into a draft; a person accepts the draft. What was said survives every restart.

mod desk;
mod host;
mod line;
mod problem;
mod talk;

pub use desk::{Desk, DraftState};
pub use line::Patience;
pub use problem::Problem;
pub use talk::{Activity, Retrying};

use crate::{
    EngineError, OpenProject, redact,
    requests::{self, Part},
    runs::Runs,
    session::ToolServer,
    specs::{self, FoundSpec},
};
use harness_domain::{
    id::ProjectId,
    interview::{Interview, InterviewState, Remark, Speaker},
    spec::{draft::Draft, manifest},
};
use harness_store::{NewInterview, StoreError, StoredInterview};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use talk::{Talk, draft_of};

/// More than this nobody says at once, in bytes.
const MOST_WORDS: usize = 200_000;

/// The interviews of this process. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct Interviews {
    inner: Arc<Inner>,
}

struct Inner {
    runs: Runs,
    tools: Arc<dyn ToolServer>,
    talks: Mutex<HashMap<ProjectId, Arc<Talk>>>,
    patience: Patience,
}

/// What a person chooses for an interview.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The specification that it is about: `main`, or a name of its own.
    pub spec: String,
    /// The model; none leaves the choice to the project's settings, then to the CLI.
    pub model: Option<String>,
    /// Money to spend at most, in US dollars.
    pub budget_usd: f64,
    /// A scripted model answers: the scenario's name.
    pub rehearsal: Option<String>,
}

/// An interview as a person sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// The interview.
    pub interview: Interview,
    /// What was said, oldest first.
    pub remarks: Vec<Remark>,
    /// What happens this moment.
    pub activity: Activity,
    /// What the agent has written of the text that it writes now.
    pub partial: String,
    /// What it does besides writing, such as `Read src/app.js`.
    pub doing: Option<String>,
    /// Why it takes longer: the API did not answer.
    pub retrying: Option<Retrying>,
    /// What it asks and waits for; nothing when it does not.
    pub question: Vec<Part>,
    /// Why it does not go on, when it does not.
    pub problem: Option<Problem>,
    /// The draft's text.
    pub draft: String,
}

impl Interviews {
    /// None yet. Agents get `tools`, and end with the `runs` of this process.
    pub fn new(runs: Runs, tools: Arc<dyn ToolServer>) -> Self {
        Self::with_patience(runs, tools, Patience::default())
    }

    /// The same, with another patience than the usual one.
    pub fn with_patience(runs: Runs, tools: Arc<dyn ToolServer>, patience: Patience) -> Self {
        Self { inner: Arc::new(Inner { runs, tools, talks: Mutex::default(), patience }) }
    }

    /// Begins an interview with the person's first words. A specification that exists is what its draft begins with.
    ///
    /// Fails with `InterviewOpen` while another one goes on in the project, and with `Refused` for words that hold a
    /// credential, are empty or very long.
    pub fn start(&self, project: &OpenProject, chosen: Chosen, words: &str) -> Result<View, EngineError> {
        manifest::check_name(&chosen.spec)?;
        let words = checked(words)?;
        let known = specs::list(project)?.into_iter().find(|found| found.name == chosen.spec);
        let draft = known.map(|found| Draft::of(&found.spec.text)).unwrap_or_default();
        let draft = serde_json::to_string(&draft).map_err(|error| EngineError::Refused(error.to_string()))?;
        let Chosen { spec, model, budget_usd, rehearsal } = chosen;
        let new = NewInterview { spec, rehearsal, model, budget_usd, draft };
        project.store.interview_start(new, project.app.clock.now_ms())?;
        self.speak(project, words)
    }

    /// Says something, in an interview that goes on. A question that waits is answered with it. `budget_usd` changes what
    /// may be spent.
    ///
    /// Fails as [`Interviews::start`] does, with `InterviewOver` when none goes on, and with `Refused` when the budget is
    /// used up.
    pub fn send(&self, project: &OpenProject, words: &str, budget_usd: Option<f64>) -> Result<View, EngineError> {
        let words = checked(words)?;
        let talk = self.talk(project)?;
        if let Some(budget_usd) = budget_usd {
            project.store.interview_budget(talk.id, budget_usd)?;
        }
        if talk.state().question.is_some() {
            talk.answer(&[words], true)?;
            return self.view(project, &talk);
        }
        self.speak(project, words)
    }

    /// Answers the question that waits, one answer for each of its parts. Fails with `Refused` when the answers do not fit.
    pub fn answer(&self, project: &OpenProject, answers: &[String]) -> Result<View, EngineError> {
        let talk = self.talk(project)?;
        talk.answer(answers, false)?;
        self.view(project, &talk)
    }

    /// Stops what the agent does now; the interview goes on with the next thing that is said.
    pub fn stop(&self, project: &OpenProject) -> Result<View, EngineError> {
        let talk = self.talk(project)?;
        hang_up(&talk);
        self.view(project, &talk)
    }

    /// The interview that goes on, or else the last one; none when there never was one.
    pub fn get(&self, project: &OpenProject) -> Result<Option<View>, EngineError> {
        let Some(stored) = project.store.interview_latest()? else { return Ok(None) };
        match stored.interview.state {
            InterviewState::Open => {
                let talk = self.talk(project)?;
                self.view(project, &talk).map(Some)
            }
            _ => still(project, stored).map(Some),
        }
    }

    /// Makes the draft the specification and ends the interview. What the specification said stays in its history.
    /// `seen` is the draft as the person saw it.
    ///
    /// Fails with `InterviewOver` when none goes on, with `Refused` when nothing is in the draft, with `DraftChanged` when
    /// it is not the one that was seen, and as [`specs::write`] does: then the interview goes on, and nothing was written.
    pub fn accept(&self, project: &OpenProject, seen: &str) -> Result<(View, FoundSpec), EngineError> {
        let talk = self.talk(project)?;
        // The agent may be writing: what becomes the specification is what was looked at, or nothing.
        let _alone = talk.drafting();
        let stored = project.store.interview(talk.id)?;
        let text = draft_of(&stored.draft).text();
        if text.is_empty() {
            return Err(EngineError::Refused(
                "nothing is in the draft yet: go on talking, or end the interview".into(),
            ));
        }
        if seen != text {
            return Err(EngineError::DraftChanged);
        }
        let written = specs::write(project, &stored.interview.spec, &text, None)?;
        Ok((self.over(project, &talk, InterviewState::Accepted)?, written))
    }

    /// Ends the interview that goes on. Its draft is kept with it, and becomes nothing.
    pub fn end(&self, project: &OpenProject) -> Result<View, EngineError> {
        let talk = self.talk(project)?;
        self.over(project, &talk, InterviewState::Ended)
    }

    /// Lets go of a project that is no longer registered.
    pub fn forget(&self, project: ProjectId) {
        if let Some(talk) = self.talks().remove(&project) {
            hang_up(&talk);
        }
    }

    fn over(&self, project: &OpenProject, talk: &Talk, state: InterviewState) -> Result<View, EngineError> {
        let ended = project.store.interview_end(talk.id, state, project.app.clock.now_ms())?;
        self.forget(project.project.id);
        talk.tell();
        still(project, ended)
    }

    /// Keeps what the person says, and says it.
    fn speak(&self, project: &OpenProject, words: String) -> Result<View, EngineError> {
        let talk = self.talk(project)?;
        let Interview { cost_usd, budget_usd, .. } = project.store.interview(talk.id)?.interview;
        if cost_usd >= budget_usd {
            return Err(EngineError::Refused(format!(
                "the budget of this interview is used up (${cost_usd:.2} of ${budget_usd:.2}): allow more, or accept the \
                 draft as it is"
            )));
        }
        talk.said(Speaker::Person, &words);
        let Inner { runs, tools, patience, .. } = self.inner.as_ref();
        line::say(&talk, runs, tools, *patience, words);
        self.view(project, &talk)
    }

    /// The interview that goes on. Fails with `InterviewOver`, or `Refused` when there never was one.
    fn talk(&self, project: &OpenProject) -> Result<Arc<Talk>, EngineError> {
        let Some(StoredInterview { interview, .. }) = project.store.interview_latest()? else {
            return Err(EngineError::Refused("no interview was begun in this project".into()));
        };
        if interview.state != InterviewState::Open {
            return Err(StoreError::InterviewOver(interview.id).into());
        }
        let mut talks = self.talks();
        if let Some(talk) = talks.get(&project.project.id).filter(|talk| talk.id == interview.id) {
            return Ok(talk.clone());
        }
        let talk = Arc::new(Talk::new(project.clone(), interview.id));
        talks.insert(project.project.id, talk.clone());
        Ok(talk)
    }

    fn view(&self, project: &OpenProject, talk: &Talk) -> Result<View, EngineError> {
        let at_rest = still(project, project.store.interview(talk.id)?)?;
        let state = talk.state();
        Ok(View {
            activity: state.activity,
            partial: redact::text(&state.partial).into_owned(),
            doing: state.doing.clone(),
            retrying: state.retrying.clone(),
            question: state.question.as_ref().map(|asked| requests::parts_of(&asked.fields)).unwrap_or_default(),
            problem: state.problem.clone(),
            ..at_rest
        })
    }

    fn talks(&self) -> MutexGuard<'_, HashMap<ProjectId, Arc<Talk>>> {
        // Whole after every statement, so a panic elsewhere cannot have left it half-changed.
        self.inner.talks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hang_up(talk: &Talk) {
    let state = talk.state();
    if let Some(line) = &state.line {
        line.hang_up.cancel();
    }
}

/// An interview in which nothing happens.
fn still(project: &OpenProject, stored: StoredInterview) -> Result<View, EngineError> {
    Ok(View {
        remarks: project.store.remarks(stored.interview.id)?,
        draft: draft_of(&stored.draft).text(),
        interview: stored.interview,
        activity: Activity::Idle,
        partial: String::new(),
        doing: None,
        retrying: None,
        question: Vec::new(),
        problem: None,
    })
}

fn checked(words: &str) -> Result<String, EngineError> {
    let words = words.trim();
    if words.is_empty() {
        return Err(EngineError::Refused("say something first".into()));
    }
    if words.len() > MOST_WORDS {
        let why = format!("that is {} bytes, more than the {MOST_WORDS} that are sent at once", words.len());
        return Err(EngineError::Refused(format!("{why}: put it into a file of the project, and name the file")));
    }
    redact::refuse_secret("the message", words)?;
    Ok(words.to_owned())
}
