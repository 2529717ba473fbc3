//! `harness features`: every way to look at cards and to change them.

use crate::desk::Desk;
use serde_json::json;

#[test]
fn a_new_project_has_no_cards_and_says_how_to_get_some() {
    let desk = Desk::new();
    desk.register();
    let told = desk.ok(&["features", "list"]);
    assert!(told.contains("harness run DIR") && told.contains("harness features add"), "{told}");
    assert_eq!(desk.json(&["features", "list"]), json!([]), "a script gets an empty list");
    assert_eq!(desk.ok(&["features", "list", "--status", "passing"]), "No card is passing.\n", "of a status too");
}

#[test]
fn a_card_is_added_with_everything_a_person_says_of_it() {
    let desk = Desk::new();
    desk.ok(&["features", "add", "Schema", "--category", "database"]);
    let words = [
        "features",
        "add",
        "Log in",
        "--description",
        "By name.",
        "--category",
        "auth",
        "--step",
        "Type it.",
        "--step",
    ];
    let more = ["See it.", "--priority", "-2", "--depends-on", "1", "--check", "node --test", "--model", "opus"];
    let card = desk.json(&words.iter().chain(&more).copied().collect::<Vec<_>>());
    for (key, value) in [
        ("id", json!(2)),
        ("name", json!("Log in")),
        ("kind", json!("feature")),
        ("category", json!("auth")),
        ("description", json!("By name.")),
        ("steps", json!(["Type it.", "See it."])),
        ("priority", json!(-2)),
        ("layer", json!(3)),
        ("status", json!("pending")),
        ("dependencies", json!([1])),
        ("checks", json!(["node --test"])),
        ("model", json!("opus")),
        ("attempts", json!(0)),
        ("evidence", json!(null)),
    ] {
        assert_eq!(card[key], value, "{key} is kept: {card}");
    }
    let shown = desk.ok(&["features", "show", "2"]);
    for part in [
        "#2 Log in",
        "layer 3 Auth",
        "1. Type it.",
        "2. See it.",
        "Needs: #1",
        "node --test",
        "Model: opus",
        "by person",
    ] {
        assert!(shown.contains(part), "a person sees {part}: {shown}");
    }
    let refusal = desk.refused(&["features", "add", "Lonely", "--depends-on", "9"]);
    assert!(refusal.contains("#9"), "a card that does not exist cannot be waited for: {refusal}");
    let refusal = desk.refused(&["features", "add", "  "]);
    assert!(refusal.contains("name"), "a card has a name: {refusal}");
    assert_eq!(desk.order().len(), 2, "nothing of what was refused is there");
}

#[test]
fn the_list_is_in_queue_order_and_follows_what_a_person_says() {
    let desk = Desk::new();
    for (name, category) in [("Page", "pages"), ("Store", "database"), ("Api", "api")] {
        desk.ok(&["features", "add", name, "--category", category]);
    }
    assert_eq!(desk.order(), [2, 3, 1], "by layer");
    let said = desk.ok(&["features", "pin", "1"]);
    assert!(said.contains("#1 Page") && said.contains("pinned"), "it is told back: {said}");
    assert_eq!(desk.order(), [1, 2, 3], "a pinned card goes first");
    desk.ok(&["features", "unpin", "1"]);
    assert_eq!(desk.order(), [2, 3, 1], "and back to its place");
    desk.ok(&["features", "edit", "1", "--layer", "0"]);
    assert_eq!(desk.order(), [1, 2, 3], "a layer can be chosen");
    desk.ok(&["features", "add", "Skeleton", "--layer", "0"]);
    desk.ok(&["features", "skip", "1"]);
    assert_eq!(desk.order(), [4, 1, 2, 3], "a skipped card goes behind the others of its layer");
    let table = desk.ok(&["features", "list"]);
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 5, "a heading and a row each: {table}");
    assert!(rows[0].starts_with("ID") && rows[0].ends_with("NAME"), "{table}");
    assert!(rows[3].starts_with('2') && rows[3].ends_with("Store"), "{table}");
}

