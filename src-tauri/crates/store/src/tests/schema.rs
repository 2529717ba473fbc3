//! The schema as text, so that a change of it is seen in review, and what the migrations promise.

use super::board;
use crate::{AppStore, StoreError, database::explain, migrate};
use rusqlite::Connection;
use std::path::Path;

#[test]
fn the_schemas_are_the_ones_on_record() {
    let home = tempfile::tempdir().unwrap();
    drop(AppStore::open(home.path()).unwrap());
    let board = board();
    for (name, file) in [("app", home.path().join("app.db")), ("project", board.file())] {
        let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(format!("{name}.sql"));
        let found = dump(&Connection::open(file).unwrap());
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(&recorded, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&recorded).unwrap_or_default();
        assert!(
            found == expected,
            "the schema differs from schema/{name}.sql: run this test with UPDATE_SCHEMA=1 and look at the difference"
        );
    }
}

fn dump(connection: &Connection) -> String {
    let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
               AND name NOT LIKE 'transcript\\_word\\_%' ESCAPE '\\' ORDER BY tbl_name, type DESC, name";
    let mut statement = connection.prepare(sql).unwrap();
    let statements = statement.query_map((), |row| row.get::<_, String>(0)).unwrap();
    statements.map(|sql| format!("{};\n\n", sql.unwrap())).collect()
}

const STEPS: &[&str] = &["CREATE TABLE a (x INTEGER) STRICT;", "CREATE TABLE b (x INTEGER) STRICT;"];
const BROKEN: &[&str] = &[STEPS[0], "CREATE TABLE b (x INTEGER) STRICT; CREATE TABLE c (nonsense nonsense) STRICT;"];

fn tables(connection: &Connection) -> Vec<String> {
    let mut statement = connection.prepare("SELECT name FROM sqlite_schema ORDER BY name").unwrap();
    statement.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn only_the_missing_steps_are_applied() {
    let mut connection = Connection::open_in_memory().unwrap();
    let file = Path::new("memory");
    migrate::Migrations(&STEPS[..1]).apply(&mut connection, file).unwrap();
    connection.execute("INSERT INTO a VALUES (1)", ()).unwrap();
    for _ in 0..2 {
        migrate::Migrations(STEPS).apply(&mut connection, file).unwrap();
        assert_eq!(tables(&connection), ["a", "b"]);
    }
    let kept: u32 = connection.query_row("SELECT count(*) FROM a", (), |row| row.get(0)).unwrap();
    assert_eq!(kept, 1, "an upgrade keeps what is there");
}

#[test]
fn a_step_that_fails_leaves_the_schema_as_it_was() {
    let mut connection = Connection::open_in_memory().unwrap();
    let file = Path::new("memory");
    migrate::Migrations(&STEPS[..1]).apply(&mut connection, file).unwrap();
    let error = explain(migrate::Migrations(BROKEN).apply(&mut connection, file).unwrap_err(), file);
    assert!(matches!(error, StoreError::Sqlite { .. }), "{error}");
    assert_eq!(tables(&connection), ["a"], "not even the good part of the step stays");
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 1, "the next start tries again");
}

#[test]
fn an_upgrade_counts_the_cards_that_are_there_already() {
    let mut connection = Connection::open_in_memory().unwrap();
    let file = Path::new("memory");
    migrate::Migrations(&migrate::PROJECT.0[..1]).apply(&mut connection, file).unwrap();
    let insert = "INSERT INTO feature (kind, status, priority, layer, created_at_ms, updated_at_ms, source_spec, category, \
                  name, description) VALUES ('feature', ?1, 1, 0, 1, 1, 'main', 'api', 'Card', '')";
    for status in ["pending", "pending", "passing"] {
        connection.execute(insert, [status]).unwrap();
    }
    migrate::PROJECT.apply(&mut connection, file).unwrap();
    connection.execute("UPDATE feature SET status = 'passing' WHERE id = 1", ()).unwrap();
    let sql = "SELECT group_concat(status || ' ' || cards) FROM status_count";
    let counts: String = connection.query_row(sql, (), |row| row.get(0)).unwrap();
    assert_eq!(counts, "passing 2,pending 1", "older cards count from then on");
}
