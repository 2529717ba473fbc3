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
    ///
    /// Wherever an agent works, a call of a tool may have to wait for a person's word; the run waits with it, and then
    /// goes on where it was. The checks may begin (`testing`) while another call of the same turn waits.
    pub fn next(self) -> &'static [State] {
        use State::*;
        match self {
            Idle => &[Initializing, Analyzing, Coding, Planning],
            Initializing => &[Planning, Coding, WaitingApproval, Error, Completed],
            Analyzing => &[Planning, Coding, WaitingApproval, Completed, Idle, Error],
            Planning => &[Coding, WaitingApproval, Error, Idle],
            Coding => &[Testing, WaitingApproval, Error, Idle],
            Testing => &[Verifying, Coding, WaitingApproval, Error, Idle],
            Verifying => &[Completed, Coding, Planning, Idle, Error],
            WaitingApproval => &[Coding, Planning, Initializing, Analyzing, Testing, Idle, Error],
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Every lawful change, written out a second time: the table above cannot change by accident.
    const LAWFUL: [(&str, &str); 45] = [
        ("idle", "initializing"),
        ("idle", "analyzing"),
        ("idle", "coding"),
        ("idle", "planning"),
        ("initializing", "planning"),
        ("initializing", "coding"),
        ("initializing", "error"),
        ("initializing", "completed"),
        ("analyzing", "planning"),
        ("analyzing", "coding"),
        ("analyzing", "completed"),
        ("analyzing", "idle"),
        ("analyzing", "error"),
        ("planning", "coding"),
        ("planning", "waiting_approval"),
        ("planning", "error"),
        ("planning", "idle"),
        ("coding", "testing"),
        ("coding", "error"),
        ("coding", "idle"),
        ("testing", "verifying"),
        ("testing", "coding"),
        ("testing", "error"),
        ("testing", "idle"),
        ("verifying", "completed"),
        ("verifying", "coding"),
        ("verifying", "planning"),
        ("verifying", "idle"),
        ("verifying", "error"),
        ("waiting_approval", "coding"),
        ("waiting_approval", "planning"),
        ("waiting_approval", "idle"),
        ("waiting_approval", "error"),
        ("error", "idle"),
        ("error", "coding"),
        ("error", "planning"),
        ("completed", "idle"),
        ("completed", "planning"),
        // A call waits for a person's word, and the run goes on where it was.
        ("initializing", "waiting_approval"),
        ("waiting_approval", "initializing"),
        ("analyzing", "waiting_approval"),
        ("waiting_approval", "analyzing"),
        ("coding", "waiting_approval"),
        ("testing", "waiting_approval"),
        ("waiting_approval", "testing"),
    ];

    #[test]
    fn exactly_these_forty_five_changes_are_lawful() {
        for from in State::ALL {
            for to in State::ALL {
                let expected = if LAWFUL.contains(&(from.as_str(), to.as_str())) {
                    Ok(to)
                } else {
                    Err(UnlawfulTransition { from, to })
                };
                assert_eq!(from.to(to), expected, "from {} to {}", from.as_str(), to.as_str());
            }
        }
        assert_eq!(State::ALL.iter().map(|state| state.next().len()).sum::<usize>(), 45, "and none is listed twice");
    }

    #[test]
    fn no_state_follows_itself() {
        assert!(State::ALL.iter().all(|state| state.to(*state).is_err()), "staying is not a change");
    }

    #[test]
    fn every_state_can_be_reached_from_idle_and_leads_back_to_it() {
        let reach = |start: State| {
            let mut reached = vec![start];
            let mut position = 0;
            while let Some(state) = reached.get(position) {
                let new: Vec<State> = state.next().iter().copied().filter(|next| !reached.contains(next)).collect();
                reached.extend(new);
                position += 1;
            }
            reached
        };
        assert_eq!(reach(State::Idle).len(), State::ALL.len(), "no state is out of reach");
        for state in State::ALL {
            assert!(reach(state).contains(&State::Idle), "a run in {} is not stuck", state.as_str());
        }
    }

    #[test]
    fn a_refused_change_names_both_states() {
        let error = State::Completed.to(State::Error).expect_err("what is completed cannot fail any more");
        assert_eq!(error.to_string(), "a run cannot go from completed to error");
    }

    #[test]
    fn every_state_is_found_by_its_word_and_its_word_is_its_json() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
            let json = serde_json::to_value(state).expect("a word");
            assert_eq!(json, state.as_str(), "the database and JSON use the same word");
        }
        assert_eq!(State::parse("thinking"), None);
    }
}
