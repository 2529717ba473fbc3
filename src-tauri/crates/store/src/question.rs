//! Questions that an agent asked and a person has to answer.

use crate::{
    database::Step,
    error::{Result, StoreError},
    feature::{Card, change, resting_status},
    project_store::{Cause, ProjectStore},
    row::{all, check_json, execute, first, new_id},
};
use harness_domain::{
    feature::Status,
    id::{FeatureId, QuestionId, SessionId},
};
use rusqlite::{Connection, Row};
use serde::Serialize;

/// A question, and its answer once there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Its number within the project.
    pub id: QuestionId,
    /// The card it is about.
    pub feature: FeatureId,
    /// Who asked.
    pub session: SessionId,
    /// What is asked, as JSON text.
    pub fields_json: String,
    /// UTC, in milliseconds since 1970.
    pub asked_at_ms: i64,
    /// The answer, as JSON text.
    pub answer_json: Option<String>,
    /// UTC, in milliseconds since 1970.
    pub answered_at_ms: Option<i64>,
}

impl ProjectStore {
    /// Stores a question; its card waits for a person and its claim ends. The card's note becomes `cause.reason`, so
    /// that is the place for the question in words.
    ///
    /// Fails with `NoSuchFeature`, `NotJson`, or `Unlawful` when the card cannot wait for a person now (it passes).
    pub fn question_ask(
        &self,
        feature: FeatureId,
        session: &SessionId,
        fields_json: &str,
        cause: &Cause,
    ) -> Result<QuestionId> {
        let (session, fields_json, cause) = (session.clone(), fields_json.to_owned(), cause.clone());
        self.db.write(move |tx| {
            check_json(&fields_json, "the question")?;
            let card = Card::load(tx, feature)?;
            if card.status != Status::NeedsInput {
                change(tx, &card, Status::NeedsInput, &cause)?;
            }
            execute(tx, "UPDATE feature SET note = ?2 WHERE id = ?1", (feature.0, &cause.reason))?;
            insert(tx, feature, &session, &fields_json, cause.at_ms)
        })
    }

    /// Questions without an answer whose card waits for one, oldest first.
    pub fn questions_open(&self) -> Result<Vec<Question>> {
        const SQL: &str = "SELECT question.* FROM question JOIN feature ON feature.id = feature_id \
                           WHERE answer_json IS NULL AND status = 'needs_input' ORDER BY question.id";
        self.db.read(|connection| all(connection, SQL, (), from_row))
    }

    /// Every question about a card, oldest first, with the answers for its next prompt.
    pub fn questions_of(&self, feature: FeatureId) -> Result<Vec<Question>> {
        const SQL: &str = "SELECT * FROM question WHERE feature_id = ?1 ORDER BY id";
        self.db.read(|connection| all(connection, SQL, [feature.0], from_row))
    }

    /// Stores an answer; the card waits for its turn again when it was the last open question about it.
    ///
    /// A card that no longer waits for a person stays as it is. Fails with `NoSuchQuestion`, `AlreadyAnswered` or
    /// `NotJson`.
    pub fn question_answer(&self, id: QuestionId, answer_json: &str, cause: &Cause) -> Result<Question> {
        let (answer_json, cause) = (answer_json.to_owned(), cause.clone());
        self.db.write(move |tx| {
            check_json(&answer_json, "the answer")?;
            let question = load(tx, id)?;
            if question.answer_json.is_some() {
                return Err(StoreError::AlreadyAnswered(id).into());
            }
            let sql = "UPDATE question SET answer_json = ?2, answered_at_ms = ?3 WHERE id = ?1";
            execute(tx, sql, (id.0, &answer_json, cause.at_ms))?;
            let sql = "SELECT 1 FROM question WHERE feature_id = ?1 AND answer_json IS NULL";
            let has_more = first(tx, sql, [question.feature.0], |_| Ok(()))?.is_some();
            let card = Card::load(tx, question.feature)?;
            if card.status == Status::NeedsInput && !has_more {
                change(tx, &card, resting_status(&card), &cause)?;
            }
            load(tx, id)
        })
    }
}

/// Stores the row alone.
pub(crate) fn insert(
    tx: &Connection,
    feature: FeatureId,
    session: &SessionId,
    fields_json: &str,
    at_ms: i64,
) -> Step<QuestionId> {
    let sql = "INSERT INTO question (feature_id, session, fields_json, asked_at_ms) VALUES (?1, ?2, ?3, ?4)";
    execute(tx, sql, (feature.0, &session.0, fields_json, at_ms))?;
    Ok(QuestionId(new_id(tx)))
}

fn load(connection: &Connection, id: QuestionId) -> Step<Question> {
    let found = first(connection, "SELECT * FROM question WHERE id = ?1", [id.0], from_row)?;
    found.ok_or_else(|| StoreError::NoSuchQuestion(id).into())
}

fn from_row(row: &Row<'_>) -> Step<Question> {
    Ok(Question {
        id: QuestionId(row.get("id")?),
        feature: FeatureId(row.get("feature_id")?),
        session: SessionId(row.get("session")?),
        fields_json: row.get("fields_json")?,
        asked_at_ms: row.get("asked_at_ms")?,
        answer_json: row.get("answer_json")?,
        answered_at_ms: row.get("answered_at_ms")?,
    })
}
