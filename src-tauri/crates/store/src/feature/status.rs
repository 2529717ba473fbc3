//! Changes of status, and what follows from them.

use super::{
    Card, Draft,
    card::by_host,
    change,
    claim::open_fixes_of,
    create::{after_the_last, create},
    load, log_edit, resting_status,
};
use crate::{
    database::Step,
    error::{Result, StoreError},
    project_store::{Cause, ProjectStore},
    row::{execute, first},
};
use harness_domain::{
    feature::{Feature, Kind, NewFeature, Status, StatusChange},
    id::{EvidenceId, FeatureId},
};
use rusqlite::Connection;

impl ProjectStore {
    /// Changes a status where `Status::may_become` allows it; `note` replaces the card's note when given.
    /// Returns every change that followed from it. Ends the claim on the card.
    ///
    /// Fails with `Unlawful`; with `NeedsClaim` for `InProgress` and `Analyzing`, which a claim enters; with
    /// `NoFixes` for `Fixing` when the bug has no unfinished fix; and with `NeedsProof` for `Passing` and `Resolved`:
    /// see [`ProjectStore::mark_passing`] and [`ProjectStore::resolve_bug`].
    pub fn set_status(
        &self,
        id: FeatureId,
        to: Status,
        note: Option<&str>,
        cause: &Cause,
    ) -> Result<Vec<StatusChange>> {
        let (note, cause) = (note.map(str::to_owned), cause.clone());
        self.db.write(move |tx| {
            let card = Card::load(tx, id)?;
            match to {
                Status::InProgress | Status::Analyzing => return Err(StoreError::NeedsClaim { feature: id, to }.into()),
                Status::Passing | Status::Resolved => return Err(StoreError::NeedsProof { feature: id, to }.into()),
                Status::Fixing if card.kind == Kind::Bug && card.open_fixes == 0 => {
                    return Err(StoreError::NoFixes { bug: id }.into());
                }
                _ => {}
            }
            let changes = change(tx, &card, to, &cause)?;
            if let Some(note) = note {
                set_note(tx, id, Some(&note))?;
            }
            Ok(changes)
        })
    }

    /// Marks a card as passing on the word of `evidence`, and returns every change that followed from it.
    ///
    /// When all fixes of a bug pass, the bug is resolved; when all fixes of a failing feature pass, it passes again.
    /// Fails with `EvidenceRefused`, `AlreadyPassing` or `Unlawful`.
    pub fn mark_passing(&self, id: FeatureId, evidence: EvidenceId, cause: &Cause) -> Result<Vec<StatusChange>> {
        let cause = cause.clone();
        self.db.write(move |tx| {
            let card = Card::load(tx, id)?;
            if card.status.is_done() {
                return Err(StoreError::AlreadyPassing { feature: id }.into());
            }
            let sql = "SELECT 1 FROM evidence WHERE id = ?1 AND feature_id = ?2 AND is_passing";
            if first(tx, sql, (evidence.0, id.0), |_| Ok(()))?.is_none() {
                return Err(StoreError::EvidenceRefused { feature: id, evidence }.into());
            }
            let mut changes = change(tx, &card, Status::Passing, &cause)?;
            set_note(tx, id, None)?;
            finish_parents(tx, card.parent, &cause, &mut changes)?;
            Ok(changes)
        })
    }

    /// Marks a passing card as failing and creates the fix for it; returns every change, and the fix.
    ///
    /// A resolved bug whose fix fails is `Fixing` again. Fails with `NotPassing` unless the card passes.
    pub fn mark_failing(&self, id: FeatureId, reason: &str, cause: &Cause) -> Result<(Vec<StatusChange>, Feature)> {
        let (reason, cause) = (reason.to_owned(), cause.clone());
        self.db.write(move |tx| {
            let card = Card::load(tx, id)?;
            if card.status != Status::Passing {
                return Err(StoreError::NotPassing { feature: id, status: card.status }.into());
            }
            let mut changes = change(tx, &card, Status::Failing, &cause)?;
            set_note(tx, id, Some(&reason))?;
            let fix = Draft::from(fix_for(load(tx, id)?, &reason));
            let created = create(tx, std::slice::from_ref(&fix), &cause)?;
            let fix = created.into_iter().next().map(|fix| load(tx, fix)).transpose()?;
            let fix = fix.ok_or(StoreError::NoSuchFeature(id))?;
            changes.push(StatusChange {
                feature: fix.id,
                from: None,
                to: fix.status,
                actor: cause.actor.as_str().to_owned(),
                reason: cause.reason,
                run: cause.run,
                at_ms: cause.at_ms,
            });
            Ok((changes, fix))
        })
    }

    /// Counts a failed attempt and gives the card back: waiting for its turn, or blocked after `max_attempts`.
    /// The diagnosis becomes the card's note. Returns where the card stands now.
    ///
    /// A card that waits for a person, is blocked or (a bug) being fixed has moved on by itself: it stays so and is
    /// not charged. Fails with `AlreadyPassing` when the card is done.
    pub fn attempt_failed(&self, id: FeatureId, diagnosis: &str, max_attempts: u32, cause: &Cause) -> Result<Status> {
        let (diagnosis, cause) = (diagnosis.to_owned(), cause.clone());
        self.db.write(move |tx| {
            let card = Card::load(tx, id)?;
            let rest = match card.status {
                Status::Passing | Status::Resolved => return Err(StoreError::AlreadyPassing { feature: id }.into()),
                Status::NeedsInput | Status::Blocked | Status::Fixing => return Ok(card.status),
                Status::InProgress | Status::Analyzing => resting_status(&card),
                Status::Pending | Status::Open | Status::Failing => card.status,
            };
            let attempts = card.attempts.saturating_add(1);
            let to = if attempts >= max_attempts { Status::Blocked } else { rest };
            execute(tx, "UPDATE feature SET attempts = ?2 WHERE id = ?1", (id.0, attempts))?;
            set_note(tx, id, Some(&diagnosis))?;
            if to != card.status {
                change(tx, &card, to, &cause)?;
            }
            Ok(to)
        })
    }

