use super::*;
use crate::{
    StoreError,
    import::{ImportedFeature, read_foreign},
};
use harness_domain::feature::Status;
use rusqlite::Connection;
use std::path::Path;

/// The table as the Python system creates it.
pub(super) const PYTHON: &str = "CREATE TABLE features (
    id INTEGER NOT NULL PRIMARY KEY, priority INTEGER NOT NULL, category VARCHAR(100) NOT NULL,
    name VARCHAR(255) NOT NULL, description TEXT NOT NULL, steps JSON NOT NULL, passes BOOLEAN, in_progress BOOLEAN,
    source_spec VARCHAR(100), dependencies JSON, item_type VARCHAR(20), parent_bug_id INTEGER, bug_status VARCHAR(20),
    review_status VARCHAR(20), arch_layer INTEGER NOT NULL, assigned_skills JSON, reference_session_id INTEGER,
    page_reference_id INTEGER, redesign_session_id INTEGER)";

/// The table as AutoForge creates it: some columns fewer, and some of its own.
const AUTOFORGE: &str = "CREATE TABLE features (
    id INTEGER NOT NULL PRIMARY KEY, priority INTEGER NOT NULL, category VARCHAR(100) NOT NULL,
    name VARCHAR(255) NOT NULL, description TEXT NOT NULL, steps JSON NOT NULL, passes BOOLEAN NOT NULL,
    in_progress BOOLEAN NOT NULL, dependencies JSON, needs_human_input BOOLEAN, human_input_request JSON,
    human_input_response JSON)";

pub(super) const INSERT: &str = "INSERT INTO features (id, priority, category, name, description, steps, passes, in_progress, \
    source_spec, dependencies, item_type, parent_bug_id, bug_status, arch_layer) VALUES ";

pub(super) fn foreign(dir: &Path, sql: &str) -> PathBuf {
    let file = dir.join("features.db");
    Connection::open(&file).unwrap().execute_batch(sql).unwrap();
    file
}

#[test]
fn an_old_project_keeps_its_ids_steps_states_bugs_and_dependencies() {
    let board = board();
    let rows = format!(
        "{PYTHON}; {INSERT}
        (3, 5, 'database', 'schema', 'tables', '[\"one\", \"two\"]', 1, 0, 'main', NULL, 'feature', NULL, NULL, 1),
        (7, 6, 'api', 'login', 'post /login', '[]', 0, 1, 'mobile', '[3]', 'feature', NULL, NULL, 4),
        (8, 0, 'bug', 'crash', 'it crashes', '[\"Reproduce the bug\"]', 0, 0, 'main', NULL, 'bug', NULL, 'fixing', 8),
        (9, 7, 'bugfix', 'mend one', '', '[]', 1, 0, 'main', NULL, 'feature', 8, NULL, 8),
        (10, 8, 'bugfix', 'mend two', '', '[]', 0, 0, 'main', NULL, 'feature', 8, NULL, 8),
        (11, 0, 'style', 'new look', '', '[]', 0, 0, 'main', NULL, 'redesign', NULL, NULL, 8),
        (12, 0, 'bug', 'lost', 'never picked', '[]', 0, 0, 'main', NULL, 'bug', NULL, NULL, 8),
        (13, 0, 'bug', 'seen', '', '[]', 0, 0, 'main', NULL, 'bug', NULL, 'analyzing', 8),
        (14, 0, 'bug', 'solved', '', '[]', 1, 0, 'main', NULL, 'bug', NULL, 'resolved', 8);"
    );
    let cards = read_foreign(&foreign(board.dir.path(), &rows)).unwrap();
    let done = board.import(cards, &person()).unwrap();
    assert_eq!((done.features, done.warnings.as_slice()), (9, [].as_slice()));
    let card = |id| board.store.feature(FeatureId(id)).unwrap();
    assert_eq!(card(3).steps, ["one", "two"]);
    assert_eq!((card(3).status, card(3).layer.number(), card(3).priority), (Status::Passing, 1, 5));
    assert!(card(3).note.unwrap().contains("without evidence"), "a person must see what this passing rests on");
    assert_eq!((card(7).status, card(7).source_spec.as_str()), (Status::Pending, "mobile"));
    assert_eq!(card(7).dependencies, [FeatureId(3)]);
    assert_eq!((card(8).kind, card(8).status), (Kind::Bug, Status::Fixing));
    assert_eq!((card(10).kind, card(10).parent), (Kind::Fix, Some(FeatureId(8))));
    assert_eq!(card(11).kind, Kind::Redesign);
    assert_eq!([12, 13, 14].map(|id| card(id).status), [Status::Open, Status::Open, Status::Resolved]);
    assert_eq!(board.history(FeatureId(3)).unwrap()[0].to, Status::Passing, "the trail begins with the import");
    board.assert_counters_are_true();
    let changes = board.pass(FeatureId(10));
    assert_eq!(changes[1].to, Status::Resolved, "an imported bug is resolved with its last fix");
    assert!(board.feature_named("new") > FeatureId(14), "new cards come after the imported numbers");
}

