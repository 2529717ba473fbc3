//! What people and agents are told about results.

use harness_domain::evidence::CheckResult;

/// What the agent is told about the failures among `results`. Empty when there is none.
pub fn failure_report(results: &[CheckResult]) -> String {
    let _ = results;
    String::new()
}

/// What a person should know about `results` although nothing failed.
pub fn warnings(results: &[CheckResult]) -> Vec<String> {
    let _ = results;
    Vec::new()
}