    /// A person wants another try: a parked or waiting card goes back into the queue with no attempts counted.
    /// Returns where the card stands now. Its note stays, for the next attempt to read.
    ///
    /// A card that is in the queue already only forgets its attempts. Fails with `AlreadyPassing`, or with
    /// `AlreadyClaimed` while a session works on it.
    pub fn retry(&self, id: FeatureId, cause: &Cause) -> Result<Status> {
        let cause = cause.clone();
        self.db.write(move |tx| {
            let card = Card::load(tx, id)?;
            refuse_done_or_claimed(&card)?;
            execute(tx, "UPDATE feature SET attempts = 0 WHERE id = ?1", [id.0])?;
            if !matches!(card.status, Status::NeedsInput | Status::Blocked) {
                return Ok(card.status);
            }
            let to = resting_status(&card);
            change(tx, &card, to, &cause)?;
            Ok(to)
        })
    }

    /// Puts a card at the end of the queue (of its kind and layer), unpins it, and ends the claim on it.
    /// Fails with `AlreadyPassing`.
    pub fn skip(&self, id: FeatureId, cause: &Cause) -> Result<Feature> {
        let cause = cause.clone();
        self.db.write(move |tx| {
            let card = Card::load(tx, id)?;
            if card.status.is_done() {
                return Err(StoreError::AlreadyPassing { feature: id }.into());
            }
            if card.is_claimed() {
                change(tx, &card, resting_status(&card), &cause)?;
            }
            let last = after_the_last(tx)?;
            execute(tx, "UPDATE feature SET priority = ?2, is_pinned = 0 WHERE id = ?1", (id.0, last))?;
            log_edit(tx, id, "skipped", &cause)?;
            load(tx, id)
        })
    }

    /// Resolves a bug whose fixes all pass, whoever works on it. Fails with `NotABug`, `NoFixes`, `FixesOpen` or
    /// `AlreadyPassing`.
    pub fn resolve_bug(&self, id: FeatureId, cause: &Cause) -> Result<Vec<StatusChange>> {
        let cause = cause.clone();
        self.db.write(move |tx| {
            let mut card = Card::load(tx, id)?;
            if card.kind != Kind::Bug {
                return Err(StoreError::NotABug(id).into());
            }
            if card.status == Status::Resolved {
                return Err(StoreError::AlreadyPassing { feature: id }.into());
            }
            let open = open_fixes_of(tx, id)?;
            if !open.is_empty() {
                return Err(StoreError::FixesOpen { bug: id, open }.into());
            }
            if first(tx, "SELECT 1 FROM feature WHERE parent_id = ?1", [id.0], |_| Ok(()))?.is_none() {
                return Err(StoreError::NoFixes { bug: id }.into());
            }
            let mut changes = Vec::new();
            if card.status != Status::Fixing {
                // A bug that came back, was looked at again, and turned out to be fixed.
                changes.extend(change(tx, &card, Status::Fixing, &cause)?);
                card = Card::load(tx, id)?;
            }
            changes.extend(change(tx, &card, Status::Resolved, &cause)?);
            Ok(changes)
        })
    }
}

/// When the last fix of a card passes, so does the card; and so on upwards, since a fix may have fixes itself.
pub(super) fn finish_parents(
    tx: &Connection,
    mut parent: Option<FeatureId>,
    cause: &Cause,
    changes: &mut Vec<StatusChange>,
) -> Step<()> {
    while let Some(id) = parent {
        let card = Card::load(tx, id)?;
        let to = match card.status {
            _ if card.open_fixes > 0 => return Ok(()),
            Status::Fixing => Status::Resolved,
            Status::Failing => Status::Passing,
            _ => return Ok(()),
        };
        changes.extend(change(tx, &card, to, &by_host(cause, "all its fixes pass".into()))?);
        set_note(tx, id, None)?;
        parent = card.parent;
    }
    Ok(())
}

pub(super) fn refuse_done_or_claimed(card: &Card) -> Step<()> {
    let feature = card.id;
    if let Some(by) = &card.lease_session {
        return Err(StoreError::AlreadyClaimed { feature, by: by.clone() }.into());
    }
    if card.status.is_done() {
        return Err(StoreError::AlreadyPassing { feature }.into());
    }
    Ok(())
}

fn set_note(tx: &Connection, id: FeatureId, note: Option<&str>) -> Step<()> {
    execute(tx, "UPDATE feature SET note = ?2 WHERE id = ?1", (id.0, note))?;
    Ok(())
}

/// The card that mends a feature which stopped passing: same steps, same checks, same place.
fn fix_for(feature: Feature, reason: &str) -> NewFeature {
    let name = if feature.kind == Kind::Fix { feature.name } else { format!("Fix: {}", feature.name) };
    NewFeature {
        kind: Kind::Fix,
        name,
        description: format!("It passed before and no longer does: {reason}\n\n{}", feature.description),
        category: feature.category,
        steps: feature.steps,
        priority: Some(feature.priority),
        layer: Some(feature.layer),
        source_spec: feature.source_spec,
        parent: Some(feature.id),
        dependencies: Vec::new(),
        model: feature.model,
        checks: feature.checks,
    }
}
