//! Removing cards so that the very same can be brought back: each with its evidence, requests and dependencies.

use super::{Card, change, edit::remove_card, log_edit};
use crate::{
    database::Step,
    dependency,
    error::{Result, StoreError},
    project_store::{Cause, ProjectStore},
    row::{all, execute, first, new_id, to_json},
};
use harness_domain::{
    feature::{Kind, Status},
    id::FeatureId,
};
use rusqlite::{Connection, types::Value, types::ValueRef};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// Removals that can still be taken back.
const KEPT: u32 = 200;

/// What a removal took away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// What takes it back.
    pub removal: u32,
    /// The cards, ascending.
    pub features: Vec<FeatureId>,
    /// Cards that stay and needed one of them, or mended one. Ascending.
    pub unlinked: Vec<FeatureId>,
}

/// Rows as they were, by table.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Snapshot {
    features: Vec<Map<String, Json>>,
    dependencies: Vec<(u32, u32)>,
    evidence: Vec<Map<String, Json>>,
    requests: Vec<Map<String, Json>>,
    /// Fixes that stayed: the fix, and the removed card that it mended.
    children: Vec<(u32, u32)>,
}

impl ProjectStore {
    /// Removes cards, all or none, as [`ProjectStore::remove`] does each.
    ///
    /// Fails with `NoSuchFeature`, or with `AlreadyClaimed` while a session works on one of them.
    pub fn features_remove(&self, ids: &[FeatureId], cause: &Cause) -> Result<Removed> {
        let ids: BTreeSet<FeatureId> = ids.iter().copied().collect();
        let cause = cause.clone();
        self.db.write(move |tx| {
            let mut snapshot = Snapshot::default();
            for id in &ids {
                Card::load(tx, *id)?;
                snapshot.take(tx, *id)?;
            }
            let gone = |id: &u32| ids.contains(&FeatureId(*id));
            let loose = snapshot.dependencies.iter().map(|(card, _)| *card);
            let loose = loose.chain(snapshot.children.iter().map(|(fix, _)| *fix));
            let unlinked: BTreeSet<FeatureId> = loose.filter(|id| !gone(id)).map(FeatureId).collect();
            for id in &ids {
                remove_card(tx, *id, &cause)?;
            }
            let rows = to_json(&snapshot, "removed cards")?;
            execute(tx, "INSERT INTO removal (at_ms, rows) VALUES (?1, ?2)", (cause.at_ms, rows))?;
            let removal = new_id(tx);
            execute(tx, "DELETE FROM removal WHERE id <= ?1", [removal.saturating_sub(KEPT)])?;
            Ok(Removed { removal, features: ids.into_iter().collect(), unlinked: unlinked.into_iter().collect() })
        })
    }

    /// Brings back what a removal took away: cards under their numbers, with their evidence, requests and dependencies.
    /// A dependency whose other end is gone too stays away. Returns the cards.
    ///
    /// Fails with `NoSuchRemoval` when it was taken back already or is too old, with `IdsTaken` when the cards are
    /// there, and with `Cycle` when what was linked meanwhile and what comes back would wait for one another.
    pub fn features_unremove(&self, removal: u32, cause: &Cause) -> Result<Vec<FeatureId>> {
        let cause = cause.clone();
        self.db.write(move |tx| {
            let found =
                first(tx, "SELECT rows FROM removal WHERE id = ?1", [removal], |row| Ok(row.get::<_, String>(0)?))?;
            let text = found.ok_or(StoreError::NoSuchRemoval(removal))?;
            let snapshot: Snapshot = serde_json::from_str(&text)
                .map_err(|_| StoreError::BadValue { expected: "removed cards", value: format!("removal {removal}") })?;
            let ids = snapshot.put_back(tx, &cause)?;
            execute(tx, "DELETE FROM removal WHERE id = ?1", [removal])?;
            Ok(ids)
        })
    }
}

impl Snapshot {
    fn take(&mut self, tx: &Connection, id: FeatureId) -> Step<()> {
        self.features.extend(rows(tx, "feature", "id", id)?);
        self.evidence.extend(rows(tx, "evidence", "feature_id", id)?);
        self.requests.extend(rows(tx, "request", "feature_id", id)?);
        let sql = "SELECT feature_id, needs_id FROM feature_dependency WHERE feature_id = ?1 OR needs_id = ?1";
        for link in all(tx, sql, [id.0], |row| Ok((row.get(0)?, row.get(1)?)))? {
            if !self.dependencies.contains(&link) {
                self.dependencies.push(link);
            }
        }
        let sql = "SELECT id, parent_id FROM feature WHERE parent_id = ?1";
        self.children.extend(all(tx, sql, [id.0], |row| Ok((row.get(0)?, row.get(1)?)))?);
        Ok(())
    }

