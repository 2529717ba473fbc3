//! Scenarios: what the scripted model says, by role.

use crate::ScenarioError;
use std::path::Path;

/// A script for the model, complete with every file it writes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Scenario {
    name: String,
    title: String,
    spec: Option<String>,
    person_actions: Vec<PersonAction>,
}

/// Something a person does while the run goes on. The host carries it out; the scripted model has no part in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonAction {
    /// Name of the feature after whose passing, and before the next session, the person acts. Once.
    pub after_passing: String,
    /// The bug the person reports then.
    pub report_bug: BugReport,
}

/// A bug as a person reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BugReport {
    /// A short title.
    pub name: String,
    /// What is wrong.
    pub description: String,
    /// How to see it, in order.
    pub steps: Vec<String>,
}

impl Scenario {
    /// Loads a built-in scenario by name (`demo`), or the YAML file at that path.
    ///
    /// Fails with [`ScenarioError`] when there is neither, or when the scenario has a fault: nothing is found out late.
    pub fn load(name_or_path: &str) -> Result<Self, ScenarioError> {
        Err(ScenarioError::Unknown { name: name_or_path.into(), builtin: Vec::new() })
    }

    /// Reads a scenario from text. Files that it names are looked up in `base_dir` and read now.
    pub fn parse(_yaml: &str, _base_dir: &Path) -> Result<Self, ScenarioError> {
        Err(ScenarioError::Unknown { name: String::new(), builtin: Vec::new() })
    }

    /// The names [`Scenario::load`] knows, sorted.
    pub fn builtin_names() -> Vec<&'static str> {
        Vec::new()
    }

    /// Its name: one word.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a person sees it called; says that it is a rehearsal.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The specification that the host writes to `prompts/app_spec.txt` when the project has none.
    pub fn spec(&self) -> Option<&str> {
        self.spec.as_deref()
    }

    /// What a person does on the way, in order.
    pub fn person_actions(&self) -> &[PersonAction] {
        &self.person_actions
    }
}
