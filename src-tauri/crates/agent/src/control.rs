//! Our requests to the CLI and its answers.

use thiserror::Error;

/// Why a request to the CLI was not answered as hoped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ControlError {
    /// The session ended first.
    #[error("the Claude CLI ended before it answered `{request}`")]
    Ended {
        /// The request's subtype.
        request: String,
    },
    /// No answer came in time.
    #[error("the Claude CLI did not answer `{request}` within {after_ms} ms")]
    TimedOut {
        /// The request's subtype.
        request: String,
        /// How long it was waited for, in milliseconds.
        after_ms: u64,
    },
    /// The CLI answered that it will not.
    #[error("the Claude CLI refused `{request}`: {message}")]
    Refused {
        /// The request's subtype.
        request: String,
        /// In the CLI's words.
        message: String,
    },
}
