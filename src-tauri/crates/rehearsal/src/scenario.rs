//! Scenarios: what the scripted model says, by role.

use crate::{
    ScenarioError,
    compile::{Compiled, compile},
    files::{self, Files},
    format::ScenarioFile,
    script::Step,
};
use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

/// A script for the model, complete with every file it writes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Scenario(Arc<Contents>);

#[derive(Debug)]
struct Contents {
    name: String,
    title: String,
    spec: Option<String>,
    person_actions: Vec<PersonAction>,
    roles: BTreeMap<String, Vec<Step>>,
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
    /// Fails with [`ScenarioError`] when there is neither, or when the scenario has a fault: files are read and
    /// references checked now. A built-in name goes before a file of that name; `./demo` means the file.
    pub fn load(name_or_path: &str) -> Result<Self, ScenarioError> {
        if let Some((yaml, files)) = files::builtin(name_or_path) {
            return Self::read(yaml, name_or_path, &files);
        }
        let path = Path::new(name_or_path);
        if !path.is_file() {
            let builtin = Self::builtin_names().into_iter().map(str::to_owned).collect();
            return Err(ScenarioError::Unknown { name: name_or_path.into(), builtin });
        }
        let yaml =
            fs::read_to_string(path).map_err(|source| ScenarioError::Unreadable { path: path.to_owned(), source })?;
        // `parent` of a bare file name is the empty path, which is no directory one could resolve.
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self::read(&yaml, name_or_path, &Files::in_directory(directory))
    }

    /// Reads a scenario from text. Files that it names are looked up below `base_dir`. Fails as [`Scenario::load`] does.
    pub fn parse(yaml: &str, base_dir: &Path) -> Result<Self, ScenarioError> {
        Self::read(yaml, "(text)", &Files::in_directory(base_dir))
    }

    fn read(yaml: &str, label: &str, files: &Files) -> Result<Self, ScenarioError> {
        // Words such as `yes` and `on` stay words: scripts are full of them.
        let options = serde_saphyr::options! { strict_booleans: true };
        let file: ScenarioFile = serde_saphyr::from_str_with_options(yaml, options)
            .map_err(|error| ScenarioError::Malformed { scenario: label.into(), problem: error.to_string() })?;
        let Compiled { spec, roles } = compile(&file, label, files)?;
        let person_actions = file.person.into_iter().map(|entry| PersonAction {
            after_passing: entry.after_passing,
            report_bug: BugReport {
                name: entry.report_bug.name,
                description: entry.report_bug.description,
                steps: entry.report_bug.steps,
            },
        });
        Ok(Self(Arc::new(Contents {
            name: file.name.value,
            title: file.title,
            spec,
            person_actions: person_actions.collect(),
            roles,
        })))
    }

    /// The names [`Scenario::load`] knows, sorted.
    pub fn builtin_names() -> Vec<&'static str> {
        files::builtin_names()
    }

    /// Its name: one word.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What a person sees it called; says that it is a rehearsal.
    pub fn title(&self) -> &str {
        &self.0.title
    }

    /// The specification that the host writes to `prompts/app_spec.txt` when the project has none.
    pub fn spec(&self) -> Option<&str> {
        self.0.spec.as_deref()
    }

    /// What a person does on the way, in order.
    pub fn person_actions(&self) -> &[PersonAction] {
        &self.0.person_actions
    }

    /// The script of a role, if it has one.
    pub(crate) fn script(&self, role: &str) -> Option<&[Step]> {
        self.0.roles.get(role).map(Vec::as_slice)
    }
}
