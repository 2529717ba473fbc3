//! Runs that do something else than build: describe what exists, and plan from several specifications.

use crate::sums::Sums;
use serde_json::{Value, json};

#[test]
fn an_existing_code_base_is_described_as_cards_without_a_specification() {
    let sums = Sums::bare(&[("src/add.js", crate::sums::ADD)]);
    let played = sums.rehearse("analysis", &["--mode", "analyze"]);
    played.expect(0, "finished");
    assert_eq!(played.outcomes(), ["completed"], "one session is enough");
    let board = sums.board();
    let cards: Vec<Value> =
        board.iter().map(|card| json!([card["name"], card["status"], card["source_spec"]])).collect();
    assert_eq!(cards, [json!(["What is here", "passing", "imported"]), json!(["A first test", "pending", "main"])]);
    let found = board.iter().find(|card| card["status"] == "passing").expect("it was just seen");
    let note = found["note"].as_str().unwrap_or_default();
    assert!(note.contains("not verified"), "a reader's word is no evidence, and the card says so: {note}");
    assert_eq!(found["evidence"], Value::Null);
}

#[test]
fn several_specifications_are_planned_together_and_each_feature_knows_its_own() {
    let sums = Sums::bare(&[
        ("prompts/app_spec.txt", "A service that adds two numbers over HTTP, with tests for each route.\n"),
        ("prompts/app_spec_mobile.txt", "An app for telephones that shows the sums of the service.\n"),
        ("prompts/app_spec_draft.txt", "A draft that the list leaves out, and so must the agents.\n"),
        (
            "prompts/.spec_manifest.json",
            r#"{"specs": [{"name": "main", "file": "app_spec.txt"}, {"name": "mobile", "file": "app_spec_mobile.txt"}]}"#,
        ),
    ]);
    let refused = sums.play(&json!({ "coding": [{ "say": "Nothing." }] }), &["--mode", "code"]);
    let end = refused.expect(1, "failed");
    let message = end["message"].as_str().unwrap_or_default();
    assert!(message.contains("--mode initialize"), "without features there is nothing to code: {message}");

    let initializer = json!([
        { "when": { "prompt": { "contains": "Specification `mobile` (file prompts/app_spec_mobile.txt)", "lacks": "A draft" } },
          "calls": [{ "feature_create_bulk": { "features": [
            { "category": "api", "name": "Add over HTTP", "description": "A route", "steps": ["2 and 3 make 5"],
              "source_spec": "main" },
            { "category": "pages", "name": "Show a sum", "description": "A screen", "steps": ["5 is shown"],
              "source_spec": "mobile", "depends_on_index": [0] }
          ] } }] },
        { "say": "Planned." }
    ]);
    let played = sums.play(&json!({ "initializer": initializer }), &["--mode", "initialize"]);
    played.expect(0, "finished");
    let cards: Vec<Value> = sums.board().into_iter().map(|card| json!([card["name"], card["source_spec"]])).collect();
    assert_eq!(cards, [json!(["Add over HTTP", "main"]), json!(["Show a sum", "mobile"])]);
}

#[test]
fn a_plan_that_was_cut_off_is_gone_on_with_before_anything_is_built() {
    let sums = Sums::bare(&[("prompts/app_spec.txt", "Functions that add and subtract two numbers, with tests.\n")]);
    let creates = |name: &str| {
        json!({ "feature_create_bulk": { "features": [
            { "category": "models", "name": name, "description": name, "steps": ["It works"] }
        ] } })
    };
    let initializer = json!([
        { "when": { "session": 1 }, "calls": [creates("Add")] },
        { "when": { "session": 1 }, "error": { "status": 429 } },
        { "when": { "prompt": { "contains": "0 of 1 cards pass" } }, "calls": [creates("Subtract")] },
        { "say": "Planned." }
    ]);
    let played = sums.play(&json!({ "initializer": initializer }), &["--mode", "initialize", "--limit-wait", "1"]);
    played.expect(0, "finished");
    assert_eq!(played.outcomes(), ["rate_limited", "completed"], "half a plan is no plan");
    let names: Vec<Value> = sums.board().into_iter().map(|card| card["name"].clone()).collect();
    assert_eq!(names, [json!("Add"), json!("Subtract")]);
    assert_eq!(played.notices("plan_incomplete").len(), 1, "the person learns why it is planned again");
}
