//! Files of an older system's that somebody changed page by page, so that little holds much.

use super::import::{INSERT, PYTHON, foreign};
use crate::import::read_foreign;
use rusqlite::Connection;
use std::{fs, path::PathBuf};
use tempfile::TempDir;

const PAGE: usize = 4096;

/// A board whose rows are on some hundred pages below one, and whose first row holds nearly a megabyte in `column`.
struct Forged {
    dir: TempDir,
    path: PathBuf,
    bytes: Vec<u8>,
    top: u32,
}

impl Forged {
    fn new(table: &str, column: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = foreign(
            dir.path(),
            &format!(
                "PRAGMA page_size = {PAGE}; {table};
                 {INSERT} (1, 1, 'api', 'a', '', '[]', 0, 0, 'main', NULL, 'feature', NULL, NULL, 4);
                 WITH RECURSIVE n(id) AS (SELECT 2 UNION ALL SELECT id + 1 FROM n WHERE id < 400)
                 {} SELECT id, 1, 'api', 'a', printf('%.*c', 3000, 'x'), '[]', 0, 0, 'main', NULL, 'feature', NULL, NULL, 4
                 FROM n;
                 UPDATE features SET {column} = printf('%.*c', 1000000, 'x') WHERE id = 1;",
                INSERT.replace("VALUES", "")
            ),
        );
        let top = Connection::open(&path)
            .and_then(|file| {
                file.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'features'", (), |row| row.get(0))
            })
            .unwrap();
        let bytes = fs::read(&path).unwrap();
        assert!(bytes.len() < 4_000_000, "it is a small file: {}", bytes.len());
        Self { dir, path, bytes, top }
    }

    /// Where the file says which pages are below an inner page.
    fn places(&self, page: u32) -> Vec<usize> {
        let start = (page as usize - 1) * PAGE;
        assert_eq!(self.bytes[start], 5, "an inner page of a table");
        let two = |at: usize| usize::from(u16::from_be_bytes([self.bytes[at], self.bytes[at + 1]]));
        (0..two(start + 3)).map(|cell| start + two(start + 12 + 2 * cell)).chain([start + 8]).collect()
    }

    /// The pages below an inner page.
    fn below(&self, page: u32) -> Vec<u32> {
        let four = |at: usize| self.bytes[at..at + 4].try_into().map(u32::from_be_bytes).unwrap();
        self.places(page).into_iter().map(four).collect()
    }

    /// Puts the same page below an inner page again and again.
    fn repeat(&mut self, page: u32, below: u32) {
        for at in self.places(page) {
            self.bytes[at..at + 4].copy_from_slice(&below.to_be_bytes());
        }
    }

    /// Makes one page a copy of another.
    fn copy(&mut self, from: u32, to: u32) {
        let start = (from as usize - 1) * PAGE;
        self.bytes.copy_within(start..start + PAGE, (to as usize - 1) * PAGE);
    }

    /// Why it is refused.
    fn refusal(&self, what: &str) -> String {
        assert!(self.path.starts_with(self.dir.path()));
        fs::write(&self.path, &self.bytes).unwrap();
        read_foreign(&self.path).expect_err(what).to_string()
    }
}

#[test]
fn a_small_file_that_names_the_same_pages_again_and_again_is_not_read_to_its_end() {
    let with_more = PYTHON.replace("priority INTEGER", "thoughts TEXT, priority INTEGER");
    for (column, what) in [("review_status", "a column that is looked at"), ("thoughts", "one that nobody knows")] {
        let mut forged = Forged::new(&with_more, column);
        let below = forged.below(forged.top);
        assert!(below.len() > 300, "{} times a megabyte is more than there may be", below.len());
        forged.repeat(forged.top, below[0]);
        let why = forged.refusal(what);
        assert!(why.contains("256 MB is the most"), "{what}: {why}");
    }
}

#[test]
fn rows_without_end_are_counted_as_they_come_and_not_put_in_order_first() {
    // Without a key the rows are in no order of their own.
    let mut forged = Forged::new(&PYTHON.replace(" PRIMARY KEY", ""), "review_status");
    let below = forged.below(forged.top);
    // Four floors of some hundred pages each, all the same: ten thousand million megabytes.
    let floors = [forged.top, below[1], below[2], below[3], below[0]];
    for floor in &floors[1..4] {
        forged.copy(forged.top, *floor);
    }
    for pair in floors.windows(2) {
        forged.repeat(pair[0], pair[1]);
    }
    let why = forged.refusal("nobody could wait for the last one");
    assert!(why.contains("256 MB is the most"), "{why}");
}
