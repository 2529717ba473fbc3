//! One session of the CLI, from its start to the end of its last process.

use super::{
    RunControl, RunOptions, ToolServer,
    approval::Approvals,
    guard::SessionGuard,
    host::SessionHost,
    launch::{self, Start},
    prompt::{self, Assignment},
    record::Recorder,
    watch::SessionWatch,
};
use crate::{
    EngineError, OpenProject, images, redact,
    specs::ProjectSpec,
    toolbox::{Scope, Toolbox},
    verify::Verifier,
};
use harness_agent::{Launch, SessionEnd};
use harness_domain::{
    checkpoint::CheckpointKind,
    event::Event,
    failure::Outcome,
    feature::Feature,
    id::{RunId, SessionId},
    loops::Loop,
    run::Role,
};
use harness_rehearsal::Rehearsal;
use harness_store::NewSession;
use std::{
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError, atomic::AtomicBool},
    time::Duration,
};
use uuid::Uuid;

/// How often a living session's claim is renewed: a small part of what a claim lasts, and soon after the computer slept.
const RENEWAL: Duration = Duration::from_secs(60);

/// What all sessions of a run share.
pub(super) struct Stage<'a> {
    pub project: &'a OpenProject,
    pub options: &'a RunOptions,
    pub control: &'a RunControl,
    pub tools: &'a Arc<dyn ToolServer>,
    pub rehearsal: Option<&'a Rehearsal>,
    pub cli: &'a Path,
    pub run: RunId,
    pub specs: &'a [ProjectSpec],
}

/// What one session is for.
pub(super) struct Task<'a> {
    pub id: SessionId,
    pub role: Role,
    /// Claimed for the session already.
    pub feature: Option<&'a Feature>,
    pub targets: &'a [Feature],
    /// From 1, within the run.
    pub number: u32,
    pub budget_left_usd: Option<f64>,
    pub unfinished: Option<&'a str>,
    /// Why a session before it that had the same to do, and no card to note it on, was ended for going in circles.
    pub earlier_loop: Option<&'a str>,
}

/// How a session went.
pub(super) struct Finished {
    pub toolbox: Toolbox,
    pub end: SessionEnd,
    pub last_words: Option<String>,
    /// The loop it was ended for.
    pub looped: Option<Loop>,
}

