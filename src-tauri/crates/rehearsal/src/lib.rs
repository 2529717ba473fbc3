//! A scripted model that speaks the Messages API on loopback, so that the real CLI runs without an account.
//!
//! A [`Scenario`] is a data file (see `SCENARIOS.md` in this crate): what the model says and which tools it calls,
//! by agent role. A [`Rehearsal`] serves one scenario on `127.0.0.1`; the CLI is pointed at it with
//! `ANTHROPIC_BASE_URL`. Nothing here reaches the network, and nothing here is a language model.

mod answer;
mod compile;
mod condition;
mod conversation;
mod error;
mod facts;
mod files;
mod format;
mod play;
mod record;
mod scenario;
mod script;
mod server;
mod stage;
mod template;

pub use error::ScenarioError;
pub use record::{RecordedRequest, RequestKind};
pub use scenario::{BugReport, PersonAction, Scenario};
pub use server::Rehearsal;