    fn put_back(mut self, tx: &Connection, cause: &Cause) -> Step<Vec<FeatureId>> {
        let mut ids = Vec::with_capacity(self.features.len());
        for row in &self.features {
            let id = row.get("id").and_then(Json::as_u64).and_then(|id| u32::try_from(id).ok());
            ids.push(FeatureId(
                id.ok_or(StoreError::BadValue { expected: "a card", value: "one without a number".into() })?,
            ));
        }
        let taken: Vec<FeatureId> = ids.iter().copied().filter(|id| is_there(tx, id.0).unwrap_or(true)).collect();
        if !taken.is_empty() {
            return Err(StoreError::IdsTaken { ids: taken }.into());
        }
        let mut parents = Vec::new();
        for row in &mut self.features {
            // The counters are kept by triggers, and a parent may be a card that comes back later.
            row.insert("unmet".into(), 0.into());
            row.insert("open_fixes".into(), 0.into());
            let parent = row.insert("parent_id".into(), Json::Null).and_then(|parent| parent.as_u64());
            parents.push(parent.and_then(|parent| u32::try_from(parent).ok()));
            insert(tx, "feature", row)?;
        }
        for (id, parent) in ids.iter().zip(&parents) {
            if let Some(parent) = parent {
                adopt(tx, id.0, *parent)?;
            }
        }
        for (fix, parent) in &self.children {
            adopt(tx, *fix, *parent)?;
        }
        for (card, needs) in &self.dependencies {
            if is_there(tx, *card)? && is_there(tx, *needs)? {
                const LINK: &str =
                    "INSERT INTO feature_dependency (feature_id, needs_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
                execute(tx, LINK, (card, needs))?;
            }
        }
        self.evidence.iter().try_for_each(|row| insert(tx, "evidence", row))?;
        self.requests.iter().try_for_each(|row| insert(tx, "request", row))?;
        dependency::refuse_circles(tx, &ids)?;
        for (id, parent) in ids.iter().zip(parents) {
            log_edit(tx, *id, "brought back", cause)?;
            if let Some(parent) = parent.filter(|parent| is_there(tx, *parent).unwrap_or(false)) {
                start_fixing_again(tx, FeatureId(parent), cause)?;
            }
        }
        Ok(ids)
    }
}

/// A bug whose unfinished fix came back is being fixed, as it was before.
fn start_fixing_again(tx: &Connection, parent: FeatureId, cause: &Cause) -> Step<()> {
    let card = Card::load(tx, parent)?;
    let may = card.status.may_become(card.kind, Status::Fixing);
    if card.kind == Kind::Bug && card.open_fixes > 0 && card.status != Status::Fixing && may {
        change(tx, &card, Status::Fixing, cause)?;
    }
    Ok(())
}

fn adopt(tx: &Connection, fix: u32, parent: u32) -> Step<()> {
    if is_there(tx, parent)? {
        execute(tx, "UPDATE feature SET parent_id = ?2 WHERE id = ?1 AND parent_id IS NULL", (fix, parent))?;
    }
    Ok(())
}

fn is_there(tx: &Connection, id: u32) -> Step<bool> {
    Ok(first(tx, "SELECT 1 FROM feature WHERE id = ?1", [id], |_| Ok(()))?.is_some())
}

/// Rows of a table as JSON, without computed columns.
fn rows(tx: &Connection, table: &str, column: &str, id: FeatureId) -> Step<Vec<Map<String, Json>>> {
    let columns = all(tx, "SELECT name FROM pragma_table_info(?1)", [table], |row| Ok(row.get::<_, String>(0)?))?;
    let sql = format!("SELECT {} FROM {table} WHERE {column} = ?1", columns.join(", "));
    all(tx, &sql, [id.0], |row| {
        let mut map = Map::with_capacity(columns.len());
        for (place, name) in columns.iter().enumerate() {
            let value = match row.get_ref(place)? {
                ValueRef::Null | ValueRef::Blob(_) => Json::Null,
                ValueRef::Integer(number) => number.into(),
                ValueRef::Real(number) => number.into(),
                ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
            };
            map.insert(name.clone(), value);
        }
        Ok(map)
    })
}

/// Columns that a later version dropped are left out, those it added get their defaults.
fn insert(tx: &Connection, table: &str, row: &Map<String, Json>) -> Step<()> {
    let columns = all(tx, "SELECT name FROM pragma_table_info(?1)", [table], |row| Ok(row.get::<_, String>(0)?))?;
    let present: Vec<(&String, &Json)> =
        columns.iter().filter_map(|name| row.get(name).map(|value| (name, value))).collect();
    let names: Vec<&str> = present.iter().map(|(name, _)| name.as_str()).collect();
    let places = vec!["?"; names.len()].join(", ");
    let values = present.into_iter().map(|(_, value)| match value {
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Value::Real(number.as_f64().unwrap_or_default()), Value::Integer)
        }
        Json::String(text) => Value::Text(text.clone()),
        _ => Value::Null,
    });
    let sql = format!("INSERT INTO {table} ({}) VALUES ({places})", names.join(", "));
    execute(tx, &sql, rusqlite::params_from_iter(values))?;
    Ok(())
}
