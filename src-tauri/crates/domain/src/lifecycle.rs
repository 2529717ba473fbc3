//! The life cycle of a run: which state may follow which.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing is happening.
    Idle,
    /// The initializer turns the specification into features.
    Initializing,
    /// The analyst describes an existing code base.
    Analyzing,
    /// The host chooses what comes next.
    Planning,
    /// A session works on a card.
    Coding,
    /// The host runs the checks that the agent asked for.
    Testing,
    /// The checks passed; the host commits and stores the evidence.
    Verifying,
    /// A person has to decide.
    WaitingApproval,
    /// Something failed; the run backs off or ends.
    Error,
    /// Everything is done.
    Completed,
}

/// A change of state that the table does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a run cannot go from {} to {}", from.as_str(), to.as_str())]
pub struct UnlawfulTransition {
    /// The state it is in.
    pub from: State,
    /// The state that was asked for.
    pub to: State,
}

impl State {
    /// Every state.
    pub const ALL: [State; 10] = [
        State::Idle,
        State::Initializing,
        State::Analyzing,
        State::Planning,
        State::Coding,
        State::Testing,
        State::Verifying,
        State::WaitingApproval,
        State::Error,
        State::Completed,
    ];

    /// The states that may follow this one. Staying is not a transition.
    pub fn next(self) -> &'static [State] {
        use State::*;
        match self {
            Idle => &[Initializing, Analyzing, Coding, Planning],
            Initializing => &[Planning, Coding, Error, Completed],
            Analyzing => &[Planning, Coding, Completed, Idle, Error],
            Planning => &[Coding, WaitingApproval, Error, Idle],
            Coding => &[Testing, Error, Idle],
            Testing => &[Verifying, Coding, Error, Idle],
            Verifying => &[Completed, Coding, Planning, Idle, Error],
            WaitingApproval => &[Coding, Planning, Idle, Error],
            Error => &[Idle, Coding, Planning],
            Completed => &[Idle, Planning],
        }
    }

    /// Fails with [`UnlawfulTransition`] unless the table allows it.
    pub fn to(self, to: State) -> Result<State, UnlawfulTransition> {
        if self.next().contains(&to) { Ok(to) } else { Err(UnlawfulTransition { from: self, to }) }
    }

    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Idle => "idle",
            State::Initializing => "initializing",
            State::Analyzing => "analyzing",
            State::Planning => "planning",
            State::Coding => "coding",
            State::Testing => "testing",
            State::Verifying => "verifying",
            State::WaitingApproval => "waiting_approval",
            State::Error => "error",
            State::Completed => "completed",
        }
    }

    /// The inverse of [`State::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}
