//! What the CLI asked for, kept for tests.

use serde_json::Value;
use std::collections::VecDeque;

/// Requests kept; older ones are forgotten.
const KEPT: usize = 1_000;
/// Of those, main requests kept with their bodies.
const KEPT_BODIES: usize = 8;
/// A longer body is not kept, in bytes.
const LONGEST_BODY: usize = 1024 * 1024;

/// Which conversation a request belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    /// The agent's own conversation: it offers tools. The script answers it.
    Main,
    /// A small request of the CLI beside it (a title, a summary). It gets a harmless text.
    Side,
}

/// One request to the Messages API, as it was seen and answered.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedRequest {
    /// The role in the URL.
    pub role: String,
    /// The session in the URL.
    pub session: String,
    /// The how-manieth session of its role this is, from 1.
    pub session_number: u32,
    /// Which conversation it belongs to.
    pub kind: RequestKind,
    /// Assistant turns the conversation already had: 0 for the first request of a session.
    pub turn: usize,
    /// Names of the request's headers, lower case, in the order received. Values are not kept.
    pub header_names: Vec<String>,
    /// The HTTP status it was answered with; none when it was never answered.
    pub status: Option<u16>,
    /// Why the script could not answer, when it could not. The same words went to the model's text.
    pub rehearsal_error: Option<String>,
    /// The request as received. Only the latest eight main requests of at most 1 MiB keep it.
    pub body: Option<Value>,
}

/// The latest requests.
#[derive(Debug, Default)]
pub(crate) struct Record {
    requests: VecDeque<RecordedRequest>,
    served: u64,
}

impl Record {
    /// Takes a request in, with its body when that is short enough.
    pub fn push(&mut self, request: RecordedRequest, body: Value, bytes: usize) {
        self.served += 1;
        if self.requests.len() == KEPT {
            self.requests.pop_front();
        }
        let keeps_body = request.kind == RequestKind::Main && bytes <= LONGEST_BODY;
        self.requests.push_back(RecordedRequest { body: keeps_body.then_some(body), ..request });
        if keeps_body {
            let older = self.requests.iter_mut().rev().filter(|request| request.body.is_some()).nth(KEPT_BODIES);
            if let Some(older) = older {
                older.body = None;
            }
        }
    }

    pub fn served(&self) -> u64 {
        self.served
    }

    pub fn all(&self) -> Vec<RecordedRequest> {
        self.requests.iter().cloned().collect()
    }
}
