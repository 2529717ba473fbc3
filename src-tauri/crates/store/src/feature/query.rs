//! Reading cards.

use super::{BlockedFeature, Counts, Edit, FeatureSummary, Graph, GraphNode};
use crate::{
    database::Step,
    dependency,
    error::{Result, StoreError},
    project_store::ProjectStore,
    row::{all, first, json, limit as rows, word},
};
use harness_domain::{
    feature::{Feature, Kind, Lease, Status, StatusChange},
    id::{FeatureId, RunId, SessionId},
    layer::Layer,
};
use rusqlite::{Connection, Row};

/// Rank first, as in `domain::schedule`. The index `feature_queue` has the same columns.
pub(super) const QUEUE_ORDER: &str = "ORDER BY is_pinned DESC, queue_turn, queue_layer, priority, id";
const SUMMARY_COLUMNS: &str = "id, name, kind, status, category, priority, is_pinned, layer, parent_id, attempts";

impl ProjectStore {
    /// One card. Fails with `NoSuchFeature`.
    pub fn feature(&self, id: FeatureId) -> Result<Feature> {
        self.db.read(|connection| load(connection, id))
    }

    /// Every card in queue order, whether or not it is ready.
    pub fn features(&self) -> Result<Vec<Feature>> {
        self.db.read(|connection| {
            let mut needs = dependency::of_all(connection)?;
            all(connection, &format!("SELECT * FROM feature {QUEUE_ORDER}"), (), |row| {
                let mut feature = from_row(row)?;
                feature.dependencies = needs.remove(&feature.id).unwrap_or_default();
                Ok(feature)
            })
        })
    }

    /// Every card in queue order, without its long texts.
    pub fn feature_summaries(&self) -> Result<Vec<FeatureSummary>> {
        self.db.read(|connection| {
            let mut needs = dependency::of_all(connection)?;
            let sql = format!("SELECT {SUMMARY_COLUMNS} FROM feature {QUEUE_ORDER}");
            all(connection, &sql, (), |row| {
                let mut summary = summary_from_row(row)?;
                summary.dependencies = needs.remove(&summary.id).unwrap_or_default();
                Ok(summary)
            })
        })
    }

    /// How many cards stand where.
    pub fn counts(&self) -> Result<Counts> {
        self.db.read(|connection| {
            let mut counts = Counts::default();
            let sql = "SELECT status, cards FROM status_count WHERE cards > 0";
            all(connection, sql, (), |row| {
                let status = word(row, "status", "a status", Status::parse)?;
                let cards: u32 = row.get("cards")?;
                counts.total += cards;
                counts.done += if status.is_done() { cards } else { 0 };
                counts.by_status.insert(status, cards);
                Ok(())
            })?;
            Ok(counts)
        })
    }

    /// The fixes of a bug or failing feature, by id.
    pub fn fixes_of(&self, parent: FeatureId) -> Result<Vec<Feature>> {
        self.db.read(|connection| {
            let sql = "SELECT id FROM feature WHERE parent_id = ?1 ORDER BY id";
            load_each(connection, all(connection, sql, [parent.0], |row| Ok(FeatureId(row.get(0)?)))?)
        })
    }

    /// Every change of a card's status, oldest first. Also answers for cards that were removed.
    pub fn history(&self, id: FeatureId) -> Result<Vec<StatusChange>> {
        const SQL: &str = "SELECT * FROM feature_status_change WHERE feature_id = ?1 ORDER BY id";
        self.db.read(|connection| {
            all(connection, SQL, [id.0], |row| {
                let from: Option<String> = row.get("from_status")?;
                Ok(StatusChange {
                    feature: id,
                    from: from.as_deref().and_then(Status::parse),
                    to: word(row, "to_status", "a status", Status::parse)?,
                    actor: row.get("actor")?,
                    reason: row.get("reason")?,
                    run: row.get::<_, Option<u32>>("run_id")?.map(RunId),
                    at_ms: row.get("at_ms")?,
                })
            })
        })
    }

    /// Every change of a card other than of its status, oldest first. Also answers for cards that were removed.
    pub fn edits_of(&self, id: FeatureId) -> Result<Vec<Edit>> {
        self.db.read(|connection| {
            all(connection, "SELECT * FROM feature_edit WHERE feature_id = ?1 ORDER BY id", [id.0], |row| {
                Ok(Edit {
                    what: row.get("what")?,
                    actor: row.get("actor")?,
                    reason: row.get("reason")?,
                    run: row.get::<_, Option<u32>>("run_id")?.map(RunId),
                    at_ms: row.get("at_ms")?,
                })
            })
        })
    }

    /// Up to `limit` passing cards, chosen by `seed`: the same seed on the same cards chooses the same ones.
    pub fn random_passing(&self, limit: usize, seed: u64) -> Result<Vec<Feature>> {
        self.db.read(|connection| {
            let sql = "SELECT id FROM feature WHERE status = 'passing' ORDER BY id";
            let ids = all(connection, sql, (), |row| Ok(FeatureId(row.get(0)?)))?;
            load_each(connection, pick(ids, limit, seed))
        })
    }

    /// The first `limit` cards that `claim_next` would hand out, in that order.
    pub fn ready(&self, limit: usize) -> Result<Vec<Feature>> {
        self.db.read(|connection| {
            let sql = format!("SELECT id FROM feature WHERE is_ready {QUEUE_ORDER} LIMIT ?1");
            load_each(connection, all(connection, &sql, [rows(limit)], |row| Ok(FeatureId(row.get(0)?)))?)
        })
    }