#[test]
fn a_table_with_fewer_columns_and_others_of_its_own_is_read() {
    let board = board();
    let rows = format!(
        "{AUTOFORGE}; INSERT INTO features VALUES
        (1, 1, 'auth', 'a', '', '[]', 1, 0, NULL, 0, NULL, NULL),
        (2, 2, 'functional', 'b', '', '\"just text\"', 0, 0, '[1, 2, 99, \"1\"]', 0, NULL, NULL),
        (3, 3, 'functional', 'c', '', 'not json', 0, 0, '[]', 1, '{{\"prompt\":\"Which?\"}}', NULL);"
    );
    let cards = read_foreign(&foreign(board.dir.path(), &rows)).unwrap();
    assert_eq!((cards[0].layer.number(), cards[1].layer.number()), (3, 8), "the category implies the layer");
    assert_eq!(
        (cards[1].steps.as_slice(), cards[2].steps.as_slice()),
        (["just text".to_owned()].as_slice(), ["not json".to_owned()].as_slice())
    );
    let done = board.import(cards, &person()).unwrap();
    assert_eq!(done.warnings.len(), 2, "itself and an unknown card: {:?}", done.warnings);
    assert_eq!(board.store.feature(FeatureId(2)).unwrap().dependencies, [FeatureId(1)]);
    assert_eq!(board.status(FeatureId(3)), Status::NeedsInput);
    let question = board.requests_open().unwrap().remove(0);
    assert_eq!(question.fields_json.as_deref(), Some("{\"prompt\":\"Which?\"}"));
    board.question_answer(question.id, "\"this\"", &person()).unwrap();
    assert_eq!(board.status(FeatureId(3)), Status::Pending, "the question can be answered here");
}

#[test]
fn values_that_make_no_sense_are_read_as_what_was_meant() {
    let board = board();
    let rows = format!(
        "{PYTHON}; {INSERT}
        (1, 99999999999, 'database', '', '', '[1, null, \"x\"]', 'true', 0, '', 'null', '', NULL, NULL, 42),
        (2, -1, '', 'b', '', '{{}}', 0, 0, NULL, '{{}}', 'feature', 77, NULL, -3);"
    );
    let cards = read_foreign(&foreign(board.dir.path(), &rows)).unwrap();
    let first = &cards[0];
    assert_eq!((first.layer.number(), first.priority, first.name.as_str()), (1, i32::MAX, "Feature 1"));
    assert_eq!((first.status, first.source_spec.as_str()), (Status::Passing, "main"));
    assert_eq!(first.steps, ["1", "null", "x"]);
    assert_eq!((cards[1].kind, cards[1].category.as_str(), cards[1].layer.number()), (Kind::Fix, "functional", 8));
    let done = board.import(cards, &person()).unwrap();
    assert_eq!(done.warnings.len(), 1, "the parent does not exist: {:?}", done.warnings);
    assert_eq!(board.store.feature(FeatureId(2)).unwrap().parent, None);
}

#[test]
fn circles_that_the_old_system_never_looked_at_are_opened_with_a_warning() {
    let board = board();
    let rows = format!(
        "{PYTHON}; {INSERT}
        (1, 1, 'api', 'a', '', '[]', 0, 0, 'main', '[3]', 'feature', NULL, NULL, 4),
        (2, 1, 'api', 'b', '', '[]', 0, 0, 'main', '[1]', 'feature', NULL, NULL, 4),
        (3, 1, 'api', 'c', '', '[]', 0, 0, 'main', '[2]', 'feature', NULL, NULL, 4),
        (4, 0, 'bug', 'bug', '', '[]', 0, 0, 'main', NULL, 'bug', NULL, 'fixing', 8),
        (5, 0, 'bugfix', 'fix', '', '[]', 0, 0, 'main', '[4]', 'feature', 4, NULL, 8);"
    );
    let cards = read_foreign(&foreign(board.dir.path(), &rows)).unwrap();
    let done = board.import(cards, &person()).unwrap();
    assert_eq!(done.warnings.len(), 2, "one dependency of each circle goes: {:?}", done.warnings);
    assert_eq!(board.graph().unwrap().edges.len(), 2);
    for turn in 0..4 {
        let next = board.claim_next(&claim(&format!("s{turn}")), &host()).unwrap();
        let next = next.expect("every imported card can be reached");
        let proof = board.proof(next.id);
        board.mark_passing(next.id, proof, &host()).unwrap();
    }
    let counts = board.counts().unwrap();
    assert_eq!(counts.done, counts.total, "nothing waits for itself");
}

