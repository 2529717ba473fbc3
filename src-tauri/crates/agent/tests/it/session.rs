//! Whole sessions of the real CLI that go well.

use crate::support::{Host, Model, Reply, Room, bash, run, text, tool};
use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64};
use harness_agent::{Body, PermissionAnswer, ToolVerdict};
use harness_domain::failure::Outcome;
use serde_json::{Value, json};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

#[tokio::test]
async fn hooks_allow_deny_and_rewrite_and_their_words_reach_the_model() {
    let room = Room::new();
    let model = Model::new(|n, _| match n {
        0 => bash("echo allowed > allowed"),
        1 => bash("echo denied > denied"),
        2 => bash("echo original > original"),
        3 => bash("exit 3"),
        _ => text("All done."),
    })
    .await;
    let stops = AtomicU32::new(0);
    let host = Arc::new(Host {
        on_call: Box::new(|call| match call.input["command"].as_str().unwrap() {
            command if command.contains("denied") => ToolVerdict::Deny { reason: "RULE-7 forbids it".into() },
            command if command.contains("original") => {
                ToolVerdict::Rewrite { input: json!({ "command": "echo rewritten > rewritten", "description": "x" }) }
            }
            _ => ToolVerdict::Allow,
        }),
        on_done: Box::new(|done| Some(if done.error.is_some() { "FAILED-CONTEXT" } else { "DONE-CONTEXT" }.into())),
        on_stop: Box::new(move || (stops.fetch_add(1, Ordering::Relaxed) == 0).then(|| "NOT-YET".into())),
        ..Host::default()
    });
    let mut launch = room.launch(&model);
    launch.append_system_prompt = Some("PURPLE-ELEPHANT".into());
    let end = run(launch, &host).await;

    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    let project = room.project();
    assert!(project.join("allowed").exists(), "an allowed command runs");
    assert!(!project.join("denied").exists(), "a denied one does not");
    assert!(
        !project.join("original").exists() && project.join("rewritten").exists(),
        "a rewritten one runs as rewritten"
    );
    let heard = model.heard();
    for word in ["RULE-7 forbids it", "DONE-CONTEXT", "FAILED-CONTEXT", "NOT-YET", "PURPLE-ELEPHANT"] {
        assert!(heard.contains(word), "the model was not told {word}");
    }
    assert_eq!(end.exit_code, Some(0), "a clean end");
    assert_eq!(end.leftovers_killed, 0, "nothing was left over");
    assert_eq!(end.result_text.as_deref(), Some("All done."), "the agent's last words");
    let messages = u64::try_from(model.requests().len()).unwrap();
    assert_eq!(end.usage.output_tokens, 50 * messages, "each message counts once: {:?}", end.usage);
    assert_eq!(end.usage.cache_read_tokens, 3 * messages, "cached tokens too");
    assert!(end.cost_usd > 0.0 && end.context_window.is_some(), "money and context are reported: {end:?}");
    assert_eq!(end.api_key_source.as_deref(), Some("ANTHROPIC_API_KEY"), "so that a key over a subscription shows");
    assert!(end.cli_version.is_some(), "which version worked");
}

#[tokio::test]
async fn every_line_reaches_the_host_in_order_and_whole() {
    let room = Room::new();
    let model = Model::new(|n, _| match n {
        0 => bash("echo 'こんにちは 🦀'"),
        _ => text("Größe 日本 👩‍👩‍👧"),
    })
    .await;
    let host = Arc::new(Host::default());
    let end = run(room.launch(&model), &host).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    let messages = host.messages.lock().unwrap();
    assert!(!messages.iter().any(|m| matches!(m.body, Body::Opaque(_))), "the real CLI writes nothing unreadable");
    for message in messages.iter() {
        let kind: Value = serde_json::from_str(&message.raw).expect("each raw line is the JSON that came");
        assert!(kind["type"].is_string(), "and has a type");
    }
    let position = |wanted: fn(&Body) -> bool| messages.iter().position(|m| wanted(&m.body)).expect("it came");
    let init = position(|body| matches!(body, Body::SystemInit(_)));
    let called = position(|body| matches!(body, Body::Assistant(_)));
    let result = position(|body| matches!(body, Body::User(_)));
    let end_line = position(|body| matches!(body, Body::Result(_)));
    assert!(init < called && called < result && result < end_line, "in the order of the session");
    drop(messages);
    assert_eq!(host.results(), [(false, "こんにちは 🦀".to_owned())], "tool results are read whole");
    assert_eq!(end.result_text.as_deref(), Some("Größe 日本 👩‍👩‍👧"), "and so are the last words");
}

