//! Cards as a board shows them: everything a card's face has, for all of them in a handful of queries.

use super::query::{QUEUE_ORDER, layer};
use crate::{
    database::Step,
    error::Result,
    project_store::ProjectStore,
    row::{all, first, word},
};
use harness_domain::{
    feature::{Kind, Status},
    id::{FeatureId, RequestId, SessionId},
    layer::Layer,
};
use rusqlite::{Connection, Row};
use std::collections::HashMap;

/// How many characters of a note a board shows.
const NOTE_CHARS: usize = 280;

/// With more changes than this, the whole board is read instead.
const MOST_CHANGED: usize = 1_000;

/// A card's face.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardCard {
    /// Its number within the project.
    pub id: FeatureId,
    /// What sort of work it is.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// A short title.
    pub name: String,
    /// Free text from the specification.
    pub category: String,
    /// The architectural layer.
    pub layer: Layer,
    /// Lower goes first within a layer.
    pub priority: i32,
    /// A person moved it to the front of the queue.
    pub is_pinned: bool,
    /// The specification it came from.
    pub source_spec: String,
    /// The bug or failing feature that it mends.
    pub parent: Option<FeatureId>,
    /// Cards that must pass first. Ascending.
    pub dependencies: Vec<FeatureId>,
    /// Dependencies that are not done, and its own unfinished fixes. Ascending.
    pub blocked_by: Vec<FeatureId>,
    /// Sessions that worked on it without success.
    pub attempts: u32,
    /// Why it last failed, was parked, or waits; at most 280 characters.
    pub note: Option<String>,
    /// The newest proof; for a bug, that of its newest fix.
    pub proof: Option<Proof>,
    /// What its sessions cost, in US dollars.
    pub cost_usd: f64,
    /// Who works on it now.
    pub session: Option<SessionId>,
    /// The newest approval or question about it that wants an answer.
    pub open_request: Option<RequestId>,
    /// UTC, in milliseconds since 1970.
    pub updated_at_ms: i64,
}

/// A proof in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// Whether every command succeeded.
    pub is_passing: bool,
    /// How many things a person should look at.
    pub warnings: u32,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// What became of a board since it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardChange {
    /// What the board's number is now.
    pub number: i64,
    /// Whether `cards` are all there are, and not only those that changed.
    pub is_whole: bool,
    /// The faces of the cards that changed and are there, in no order that means anything unless they are all.
    pub cards: Vec<BoardCard>,
    /// Every card in queue order.
    pub order: Vec<FeatureId>,
}

impl ProjectStore {
    /// A number that grows with every change of what [`ProjectStore::board`] gives, whoever made it, and stays the same
    /// otherwise. It goes on from start to start; only a database that was replaced by an older one has it twice.
    pub fn board_number(&self) -> Result<i64> {
        self.db.read(number)
    }

    /// What changed since the board had the number `since`: all of it when that is none, too long ago or not of this board.
    pub fn board_since(&self, since: Option<i64>) -> Result<BoardChange> {
        self.db.read(|connection| {
            let number = number(connection)?;
            let order = all(connection, &format!("SELECT id FROM feature {QUEUE_ORDER}"), (), |row| {
                Ok(FeatureId(row.get(0)?))
            })?;
            let changed = match since.filter(|since| *since <= number) {
                Some(since) => changed(connection, since)?,
                None => None,
            };
            let is_whole = changed.is_none();
            let cards = match changed {
                Some(list) => Beside::read(connection, Some(&list))?.cards(connection)?,
                None => Beside::read(connection, None)?.cards(connection)?,
            };
            Ok(BoardChange { number, is_whole, cards, order })
        })
    }

