//! The machine and the person's settings.

use super::HealthCheck;
use harness_domain::{evidence::SandboxLevel, id::ProjectId};
use serde::{Deserialize, Serialize};
use specta::Type;
use std::collections::BTreeMap;

/// What this machine has of what runs need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SetupStatus {
    /// Of this program.
    pub version: String,
    /// Where the product keeps its state.
    pub data_dir: String,
    /// The Claude CLI and its login.
    pub claude: ClaudeStatus,
    /// The git program.
    pub git: GitStatus,
    /// The operating system's walls.
    pub sandbox: SandboxStatus,
    /// Where the API key is kept.
    pub keychain: KeychainStatus,
    /// All of it as a list, with what else was looked at.
    pub checks: Vec<HealthCheck>,
}

/// The Claude CLI and its login.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ClaudeStatus {
    /// Whether a usable CLI is there.
    pub is_found: bool,
    /// Where.
    pub path: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// What sessions log in with.
    pub login: Login,
    /// Whose account it is, where the CLI says.
    pub account: Option<String>,
    /// What is wrong, in a sentence.
    pub problem: Option<String>,
    /// What to do about it.
    pub fix: Option<String>,
}

/// What sessions log in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Login {
    /// The subscription that the CLI is logged in to.
    Subscription,
    /// An API key.
    ApiKey,
    /// Nothing: only rehearsals can run.
    None,
    /// It could not be found out.
    Unknown,
}

/// The git program. The product itself does not need it; agents look at history with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct GitStatus {
    /// Whether it is there.
    pub is_found: bool,
    /// Where.
    pub path: Option<String>,
    /// What to do when it is not.
    pub fix: Option<String>,
}

/// The operating system's walls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SandboxStatus {
    /// How strong they are.
    pub level: SandboxLevel,
    /// What they are made of, in words.
    pub kind: String,
    /// What is missing, and how to get it.
    pub missing: Vec<String>,
    /// What to do when something is missing.
    pub fix: Option<String>,
}

/// Where the API key is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct KeychainStatus {
    /// Whether the operating system's keychain can be used.
    pub is_available: bool,
    /// Whether a key is stored in it.
    pub has_key: bool,
    /// What pays for runs.
    pub payer: PayerChoice,
    /// What is wrong, in a sentence.
    pub problem: Option<String>,
}

/// What pays for runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PayerChoice {
    /// The key in the keychain if there is one, else the one in the environment, else the subscription.
    Auto,
    /// The key in the keychain.
    Keychain,
    /// The key in `ANTHROPIC_API_KEY`.
    Environment,
    /// The login of the Claude CLI, whatever keys there are.
    Subscription,
}

/// The CLI's own login, to be run in a terminal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LoginCommand {
    /// The program.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
}

/// An API key to keep in this machine's keychain.
#[derive(Clone, Deserialize, Type)]
pub struct NewApiKey {
    /// The key as it was issued.
    pub key: String,
}

/// Which way runs are to be paid.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct ChoosePayer {
    /// What pays from the next run on.
    pub payer: PayerChoice,
}

/// Whose walls are to be proven.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct ProveSandbox {
    /// With this project's walls; none for walls as any project has them.
    #[serde(default)]
    #[specta(optional)]
    pub project: Option<ProjectId>,
}

/// Real attempts to get out of the walls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SandboxProof {
    /// Each attempt.
    pub attempts: Vec<SandboxAttempt>,
    /// How many were held.
    pub held: u32,
    /// How many were made.
    pub total: u32,
    /// How strong the walls claim to be.
    pub level: SandboxLevel,
}

/// One attempt to get out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SandboxAttempt {
    /// A stable word.
    pub id: String,
    /// What was tried.
    pub title: String,
    /// Whether the walls held; none when it could not be tried here.
    pub is_held: Option<bool>,
    /// What was seen.
    pub detail: String,
    /// How long it took, in milliseconds.
    pub ms: u32,
}

/// What the person chose for all projects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AppSettings {
    /// Keep the machine awake while a run goes on.
    pub keep_awake: bool,
    /// What the desktop tells of.
    pub notify: NotifySettings,
    /// Closing the window leaves runs going, with an icon in the tray.
    pub close_to_tray: bool,
    /// Sounds.
    pub is_sound_on: bool,
    /// Confetti when everything passes.
    pub is_confetti_on: bool,
    /// The model for runs of projects that chose none.
    pub default_model: Option<String>,
    /// The budget of runs that choose none, in US dollars.
    #[specta(type = Option<specta_typescript::Number>)]
    pub default_budget_usd: Option<f64>,
    /// How a file is opened: a command with `{path}` and `{line}`; none for the operating system's choice.
    pub editor_command: Option<String>,
    /// How it looks.
    pub theme: Theme,
    /// Keys that were changed: what they do, and the keys.
    pub shortcuts: BTreeMap<String, String>,
}

impl Default for AppSettings {
    fn default() -> Self {
        Self {
            keep_awake: true,
            notify: NotifySettings::default(),
            close_to_tray: false,
            is_sound_on: false,
            is_confetti_on: false,
            default_model: None,
            default_budget_usd: None,
            editor_command: None,
            theme: Theme::System,
            shortcuts: BTreeMap::new(),
        }
    }
}

/// What the desktop tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct NotifySettings {
    /// A run ended.
    pub finished: bool,
    /// Something waits for a person.
    pub needs_you: bool,
    /// A rate limit or the budget was met.
    pub limit: bool,
    /// A card was parked.
    pub blocked: bool,
}

impl Default for NotifySettings {
    fn default() -> Self {
        Self { finished: true, needs_you: true, limit: true, blocked: true }
    }
}

/// How it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the operating system says.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// High contrast.
    HighContrast,
}