    /// The first `limit` cards in queue order that wait for others, each with what it waits for.
    pub fn blocked(&self, limit: usize) -> Result<Vec<BlockedFeature>> {
        self.db.read(|connection| {
            let sql = format!(
                "SELECT {SUMMARY_COLUMNS} FROM feature \
                 WHERE unmet > 0 AND status IN ('pending', 'open', 'failing') {QUEUE_ORDER} LIMIT ?1"
            );
            let waiting = all(connection, &sql, [rows(limit)], summary_from_row)?;
            let with_needs = waiting.into_iter().map(|mut feature| {
                feature.dependencies = dependency::of(connection, feature.id)?;
                let unmet = dependency::unmet_of(connection, feature.id)?;
                Ok(BlockedFeature { feature, unmet })
            });
            with_needs.collect()
        })
    }

    /// Every card and dependency, without long texts.
    pub fn graph(&self) -> Result<Graph> {
        self.db.read(|connection| {
            let sql = "SELECT id, name, kind, status, priority, layer, parent_id FROM feature ORDER BY id";
            let nodes = all(connection, sql, (), |row| {
                Ok(GraphNode {
                    id: FeatureId(row.get("id")?),
                    name: row.get("name")?,
                    kind: word(row, "kind", "a kind of card", Kind::parse)?,
                    status: word(row, "status", "a status", Status::parse)?,
                    priority: row.get("priority")?,
                    layer: layer(row)?,
                    parent: row.get::<_, Option<u32>>("parent_id")?.map(FeatureId),
                })
            })?;
            let sql = "SELECT feature_id, needs_id FROM feature_dependency ORDER BY feature_id, needs_id";
            let edges = all(connection, sql, (), |row| Ok((FeatureId(row.get(0)?), FeatureId(row.get(1)?))))?;
            Ok(Graph { nodes, edges })
        })
    }
}

/// One card, inside a transaction. Fails with `NoSuchFeature`.
pub(crate) fn load(connection: &Connection, id: FeatureId) -> Step<Feature> {
    let found = first(connection, "SELECT * FROM feature WHERE id = ?1", [id.0], from_row)?;
    let mut feature = found.ok_or(StoreError::NoSuchFeature(id))?;
    feature.dependencies = dependency::of(connection, id)?;
    Ok(feature)
}

pub(super) const FIRST_READY: &str =
    "SELECT id FROM feature WHERE is_ready ORDER BY is_pinned DESC, queue_turn, queue_layer, priority, id LIMIT 1";

/// The first card that can be worked on. Reads one entry of the index.
pub(super) fn first_ready(connection: &Connection) -> Step<Option<FeatureId>> {
    first(connection, FIRST_READY, (), |row| Ok(FeatureId(row.get(0)?)))
}

fn load_each(connection: &Connection, ids: Vec<FeatureId>) -> Step<Vec<Feature>> {
    ids.into_iter().map(|id| load(connection, id)).collect()
}

/// A card without its dependencies, which are rows of their own.
fn from_row(row: &Row<'_>) -> Step<Feature> {
    let session: Option<String> = row.get("lease_session")?;
    let expires: Option<i64> = row.get("lease_expires_at_ms")?;
    let run: Option<u32> = row.get("lease_run")?;
    Ok(Feature {
        id: FeatureId(row.get("id")?),
        kind: word(row, "kind", "a kind of card", Kind::parse)?,
        status: word(row, "status", "a status", Status::parse)?,
        category: row.get("category")?,
        name: row.get("name")?,
        description: row.get("description")?,
        steps: json(row, "steps", "a list of steps")?,
        priority: row.get("priority")?,
        is_pinned: row.get("is_pinned")?,
        layer: layer(row)?,
        source_spec: row.get("source_spec")?,
        parent: row.get::<_, Option<u32>>("parent_id")?.map(FeatureId),
        dependencies: Vec::new(),
        attempts: row.get("attempts")?,
        model: row.get("model")?,
        checks: json(row, "checks", "a list of commands")?,
        lease: session.zip(expires).map(|(session, expires_at_ms)| Lease {
            session: SessionId(session),
            run: run.map(RunId),
            expires_at_ms,
        }),
        note: row.get("note")?,
        created_at_ms: row.get("created_at_ms")?,
        updated_at_ms: row.get("updated_at_ms")?,
    })
}

fn summary_from_row(row: &Row<'_>) -> Step<FeatureSummary> {
    Ok(FeatureSummary {
        id: FeatureId(row.get("id")?),
        name: row.get("name")?,
        kind: word(row, "kind", "a kind of card", Kind::parse)?,
        status: word(row, "status", "a status", Status::parse)?,
        category: row.get("category")?,
        priority: row.get("priority")?,
        is_pinned: row.get("is_pinned")?,
        layer: layer(row)?,
        parent: row.get::<_, Option<u32>>("parent_id")?.map(FeatureId),
        dependencies: Vec::new(),
        attempts: row.get("attempts")?,
    })
}

pub(super) fn layer(row: &Row<'_>) -> Step<Layer> {
    let number: u64 = row.get::<_, u32>("layer")?.into();
    Layer::new(number).map_err(|_| StoreError::BadValue { expected: "a layer", value: number.to_string() }.into())
}

/// The first `limit` of a shuffle of `ids` (Fisher and Yates) that follows from `seed` alone (SplitMix64).
fn pick(mut ids: Vec<FeatureId>, limit: usize, seed: u64) -> Vec<FeatureId> {
    let mut state = seed;
    let picked = limit.min(ids.len());
    for place in 0..picked {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        let left = (ids.len() - place) as u64;
        // The remainder is smaller than the number of cards, so it fits.
        ids.swap(place, place + (mixed % left) as usize);
    }
    ids.truncate(picked);
    ids
}
