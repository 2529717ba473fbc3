//! The CLI alone: no walls, no hooks, no database, no evidence, no commits. It is started, told the prompt, its tool
//! calls are answered from a recording, and the same check commands are run at the same points.

use crate::recording::{Answer, PREFIX, Recording, Session};
use harness_agent::env::rehearsal_environment;
use harness_rehearsal::Rehearsal;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{ChildStdin, Command, Stdio},
};

/// What makes a difference of time to commands: nobody watches, and there is no network to look for news in.
const TOLD_TO_CHECKS: [(&str, &str); 5] = [
    ("CI", "true"),
    ("NO_COLOR", "1"),
    ("TERM", "dumb"),
    ("npm_config_offline", "true"),
    ("npm_config_update_notifier", "false"),
];

/// Plays every session of a recording in `root`.
pub fn play(cli: &Path, recording: &Recording, model: &Rehearsal, root: &Path) {
    let project = root.join("project");
    let home = root.join("home");
    for dir in [&home, &home.join(".claude"), &project.join("prompts")] {
        fs::create_dir_all(dir).expect("a directory");
    }
    fs::write(project.join("prompts/app_spec.txt"), &recording.spec).expect("a file");
    for (number, session) in recording.sessions.iter().enumerate() {
        let id = uuid::Uuid::new_v4().to_string();
        let base_url = model.base_url(&session.role, &id);
        let mut env = rehearsal_environment(&base_url, &home.join(".claude"), &home);
        // Where the product commits for the agent, the agent's own commits need a name.
        for who in ["AUTHOR", "COMMITTER"] {
            env.insert(format!("GIT_{who}_NAME").into(), "Agent".into());
            env.insert(format!("GIT_{who}_EMAIL").into(), "agent@localhost".into());
        }
        let result = Conversation { session, answers: session.answers.iter(), project: &project, env }.hold(cli, &id);
        assert_eq!(result["is_error"], false, "session {number} ends as it did with the product: {result}");
    }
}

struct Conversation<'a> {
    session: &'a Session,
    answers: std::collections::vec_deque::Iter<'a, Answer>,
    project: &'a Path,
    env: BTreeMap<OsString, OsString>,
}

impl Conversation<'_> {
    /// From the start of the process to its end; the CLI's own result.
    fn hold(mut self, cli: &Path, id: &str) -> Value {
        let allowed = self.session.built_in.iter().cloned().chain([format!("{PREFIX}*")]);
        let mut child = Command::new(cli)
            .args("-p --output-format stream-json --input-format stream-json --verbose --strict-mcp-config".split(' '))
            .args([
                "--setting-sources=",
                "--mcp-config",
                r#"{"mcpServers":{"features":{"type":"sdk","name":"features"}}}"#,
            ])
            .args(["--session-id", id, "--tools", &self.session.built_in.join(",")])
            .args(allowed.map(|rule| format!("--allowedTools={rule}")))
            .current_dir(self.project)
            .env_clear()
            .envs(&self.env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the CLI starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        send(
            &mut stdin,
            &json!({ "type": "control_request", "request_id": "begin",
            "request": { "subtype": "initialize", "sdkMcpServers": ["features"] } }),
        );
        send(
            &mut stdin,
            &json!({ "type": "user", "parent_tool_use_id": null, "session_id": id,
            "message": { "role": "user", "content": self.session.prompt } }),
        );
        let mut result = Value::Null;
        for line in BufReader::new(child.stdout.take().expect("a pipe")).lines() {
            let message: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
            match message["type"].as_str() {
                Some("control_request") => {
                    let response = self.answer(&message["request"]);
                    send(
                        &mut stdin,
                        &json!({ "type": "control_response", "response":
                        { "subtype": "success", "request_id": message["request_id"], "response": response } }),
                    );
                }
                Some("result") => {
                    result = message;
                    break;
                }
                _ => {}
            }
        }
        drop(stdin);
        child.wait().expect("the CLI ends");
        assert_eq!(self.answers.len(), 0, "every recorded call was made again");
        result
    }

    fn answer(&mut self, request: &Value) -> Value {
        let message = &request["message"];
        match request["subtype"].as_str() {
            Some("mcp_message") if message["id"].is_null() => json!({ "mcp_response": {} }),
            Some("mcp_message") => {
                let result = self.result_of(message["method"].as_str().unwrap_or_default(), &message["params"]);
                json!({ "mcp_response": { "jsonrpc": "2.0", "id": message["id"], "result": result } })
            }
            other => panic!("the CLI asks for {other:?}, which a bare host does not answer"),
        }
    }

    fn result_of(&mut self, method: &str, params: &Value) -> Value {
        match method {
            "initialize" => json!({ "protocolVersion": params["protocolVersion"], "capabilities": { "tools": {} },
                "serverInfo": { "name": "recorded", "version": "1" } }),
            "tools/list" => json!({ "tools": self.session.tools }),
            "tools/call" => {
                let answer = self.answers.next().expect("no more calls than were recorded");
                answer.checks.iter().for_each(|command| self.check(command));
                json!({ "content": [{ "type": "text", "text": answer.text }], "isError": answer.is_error })
            }
            _ => json!({}),
        }
    }

    /// Runs a check without walls but otherwise as the product does; what comes out is in the recording already.
    fn check(&self, command: &str) {
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(self.project)
            .env_clear()
            .envs(self.env.iter().filter(|(name, _)| *name == "PATH" || *name == "HOME"))
            .envs(TOLD_TO_CHECKS)
            .output();
        output.expect("a check runs");
    }
}

fn send(stdin: &mut ChildStdin, message: &Value) {
    let mut line = message.to_string();
    line.push('\n');
    stdin.write_all(line.as_bytes()).expect("the CLI reads");
}
