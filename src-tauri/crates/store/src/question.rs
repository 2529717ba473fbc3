//! Questions that an agent asked and a person has to answer.
use crate::{
    database::unbuilt,
    error::Result,
    project_store::{Cause, ProjectStore},
};
use harness_domain::id::{FeatureId, QuestionId, SessionId};
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
    /// Stores a question; its card waits for a person and its claim ends.
    ///
    /// Fails with `NoSuchFeature`, `NotJson`, or `Unlawful` when the card cannot wait for a person now (it passes).
    pub fn question_ask(
        &self,
        feature: FeatureId,
        session: &SessionId,
        fields_json: &str,
        cause: &Cause,
    ) -> Result<QuestionId> {
        let _ = (feature, session, fields_json, cause);
        unbuilt()
    }
    /// Questions without an answer whose card waits for one, oldest first.
    pub fn questions_open(&self) -> Result<Vec<Question>> {
        unbuilt()
    }
    /// Every question about a card, oldest first, with the answers for its next prompt.
    pub fn questions_of(&self, feature: FeatureId) -> Result<Vec<Question>> {
        let _ = feature;
        unbuilt()
    }
    /// Stores an answer; the card waits for its turn again when it was the last open question about it.
    ///
    /// Fails with `NoSuchQuestion`, `AlreadyAnswered` or `NotJson`.
    pub fn question_answer(&self, id: QuestionId, answer_json: &str, cause: &Cause) -> Result<Question> {
        let _ = (id, answer_json, cause);
        unbuilt()
    }
}
