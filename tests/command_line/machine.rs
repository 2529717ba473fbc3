//! `harness doctor`: what is there, what is missing, and how to get it.

use crate::support::Machine;
use serde_json::{Value, json};

fn finding<'a>(findings: &'a Value, what: &str) -> &'a Value {
    let found = findings.as_array().expect("a list").iter().find(|finding| finding["what"] == what);
    found.unwrap_or_else(|| panic!("{what} is looked at: {findings}"))
}

#[test]
fn the_doctor_finds_the_bundled_cli_and_its_login_and_its_exit_code_says_whether_runs_can_start() {
    let machine = Machine::new();
    let ended = machine.harness(&["doctor", "--json"]);
    let findings: Value = serde_json::from_str(&ended.stdout).expect("findings are JSON");
    let cli = finding(&findings, "Claude CLI");
    assert_eq!(cli["state"], "ok", "set-up bundles the CLI: {cli}");
    assert!(cli["detail"].as_str().is_some_and(|detail| detail.starts_with("2.")), "with its version: {cli}");
    let login = finding(&findings, "Claude login");
    assert_eq!(login["state"], "warning", "this home has no login: {login}");
    assert!(
        login["remedy"].as_str().is_some_and(|remedy| remedy.contains("auth login")),
        "and how to get one: {login}"
    );
    let data = finding(&findings, "data directory");
    let expected = machine.path("data").canonicalize().expect("the data directory");
    assert_eq!(data["detail"], json!(expected), "the directory in use is named: {data}");
    for finding in findings.as_array().expect("a list") {
        let (is_ok, has_remedy) = (finding["state"] == "ok", finding.get("remedy").is_some());
        assert_ne!(is_ok, has_remedy, "what is not as it should be has a remedy: {finding}");
    }
    let is_missing = findings.as_array().expect("a list").iter().any(|finding| finding["state"] == "missing");
    assert_eq!(ended.code, Some(i32::from(is_missing)), "the exit code is for scripts: {findings}");

    let told = machine.harness(&["doctor"]);
    assert_eq!(told.code, ended.code, "people get the same");
    assert!(told.stdout.contains("Claude CLI") && told.stdout.contains("→"), "with remedies: {}", told.stdout);
    assert!(!told.stdout.contains('\u{1b}'), "in plain text where there is no terminal: {}", told.stdout);
}

#[test]
fn a_cli_that_is_not_there_or_not_one_is_missing() {
    let machine = Machine::new();
    for path in ["/nowhere/claude", "/bin/ls"] {
        let ended = machine.harness(&["doctor", "--json", "--claude", path]);
        assert_eq!(ended.code, Some(1), "no run can start with {path}: {ended:?}");
        let findings: Value = serde_json::from_str(&ended.stdout).expect("findings are JSON");
        let cli = finding(&findings, "Claude CLI");
        assert_eq!(cli["state"], "missing", "{cli}");
        assert!(cli["detail"].as_str().is_some_and(|detail| detail.contains(path)), "the path is named: {cli}");
    }
}

#[test]
fn an_api_key_in_the_environment_is_told_and_never_shown() {
    let machine = Machine::new();
    let mut command = machine.command(&["doctor"]);
    let child = command.env("ANTHROPIC_API_KEY", "sk-ant-secret-words").stdout(std::process::Stdio::piped());
    let ended = crate::support::finish(child.stderr(std::process::Stdio::piped()).spawn().expect("it starts"));
    assert!(ended.stdout.contains("ANTHROPIC_API_KEY"), "a person sees what a run is billed to: {}", ended.stdout);
    assert!(!format!("{ended:?}").contains("secret-words"), "but never the key");
}
