//! Claims: leases of one session on one card.

use super::{Card, Claim, change, load, query::first_ready, resting_status, trail};
use crate::{
    database::Step,
    dependency,
    error::{Result, StoreError},
    project_store::{Cause, ProjectStore},
    row::{all, execute, first},
    run,
};
use harness_domain::{
    feature::{Feature, Kind, Status},
    id::{FeatureId, RunId, SessionId},
};
use rusqlite::Connection;

impl ProjectStore {
    /// Claims the first ready card for a session; none when nothing is ready.
    ///
    /// Order: pinned cards, then open bugs, then fixes (and failing features without an unfinished fix), then
    /// features and redesigns by layer; within each by priority, then id. A card is ready when all it depends on is
    /// done. A bug becomes `Analyzing`, everything else `InProgress`. Leases that have ended at `cause.at_ms` are
    /// released first. A session that holds a card already gets that card again, its lease renewed.
    /// Two callers never get the same card, in whatever process they are. Fails with `NoSuchRun`.
    pub fn claim_next(&self, claim: &Claim, cause: &Cause) -> Result<Option<Feature>> {
        let (claim, cause) = (claim.clone(), cause.clone());
        self.db.write(move |tx| {
            if let Some(held) = held_by(tx, &claim.session)? {
                renew(tx, &claim.session, claim.lease_until_ms)?;
                return load(tx, held).map(Some);
            }
            release_leases_ended_at(tx, cause.at_ms, &cause)?;
            match first_ready(tx)? {
                Some(id) => take(tx, &Card::load(tx, id)?, &claim, &cause).map(Some),
                None => Ok(None),
            }
        })
    }

    /// Claims one card; for the session that holds it already, renews its lease.
    ///
    /// A failing feature can be claimed while it has fixes of its own only once those pass. Fails with
    /// `NoSuchFeature`, `AlreadyClaimed`, `AlreadyPassing`, `NotReady` (naming what it waits for), `NotClaimable`,
    /// `HoldsAnother` or `NoSuchRun`.
    pub fn claim(&self, id: FeatureId, claim: &Claim, cause: &Cause) -> Result<Feature> {
        let (claim, cause) = (claim.clone(), cause.clone());
        self.db.write(move |tx| {
            match held_by(tx, &claim.session)? {
                Some(held) if held == id => {
                    renew(tx, &claim.session, claim.lease_until_ms)?;
                    return load(tx, id);
                }
                Some(held) => {
                    return Err(StoreError::HoldsAnother { session: claim.session, feature: held }.into());
                }
                None => release_leases_ended_at(tx, cause.at_ms, &cause)?,
            };
            let card = Card::load(tx, id)?;
            refuse_unless_ready(tx, &card)?;
            take(tx, &card, &claim, &cause)
        })
    }

    /// The card a session holds, if any.
    pub fn claimed_by(&self, session: &SessionId) -> Result<Option<Feature>> {
        self.db.read(|connection| match held_by(connection, session)? {
            Some(id) => load(connection, id).map(Some),
            None => Ok(None),
        })
    }

    /// Extends a session's lease; false when it holds no card (any more).
    pub fn lease_renew(&self, session: &SessionId, until_ms: i64) -> Result<bool> {
        let session = session.clone();
        self.db.write(move |tx| renew(tx, &session, until_ms))
    }

    /// Ends a session's claim, if it has one: the card waits for its turn again.
    ///
    /// A bug goes back to `Open`, or to `Fixing` when it has unfinished fixes; everything else to `Pending`.
    pub fn release_session(&self, session: &SessionId, cause: &Cause) -> Result<Option<FeatureId>> {
        let (session, cause) = (session.clone(), cause.clone());
        self.db.write(move |tx| match held_by(tx, &session)? {
            Some(id) => release(tx, id, &cause).map(Some),
            None => Ok(None),
        })
    }

    /// Ends every claim of a run, as [`ProjectStore::release_session`] does; the cards that were released.
    pub fn release_run(&self, run: RunId, cause: &Cause) -> Result<Vec<FeatureId>> {
        let cause = cause.clone();
        self.db.write(move |tx| {
            let sql = "SELECT id FROM feature WHERE lease_run = ?1 ORDER BY id";
            let claimed = all(tx, sql, [run.0], |row| Ok(FeatureId(row.get(0)?)))?;
            claimed.into_iter().map(|id| release(tx, id, &cause)).collect()
        })
    }

    /// Ends every claim whose lease ended at or before `now_ms`; the cards that were released.
    pub fn release_expired(&self, now_ms: i64, cause: &Cause) -> Result<Vec<FeatureId>> {
        let cause = cause.clone();
        self.db.write(move |tx| release_leases_ended_at(tx, now_ms, &cause))
    }
}

impl ProjectStore {
    /// The commit that work on a card started from; none when nobody has claimed it since it last passed.
    pub fn feature_start(&self, id: FeatureId) -> Result<Option<String>> {
        self.note(&start_key(id))
    }

