//! Interviews: what was said, and the draft that came of it.

use crate::{
    database::Step,
    error::{Result, StoreError},
    project_store::ProjectStore,
    row::{all, check_json, execute, first, new_id, word},
};
use harness_domain::{
    id::{InterviewId, SessionId},
    interview::{Interview, InterviewState, Remark, Speaker},
};
use rusqlite::{Connection, Row};

/// An interview as it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct NewInterview {
    /// The specification that it is about.
    pub spec: String,
    /// Name of the rehearsal scenario, if a scripted model answers.
    pub rehearsal: Option<String>,
    /// The model, if not the CLI's default.
    pub model: Option<String>,
    /// Money to spend at most, in US dollars.
    pub budget_usd: f64,
    /// What it begins with, as JSON.
    pub draft: String,
}

/// An interview with what the host needs to go on with it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredInterview {
    /// The interview.
    pub interview: Interview,
    /// The CLI's newest session of it.
    pub session: Option<SessionId>,
    /// Its draft, as JSON.
    pub draft: String,
}

impl ProjectStore {
    /// Begins an interview. Fails with `InterviewOpen` while another one goes on, and with `NotJson` for the draft.
    pub fn interview_start(&self, new: NewInterview, at_ms: i64) -> Result<StoredInterview> {
        const SQL: &str = "INSERT INTO interview (spec, state, rehearsal, model, budget_usd, draft, started_at_ms) \
                           VALUES (?1, 'open', ?2, ?3, ?4, ?5, ?6)";
        self.db.write(move |tx| {
            check_json(&new.draft, "the draft")?;
            if let Some(open) = first(tx, "SELECT id FROM interview WHERE state = 'open'", (), |row| Ok(row.get(0)?))? {
                return Err(StoreError::InterviewOpen(InterviewId(open)).into());
            }
            execute(tx, SQL, (&new.spec, &new.rehearsal, &new.model, new.budget_usd, &new.draft, at_ms))?;
            load(tx, InterviewId(new_id(tx)))
        })
    }

    /// The interview that goes on, or else the last one.
    pub fn interview_latest(&self) -> Result<Option<StoredInterview>> {
        let sql = "SELECT * FROM interview ORDER BY state = 'open' DESC, id DESC LIMIT 1";
        self.db.read(|connection| first(connection, sql, (), from_row))
    }

    /// One interview. Fails with `NoSuchInterview`.
    pub fn interview(&self, id: InterviewId) -> Result<StoredInterview> {
        self.db.read(|connection| load(connection, id))
    }

    /// What was said in an interview, oldest first.
    pub fn remarks(&self, id: InterviewId) -> Result<Vec<Remark>> {
        let sql = "SELECT * FROM interview_remark WHERE interview_id = ?1 ORDER BY id";
        self.db.read(|connection| {
            all(connection, sql, [id.0], |row| {
                Ok(Remark {
                    id: row.get("id")?,
                    speaker: word(row, "speaker", "a speaker", Speaker::parse)?,
                    text: row.get("text")?,
                    at_ms: row.get("at_ms")?,
                })
            })
        })
    }

    /// Notes what was said. Fails with `NoSuchInterview`, and with `InterviewOver`.
    pub fn remark_add(&self, id: InterviewId, speaker: Speaker, text: &str, at_ms: i64) -> Result<u32> {
        let text = text.to_owned();
        self.change(id, move |tx| {
            let sql = "INSERT INTO interview_remark (interview_id, speaker, text, at_ms) VALUES (?1, ?2, ?3, ?4)";
            execute(tx, sql, (id.0, speaker.as_str(), &text, at_ms))?;
            Ok(new_id(tx))
        })
    }

    /// Replaces the draft. Fails with `NoSuchInterview`, with `InterviewOver`, and with `NotJson`.
    pub fn interview_draft(&self, id: InterviewId, draft: &str) -> Result<()> {
        let draft = draft.to_owned();
        self.change(id, move |tx| {
            check_json(&draft, "the draft")?;
            execute(tx, "UPDATE interview SET draft = ?2 WHERE id = ?1", (id.0, &draft))?;
            Ok(())
        })
    }

    /// Remembers the session that the CLI can go on from; none forgets it.
    pub fn interview_session(&self, id: InterviewId, session: Option<&SessionId>) -> Result<()> {
        let session = session.map(|session| session.0.clone());
        self.change(id, move |tx| {
            execute(tx, "UPDATE interview SET session = ?2 WHERE id = ?1", (id.0, &session))?;
            Ok(())
        })
    }

    /// Notes what was spent so far in all, also on one that is over.
    pub fn interview_cost(&self, id: InterviewId, cost_usd: f64) -> Result<()> {
        self.db.write(move |tx| {
            execute(tx, "UPDATE interview SET cost_usd = max(cost_usd, ?2) WHERE id = ?1", (id.0, cost_usd))?;
            Ok(())
        })
    }

    /// Changes what may be spent. Fails with `NoSuchInterview`, and with `InterviewOver`.
    pub fn interview_budget(&self, id: InterviewId, budget_usd: f64) -> Result<()> {
        self.change(id, move |tx| {
            execute(tx, "UPDATE interview SET budget_usd = ?2 WHERE id = ?1", (id.0, budget_usd))?;
            Ok(())
        })
    }

    /// Ends an interview. Fails with `NoSuchInterview`, and with `InterviewOver` when it had ended.
    pub fn interview_end(&self, id: InterviewId, state: InterviewState, at_ms: i64) -> Result<StoredInterview> {
        self.change(id, move |tx| {
            let sql = "UPDATE interview SET state = ?2, ended_at_ms = ?3 WHERE id = ?1";
            execute(tx, sql, (id.0, state.as_str(), at_ms))?;
            load(tx, id)
        })
    }

    fn change<T: Send + 'static>(
        &self,
        id: InterviewId,
        act: impl Fn(&Connection) -> Step<T> + Send + 'static,
    ) -> Result<T> {
        self.db.write(move |tx| {
            if load(tx, id)?.interview.state != InterviewState::Open {
                return Err(StoreError::InterviewOver(id).into());
            }
            act(tx)
        })
    }
}

fn load(connection: &Connection, id: InterviewId) -> Step<StoredInterview> {
    let found = first(connection, "SELECT * FROM interview WHERE id = ?1", [id.0], from_row)?;
    found.ok_or_else(|| StoreError::NoSuchInterview(id).into())
}

fn from_row(row: &Row<'_>) -> Step<StoredInterview> {
    let session: Option<String> = row.get("session")?;
    Ok(StoredInterview {
        interview: Interview {
            id: InterviewId(row.get("id")?),
            spec: row.get("spec")?,
            state: word(row, "state", "an interview's state", InterviewState::parse)?,
            rehearsal: row.get("rehearsal")?,
            model: row.get("model")?,
            budget_usd: row.get("budget_usd")?,
            cost_usd: row.get("cost_usd")?,
            started_at_ms: row.get("started_at_ms")?,
            ended_at_ms: row.get("ended_at_ms")?,
        },
        session: session.map(SessionId),
        draft: row.get("draft")?,
    })
}
