//! The process behind an interview: started when something is said, kept while the conversation goes on, ended when
//! nobody speaks, and begun again from where it was.

use super::{
    Desk, Problem,
    host::{InterviewHost, TOOLS},
    talk::{Activity, Line, Talk, draft_of},
};
use crate::{
    EngineError, OpenProject, git, prompts,
    runs::Runs,
    session::{
        RunOptions, ToolServer,
        conduct::{refuse_weaker, who_pays},
        guard::SessionGuard,
        launch::Start,
        prompt,
    },
    specs,
};
use harness_agent::{Handle, Launch, SessionEnd, env::child_environment, locate::locate};
use harness_domain::{
    failure::Outcome,
    id::SessionId,
    interview::{Interview, Speaker},
    prompt::Values,
};
use harness_rehearsal::{Rehearsal, Scenario};
use harness_store::StoredInterview;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long a process waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long it is kept while it is the person's turn. What was said is kept by the CLI as well, so the next one goes on
    /// from there; it only takes a second more.
    pub kept: Duration,
    /// How often that is looked at.
    pub look: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { kept: Duration::from_secs(180), look: Duration::from_secs(5) }
    }
}

/// The most of the conversation that a process is told which cannot go on from where another was.
const MOST_DIALOGUE_BYTES: usize = 60_000;

/// What a script is found by.
const ROLE: &str = "interviewer";

/// Says something to the interview's agent; starts its process when there is none.
pub(super) fn say(talk: &Arc<Talk>, runs: &Runs, tools: &Arc<dyn ToolServer>, patience: Patience, words: String) {
    let mut state = talk.state();
    (state.problem, state.retrying) = (None, None);
    if let Some(line) = &mut state.line {
        line.idle_since = None;
        match &line.handle {
            Some(handle) if !line.hang_up.is_cancelled() => handle.say(words),
            // Nobody hears it yet, or no longer.
            _ => line.unsaid.push(words),
        }
        state.activity = state.activity.max_of(Activity::Thinking);
        return;
    }
    let hang_up = CancellationToken::new();
    let number = state.next_line();
    state.line = Some(Line { number, handle: None, unsaid: Vec::new(), hang_up: hang_up.clone(), idle_since: None });
    state.activity = Activity::Starting;
    drop(state);
    let (talk, held_by, tools) = (talk.clone(), runs.clone(), tools.clone());
    runs.track(async move {
        let held = hold(&talk, &held_by, &tools, words, (&hang_up, patience)).await;
        let mut state = talk.state();
        let unsaid = match &mut state.line {
            Some(line) if line.number == number => std::mem::take(&mut line.unsaid),
            _ => return, // it was let go, and whatever is said now is said to another one
        };
        let problem = match &held {
            Ok(SessionEnd { outcome: Outcome::Completed, .. }) if state.activity != Activity::Idle => {
                Some(Problem::unanswered())
            }
            Ok(end) => Problem::of(&end.outcome),
            Err(error) => Some(Problem::of_error(error)),
        };
        state.hang_up(problem);
        drop(state);
        let is_open = || talk.project.store.interview(talk.id).is_ok_and(|now| now.interview.ended_at_ms.is_none());
        if !unsaid.is_empty() && hang_up.is_cancelled() && is_open() {
            // What was said while it went away is said to the next one.
            say(&talk, &held_by, &tools, patience, unsaid.join("\n\n"));
        }
        talk.tell();
    });
}

impl Activity {
    /// A start under way stays one.
    fn max_of(self, other: Self) -> Self {
        if self == Activity::Starting { self } else { other }
    }
}

