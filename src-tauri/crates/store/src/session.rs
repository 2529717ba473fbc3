//! Sessions of a run.

use crate::{
    database::Step,
    error::{Result, StoreError},
    project_store::ProjectStore,
    row::{all, count, execute, first, json_if_any, signed, to_json, word},
    run,
};
use harness_domain::{
    failure::Outcome,
    id::{FeatureId, RunId, SessionId},
    run::{ProcessIdentity, Role, Session, Usage},
};
use rusqlite::{Connection, Params, Row, named_params};

/// A session as it starts.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSession {
    /// The id the CLI is started with.
    pub id: SessionId,
    /// The run it belongs to.
    pub run: RunId,
    /// Its prompt and tools.
    pub role: Role,
    /// The card it is meant to work on, when the host chose one.
    pub feature: Option<FeatureId>,
}

impl ProjectStore {
    /// Stores a new session. Fails with `NoSuchRun` or `SessionExists`.
    pub fn session_start(&self, session: NewSession, at_ms: i64) -> Result<Session> {
        const SQL: &str =
            "INSERT INTO session (id, run_id, role, feature_id, started_at_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.db.write(move |tx| {
            run::require(tx, session.run)?;
            if key(tx, &session.id)?.is_some() {
                return Err(StoreError::SessionExists(session.id).into());
            }
            let feature = session.feature.map(|feature| feature.0);
            execute(tx, SQL, (&session.id.0, session.run.0, session.role.as_str(), feature, at_ms))?;
            load(tx, &session.id)
        })
    }

    /// Notes the process of a session, so that a later host can find it. Fails with `NoSuchSession`.
    pub fn session_process(&self, id: &SessionId, process: ProcessIdentity) -> Result<()> {
        let id = id.clone();
        self.db.write(move |tx| {
            let sql = "UPDATE session SET process_pid = ?2, process_started = ?3 WHERE id = ?1";
            update(tx, sql, (&id.0, process.pid, process.started.cast_signed()), &id)
        })
    }

    /// Notes the card a session works on. Fails with `NoSuchSession`.
    pub fn session_feature(&self, id: &SessionId, feature: FeatureId) -> Result<()> {
        let id = id.clone();
        self.db.write(move |tx| update(tx, "UPDATE session SET feature_id = ?2 WHERE id = ?1", (&id.0, feature.0), &id))
    }

    /// Stores how a session ended; a second end replaces the first. Does not release its claim, and does not add its
    /// cost to the run. Fails with `NoSuchSession`.
    pub fn session_end(
        &self,
        id: &SessionId,
        outcome: &Outcome,
        turns: u32,
        cost_usd: f64,
        usage: Usage,
        at_ms: i64,
    ) -> Result<()> {
        const SQL: &str = "UPDATE session SET outcome = :outcome, turns = :turns, cost_usd = :cost, \
                           input_tokens = :input, output_tokens = :output, cache_write_tokens = :cache_write, \
                           cache_read_tokens = :cache_read, ended_at_ms = :at_ms WHERE id = :id";
        let (id, outcome) = (id.clone(), outcome.clone());
        self.db.write(move |tx| {
            let parameters = named_params! {
                ":id": id.0,
                ":outcome": to_json(&outcome, "the outcome")?,
                ":turns": turns,
                ":cost": cost_usd,
                ":input": signed(usage.input_tokens),
                ":output": signed(usage.output_tokens),
                ":cache_write": signed(usage.cache_write_tokens),
                ":cache_read": signed(usage.cache_read_tokens),
                ":at_ms": at_ms,
            };
            update(tx, SQL, parameters, &id)
        })
    }

    /// The sessions of a run, oldest first.
    pub fn sessions_of(&self, run: RunId) -> Result<Vec<Session>> {
        const SQL: &str = "SELECT * FROM session WHERE run_id = ?1 ORDER BY key";
        self.db.read(|connection| all(connection, SQL, [run.0], from_row))
    }

    /// The sessions that worked on a card, newest first.
    pub fn sessions_of_feature(&self, feature: FeatureId) -> Result<Vec<Session>> {
        const SQL: &str = "SELECT * FROM session WHERE feature_id = ?1 ORDER BY key DESC";
        self.db.read(|connection| all(connection, SQL, [feature.0], from_row))
    }

    /// What a finished card's coding sessions took together, on average, in milliseconds; none before the first one is
    /// done.
    pub fn pace_ms(&self) -> Result<Option<i64>> {
        const SQL: &str = "SELECT sum(ended_at_ms - started_at_ms) / count(DISTINCT feature_id) AS pace FROM session \
                           JOIN feature ON feature.id = session.feature_id \
                           WHERE role = 'coding' AND ended_at_ms IS NOT NULL AND status IN ('passing', 'resolved')";
        let pace =
            self.db.read(|connection| first(connection, SQL, (), |row| Ok(row.get::<_, Option<i64>>("pace")?)))?;
        Ok(pace.flatten())
    }

    /// One session. Fails with `NoSuchSession`.
    pub fn session(&self, id: &SessionId) -> Result<Session> {
        self.db.read(|connection| load(connection, id))
    }
}

/// The short number that stands for a session in transcripts.
pub(crate) fn key(connection: &Connection, id: &SessionId) -> Step<Option<i64>> {
    first(connection, "SELECT key FROM session WHERE id = ?1", [&id.0], |row| Ok(row.get(0)?))
}

fn update(tx: &Connection, sql: &str, parameters: impl Params, id: &SessionId) -> Step<()> {
    match execute(tx, sql, parameters)? {
        0 => Err(StoreError::NoSuchSession(id.clone()).into()),
        _ => Ok(()),
    }
}

fn load(connection: &Connection, id: &SessionId) -> Step<Session> {
    let found = first(connection, "SELECT * FROM session WHERE id = ?1", [&id.0], from_row)?;
    found.ok_or_else(|| StoreError::NoSuchSession(id.clone()).into())
}

fn from_row(row: &Row<'_>) -> Step<Session> {
    let pid: Option<u32> = row.get("process_pid")?;
    let started: Option<i64> = row.get("process_started")?;
    Ok(Session {
        id: SessionId(row.get("id")?),
        run: RunId(row.get("run_id")?),
        role: word(row, "role", "a role", |text| Role::ALL.into_iter().find(|role| role.as_str() == text))?,
        feature: row.get::<_, Option<u32>>("feature_id")?.map(FeatureId),
        process: pid.zip(started).map(|(pid, started)| ProcessIdentity { pid, started: started.cast_unsigned() }),
        outcome: json_if_any(row, "outcome", "the outcome of a session")?,
        turns: row.get("turns")?,
        cost_usd: row.get("cost_usd")?,
        usage: Usage {
            input_tokens: count(row, "input_tokens")?,
            output_tokens: count(row, "output_tokens")?,
            cache_write_tokens: count(row, "cache_write_tokens")?,
            cache_read_tokens: count(row, "cache_read_tokens")?,
        },
        started_at_ms: row.get("started_at_ms")?,
        ended_at_ms: row.get("ended_at_ms")?,
    })
}
