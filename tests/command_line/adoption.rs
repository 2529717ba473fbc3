//! `harness features import`: projects of older systems.

use crate::desk::Desk;
use rusqlite::Connection;
use serde_json::json;
use std::path::PathBuf;

/// The table of the Python system.
const PYTHON: &str = "CREATE TABLE features (
    id INTEGER NOT NULL PRIMARY KEY, priority INTEGER NOT NULL, category VARCHAR(100) NOT NULL,
    name VARCHAR(255) NOT NULL, description TEXT NOT NULL, steps JSON NOT NULL, passes BOOLEAN, in_progress BOOLEAN,
    source_spec VARCHAR(100), dependencies JSON, item_type VARCHAR(20), parent_bug_id INTEGER, bug_status VARCHAR(20),
    review_status VARCHAR(20), arch_layer INTEGER NOT NULL, assigned_skills JSON, reference_session_id INTEGER,
    page_reference_id INTEGER, redesign_session_id INTEGER);
    CREATE INDEX ix_features_passes ON features (passes);
    INSERT INTO features (id, priority, category, name, description, steps, passes, in_progress, source_spec,
        dependencies, item_type, parent_bug_id, bug_status, arch_layer) VALUES
    (3, 5, 'database', 'Schema', 'Tables.', '[\"Make it.\", \"Read it.\"]', 1, 0, 'main', NULL, 'feature', NULL, NULL, 1),
    (7, 6, 'api', 'Log in', 'By name.', '[]', 0, 1, 'mobile', '[3]', 'feature', NULL, NULL, 4),
    (8, 0, 'bug', 'Crash', 'It crashes.', '[\"Reproduce the bug\"]', 0, 0, 'main', NULL, 'bug', NULL, 'fixing', 8),
    (9, 7, 'bugfix', 'Mend it', '', '[]', 0, 0, 'main', NULL, 'feature', 8, NULL, 8),
    (10, 9, 'style', 'Odd layer', '', '[]', 0, 0, 'main', '[77]', 'feature', NULL, NULL, 42);";

/// The table of AutoForge: fewer columns, and some of its own.
const AUTOFORGE: &str = "CREATE TABLE features (
    id INTEGER NOT NULL PRIMARY KEY, priority INTEGER NOT NULL, category VARCHAR(100) NOT NULL,
    name VARCHAR(255) NOT NULL, description TEXT NOT NULL, steps JSON NOT NULL, passes BOOLEAN NOT NULL,
    in_progress BOOLEAN NOT NULL, dependencies JSON, needs_human_input BOOLEAN, human_input_request JSON,
    human_input_response JSON);
    CREATE TABLE schedules (id INTEGER PRIMARY KEY);
    INSERT INTO features VALUES
    (1, 1, 'auth', 'Accounts', '', '[\"Sign up.\"]', 1, 0, NULL, 0, NULL, NULL),
    (2, 2, 'auth', 'Keys', '', '[]', 0, 0, '[1]', 1,
        '{\"prompt\": \"Which provider?\", \"fields\": [{\"id\": \"p\", \"label\": \"Provider\", \"type\": \"text\"}]}', NULL);";

fn database(desk: &Desk, sql: &str) -> PathBuf {
    let file = desk.machine.path("features.db");
    Connection::open(&file).and_then(|connection| connection.execute_batch(sql)).expect("an old database");
    file
}

fn import(desk: &Desk, sql: &str) -> String {
    let file = database(desk, sql);
    desk.ok(&["features", "import", file.to_str().expect("a plain path")])
}