#[tokio::test]
async fn a_deferred_call_is_decided_by_the_person() {
    let room = Room::new();
    let model = Model::new(|n, _| match n {
        0 => bash("touch granted"),
        1 => bash("touch refused"),
        _ => text("done"),
    })
    .await;
    let host = Arc::new(Host {
        on_call: Box::new(|_| ToolVerdict::Defer),
        on_ask: Box::new(|ask| {
            assert!(ask.tool == "Bash" && ask.tool_use_id.is_some(), "the question says what it is about: {ask:?}");
            Some(match ask.input["command"].as_str() {
                Some("touch granted") => PermissionAnswer::Allow { input: None },
                _ => PermissionAnswer::Deny { message: "THE-PERSON-SAYS-NO".into(), interrupt: false },
            })
        }),
        ..Host::default()
    });
    let end = run(room.launch(&model), &host).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    assert!(room.project().join("granted").exists(), "what the person allows runs");
    assert!(!room.project().join("refused").exists(), "what the person refuses does not");
    assert!(model.heard().contains("THE-PERSON-SAYS-NO"), "and the model reads why");
}

#[tokio::test]
async fn a_person_who_refuses_and_interrupts_has_stopped_the_session() {
    let room = Room::new();
    let model = Model::new(|n, _| if n == 0 { bash("touch refused") } else { text("never asked") }).await;
    let host = Arc::new(Host {
        on_call: Box::new(|_| ToolVerdict::Defer),
        on_ask: Box::new(|_| Some(PermissionAnswer::Deny { message: "stop this".into(), interrupt: true })),
        ..Host::default()
    });
    let end = run(room.launch(&model), &host).await;
    assert_eq!(end.outcome, Outcome::Stopped, "it was the person, not a crash: {end:?}");
    assert_eq!(model.requests().len(), 1, "the turn ended there");
}

