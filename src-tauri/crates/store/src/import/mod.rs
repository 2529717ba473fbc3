//! Adopting the cards of an older system.

mod foreign;

pub use foreign::read_foreign;

use crate::{
    database::Step,
    dependency,
    error::{Result, StoreError},
    feature::trail,
    project_store::{Cause, ProjectStore},
    request::{self, Asker},
    row::{execute, first, to_json},
};
use harness_domain::{
    dependencies::knots,
    feature::{Kind, Status},
    id::{FeatureId, SessionId},
    layer::Layer,
};
use rusqlite::{Connection, named_params};
use std::collections::{HashMap, HashSet};

/// How many things that could not be kept are told one by one.
const MOST_WARNINGS: usize = 1_000;

/// One card as an older system knew it, in this product's words.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedFeature {
    /// Kept.
    pub id: FeatureId,
    /// What sort of work it is; a feature with a parent bug is a fix.
    pub kind: Kind,
    /// Where it stands here.
    pub status: Status,
    /// Free text.
    pub category: String,
    /// A short title.
    pub name: String,
    /// What is to be built, or what is wrong.
    pub description: String,
    /// Acceptance steps, in order.
    pub steps: Vec<String>,
    /// Lower goes first within a layer.
    pub priority: i32,
    /// The architectural layer.
    pub layer: Layer,
    /// Name of the specification it came from.
    pub source_spec: String,
    /// The bug or feature it mends; kept for fixes only.
    pub parent: Option<FeatureId>,
    /// Cards that must pass first.
    pub dependencies: Vec<FeatureId>,
    /// What a person should know about how it was read.
    pub note: Option<String>,
    /// The question it waits with, as JSON text, when it waits for a person.
    pub question_json: Option<String>,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Cards created.
    pub features: usize,
    /// What could not be kept as it was, in words, such as a dependency on a card that does not exist.
    pub warnings: Vec<String>,
}

impl ProjectStore {
    /// Creates all imported cards with their ids, or none.
    ///
    /// Parents and dependencies that lead nowhere, and dependencies that close a circle, are left out with a warning:
    /// the older systems never looked at them. Bugs that were being fixed wait for their unfinished fixes, and are
    /// resolved when all fixes pass. Fails with `IdsTaken` when a number is in use here or occurs twice, with
    /// `EmptyName`, `NotJson`, or `Unlawful` for a card in a status it cannot be imported in.
    pub fn import(&self, features: Vec<ImportedFeature>, cause: &Cause) -> Result<Imported> {
        let cause = cause.clone();
        self.db.write(move |tx| {
            refuse_taken_ids(tx, &features)?;
            let mut warnings = Warnings::default();
            for (index, feature) in features.iter().enumerate() {
                insert(tx, index, feature, &cause)?;
            }
            let kinds: HashMap<FeatureId, Kind> = features.iter().map(|feature| (feature.id, feature.kind)).collect();
            for feature in &features {
                set_parent(tx, feature, &kinds, &mut warnings)?;
            }
            for (id, needs) in lawful_dependencies(&features, &kinds, &mut warnings) {
                for need in needs {
                    dependency::insert(tx, id, need, "an imported card")?;
                }
            }
            let is_fix = |id: &FeatureId| kinds.get(id) == Some(&Kind::Fix);
            for (id, need) in circles_through_fixes(&dependency::whole_graph(tx)?, is_fix) {
                dependency::remove(tx, id, need)?;
                warnings.push(format!("#{id} depended on #{need}, which closes a circle: that was left out"));
            }
            for feature in features.iter().filter(|feature| feature.status == Status::Fixing) {
                settle(tx, feature.id)?;
            }
            for feature in &features {
                let sql = "SELECT status FROM feature WHERE id = ?1";
                let status =
                    first(tx, sql, [feature.id.0], |row| crate::row::word(row, "status", "a status", Status::parse))?;
                trail(tx, feature.id, None, status.unwrap_or(feature.status), &cause)?;
            }
            Ok(Imported { features: features.len(), warnings: warnings.told() })
        })
    }
}

/// What could not be kept; a broken board could fill any screen with it.
#[derive(Default)]
struct Warnings {
    first: Vec<String>,
    more: usize,
}

impl Warnings {
    fn push(&mut self, warning: String) {
        if self.first.len() < MOST_WARNINGS { self.first.push(warning) } else { self.more += 1 }
    }