#[test]
fn a_project_of_the_python_system_keeps_its_numbers_steps_states_bugs_and_dependencies() {
    let desk = Desk::new();
    let told = import(&desk, PYTHON);
    assert!(told.starts_with("5 cards were imported"), "{told}");
    assert!(told.contains("#10") && told.contains("#77"), "a dependency that leads nowhere is told: {told}");
    let (schema, login, bug, fix) = (desk.card(3), desk.card(7), desk.card(8), desk.card(9));
    assert_eq!(
        (&schema["status"], &schema["steps"]),
        (&json!("passing"), &json!(["Make it.", "Read it."])),
        "{schema}"
    );
    assert_eq!((&schema["layer"], &schema["priority"]), (&json!(1), &json!(5)), "{schema}");
    assert!(schema["note"].to_string().contains("without evidence"), "a person sees what it rests on: {schema}");
    assert_eq!(login["status"], "pending", "nobody works on it now: {login}");
    assert_eq!((&login["dependencies"], &login["source_spec"]), (&json!([3]), &json!("mobile")), "{login}");
    assert_eq!((&bug["kind"], &bug["bug_status"]), (&json!("bug"), &json!("fixing")), "{bug}");
    assert_eq!((&fix["kind"], &fix["parent_id"]), (&json!("fix"), &json!(8)), "{fix}");
    assert_eq!(desk.card(10)["layer"], 8, "a layer there is not becomes the category's");
    assert_eq!(desk.order()[..2], [8, 9], "the bug and its fix come first");
    desk.ok(&["features", "add", "Later"]);
    assert_eq!(desk.card(11)["name"], "Later", "new numbers follow the imported ones");
}

#[test]
fn a_project_of_autoforge_keeps_its_open_questions_too() {
    let desk = Desk::new();
    assert!(import(&desk, AUTOFORGE).starts_with("2 cards were imported"), "fewer columns are enough");
    assert_eq!(desk.card(1)["layer"], 3, "its layer follows from its category");
    assert_eq!(desk.card(2)["status"], "needs_input", "it waits for the person as before");
    let questions = desk.ok(&["questions", "list"]);
    assert!(questions.contains("#2") && questions.contains("Which provider?"), "{questions}");
    assert_eq!(desk.json(&["questions", "list"]).as_array().map(Vec::len), Some(1), "a script sees it too");
    let answered = desk.ok(&["questions", "answer", "1", "The first one"]);
    assert!(answered.contains("#2"), "it is told back: {answered}");
    assert_eq!(desk.card(2)["status"], "pending", "an answer puts the card back into the queue");
    assert!(
        desk.refused(&["questions", "answer", "1", "Again"]).contains("questions list"),
        "a second answer is refused"
    );
}

#[test]
fn an_import_is_whole_or_not_at_all() {
    let desk = Desk::new();
    desk.ok(&["features", "add", "One"]);
    desk.ok(&["features", "add", "Two"]);
    desk.ok(&["features", "add", "Three"]);
    let file = database(&desk, PYTHON);
    let file = file.to_str().expect("a plain path");
    let refusal = desk.refused(&["features", "import", file]);
    assert!(refusal.contains('3'), "the number that is taken is named: {refusal}");
    assert_eq!(desk.order(), [1, 2, 3], "nothing else came in");

    let text = desk.machine.path("notes.txt");
    std::fs::write(&text, "no database").expect("a file");
    let refusal = desk.refused(&["features", "import", text.to_str().expect("a plain path")]);
    assert!(refusal.contains("notes.txt"), "a file that is no database is named: {refusal}");
    let refusal = desk.refused(&["features", "import", "/nowhere/features.db"]);
    assert!(refusal.contains("/nowhere/features.db"), "and one that is not there: {refusal}");
}

#[test]
fn a_passing_card_that_fails_gets_a_fix_and_both_go_back_into_the_queue() {
    let desk = Desk::new();
    import(&desk, PYTHON);
    let told = desk.ok(&["features", "fail", "3", "--reason", "The table is empty."]);
    assert_eq!(told, "#3 is failing; #11 mends it.\n");
    assert_eq!(desk.card(3)["status"], "failing", "it passes no more");
    let last = desk.card(3)["history"].as_array().and_then(|history| history.last().cloned()).unwrap_or_default();
    assert_eq!(last["actor"], "person", "the trail says who said so: {last}");
    let fix = desk.card(11);
    assert_eq!((&fix["kind"], &fix["parent_id"]), (&json!("fix"), &json!(3)), "{fix}");
    assert!(fix.to_string().contains("The table is empty."), "the fix knows what was seen: {fix}");
    assert_eq!(
        desk.json(&["features", "list", "--status", "failing"]).as_array().map(Vec::len),
        Some(1),
        "found by status"
    );
}