#[tokio::test]
async fn a_sub_agent_in_the_background_is_asked_about_and_waited_for() {
    let room = Room::new();
    let model = Model::new(|n, request| {
        let told = request["messages"].to_string();
        let is_sub_agent = request["messages"][0].to_string().contains("SUB-AGENT-PROMPT");
        match n {
            _ if is_sub_agent && told.contains("tool_result") => text("SUB-AGENT-REPORT"),
            _ if is_sub_agent => bash("sleep 0.3; touch by-sub-agent"),
            0 => tool(
                "Agent",
                json!({ "description": "d", "prompt": "SUB-AGENT-PROMPT", "subagent_type": "general-purpose",
                    "run_in_background": true }),
            ),
            _ => text("main"),
        }
    })
    .await;
    let host = Arc::new(Host {
        on_call: Box::new(|call| match call.agent_id {
            Some(_) => {
                ToolVerdict::Rewrite { input: json!({ "command": "sleep 0.3; touch rewritten", "description": "x" }) }
            }
            None => ToolVerdict::Allow,
        }),
        ..Host::default()
    });
    let mut launch = room.launch(&model);
    launch.tools.push("Agent".into());
    let end = run(launch, &host).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    assert!(room.project().join("rewritten").exists(), "the sub-agent was waited for, and its calls were asked about");
    assert!(!room.project().join("by-sub-agent").exists(), "none of them ran unasked");
    let results = host.messages.lock().unwrap().iter().filter(|m| matches!(m.body, Body::Result(_))).count();
    assert_eq!(results, 2, "its end began another turn, in which the agent learnt of it");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn inside_a_wall_with_processes_of_its_own_the_session_runs_and_is_ended_whole() {
    let path = std::env::var_os("PATH").unwrap();
    let Some(bwrap) = std::env::split_paths(&path).map(|dir| dir.join("bwrap")).find(|file| file.is_file()) else {
        return; // a machine without bubblewrap has no such sessions
    };
    let room = Room::new();
    let model = Model::new(|n, _| match n {
        0 => bash("echo $$ > inside; (setsid sleep 600 > /dev/null 2>&1 &)"),
        _ => text("done"),
    })
    .await;
    let mut launch = room.launch(&model);
    let mut wrapper: Vec<std::ffi::OsString> = vec![bwrap.into()];
    for word in ["--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-pid"] {
        wrapper.push(word.into());
    }
    let dir = room.path("").into_os_string();
    wrapper.extend(["--bind".into(), dir.clone(), dir]);
    wrapper.extend(["--tmpfs".into(), "/var/tmp".into(), "--".into()]);
    launch.wrapper = wrapper;
    launch.env.insert("TMPDIR".into(), room.path("home").into());
    let session = launch.session_id;
    let end = run(launch, &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    let pid: u32 = std::fs::read_to_string(room.project().join("inside")).unwrap().trim().parse().unwrap();
    assert!(pid < 1000, "its processes are numbered anew, so this was inside: {pid}");
    assert_eq!(harness_agent::reap_marked(session), 0, "the daemon went with the wall, or was found through it");
}

#[tokio::test]
async fn a_host_that_panics_refuses() {
    let room = Room::new();
    let model = Model::new(|n, _| if n == 0 { bash("touch ran") } else { text("done") }).await;
    let host = Arc::new(Host { on_call: Box::new(|_| panic!("a fault of the host")), ..Host::default() });
    let mut launch = room.launch(&model);
    launch.allowed_tools = vec!["Bash".into()];
    let end = run(launch, &host).await;
    assert_eq!(end.outcome, Outcome::Completed, "the session goes on: {end:?}");
    assert!(!room.project().join("ran").exists(), "a tool that nobody decided about must not run");
    assert!(host.results()[0].0, "the model is told that it was refused");
}

#[tokio::test]
async fn tools_of_the_host_are_listed_and_called_in_channel() {
    let room = Room::new();
    let model = Model::new(|n, request| match n {
        0 => {
            let tools = request["tools"].to_string();
            assert!(tools.contains("mcp__features__feature_get_next"), "the model sees the host's tool: {tools}");
            tool("mcp__features__feature_get_next", json!({ "limit": 3 }))
        }
        _ => text("done"),
    })
    .await;
    let calls = Arc::new(Mutex::new(Vec::new()));
    let seen = calls.clone();
    let host = Arc::new(Host {
        on_mcp: Box::new(move |server, message| {
            assert_eq!(server, "features", "the message says which server it is for");
            let result = match message["method"].as_str().unwrap() {
                "initialize" => json!({ "protocolVersion": message["params"]["protocolVersion"],
                    "capabilities": { "tools": {} }, "serverInfo": { "name": "features", "version": "1" } }),
                "tools/list" => json!({ "tools": [{ "name": "feature_get_next", "description": "next",
                    "inputSchema": { "type": "object", "properties": { "limit": { "type": "integer" } } } }] }),
                "tools/call" => {
                    seen.lock().unwrap().push(message["params"].clone());
                    json!({ "content": [{ "type": "text", "text": "FEATURE-42" }] })
                }
                _ => return Value::Null,
            };
            json!({ "jsonrpc": "2.0", "id": message["id"], "result": result })
        }),
        ..Host::default()
    });
    let mut launch = room.launch(&model);
    launch.mcp_servers = vec!["features".into()];
    launch.allowed_tools = vec!["mcp__features__*".into()];
    let end = run(launch, &host).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    let calls = calls.lock().unwrap();
    assert_eq!(calls.len(), 1, "called once");
    assert_eq!(calls[0]["arguments"], json!({ "limit": 3 }), "with the model's arguments");
    assert_eq!(host.results(), [(false, "FEATURE-42".to_owned())], "and the answer reaches the agent");
}

#[tokio::test]
async fn a_prompt_of_300_kb_arrives_whole_and_neither_it_nor_the_key_is_in_the_arguments() {
    let room = Room::new();
    let model = Model::new(|n, _| if n == 0 { bash("true") } else { text("done") }).await;
    let arguments = Arc::new(Mutex::new(String::new()));
    let seen = arguments.clone();
    let key = "sk-SECRET-KEY";
    let host = Arc::new(Host {
        on_call: Box::new(move |call| {
            assert_eq!(call.tool, "Bash", "the one call of the script");
            *seen.lock().unwrap() = all_arguments_below_this_process();
            ToolVerdict::Allow
        }),
        ..Host::default()
    });
    let mut launch = room.launch(&model);
    launch.prompt = "PROMPT-BEGIN ".to_owned() + &"Ωmega 🦀 ".repeat(26_000) + "PROMPT-END";
    assert!(launch.prompt.len() > 300_000, "the test is about a long one");
    launch.append_system_prompt = Some("PURPLE-ELEPHANT".into());
    launch.env.insert("ANTHROPIC_API_KEY".into(), key.into());
    let prompt = launch.prompt.clone();
    let end = run(launch, &host).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    let request = model.requests().remove(0);
    let sent = request["messages"].as_array().unwrap().iter().any(|message| match &message["content"] {
        Value::String(content) => *content == prompt,
        content => content.as_array().unwrap().iter().any(|block| block["text"] == *prompt),
    });
    assert!(sent, "every byte of it reached the model");
    if cfg!(target_os = "linux") {
        let arguments = arguments.lock().unwrap();
        assert!(arguments.contains("--session-id"), "the test looked at the CLI's arguments: {arguments}");
        for secret in ["PROMPT-BEGIN", "PURPLE-ELEPHANT", key] {
            assert!(!arguments.contains(secret), "{secret} is visible to everyone who may run ps");
        }
    }
}

fn all_arguments_below_this_process() -> String {
    let host = std::process::id();
    let Ok(entries) = std::fs::read_dir("/proc") else { return String::new() };
    let mut all = String::new();
    for entry in entries.flatten() {
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        if parent == Some(host) {
            let arguments = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            all += &String::from_utf8_lossy(&arguments).replace('\0', " ");
        }
    }
    all
}

#[tokio::test]
async fn settings_too_long_for_the_arguments_are_read_from_a_file_that_is_gone_afterwards() {
    let room = Room::new();
    let model = Model::new(|n, _| if n == 0 { bash("touch ran") } else { text("done") }).await;
    let host = Arc::new(Host { on_call: Box::new(|_| ToolVerdict::Defer), ..Host::default() });
    let scratch = room.path("home");
    let mut launch = room.launch(&model);
    let denied: Vec<String> =
        (0..1000).map(|n| format!("Bash(forbidden-{n}:*)")).chain(["Bash(touch:*)".into()]).collect();
    launch.settings = json!({ "permissions": { "deny": denied } });
    launch.scratch_dir = Some(scratch.clone());
    let end = run(launch, &host).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    assert!(!room.project().join("ran").exists(), "the last rule of the long file is in force");
    let left: Vec<_> = std::fs::read_dir(scratch).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("harness-settings")), "left: {left:?}");
}