    fn told(mut self) -> Vec<String> {
        if self.more > 0 {
            self.first.push(format!("{} more like these were left out", self.more));
        }
        self.first
    }
}

fn refuse_taken_ids(tx: &Connection, features: &[ImportedFeature]) -> Step<()> {
    let mut seen = HashSet::with_capacity(features.len());
    let mut taken = Vec::new();
    for feature in features {
        let is_here = first(tx, "SELECT 1 FROM feature WHERE id = ?1", [feature.id.0], |_| Ok(()))?.is_some();
        if is_here || !seen.insert(feature.id) {
            taken.push(feature.id);
        }
    }
    if taken.is_empty() { Ok(()) } else { Err(StoreError::IdsTaken { ids: taken }.into()) }
}

/// Stores the row without parent and dependencies, since those may have higher numbers.
fn insert(tx: &Connection, index: usize, feature: &ImportedFeature, cause: &Cause) -> Step<()> {
    if feature.name.trim().is_empty() {
        return Err(StoreError::EmptyName { index }.into());
    }
    let is_bug = feature.kind == Kind::Bug;
    let is_lawful = match feature.status {
        Status::Open | Status::Fixing | Status::Resolved => is_bug,
        Status::Pending | Status::Passing | Status::Failing => !is_bug,
        Status::NeedsInput | Status::Blocked => true,
        Status::InProgress | Status::Analyzing => false,
    };
    if !is_lawful {
        let from = Status::initial(feature.kind);
        return Err(StoreError::Unlawful { feature: feature.id, from, to: feature.status }.into());
    }
    const SQL: &str = "INSERT INTO feature (id, kind, status, category, name, description, steps, priority, layer, \
                       source_spec, note, created_at_ms, updated_at_ms) VALUES (:id, :kind, :status, :category, :name, \
                       :description, :steps, :priority, :layer, :source_spec, :note, :at_ms, :at_ms)";
    let parameters = named_params! {
        ":id": feature.id.0,
        ":kind": feature.kind.as_str(),
        ":status": feature.status.as_str(),
        ":category": feature.category,
        ":name": feature.name,
        ":description": feature.description,
        ":steps": to_json(&feature.steps, "steps")?,
        ":priority": feature.priority,
        ":layer": feature.layer.number(),
        ":source_spec": feature.source_spec,
        ":note": feature.note,
        ":at_ms": cause.at_ms,
    };
    execute(tx, SQL, parameters)?;
    if let Some(fields) = &feature.question_json {
        crate::row::check_json(fields, "an imported question")?;
        let asker = Asker {
            session: SessionId("imported".into()),
            run: None,
            feature: Some(feature.id),
            deadline_ms: None,
            at_ms: cause.at_ms,
        };
        request::insert(tx, &asker, None, Some(fields))?;
    }
    Ok(())
}

fn set_parent(
    tx: &Connection,
    feature: &ImportedFeature,
    kinds: &HashMap<FeatureId, Kind>,
    warnings: &mut Warnings,
) -> Step<()> {
    let Some(parent) = feature.parent else { return Ok(()) };
    match kinds.get(&parent) {
        // Fixes of fixes could make a circle of parents, and the older systems had none.
        Some(Kind::Bug | Kind::Feature | Kind::Redesign) if feature.kind == Kind::Fix => {
            execute(tx, "UPDATE feature SET parent_id = ?2 WHERE id = ?1", (feature.id.0, parent.0))?;
        }
        Some(_) => warnings.push(format!("#{} cannot be a fix of #{parent}: that was left out", feature.id)),
        None => warnings.push(format!("#{} mended #{parent}, which does not exist: that was left out", feature.id)),
    }
    Ok(())
}