    /// Forgets where work on a card started: it passes, and work on it would begin anew.
    pub fn feature_start_forget(&self, id: FeatureId) -> Result<()> {
        self.set_note(&start_key(id), None)
    }
}

/// In the order of the index; ordered by id, SQLite would rather go through all cards.
const ENDED: &str =
    "SELECT id, lease_session FROM feature WHERE lease_expires_at_ms <= ?1 ORDER BY lease_expires_at_ms, id";
const HELD: &str = "SELECT id FROM feature WHERE lease_session = ?1";

fn held_by(connection: &Connection, session: &SessionId) -> Step<Option<FeatureId>> {
    first(connection, HELD, [&session.0], |row| Ok(FeatureId(row.get(0)?)))
}

fn renew(tx: &Connection, session: &SessionId, until_ms: i64) -> Step<bool> {
    let sql = "UPDATE feature SET lease_expires_at_ms = ?2 WHERE lease_session = ?1";
    Ok(execute(tx, sql, (&session.0, until_ms))? > 0)
}

fn release(tx: &Connection, id: FeatureId, cause: &Cause) -> Step<FeatureId> {
    let card = Card::load(tx, id)?;
    change(tx, &card, resting_status(&card), cause)?;
    Ok(id)
}

fn release_leases_ended_at(tx: &Connection, now_ms: i64, cause: &Cause) -> Step<Vec<FeatureId>> {
    let ended = all(tx, ENDED, [now_ms], |row| Ok((FeatureId(row.get(0)?), row.get::<_, String>(1)?)))?;
    let released = ended.into_iter().map(|(id, session)| {
        release(tx, id, &super::card::by_host(cause, format!("the lease of session {session} ended")))
    });
    released.collect()
}

fn refuse_unless_ready(tx: &Connection, card: &Card) -> Step<()> {
    let feature = card.id;
    if let Some(by) = &card.lease_session {
        return Err(StoreError::AlreadyClaimed { feature, by: by.clone() }.into());
    }
    let unmet = match card.status {
        Status::Passing | Status::Resolved => return Err(StoreError::AlreadyPassing { feature }.into()),
        Status::Failing if card.open_fixes > 0 => open_fixes_of(tx, feature)?,
        Status::Pending | Status::Open | Status::Failing if card.unmet > 0 => dependency::unmet_of(tx, feature)?,
        Status::Pending | Status::Open | Status::Failing => return Ok(()),
        status => return Err(StoreError::NotClaimable { feature, status }.into()),
    };
    Err(StoreError::NotReady { feature, unmet }.into())
}

/// The fixes of a card that are not done, ascending.
pub(super) fn open_fixes_of(connection: &Connection, parent: FeatureId) -> Step<Vec<FeatureId>> {
    let sql = "SELECT id FROM feature WHERE parent_id = ?1 AND status NOT IN ('passing', 'resolved') ORDER BY id";
    all(connection, sql, [parent.0], |row| Ok(FeatureId(row.get(0)?)))
}

/// Gives a ready card to a session.
fn take(tx: &Connection, card: &Card, claim: &Claim, cause: &Cause) -> Step<Feature> {
    let to = if card.kind == Kind::Bug { Status::Analyzing } else { Status::InProgress };
    if !card.status.may_become(card.kind, to) {
        return Err(StoreError::Unlawful { feature: card.id, from: card.status, to }.into());
    }
    if let Some(id) = claim.run {
        run::require(tx, id)?;
    }
    const SQL: &str = "UPDATE feature SET status = ?2, lease_session = ?3, lease_run = ?4, lease_expires_at_ms = ?5, \
                       updated_at_ms = ?6 WHERE id = ?1";
    let run_id = claim.run.map(|run| run.0);
    execute(tx, SQL, (card.id.0, to.as_str(), &claim.session.0, run_id, claim.lease_until_ms, cause.at_ms))?;
    trail(tx, card.id, Some(card.status), to, cause)?;
    if let Some(commit) = &claim.starts_at {
        const FIRST: &str = "INSERT INTO note (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING";
        execute(tx, FIRST, (start_key(card.id), commit))?;
    }
    load(tx, card.id)
}

fn start_key(feature: FeatureId) -> String {
    format!("feature_start:{feature}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::query::FIRST_READY;

    #[test]
    fn what_every_claim_looks_up_is_read_from_an_index_without_sorting() {
        let dir = tempfile::tempdir().unwrap();
        let store = ProjectStore::open(&dir.path().join("project.db")).unwrap();
        for (sql, index) in
            [(HELD, "feature_lease_session"), (ENDED, "feature_lease_expiry"), (FIRST_READY, "feature_queue")]
        {
            let plan = store.db.read(|connection| {
                let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let details = statement
                    .raw_query()
                    .mapped(|row| row.get::<_, String>("detail"))
                    .collect::<rusqlite::Result<_>>()?;
                Ok::<Vec<String>, _>(details)
            });
            let plan = plan.unwrap();
            assert_eq!(plan.len(), 1, "one look-up and no sorting step for {sql}: {plan:?}");
            assert!(plan[0].contains(index), "{sql} must use {index}: {plan:?}");
        }
    }
}
