//! The board as a copy of the database has it: what differs, and putting it back into the open database.
//!
//! Cards, their dependencies, evidence, requests, specifications and notes go back to what they were. Runs, sessions,
//! transcripts, the trails and the checkpoints themselves stay: what happened has happened. All of it is one transaction,
//! so a crash leaves the old board or the new one, and every open connection sees the change as one more commit.

use crate::{
    database::{Step, explain},
    error::{Result, StoreError},
    feature::card::{Card, change, log_edit, resting_status, trail},
    migrate,
    project_store::{Cause, ProjectStore},
    row::{all, execute, first, word},
};
use harness_domain::{feature::Status, id::FeatureId};
use rusqlite::{Connection, types::Value};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// A card that differs between the board as it is and a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardDifference {
    /// The card.
    pub id: FeatureId,
    /// Its title.
    pub name: String,
    /// Its status now; none when only the copy has it.
    pub now: Option<Status>,
    /// Its status in the copy; none when the copy does not have it.
    pub then: Option<Status>,
}

/// The record of what happened. It only ever grows, and a restore leaves it alone.
const HISTORY: [&str; 18] = [
    "run",
    "run_transition",
    "session",
    "transcript",
    "transcript_sort",
    "transcript_name",
    "transcript_mention",
    "transcript_mention_count",
    "feature_status_change",
    "feature_edit",
    "feature_message",
    "checkpoint",
    "removal",
    "spec_version",
    "interview",
    "interview_remark",
    "feature_image",
    "card_change",
];

impl ProjectStore {
    /// The cards whose existence, title or status differ in the copy at `path`, ascending.
    ///
    /// Fails with `NewerDatabase`, `Corrupt` or `CannotOpen` as their names say; a copy of an older version is read.
    pub fn board_difference(&self, path: &Path) -> Result<Vec<CardDifference>> {
        let now = self.db.read(cards)?;
        Ok(differing(&now, &cards_of(path)?))
    }

    /// The same between two copies.
    pub fn copies_difference(now: &Path, then: &Path) -> Result<Vec<CardDifference>> {
        Ok(differing(&cards_of(now)?, &cards_of(then)?))
    }

