//! Where a project's run stands, for a person: what it does, what comes next, and what can be done about it.

use super::{
    Runs,
    live::{self, LastTool, context_window},
    resume, words,
};
use crate::{EngineError, OpenProject};
use harness_agent::process;
use harness_domain::{
    id::FeatureId,
    run::{Run, Session, Usage},
};

/// Rows of a transcript that are looked at for the last words and the last call.
const NEWEST: u64 = 40;

/// Where a project's run stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// The run that goes on, or else the last one.
    pub run: Option<Run>,
    /// Whether it goes on.
    pub is_running: bool,
    /// Whether one can be started.
    pub can_start: bool,
    /// Whether it can be told to end after its session.
    pub can_pause: bool,
    /// Whether it can be told to end now.
    pub can_stop: bool,
    /// What it does, in a sentence.
    pub words: String,
    /// What comes next, in a sentence; empty when nothing does.
    pub next: String,
    /// Until when it waits, when it waits for a time.
    pub until_ms: Option<i64>,
    /// The session that goes on.
    pub session: Option<SessionOutlook>,
    /// The process that has it, when it is another one.
    pub elsewhere: Option<u32>,
    /// How long the rest takes at the pace so far, in milliseconds.
    pub estimate_ms: Option<i64>,
}

/// A session that goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionOutlook {
    /// As stored.
    pub session: Session,
    /// From 1, within the run.
    pub number: u32,
    /// The card it works on.
    pub feature: Option<FeatureId>,
    /// The model that answers.
    pub model: Option<String>,
    /// Turns so far.
    pub turns: u32,
    /// Tokens so far.
    pub usage: Usage,
    /// Tokens the model had before it.
    pub context_tokens: Option<u64>,
    /// Tokens it can have.
    pub context_window: u64,
    /// What it last wrote.
    pub last_text: Option<String>,
    /// What it last did.
    pub last_tool: Option<LastTool>,
    /// Rows of its transcript.
    pub rows: u64,
}

/// How this process takes part in a project's run.
#[derive(Default)]
pub(super) struct Here {
    pub is_hosted: bool,
    pub is_stopping: bool,
    pub is_pausing: bool,
    pub waiting: Option<(i64, String)>,
}

/// The process that has the project's run, when it is alive and not this one.
pub(super) fn elsewhere(project: &OpenProject) -> Result<Option<u32>, EngineError> {
    let own = process::own();
    let unfinished = project.store.runs_unfinished()?;
    let found = unfinished.iter().rev().find(|found| found.host != own && harness_agent::is_alive(found.host));
    Ok(found.map(|found| found.host.pid))
}

impl Runs {
    /// Where the project's run stands.
    pub fn outlook(&self, project: &OpenProject) -> Result<Outlook, EngineError> {
        let (here, heard) = self.here(project);
        let store = &project.store;
        let run = store.runs(1)?.pop();
        let elsewhere = if here.is_hosted { None } else { elsewhere(project)? };
        let is_running = here.is_hosted || elsewhere.is_some();
        let counts = store.counts()?;
        let session = match &run {
            Some(run) if is_running && run.end.is_none() => session(project, run, heard)?,
            _ => None,
        };
        let now_ms = project.app.clock.now_ms();
        let held = run.as_ref().and_then(|run| run.paused_until_ms).filter(|until_ms| *until_ms > now_ms);
        let waiting = here.waiting.as_ref().filter(|(until_ms, _)| *until_ms > now_ms && session.is_none());
        let until_ms = waiting.map(|(until_ms, _)| *until_ms).or(held.filter(|_| session.is_none()));
        let facts = words::Facts {
            project,
            run: run.as_ref(),
            is_running,
            here: &here,
            session: session.as_ref(),
            until_ms,
            counts: &counts,
            cut_off: if is_running { None } else { resume::words(project, run.as_ref())? },
        };
        let (words, next) = (facts.words()?, facts.next()?);
        let left = counts.total.saturating_sub(counts.done);
        let is_steerable = elsewhere.is_some() || (here.is_hosted && !here.is_stopping);
        let missing = !project.dir().is_dir();
        Ok(Outlook {
            is_running,
            can_start: !is_running && !missing,
            can_pause: is_steerable && !here.is_pausing,
            can_stop: is_steerable,
            words,
            next,
            until_ms,
            session,
            elsewhere,
            estimate_ms: store.pace_ms()?.filter(|_| left > 0).map(|pace_ms| pace_ms.saturating_mul(i64::from(left))),
            run,
        })
    }

    /// What this process knows of the run, and of its session.
    fn here(&self, project: &OpenProject) -> (Here, Option<Heard>) {
        let mut state = self.state();
        let Some(hosted) = state.hosted.get_mut(&project.project.id) else { return (Here::default(), None) };
        hosted.live.catch_up();
        let live = &hosted.live;
        let here = Here {
            is_hosted: true,
            is_stopping: hosted.control.is_stopping(),
            is_pausing: hosted.control.is_pausing(),
            waiting: live.waiting.clone(),
        };
        let heard = live.session.as_ref().map(|_| Heard {
            model: live.model.clone(),
            turns: live.turns,
            usage: live.usage,
            context_tokens: live.context_tokens,
            last_text: live.last_text.clone(),
            last_tool: live.last_tool.clone(),
        });
        (here, heard)
    }
}

/// What the events told of a session.
#[derive(Default)]
struct Heard {
    model: Option<String>,
    turns: u32,
    usage: Usage,
    context_tokens: Option<u64>,
    last_text: Option<String>,
    last_tool: Option<LastTool>,
}

fn session(project: &OpenProject, run: &Run, heard: Option<Heard>) -> Result<Option<SessionOutlook>, EngineError> {
    let store = &project.store;
    let sessions = store.sessions_of(run.id)?;
    let number = u32::try_from(sessions.len()).unwrap_or(u32::MAX);
    let Some(session) = sessions.into_iter().next_back().filter(|last| last.outcome.is_none()) else {
        return Ok(None);
    };
    let rows = store.transcript_len(&session.id)?;
    let mut heard = heard.unwrap_or_default();
    if heard.last_text.is_none() || heard.last_tool.is_none() || heard.context_tokens.is_none() {
        let newest = store.transcript_window(&session.id, rows.saturating_sub(NEWEST) + 1, 100)?;
        let (text, tool, model, context) = live::of_rows(&newest, project.dir());
        heard.last_text = heard.last_text.or(text);
        heard.last_tool = heard.last_tool.or(tool);
        heard.model = model.or(heard.model);
        heard.context_tokens = heard.context_tokens.or(context);
    }
    let claimed = store.claimed_by(&session.id)?.map(|card| card.id);
    Ok(Some(SessionOutlook {
        number,
        feature: claimed.or(session.feature),
        context_window: context_window(heard.model.as_deref()),
        model: heard.model,
        turns: heard.turns.max(session.turns),
        usage: if heard.usage == Usage::default() { session.usage } else { heard.usage },
        context_tokens: heard.context_tokens,
        last_text: heard.last_text,
        last_tool: heard.last_tool,
        rows,
        session,
    }))
}
