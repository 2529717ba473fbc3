//! Arguments as agents really send them, and those that cannot be used.

use crate::stage::{Stage, create, feature};
use serde_json::{Value, json};

#[tokio::test]
async fn a_number_may_come_as_text() {
    let stage = Stage::new();
    let client = stage.client();
    let ids = create(&client, &["One", "Two", "Three"]).await;
    for sent in [json!(ids[0]), json!(format!("{}", ids[0])), json!(format!(" #{} ", ids[0])), json!(ids[0] as f64)] {
        let found = client.ok("feature_get_by_id", json!({ "feature_id": sent })).await;
        assert_eq!(found["name"], "One", "{sent} means the first feature");
    }
    for sent in [json!("1, 2"), json!("[1,2]"), json!(["1", 2])] {
        let set = client.ok("feature_set_dependencies", json!({ "feature_id": "3", "dependency_ids": sent })).await;
        assert_eq!(set["dependencies"], json!([ids[0], ids[1]]), "{sent} means both");
    }
    let ready = client.ok("feature_get_ready", json!({ "limit": "1" })).await;
    assert_eq!(ready["count"], 1, "a limit may be text too");
    let all = client.ok("feature_get_ready", json!({ "limit": null })).await;
    assert_eq!(all["count"], 2, "and null means that none was given");
}

#[tokio::test]
async fn a_list_of_features_may_come_as_text_or_as_a_single_one() {
    let stage = Stage::new();
    let client = stage.client();
    let as_text = json!([feature("One"), feature("Two")]).to_string();
    let created = client.ok("feature_create_bulk", json!({ "features": as_text, "auto_split": "false" })).await;
    assert_eq!(created["created"], 2, "a list inside text is a list: {created}");
    let created = client.ok("feature_create_bulk", json!({ "features": feature("Three") })).await;
    assert_eq!(created["created"], 1, "one entry is a list of one: {created}");
    let created = client.ok("feature_create_bulk", json!({ "features": feature("Four").to_string() })).await;
    assert_eq!(created["created"], 1, "even inside text: {created}");
}

#[tokio::test]
async fn steps_may_be_one_text_with_a_step_a_line() {
    let stage = Stage::new();
    let client = stage.client();
    let written = "1. Open 3.14 pages.\n- Press save.\n\n* See it saved.\n12) Close it.";
    let expected = json!(["Open 3.14 pages.", "Press save.", "See it saved.", "Close it."]);
    for (name, steps) in [("Written", json!(written)), ("As JSON", json!(expected.to_string()))] {
        let mut card = feature(name);
        card["steps"] = steps;
        let created = client.ok("feature_create", card).await;
        let id = &created["features"][0]["id"];
        let stored = client.ok("feature_get_by_id", json!({ "feature_id": id })).await;
        assert_eq!(stored["steps"], expected, "each line is a step, without its mark");
    }
}

#[tokio::test]
async fn what_is_optional_may_be_left_out_or_null_or_blank() {
    let stage = Stage::new();
    let client = stage.client();
    let mut card = feature("Blank");
    for (key, nothing) in [
        ("priority", json!(null)),
        ("arch_layer", json!("")),
        ("dependencies", json!(null)),
        ("depends_on_index", json!([])),
        ("parent_bug_id", json!(null)),
        ("source_spec", json!(" ")),
        ("checks", json!("")),
    ] {
        card[key] = nothing;
    }
    let created = client.ok("feature_create_bulk", json!({ "features": [card] })).await;
    let id = &created["features"][0]["id"];
    let stored = client.ok("feature_get_by_id", json!({ "feature_id": id })).await;
    assert_eq!(stored["source_spec"], "main", "nothing means the default: {stored}");
    assert_eq!(stored["layer"], 4, "the layer follows from the category: {stored}");
    let again = client.request("tools/call", json!({ "name": "feature_get_stats" })).await;
    assert_eq!(again["isError"], false, "a tool without arguments needs none: {again}");
}

