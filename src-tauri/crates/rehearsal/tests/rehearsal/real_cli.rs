//! The real Claude CLI against the scripted model, in a cleared environment.

use crate::client::rehearse;
use harness_rehearsal::Rehearsal;
use serde_json::Value;
use std::{path::PathBuf, process::Stdio, time::Duration};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

/// What a run of the CLI left behind.
struct Run {
    lines: Vec<Value>,
    exit: Option<i32>,
    project: TempDir,
}

impl Run {
    fn result(&self) -> &Value {
        self.lines.iter().find(|line| line["type"] == "result").unwrap_or_else(|| panic!("no result: {:?}", self.lines))
    }
}

fn claude() -> PathBuf {
    let packages = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../node_modules/@anthropic-ai");
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "darwin-x64",
        ("macos", "aarch64") => "darwin-arm64",
        (_, _) => "win32-x64",
    };
    let binary = packages.join(format!("claude-code-{platform}/claude{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.is_file(), "the Claude CLI is missing at {}; run `npm ci` first", binary.display());
    binary
}

async fn run(rehearsal: &Rehearsal, role: &str) -> Run {
    let home = TempDir::new().expect("a home");
    let project = TempDir::new().expect("a project");
    #[expect(clippy::disallowed_methods, reason = "the test owns this child and waits for it")]
    let mut command = tokio::process::Command::new(claude());
    command
        .args([
            "-p",
            "--output-format",
            "stream-json",
            "--verbose",
            "--setting-sources=",
            "--model",
            "claude-sonnet-4-5",
        ])
        .args(["--tools", "Bash,Read,Write,Edit", "--allowedTools", "Bash,Read,Write,Edit"])
        .current_dir(project.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").expect("a PATH"))
        .env("HOME", home.path())
        .env("CLAUDE_CONFIG_DIR", home.path().join("config"))
        .env("ANTHROPIC_BASE_URL", rehearsal.base_url(role, "session-1"))
        .env("ANTHROPIC_API_KEY", "rehearsal")
        .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
        .env("DISABLE_AUTOUPDATER", "1")
        .env("CLAUDE_CODE_MAX_RETRIES", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    let mut child = command.spawn().expect("the CLI starts");
    let mut stdin = child.stdin.take().expect("its input is ours");
    stdin.write_all(b"Do the work.\n").await.expect("it takes the prompt");
    drop(stdin);
    let output = tokio::time::timeout(Duration::from_secs(30), child.wait_with_output()).await;
    let output = output.expect("the CLI ends in time").expect("its output can be read");
    let text = String::from_utf8(output.stdout).expect("its output is UTF-8");
    let lines = text.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect();
    Run { lines, exit: output.status.code(), project }
}

#[tokio::test]
async fn the_real_cli_writes_files_and_runs_commands_as_the_script_says() {
    let rehearsal = rehearse(
        r#"
  coding:
    - say: Writing a file.
      calls: [{Write: {file_path: notes/greeting.txt, content: "hello\nwörld\n"}}]
    - calls:
        - Bash: {command: "wc -l < notes/greeting.txt && false", description: Count the lines}
        - Read: {file_path: notes/greeting.txt}
    - when: {Bash: {failed: true, contains: "2"}}
      say: Mending it.
      calls: [{Edit: {file_path: notes/greeting.txt, old_string: hello, new_string: goodbye}}]
    - say: "All done in {{ cwd }}."
"#,
    )
    .await;
    let run = run(&rehearsal, "coding").await;
    let written = std::fs::read_to_string(run.project.path().join("notes/greeting.txt"));
    assert_eq!(written.expect("the file was written"), "goodbye\nwörld\n", "written, then edited");
    let result = run.result();
    assert_eq!((result["subtype"].as_str(), run.exit), (Some("success"), Some(0)), "got {result}");
    let project = run.project.path().canonicalize().expect("it exists");
    assert_eq!(result["result"], format!("All done in {}.", project.display()));
    assert!(result["usage"]["output_tokens"].as_u64() > Some(0), "usage is counted: {result}");
    let recorded = rehearsal.recorded();
    assert!(recorded.iter().all(|request| request.rehearsal_error.is_none()), "got {recorded:?}");
    let turns: Vec<usize> = recorded.iter().map(|request| request.turn).collect();
    assert_eq!(turns, [0, 1, 2, 3], "one request a turn, none beside");
    assert!(recorded[0].header_names.contains(&"x-api-key".to_owned()), "its own key is the only one it sends");
    rehearsal.stop().await;
}

#[tokio::test]
async fn the_real_cli_reports_errors_of_the_service_by_their_status() {
    let errors = [(429, "rate_limit"), (401, "authentication_failed"), (529, "server_error")];
    let runs = errors.map(|(status, word)| async move {
        let rehearsal = rehearse(&format!("  coding:\n    - error: {{status: {status}}}\n")).await;
        let run = run(&rehearsal, "coding").await;
        let result = run.result();
        assert_eq!(result["api_error_status"], status, "{word}: got {result}");
        assert_eq!((result["is_error"].as_bool(), run.exit), (Some(true), Some(1)), "{word}: got {result}");
        assert!(run.lines.iter().any(|line| line["error"] == word), "the CLI must call {status} `{word}`");
    });
    for run in runs {
        run.await;
    }
}

#[tokio::test]
async fn the_real_cli_gets_over_a_connection_that_is_cut_once() {
    let rehearsal = rehearse(
        "  coding:\n    - {cut: {times: 1}, calls: [{Write: {file_path: a.txt, content: a}}]}\n    - say: Done.\n",
    )
    .await;
    let run = run(&rehearsal, "coding").await;
    assert_eq!(run.result()["result"], "Done.", "got {}", run.result());
    assert!(run.project.path().join("a.txt").is_file(), "the repeated turn was carried out");
}
