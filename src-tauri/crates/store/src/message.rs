//! What a person says about a card, for the next session that works on it.

use crate::{
    error::{Result, StoreError},
    project_store::ProjectStore,
    row::{all, execute, first},
};
use harness_domain::id::{FeatureId, SessionId};

impl ProjectStore {
    /// Keeps a message for the next session of a card. Fails with `NoSuchFeature`.
    pub fn message_add(&self, feature: FeatureId, text: &str, at_ms: i64) -> Result<()> {
        let text = text.to_owned();
        self.db.write(move |tx| {
            if first(tx, "SELECT 1 FROM feature WHERE id = ?1", [feature.0], |_| Ok(()))?.is_none() {
                return Err(StoreError::NoSuchFeature(feature).into());
            }
            let sql = "INSERT INTO feature_message (feature_id, text, at_ms) VALUES (?1, ?2, ?3)";
            execute(tx, sql, (feature.0, &text, at_ms))?;
            Ok(())
        })
    }

    /// Messages about a card that no session was told yet, oldest first.
    pub fn messages_untold(&self, feature: FeatureId) -> Result<Vec<String>> {
        let sql = "SELECT text FROM feature_message WHERE feature_id = ?1 AND told_session IS NULL ORDER BY id";
        self.db.read(|connection| all(connection, sql, [feature.0], |row| Ok(row.get(0)?)))
    }

    /// Notes that a session was told everything there was to tell about a card.
    pub fn messages_told(&self, feature: FeatureId, session: &SessionId) -> Result<()> {
        let session = session.0.clone();
        self.db.write(move |tx| {
            let sql = "UPDATE feature_message SET told_session = ?2 WHERE feature_id = ?1 AND told_session IS NULL";
            execute(tx, sql, (feature.0, &session))?;
            Ok(())
        })
    }
}
