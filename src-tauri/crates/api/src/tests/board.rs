//! The board.

use super::Stage;
use crate::{ErrorCode, Procedure};
use serde_json::{Value, json};

fn names(cards: &Value) -> Vec<&str> {
    cards.as_array().expect("a list").iter().map(|card| card["name"].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn the_board_is_in_the_order_of_the_queue_and_a_card_moves_where_it_is_put() {
    let stage = Stage::new();
    let (a, b, c) = (stage.card("A", &[]).await, stage.card("B", &[]).await, stage.card("C", &[]).await);
    let list = || stage.ok(Procedure::feature_list, json!({}));
    assert_eq!(names(&list().await), ["A", "B", "C"]);
    stage.ok(Procedure::feature_move, json!({ "feature": c, "before": a })).await;
    assert_eq!(names(&list().await), ["C", "A", "B"]);
    stage.ok(Procedure::feature_move, json!({ "feature": c, "after": b })).await;
    assert_eq!(names(&list().await), ["A", "B", "C"]);
    stage.ok(Procedure::bug_report, json!({ "name": "Broken", "description": "It is" })).await;
    assert_eq!(names(&list().await)[0], "Broken", "bugs go first");
    stage.ok(Procedure::feature_pin, json!({ "feature": b, "is_pinned": true })).await;
    assert_eq!(names(&list().await)[0], "B", "what is pinned goes before all");
    assert_eq!(stage.code(Procedure::feature_move, json!({ "feature": a })).await, ErrorCode::BadInput);
    let both = json!({ "feature": a, "before": b, "after": c });
    assert_eq!(stage.code(Procedure::feature_move, both).await, ErrorCode::BadInput);
    assert_eq!(
        stage.code(Procedure::feature_move, json!({ "feature": a, "before": b })).await,
        ErrorCode::NotPossibleNow,
        "b is pinned, and priority does not order the two"
    );
}

#[tokio::test]
async fn a_circle_of_dependencies_is_refused_with_its_cards_named() {
    let stage = Stage::new();
    let a = stage.card("Alpha", &[]).await;
    let b = stage.card("Beta", &[a]).await;
    let c = stage.card("Gamma", &[b]).await;
    let refusal = stage.call(Procedure::dependency_set, json!({ "feature": a, "needs": [c] })).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Refused);
    for id in [a, b, c] {
        assert!(refusal.message.contains(&format!("#{id}")), "every card of the circle is named: {}", refusal.message);
    }
    let card = stage.ok(Procedure::feature_get, json!({ "feature": a })).await;
    assert_eq!(card["feature"]["dependencies"], json!([]), "nothing changed");
    assert_eq!(card["dependents"][0]["name"], "Beta");
}

#[tokio::test]
async fn removed_cards_come_back_with_one_call() {
    let stage = Stage::new();
    let a = stage.card("A", &[]).await;
    let b = stage.card("B", &[a]).await;
    let removal = stage.ok(Procedure::feature_remove, json!({ "features": [a] })).await;
    assert_eq!(removal["unlinked"], json!([b]));
    assert_eq!(names(&stage.ok(Procedure::feature_list, json!({})).await), ["B"]);
    let back = stage.ok(Procedure::feature_unremove, json!({ "removal": removal["removal"] })).await;
    assert_eq!(back[0]["id"], json!(a), "under its number");
    let cards = stage.ok(Procedure::feature_cards, json!({ "ids": [b, 99] })).await;
    assert_eq!(cards.as_array().map(Vec::len), Some(1), "what is not there is left out");
    assert_eq!(cards[0]["blocked_by"], json!([a]), "and linked as it was");
    let twice = stage.code(Procedure::feature_unremove, json!({ "removal": removal["removal"] })).await;
    assert_eq!(twice, ErrorCode::NotFound);
    assert_eq!(stage.code(Procedure::feature_remove, json!({ "features": [] })).await, ErrorCode::BadInput);
}

#[tokio::test]
async fn one_thing_is_done_to_many_cards_and_each_refusal_has_its_reason() {
    let stage = Stage::new();
    let (a, b) = (stage.card("A", &[]).await, stage.card("B", &[]).await);
    let done = stage.ok(Procedure::feature_bulk, json!({ "features": [a, 99, b], "action": "pin" })).await;
    assert_eq!(done["done"], json!([a, b]));
    assert_eq!(done["refused"][0]["feature"], json!(99));
    assert!(done["refused"][0]["why"].as_str().is_some_and(|why| why.contains("99")), "{done}");
    let reopened = stage.ok(Procedure::feature_bulk, json!({ "features": [a], "action": "reopen" })).await;
    assert_eq!(reopened["done"], json!([]), "what is not done cannot be opened again");
}

#[tokio::test]
async fn a_graph_says_what_unblocks_most_and_which_row_is_the_longest() {
    let stage = Stage::new();
    let a = stage.card("A", &[]).await;
    let b = stage.card("B", &[a]).await;
    let c = stage.card("C", &[b]).await;
    let d = stage.card("D", &[a]).await;
    let graph = stage.ok(Procedure::feature_graph, json!({})).await;
    assert_eq!(graph["critical_path"], json!([a, b, c]));
    let node = |id: u64| graph["nodes"].as_array().unwrap().iter().find(|node| node["id"] == id).unwrap().clone();
    assert_eq!((&node(a)["unblocks"], &node(b)["unblocks"], &node(d)["unblocks"]), (&json!(3), &json!(1), &json!(0)));
    assert_eq!(node(c)["depth"], json!(2));
    assert_eq!(graph["edges"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn a_text_becomes_cards_to_look_at_and_nothing_is_stored() {
    let stage = Stage::new();
    let text = "# Auth\n- Log in: with a password\n  - shows an error\n- Log out";
    let cards = stage.ok(Procedure::feature_split, json!({ "text": text })).await;
    assert_eq!(names(&cards), ["Log in", "Log out"]);
    assert_eq!(cards[0]["steps"], json!(["shows an error"]));
    assert_eq!(names(&stage.ok(Procedure::feature_list, json!({})).await), [] as [&str; 0]);
    assert_eq!(stage.code(Procedure::feature_split, json!({ "text": " \n" })).await, ErrorCode::BadInput);
    let created = stage.ok(Procedure::feature_create_many, json!({ "features": cards, "needs_of": [[], [0]] })).await;
    assert_eq!(created[1]["dependencies"], json!([created[0]["id"]]), "places in the list become numbers");
}

#[tokio::test]
async fn a_credential_in_a_card_is_refused_and_not_repeated() {
    let stage = Stage::new();
    let card = stage.card("A", &[]).await;
    let key = format!("{}-ant-api03-{}", "sk", "Zk3vQ9xLpW7mRt2Y".repeat(6));
    let edit = json!({ "feature": card, "description": format!("use {key}") });
    let refusal = stage.call(Procedure::feature_edit, edit).await.unwrap_err();
    assert!(!refusal.message.contains(&key), "the refusal does not say it again: {}", refusal.message);
    let detail = stage.ok(Procedure::feature_get, json!({ "feature": card })).await;
    assert_eq!(detail["feature"]["description"], "", "nothing was stored");
}
