//! Which [`Outcome`] a session had: decided from the CLI's structured fields and the process's own end, never from
//! anything the agent or a tool wrote.

use crate::usage::Tally;
use harness_domain::failure::Outcome;
use std::process::ExitStatus;

/// How a process ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Exit {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
}

impl Exit {
    /// As the operating system told it; neither code nor signal where it told nothing.
    #[cfg(unix)]
    pub(crate) fn of(status: Option<ExitStatus>) -> Self {
        use std::os::unix::process::ExitStatusExt;
        let Some(status) = status else { return Self::default() };
        Self { code: status.code(), signal: status.signal() }
    }

    /// As the operating system told it; there are no signals here.
    #[cfg(not(unix))]
    pub(crate) fn of(status: Option<ExitStatus>) -> Self {
        Self { code: status.and_then(|status| status.code()), signal: None }
    }
}

/// What the host did to the session.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Intervention {
    /// The host ended it before any result, and this is why.
    pub(crate) ended: Option<Outcome>,
    /// The host interrupted its turn.
    pub(crate) interrupted: bool,
    /// It did not exit by itself after its result.
    pub(crate) lingered: bool,
}

/// The outcome of a session that is over.
pub(crate) fn outcome(tally: &Tally, host: &Intervention, exit: Exit, stderr_tail: &str) -> Outcome {
    if let Some(ended) = &host.ended {
        return ended.clone();
    }
    let Some(result) = &tally.result else { return crashed(exit, stderr_tail) };
    match result.subtype.as_str() {
        "error_max_turns" => return Outcome::MaxTurns,
        "error_max_budget_usd" => return Outcome::BudgetExhausted,
        "success" if !result.is_error => return Outcome::Completed,
        _ => {}
    }
    if host.interrupted && result.api_error_status.is_none() {
        return Outcome::Stopped;
    }
    if let Some(refusal) = refusal(tally, result.api_error_status) {
        return refusal;
    }
    if host.lingered {
        return Outcome::HangAfterResult;
    }
    Outcome::Crashed { detail: format!("the Claude CLI reported {}: {}", result.subtype, result.errors.join("; ")) }
}

/// What the API refused the session with, if it did.
fn refusal(tally: &Tally, result_status: Option<u16>) -> Option<Outcome> {
    let error = tally.api_error.as_ref();
    let status = result_status.or_else(|| error.and_then(|error| error.status));
    let word = error.and_then(|error| error.word.as_deref()).unwrap_or_default();
    let rate_limited = || {
        let reset = tally.refused.as_ref().and_then(|limit| limit.resets_at_s);
        Some(Outcome::RateLimited { until_ms: reset.map(|seconds| (seconds * 1000.0) as i64) })
    };
    match (status, word) {
        (Some(429), _) => return rate_limited(),
        (Some(401 | 403), _) => return Some(Outcome::AuthExpired),
        (_, "billing_error") | (Some(402), _) => return Some(Outcome::BudgetExhausted),
        (Some(408 | 500..=599), _) => return Some(Outcome::ApiUnavailable { status }),
        (Some(400..=499), _) => return Some(Outcome::ApiRefused { status }),
        _ => {}
    }
    match word {
        "rate_limit" => rate_limited(),
        "authentication_failed" | "oauth_org_not_allowed" => Some(Outcome::AuthExpired),
        "overloaded" | "server_error" => Some(Outcome::ApiUnavailable { status }),
        "invalid_request" | "model_not_found" | "max_output_tokens" => Some(Outcome::ApiRefused { status }),
        _ if tally.refused.is_some() => rate_limited(),
        // A retry whose error has no status never reached the API.
        _ if error.is_some() => Some(Outcome::ApiUnavailable { status }),
        _ => None,
    }
}

/// How much of the error output goes into a detail: it is shown to people, and stored with each session.
const LAST_WORDS_CHARS: usize = 1_000;

fn last_words(stderr_tail: &str) -> &str {
    let words = stderr_tail.trim();
    let start = words.char_indices().rev().nth(LAST_WORDS_CHARS - 1).map_or(0, |(start, _)| start);
    if start == 0 {
        return words;
    }
    // From a whole line or at least a whole word on: half a key could not be told from any other word.
    let rest = &words[start..];
    let cut = rest.find('\n').or_else(|| rest.find(char::is_whitespace));
    cut.map_or("", |cut| rest[cut..].trim_start())
}