    /// Puts the board back to what the copy at `path` holds. Returns what differed.
    ///
    /// Fails with `Corrupt` when the copy is damaged, and as [`ProjectStore::board_difference`] does.
    /// Claims in the copy are given up: whoever held them is gone. Every change of a card is in its trail. Numbers of
    /// cards, evidence and requests that were in use are not given out again. Doing it twice is doing it once.
    pub fn board_restore(&self, path: &Path, cause: &Cause) -> Result<Vec<CardDifference>> {
        let differences = self.board_difference(path)?;
        let copy = Copy::open(path)?;
        sound(&copy.connection, path).map_err(|abort| explain(abort, path))?;
        let (cause, told) = (cause.clone(), differences.clone());
        self.db.write(move |tx| {
            // Rows of one table may name rows of another that comes later.
            tx.execute_batch("PRAGMA defer_foreign_keys = ON")?;
            let triggers = all(tx, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'", (), |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })?;
            // They would count what the copied counters count already.
            for (name, _) in &triggers {
                tx.execute_batch(&format!("DROP TRIGGER {}", quoted(name)))?;
            }
            for table in state_tables(tx)? {
                replace(tx, &copy.connection, &table)?;
            }
            for (_, sql) in &triggers {
                tx.execute_batch(sql)?;
            }
            // None of them saw what was replaced: whoever keeps the board reads all of it again.
            execute(tx, "INSERT INTO card_seen VALUES (0)", ())?;
            // A request was meant for a run of that time.
            execute(tx, "DELETE FROM note WHERE key = 'run:request'", ())?;
            // A person's word was about the files of that time, and what it allowed may have been done since.
            const VOID: &str = "UPDATE request SET used_at_ms = coalesce(used_at_ms, ?1), for_run = coalesce(for_run, 0) \
                                WHERE kind = 'approval' AND state = 'answered'";
            execute(tx, VOID, [cause.at_ms])?;
            let closed = "UPDATE request SET state = iif(state = 'answered', state, 'withdrawn'), for_run = \
                          ifnull(for_run, 0), used_at_ms = ifnull(used_at_ms, ?1) WHERE kind = 'approval'";
            // What a person once allowed is not allowed again by going back; questions are as open as their cards.
            execute(tx, closed, [cause.at_ms])?;
            leave_trail(tx, &told, &cause)?;
            give_up_claims(tx, &cause)?;
            prove(tx, &copy.path)
        })?;
        Ok(differences)
    }

    /// A word that changes with every change of a card, its evidence, its requests or the specifications.
    pub fn board_mark(&self) -> Result<String> {
        const SQL: &str = "SELECT ifnull((SELECT max(id) FROM feature_status_change), 0) || '.' || \
                           ifnull((SELECT max(id) FROM feature_edit), 0) || '.' || \
                           ifnull((SELECT max(id) FROM evidence), 0) || '.' || \
                           ifnull((SELECT max(id) FROM request), 0) || '.' || \
                           ifnull((SELECT max(answered_at_ms) FROM request), 0) || '.' || \
                           (SELECT count(*) FROM feature) || '.' || \
                           ifnull((SELECT max(updated_at_ms) FROM feature), 0) || '.' || \
                           ifnull((SELECT max(at_ms) FROM spec), 0)";
        self.db.read(|connection| Ok(first(connection, SQL, (), |row| Ok(row.get(0)?))?.unwrap_or_default()))
    }

    /// Proves that the copy at `path` is a whole database that this version can restore.
    pub fn copy_prove(path: &Path) -> Result<()> {
        let copy = Copy::open(path)?;
        sound(&copy.connection, path).map_err(|abort| explain(abort, path))
    }
}

/// A copy, open. One of an older version is first copied once more and brought up to date there.
struct Copy {
    connection: Connection,
    path: PathBuf,
    upgraded: Option<PathBuf>,
}

impl Copy {
    fn open(path: &Path) -> Result<Self> {
        let cannot =
            |error: &dyn std::fmt::Display| StoreError::CannotOpen { file: path.to_owned(), detail: error.to_string() };
        // Opening a file that is not there would make an empty one.
        std::fs::metadata(path).map_err(|error| cannot(&error))?;
        let open = |path: &Path| Connection::open(path).map_err(|error| explain(error.into(), path));
        let connection = open(path)?;
        let version: u32 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(|error| explain(error.into(), path))?;
        if version == migrate::PROJECT.latest() {
            return Ok(Self { connection, path: path.to_owned(), upgraded: None });
        }
        drop(connection);
        let upgraded = path.with_extension("upgraded");
        std::fs::copy(path, &upgraded).map_err(|error| cannot(&error))?;
        let mut connection = open(&upgraded)?;
        migrate::PROJECT.apply(&mut connection, path).map_err(|abort| explain(abort, path))?;
        Ok(Self { connection, path: path.to_owned(), upgraded: Some(upgraded) })
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if let Some(upgraded) = &self.upgraded {
            // Still open, which only Windows minds; the next opening writes over it.
            let _ = std::fs::remove_file(upgraded);
        }
    }
}

fn cards_of(path: &Path) -> Result<Cards> {
    let copy = Copy::open(path)?;
    cards(&copy.connection).map_err(|abort| explain(abort, path))
}

fn differing(now: &Cards, then: &Cards) -> Vec<CardDifference> {
    let ids: BTreeSet<FeatureId> = now.keys().chain(then.keys()).copied().collect();
    let differences = ids.into_iter().filter(|id| now.get(id) != then.get(id)).map(|id| {
        let (now, then) = (now.get(&id), then.get(&id));
        let name = now.or(then).map(|(name, _)| name.clone()).unwrap_or_default();
        CardDifference { id, name, now: now.map(|card| card.1), then: then.map(|card| card.1) }
    });
    differences.collect()
}

type Cards = BTreeMap<FeatureId, (String, Status)>;

fn cards(connection: &Connection) -> Step<Cards> {
    let rows = all(connection, "SELECT id, name, status FROM feature", (), |row| {
        Ok((FeatureId(row.get("id")?), (row.get("name")?, word(row, "status", "a status", Status::parse)?)))
    })?;
    Ok(rows.into_iter().collect())
}

/// Every table but the history and what SQLite keeps for itself.
fn state_tables(connection: &Connection) -> Step<Vec<String>> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
               AND name NOT LIKE 'transcript\\_word%' ESCAPE '\\' ORDER BY name";
    let tables = all(connection, sql, (), |row| Ok(row.get::<_, String>(0)?))?;
    Ok(tables.into_iter().filter(|table| !HISTORY.contains(&table.as_str())).collect())
}

