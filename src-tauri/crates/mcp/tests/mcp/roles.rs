//! Who may use what.

use crate::stage::{Stage, create, feature};
use harness_domain::run::Role;
use harness_engine::{bugs, session::ToolServer};
use harness_mcp::Tools;
use serde_json::json;
use std::collections::BTreeSet;

/// Every tool by its documented name.
const DOCUMENTED: [&str; 24] = [
    "feature_get_stats",
    "feature_get_next",
    "feature_get_for_regression",
    "feature_mark_in_progress",
    "feature_mark_passing",
    "feature_mark_failing",
    "feature_skip",
    "feature_clear_in_progress",
    "feature_create",
    "feature_create_bulk",
    "feature_get_by_id",
    "feature_get_summary",
    "feature_get_ready",
    "feature_get_blocked",
    "feature_get_graph",
    "feature_claim_and_get",
    "feature_add_dependency",
    "feature_remove_dependency",
    "feature_set_dependencies",
    "feature_import_existing",
    "feature_request_human_input",
    "bug_mark_resolved",
    "bug_get_status",
    "project_completion_check",
];

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn a_client_outside_any_run_is_offered_every_documented_tool_and_no_other() {
    let offered = Stage::new().client().tools().await;
    assert_eq!(offered.len(), DOCUMENTED.len(), "no tool is listed twice");
    assert_eq!(offered.into_iter().collect::<BTreeSet<_>>(), set(&DOCUMENTED), "the documented names are a promise");
}

#[tokio::test]
async fn each_role_is_offered_exactly_what_its_allow_list_says() {
    let stage = Stage::new();
    for role in Role::ALL {
        let offered = stage.session("session", Some(role)).tools().await;
        assert_eq!(offered, Tools.names(role), "one table makes both lists for {role:?}");
    }
}

#[test]
fn each_role_has_the_tools_of_its_work() {
    let names = |role| Tools.names(role).into_iter().collect::<BTreeSet<_>>();
    let looking = ["feature_get_stats", "feature_get_by_id", "feature_get_summary", "feature_get_ready"];
    let looking = looking.into_iter().chain(["feature_get_blocked", "feature_get_graph"]);
    let with = |more: &[&str]| looking.clone().chain(more.iter().copied()).map(str::to_owned).collect::<BTreeSet<_>>();

    let initializer = with(&[
        "feature_create",
        "feature_create_bulk",
        "feature_add_dependency",
        "feature_remove_dependency",
        "feature_set_dependencies",
        "feature_import_existing",
    ]);
    assert_eq!(names(Role::Initializer), initializer, "the one who plans marks nothing");
    let coding = with(&[
        "feature_get_next",
        "feature_mark_in_progress",
        "feature_claim_and_get",
        "feature_mark_passing",
        "feature_skip",
        "feature_clear_in_progress",
        "feature_create",
        "feature_create_bulk",
        "feature_add_dependency",
        "feature_request_human_input",
        "bug_get_status",
        "bug_mark_resolved",
        "project_completion_check",
    ]);
    assert_eq!(names(Role::Coding), coding, "the one who builds cannot call a feature failing or drop dependencies");
    let analyst = with(&["feature_import_existing", "feature_create_bulk"]);
    assert_eq!(names(Role::Analyst), analyst, "the one who reads records and marks nothing");
    let tester = ["feature_get_stats", "feature_get_by_id", "feature_get_for_regression"];
    let tester: Vec<&str> = tester.into_iter().chain(["feature_mark_failing", "bug_get_status"]).collect();
    assert_eq!(names(Role::Tester), set(&tester), "the one who tests only reports");
}

#[tokio::test]
async fn a_tool_of_another_role_is_refused_even_if_it_is_called_by_name() {
    let stage = Stage::new();
    let ids = create(&stage.client(), &["Feature"]).await;
    let initializer = stage.session("initializer", Some(Role::Initializer));
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "feature_claim_and_get", "arguments": { "feature_id": ids[0] } } });
    let answer = initializer.send(call).await;
    assert_eq!(answer["error"]["code"], -32602, "it is no tool of this session: {answer}");
    let message = answer["error"]["message"].as_str().expect("a message");
    assert!(
        message.contains("initializer") && message.contains("feature_create_bulk"),
        "and it says which are: {message}"
    );
    let untouched = stage.client().ok("feature_get_by_id", json!({ "feature_id": ids[0] })).await;
    assert_eq!(untouched["status"], "pending", "nothing was claimed");
}

#[tokio::test]
async fn a_coding_session_creates_fixes_and_nothing_else() {
    let stage = Stage::new();
    let bug = bugs::report(stage.project(), "It crashes", "On start.", Vec::new()).expect("a report is filed");
    let coding = stage.session("coding", Some(Role::Coding));
    let why = coding.refused("feature_create_bulk", json!({ "features": [feature("Scope creep")] })).await;
    assert!(why.contains("parent_bug_id"), "the refusal says what is missing: {why}");
    let mut fix = feature("Mend it");
    fix["parent_bug_id"] = json!(bug.id.0);
    coding.ok("feature_create", fix).await;
}

#[tokio::test]
async fn every_tool_explains_itself_and_its_arguments() {
    let listed = Stage::new().client().request("tools/list", json!({})).await;
    for tool in listed["tools"].as_array().expect("tools") {
        let name = tool["name"].as_str().expect("a name");
        let description = tool["description"].as_str().expect("a description");
        assert!((40..2048).contains(&description.len()), "{name} says what it does, and no client cuts it short");
        assert!(!description.contains("  "), "{name}'s description is one paragraph");
        let schema = &tool["inputSchema"];
        assert_eq!(schema["type"], "object", "{name}'s arguments are an object");
        assert_eq!(schema["additionalProperties"], false, "{name} says that it knows no other arguments");
        let text = schema.to_string();
        assert!(!text.contains("$ref") && !text.contains("\"format\""), "{name}'s schema stands alone: {text}");
        for (argument, about) in schema["properties"].as_object().expect("properties") {
            assert!(about["description"].is_string(), "{name} explains {argument}");
        }
        for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
            assert!(tool["annotations"][hint].is_boolean(), "{name} says its {hint}");
        }
    }
    let hints = |name: &str| {
        let tools = listed["tools"].as_array().expect("tools");
        tools.iter().find(|tool| tool["name"] == name).map(|tool| tool["annotations"].clone()).expect("the tool")
    };
    assert_eq!(hints("feature_get_stats")["readOnlyHint"], true, "looking changes nothing");
    assert_eq!(hints("feature_get_next")["readOnlyHint"], false, "asking for the next one claims it");
    assert_eq!(hints("feature_set_dependencies")["destructiveHint"], true, "what was there is replaced");
    assert_eq!(hints("feature_create")["idempotentHint"], false, "twice creates two");
}
