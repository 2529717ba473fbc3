//! Agents that go round in circles, stand still or burn tokens: what is seen of them, and what follows.
//!
//! Everything here is judged from structured facts about tool calls, in the order in which the calls ended. The time is
//! an argument.

mod action;
mod call;
mod detector;
mod finding;
mod likeness;
mod normal;
mod progress;
mod score;
mod spending;
mod watch;

pub use action::{Action, Ending, Fault};
pub use call::{CONTENT_CHARS, Call, Effect};
pub use detector::{
    COOL_DOWN, Detector, ERROR_WINDOW, ERRORS, EXACT, HISTORY, LIKENESS, Novelty, PATIENCE, PATTERN, PATTERN_LENGTHS,
    RETURNS, SIMILAR, SIMILAR_PAIRS, SIMILAR_WINDOW, UNMOVED,
};
pub use finding::{Loop, LoopKind, LoopStep};
pub use progress::Limits;
pub use score::Score;
pub use spending::Spending;
pub use watch::{Sight, Watch, diagnosis, nudge};

#[cfg(test)]
mod tests;