#[test]
fn a_bug_whose_fixes_all_passed_is_not_left_waiting() {
    let board = board();
    let rows = format!(
        "{PYTHON}; {INSERT}
        (1, 0, 'bug', 'fixed', '', '[]', 0, 0, 'main', NULL, 'bug', NULL, 'fixing', 8),
        (2, 0, 'bugfix', 'fix', '', '[]', 1, 0, 'main', NULL, 'feature', 1, NULL, 8),
        (3, 0, 'bug', 'without', '', '[]', 0, 0, 'main', NULL, 'bug', NULL, 'fixing', 8);"
    );
    let cards = read_foreign(&foreign(board.dir.path(), &rows)).unwrap();
    board.import(cards, &person()).unwrap();
    assert_eq!([1, 3].map(|id| board.status(FeatureId(id))), [Status::Resolved, Status::Open]);
}

fn imported(id: u32) -> ImportedFeature {
    let board = board();
    let rows =
        format!("{PYTHON}; {INSERT} ({id}, 1, 'api', 'a', '', '[]', 0, 0, 'main', NULL, 'feature', NULL, NULL, 4)");
    read_foreign(&foreign(board.dir.path(), &rows)).unwrap().remove(0)
}

#[test]
fn an_import_whose_numbers_are_taken_changes_nothing() {
    let board = board();
    let here = board.feature_named("here");
    let batch = vec![imported(50), imported(here.0), imported(51), imported(51)];
    let error = board.import(batch, &person()).unwrap_err();
    assert_eq!(error, StoreError::IdsTaken { ids: vec![here, FeatureId(51)] });
    let late = vec![imported(60), ImportedFeature { name: " ".into(), ..imported(61) }];
    assert_eq!(board.import(late, &person()).unwrap_err(), StoreError::EmptyName { index: 1 });
    let claimed = vec![imported(60), ImportedFeature { status: Status::InProgress, ..imported(61) }];
    assert!(matches!(board.import(claimed, &person()).unwrap_err(), StoreError::Unlawful { .. }));
    assert_eq!(board.counts().unwrap().total, 1, "all or none");
}

#[test]
fn a_file_without_features_is_refused_and_not_changed() {
    let dir = tempfile::tempdir().unwrap();
    let file = foreign(dir.path(), "CREATE TABLE other (x INTEGER)");
    let before = std::fs::read(&file).unwrap();
    assert!(matches!(read_foreign(&file).unwrap_err(), StoreError::NotImportable { .. }));
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let missing = dir.path().join("missing.db");
    assert!(matches!(read_foreign(&missing).unwrap_err(), StoreError::CannotOpen { .. }));
    assert!(!missing.exists(), "reading creates nothing");
    std::fs::write(&missing, "no database at all, only a text that is long enough").unwrap();
    assert!(matches!(read_foreign(&missing).unwrap_err(), StoreError::Corrupt { .. }));
}

/// A board of one card in which `column` holds what the expression of SQL says.
fn with(column: &str, expression: &str) -> crate::error::Result<Vec<ImportedFeature>> {
    let dir = tempfile::tempdir().unwrap();
    let rows = format!(
        "{PYTHON}; ALTER TABLE features ADD needs_human_input BOOLEAN; ALTER TABLE features ADD human_input_request JSON;
        {INSERT} (7, 1, 'api', 'a', '', '[]', 0, 0, 'main', NULL, 'feature', NULL, NULL, 4);
        UPDATE features SET needs_human_input = 1, {column} = {expression};"
    );
    read_foreign(&foreign(dir.path(), &rows))
}

#[test]
fn a_card_that_holds_more_than_any_may_is_named_and_nothing_is_read() {
    let list = |entry: &str, count: usize| format!("'[{}]'", vec![entry; count].join(","));
    let question =
        |options: usize| format!("'{{\"fields\":[{{\"options\":{}}}]}}'", list("1", options).replace('\'', ""));
    let within = [
        ("name", "printf('%.*c', 255, 'x')".to_owned()),
        ("description", "printf('%.*c', 65536, 'x')".to_owned()),
        ("steps", list("1", 200)),
        ("steps", format!("'[{}]'", vec![format!("\"{}\"", "\\u0001".repeat(300)); 200].join(","))),
        ("dependencies", list("7", 1_000)),
        ("human_input_request", question(50)),
    ];
    for (column, value) in within {
        assert!(with(column, &value).is_ok(), "{column}: as much as there may be");
    }
    let beyond = [
        ("name", "printf('%.*c', 256, 'x')".to_owned(), "name is 256 characters"),
        ("category", "printf('%.*c', 256, 'x')".to_owned(), "category is 256 characters"),
        ("source_spec", "printf('%.*c', 256, 'x')".to_owned(), "specification's name is 256 characters"),
        ("description", "printf('%.*c', 65537, 'x')".to_owned(), "description is 65 KB"),
        ("steps", list("1", 201), "201 steps"),
        ("steps", "printf('%.*c', 65537, 'x')".to_owned(), "list of steps is 65 KB"),
        ("dependencies", list("7", 1_001), "1001 dependencies"),
        ("assigned_skills", "printf('%.*c', 65537, 'x')".to_owned(), "list of skills is 65 KB"),
        ("human_input_request", question(51), "51 options"),
        ("human_input_request", "printf('%.*c', 65537, 'x')".to_owned(), "question is 65 KB"),
    ];
    for (column, value, what) in beyond {
        let why = with(column, &value).expect_err(what).to_string();
        assert!(why.contains("feature #7") && why.contains(what) && why.contains(" is the most"), "{column}: {why}");
    }
    for column in ["description", "steps", "bug_status"] {
        let why = with(column, "zeroblob(1100000)").expect_err("SQLite does not read it").to_string();
        assert!(why.contains("longer than 1 MB"), "{column}: {why}");
    }
}

