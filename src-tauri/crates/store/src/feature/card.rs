//! The few columns of a card that decide what may happen to it, and the one way its status changes.

use crate::{
    database::Step,
    error::StoreError,
    project_store::Cause,
    row::{execute, first, word},
};
use harness_domain::{
    feature::{Actor, Kind, Status, StatusChange},
    id::{FeatureId, SessionId},
};
use rusqlite::{Connection, named_params};

/// What the rules look at.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    pub id: FeatureId,
    pub kind: Kind,
    pub status: Status,
    pub parent: Option<FeatureId>,
    pub attempts: u32,
    /// Dependencies that are not done.
    pub unmet: u32,
    /// Its own fixes that are not done.
    pub open_fixes: u32,
    pub lease_session: Option<SessionId>,
}

impl Card {
    /// Fails with `NoSuchFeature`.
    pub fn load(connection: &Connection, id: FeatureId) -> Step<Card> {
        const SQL: &str = "SELECT kind, status, parent_id, attempts, unmet, open_fixes, lease_session \
                           FROM feature WHERE id = ?1";
        let found = first(connection, SQL, [id.0], |row| {
            Ok(Card {
                id,
                kind: word(row, "kind", "a kind of card", Kind::parse)?,
                status: word(row, "status", "a status", Status::parse)?,
                parent: row.get::<_, Option<u32>>("parent_id")?.map(FeatureId),
                attempts: row.get("attempts")?,
                unmet: row.get("unmet")?,
                open_fixes: row.get("open_fixes")?,
                lease_session: row.get::<_, Option<String>>("lease_session")?.map(SessionId),
            })
        })?;
        found.ok_or_else(|| StoreError::NoSuchFeature(id).into())
    }

    /// Whether a session works on it now.
    pub fn is_claimed(&self) -> bool {
        self.lease_session.is_some()
    }
}

/// Where a card waits when nobody works on it: a bug with unfinished fixes waits for those.
pub(crate) fn resting_status(card: &Card) -> Status {
    match card.kind {
        Kind::Bug if card.open_fixes > 0 => Status::Fixing,
        kind => Status::initial(kind),
    }
}

/// Changes a status, ends the claim on the card, writes the trail, and does what follows from it:
/// a bug whose fix no longer passes is being fixed again.
///
/// `card` is as it was before. Fails with `Unlawful`. Counters of other cards follow by trigger. Does not finish
/// parents whose fixes now all pass: see [`super::status`].
pub(crate) fn change(connection: &Connection, card: &Card, to: Status, cause: &Cause) -> Step<Vec<StatusChange>> {
    if !card.status.may_become(card.kind, to) {
        return Err(StoreError::Unlawful { feature: card.id, from: card.status, to }.into());
    }
    const SQL: &str = "UPDATE feature SET status = ?2, lease_session = NULL, lease_run = NULL, \
                       lease_expires_at_ms = NULL, updated_at_ms = ?3 WHERE id = ?1";
    execute(connection, SQL, (card.id.0, to.as_str(), cause.at_ms))?;
    let mut changes = vec![trail(connection, card.id, Some(card.status), to, cause)?];
    if let Some(parent) = card.parent.filter(|_| card.status == Status::Passing) {
        let parent = Card::load(connection, parent)?;
        if parent.status == Status::Resolved {
            let cause = by_host(cause, format!("its fix #{} no longer passes", card.id));
            changes.extend(change(connection, &parent, Status::Fixing, &cause)?);
        }
    }
    Ok(changes)
}

/// The same occasion, decided by the host itself.
pub(crate) fn by_host(cause: &Cause, reason: String) -> Cause {
    Cause { actor: Actor::Host, reason, run: cause.run, at_ms: cause.at_ms }
}

/// Writes one line of the trail.
pub(crate) fn trail(
    connection: &Connection,
    id: FeatureId,
    from: Option<Status>,
    to: Status,
    cause: &Cause,
) -> Step<StatusChange> {
    let change = StatusChange {
        feature: id,
        from,
        to,
        actor: cause.actor.as_str().to_owned(),
        reason: cause.reason.clone(),
        run: cause.run,
        at_ms: cause.at_ms,
    };
    const SQL: &str = "INSERT INTO feature_status_change (feature_id, from_status, to_status, actor, reason, run_id, at_ms) \
                       VALUES (:feature, :from, :to, :actor, :reason, :run, :at_ms)";
    let parameters = named_params! {
        ":feature": id.0,
        ":from": from.map(Status::as_str),
        ":to": to.as_str(),
        ":actor": change.actor,
        ":reason": change.reason,
        ":run": change.run.map(|run| run.0),
        ":at_ms": change.at_ms,
    };
    execute(connection, SQL, parameters)?;
    Ok(change)
}

/// Writes down a change other than of the status, and that the card was touched.
pub(crate) fn log_edit(connection: &Connection, id: FeatureId, what: &str, cause: &Cause) -> Step<()> {
    const SQL: &str = "INSERT INTO feature_edit (feature_id, what, actor, reason, run_id, at_ms) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let run_id = cause.run.map(|run| run.0);
    execute(connection, SQL, (id.0, what, cause.actor.as_str(), &cause.reason, run_id, cause.at_ms))?;
    execute(connection, "UPDATE feature SET updated_at_ms = ?2 WHERE id = ?1", (id.0, cause.at_ms))?;
    Ok(())
}