/// One process from its start to its end, or two where the first cannot go on from where the last one was.
async fn hold(
    talk: &Arc<Talk>,
    runs: &Runs,
    tools: &Arc<dyn ToolServer>,
    words: String,
    (hang_up, patience): (&CancellationToken, Patience),
) -> Result<SessionEnd, EngineError> {
    let (_instance, closing) = runs.beside(&format!("an interview about {}", talk.project.dir().display()))?;
    let stored = talk.project.store.interview(talk.id)?;
    let setting = Setting::prepare(&talk.project, &stored.interview).await?;
    let ends = Ends { hang_up, closing: &closing, patience };
    let (end, is_set_up) = converse(talk, &setting, &stored, tools, words.clone(), &ends).await?;
    if stored.session.is_none() || is_set_up || matches!(end.outcome, Outcome::Stopped | Outcome::NotStarted { .. }) {
        return Ok(end);
    }
    // What the CLI kept of it is gone. What was said is here too.
    tracing::info!(interview = %talk.id, code = end.outcome.code(), "the conversation is begun anew with what was said");
    talk.project.store.interview_session(talk.id, None)?;
    let stored = StoredInterview { session: None, ..talk.project.store.interview(talk.id)? };
    Ok(converse(talk, &setting, &stored, tools, words, &ends).await?.0)
}

/// What ends a process besides its own end.
struct Ends<'a> {
    hang_up: &'a CancellationToken,
    closing: &'a CancellationToken,
    patience: Patience,
}

/// What every process of an interview is started with.
struct Setting {
    cli: std::path::PathBuf,
    options: RunOptions,
    rehearsal: Option<Rehearsal>,
}

impl Setting {
    async fn prepare(project: &OpenProject, interview: &Interview) -> Result<Self, EngineError> {
        let scenario = interview.rehearsal.as_deref().map(Scenario::load).transpose()?;
        let mut options = RunOptions { rehearsal: scenario.clone(), ..RunOptions::default() };
        refuse_weaker(project, &options, &harness_sandbox::probe())?;
        if scenario.is_none() {
            options.account = Some(who_pays(project).await?);
        }
        let cli = locate(None, &child_environment(std::env::vars_os())).await?.path;
        // The CLI's own installer leaves a link; inside the walls only what it leads to can be shown.
        let cli = cli.canonicalize().unwrap_or(cli);
        let rehearsal = match scenario {
            Some(scenario) => Some(Rehearsal::start(scenario).await.map_err(|source| EngineError::File {
                path: "127.0.0.1".into(),
                action: "listened on",
                source,
            })?),
            None => None,
        };
        Ok(Self { cli, options, rehearsal })
    }
}

/// One process. Also says whether the CLI came as far as to set the session up.
async fn converse(
    talk: &Arc<Talk>,
    setting: &Setting,
    stored: &StoredInterview,
    tools: &Arc<dyn ToolServer>,
    words: String,
    ends: &Ends<'_>,
) -> Result<(SessionEnd, bool), EngineError> {
    let project = &talk.project;
    let session = SessionId(Uuid::new_v4().to_string());
    let guard = Arc::new(SessionGuard::new(project, &session)?);
    let left_usd = stored.interview.budget_usd - stored.interview.cost_usd;
    let start = Start {
        project,
        options: &setting.options,
        cli: &setting.cli,
        home: None,
        rehearsal: setting.rehearsal.as_ref(),
        session: &session,
        role: ROLE,
        tools: TOOLS.map(str::to_owned).to_vec(),
        may_write: false,
        granted: guard.granted(project),
        hosts: guard.hosts(),
        mcp_tools: tools.interview_names(),
        budget_left_usd: Some(left_usd.max(0.01)),
    };
    let (mut launch, _gate) = start.launch()?;
    address(&mut launch, project, stored, words)?;
    let host = Arc::new(InterviewHost {
        talk: talk.clone(),
        guard,
        channel: tools.open_interview(Desk { talk: talk.clone() }),
        spent_usd: stored.interview.cost_usd,
        is_set_up: AtomicBool::new(false),
    });
    let running = match harness_agent::start(launch, host.clone()).await {
        Ok(running) => running,
        Err(error) => return Ok((SessionEnd::without_process(error.outcome()), false)),
    };
    let handle = running.handle();
    {
        let mut state = talk.state();
        state.activity = Activity::Thinking;
        if let Some(line) = &mut state.line {
            if !ends.hang_up.is_cancelled() {
                line.unsaid.drain(..).for_each(|words| handle.say(words));
            }
            line.handle = Some(handle.clone());
        }
    }
    talk.tell();
    let mut finished = std::pin::pin!(running.finished());
    let mut look = tokio::time::interval(ends.patience.look);
    let mut is_kept = false;
    let end = loop {
        tokio::select! {
            end = &mut finished => break end,
            () = ends.hang_up.cancelled() => {
                handle.stop();
                break finished.await;
            }
            () = ends.closing.cancelled() => {
                handle.stop();
                break finished.await;
            }
            _ = look.tick() => {
                if !is_kept && host.is_set_up.load(Ordering::Acquire) {
                    // From now on the CLI can go on from here.
                    is_kept = true;
                    if let Err(error) = project.store.interview_session(talk.id, Some(&session)) {
                        tracing::debug!(interview = %talk.id, %error, "its session was not remembered");
                    }
                }
                leave_when_idle(talk, &handle, ends.patience.kept);
            }
        }
    };
    let is_set_up = host.is_set_up.load(Ordering::Acquire);
    if is_set_up && !is_kept && project.store.interview(talk.id)?.interview.ended_at_ms.is_none() {
        project.store.interview_session(talk.id, Some(&session))?;
    }
    project.store.interview_cost(talk.id, stored.interview.cost_usd + end.cost_usd)?;
    Ok((end, is_set_up))
}