    /// The faces of some cards, or of all, in queue order. Those that are not there are left out.
    pub fn board(&self, only: Option<&[FeatureId]>) -> Result<Vec<BoardCard>> {
        self.db.read(|connection| match only {
            None => Beside::read(connection, None)?.cards(connection),
            Some(ids) => {
                let list: Vec<String> = ids.iter().map(FeatureId::to_string).collect();
                let list = format!("[{}]", list.join(","));
                Beside::read(connection, Some(&list))?.cards(connection)
            }
        })
    }
}

fn number(connection: &Connection) -> Step<i64> {
    let number = first(connection, "SELECT max(number) FROM card_change", (), |row| Ok(row.get::<_, Option<i64>>(0)?))?;
    Ok(number.flatten().unwrap_or_default())
}

/// The cards that changed since, as a JSON list; none when all of them did, or so many that all are sooner read.
fn changed(connection: &Connection, since: i64) -> Step<Option<String>> {
    let sql = format!("SELECT feature_id FROM card_change WHERE number > ?1 LIMIT {}", MOST_CHANGED + 1);
    let ids: Vec<u32> = all(connection, &sql, [since], |row| Ok(row.get(0)?))?;
    let list = || ids.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    Ok((ids.len() <= MOST_CHANGED && !ids.contains(&0)).then(|| format!("[{}]", list())))
}

/// What other tables know of cards.
struct Beside<'a> {
    /// The wanted cards as a JSON list; none for all.
    only: Option<&'a str>,
    needs: HashMap<u32, Vec<FeatureId>>,
    blocked_by: HashMap<u32, Vec<FeatureId>>,
    proofs: HashMap<u32, (u32, Proof)>,
    costs: HashMap<u32, f64>,
    requests: HashMap<u32, RequestId>,
}

impl<'a> Beside<'a> {
    fn read(connection: &Connection, only: Option<&'a str>) -> Step<Self> {
        let mut beside = Self {
            only,
            needs: HashMap::new(),
            blocked_by: HashMap::new(),
            proofs: HashMap::new(),
            costs: HashMap::new(),
            requests: HashMap::new(),
        };
        beside.each(
            "SELECT feature_id, needs_id FROM feature_dependency",
            "feature_id",
            "ORDER BY feature_id, needs_id",
            connection,
            |beside, row| {
                beside.needs.entry(row.get(0)?).or_default().push(FeatureId(row.get(1)?));
                Ok(())
            },
        )?;
        // Only what is not done is looked up, so a finished project costs next to nothing here.
        beside.each(
            "SELECT feature_id, needs_id FROM feature_dependency JOIN feature ON feature.id = needs_id \
             AND status NOT IN ('passing', 'resolved')",
            "feature_id",
            "",
            connection,
            Self::block,
        )?;
        beside.each(
            "SELECT parent_id, id FROM feature",
            "parent_id IS NOT NULL AND status NOT IN ('passing', 'resolved') AND parent_id",
            "",
            connection,
            Self::block,
        )?;
        // The bare columns are those of the row with the largest id.
        beside.each(
            "SELECT feature_id, max(id), is_passing, json_array_length(warnings), at_ms FROM evidence",
            "feature_id",
            "GROUP BY feature_id",
            connection,
            Self::prove,
        )?;
        beside.each(
            "SELECT parent_id, max(evidence.id), is_passing, json_array_length(warnings), at_ms FROM evidence \
             JOIN feature ON feature.id = feature_id",
            "parent_id IS NOT NULL AND (SELECT kind = 'bug' FROM feature parent WHERE parent.id = feature.parent_id) AND parent_id",
            "GROUP BY parent_id",
            connection,
            Self::prove,
        )?;
        beside.each(
            "SELECT feature_id, sum(cost_usd) FROM session",
            "feature_id IS NOT NULL AND feature_id",
            "GROUP BY feature_id",
            connection,
            |beside, row| {
                beside.costs.insert(row.get(0)?, row.get(1)?);
                Ok(())
            },
        )?;
        beside.each(
            "SELECT feature_id, max(id) FROM request",
            "state IN ('pending', 'expired') AND feature_id IS NOT NULL AND feature_id",
            "GROUP BY feature_id",
            connection,
            |beside, row| {
                beside.requests.insert(row.get(0)?, RequestId(row.get(1)?));
                Ok(())
            },
        )?;
        Ok(beside)
    }