#[test]
fn an_edit_changes_what_it_names_and_nothing_else() {
    let desk = Desk::new();
    desk.ok(&[
        "features",
        "add",
        "Search",
        "--description",
        "Finds.",
        "--step",
        "Type.",
        "--category",
        "api",
        "--model",
        "opus",
    ]);
    desk.ok(&["features", "edit", "1", "--name", "Find", "--step", "Type it.", "--step", "Read it.", "--model", ""]);
    let card = desk.card(1);
    assert_eq!(card["name"], "Find", "{card}");
    assert_eq!(card["steps"], json!(["Type it.", "Read it."]), "steps are replaced as a list: {card}");
    assert_eq!(card.get("model"), None, "an empty model is the run's again: {card}");
    assert_eq!((&card["description"], &card["layer"]), (&json!("Finds."), &json!(4)), "the rest stays: {card}");
    assert!(desk.refused(&["features", "edit", "1"]).contains("at least one"), "an edit of nothing is a mistake");
    assert!(desk.refused(&["features", "edit", "7", "--name", "x"]).contains("#7"), "and so is one of no card");
}

#[test]
fn dependencies_are_chosen_and_a_circle_is_refused_with_its_path() {
    let desk = Desk::new();
    for name in ["One", "Two", "Three"] {
        desk.ok(&["features", "add", name]);
    }
    desk.ok(&["features", "depend", "2", "--on", "1"]);
    let shown = desk.ok(&["features", "depend", "3", "--on", "1,2"]);
    assert!(shown.contains("Needs: #1, #2"), "it is told back: {shown}");
    let refusal = desk.refused(&["features", "depend", "1", "--on", "3"]);
    assert!(refusal.contains("#1 → #3 → ") && refusal.ends_with("→ #1\n"), "the way round is named: {refusal}");
    assert!(desk.refused(&["features", "depend", "1", "--on", "1"]).contains("itself"), "the smallest circle too");
    assert!(desk.refused(&["features", "depend", "1", "--on", "8"]).contains("#8"), "and what does not exist");
    assert_eq!(desk.card(1)["dependencies"], json!([]), "what was refused changed nothing");
    desk.ok(&["features", "depend", "3", "--on"]);
    assert_eq!(desk.card(3)["dependencies"], json!([]), "none removes all");
}

#[test]
fn a_removed_card_is_gone_and_nothing_waits_for_it() {
    let desk = Desk::new();
    desk.ok(&["features", "add", "One"]);
    desk.ok(&["features", "add", "Two", "--depends-on", "1"]);
    assert!(desk.ok(&["features", "remove", "1"]).contains("#1 One was removed"), "it is told back");
    assert!(desk.refused(&["features", "show", "1"]).contains("#1"), "it is gone");
    assert_eq!(desk.card(2)["dependencies"], json!([]), "and waited for no more");
    desk.ok(&["features", "add", "Three"]);
    assert_eq!(desk.order(), [2, 3], "its number is not used again");
}

#[test]
fn history_tells_every_change_of_status_and_who_made_it() {
    let desk = Desk::new();
    desk.ok(&["features", "add", "One"]);
    let card = desk.card(1);
    let history = card["history"].as_array().expect("a history");
    assert_eq!(history.len(), 1, "{card}");
    assert_eq!((&history[0]["to"], &history[0]["reason"]), (&json!("pending"), &json!("added by a person")), "{card}");
    assert!(history[0]["at_ms"].as_i64() > Some(1_600_000_000_000), "with its time: {card}");
    assert_eq!(card["evidence_history"], json!([]), "there is no proof of it yet");
    let retried = desk.ok(&["features", "retry", "1"]);
    assert!(retried.contains("another try"), "a try more does no harm to a card that waits: {retried}");
    let refusal = desk.refused(&["features", "fail", "1", "--reason", "It broke."]);
    assert!(refusal.contains("#1"), "what never passed cannot fail: {refusal}");
}

#[test]
fn a_card_that_holds_more_than_one_may_is_refused_with_what_to_do() {
    let desk = Desk::new();
    desk.register();
    let long = "n".repeat(256);
    let told = desk.refused(&["features", "add", &long]);
    assert!(told.contains("256 characters") && told.contains("the description"), "{told}");
    let text = "t".repeat(70_000);
    let told = desk.refused(&["features", "add", "Card", "--description", &text]);
    assert!(told.contains("64 KB") && told.contains("a file of the project"), "{told}");
    assert_eq!(desk.json(&["features", "list"]), json!([]), "nothing was stored");
}
