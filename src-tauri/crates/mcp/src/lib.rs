//! The agent's way in: the feature and bug tools, over the CLI's control channel and on stdio.
//!
//! Every tool is written once, in `tools`: its name, its words for an agent, its arguments, who may use it and
//! what it does. What is listed, what is allowed, what is accepted and what is called all derive from that.

mod answer;
mod card;
mod channel;
mod handler;
mod interview;
mod lenient;
mod params;
mod sieve;
mod stdio;
mod table;
mod tools;

pub use channel::Tools;
pub use stdio::{StdioError, serve, serve_stdio};
