//! A card's place in the queue, chosen by a person.

use super::{load, log_edit};
use crate::{
    database::Step,
    error::{Result, StoreError},
    project_store::{Cause, ProjectStore},
    row::{all, execute, first},
};
use harness_domain::id::FeatureId;
use rusqlite::Connection;

/// Right before a card, or right after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Right before it.
    Before(FeatureId),
    /// Right after it.
    After(FeatureId),
}

/// What the queue looks at before it looks at priorities.
type Rank = (bool, u32, u32);
/// What orders cards of one rank.
type Key = (i32, u32);

impl ProjectStore {
    /// Moves a card to a place among those of its rank, by changing as few priorities as possible. Returns the cards
    /// whose priority changed, the moved one first.
    ///
    /// Fails with `NoSuchFeature`, and with `OtherRank` when the two are not ordered by priority at all: bugs go before
    /// fixes, fixes before features, lower layers before higher ones, pinned cards before all.
    pub fn feature_move(&self, id: FeatureId, place: Place, cause: &Cause) -> Result<Vec<FeatureId>> {
        let cause = cause.clone();
        self.db.write(move |tx| {
            let beside = match place {
                Place::Before(other) | Place::After(other) => other,
            };
            let rank = rank(tx, id)?;
            if rank_of_other(tx, beside)? != rank {
                return Err(StoreError::OtherRank { feature: id, beside }.into());
            }
            if beside == id {
                return Ok(Vec::new());
            }
            let mut row = in_row(tx, rank)?;
            row.retain(|(_, card)| *card != id.0);
            let other = row.iter().position(|(_, card)| *card == beside.0).unwrap_or(row.len());
            let at = if place == Place::Before(beside) { other } else { (other + 1).min(row.len()) };
            let changed = make_room(&mut row, at, id.0);
            for (priority, card) in &changed {
                execute(tx, "UPDATE feature SET priority = ?2 WHERE id = ?1", (card, priority))?;
            }
            if !changed.is_empty() {
                let word = if at == other { "before" } else { "after" };
                log_edit(tx, id, &format!("moved {word} #{beside}"), &cause)?;
            }
            Ok(changed.into_iter().map(|(_, card)| FeatureId(card)).collect())
        })
    }
}

fn rank(tx: &Connection, id: FeatureId) -> Step<Rank> {
    load(tx, id)?;
    rank_of_other(tx, id)
}

fn rank_of_other(tx: &Connection, id: FeatureId) -> Step<Rank> {
    let sql = "SELECT is_pinned, queue_turn, queue_layer FROM feature WHERE id = ?1";
    let found = first(tx, sql, [id.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    found.ok_or_else(|| StoreError::NoSuchFeature(id).into())
}

fn in_row(tx: &Connection, rank: Rank) -> Step<Vec<Key>> {
    let sql = "SELECT priority, id FROM feature WHERE is_pinned = ?1 AND queue_turn = ?2 AND queue_layer = ?3 \
               ORDER BY priority, id";
    all(tx, sql, rank, |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Puts `id` at place `at` of a row in order; the cards whose priority has to change for that, with the new one.
fn make_room(row: &mut Vec<Key>, at: usize, id: u32) -> Vec<Key> {
    let before = at.checked_sub(1).and_then(|before| row.get(before)).copied();
    let next = row.get(at).copied();
    let fits = |priority: i32| {
        before.is_none_or(|before| before < (priority, id)) && next.is_none_or(|next| (priority, id) < next)
    };
    let tries = match (before, next) {
        (Some((before, _)), Some((next, _))) => vec![before.midpoint(next), before, next],
        (Some((before, _)), None) => vec![before.saturating_add(1)],
        (None, Some((next, _))) => vec![next.saturating_sub(1)],
        (None, None) => vec![0],
    };
    let mut changed = Vec::new();
    let chosen = tries.into_iter().find(|priority| fits(*priority));
    row.insert(at, (chosen.unwrap_or_else(|| before.map_or(i32::MIN, |(priority, _)| priority.saturating_add(1))), id));
    changed.push(row[at]);
    // No room between the two: whoever follows moves on, until there is some.
    for place in at + 1..row.len() {
        let (before, here) = (row[place - 1], row[place]);
        if before < here {
            break;
        }
        row[place].0 = before.0.saturating_add(1);
        changed.push(row[place]);
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(row: &[Key]) -> Vec<u32> {
        let mut sorted = row.to_vec();
        sorted.sort_unstable();
        sorted.into_iter().map(|(_, id)| id).collect()
    }

    #[test]
    fn a_card_comes_to_stand_where_it_was_put_and_as_few_others_as_possible_change() {
        let mut row = vec![(10, 1), (20, 2), (30, 3)];
        assert_eq!(make_room(&mut row, 1, 9).len(), 1, "there is room between 10 and 20");
        assert_eq!(order(&row), [1, 9, 2, 3]);
        let mut tight = vec![(1, 1), (2, 2), (3, 3), (50, 4)];
        let changed = make_room(&mut tight, 1, 9);
        assert_eq!(order(&tight), [1, 9, 2, 3, 4]);
        assert!(changed.len() <= 3, "the one after the gap stays: {changed:?}");
        let mut same = vec![(0, 1), (0, 2), (0, 3)];
        make_room(&mut same, 0, 9);
        assert_eq!(order(&same), [9, 1, 2, 3], "to the very front");
        make_room(&mut same, 4, 8);
        assert_eq!(order(&same), [9, 1, 2, 3, 8], "to the very end");
    }
}
