//! How a session or a run ended, as codes that programs branch on and words that people read.

use serde::{Deserialize, Serialize};
use specta::Type;

/// How one agent session ended. Persisted by [`Outcome::code`]; never derived from an agent's prose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Outcome {
    /// The CLI reported a result without an error and exited.
    Completed,
    /// The API refuses until a time, or (none) without naming one.
    RateLimited {
        /// UTC, in milliseconds since 1970.
        #[specta(type = Option<f64>)]
        until_ms: Option<i64>,
    },
    /// The login or the API key is not accepted. A person has to log in.
    AuthExpired,
    /// The money limit of the session or the run was reached.
    BudgetExhausted,
    /// The turn limit of the session was reached.
    MaxTurns,
    /// The API failed for a reason of its own (5xx, overload); worth another try later.
    ApiUnavailable {
        /// HTTP status, when there was one.
        status: Option<u16>,
    },
    /// The API refused the request itself (400, too long a context; 404, no such model); the same session would fail
    /// again.
    ApiRefused {
        /// HTTP status, when there was one.
        status: Option<u16>,
    },
    /// Nothing at all came from the CLI.
    HangNoFirstByte,
    /// The CLI fell silent in the middle.
    HangIdle,
    /// The CLI reported its result but never exited, without having completed cleanly.
    HangAfterResult,
    /// The CLI could not be started.
    NotStarted {
        /// What the operating system or the look-up said.
        detail: String,
    },
    /// The CLI ended without a result.
    Crashed {
        /// Exit code or signal, and the end of its error output.
        detail: String,
    },
    /// A person or the host asked it to stop.
    Stopped,
    /// The loop detector ended it.
    LoopDetected {
        /// What repeated.
        detail: String,
    },
    /// The agent ended without its feature passing the host's checks.
    GateFailed {
        /// Which check, and how it ended.
        detail: String,
    },
    /// The host's disk is full or not writable.
    StorageFailed {
        /// What could not be written.
        detail: String,
    },
}

impl Outcome {
    /// A stable word for the database, for JSON and for tests.
    pub fn code(&self) -> &'static str {
        match self {
            Outcome::Completed => "completed",
            Outcome::RateLimited { .. } => "rate_limited",
            Outcome::AuthExpired => "auth_expired",
            Outcome::BudgetExhausted => "budget_exhausted",
            Outcome::MaxTurns => "max_turns",
            Outcome::ApiUnavailable { .. } => "api_unavailable",
            Outcome::ApiRefused { .. } => "api_refused",
            Outcome::HangNoFirstByte => "hang_no_first_byte",
            Outcome::HangIdle => "hang_idle",
            Outcome::HangAfterResult => "hang_after_result",
            Outcome::NotStarted { .. } => "not_started",
            Outcome::Crashed { .. } => "crashed",
            Outcome::Stopped => "stopped",
            Outcome::LoopDetected { .. } => "loop_detected",
            Outcome::GateFailed { .. } => "gate_failed",
            Outcome::StorageFailed { .. } => "storage_failed",
        }
    }

    /// Whether the session's feature should be charged with a failed attempt.
    /// Faults of the account, the network or the person are not the feature's.
    pub fn counts_as_attempt(&self) -> bool {
        !matches!(
            self,
            Outcome::RateLimited { .. }
                | Outcome::AuthExpired
                | Outcome::BudgetExhausted
                | Outcome::ApiUnavailable { .. }
                | Outcome::ApiRefused { status: Some(404) }
                | Outcome::NotStarted { .. }
                | Outcome::Stopped
                | Outcome::StorageFailed { .. }
        )
    }
}

/// Why a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum RunEnd {
    /// Every card passes.
    AllPassing,
    /// The mode had a fixed amount of work and did it.
    Finished,
    /// The session limit was reached.
    SessionLimit,
    /// The money limit was reached.
    BudgetExhausted,
    /// Cards remain, but none can be worked on; the text says which and why.
    NothingReady {
        /// In words.
        why: String,
    },
    /// Cards remain that need a person's answer or were parked.
    NeedsPerson {
        /// In words.
        why: String,
    },
    /// A person stopped it.
    Stopped,
    /// A person paused it; the current session was allowed to finish.
    Paused,
    /// It could not go on.
    Failed {
        /// A stable word, such as `no_spec` or `auth_expired`.
        reason: String,
        /// In words, with what to do.
        message: String,
    },
    /// The host died; found at the next start.
    Crashed,
}

