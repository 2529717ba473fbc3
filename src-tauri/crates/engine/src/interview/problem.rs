//! Why an interview does not go on, with what a person can do about it.

use crate::EngineError;
use harness_domain::failure::Outcome;

/// Why an interview does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A stable word: that of an [`Outcome`] or of an [`EngineError`].
    pub code: String,
    /// What is the matter, in a sentence.
    pub message: String,
    /// What to do, in a sentence.
    pub fix: String,
    /// When it is over by itself; UTC, in milliseconds since 1970.
    pub until_ms: Option<i64>,
}

const AGAIN: &str = "Nothing that was said is lost: send your message again.";

impl Problem {
    fn new(code: &str, message: impl Into<String>, fix: &str) -> Self {
        Self { code: code.into(), message: message.into(), fix: fix.into(), until_ms: None }
    }

    /// What the end of a process means for the conversation; none when it ended as it should.
    pub(super) fn of(outcome: &Outcome) -> Option<Self> {
        let (message, fix): (String, &str) = match outcome {
            Outcome::Completed | Outcome::Stopped => return None,
            Outcome::AuthExpired => (
                "Claude does not accept the login or the key of this machine.".into(),
                "Log in, or store an API key, on the set-up page; then send your message again.",
            ),
            Outcome::RateLimited { .. } => (
                "The limit of the account is reached.".into(),
                "Wait until it is lifted, then send your message again.",
            ),
            Outcome::BudgetExhausted => (
                "The budget of this interview is used up.".into(),
                "Allow more and send your message again, or accept the draft as it is.",
            ),
            Outcome::MaxTurns => ("Claude took very many steps without an answer.".into(), AGAIN),
            Outcome::ApiUnavailable { .. } => ("The Claude API does not answer.".into(), AGAIN),
            Outcome::ApiRefused { .. } => (
                "The Claude API refused the request.".into(),
                "Choose another model in the settings, or end this interview and begin another one: the draft is offered \
                 again.",
            ),
            Outcome::HangNoFirstByte | Outcome::HangIdle | Outcome::HangAfterResult => {
                ("The Claude CLI fell silent and was ended.".into(), AGAIN)
            }
            Outcome::NotStarted { detail } | Outcome::Crashed { detail } => (format!("{detail}."), AGAIN),
            Outcome::StorageFailed { detail } => (format!("{detail}."), "Make room on the disk, then send again."),
            Outcome::LoopDetected { detail } | Outcome::GateFailed { detail } => (format!("{detail}."), AGAIN),
        };
        let until_ms = match outcome {
            Outcome::RateLimited { until_ms } => *until_ms,
            _ => None,
        };
        Some(Self { until_ms, ..Self::new(outcome.code(), message, fix) })
    }

    /// Why it could not be begun.
    pub(super) fn of_error(error: &EngineError) -> Self {
        let fix = match error {
            EngineError::Locate(_) => "Install the Claude CLI, or choose one in the settings; then send again.",
            EngineError::NoSandbox { .. } => "The set-up page says how to get the walls; then send again.",
            EngineError::HeldByAnother { .. } => "Wait for the other program, or end it; then send again.",
            EngineError::Secrets(_) => "Choose what pays on the set-up page; then send again.",
            EngineError::Policy(_) => "Mend the policy file that is named; then send again.",
            _ => AGAIN,
        };
        Self::new(error.code(), error.to_string(), fix)
    }

    /// The process went away in the middle of an answer.
    pub(super) fn unanswered() -> Self {
        Self::new("unanswered", "The conversation was cut off before an answer came.", AGAIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_ends_a_conversation_says_what_to_do() {
        assert_eq!(Problem::of(&Outcome::Completed), None, "an orderly end is no problem");
        assert_eq!(Problem::of(&Outcome::Stopped), None, "nor is one that the person asked for");
        let login = Problem::of(&Outcome::AuthExpired).expect("a problem");
        assert!(login.fix.contains("Log in"), "who has no login is told how to get one: {}", login.fix);
        let limit = Problem::of(&Outcome::RateLimited { until_ms: Some(7) }).expect("a problem");
        assert_eq!((limit.code.as_str(), limit.until_ms), ("rate_limited", Some(7)), "and until when");
    }
}