/// Makes the rows of one table those of the copy. Numbers given out so far stay given out.
fn replace(tx: &Connection, copy: &Connection, table: &str) -> Step<()> {
    let name = quoted(table);
    // Without computed columns, which cannot be written.
    let columns = all(tx, "SELECT name FROM pragma_table_info(?1)", [table], |row| Ok(row.get::<_, String>(0)?))?;
    let list = columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
    let places = vec!["?"; columns.len()].join(", ");
    tx.execute(&format!("DELETE FROM {name}"), ())?;
    let mut from = copy.prepare(&format!("SELECT {list} FROM {name}"))?;
    let mut into = tx.prepare(&format!("INSERT INTO {name} ({list}) VALUES ({places})"))?;
    let mut rows = from.query(())?;
    while let Some(row) = rows.next()? {
        let values = (0..columns.len()).map(|at| row.get::<_, Value>(at)).collect::<rusqlite::Result<Vec<_>>>()?;
        into.execute(rusqlite::params_from_iter(values))?;
    }
    Ok(())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Writes down for each card what the restore did to it.
fn leave_trail(tx: &Connection, differences: &[CardDifference], cause: &Cause) -> Step<()> {
    for card in differences {
        match (card.now, card.then) {
            (now, Some(then)) if now != Some(then) => drop(trail(tx, card.id, now, then, cause)?),
            (Some(_), None) => log_edit(tx, card.id, "removed", cause)?,
            _ => {}
        }
    }
    Ok(())
}

fn give_up_claims(tx: &Connection, cause: &Cause) -> Step<()> {
    let sql = "SELECT id FROM feature WHERE lease_session IS NOT NULL ORDER BY id";
    for id in all(tx, sql, (), |row| Ok(FeatureId(row.get(0)?)))? {
        let card = Card::load(tx, id)?;
        change(tx, &card, resting_status(&card), cause)?;
    }
    Ok(())
}

/// Refuses to commit a board that contradicts itself.
fn prove(tx: &Connection, path: &Path) -> Step<()> {
    let broken = first(tx, "SELECT \"table\" FROM pragma_foreign_key_check", (), |row| Ok(row.get::<_, String>(0)?))?;
    match broken {
        Some(table) => Err(StoreError::Corrupt {
            file: path.to_owned(),
            detail: format!("rows of {table} name others that are not there"),
        }
        .into()),
        None => Ok(()),
    }
}

fn sound(connection: &Connection, path: &Path) -> Step<()> {
    let verdict = first(connection, "PRAGMA quick_check(1)", (), |row| Ok(row.get::<_, String>(0)?))?;
    match verdict {
        Some(words) if words == "ok" => prove(connection, path),
        words => Err(StoreError::Corrupt { file: path.to_owned(), detail: words.unwrap_or_default() }.into()),
    }
}
