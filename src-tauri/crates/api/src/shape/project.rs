//! Projects, their settings, prompts and policy.

use super::{Ms, Usd};
use harness_domain::{
    evidence::{Check, SandboxLevel},
    id::{ProjectId, RunId},
    lifecycle::State,
    project::ProjectSettings,
    run::Mode,
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Which project.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
pub struct OfProject {
    /// Its number.
    pub project: ProjectId,
}

/// A project as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ProjectSummary {
    /// Its number.
    pub id: ProjectId,
    /// Unique.
    pub name: String,
    /// Absolute.
    pub path: String,
    /// Whether its directory is gone.
    pub is_missing: bool,
    /// What is wrong when its records cannot be read: then the rest is empty.
    pub problem: Option<String>,
    /// How many cards stand where.
    pub counts: CardCounts,
    /// The run that goes on, if one does.
    pub run: Option<RunBrief>,
    /// Approvals and questions that want an answer.
    pub open_requests: u32,
    /// Whether it has a specification.
    pub has_spec: bool,
    /// Whether its last run was a rehearsal, or it was made as one.
    pub is_rehearsal: bool,
    /// When a person last opened it.
    pub opened_at_ms: Ms,
}

/// How many cards stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CardCounts {
    /// Cards for which nothing more has to be done.
    pub done: u32,
    /// All cards.
    pub total: u32,
    /// Cards that wait for a person.
    pub needs_you: u32,
    /// Cards that are parked.
    pub blocked: u32,
}

/// A run that goes on, in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RunBrief {
    /// Its number.
    pub run: RunId,
    /// What it is for.
    pub mode: Mode,
    /// Where its life cycle stands.
    pub state: State,
    /// What it is doing, in a sentence.
    pub words: String,
    /// Whether it runs in this process; else another one has it.
    pub is_here: bool,
    /// Whether a scripted model answers.
    pub is_rehearsal: bool,
    /// When it began.
    pub started_at_ms: Ms,
    /// US dollars so far.
    pub cost_usd: Usd,
}

/// A project to make.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct NewProject {
    /// The name of its directory: letters, digits, `-`, `_`, `.` and spaces.
    pub name: String,
    /// Where the directory is made.
    pub parent_dir: String,
    /// What is put into it.
    pub template: Template,
    /// Its specification, if there is one already.
    #[serde(default)]
    #[specta(optional)]
    pub spec_text: Option<String>,
}

/// What a new project starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// Nothing but a repository.
    Empty,
    /// A small web page without a framework, with tests by node.
    WebPage,
    /// A command-line program in JavaScript, with tests by node.
    CommandLine,
    /// An HTTP service in JavaScript, with tests by node.
    HttpService,
}

/// A directory.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct AtPath {
    /// Absolute.
    pub path: String,
}

/// Where the demonstration is made.
#[derive(Debug, Clone, Default, Deserialize, Type)]
pub struct NewDemo {
    /// Where its directory is made; none for the usual place for projects.
    #[serde(default)]
    #[specta(optional)]
    pub parent_dir: Option<String>,
}

/// A new name for a project.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct RenameProject {
    /// Its number.
    pub project: ProjectId,
    /// The new name; the directory keeps its own.
    pub name: String,
}

/// A project to delete.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct DeleteProject {
    /// Its number.
    pub project: ProjectId,
    /// Its name, typed by the person.
    pub confirm_name: String,
}

/// What an import took over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ImportedProject {
    /// The project.
    pub project: ProjectSummary,
    /// Cards taken over from an older system; 0 when there were none.
    pub features: u32,
    /// What a person should know besides.
    pub remarks: Vec<String>,
}

/// What was chosen for a project, with what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ProjectSettingsView {
    /// What the person chose; absent means the default.
    pub settings: ProjectSettings,
    /// The checks the host would run now, chosen or detected.
    pub checks: Vec<Check>,
    /// What is wrong with them.
    pub check_problems: Vec<String>,
    /// The level of walls that runs need.
    pub required_sandbox: SandboxLevel,
}

/// What is chosen for a project.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct WriteProjectSettings {
    /// Its number.
    pub project: ProjectId,
    /// All of them: what is absent goes back to its default.
    pub settings: ProjectSettings,
}

/// A prompt of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PromptView {
    /// The file's name, such as `coding_prompt.md`.
    pub name: String,
    /// What agents are told now.
    pub text: String,
    /// What they are told unless the project says otherwise.
    pub default_text: String,
    /// Whether the project says otherwise.
    pub is_overridden: bool,
    /// What may stand in it in braces.
    pub placeholders: Vec<String>,
}

/// A prompt to replace.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct WritePrompt {
    /// The project.
    pub project: ProjectId,
    /// The file's name.
    pub name: String,
    /// What agents are told from the next session on.
    pub text: String,
}

/// A prompt.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct OfPrompt {
    /// The project.
    pub project: ProjectId,
    /// The file's name.
    pub name: String,
}

/// What a project's agents may run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PolicyView {
    /// The files that count, the organisation's first.
    pub files: Vec<PolicyFileView>,
    /// The built-in rules.
    pub rules: Vec<PolicyRule>,
    /// What is wrong with a file: no run starts until it is mended.
    pub problem: Option<String>,
}

/// One policy file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PolicyFileView {
    /// Whose it is: `organisation` or `project`.
    pub scope: String,
    /// Where it lies.
    pub path: String,
    /// Its entries.
    pub entries: Vec<PolicyEntry>,
    /// Whether its entries may be added and removed here.
    pub is_writable: bool,
}

/// One line of a policy file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PolicyEntry {
    /// What it does.
    pub effect: PolicyEffect,
    /// The command it is about, as written.
    pub entry: String,
}

/// What an entry of a policy file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PolicyEffect {
    /// It may be run.
    Allow,
    /// A person is asked.
    Ask,
    /// It is refused.
    Deny,
}

/// One built-in rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PolicyRule {
    /// A stable word, such as `path.outside`.
    pub id: String,
    /// What it says.
    pub words: String,
}

/// A command to judge.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct CheckCommand {
    /// The project.
    pub project: ProjectId,
    /// As a person would type it.
    pub command: String,
}

/// What the policy says of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CommandVerdict {
    /// What would happen.
    pub verdict: PolicyEffect,
    /// The rule that decides.
    pub rule: String,
    /// Why, in a sentence; what an agent would be told.
    pub reason: String,
}

/// An entry of the project's policy file.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct OfPolicyEntry {
    /// The project.
    pub project: ProjectId,
    /// What it does.
    pub effect: PolicyEffect,
    /// The command it is about.
    pub entry: String,
}

/// Which directory to list.
#[derive(Debug, Clone, Default, Deserialize, Type)]
pub struct ListDirectory {
    /// Absolute; none for the person's home directory.
    #[serde(default)]
    #[specta(optional)]
    pub path: Option<String>,
}

/// The directories in a directory, for choosing where a project is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DirectoryList {
    /// Which, with links followed.
    pub path: String,
    /// The directory it lies in, if that may be looked at.
    pub parent: Option<String>,
    /// Whether a project may be here.
    pub may_be_project: bool,
    /// The directories in it, by name; hidden ones are left out.
    pub entries: Vec<DirectoryEntry>,
}

/// A directory in a directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DirectoryEntry {
    /// Its name.
    pub name: String,
    /// Absolute.
    pub path: String,
    /// Whether it is a registered project.
    pub is_project: bool,
    /// Whether it is a git repository.
    pub is_repository: bool,
}
