//! What happens when the file, the disk or another process does not cooperate.

use super::*;
use crate::{Options, Result, StoreError};
use rusqlite::{Connection, OpenFlags};
use std::time::Duration;

const IMPATIENT: Options = Options { busy_timeout: Duration::from_millis(50), max_bytes: None };

#[test]
fn a_database_that_another_process_keeps_locked_is_reported_and_works_afterwards() {
    let board = board();
    let store = ProjectStore::open_with(&board.file(), IMPATIENT).unwrap();
    let mut other = Connection::open(board.file()).unwrap();
    let lock = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let error = store.set_note("key", Some("value")).unwrap_err();
    assert_eq!(error, StoreError::Locked { file: board.file() });
    assert_eq!(store.counts().unwrap().total, 0, "readers do not wait for a writer");
    lock.rollback().unwrap();
    store.set_note("key", Some("value")).unwrap();
    assert_eq!(board.note("key").unwrap().as_deref(), Some("value"), "and the other store sees it");
}

#[test]
fn a_write_waits_for_another_process_that_is_nearly_done() {
    let board = board();
    let mut other = Connection::open(board.file()).unwrap();
    let lock = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    std::thread::scope(|scope| {
        let write = scope.spawn(|| board.set_note("key", Some("value")));
        lock.rollback().unwrap();
        write.join().unwrap().unwrap();
    });
}

#[test]
fn a_file_that_may_not_be_written_is_refused_when_it_is_opened() {
    let board = board();
    let file = board.file();
    let Board { dir, store } = board;
    drop(store);
    let mut permissions = std::fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&file, permissions).unwrap();
    let is_privileged = std::fs::OpenOptions::new().write(true).open(&file).is_ok();
    if is_privileged {
        // No permission stops this user, so the write itself has to be refused.
        let connection = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let refused = connection.execute("INSERT INTO note VALUES ('a', 'b')", ()).unwrap_err();
        let error = crate::database::explain(refused.into(), &file);
        assert_eq!(error, StoreError::ReadOnly { file });
    } else {
        assert_eq!(ProjectStore::open(&file).unwrap_err(), StoreError::ReadOnly { file });
    }
    drop(dir);
}

#[test]
fn a_write_through_a_reader_is_refused() {
    let board = board();
    let written = board.db.read(|connection| Ok(connection.execute("DELETE FROM note", ())?));
    assert_eq!(written.unwrap_err(), StoreError::ReadOnly { file: board.file() }, "only the writer thread writes");
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let board = board();
    board.set_note("key", Some("kept")).unwrap();
    let file = board.file();
    let Board { dir, store } = board;
    drop(store);
    let set_version = |version: u32| {
        Connection::open(&file).unwrap().pragma_update(None, "user_version", version).unwrap();
    };
    let supported = crate::migrate::PROJECT.latest();
    set_version(supported + 1);
    let error = ProjectStore::open(&file).unwrap_err();
    assert_eq!(error, StoreError::NewerDatabase { file: file.clone(), found: supported + 1, supported });
    assert!(error.to_string().contains("update the product"), "the message must say what to do: {error}");
    set_version(supported);
    let store = ProjectStore::open(&file).unwrap();
    assert_eq!(store.note("key").unwrap().as_deref(), Some("kept"));
    drop((store, dir));
}

#[test]
fn a_full_disk_fails_the_write_and_keeps_what_was_there() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("project.db");
    let store = ProjectStore::open_with(&file, Options { max_bytes: Some(600 * 1024), ..Options::default() }).unwrap();
    store.set_note("before", Some("kept")).unwrap();
    let big = "x".repeat(1024 * 1024);
    assert_eq!(store.set_note("big", Some(&big)).unwrap_err(), StoreError::DiskFull { file: file.clone() });
    assert_eq!(store.note("before").unwrap().as_deref(), Some("kept"));
    assert_eq!(store.note("big").unwrap(), None, "a failed write leaves nothing behind");
    store.set_note("after", Some("small")).unwrap();
    drop(store);
    let store = ProjectStore::open(&file).unwrap();
    assert_eq!(store.note("after").unwrap().as_deref(), Some("small"), "and the file is sound");
}

