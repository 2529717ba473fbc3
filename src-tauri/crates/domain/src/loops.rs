//! Agents that go round in circles, stand still or burn tokens: what is seen of them, and what follows.
//!
//! Everything here is judged from structured facts about tool calls, in the order in which the calls ended. The time is
//! an argument.

mod finding;

pub use finding::{Loop, LoopKind, LoopStep};