/// Lets a process go on which nobody has spoken for a while. What is said from this moment on goes to a new one.
fn leave_when_idle(talk: &Talk, handle: &Handle, kept: Duration) {
    let mut state = talk.state();
    let idle = state.line.as_ref().and_then(|line| line.idle_since);
    if state.activity == Activity::Idle && idle.is_some_and(|since| since.elapsed() >= kept) {
        state.line = None;
        handle.leave();
    }
}

/// Tells the agent what it is here for, and what the person says.
fn address(
    launch: &mut Launch,
    project: &OpenProject,
    stored: &StoredInterview,
    words: String,
) -> Result<(), EngineError> {
    let resumed = stored.session.as_ref().and_then(|session| Uuid::parse_str(&session.0).ok());
    launch.append_system_prompt = Some(prompts::fill(project.dir(), "interview.md", &values(project, stored)?)?);
    launch.prompt = words;
    launch.model = stored.interview.model.clone().or_else(|| project.settings.model.clone());
    launch.resume = resumed;
    launch.is_conversation = true;
    Ok(())
}

fn values(project: &OpenProject, stored: &StoredInterview) -> Result<Values, EngineError> {
    let interview = &stored.interview;
    let found = specs::list(project)?;
    let shown = found.iter().map(|found| (&found.name[..], &found.file[..], &found.spec.text[..]));
    let has_history = git::head(project.dir()).ok().flatten().is_some();
    let mode_note = match (&interview.rehearsal, has_history) {
        (Some(_), _) => "This is a rehearsal: a scripted model answers.",
        (None, true) => "The project has files and a history already: look at them before you ask what they answer.",
        (None, false) => "The project is new: there are no files to look at yet.",
    };
    Ok(Values {
        project_name: project.project.name.clone(),
        project_dir: project.dir().display().to_string(),
        role: ROLE.into(),
        specs: prompt::specs(shown),
        progress: prompt::progress(project)?,
        mode_note: mode_note.into(),
        draft: format!("The specification `{}`.\n\n{}", interview.spec, draft_of(&stored.draft).text()),
        dialogue: match stored.session {
            Some(_) => String::new(),
            None => dialogue(project, interview)?,
        },
        ..Values::default()
    })
}

/// What was said before, the newest last; of a very long conversation the end. The newest words of the person are no part
/// of it: they are said themselves.
fn dialogue(project: &OpenProject, interview: &Interview) -> Result<String, EngineError> {
    let mut said = project.store.remarks(interview.id)?;
    if said.last().is_some_and(|last| last.speaker == Speaker::Person) {
        said.pop();
    }
    let mut lines = Vec::new();
    let mut bytes = 0;
    for remark in said.iter().rev() {
        let who = match remark.speaker {
            Speaker::Person => "The person",
            Speaker::Agent => "You",
        };
        let line = format!("{who}: {}", remark.text);
        bytes += line.len();
        if bytes > MOST_DIALOGUE_BYTES {
            break;
        }
        lines.push(line);
    }
    lines.reverse();
    Ok(lines.join("\n\n"))
}
