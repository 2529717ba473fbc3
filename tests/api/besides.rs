//! What reaches a session besides its card: a remark on a line, and what the settings grant.

use crate::stage::Stage;
use harness_api::Procedure;
use harness_domain::run::Mode;
use harness_engine::{
    EngineError, OpenProject,
    session::{RunControl, RunOptions, conduct},
};
use harness_mcp::Tools;
use harness_rehearsal::Scenario;
use serde_json::{Value, json};
use std::sync::Arc;

/// A session that says what it was told.
const ECHO: &str =
    "name: echo\ntitle: 'Rehearsal: an echo'\nroles:\n  coding:\n    - say: 'I was told: {{ prompt }}'\n";

async fn card(stage: &Stage, project: u64) -> Value {
    let feature = json!({
        "kind": "feature", "category": "functional", "name": "Add", "description": "", "steps": [], "priority": null,
        "layer": null, "source_spec": "main", "parent": null, "dependencies": [], "model": null, "checks": [],
    });
    stage.ok(Procedure::feature_create, json!({ "project": project, "feature": feature })).await
}

/// A run of one session that says what it was told.
async fn echo(stage: &Stage, open: &OpenProject) -> Result<(), EngineError> {
    let file = stage.path("echo.yaml");
    std::fs::write(&file, ECHO).expect("a scenario");
    let scenario = Scenario::load(file.to_str().expect("a plain path")).expect("it is whole");
    let options =
        RunOptions { mode: Mode::Code, rehearsal: Some(scenario), max_sessions: Some(1), ..RunOptions::default() };
    conduct(open, options, Arc::new(Tools), RunControl::default()).await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_remark_on_a_line_is_read_by_the_next_session_of_its_card() {
    let stage = Stage::new();
    let project = stage.project("sums").await;
    let card = card(&stage, project).await;
    let remark = json!({
        "project": project, "feature": card["id"], "path": "src/add.js", "line": 7, "text": "Mind the zebra crossing.",
        "becomes": "message",
    });
    stage.ok(Procedure::review_comment, remark).await;

    let open = stage.api.app().open_directory(&stage.path("sums")).expect("the project");
    echo(&stage, &open).await.expect("a run");

    let search = json!({ "project": project, "query": "zebra crossing", "limit": 5 });
    let found = stage.ok(Procedure::transcript_search, search).await;
    assert!(!found.as_array().expect("hits").is_empty(), "the session was told what a person remarked");
    assert!(open.store.messages_untold(harness_domain::id::FeatureId(1)).expect("messages").is_empty(), "and once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pictures_of_a_card_reach_its_session_and_no_other_does() {
    const PNG: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let stage = Stage::new();
    let project = stage.project("sums").await;
    let (card, other) = (card(&stage, project).await, card(&stage, project).await);
    let add = async |card: &Value, name: &str| {
        let add = json!({ "project": project, "feature": card["id"], "name": name, "data": PNG });
        stage.ok(Procedure::image_add, add).await
    };
    add(&card, "sketch.png").await;
    add(&other, "another.png").await;
    let open = stage.api.app().open_directory(&stage.path("sums")).expect("the project");
    echo(&stage, &open).await.expect("a run");
    let search = json!({ "project": project, "query": "image png of characters", "limit": 5 });
    let found = stage.ok(Procedure::transcript_search, search).await;
    let hits = found.as_array().expect("hits");
    assert!(!hits.is_empty(), "the model was shown the picture of its card: {found:#}");
    let of = json!({ "project": project, "session": hits[0]["session"], "from": 0, "limit": 50 });
    let rows = stage.ok(Procedure::transcript_window, of).await.to_string();
    assert_eq!(
        rows.matches(&format!("[image/png of {} characters]", PNG.len())).count(),
        1,
        "whole, and it alone: {rows}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transcript_of_before_there_were_filters_can_be_filtered_too() {
    let stage = Stage::new();
    let project = stage.project("sums").await;
    card(&stage, project).await;
    let open = stage.api.app().open_directory(&stage.path("sums")).expect("the project");
    echo(&stage, &open).await.expect("a run");
    let words = json!({ "project": project, "run": 1, "sorts": ["words"], "limit": 50 });
    let before = stage.ok(Procedure::transcript_filtered, words.clone()).await;
    assert!(before["entries"].to_string().contains("I was told"), "what the agent said: {before:#}");
    let file = open.app.home.project_database(open.project.id);
    let database = rusqlite::Connection::open(file).expect("its database");
    database.execute_batch("DELETE FROM transcript_sort; DELETE FROM transcript_mention").expect("an older version's");
    let after = stage.ok(Procedure::transcript_filtered, words).await;
    assert_eq!(after["sorted"], after["rows"], "few rows are looked through at once: {after:#}");
    assert_eq!((&after["total"], &after["entries"]), (&before["total"], &before["entries"]), "and the same is found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_run_begins_where_its_records_would_not_fit() {
    let stage = Stage::new();
    let project = stage.project("sums").await;
    card(&stage, project).await;
    let mut open = stage.api.app().open_directory(&stage.path("sums")).expect("the project");
    open.app.bounds = open.app.bounds.with_least_room(u64::MAX);
    let refusal = echo(&stage, &open).await.expect_err("no disk has that much room");
    let words = refusal.to_string();
    assert!(
        words.contains("GiB free for") && words.contains("free some disk space"),
        "what is, and what to do: {words}"
    );
    let runs = stage.ok(Procedure::run_list, json!({ "project": project })).await;
    assert_eq!(runs, json!([]), "nothing was begun");
    open.app.bounds = open.app.bounds.with_least_room(0);
    echo(&stage, &open).await.expect("with room it begins");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_settings_grant_is_in_the_walls_that_the_self_test_tries() {
    let stage = Stage::new();
    let project = stage.project("sums").await;
    let docs = stage.path("docs");
    std::fs::create_dir(&docs).expect("a directory");
    std::fs::write(docs.join("guide.txt"), "read me").expect("a file");
    let settings = json!({ "readable": [docs], "hosts": ["registry.example.org"] });
    stage.ok(Procedure::project_settings_write, json!({ "project": project, "settings": settings })).await;
    let proof = stage.ok(Procedure::sandbox_prove, json!({ "project": project })).await;
    let told = proof["attempts"].to_string();
    assert!(told.contains("registry.example.org"), "the listed host is part of the proof: {told}");
    assert!(told.contains("docs"), "and so is the granted directory: {told}");
    assert_eq!(proof["held"], proof["total"], "granting to read opens nothing else: {proof:#}");
    let nobody = stage.call(Procedure::sandbox_prove, json!({ "project": 99 })).await.expect_err("no such project");
    assert_eq!(nobody.code, harness_api::ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_systems_cards_come_along_with_its_directory_and_only_once() {
    const OLD: &str = "CREATE TABLE features (id INTEGER PRIMARY KEY, priority INTEGER, category TEXT, name TEXT, \
                       description TEXT, steps JSON, passes BOOLEAN, in_progress BOOLEAN, dependencies JSON); \
                       INSERT INTO features VALUES (3, 5, 'database', 'schema', 'tables', '[\"one\"]', 1, 0, NULL), \
                       (7, 6, 'api', 'login', 'post', '[]', 0, 1, '[3]')";
    let stage = Stage::new();
    let dir = stage.path("old");
    std::fs::create_dir(&dir).expect("a directory");
    rusqlite::Connection::open(dir.join("features.db")).and_then(|old| old.execute_batch(OLD)).expect("an old board");
    let imported = stage.ok(Procedure::project_import, json!({ "path": dir })).await;
    assert_eq!((&imported["features"], &imported["remarks"]), (&json!(2), &json!([])), "{imported}");
    let project = imported["project"]["id"].clone();
    let board = stage.ok(Procedure::feature_list, json!({ "project": project })).await;
    let login = board.as_array().and_then(|cards| cards.iter().find(|card| card["id"] == 7)).expect("under its number");
    assert_eq!((&login["status"], &login["dependencies"]), (&json!("pending"), &json!([3])), "{login}");
    let again = stage.ok(Procedure::project_import, json!({ "path": dir })).await;
    assert_eq!(again["features"], 0, "a board that is there is left alone");
    assert!(again["remarks"][0].as_str().is_some_and(|words| words.contains("left alone")), "{again}");
    let full = stage.path("full");
    std::fs::create_dir(&full).expect("a directory");
    let long = format!("{OLD}; UPDATE features SET description = printf('%.*c', 70000, 'x') WHERE id = 7");
    rusqlite::Connection::open(full.join("features.db"))
        .and_then(|old| old.execute_batch(&long))
        .expect("an old board");
    let refused = stage.call(Procedure::project_import, json!({ "path": full })).await.expect_err("nobody reads that");
    assert!(refused.message.contains("#7") && refused.message.contains("description is 69 KB"), "{refused:?}");
    let known = stage.ok(Procedure::project_list, json!({})).await;
    assert_eq!(known.as_array().map(Vec::len), Some(1), "nothing of it is left on the list: {known}");
    let nowhere = stage.call(Procedure::project_import, json!({ "path": stage.path("nowhere") })).await;
    assert_eq!(nowhere.expect_err("it is not there").code, harness_api::ErrorCode::NotPossibleNow);
}
