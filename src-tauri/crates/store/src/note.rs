//! Small state of the host, by key.
use crate::{database::unbuilt, error::Result, project_store::ProjectStore};

impl ProjectStore {
    /// The text stored under `key`, if any.
    pub fn note(&self, key: &str) -> Result<Option<String>> {
        let _ = key;
        unbuilt()
    }
    /// Stores text under `key`; none removes it.
    pub fn set_note(&self, key: &str, value: Option<&str>) -> Result<()> {
        let _ = (key, value);
        unbuilt()
    }
}
