//! What a card waits for.

use crate::{
    database::Step,
    error::{Result, StoreError},
    feature::{load, log_edit},
    project_store::{Cause, ProjectStore},
    row::{all, execute, first},
};
use harness_domain::{
    dependencies::{CyclePath, DependencyError, Graph, find_cycle},
    feature::Feature,
    id::FeatureId,
};
use rusqlite::Connection;
use std::collections::HashMap;

/// Up to this many cards are checked for circles one by one; beyond it, reading the whole graph once is cheaper.
const CHECKED_ALONE: usize = 4;

impl ProjectStore {
    /// Makes `id` wait for `needs`; nothing happens when it does already.
    ///
    /// Fails with `NoSuchFeature`, `UnknownDependency`, `SelfDependency` or `Cycle`.
    pub fn dependency_add(&self, id: FeatureId, needs: FeatureId, cause: &Cause) -> Result<Feature> {
        let cause = cause.clone();
        self.db.write(move |tx| {
            let feature = load(tx, id)?;
            if insert(tx, id, needs, &feature.name)? {
                refuse_circles(tx, &[id])?;
                log_edit(tx, id, &format!("now needs #{needs}"), &cause)?;
            }
            load(tx, id)
        })
    }

    /// Makes `id` no longer wait for `needs`; nothing happens when it does not. Fails with `NoSuchFeature`.
    pub fn dependency_remove(&self, id: FeatureId, needs: FeatureId, cause: &Cause) -> Result<Feature> {
        let cause = cause.clone();
        self.db.write(move |tx| {
            if remove(tx, id, needs)? {
                log_edit(tx, id, &format!("no longer needs #{needs}"), &cause)?;
            }
            load(tx, id)
        })
    }

    /// Replaces everything `id` waits for. Fails as [`ProjectStore::dependency_add`] does, and then changes nothing.
    pub fn dependency_set(&self, id: FeatureId, needs: &[FeatureId], cause: &Cause) -> Result<Feature> {
        let (mut needs, cause) = (needs.to_vec(), cause.clone());
        needs.sort_unstable();
        needs.dedup();
        self.db.write(move |tx| {
            let feature = load(tx, id)?;
            if feature.dependencies == needs {
                return Ok(feature);
            }
            for former in feature.dependencies.iter().filter(|former| !needs.contains(former)) {
                remove(tx, id, *former)?;
            }
            for need in &needs {
                insert(tx, id, *need, &feature.name)?;
            }
            refuse_circles(tx, &[id])?;
            log_edit(tx, id, "dependencies replaced", &cause)?;
            load(tx, id)
        })
    }
}

impl ProjectStore {
    /// The cards that need this one directly, ascending.
    pub fn dependents_of(&self, id: FeatureId) -> Result<Vec<FeatureId>> {
        const SQL: &str = "SELECT feature_id FROM feature_dependency WHERE needs_id = ?1 ORDER BY feature_id";
        self.db.read(|connection| all(connection, SQL, [id.0], |row| Ok(FeatureId(row.get(0)?))))
    }
}

/// Stores one dependency; false when it was there. `name` is of the card that depends, for the refusal.
/// Does not look for circles.
pub(crate) fn insert(tx: &Connection, id: FeatureId, needs: FeatureId, name: &str) -> Step<bool> {
    if id == needs {
        return Err(StoreError::SelfDependency { name: name.to_owned() }.into());
    }
    if first(tx, "SELECT 1 FROM feature WHERE id = ?1", [needs.0], |_| Ok(()))?.is_none() {
        return Err(StoreError::UnknownDependency { name: name.to_owned(), dependency: needs }.into());
    }
    const SQL: &str = "INSERT INTO feature_dependency (feature_id, needs_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    Ok(execute(tx, SQL, (id.0, needs.0))? > 0)
}

/// Deletes one dependency; false when it was not there.
pub(crate) fn remove(tx: &Connection, id: FeatureId, needs: FeatureId) -> Step<bool> {
    const SQL: &str = "DELETE FROM feature_dependency WHERE feature_id = ?1 AND needs_id = ?2";
    Ok(execute(tx, SQL, (id.0, needs.0))? > 0)
}