#[tokio::test]
async fn a_wrong_entry_is_named_with_its_place_and_name_and_nothing_is_created() {
    let stage = Stage::new();
    let client = stage.client();
    let wrong = |key: &str, value: Value| {
        let mut card = feature("Login page");
        card[key] = value;
        card
    };
    let long_name = "x".repeat(256);
    for (card, words) in [
        (wrong("arch_layer", json!(9)), &["features[1]", "Login page", "arch_layer", "0 (skeleton) to 8"][..]),
        (wrong("arch_layer", json!(-1)), &["features[1]", "arch_layer", "-1"]),
        (wrong("arch_layer", json!("high")), &["features[1]", "arch_layer", "high"]),
        (wrong("name", json!("  ")), &["features[1]", "no name", "name", "empty"]),
        (wrong("name", json!(long_name)), &["features[1]", "256", "255", "description"]),
        (wrong("description", json!("x".repeat(5_000_000))), &["features[1]", "description", "64 KB", "file"]),
        (wrong("steps", json!(vec!["x".repeat(1_000); 100])), &["features[1]", "steps", "64 KB"]),
        (wrong("steps", json!("Look.\n".repeat(20_000))), &["features[1]", "steps", "64 KB"]),
        (wrong("steps", json!([])), &["features[1]", "Login page", "steps", "at least one"]),
        (wrong("steps", json!([{ "do": "it" }])), &["features[1]", "steps", "expected text"]),
        (wrong("description", json!(7)), &["features[1]", "description", "expected text"]),
        (wrong("priority", json!(1.5)), &["features[1]", "priority", "1.5"]),
        (wrong("dependencies", json!({ "on": 1 })), &["features[1]", "dependencies"]),
        (wrong("depends_on_index", json!([7])), &["features[1]", "Login page", "no place 7", "0 to 1"]),
        (wrong("depends_on_index", json!("1")), &["features[1]", "depends_on_index", "itself"]),
        (wrong("colour", json!("red")), &["features[1]", "Login page", "unknown field `colour`", "category"]),
        (json!({ "name": "Login page" }), &["features[1]", "missing field `category`"]),
        (json!("Login page"), &["features[1]", "no name"]),
    ] {
        let why = client.refused("feature_create_bulk", json!({ "features": [feature("Fine"), card] })).await;
        for word in words {
            assert!(why.contains(word), "{:.200} is refused with {word:?} in: {why:.400}", card.to_string());
        }
        assert!(why.contains("1 of 2") && why.contains("none was created"), "the whole batch is refused: {why}");
    }
    let stats = client.ok("feature_get_stats", json!({})).await;
    assert_eq!(stats["total"], 0, "and so nothing was created");
}

#[tokio::test]
async fn many_wrong_entries_are_told_at_once_but_not_all_of_hundreds() {
    let client = Stage::new().client();
    let features: Vec<Value> = (0..40).map(|_| json!({ "name": "Half" })).collect();
    let why = client.refused("feature_create_bulk", json!({ "features": features })).await;
    assert_eq!(why.matches("features[").count(), 10, "the first ten are named: {why}");
    assert!(why.contains("and 30 more"), "and the rest is counted: {why}");
}

#[tokio::test]
async fn a_batch_has_a_limit_and_an_empty_one_is_refused() {
    let client = Stage::new().client();
    let many: Vec<Value> = (0..501).map(|number| feature(&format!("Feature {number}"))).collect();
    let why = client.refused("feature_create_bulk", json!({ "features": many })).await;
    assert!(why.contains("501") && why.contains("500"), "the limit is named: {why}");
    let why = client.refused("feature_create_bulk", json!({ "features": [] })).await;
    assert!(why.contains("at least one"), "nothing to create is a mistake: {why}");
    let why = client.refused("feature_create_bulk", json!({ "features": "one, two" })).await;
    assert!(why.contains("not JSON"), "text that holds no list is none: {why}");
    let why = client.refused("feature_create_bulk", json!({ "features": true })).await;
    assert!(why.contains("expected a list"), "and neither is anything else: {why}");
}

#[tokio::test]
async fn wrong_arguments_are_refused_by_name_with_what_was_expected() {
    let client = Stage::new().client();
    for (tool, arguments, words) in [
        ("feature_get_by_id", json!({}), &["feature_get_by_id", "missing field `feature_id`"][..]),
        ("feature_get_by_id", json!({ "feature_id": "seven" }), &["feature_id", "a feature's number", "seven"]),
        ("feature_get_by_id", json!({ "feature_id": -7 }), &["feature_id", "-7"]),
        ("feature_get_by_id", json!({ "feature_id": 4_294_967_296_u64 }), &["no feature #4294967296"]),
        ("feature_get_by_id", json!({ "feature_id": [1] }), &["feature_id", "[1]"]),
        ("feature_get_by_id", json!({ "feature_id": 1, "deep": true }), &["unknown field `deep`", "`feature_id`"]),
        ("feature_get_by_id", json!({ "feature_id": 99 }), &["no feature #99"]),
        ("feature_get_stats", json!({ "verbose": true }), &["unknown field `verbose`"]),
        ("feature_mark_failing", json!({ "feature_id": 1, "reason": " " }), &["reason", "empty"]),
        ("feature_request_human_input", json!({ "feature_id": 1, "question": "" }), &["question", "empty"]),
        ("feature_add_dependency", json!({ "feature_id": 1 }), &["missing field `dependency_id`"]),
        (
            "feature_create_bulk",
            json!({ "features": [feature("A")], "auto_split": "perhaps" }),
            &["auto_split", "true or false"],
        ),
    ] {
        let why = client.refused(tool, arguments.clone()).await;
        for word in words {
            assert!(why.contains(word), "{tool} {arguments} is refused with {word:?} in: {why}");
        }
    }
}

#[tokio::test]
async fn a_batch_that_depends_in_a_circle_is_refused_as_a_whole() {
    let client = Stage::new().client();
    let linked = |name: &str, places: Value| {
        let mut card = feature(name);
        card["depends_on_index"] = places;
        card
    };
    let circle = json!({ "features": [linked("Hen", json!([1])), linked("Egg", json!([0]))] });
    let why = client.refused("feature_create_bulk", circle).await;
    assert!(why.contains("circle") && why.contains("Hen"), "the circle is named: {why}");
    let stats = client.ok("feature_get_stats", json!({})).await;
    assert_eq!(stats["total"], 0, "nothing was created");
}
