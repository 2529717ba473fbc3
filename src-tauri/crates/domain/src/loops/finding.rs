//! What was found, in codes for programs and a sentence for agent and person.

use serde::{Deserialize, Serialize};
use specta::Type;
use std::fmt;

/// In which way an agent is stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LoopKind {
    /// The same call with the same result, again and again.
    ExactRepetition,
    /// The same few calls with the same results, in the same order.
    PatternRepetition,
    /// Calls on one target that hardly differ and change nothing.
    SimilarActions,
    /// The same error, and nothing was changed in between.
    ErrorLoop,
    /// A file goes back and forth between contents it had before.
    EditPingPong,
    /// Many calls, and neither a new state of the tree nor a better test result.
    NoProgress,
    /// Many tokens, and neither a new state of the tree nor a better test result.
    TokenBurn,
    /// A long time, and neither a new state of the tree nor a better test result.
    Standstill,
}

impl LoopKind {
    /// Every kind.
    pub const ALL: [LoopKind; 8] = [
        LoopKind::ExactRepetition,
        LoopKind::PatternRepetition,
        LoopKind::SimilarActions,
        LoopKind::ErrorLoop,
        LoopKind::EditPingPong,
        LoopKind::NoProgress,
        LoopKind::TokenBurn,
        LoopKind::Standstill,
    ];

    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            LoopKind::ExactRepetition => "exact_repetition",
            LoopKind::PatternRepetition => "pattern_repetition",
            LoopKind::SimilarActions => "similar_actions",
            LoopKind::ErrorLoop => "error_loop",
            LoopKind::EditPingPong => "edit_ping_pong",
            LoopKind::NoProgress => "no_progress",
            LoopKind::TokenBurn => "token_burn",
            LoopKind::Standstill => "standstill",
        }
    }
}

impl fmt::Display for LoopKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the host did about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LoopStep {
    /// The agent was told in its conversation, and goes on.
    Nudged,
    /// The session was ended; the next one starts afresh and is told why.
    Ended,
    /// The card was parked for a person.
    Parked,
}

impl LoopStep {
    /// Every step, the mildest first.
    pub const ALL: [LoopStep; 3] = [LoopStep::Nudged, LoopStep::Ended, LoopStep::Parked];

    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            LoopStep::Nudged => "nudged",
            LoopStep::Ended => "ended",
            LoopStep::Parked => "parked",
        }
    }
}

/// A way in which an agent is stuck, as found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loop {
    /// In which way.
    pub kind: LoopKind,
    /// How often it happened: repetitions, occurrences of an error, returns of a file, calls without progress.
    pub repetitions: u32,
    /// From 0 to 1: how sure the finding is.
    pub confidence: f64,
    /// Whether a session that goes on like this may be ended. Not where something changes all the while: then the
    /// agent is told, and no more.
    pub may_end: bool,
    /// One sentence for agent and person.
    pub description: String,
    /// The calls it was seen in, shortened, oldest first; at most ten.
    pub evidence: Vec<String>,
}
