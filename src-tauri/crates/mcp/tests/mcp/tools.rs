//! What each tool does.

use crate::stage::{Stage, create, feature};
use harness_engine::bugs;
use serde_json::{Value, json};

#[tokio::test]
async fn taking_a_feature_claims_it_until_it_is_given_back() {
    let stage = Stage::new();
    let client = stage.client();
    let ids = create(&client, &["First", "Second"]).await;

    let next = client.ok("feature_get_next", json!({})).await;
    assert_eq!(next["type"], "feature", "an ordinary feature is offered: {next}");
    assert_eq!(next["feature"]["id"], ids[0], "the first in line comes first");
    assert_eq!(next["feature"]["status"], "in_progress", "asking for it claims it");
    assert_eq!(next["feature"]["steps"], json!(["Call it.", "See it."]), "the whole text comes with it");
    let again = client.ok("feature_get_next", json!({})).await;
    assert_eq!(again["feature"]["id"], ids[0], "while it is held, the same one is offered again");

    let held = client.refused("feature_mark_in_progress", json!({ "feature_id": ids[1] })).await;
    assert!(held.contains("feature_clear_in_progress"), "the refusal says how to go on: {held}");
    let other = stage.session("another", None);
    let taken = other.refused("feature_claim_and_get", json!({ "feature_id": ids[0] })).await;
    assert!(taken.contains("already claimed"), "nobody gets a feature twice: {taken}");
    let foreign = other.refused("feature_clear_in_progress", json!({ "feature_id": ids[0] })).await;
    assert!(foreign.contains("another session"), "nobody gives back what others hold: {foreign}");

    let back = client.ok("feature_clear_in_progress", json!({ "feature_id": ids[0] })).await;
    assert_eq!(back["status"], "pending", "given back, it waits again");
    let claimed = other.ok("feature_claim_and_get", json!({ "feature_id": ids[0] })).await;
    assert_eq!(claimed["description"], "First works.", "a claim by number answers with the feature");
    let marked = client.ok("feature_mark_in_progress", json!({ "feature_id": ids[1] })).await;
    assert_eq!(marked["status"], "in_progress", "the other name does the same");
    let idle = stage.session("third", None).ok("feature_get_next", json!({})).await;
    assert_eq!(idle["type"], "in_progress", "all that is left is in other hands: {idle}");
}

#[tokio::test]
async fn a_skipped_feature_goes_behind_all_others() {
    let stage = Stage::new();
    let client = stage.client();
    let ids = create(&client, &["First", "Second"]).await;
    let skipped = client.ok("feature_skip", json!({ "feature_id": ids[0], "reason": "the server is down" })).await;
    assert!(skipped["new_priority"].as_i64() > skipped["old_priority"].as_i64(), "it moved back: {skipped}");
    let next = client.ok("feature_get_next", json!({})).await;
    assert_eq!(next["feature"]["id"], ids[1], "the next one is offered instead");
}