impl RunEnd {
    /// A stable word for the database, for JSON and for tests.
    pub fn code(&self) -> &'static str {
        match self {
            RunEnd::AllPassing => "all_passing",
            RunEnd::Finished => "finished",
            RunEnd::SessionLimit => "session_limit",
            RunEnd::BudgetExhausted => "budget_exhausted",
            RunEnd::NothingReady { .. } => "nothing_ready",
            RunEnd::NeedsPerson { .. } => "needs_person",
            RunEnd::Stopped => "stopped",
            RunEnd::Paused => "paused",
            RunEnd::Failed { .. } => "failed",
            RunEnd::Crashed => "crashed",
        }
    }

    /// Exit code of `harness run`: 0 all passing, 3 paused by a limit, 4 needs a person, 1 error.
    pub fn exit_code(&self) -> u8 {
        match self {
            RunEnd::AllPassing | RunEnd::Finished => 0,
            RunEnd::SessionLimit | RunEnd::BudgetExhausted | RunEnd::Stopped | RunEnd::Paused => 3,
            RunEnd::NothingReady { .. } | RunEnd::NeedsPerson { .. } => 4,
            RunEnd::Failed { .. } | RunEnd::Crashed => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail() -> String {
        "detail".into()
    }

    /// Every outcome, and whether the card is charged with it.
    fn outcomes() -> Vec<(Outcome, bool)> {
        vec![
            (Outcome::Completed, true),
            (Outcome::RateLimited { until_ms: Some(5) }, false),
            (Outcome::AuthExpired, false),
            (Outcome::BudgetExhausted, false),
            (Outcome::MaxTurns, true),
            (Outcome::ApiUnavailable { status: Some(529) }, false),
            (Outcome::ApiRefused { status: Some(400) }, true),
            (Outcome::ApiRefused { status: Some(404) }, false),
            (Outcome::HangNoFirstByte, true),
            (Outcome::HangIdle, true),
            (Outcome::HangAfterResult, true),
            (Outcome::NotStarted { detail: detail() }, false),
            (Outcome::Crashed { detail: detail() }, true),
            (Outcome::Stopped, false),
            (Outcome::LoopDetected { detail: detail() }, true),
            (Outcome::GateFailed { detail: detail() }, true),
            (Outcome::StorageFailed { detail: detail() }, false),
        ]
    }

    /// Every end of a run, and the exit code it is told with.
    fn ends() -> Vec<(RunEnd, u8)> {
        vec![
            (RunEnd::AllPassing, 0),
            (RunEnd::Finished, 0),
            (RunEnd::SessionLimit, 3),
            (RunEnd::BudgetExhausted, 3),
            (RunEnd::NothingReady { why: detail() }, 4),
            (RunEnd::NeedsPerson { why: detail() }, 4),
            (RunEnd::Stopped, 3),
            (RunEnd::Paused, 3),
            (RunEnd::Failed { reason: "no_spec".into(), message: detail() }, 1),
            (RunEnd::Crashed, 1),
        ]
    }

    #[test]
    fn faults_of_the_account_the_network_or_the_host_are_not_charged_to_the_card() {
        for (outcome, is_charged) in outcomes() {
            assert_eq!(outcome.counts_as_attempt(), is_charged, "{}", outcome.code());
        }
    }

    #[test]
    fn an_outcome_reads_back_from_its_json_whose_code_is_its_word() {
        for (outcome, _) in outcomes() {
            let json = serde_json::to_value(&outcome).expect("an object");
            assert_eq!(json["code"], outcome.code(), "JSON and the database use the same word");
            assert_eq!(serde_json::from_value::<Outcome>(json).expect("as written"), outcome);
        }
    }

    #[test]
    fn the_end_of_a_run_reads_back_from_its_json_whose_code_is_its_word() {
        for (end, _) in ends() {
            let json = serde_json::to_value(&end).expect("an object");
            assert_eq!(json["code"], end.code(), "JSON and the database use the same word");
            assert_eq!(serde_json::from_value::<RunEnd>(json).expect("as written"), end);
        }
    }

    #[test]
    fn the_exit_code_tells_a_script_whether_to_wait_to_ask_or_to_look() {
        for (end, code) in ends() {
            assert_eq!(end.exit_code(), code, "{}", end.code());
        }
    }
}
