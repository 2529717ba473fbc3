//! What an interview's agent may do: put parts into the draft, and look at it.

use super::talk::{Talk, draft_of};
use crate::{EngineError, redact};
use harness_domain::{legible::without_hidden, spec::Spec};
use serde::Serialize;
use std::sync::Arc;

/// The draft of one interview. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    pub(super) talk: Arc<Talk>,
}

/// How a draft stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftState {
    /// How much of what helps is there, from 0 to 100.
    pub score: u8,
    /// The parts that are there, in order.
    pub sections: Vec<String>,
    /// The parts that help and are not there.
    pub missing: Vec<String>,
    /// What could be better, as sentences.
    pub warnings: Vec<String>,
}

impl Desk {
    /// Puts a part into the draft, in the place of what it said before; an empty text takes it out.
    ///
    /// Fails with `Refused` when the part is no lawful one or the interview is over. Credentials are left out, and so is
    /// what nobody can see.
    pub fn put(&self, section: &str, text: &str) -> Result<DraftState, EngineError> {
        let Talk { project, id, .. } = self.talk.as_ref();
        // Between the look at the draft and its replacement no other call may write.
        let _alone = self.talk.drafting();
        let mut draft = draft_of(&project.store.interview(*id)?.draft);
        // A person accepts what they see, and other agents obey all of it.
        draft
            .put(section, &without_hidden(&redact::text(text)))
            .map_err(|error| EngineError::Refused(error.to_string()))?;
        let json = serde_json::to_string(&draft).map_err(|error| EngineError::Refused(error.to_string()))?;
        project.store.interview_draft(*id, &json)?;
        self.talk.tell();
        Ok(state(&draft.text()))
    }

    /// The draft as it is now, and how it stands.
    pub fn read(&self) -> Result<(String, DraftState), EngineError> {
        let text = draft_of(&self.talk.project.store.interview(self.talk.id)?.draft).text();
        let state = state(&text);
        Ok((text, state))
    }
}

fn state(text: &str) -> DraftState {
    let (spec, problem) = Spec::look(text);
    let warnings = spec.warnings.iter().map(ToString::to_string);
    DraftState {
        score: spec.score,
        sections: spec.sections.iter().map(|section| section.tag.clone()).collect(),
        missing: spec.missing.clone(),
        warnings: problem.map(|problem| problem.to_string()).into_iter().chain(warnings).collect(),
    }
}
