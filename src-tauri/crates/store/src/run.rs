//! Runs, and the states they went through.

use crate::{
    database::Step,
    error::{Result, StoreError},
    project_store::ProjectStore,
    row::{all, execute, first, json_if_any, limit as rows, new_id, parse_word, to_json, word, word_of},
};
use harness_domain::{
    evidence::SandboxLevel,
    failure::RunEnd,
    id::{FeatureId, RunId},
    lifecycle::State,
    run::{Mode, ProcessIdentity, Run},
};
use rusqlite::{Connection, Row, named_params};
use serde::Serialize;

/// A run as it starts.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// What it is for.
    pub mode: Mode,
    /// Whether it leaves out the heavy checks.
    pub is_quick: bool,
    /// Name of the rehearsal scenario, if a scripted model answers.
    pub rehearsal: Option<String>,
    /// The walls around its sessions.
    pub sandbox: SandboxLevel,
    /// The process that conducts the run.
    pub host: ProcessIdentity,
}

/// One change of a run's state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunTransition {
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// The card it was about, if any.
    pub feature: Option<FeatureId>,
    /// In words.
    pub reason: String,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// A run that has no end yet: alive, or left behind by a host that died.
#[derive(Debug, Clone, PartialEq)]
pub struct UnfinishedRun {
    /// The run.
    pub run: Run,
    /// The process that conducts it; when that is gone, so is the run.
    pub host: ProcessIdentity,
}

impl ProjectStore {
    /// Stores a new run in state `Idle`.
    pub fn run_start(&self, run: NewRun, at_ms: i64) -> Result<Run> {
        const SQL: &str = "INSERT INTO run (mode, is_quick, rehearsal, state, sandbox, host_pid, host_started, \
                           started_at_ms) VALUES (:mode, :is_quick, :rehearsal, :state, :sandbox, :host_pid, \
                           :host_started, :at_ms)";
        self.db.write(move |tx| {
            let parameters = named_params! {
                ":mode": run.mode.as_str(),
                ":is_quick": run.is_quick,
                ":rehearsal": run.rehearsal,
                ":state": State::Idle.as_str(),
                ":sandbox": word_of(&run.sandbox, "the sandbox level")?,
                ":host_pid": run.host.pid,
                ":host_started": run.host.started.cast_signed(),
                ":at_ms": at_ms,
            };
            execute(tx, SQL, parameters)?;
            load(tx, RunId(new_id(tx)))
        })
    }

    /// Moves a run to the state `to` and returns it, in one transaction with the trail.
    ///
    /// Fails with `NoSuchRun`, `RunEnded`, or `UnlawfulRun` when `to` may not follow; nothing changes then.
    pub fn run_transition(
        &self,
        run: RunId,
        to: State,
        feature: Option<FeatureId>,
        reason: &str,
        at_ms: i64,
    ) -> Result<State> {
        const SQL: &str = "INSERT INTO run_transition (run_id, from_state, to_state, feature_id, reason, at_ms) \
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let reason = reason.to_owned();
        self.db.write(move |tx| {
            let from = unfinished_state(tx, run)?;
            let to = from.to(to).map_err(StoreError::UnlawfulRun)?;
            execute(tx, "UPDATE run SET state = ?2 WHERE id = ?1", (run.0, to.as_str()))?;
            let feature = feature.map(|feature| feature.0);
            execute(tx, SQL, (run.0, from.as_str(), to.as_str(), feature, &reason, at_ms))?;
            Ok(to)
        })
    }

    /// Every change of a run's state, oldest first.
    pub fn run_transitions(&self, run: RunId) -> Result<Vec<RunTransition>> {
        const SQL: &str = "SELECT * FROM run_transition WHERE run_id = ?1 ORDER BY id";
        self.db.read(|connection| {
            all(connection, SQL, [run.0], |row| {
                Ok(RunTransition {
                    from: word(row, "from_state", "a state of a run", State::parse)?,
                    to: word(row, "to_state", "a state of a run", State::parse)?,
                    feature: row.get::<_, Option<u32>>("feature_id")?.map(FeatureId),
                    reason: row.get("reason")?,
                    at_ms: row.get("at_ms")?,
                })
            })
        })
    }

    /// Notes until when a run waits for a rate limit; none when it goes on. Fails with `NoSuchRun`.
    pub fn run_pause_until(&self, run: RunId, until_ms: Option<i64>) -> Result<()> {
        self.db.write(move |tx| {
            require(tx, run)?;
            execute(tx, "UPDATE run SET paused_until_ms = ?2 WHERE id = ?1", (run.0, until_ms))?;
            Ok(())
        })
    }

