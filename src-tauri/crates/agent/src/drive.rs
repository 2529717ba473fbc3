//! The driver of one session: one task that owns the process and decides what happens next.
//!
//! Reading, writing and answering are tasks of their own, so that nothing the host or the model takes its time with
//! holds up anything else; the driver only hears of events, and of time that has passed.

use crate::{
    answer,
    control::{self, Control},
    host::AgentHost,
    launch::{Launch, Watchdogs},
    outcome::{self, Exit, Intervention},
    phase::Phase,
    process::{ProcessTree, Spawned},
    read::{self, Tail},
    run::{Handle, SessionEnd},
    talk::{Event, Shared, Steer},
    wire::Task,
};
use harness_domain::failure::Outcome;
use serde_json::Value;
use std::{
    collections::{HashMap, HashSet},
    process::ExitStatus,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tempfile::NamedTempFile;
use tokio::{
    process::Child,
    sync::mpsc,
    task::{JoinSet, spawn_blocking},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Events on their way from the reader. Short: when the driver is behind, the reader waits, and the CLI with it.
const EVENTS: usize = 64;

/// Questions answered at once. Beyond it the reader waits; the CLI asks a handful at a time.
const QUESTIONS: usize = 512;

/// After a result, how long a message that was said meanwhile may take to begin its turn. It takes 10 ms.
const NEXT_TURN: Duration = Duration::from_secs(1);

/// After SIGKILL, how long the operating system may take.
const LAST_WAIT: Duration = Duration::from_secs(3);

/// After the exit, how long what is left in the pipes may take to be read.
const DRAIN: Duration = Duration::from_secs(5);

/// A question of the CLI on its way to an answer.
struct Question {
    withdrawn: CancellationToken,
    /// Whether the host has answered. From then on it is the CLI's turn: one that never reads the answer hangs.
    is_decided: Arc<AtomicBool>,
}

/// A question that was answered.
#[derive(Debug)]
struct Answered {
    request_id: String,
    /// The host ended the agent's turn with it.
    interrupts: bool,
}

pub(crate) struct Driver {
    session: Uuid,
    watchdogs: Watchdogs,
    shared: Arc<Shared>,
    host: Arc<dyn AgentHost>,
    child: Child,
    tree: Arc<ProcessTree>,
    events: mpsc::Receiver<Event>,
    steer: mpsc::UnboundedReceiver<Steer>,
    /// The readers and the writer.
    pipes: JoinSet<()>,
    stderr_tail: Arc<Tail>,
    questions: JoinSet<Answered>,
    /// Questions that the CLI still waits for.
    open: HashMap<String, Question>,
    initialize: Value,
    initialize_id: String,
    /// What is to be said as soon as the CLI listens.
    unsaid: Vec<String>,
    /// Pictures for the first message.
    images: Vec<(String, Vec<u8>)>,
    listens: bool,
    has_prompt: bool,
    said_meanwhile: bool,
    /// Whether it goes on after a result.
    is_conversation: bool,
    sub_agents: HashSet<String>,
    phase: Phase,
    results: u32,
    intervention: Intervention,
    leftovers: u32,
    _settings: Option<NamedTempFile>,
}

impl Driver {
    pub(crate) fn new(
        launch: Launch,
        host: Arc<dyn AgentHost>,
        spawned: Spawned,
        settings: Option<NamedTempFile>,
    ) -> (Self, Handle) {
        let (control, outbound) = Control::new();
        let now = Instant::now();
        let shared = Arc::new(Shared::new(control, now));
        let (event_sender, events) = mpsc::channel(EVENTS);
        let (steer_sender, steer) = mpsc::unbounded_channel();
        let stderr_tail = Arc::new(Tail::default());
        let mut pipes = JoinSet::new();
        pipes.spawn(read::stdout(spawned.stdout, shared.clone(), host.clone(), event_sender));
        pipes.spawn(read::stderr(spawned.stderr, stderr_tail.clone()));
        pipes.spawn(control::write(outbound, spawned.stdin));
        let handle = Handle { shared: shared.clone(), steer: steer_sender };
        let driver = Self {
            session: launch.session_id,
            watchdogs: launch.watchdogs,
            initialize: launch.initialize_request(),
            initialize_id: String::new(),
            unsaid: Some(launch.prompt).into_iter().filter(|prompt| !prompt.is_empty()).collect(),
            shared,
            host,
            child: spawned.child,
            tree: Arc::new(spawned.tree),
            events,
            steer,
            pipes,
            stderr_tail,
            questions: JoinSet::new(),
            open: HashMap::new(),
            images: launch.images,
            listens: false,
            has_prompt: false,
            said_meanwhile: false,
            is_conversation: launch.is_conversation,
            sub_agents: HashSet::new(),
            phase: Phase::Starting,
            results: 0,
            intervention: Intervention::default(),
            leftovers: 0,
            _settings: settings,
        };
        (driver, handle)
    }

    /// Drives the session to its end. Dropped on the way, it takes every process with it.
    pub(crate) async fn run(mut self) -> SessionEnd {
        // The answer comes as an event like any other; the receiver is only for callers that wait.
        (self.initialize_id, _) = self.shared.control.ask("initialize", self.initialize.take());
        let status = self.live().await;
        self.end(status).await
    }

    async fn live(&mut self) -> Option<ExitStatus> {
        let mut hears = true;
        loop {
            let deadline = self.deadline();
            tokio::select! {
                event = self.events.recv(), if hears && self.questions.len() < QUESTIONS => match event {
                    Some(event) => self.on_event(event),
                    None => hears = false,
                },
                Some(steer) = self.steer.recv() => self.on_steer(steer),
                Some(answered) = self.questions.join_next() => {
                    if let Ok(Answered { request_id, interrupts }) = answered {
                        self.open.remove(&request_id);
                        self.intervention.interrupted |= interrupts;
                    }
                }
                status = self.child.wait() => match status {
                    Ok(status) => return Some(status),
                    Err(error) => {
                        tracing::error!(session = %self.session, %error, "the CLI cannot be waited for");
                        return None;
                    }
                },
                () = sleep_until(deadline) => {
                    if !self.on_deadline().await {
                        return None;
                    }
                }
            }
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Question { request_id, request } => self.on_question(request_id, request),
            Event::Withdrawn { request_id } => {
                if let Some(question) = self.open.remove(&request_id) {
                    question.withdrawn.cancel();
                }
            }
            Event::Answer { request_id, answer } if request_id == self.initialize_id => self.on_initialized(answer),
            Event::Answer { request_id, answer } => self.shared.control.resolve(&request_id, answer),
            Event::TurnStarted => self.on_turn_started(),
            Event::Task(task) => self.on_task(task),
            Event::Result { number } => self.on_result(number),
            // It closed its output: nothing more can be learnt from it, so it should be gone soon.
            Event::Eof => match self.phase {
                Phase::Starting
                | Phase::Working
                | Phase::Background
                | Phase::BetweenTurns { .. }
                | Phase::Listening => self.leave(),
                _ => {}
            },
        }
    }

    fn on_question(&mut self, request_id: String, request: Value) {
        let shared = self.shared.clone();
        let is_ending = matches!(self.phase, Phase::Stopping { .. } | Phase::Terminating { .. } | Phase::Killed { .. });
        if is_ending {
            self.questions.spawn(async move {
                shared.control.answer(&request_id, answer::refuse(request)).await;
                Answered { request_id, interrupts: false }
            });
            return;
        }
        let host = self.host.clone();
        let withdrawn = CancellationToken::new();
        let is_decided = Arc::new(AtomicBool::new(false));
        let question = Question { withdrawn: withdrawn.clone(), is_decided: is_decided.clone() };
        self.open.insert(request_id.clone(), question);
        self.questions.spawn(async move {
            let answer = answer::answer(host.as_ref(), request, withdrawn.clone()).await;
            shared.decided();
            is_decided.store(true, Ordering::Release);
            let interrupts = answer.as_ref().is_ok_and(|answer| answer["interrupt"] == true);
            if !withdrawn.is_cancelled() {
                shared.control.answer(&request_id, answer).await;
            }
            Answered { request_id, interrupts }
        });
    }

    fn on_initialized(&mut self, answer: Result<Value, String>) {
        match answer {
            Ok(answer) => {
                if self.shared.initialize.set(answer).is_err() {
                    tracing::debug!("the CLI answered the first request twice");
                }
                self.listens = true;
                if self.phase == Phase::Starting {
                    self.phase = Phase::Working;
                    for text in std::mem::take(&mut self.unsaid) {
                        self.say(&text);
                    }
                }
            }
            Err(error) => self.stop(Outcome::Crashed { detail: format!("the Claude CLI refused to begin: {error}") }),
        }
    }

    fn on_turn_started(&mut self) {
        match self.phase {
            Phase::Background | Phase::BetweenTurns { .. } | Phase::Listening => {
                self.said_meanwhile = false;
                self.phase = Phase::Working;
            }
            // Its standard input is closed, so that it would run tools without asking us.
            Phase::Leaving { .. } => self.terminate(),
            _ => {}
        }
    }

    fn on_task(&mut self, task: Task) {
        match task.status.as_deref() {
            None if task.task_type.as_deref() == Some("local_agent") => {
                self.sub_agents.insert(task.task_id);
            }
            Some("completed" | "failed" | "stopped" | "killed") => {
                self.sub_agents.remove(&task.task_id);
                if self.sub_agents.is_empty() && self.phase == Phase::Background {
                    // Its end begins another turn, in which the agent reads what came of it.
                    self.phase = Phase::BetweenTurns { until: Instant::now() + NEXT_TURN };
                }
            }
            _ => {}
        }
    }

    fn on_result(&mut self, number: u32) {
        self.results = number;
        let now = Instant::now();
        match self.phase {
            Phase::Starting | Phase::Working | Phase::Background | Phase::BetweenTurns { .. } | Phase::Listening => {
                if !self.sub_agents.is_empty() {
                    self.phase = Phase::Background;
                } else if self.said_meanwhile {
                    self.phase = Phase::BetweenTurns { until: now + NEXT_TURN };
                } else {
                    self.after_turns();
                }
            }
            // Interrupted, it has said its last; it may go as soon as it can.
            Phase::Stopping { .. } => self.shared.control.close(),
            Phase::Leaving { .. } | Phase::Terminating { .. } | Phase::Killed { .. } => {}
        }
    }

    fn on_steer(&mut self, steer: Steer) {
        match steer {
            Steer::Say(text) if !self.listens => self.unsaid.push(text),
            Steer::Say(text) => match self.phase {
                Phase::Starting | Phase::Working | Phase::Background => self.say(&text),
                Phase::BetweenTurns { .. } => {
                    self.say(&text);
                    self.phase = Phase::BetweenTurns { until: Instant::now() + NEXT_TURN };
                }
                Phase::Listening => {
                    self.say(&text);
                    // Its silence counts from now on, not from its last word.
                    self.shared.decided();
                    self.said_meanwhile = false;
                    self.phase = Phase::Working;
                }
                _ => tracing::debug!(session = %self.session, "a message came after the session's end and was dropped"),
            },
            Steer::Leave => {
                self.is_conversation = false;
                if self.phase == Phase::Listening {
                    self.leave();
                }
            }
            Steer::End(outcome) => self.stop(outcome),
            Steer::Interrupted => self.intervention.interrupted = true,
        }
    }

    /// What happens when the time of the current phase is over. False: there is nothing more to wait for.
    async fn on_deadline(&mut self) -> bool {
        if Instant::now() < self.deadline() {
            return true; // something was heard meanwhile
        }
        match self.phase {
            Phase::Starting => {
                self.intervention.ended = Some(Outcome::HangNoFirstByte);
                self.terminate();
            }
            Phase::Working | Phase::Background => self.stop(Outcome::HangIdle),
            Phase::BetweenTurns { .. } => self.after_turns(),
            Phase::Listening => {}
            Phase::Leaving { .. } => {
                self.intervention.lingered = true;
                self.terminate();
            }
            Phase::Stopping { .. } => self.terminate(),
            Phase::Terminating { .. } => {
                let tree = self.tree.clone();
                let killed = spawn_blocking(move || tree.kill()).await.unwrap_or(0);
                self.leftovers += killed.saturating_sub(1); // one of them is the CLI itself
                self.phase = Phase::Killed { until: Instant::now() + LAST_WAIT };
            }
            Phase::Killed { .. } => return false,
        }
        true
    }

    fn is_deciding(&self) -> bool {
        self.open.values().any(|question| !question.is_decided.load(Ordering::Acquire))
    }

    fn deadline(&self) -> Instant {
        let now = Instant::now();
        match self.phase {
            // The CLI waits for us, so it is not the one that is silent.
            Phase::Starting if self.is_deciding() => now + self.watchdogs.first_byte,
            Phase::Working | Phase::Background if self.is_deciding() => now + self.watchdogs.idle,
            Phase::Listening => now + self.watchdogs.idle,
            Phase::Starting => self.shared.born().max(self.shared.last_decided()) + self.watchdogs.first_byte,
            Phase::Working | Phase::Background => {
                self.shared.last_heard().max(self.shared.last_decided()) + self.watchdogs.idle
            }
            Phase::BetweenTurns { until }
            | Phase::Leaving { until }
            | Phase::Stopping { until }
            | Phase::Terminating { until }
            | Phase::Killed { until } => until,
        }
    }

    /// What is said after the prompt may become a turn of its own: a result is then not yet the end.
    fn say(&mut self, text: &str) {
        self.said_meanwhile = self.has_prompt;
        self.has_prompt = true;
        let images = std::mem::take(&mut self.images);
        self.shared.control.say(&self.session.to_string(), text, &images);
    }

    /// No further turn began by itself.
    fn after_turns(&mut self) {
        if self.is_conversation {
            self.phase = Phase::Listening;
        } else {
            self.leave();
        }
    }

    /// The session is over as far as the agent is concerned.
    fn leave(&mut self) {
        self.shared.control.close();
        self.phase = Phase::Leaving { until: Instant::now() + self.watchdogs.after_result };
    }

    /// The host ends the session.
    fn stop(&mut self, outcome: Outcome) {
        match self.phase {
            Phase::Starting | Phase::Working | Phase::Background => {
                let has_result = self.shared.results() > self.results;
                if has_result {
                    return; // it ended by itself just now; the event is on its way
                }
            }
            Phase::BetweenTurns { .. } | Phase::Listening => return self.leave(),
            _ => return,
        }
        self.intervention.ended.get_or_insert(outcome);
        for question in self.open.values() {
            question.withdrawn.cancel();
        }
        self.open.clear();
        if self.listens {
            // Nobody waits for the confirmation: the result tells, or the grace ends.
            drop(self.shared.control.ask("interrupt", serde_json::json!({})));
        } else {
            self.shared.control.close();
        }
        self.phase = Phase::Stopping { until: Instant::now() + self.watchdogs.stop_grace };
    }

    fn terminate(&mut self) {
        let tree = self.tree.clone();
        drop(spawn_blocking(move || tree.terminate())); // takes milliseconds; the grace begins now
        self.phase = Phase::Terminating { until: Instant::now() + self.watchdogs.terminate_grace };
    }

    async fn end(mut self, status: Option<ExitStatus>) -> SessionEnd {
        self.open.values().for_each(|question| question.withdrawn.cancel());
        self.shared.control.end();
        self.shared.control.close(); // lets the writer end too
        let tree = self.tree.clone();
        // Only now: what the CLI left behind may hold its pipes open, and the readers wait for their end.
        self.leftovers += spawn_blocking(move || tree.finish()).await.unwrap_or(0);
        if timeout(DRAIN, self.drain()).await.is_err() {
            tracing::warn!(session = %self.session, "somebody still holds the CLI's output open; it is read no further");
        }
        let exit = Exit::of(status);
        let stderr_tail = self.stderr_tail.text();
        let tally = self.shared.tally();
        let end = SessionEnd {
            outcome: outcome::outcome(&tally, &self.intervention, exit, &stderr_tail),
            turns: tally.turns(),
            usage: tally.usage(),
            cost_usd: tally.cost_usd(),
            model_usage: tally.result.as_ref().map_or(Value::Null, |result| result.model_usage.clone()),
            context_window: tally.context_window(),
            exit_code: exit.code,
            signal: exit.signal,
            stderr_tail,
            result_text: tally.result.as_ref().and_then(|result| result.text.clone()),
            api_key_source: tally.api_key_source.clone(),
            cli_version: tally.cli_version.clone(),
            leftovers_killed: self.leftovers,
        };
        let code = end.outcome.code();
        tracing::info!(session = %self.session, code, turns = end.turns, cost_usd = end.cost_usd, "agent session ended");
        drop(tally);
        end
    }

    /// Reads the pipes to their end, so that the last lines count too.
    async fn drain(&mut self) {
        loop {
            tokio::select! {
                Some(_) = self.events.recv() => {}
                read = self.pipes.join_next() => match read {
                    Some(_) => {}
                    None => return,
                },
            }
        }
    }
}