#[tokio::test]
async fn looking_changes_nothing_and_shows_where_things_stand() {
    let stage = Stage::new();
    let client = stage.client();
    let empty = client.ok("project_completion_check", json!({})).await;
    assert_eq!(empty["completed"], false, "a project without features is not complete: {empty}");

    let mut second = feature("Second");
    second["depends_on_index"] = json!([0]);
    let features = json!({ "features": [feature("First"), second] });
    let created = client.ok("feature_create_bulk", features).await;
    assert_eq!(created["created"], 2, "both were created");
    assert_eq!(created["layers_summary"]["Backend Features"], 2, "the category decides the layer: {created}");
    let (first, second) = (created["features"][0]["id"].clone(), created["features"][1]["id"].clone());

    let stats = client.ok("feature_get_stats", json!({})).await;
    assert_eq!((&stats["total"], &stats["pending"], &stats["passing"]), (&json!(2), &json!(2), &json!(0)));
    let ready = client.ok("feature_get_ready", json!({ "limit": 5 })).await;
    assert_eq!((&ready["count"], &ready["features"][0]["id"]), (&json!(1), &first), "one can start: {ready}");
    let blocked = client.ok("feature_get_blocked", json!({})).await;
    assert_eq!(blocked["features"][0]["id"], second, "the other waits: {blocked}");
    assert_eq!(blocked["features"][0]["blocked_by"], json!([first]), "and says for what");
    let graph = client.ok("feature_get_graph", json!({})).await;
    assert_eq!(graph["edges"], json!([{ "source": first, "target": second }]), "edges lead to what waits");
    assert_eq!(graph["nodes"].as_array().map(Vec::len), Some(2), "all features are there");
    let summary = client.ok("feature_get_summary", json!({ "feature_id": second })).await;
    assert_eq!(summary["dependencies"], json!([first]), "a summary has the dependencies");
    assert!(summary.get("description").is_none(), "and not the long texts");
    let whole = client.ok("feature_get_by_id", json!({ "feature_id": second })).await;
    assert_eq!(whole["name"], "Second", "a feature can be read by its number");
    assert_eq!(whole["status"], "pending", "reading claims nothing");
    let sample = client.ok("feature_get_for_regression", json!({})).await;
    assert_eq!(sample["count"], 0, "nothing passes yet, so nothing can be tested again");
    let check = client.ok("project_completion_check", json!({})).await;
    assert_eq!(check["remaining"], 2, "and two are left: {check}");
}

#[tokio::test]
async fn dependencies_are_added_removed_and_replaced_but_never_in_a_circle() {
    let stage = Stage::new();
    let client = stage.client();
    let ids = create(&client, &["One", "Two", "Three"]).await;
    let link = |feature: u64, needs: u64| json!({ "feature_id": feature, "dependency_id": needs });

    let added = client.ok("feature_add_dependency", link(ids[1], ids[0])).await;
    assert_eq!(added["dependencies"], json!([ids[0]]), "the answer shows all that must pass first");
    let circle = client.refused("feature_add_dependency", link(ids[0], ids[1])).await;
    assert!(circle.contains("circle"), "a circle is refused and named: {circle}");
    let set = json!({ "feature_id": ids[2], "dependency_ids": [ids[0], ids[1]] });
    let set = client.ok("feature_set_dependencies", set).await;
    assert_eq!(set["dependencies"], json!([ids[0], ids[1]]), "all are replaced at once");
    let removed = client.ok("feature_remove_dependency", link(ids[2], ids[0])).await;
    assert_eq!(removed["dependencies"], json!([ids[1]]), "one is removed");
}

#[tokio::test]
async fn one_feature_is_created_like_a_batch_of_one() {
    let stage = Stage::new();
    let client = stage.client();
    let created = client.ok("feature_create", feature("Alone")).await;
    assert_eq!(created["created"], 1, "it was created: {created}");
    let mut linked = feature("Linked");
    linked["depends_on_index"] = json!([0]);
    let why = client.refused("feature_create", linked).await;
    assert!(why.contains("feature_create_bulk"), "places mean nothing without a list: {why}");
}

#[tokio::test]
async fn long_entries_are_split_without_losing_a_step_unless_that_is_switched_off() {
    let stage = Stage::new();
    let client = stage.client();
    let mut long = feature("Long");
    let steps: Vec<String> = (1..=24).map(|step| format!("Step {step}.")).collect();
    long["steps"] = json!(steps);
    let split = client.ok("feature_create_bulk", json!({ "features": [long.clone()] })).await;
    assert_eq!(split["split"], 1, "one entry was split: {split}");
    let mut kept = Vec::new();
    for card in split["features"].as_array().expect("the parts") {
        let part = client.ok("feature_get_by_id", json!({ "feature_id": card["id"] })).await;
        let own = part["steps"].as_array().expect("steps").iter();
        kept.extend(own.map(|step| step.as_str().expect("text").to_owned()));
    }
    assert_eq!(kept, steps, "no step is lost or moved");

    long["name"] = json!("Long again");
    let whole = client.ok("feature_create_bulk", json!({ "features": [long], "auto_split": false })).await;
    assert_eq!(whole["created"], 1, "switched off, it stays whole: {whole}");
}