/// What each card waits for, ascending. Cards that wait for nothing are absent.
pub(crate) fn of_all(connection: &Connection) -> Step<HashMap<FeatureId, Vec<FeatureId>>> {
    const SQL: &str = "SELECT feature_id, needs_id FROM feature_dependency ORDER BY feature_id, needs_id";
    let mut needs: HashMap<FeatureId, Vec<FeatureId>> = HashMap::new();
    all(connection, SQL, (), |row| {
        needs.entry(FeatureId(row.get(0)?)).or_default().push(FeatureId(row.get(1)?));
        Ok(())
    })?;
    Ok(needs)
}

/// What one card waits for, ascending.
pub(crate) fn of(connection: &Connection, id: FeatureId) -> Step<Vec<FeatureId>> {
    const SQL: &str = "SELECT needs_id FROM feature_dependency WHERE feature_id = ?1 ORDER BY needs_id";
    all(connection, SQL, [id.0], |row| Ok(FeatureId(row.get(0)?)))
}

/// What one card waits for that is not done, ascending.
pub(crate) fn unmet_of(connection: &Connection, id: FeatureId) -> Step<Vec<FeatureId>> {
    const SQL: &str = "SELECT needs_id FROM feature_dependency JOIN feature ON feature.id = needs_id \
                       WHERE feature_id = ?1 AND status NOT IN ('passing', 'resolved') ORDER BY needs_id";
    all(connection, SQL, [id.0], |row| Ok(FeatureId(row.get(0)?)))
}

/// Refuses when one of the cards, whose dependencies were just stored, is on a circle.
///
/// A bug or failing card waits for its fixes, so a fix that needs something that needs its parent is a circle too.
pub(crate) fn refuse_circles(tx: &Connection, changed: &[FeatureId]) -> Step<()> {
    if changed.len() > CHECKED_ALONE {
        return match Graph::new(whole_graph(tx)?) {
            Err(DependencyError::Cycle { path }) => Err(cycle(tx, path)?.into()),
            // Unknown cards and dependencies on oneself were refused one by one before.
            _ => Ok(()),
        };
    }
    for id in changed {
        let circle = find_cycle(*id, &waits_for(tx, *id)?, |card| waits_for(tx, card))?;
        if let Some(path) = circle {
            return Err(cycle(tx, path)?.into());
        }
    }
    Ok(())
}

/// Every card with its dependencies and its fixes.
pub(crate) fn whole_graph(connection: &Connection) -> Step<Vec<(FeatureId, Vec<FeatureId>)>> {
    let mut needs = of_all(connection)?;
    all(connection, "SELECT parent_id, id FROM feature WHERE parent_id IS NOT NULL", (), |row| {
        needs.entry(FeatureId(row.get(0)?)).or_default().push(FeatureId(row.get(1)?));
        Ok(())
    })?;
    all(connection, "SELECT id FROM feature", (), |row| {
        let id = FeatureId(row.get(0)?);
        Ok((id, needs.remove(&id).unwrap_or_default()))
    })
}

fn waits_for(connection: &Connection, id: FeatureId) -> Step<Vec<FeatureId>> {
    const SQL: &str = "SELECT needs_id FROM feature_dependency WHERE feature_id = ?1 \
                       UNION ALL SELECT id FROM feature WHERE parent_id = ?1";
    all(connection, SQL, [id.0], |row| Ok(FeatureId(row.get(0)?)))
}

fn cycle(connection: &Connection, path: CyclePath) -> Step<StoreError> {
    let mut names = Vec::with_capacity(path.features().len());
    for id in path.features() {
        names.extend(first(connection, "SELECT name FROM feature WHERE id = ?1", [id.0], |row| Ok(row.get(0)?))?);
    }
    let feature = path.features().first().copied().unwrap_or(FeatureId(0));
    let dependency = path.features().get(1).copied().unwrap_or(feature);
    Ok(StoreError::Cycle { feature, dependency, path, names })
}