fn crashed(exit: Exit, stderr_tail: &str) -> Outcome {
    let how = match (exit.code, exit.signal) {
        (Some(code), _) => format!("the Claude CLI exited with code {code} and no result"),
        (None, Some(signal)) => format!("the Claude CLI was killed by signal {signal}"),
        (None, None) => "the Claude CLI disappeared".to_owned(),
    };
    let last_words = last_words(stderr_tail);
    let detail = if last_words.is_empty() { how } else { format!("{how}: {last_words}") };
    Outcome::Crashed { detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Message;

    const FAILED: &str = r#"{"type":"result","subtype":"success","is_error":true,"api_error_status":STATUS}"#;
    const REFUSED: &str = r#"{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1893456000,"rateLimitType":"five_hour"}}"#;

    fn outcome_of(lines: &[&str]) -> Outcome {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.see(&Message::parse(line).body));
        outcome(&tally, &Intervention::default(), Exit { code: Some(1), signal: None }, "")
    }

    fn failed(status: &str) -> String {
        FAILED.replace("STATUS", status)
    }

    #[test]
    fn the_status_of_the_api_decides() {
        let cases = [
            ("401", Outcome::AuthExpired),
            ("403", Outcome::AuthExpired),
            ("429", Outcome::RateLimited { until_ms: None }),
            ("500", Outcome::ApiUnavailable { status: Some(500) }),
            ("529", Outcome::ApiUnavailable { status: Some(529) }),
            ("400", Outcome::ApiRefused { status: Some(400) }),
            ("413", Outcome::ApiRefused { status: Some(413) }),
        ];
        for (status, expected) in cases {
            assert_eq!(outcome_of(&[&failed(status)]), expected, "HTTP {status}");
        }
    }

    #[test]
    fn a_rejected_subscription_is_waited_for_until_its_window_begins_anew() {
        let until = Outcome::RateLimited { until_ms: Some(1_893_456_000_000) };
        assert_eq!(outcome_of(&[REFUSED, &failed("429")]), until, "with a status");
        assert_eq!(outcome_of(&[REFUSED, &failed("null")]), until, "and without");
    }

    #[test]
    fn a_crash_tells_the_end_of_its_error_output_and_not_all_of_it() {
        let noise = format!("{} the reason: 日本", "日".repeat(5_000));
        let Outcome::Crashed { detail } = crashed(Exit { code: Some(1), signal: None }, &noise) else { panic!() };
        assert!(detail.ends_with("the reason: 日本"), "what matters stands last: {detail}");
        assert!(detail.chars().count() < 1_100, "a screenful is enough: {}", detail.chars().count());
    }

    #[test]
    fn a_warning_is_no_refusal() {
        let warning = REFUSED.replace("rejected", "allowed_warning");
        assert_eq!(
            outcome_of(&[&warning, &failed("429")]),
            Outcome::RateLimited { until_ms: None },
            "the time of a window that is not used up is not the time to wait for"
        );
    }

    #[test]
    fn an_error_that_was_overcome_does_not_count() {
        let retry =
            r#"{"type":"system","subtype":"api_retry","attempt":1,"error_status":401,"error":"authentication_failed"}"#;
        let answer = r#"{"type":"assistant","message":{"id":"m","content":[]}}"#;
        let crash = r#"{"type":"result","subtype":"error_during_execution","is_error":true,"errors":["boom"]}"#;
        assert_eq!(
            outcome_of(&[retry, answer, crash]),
            Outcome::Crashed { detail: "the Claude CLI reported error_during_execution: boom".into() },
            "the model answered after the retry, so the login was not what ended the session"
        );
        assert_eq!(outcome_of(&[retry, crash]), Outcome::AuthExpired, "without an answer it was");
    }

    #[test]
    fn a_connection_that_was_never_made_is_the_apis_fault() {
        let retry = r#"{"type":"system","subtype":"api_retry","attempt":1,"error_status":null,"error":"unknown"}"#;
        assert_eq!(
            outcome_of(&[retry, &failed("null")]),
            Outcome::ApiUnavailable { status: None },
            "not the feature's"
        );
    }

    #[test]
    fn prose_about_limits_and_keys_changes_nothing() {
        let prose = r#"{"type":"assistant","message":{"id":"m","content":[{"type":"text","text":"rate limit exceeded. Invalid API key. API Error: 401"}]}}"#;
        let done =
            r#"{"type":"result","subtype":"success","is_error":false,"result":"429 rate_limit_error Invalid API key"}"#;
        assert_eq!(outcome_of(&[prose, done]), Outcome::Completed, "an agent may write about anything");
    }

    #[test]
    fn a_result_that_does_not_say_whether_it_failed_is_not_believed() {
        let mute = r#"{"type":"result","subtype":"success"}"#;
        assert!(matches!(outcome_of(&[mute]), Outcome::Crashed { .. }), "fail closed");
    }
}