    /// Stores how a run ended, once. Its state stays what it was, its claims too (see
    /// [`ProjectStore::release_run`]), and so does the time of a rate limit that it did not wait out, for the next
    /// run. Fails with `NoSuchRun` or `RunEnded`.
    pub fn run_end(&self, run: RunId, end: &RunEnd, at_ms: i64) -> Result<()> {
        const SQL: &str = "UPDATE run SET end_json = ?2, ended_at_ms = ?3 WHERE id = ?1";
        let end = end.clone();
        self.db.write(move |tx| {
            unfinished_state(tx, run)?;
            execute(tx, SQL, (run.0, to_json(&end, "the end of a run")?, at_ms))?;
            Ok(())
        })
    }

    /// Adds money to what the run has spent, in US dollars. What its sessions report is not added by itself.
    /// Fails with `NoSuchRun`.
    pub fn run_add_cost(&self, run: RunId, usd: f64) -> Result<()> {
        self.db.write(move |tx| {
            require(tx, run)?;
            execute(tx, "UPDATE run SET cost_usd = cost_usd + ?2 WHERE id = ?1", (run.0, usd))?;
            Ok(())
        })
    }

    /// One run. Fails with `NoSuchRun`.
    pub fn run(&self, run: RunId) -> Result<Run> {
        self.db.read(|connection| load(connection, run))
    }

    /// The last `limit` runs, newest first.
    pub fn runs(&self, limit: usize) -> Result<Vec<Run>> {
        let sql = format!("{SELECT} ORDER BY id DESC LIMIT ?1");
        self.db.read(|connection| all(connection, &sql, [rows(limit)], from_row))
    }

    /// Every run that has no end, oldest first.
    pub fn runs_unfinished(&self) -> Result<Vec<UnfinishedRun>> {
        let sql = format!("{SELECT} WHERE end_json IS NULL ORDER BY id");
        self.db.read(|connection| {
            all(connection, &sql, (), |row| {
                let host = ProcessIdentity {
                    pid: row.get("host_pid")?,
                    started: row.get::<_, i64>("host_started")?.cast_unsigned(),
                };
                Ok(UnfinishedRun { run: from_row(row)?, host })
            })
        })
    }
}

const SELECT: &str = "SELECT *, (SELECT count(*) FROM session WHERE run_id = run.id) AS sessions FROM run";

/// Fails with `NoSuchRun` unless the run exists.
pub(crate) fn require(connection: &Connection, run: RunId) -> Step<()> {
    first(connection, "SELECT 1 FROM run WHERE id = ?1", [run.0], |_| Ok(()))?
        .ok_or_else(|| StoreError::NoSuchRun(run).into())
}

fn unfinished_state(connection: &Connection, run: RunId) -> Step<State> {
    let found =
        first(connection, "SELECT state, end_json IS NOT NULL AS has_ended FROM run WHERE id = ?1", [run.0], |row| {
            Ok((word(row, "state", "a state of a run", State::parse)?, row.get::<_, bool>("has_ended")?))
        })?;
    match found.ok_or(StoreError::NoSuchRun(run))? {
        (_, true) => Err(StoreError::RunEnded(run).into()),
        (state, false) => Ok(state),
    }
}

fn load(connection: &Connection, run: RunId) -> Step<Run> {
    let found = first(connection, &format!("{SELECT} WHERE id = ?1"), [run.0], from_row)?;
    found.ok_or_else(|| StoreError::NoSuchRun(run).into())
}

fn from_row(row: &Row<'_>) -> Step<Run> {
    Ok(Run {
        id: RunId(row.get("id")?),
        mode: word(row, "mode", "a mode", |text| Mode::ALL.into_iter().find(|mode| mode.as_str() == text))?,
        is_quick: row.get("is_quick")?,
        rehearsal: row.get("rehearsal")?,
        state: word(row, "state", "a state of a run", State::parse)?,
        paused_until_ms: row.get("paused_until_ms")?,
        end: json_if_any(row, "end_json", "the end of a run")?,
        sessions: row.get("sessions")?,
        cost_usd: row.get("cost_usd")?,
        sandbox: word(row, "sandbox", "a sandbox level", parse_word)?,
        started_at_ms: row.get("started_at_ms")?,
        ended_at_ms: row.get("ended_at_ms")?,
    })
}