#[test]
fn a_board_larger_than_any_is_refused_by_what_there_is_too_much_of() {
    let numbers =
        |to: u32| format!("WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {to})");
    let all = |to: u32, steps: &str, needs: &str| {
        let dir = tempfile::tempdir().unwrap();
        let rows = format!(
            "{PYTHON}; {INSERT}{} SELECT id, 1, 'api', 'a', '', {steps}, 0, 0, 'main', {needs}, 'feature', NULL, NULL, 4 \
             FROM n;",
            numbers(to)
        );
        // The rows come from a query, not from a list of values.
        read_foreign(&foreign(dir.path(), &rows.replace("VALUES WITH", "WITH")))
    };
    assert_eq!(all(100_000, "'[]'", "NULL").unwrap().len(), 100_000, "as many cards as there may be");
    let why = all(100_001, "'[]'", "NULL").expect_err("one more").to_string();
    assert!(why.contains("more than 100000 features"), "{why}");
    let needs = format!("'[{}]'", vec!["1"; 1_000].join(","));
    let why = all(1_001, "'[]'", &needs).expect_err("many dependencies").to_string();
    assert!(why.contains("more than 1000000 dependencies"), "{why}");
    let steps = format!("'[{}]'", vec!["1"; 200].join(","));
    let why = all(5_001, &steps, "NULL").expect_err("many steps").to_string();
    assert!(why.contains("more than 1000000 steps"), "{why}");

    // A file of 257 MB in which nothing is: its length, and how many pages its head says it has.
    use std::io::{Seek, SeekFrom, Write};
    let dir = tempfile::tempdir().unwrap();
    let path = foreign(dir.path(), &format!("PRAGMA page_size = 4096; {PYTHON}"));
    let mut file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_len(257 << 20).unwrap();
    file.seek(SeekFrom::Start(28)).unwrap();
    file.write_all(&(257_u32 << 8).to_be_bytes()).unwrap();
    let why = read_foreign(&path).expect_err("a large file").to_string();
    assert!(why.contains("it holds 257 MB, and 256 MB is the most"), "{why}");
}

#[test]
fn a_view_in_the_place_of_the_table_is_not_computed() {
    let dir = tempfile::tempdir().unwrap();
    let endless = "CREATE VIEW features AS WITH RECURSIVE n(id, name) AS \
                   (SELECT 1, 'a' UNION ALL SELECT id, name FROM n WHERE id > 0) SELECT id, name FROM n WHERE id > 1";
    let why = read_foreign(&foreign(dir.path(), endless)).expect_err("it would never end").to_string();
    assert!(why.contains("no table"), "{why}");
}

#[test]
fn a_board_full_of_circles_is_put_right_in_one_go_and_told_in_short() {
    let board = board();
    // Bugs with a fix each, which waits for its own bug.
    let pairs: Vec<String> = (1..=2_000_u32)
        .map(|pair| {
            let (bug, fix) = (pair * 2, pair * 2 + 1);
            format!(
                "({bug}, 0, 'bug', 'bug', '', '[]', 0, 0, 'main', NULL, 'bug', NULL, 'fixing', 8), \
                 ({fix}, 0, 'bugfix', 'fix', '', '[]', 0, 0, 'main', '[{bug}]', 'feature', {bug}, NULL, 8)"
            )
        })
        .collect();
    let cards = read_foreign(&foreign(board.dir.path(), &format!("{PYTHON}; {INSERT} {}", pairs.join(", ")))).unwrap();
    let done = board.import(cards, &person()).unwrap();
    assert_eq!(done.warnings.len(), 1_001, "and nobody reads thousands of lines");
    assert_eq!(done.warnings[1_000], "1000 more like these were left out");
    assert_eq!(board.graph().unwrap().edges.len(), 0, "all of them were opened");
}