/// The dependencies that exist, without those that close a circle of dependencies.
///
/// One walk over the whole graph: a dependency on a card whose own dependencies are still being followed closes a
/// circle, and is the one that is left out.
fn lawful_dependencies(
    features: &[ImportedFeature],
    kinds: &HashMap<FeatureId, Kind>,
    warnings: &mut Warnings,
) -> Vec<(FeatureId, Vec<FeatureId>)> {
    let mut needs: HashMap<FeatureId, Vec<FeatureId>> = HashMap::with_capacity(features.len());
    for feature in features {
        let mut wanted = feature.dependencies.clone();
        wanted.sort_unstable();
        wanted.dedup();
        for unknown in wanted.extract_if(.., |need| *need == feature.id || !kinds.contains_key(need)) {
            let why = if unknown == feature.id { "itself" } else { "which does not exist" };
            warnings.push(format!("#{} depended on #{unknown}, {why}: that was left out", feature.id));
        }
        needs.insert(feature.id, wanted);
    }
    let mut kept = Vec::with_capacity(features.len());
    let mut is_finished: HashMap<FeatureId, bool> = HashMap::with_capacity(features.len());
    for feature in features {
        let mut path: Vec<(FeatureId, std::vec::IntoIter<FeatureId>, Vec<FeatureId>)> = Vec::new();
        let mut next = (!is_finished.contains_key(&feature.id)).then_some(feature.id);
        loop {
            if let Some(id) = next.take() {
                is_finished.insert(id, false);
                path.push((id, needs.remove(&id).unwrap_or_default().into_iter(), Vec::new()));
            }
            let Some((id, open, lawful)) = path.last_mut() else { break };
            match open.next() {
                Some(need) if is_finished.get(&need) == Some(&false) => {
                    warnings.push(format!("#{id} depended on #{need}, which closes a circle: that was left out"));
                }
                Some(need) => {
                    lawful.push(need);
                    next = (!is_finished.contains_key(&need)).then_some(need);
                }
                None => {
                    is_finished.insert(*id, true);
                    kept.push((*id, std::mem::take(lawful)));
                    path.pop();
                }
            }
        }
    }
    kept
}

/// The dependencies that must go so that every fix can start, given everything that each card waits for.
///
/// A fix that needs what waits for its own parent could never start. It lets go of the cards on such a circle that are
/// no fixes; what is left among cards that wait for one another are dependencies without circles, and parents' fixes.
/// One look at everything, whatever the number of circles.
fn circles_through_fixes(
    graph: &[(FeatureId, Vec<FeatureId>)],
    is_fix: impl Fn(&FeatureId) -> bool,
) -> Vec<(FeatureId, FeatureId)> {
    let knots = knots(graph);
    let knot_of: HashMap<FeatureId, usize> =
        knots.iter().enumerate().flat_map(|(knot, cards)| cards.iter().map(move |card| (*card, knot))).collect();
    let mut dropped = Vec::new();
    for (id, needs) in graph.iter().filter(|(id, _)| is_fix(id)) {
        let Some(knot) = knot_of.get(id) else { continue };
        let on_circle = needs.iter().filter(|need| !is_fix(need) && knot_of.get(need) == Some(knot));
        dropped.extend(on_circle.map(|need| (*id, *need)));
    }
    dropped
}

/// A bug that was being fixed, but whose fixes are all done or gone, would wait forever.
fn settle(tx: &Connection, bug: FeatureId) -> Step<()> {
    const SQL: &str = "UPDATE feature SET status = CASE WHEN EXISTS (SELECT 1 FROM feature fix WHERE fix.parent_id = ?1) \
                       THEN 'resolved' ELSE 'open' END WHERE id = ?1 AND open_fixes = 0";
    execute(tx, SQL, [bug.0])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_circles_as_there_can_be_are_opened_by_one_look_at_them() {
        // Bugs with a fix each, which waits for its own bug. A look at everything for each would not end today.
        const CIRCLES: u32 = 100_000;
        let circle =
            |bug: u32| [(bug, bug + 1), (bug + 1, bug)].map(|(id, need)| (FeatureId(id), vec![FeatureId(need)]));
        let graph: Vec<_> = (1..=CIRCLES).flat_map(|number| circle(number * 2)).collect();
        let dropped = circles_through_fixes(&graph, |id| id.0 % 2 == 1);
        assert_eq!(dropped.len(), 100_000, "each of them");
        assert!(dropped.iter().all(|(fix, bug)| fix.0 == bug.0 + 1), "each fix lets go of its own bug");
    }

    #[test]
    fn a_fix_keeps_what_it_needs_outside_of_its_circle_and_other_fixes_on_it() {
        let card = |id: u32, needs: &[u32]| (FeatureId(id), needs.iter().copied().map(FeatureId).collect());
        // Bug 1 waits for its fixes 3 and 5. 3 needs 5, which needs 2, which needs the bug; 4 is on no circle.
        let graph = [card(1, &[3, 5]), card(2, &[1]), card(3, &[4, 5]), card(4, &[]), card(5, &[2])];
        let dropped = circles_through_fixes(&graph, |id| id.0 == 3 || id.0 == 5);
        assert_eq!(dropped, [(FeatureId(5), FeatureId(2))], "only what closes the circle goes");
    }
}