impl Stage<'_> {
    /// The tools of a session, bound to it.
    pub fn toolbox(&self, session: &SessionId, role: Role) -> Toolbox {
        let scope =
            Scope { session: session.clone(), run: Some(self.run), role: Some(role), is_quick: self.options.is_quick };
        let verifier = Verifier::new(self.project.clone());
        Toolbox::new(self.project.clone(), scope, verifier, self.control.stopping().child_token())
    }

    /// Runs one session to its end. Its transcript is complete when this returns.
    pub async fn play(&self, task: &Task<'_>, toolbox: Toolbox) -> Result<Finished, EngineError> {
        let project = self.project;
        let names = self.tools.names(task.role);
        let guard = Arc::new(SessionGuard::new(project, &task.id)?);
        let start = Start {
            granted: guard.granted(project),
            hosts: guard.hosts(),
            project,
            options: self.options,
            cli: self.cli,
            home: None,
            rehearsal: self.rehearsal,
            session: &task.id,
            role: task.role.as_str(),
            tools: launch::tools(task.role),
            may_write: true,
            mcp_tools: names,
            budget_left_usd: task.budget_left_usd,
        };
        let (mut launch, gate) = start.launch()?;
        let about = Assignment {
            role: task.role,
            feature: task.feature,
            targets: task.targets,
            specs: self.specs,
            is_quick: self.options.is_quick,
            is_rehearsal: self.rehearsal.is_some(),
            unfinished: task.unfinished,
            earlier_loop: task.earlier_loop,
        };
        let (words, system) = prompt::words(project, &about)?;
        launch.prompt = words;
        if let Some(feature) = task.feature {
            launch.images = images::for_prompt(project, feature.id)?;
        }
        launch.append_system_prompt = Some(system);
        launch.model = self.model(task.role, task.feature);
        self.announce(task, launch.model.clone())?;
        if let Some(feature) = task.feature {
            project.store.messages_told(feature.id, &task.id)?;
        }

        // The writer can fail before the process exists, so it finds the way to end it here later.
        let ending: Arc<Ending> = Arc::default();
        let for_writer = ending.clone();
        let (recorder, writer) = Recorder::start(project, task.id.clone(), move |error| {
            for_writer.end(Outcome::StorageFailed { detail: error.to_string() });
        })
        .map_err(|source| EngineError::File { path: "transcript".into(), action: "written", source })?;
        self.note_way_back(&recorder)?;
        let host = Arc::new(SessionHost {
            project: project.clone(),
            session: task.id.clone(),
            role: task.role,
            channel: self.tools.open(toolbox.clone()),
            toolbox: toolbox.clone(),
            watch: SessionWatch::new(
                project.clone(),
                task.id.clone(),
                task.role,
                self.options.limits,
                recorder.clone(),
                ending.clone(),
            ),
            recorder: recorder.clone(),
            approvals: Approvals::new(project.clone(), self.run, toolbox.clone(), self.options.patience),
            guard,
            tools: launch::tools(task.role),
            was_reminded: AtomicBool::new(false),
            last_words: Mutex::new(None),
        });
        host.watch.begin().await;
        let end = tokio::select! {
            end = self.supervise(&task.id, launch, host.clone(), &ending) => end,
            never = keep_claim(&toolbox) => match never {},
        };
        drop(gate);
        recorder.close();
        writer.finished().await;
        let (last_words, looped) = (host.last_words(), host.watch.ended_for());
        Ok(Finished { toolbox, end: without_secrets(end?), last_words, looped })
    }

    async fn supervise(
        &self,
        session: &SessionId,
        launch: Launch,
        host: Arc<SessionHost>,
        ending: &Ending,
    ) -> Result<SessionEnd, EngineError> {
        let running = match harness_agent::start(launch, host).await {
            Ok(running) => running,
            Err(error) => return Ok(SessionEnd::without_process(error.outcome())),
        };
        self.project.store.session_process(session, running.process())?;
        ending.set(running.handle());
        let handle = running.handle();
        let process = running.process();
        let marker = Uuid::parse_str(&session.0).unwrap_or_default();
        let mut finished = std::pin::pin!(running.finished());
        tokio::select! {
            end = &mut finished => Ok(end),
            why = self.options.bounds.exceeded(process) => {
                handle.end(Outcome::GateFailed { detail: format!("it was ended because {why}") });
                // At once: whatever takes the machine away does not end when asked.
                let _ = tokio::task::spawn_blocking(move || harness_agent::kill_tree(process, marker)).await;
                Ok(finished.await)
            }
            () = self.control.stopping().cancelled() => {
                handle.stop();
                Ok(finished.await)
            }
        }
    }

    /// What the session can be taken back to stands first in its transcript.
    fn note_way_back(&self, recorder: &Recorder) -> Result<(), EngineError> {
        let newest = self.project.store.checkpoint_list()?.into_iter().next();
        if let Some(checkpoint) = newest.filter(|newest| newest.kind == CheckpointKind::BeforeSession) {
            recorder.note_checkpoint(checkpoint.id, &checkpoint.name, checkpoint.created_at_ms);
        }
        Ok(())
    }

    /// What was said most closely: of the card, of the run, of the stage, of the project, of everything.
    fn model(&self, role: Role, feature: Option<&Feature>) -> Option<String> {
        let own = feature.and_then(|feature| feature.model.clone());
        own.or_else(|| self.options.model.clone())
            .or_else(|| self.project.settings.model_of(role).map(str::to_owned))
            .or_else(|| self.options.default_model.clone())
    }

    fn announce(&self, task: &Task<'_>, model: Option<String>) -> Result<(), EngineError> {
        let new = NewSession {
            id: task.id.clone(),
            run: self.run,
            role: task.role,
            feature: task.feature.map(|feature| feature.id),
        };
        self.project.store.session_start(new, self.project.app.clock.now_ms())?;
        self.project.publish(Event::SessionStarted {
            run: self.run,
            session: task.id.clone(),
            role: task.role,
            number: task.number,
            model,
        });
        Ok(())
    }
}

/// Renews a session's claim again and again: nothing may be heard of an agent that thinks, waits for a long command or
/// for the checks, but its card is in its hands all the same. Never ends.
async fn keep_claim(toolbox: &Toolbox) -> std::convert::Infallible {
    let mut renewal = tokio::time::interval(RENEWAL);
    renewal.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        renewal.tick().await;
        let renewing = toolbox.clone();
        match tokio::task::spawn_blocking(move || renewing.renew_lease()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(session = %toolbox.scope().session, %error, "the claim was not renewed"),
            Err(error) => tracing::warn!(session = %toolbox.scope().session, %error, "the claim was not renewed"),
        }
    }
}

/// What a session left, with its program's last words as they may be kept.
fn without_secrets(end: SessionEnd) -> SessionEnd {
    let result_text = end.result_text.map(redact::owned);
    SessionEnd {
        outcome: redact::through(end.outcome),
        stderr_tail: redact::owned(end.stderr_tail),
        result_text,
        ..end
    }
}

/// A fresh id for a session.
pub(super) fn new_id() -> SessionId {
    SessionId(Uuid::new_v4().to_string())
}

/// A way to end a session that may be used before the session has a process.
#[derive(Default)]
pub(super) struct Ending {
    handle: OnceLock<harness_agent::Handle>,
    early: Mutex<Option<Outcome>>,
}

impl Ending {
    pub fn end(&self, outcome: Outcome) {
        let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
        match self.handle.get() {
            Some(handle) => handle.end(outcome),
            None => *early = Some(outcome),
        }
    }

    /// Says something to the agent, which reads it after its current call. Lost when there is no process yet.
    pub fn say(&self, text: String) {
        if let Some(handle) = self.handle.get() {
            handle.say(text);
        }
    }

    fn set(&self, handle: harness_agent::Handle) {
        let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(outcome) = early.take() {
            handle.end(outcome);
        }
        // There is one process a session, so this is the first and only time.
        let _ = self.handle.set(handle);
    }
}
