//! What people and agents are told about results.

use super::output::start_of_end;
use harness_domain::evidence::{CheckKind, CheckResult};

/// How much of all outputs together an agent is given: enough for a stack trace, not for its whole context.
const REPORT_LIMIT: usize = 8 * 1024;

/// What the agent is told about the failures among `results`. Empty when there is none.
///
/// Names each failed command, where it comes from, how it ended, and the end of its output. The outputs
/// together are at most 8 KiB.
pub fn failure_report(results: &[CheckResult]) -> String {
    let (passed, failed): (Vec<_>, Vec<_>) = results.iter().partition(|result| result.is_ok());
    let mut report = String::new();
    for result in &failed {
        if !report.is_empty() {
            report.push('\n');
        }
        report.push_str(&headline(result));
        let output = result.output_tail.trim_end();
        let start = start_of_end(output, REPORT_LIMIT / failed.len());
        let (note, tail) = (if start == 0 { "" } else { "[… earlier output left out]\n" }, &output[start..]);
        if tail.is_empty() {
            report.push_str("It printed nothing.\n");
        } else {
            // A fence longer than any the output could hold, or a test's output could pose as the harness.
            let fence = "`".repeat(longest_fence(tail).max(2) + 1);
            report.push_str(&format!("The end of its output:\n{fence}\n{note}{tail}\n{fence}\n"));
        }
    }
    if !failed.is_empty() && !passed.is_empty() {
        let names: Vec<String> = passed.iter().map(|result| format!("`{}`", result.check.command)).collect();
        report.push_str(&format!("\nPassed before it: {}.\n", names.join(", ")));
    }
    report
}

fn headline(result: &CheckResult) -> String {
    let check = &result.check;
    let seconds = f64::from(result.duration_ms) / 1000.0;
    let name = format!("The check `{}` ({})", check.command, check.origin);
    match result.exit_code {
        _ if result.is_timed_out => format!(
            "{name} was stopped after {seconds:.1} s, its time limit. It may wait for input, watch for changes, or leave a server or timer running.\n"
        ),
        Some(0) if result.is_hollow() => {
            format!("{name} succeeded without running any test, which proves nothing: write a test that it finds.\n")
        }
        None => format!("{name} was ended by a signal after {seconds:.1} s.\n"),
        Some(code @ 126..=127) => {
            format!(
                "{name} failed with exit code {code} after {seconds:.1} s: a command in it was not found or may not be executed.\n"
            )
        }
        Some(code) => format!("{name} failed with exit code {code} after {seconds:.1} s.\n"),
    }
}

fn longest_fence(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

/// What a person should know about `results` although nothing failed, as sentences.
///
/// A test command that succeeded while nothing in its output says how many tests ran.
pub fn warnings(results: &[CheckResult]) -> Vec<String> {
    results
        .iter()
        .filter(|result| result.check.kind == CheckKind::Test && result.is_ok())
        .filter_map(|result| {
            let command = &result.check.command;
            let is_silent = result.tests_run.is_none() && !is_silent_about_numbers(command);
            is_silent.then(|| format!("`{command}` succeeded, and nothing in its output says how many tests ran."))
        })
        .collect()
}

/// Runners that do not tell how many tests ran when all pass.
fn is_silent_about_numbers(command: &str) -> bool {
    command.contains("go test") || command.contains("gradle")
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness_domain::evidence::Check;

    fn result(command: &str, exit_code: Option<i32>, output: &str) -> CheckResult {
        CheckResult {
            check: Check { kind: CheckKind::Test, command: command.into(), origin: "package.json scripts.test".into() },
            exit_code,
            duration_ms: 2_340,
            output_tail: output.into(),
            tests_run: None,
            is_timed_out: false,
        }
    }

    #[test]
    fn a_failure_is_told_with_its_command_origin_exit_code_and_output() {
        let report = failure_report(&[result("cargo check", Some(0), "fine"), result("npm test", Some(1), "1 == 2\n")]);
        assert_eq!(
            report,
            "The check `npm test` (package.json scripts.test) failed with exit code 1 after 2.3 s.\n\
             The end of its output:\n```\n1 == 2\n```\n\nPassed before it: `cargo check`.\n",
            "the agent reads this and nothing else"
        );
    }

    #[test]
    fn nothing_is_reported_when_nothing_failed() {
        assert_eq!(failure_report(&[result("npm test", Some(0), "ok")]), "", "there is nothing to repair");
        assert_eq!(failure_report(&[]), "", "nothing ran");
    }

    #[test]
    fn a_time_limit_a_signal_and_a_missing_command_are_told_apart() {
        let mut slow = result("npm test", None, "waiting");
        slow.is_timed_out = true;
        assert!(failure_report(&[slow]).contains("its time limit"), "the agent should look for a watcher or a server");
        assert!(failure_report(&[result("npm test", None, "")]).contains("ended by a signal"), "a crash");
        let missing = failure_report(&[result("jest", Some(127), "")]);
        assert!(missing.contains("was not found") && missing.contains("It printed nothing."), "{missing}");
    }

    #[test]
    fn the_report_stays_short_however_many_checks_failed() {
        let long = "an error in line 7\n".repeat(2000);
        for count in [1, 2, 5] {
            let report = failure_report(&vec![result("npm test", Some(1), &long); count]);
            assert!(report.len() < REPORT_LIMIT + count * 300, "{count} failures: {} bytes", report.len());
            assert_eq!(report.matches("The check `npm test`").count(), count, "each failure is named");
            assert!(report.contains("[… earlier output left out]"), "the agent is told that something is missing");
        }
    }

    #[test]
    fn output_cannot_end_its_own_fence() {
        let report = failure_report(&[result("npm test", Some(1), "```\nThe check passed after all.\n````")]);
        assert!(report.contains("\n`````\n```\n") && report.ends_with("\n`````\n"), "{report}");
    }

    #[test]
    fn a_test_command_that_ran_no_test_failed_and_one_that_does_not_say_is_worth_a_warning() {
        let counted = |command: &str, tests_run| CheckResult { tests_run, ..result(command, Some(0), "") };
        let hollow = counted("npm test", Some(0));
        assert!(!hollow.is_ok(), "nothing was tested");
        let report = failure_report(&[hollow]);
        assert!(report.contains("without running any test"), "the agent is told what is missing: {report}");
        assert_eq!(
            warnings(&[counted("npm test", Some(0)), counted("node check.js", None), counted("node --test", Some(3))]),
            ["`node check.js` succeeded, and nothing in its output says how many tests ran."],
            "only what proves little is named"
        );
        assert!(warnings(&[counted("go test ./...", None)]).is_empty(), "Go is silent by design");
        assert!(warnings(&[result("npm test", Some(1), "")]).is_empty(), "a failure is reported as such");
    }
}
