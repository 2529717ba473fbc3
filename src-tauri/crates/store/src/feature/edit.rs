//! What a person changes on a card.

use super::{Card, FeatureEdit, change, load, log_edit, status::finish_parents};
use crate::{
    database::Step,
    error::{Result, StoreError},
    project_store::{Cause, ProjectStore},
    row::{all, execute, to_json},
};
use harness_domain::{
    feature::{Feature, Status},
    id::FeatureId,
    layer::Layer,
    limits::Parts,
};
use rusqlite::{Connection, named_params};

impl ProjectStore {
    /// Moves a card to the front of the queue, or back to its place. Fails with `NoSuchFeature`.
    pub fn pin(&self, id: FeatureId, is_pinned: bool, cause: &Cause) -> Result<Feature> {
        let cause = cause.clone();
        self.db.write(move |tx| {
            if load(tx, id)?.is_pinned != is_pinned {
                execute(tx, "UPDATE feature SET is_pinned = ?2 WHERE id = ?1", (id.0, is_pinned))?;
                log_edit(tx, id, if is_pinned { "pinned" } else { "unpinned" }, &cause)?;
            }
            load(tx, id)
        })
    }

    /// Changes what is given. Fails with `NoSuchFeature`, `EmptyName`, or `TooMuch`.
    pub fn edit(&self, id: FeatureId, edit: FeatureEdit, cause: &Cause) -> Result<Feature> {
        let parts = Parts {
            name: edit.name.as_deref(),
            description: edit.description.as_deref(),
            steps: edit.steps.as_deref(),
            category: edit.category.as_deref(),
            model: edit.model.as_ref().and_then(Option::as_deref),
            checks: edit.checks.as_deref(),
            ..Parts::default()
        };
        parts.check().map_err(|why| StoreError::TooMuch { index: 0, why })?;
        let cause = cause.clone();
        self.db.write(move |tx| {
            let before = load(tx, id)?;
            let after = edited(before.clone(), edit);
            if after.name.trim().is_empty() {
                return Err(StoreError::EmptyName { index: 0 }.into());
            }
            let changed = changed_fields(&before, &after);
            if !changed.is_empty() {
                store(tx, &after)?;
                log_edit(tx, id, &format!("edited {}", changed.join(", ")), &cause)?;
            }
            load(tx, id)
        })
    }

    /// Removes a card with its evidence and requests; its history stays. What depended on it no longer does.
    ///
    /// Fixes of a removed card stay as fixes without a parent, and are returned. A bug that loses its last unfinished
    /// fix is resolved when another fix passes, and open again when there is none. Fails with `NoSuchFeature`, or with
    /// `AlreadyClaimed` while a session works on the card.
    pub fn remove(&self, id: FeatureId, cause: &Cause) -> Result<Vec<FeatureId>> {
        let cause = cause.clone();
        self.db.write(move |tx| remove_card(tx, id, &cause))
    }
}

/// Removes one card, as [`ProjectStore::remove`] promises.
pub(super) fn remove_card(tx: &Connection, id: FeatureId, cause: &Cause) -> Step<Vec<FeatureId>> {
    let card = Card::load(tx, id)?;
    if let Some(by) = card.lease_session {
        return Err(StoreError::AlreadyClaimed { feature: id, by }.into());
    }
    let fixes =
        all(tx, "SELECT id FROM feature WHERE parent_id = ?1 ORDER BY id", [id.0], |row| Ok(FeatureId(row.get(0)?)))?;
    for fix in &fixes {
        log_edit(tx, *fix, &format!("parent #{id} was removed"), cause)?;
    }
    log_edit(tx, id, "removed", cause)?;
    // In this order the counters of other cards are kept: the triggers look at the card while it is there.
    for sql in [
        "UPDATE feature SET parent_id = NULL WHERE parent_id = ?1",
        "DELETE FROM feature_dependency WHERE feature_id = ?1",
        "DELETE FROM feature_dependency WHERE needs_id = ?1",
        "DELETE FROM evidence WHERE feature_id = ?1",
        "DELETE FROM request WHERE feature_id = ?1",
        "DELETE FROM feature WHERE id = ?1",
    ] {
        execute(tx, sql, [id.0])?;
    }
    if let Some(parent) = card.parent {
        settle_bug(tx, parent, cause)?;
    }
    Ok(fixes)
}

/// A bug that is being fixed but has no unfinished fix left would wait forever.
fn settle_bug(tx: &Connection, bug: FeatureId, cause: &Cause) -> Step<()> {
    let card = Card::load(tx, bug)?;
    if card.status != Status::Fixing || card.open_fixes > 0 {
        return Ok(());
    }
    let passing = all(tx, "SELECT 1 FROM feature WHERE parent_id = ?1 LIMIT 1", [bug.0], |_| Ok(()))?;
    if passing.is_empty() {
        change(tx, &card, Status::Open, cause)?;
    } else {
        finish_parents(tx, Some(bug), cause, &mut Vec::new())?;
    }
    Ok(())
}

fn edited(mut feature: Feature, edit: FeatureEdit) -> Feature {
    let had_layer_of_category = feature.layer == Layer::of_category(&feature.category);
    if let Some(category) = edit.category {
        if had_layer_of_category {
            feature.layer = Layer::of_category(&category);
        }
        feature.category = category;
    }
    feature.layer = edit.layer.unwrap_or(feature.layer);
    feature.name = edit.name.unwrap_or(feature.name);
    feature.description = edit.description.unwrap_or(feature.description);
    feature.steps = edit.steps.unwrap_or(feature.steps);
    feature.priority = edit.priority.unwrap_or(feature.priority);
    feature.model = edit.model.unwrap_or(feature.model);
    feature.checks = edit.checks.unwrap_or(feature.checks);
    feature
}

fn changed_fields(before: &Feature, after: &Feature) -> Vec<&'static str> {
    let fields = [
        ("name", before.name != after.name),
        ("description", before.description != after.description),
        ("steps", before.steps != after.steps),
        ("category", before.category != after.category),
        ("priority", before.priority != after.priority),
        ("layer", before.layer != after.layer),
        ("model", before.model != after.model),
        ("checks", before.checks != after.checks),
    ];
    fields.into_iter().filter(|(_, is_changed)| *is_changed).map(|(field, _)| field).collect()
}

fn store(tx: &Connection, feature: &Feature) -> Step<()> {
    const SQL: &str = "UPDATE feature SET name = :name, description = :description, steps = :steps, category = :category, \
                       priority = :priority, layer = :layer, model = :model, checks = :checks WHERE id = :id";
    let parameters = named_params! {
        ":id": feature.id.0,
        ":name": feature.name,
        ":description": feature.description,
        ":steps": to_json(&feature.steps, "steps")?,
        ":category": feature.category,
        ":priority": feature.priority,
        ":layer": feature.layer.number(),
        ":model": feature.model,
        ":checks": to_json(&feature.checks, "checks")?,
    };
    execute(tx, SQL, parameters)?;
    Ok(())
}