    /// Calls `take` with each row of `select`, of the wanted cards or of all. `which` ends with the card's column, after
    /// conditions that always hold.
    fn each(
        &mut self,
        select: &str,
        which: &str,
        rest: &str,
        connection: &Connection,
        mut take: impl FnMut(&mut Self, &Row<'_>) -> Step<()>,
    ) -> Step<()> {
        match self.only {
            Some(list) => {
                let sql = format!("{select} WHERE {which} IN (SELECT value FROM json_each(?1)) {rest}");
                all(connection, &sql, [list], |row| take(self, row))?;
            }
            None => {
                let always =
                    which.rsplit_once(" AND ").map_or_else(String::new, |(always, _)| format!("WHERE {always}"));
                all(connection, &format!("{select} {always} {rest}"), (), |row| take(self, row))?;
            }
        }
        Ok(())
    }

    fn block(&mut self, row: &Row<'_>) -> Step<()> {
        self.blocked_by.entry(row.get(0)?).or_default().push(FeatureId(row.get(1)?));
        Ok(())
    }

    fn prove(&mut self, row: &Row<'_>) -> Step<()> {
        let id: u32 = row.get(1)?;
        let proof = Proof { is_passing: row.get(2)?, warnings: row.get(3)?, at_ms: row.get(4)? };
        let kept = self.proofs.entry(row.get(0)?).or_insert((id, proof));
        if id > kept.0 {
            *kept = (id, proof);
        }
        Ok(())
    }

    fn cards(mut self, connection: &Connection) -> Step<Vec<BoardCard>> {
        let columns = "id, kind, status, name, category, layer, priority, is_pinned, source_spec, parent_id, attempts, \
                       note, lease_session, updated_at_ms";
        match self.only {
            Some(list) => {
                let sql = format!(
                    "SELECT {columns} FROM feature WHERE id IN (SELECT value FROM json_each(?1)) {QUEUE_ORDER}"
                );
                all(connection, &sql, [list], |row| self.card(row))
            }
            None => all(connection, &format!("SELECT {columns} FROM feature {QUEUE_ORDER}"), (), |row| self.card(row)),
        }
    }

    fn card(&mut self, row: &Row<'_>) -> Step<BoardCard> {
        let id: u32 = row.get("id")?;
        let mut blocked_by = self.blocked_by.remove(&id).unwrap_or_default();
        blocked_by.sort_unstable();
        blocked_by.dedup();
        let note: Option<String> = row.get("note")?;
        Ok(BoardCard {
            id: FeatureId(id),
            kind: word(row, "kind", "a kind of card", Kind::parse)?,
            status: word(row, "status", "a status", Status::parse)?,
            name: row.get("name")?,
            category: row.get("category")?,
            layer: layer(row)?,
            priority: row.get("priority")?,
            is_pinned: row.get("is_pinned")?,
            source_spec: row.get("source_spec")?,
            parent: row.get::<_, Option<u32>>("parent_id")?.map(FeatureId),
            dependencies: self.needs.remove(&id).unwrap_or_default(),
            blocked_by,
            attempts: row.get("attempts")?,
            note: note.map(shortened),
            proof: self.proofs.remove(&id).map(|(_, proof)| proof),
            cost_usd: self.costs.remove(&id).unwrap_or_default(),
            session: row.get::<_, Option<String>>("lease_session")?.map(SessionId),
            open_request: self.requests.remove(&id),
            updated_at_ms: row.get("updated_at_ms")?,
        })
    }
}

fn shortened(mut note: String) -> String {
    if let Some((end, _)) = note.char_indices().nth(NOTE_CHARS) {
        note.truncate(end);
        note.push('…');
    }
    note
}