#[tokio::test]
async fn a_resumed_session_knows_the_first_one_and_counts_only_itself() {
    let room = Room::new();
    let model = Model::new(|n, _| text(if n == 0 { "FIRST-ANSWER" } else { "second" })).await;
    let host = Arc::new(Host::default());
    let first = room.launch(&model);
    let first_id = first.session_id;
    let first_end = run(first, &host).await;
    let mut second = room.launch(&model);
    second.resume = Some(first_id);
    let second_end = run(second, &host).await;
    assert_eq!(second_end.outcome, Outcome::Completed, "{second_end:?}");
    assert!(model.requests()[1].to_string().contains("FIRST-ANSWER"), "the conversation goes on");
    assert_eq!((first_end.usage, first_end.cost_usd), (second_end.usage, second_end.cost_usd), "nothing counts twice");
}

#[tokio::test]
async fn what_the_host_wants_kept_reaches_the_one_who_shortens_the_conversation() {
    let room = Room::new();
    let model = Model::new(|n, _| match n {
        0..=2 => bash("echo step"),
        _ => text(&"A long summary. ".repeat(50)),
    })
    .await;
    let host = Arc::new(Host { on_compact: Some("KEEP-THE-FEATURE-ID".into()), ..Host::default() });
    let launch = room.launch(&model);
    let running = harness_agent::start(launch, host.clone()).await.unwrap();
    running.handle().say("/compact");
    let end = crate::support::end_of(running).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    let messages = host.messages.lock().unwrap();
    assert!(messages.iter().any(|m| matches!(m.body, Body::CompactBoundary { .. })), "it was shortened");
    assert!(model.heard().contains("KEEP-THE-FEATURE-ID"), "with the host's words");
}

#[tokio::test]
async fn an_agent_that_writes_about_limits_and_keys_has_completed() {
    let room = Room::new();
    let words =
        "rate limit exceeded. Invalid API key. API Error: 429 {\"type\":\"rate_limit_error\"} permission denied";
    let model = Model::new(move |n, _| match n {
        0 => bash(&format!("echo '{words}' >&2; exit 1")),
        _ => Reply::Blocks(vec![json!({ "type": "text", "text": words })]),
    })
    .await;
    let end = run(room.launch(&model), &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::Completed, "the subject of a feature is not the state of the account: {end:?}");
}

#[tokio::test]
async fn pictures_go_to_the_model_before_the_words_of_the_prompt() {
    let room = Room::new();
    let model = Model::new(|_, _| text("seen")).await;
    let mut launch = room.launch(&model);
    let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    launch.images = vec![("image/png".into(), BASE64.decode(png).unwrap())];
    launch.prompt = "WHAT-IS-THIS".into();
    let end = run(launch, &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    let asked = model.requests()[0]["messages"].to_string();
    let (picture, words) = (asked.find("\"image\""), asked.find("WHAT-IS-THIS"));
    assert!(picture.is_some() && picture < words, "a model looks first, then reads: {asked}");
    assert!(asked.contains("image/png") && asked.contains("\"base64\""), "{asked}");
}
