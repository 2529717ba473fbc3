//! What the CLI asked for, kept for tests.

use serde_json::Value;

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
    /// The request as received. Only the latest few main requests of moderate size keep it.
    pub body: Option<Value>,
}