#[tokio::test]
async fn existing_features_are_recorded_as_seen() {
    let stage = Stage::new();
    let client = stage.client();
    let mut broken = feature("Broken");
    broken["passes"] = json!("false");
    let imported = client.ok("feature_import_existing", json!({ "features": [feature("Works"), broken] })).await;
    assert_eq!((&imported["passing"], &imported["pending"]), (&json!(1), &json!(1)), "as the analyst said: {imported}");
    let sample = client.ok("feature_get_for_regression", json!({ "limit": 10 })).await;
    assert_eq!(sample["features"][0]["name"], "Works", "what passes can be tested again: {sample}");
}

#[tokio::test]
async fn a_bug_is_analysed_gets_its_fixes_and_is_resolved_by_them_only() {
    let stage = Stage::new();
    let client = stage.client();
    create(&client, &["Feature"]).await;
    let bug = bugs::report(stage.project(), "It crashes", "On start.", Vec::new()).expect("a report is filed");
    let next = client.ok("feature_get_next", json!({})).await;
    assert_eq!(next["type"], "bug_analysis_needed", "bugs go before features: {next}");
    assert_eq!(next["bug"]["id"], bug.id.0, "and the bug is shown");

    let early = client.refused("bug_mark_resolved", json!({ "bug_id": bug.id.0 })).await;
    assert!(early.contains("fixes"), "a bug without fixes is not resolved: {early}");
    let mut fix = feature("Mend it");
    fix["parent_bug_id"] = json!(bug.id.0);
    client.ok("feature_create_bulk", json!({ "features": [fix] })).await;
    let status = client.ok("bug_get_status", json!({ "bug_id": bug.id.0 })).await;
    assert_eq!(
        (&status["status"], &status["fixes_total"]),
        (&json!("fixing"), &json!(1)),
        "it is being fixed: {status}"
    );
    let next = client.ok("feature_get_next", json!({})).await;
    assert_eq!((&next["type"], &next["parent_bug_id"]), (&json!("bug_fix"), &json!(bug.id.0)), "its fix is next");
    assert_eq!(next["parent"]["description"], "On start.", "and comes with the report");
    let open = client.refused("bug_mark_resolved", json!({ "bug_id": bug.id.0 })).await;
    assert!(open.contains("do not pass"), "fixes that do not pass resolve nothing: {open}");
    let feature = client.refused("bug_get_status", json!({ "bug_id": next["feature"]["id"] })).await;
    assert!(feature.contains("not a bug"), "a fix is not a bug: {feature}");
}

#[tokio::test]
async fn a_question_is_stored_with_its_fields_and_the_feature_waits_for_the_answer() {
    let stage = Stage::new();
    let client = stage.client();
    let ids = create(&client, &["Payments"]).await;
    client.ok("feature_get_next", json!({})).await;
    let question = json!({
        "feature_id": ids[0],
        "question": "Which provider?",
        "fields": [{ "id": "provider", "label": "Provider", "type": "select", "options": ["A", "B"] }],
    });
    let asked = client.ok("feature_request_human_input", question).await;
    assert_eq!(asked["status"], "needs_input", "the feature waits: {asked}");
    let waiting = client.ok("feature_get_by_id", json!({ "feature_id": ids[0] })).await;
    assert_eq!(waiting["status"], "needs_input", "for everybody to see");
    let open = stage.project().store.requests_open().expect("open questions");
    let stored: Value =
        serde_json::from_str(open[0].fields_json.as_deref().expect("a question")).expect("stored as JSON");
    assert_eq!(stored["question"], "Which provider?", "the words are kept");
    assert_eq!(stored["fields"][0]["options"], json!(["A", "B"]), "and so is the form: {stored}");
    assert_eq!(stored["fields"][0]["required"], true, "a field must be filled in unless said otherwise");

    let without_options = json!({
        "feature_id": ids[0],
        "question": "Which?",
        "fields": { "id": "provider", "label": "Provider", "type": "select" },
    });
    let why = client.refused("feature_request_human_input", without_options).await;
    assert!(why.contains("options"), "a choice needs something to choose from: {why}");
}
