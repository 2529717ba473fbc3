//! New cards.

use super::{Card, Draft, change, load, trail};
use crate::{
    database::Step,
    dependency,
    error::{Result, StoreError},
    project_store::{Cause, ProjectStore},
    row::{execute, first, new_id, to_json},
};
use harness_domain::{
    feature::{Feature, Kind, NewFeature, Status},
    id::FeatureId,
    layer::Layer,
};
use rusqlite::{Connection, named_params};

impl ProjectStore {
    /// Creates all cards of the batch or none, and returns them in the same order.
    ///
    /// A fix whose parent is a bug moves that bug to `Fixing` and ends the claim on it. Fails with `EmptyName`, `TooMuch`,
    /// `UnknownDependency`, `UnknownIndex`, `UnknownParent`, `ParentOfNonFix`, `SelfDependency` or `Cycle`, each
    /// naming the offender.
    pub fn feature_create(&self, batch: Vec<Draft>, cause: &Cause) -> Result<Vec<Feature>> {
        for (index, draft) in batch.iter().enumerate() {
            draft.feature.parts().check().map_err(|why| StoreError::TooMuch { index, why })?;
        }
        let cause = cause.clone();
        self.db.write(move |tx| {
            let ids = create(tx, &batch, &cause)?;
            ids.into_iter().map(|id| load(tx, id)).collect()
        })
    }
}

/// Creates the cards with their dependencies and parents, and returns their ids in the order of the batch.
pub(super) fn create(tx: &Connection, batch: &[Draft], cause: &Cause) -> Step<Vec<FeatureId>> {
    let mut ids = Vec::with_capacity(batch.len());
    for (index, draft) in batch.iter().enumerate() {
        if draft.feature.name.trim().is_empty() {
            return Err(StoreError::EmptyName { index }.into());
        }
        check_parent(tx, &draft.feature)?;
        let id = insert(tx, &draft.feature, cause)?;
        trail(tx, id, None, Status::initial(draft.feature.kind), cause)?;
        ids.push(id);
    }
    let mut has_edges = false;
    for (index, (draft, id)) in batch.iter().zip(&ids).enumerate() {
        let needs = needs_of(draft, index, &ids)?;
        has_edges |= !needs.is_empty();
        for need in needs {
            dependency::insert(tx, *id, need, &draft.feature.name)?;
        }
    }
    // A new card can only be on a circle when something leads from it to another one.
    if has_edges {
        dependency::refuse_circles(tx, &ids)?;
    }
    for draft in batch {
        if let Some(parent) = draft.feature.parent {
            start_fixing(tx, parent, cause)?;
        }
    }
    Ok(ids)
}

/// A bug that has an unfinished fix is being fixed, whatever it waited for before.
fn start_fixing(tx: &Connection, parent: FeatureId, cause: &Cause) -> Step<()> {
    let parent = Card::load(tx, parent)?;
    if parent.kind == Kind::Bug && parent.status != Status::Fixing {
        change(tx, &parent, Status::Fixing, cause)?;
    }
    Ok(())
}

fn needs_of(draft: &Draft, index: usize, ids: &[FeatureId]) -> Step<Vec<FeatureId>> {
    let mut needs = draft.feature.dependencies.clone();
    // Numbers are given out in ascending order, and no caller can know those of this very batch.
    if let Some(dependency) = needs.iter().copied().find(|need| ids.first().is_some_and(|new| need >= new)) {
        return Err(StoreError::UnknownDependency { name: draft.feature.name.clone(), dependency }.into());
    }
    for place in &draft.depends_on_index {
        if *place == index {
            return Err(StoreError::SelfDependency { name: draft.feature.name.clone() }.into());
        }
        let Some(need) = ids.get(*place) else {
            let name = draft.feature.name.clone();
            return Err(StoreError::UnknownIndex { name, index: *place, len: ids.len() }.into());
        };
        needs.push(*need);
    }
    needs.sort_unstable();
    needs.dedup();
    Ok(needs)
}

fn check_parent(tx: &Connection, feature: &NewFeature) -> Step<()> {
    let Some(parent) = feature.parent else { return Ok(()) };
    let name = || feature.name.clone();
    if feature.kind != Kind::Fix {
        return Err(StoreError::ParentOfNonFix { name: name(), parent }.into());
    }
    match first(tx, "SELECT 1 FROM feature WHERE id = ?1", [parent.0], |_| Ok(()))? {
        Some(()) => Ok(()),
        None => Err(StoreError::UnknownParent { name: name(), parent }.into()),
    }
}

fn insert(tx: &Connection, feature: &NewFeature, cause: &Cause) -> Step<FeatureId> {
    const SQL: &str = "INSERT INTO feature (kind, status, category, name, description, steps, priority, layer, source_spec, \
                       parent_id, model, checks, created_at_ms, updated_at_ms) \
                       VALUES (:kind, :status, :category, :name, :description, :steps, :priority, :layer, :source_spec, \
                       :parent, :model, :checks, :at_ms, :at_ms)";
    let priority = match feature.priority {
        Some(priority) => priority,
        None if feature.kind == Kind::Bug => 0,
        None => after_the_last(tx)?,
    };
    let layer = feature.layer.unwrap_or_else(|| Layer::of_category(&feature.category));
    let parameters = named_params! {
        ":kind": feature.kind.as_str(),
        ":status": Status::initial(feature.kind).as_str(),
        ":category": feature.category,
        ":name": feature.name,
        ":description": feature.description,
        ":steps": to_json(&feature.steps, "steps")?,
        ":priority": priority,
        ":layer": layer.number(),
        ":source_spec": feature.source_spec,
        ":parent": feature.parent.map(|parent| parent.0),
        ":model": feature.model,
        ":checks": to_json(&feature.checks, "checks")?,
        ":at_ms": cause.at_ms,
    };
    execute(tx, SQL, parameters)?;
    Ok(FeatureId(new_id(tx)))
}

/// The priority that puts a card after every other.
pub(super) fn after_the_last(tx: &Connection) -> Step<i32> {
    let last: Option<Option<i32>> = first(tx, "SELECT max(priority) FROM feature", (), |row| Ok(row.get(0)?))?;
    Ok(last.flatten().unwrap_or(0).saturating_add(1))
}
