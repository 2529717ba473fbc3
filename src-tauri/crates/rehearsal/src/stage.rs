//! Where a scenario is played: what is remembered between requests, and what each one gets.

use crate::{
    RecordedRequest, RequestKind, Scenario,
    answer::{Answer, Asked},
    conversation::Conversation,
    facts::Facts,
    play::{Cue, cue},
    record::Record,
    script::{ApiError, Delay, FaultKind, Turn},
};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio_util::sync::CancellationToken;

/// What a conversation gets that goes on after its script: a hook or a person spoke up once more.
const BEHIND_THE_END: &str = "(Rehearsal: the script of this session ends here.)";

/// A scenario and its requests so far.
#[derive(Debug)]
pub(crate) struct Stage {
    scenario: Scenario,
    ended: CancellationToken,
    notes: Mutex<Notes>,
}

/// A request to the Messages API.
#[derive(Debug)]
pub(crate) struct Call {
    pub role: String,
    pub session: String,
    pub header_names: Vec<String>,
    pub request: Value,
    pub bytes: usize,
}

/// How it is answered.
#[derive(Debug)]
pub(crate) enum Reply {
    Message {
        answer: Answer,
        delay: Delay,
        is_cut: bool,
    },
    Error {
        error: ApiError,
        delay: Delay,
    },
    /// Never.
    Silence,
}

/// What is remembered between requests. Everything else follows from the conversation in a request.
#[derive(Debug, Default)]
struct Notes {
    record: Record,
    /// Sessions by role, numbered from 1 in the order they first spoke.
    sessions: HashMap<String, HashMap<String, u32>>,
    /// How often a turn's fault has happened in a session.
    faults: HashMap<(String, usize), u32>,
}

impl Stage {
    pub fn new(scenario: Scenario, ended: CancellationToken) -> Self {
        Self { scenario, ended, notes: Mutex::default() }
    }

    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Cancelled when the rehearsal ends.
    pub fn ended(&self) -> CancellationToken {
        self.ended.clone()
    }

    pub fn served(&self) -> u64 {
        self.notes().record.served()
    }

    pub fn recorded(&self) -> Vec<RecordedRequest> {
        self.notes().record.all()
    }

    /// Plays the script against the request and writes down what came of it.
    pub fn answer(&self, call: Call) -> Reply {
        let Call { role, session, header_names, request, bytes } = call;
        let conversation = Conversation::read(&request);
        let turn = conversation.exchanges.len();
        let has_tools = request["tools"].as_array().is_some_and(|tools| !tools.is_empty());
        let kind = if has_tools { RequestKind::Main } else { RequestKind::Side };
        let asked = Asked { model: request["model"].as_str().unwrap_or("rehearsal"), bytes, turn };
        let mut notes = self.notes();
        let session_number = notes.session_number(&role, &session);
        let played = match kind {
            RequestKind::Side => Ok(Reply::plain(Answer::of_text("Rehearsal", asked))),
            RequestKind::Main => {
                let facts = Facts::new(&role, &session, session_number, &conversation);
                self.play(&mut notes, &role, &session, &conversation, facts, asked)
            }
        };
        let (reply, rehearsal_error) = match played {
            Ok(reply) => (reply, None),
            Err(problem) => {
                tracing::warn!(%role, %session, turn, %problem, "the rehearsal's script could not answer");
                (Reply::plain(Answer::of_text(&format!("rehearsal error: {problem}"), asked)), Some(problem))
            }
        };
        let status = match &reply {
            Reply::Message { .. } => Some(200),
            Reply::Error { error, .. } => Some(error.status),
            Reply::Silence => None,
        };
        let recorded = RecordedRequest {
            role,
            session,
            session_number,
            kind,
            turn,
            header_names,
            status,
            rehearsal_error,
            body: None,
        };
        notes.record.push(recorded, request, bytes);
        reply
    }

    /// Fails, in words, when the script has no answer to this conversation.
    fn play<'c>(
        &self,
        notes: &mut Notes,
        role: &str,
        session: &str,
        conversation: &'c Conversation,
        mut facts: Facts<'c>,
        asked: Asked<'_>,
    ) -> Result<Reply, String> {
        let script = self.scenario.script(role);
        let script = script.ok_or_else(|| format!("the scenario has no script for the role `{role}`"))?;
        let turn = match cue(script, conversation, &mut facts, |turn| notes.is_spent(session, turn)) {
            Cue::Turn(turn) => turn,
            Cue::End => return Ok(Reply::plain(Answer::of_text(BEHIND_THE_END, asked))),
            Cue::Lost(problem) => return Err(problem),
        };
        let fault = turn.fault.as_ref().filter(|_| !notes.is_spent(session, turn));
        if fault.is_some() {
            *notes.faults.entry((session.to_owned(), turn.id)).or_default() += 1;
        }
        let delay = turn.delay;
        let is_cut = match fault.map(|fault| &fault.kind) {
            Some(FaultKind::Hang) => return Ok(Reply::Silence),
            Some(FaultKind::Status(error)) => return Ok(Reply::Error { error: error.clone(), delay }),
            Some(FaultKind::Cut) => true,
            None => false,
        };
        let answer = if turn.has_output() {
            Answer::of_turn(turn, &facts, asked).map_err(|unknown| unknown.to_string())?
        } else {
            Answer::of_text("This answer will not reach its end.", asked)
        };
        Ok(Reply::Message { answer, delay, is_cut })
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reply {
    fn plain(answer: Answer) -> Self {
        Self::Message { answer, delay: Delay::default(), is_cut: false }
    }
}

impl Notes {
    fn session_number(&mut self, role: &str, session: &str) -> u32 {
        let sessions = self.sessions.entry(role.to_owned()).or_default();
        let next = u32::try_from(sessions.len() + 1).unwrap_or(u32::MAX);
        *sessions.entry(session.to_owned()).or_insert(next)
    }

    fn is_spent(&self, session: &str, turn: &Turn) -> bool {
        let happened = self.faults.get(&(session.to_owned(), turn.id)).copied().unwrap_or(0);
        turn.fault.as_ref().and_then(|fault| fault.times).is_some_and(|times| happened >= times)
    }
}