#[test]
fn a_file_that_is_no_database_is_reported_as_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("project.db");
    std::fs::write(&file, "this is a text, not a database. ".repeat(200)).unwrap();
    let error = ProjectStore::open(&file).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    let content = std::fs::read(&file).unwrap();
    assert!(content.starts_with(b"this is a text"), "what was there is not overwritten");
}

#[test]
fn a_damaged_page_is_reported_as_damage() {
    let board = board();
    let names: Vec<String> = (0..500).map(|card| format!("card {card}")).collect();
    board.feature_create(drafts(&names.iter().map(String::as_str).collect::<Vec<_>>()), &person()).unwrap();
    let file = board.file();
    let Board { dir, store } = board;
    drop(store);
    let mut content = std::fs::read(&file).unwrap();
    content[8192..].fill(0xA5);
    std::fs::write(&file, content).unwrap();
    let read: Result<_> = ProjectStore::open(&file).and_then(|store| store.features());
    assert!(matches!(read, Err(StoreError::Corrupt { .. })), "{read:?}");
    drop(dir);
}

#[test]
fn a_missing_directory_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("missing/project.db");
    let error = ProjectStore::open(&file).unwrap_err();
    assert!(matches!(&error, StoreError::CannotOpen { file: named, .. } if *named == file), "{error}");
}

#[test]
fn what_was_committed_survives_a_process_that_never_closed_the_file() {
    let board = board();
    let (done, claimed) = (board.feature_named("done"), board.feature_named("claimed"));
    board.pass(done);
    board.claim(claimed, &claim("gone"), &host()).unwrap();
    // A copy of the files as they lie on the disk now is what a killed process leaves.
    let after = tempfile::tempdir().unwrap();
    for name in ["project.db", "project.db-wal"] {
        std::fs::copy(board.dir.path().join(name), after.path().join(name)).unwrap();
    }
    let store = ProjectStore::open(&after.path().join("project.db")).unwrap();
    assert!(store.feature(done).unwrap().status.is_done());
    assert_eq!(store.claimed_by(&SessionId("gone".into())).unwrap().unwrap().id, claimed);
    store.release_session(&SessionId("gone".into()), &host()).unwrap();
    assert_eq!(store.claim_next(&claim("next"), &host()).unwrap().unwrap().id, claimed, "no card is stuck");
}

#[test]
fn a_panic_inside_a_write_rolls_back_and_leaves_the_writer_alive() {
    let board = board();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        board.db.write::<(), _>(|tx| {
            tx.execute("INSERT INTO note VALUES ('half', 'done')", ())?;
            panic!("provoked by this test")
        })
    }));
    assert!(panicked.is_err(), "the panic reaches the caller it belongs to");
    assert_eq!(board.note("half").unwrap(), None);
    board.set_note("next", Some("works")).unwrap();
}

#[test]
fn a_new_file_may_be_opened_by_many_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("project.db");
    std::thread::scope(|scope| {
        let openers: Vec<_> = (0..8).map(|_| scope.spawn(|| ProjectStore::open(&file).map(drop))).collect();
        for opener in openers {
            assert_eq!(opener.join().unwrap(), Ok(()), "one creates the tables, the others find them");
        }
    });
}

#[test]
fn closing_the_last_store_leaves_one_file() {
    let board = board();
    board.feature_named("a");
    board.features().unwrap();
    let clone = board.store.clone();
    let Board { dir, store } = board;
    drop((store, clone));
    let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["project.db"], "the log was moved into the file");
}

#[test]
fn a_backup_is_a_whole_database_of_one_moment() {
    let board = board();
    board.feature_named("before");
    let copy = board.dir.path().join("copy.db");
    std::fs::write(&copy, "an older copy").unwrap();
    board.backup_to(&copy).unwrap();
    board.feature_named("after");
    let restored = ProjectStore::open(&copy).unwrap();
    let names: Vec<String> = restored.features().unwrap().into_iter().map(|feature| feature.name).collect();
    assert_eq!(names, ["before"]);
    let missing = board.dir.path().join("missing/copy.db");
    assert!(matches!(board.backup_to(&missing).unwrap_err(), StoreError::CannotOpen { .. }));
    let left = std::fs::read_dir(board.dir.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("partial"));
    assert_eq!(left.count(), 0, "no half copy is left behind");
}
