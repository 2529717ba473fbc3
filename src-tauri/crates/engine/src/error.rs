//! What can go wrong in a use case, with what the person can do about it.

use crate::{accounts::AccountError, check::CheckError, git::GitError, instance::Holder, secrets::SecretsError};
use harness_agent::{StartError, locate::LocateError, process::NotFrozen};
use harness_domain::{
    dependencies::DependencyError,
    id::CheckpointId,
    prompt::PromptError,
    spec::{SpecError, manifest::ManifestError},
    split::BatchError,
};
use harness_rehearsal::ScenarioError;
use harness_sandbox::policy::PolicyError;
use harness_store::StoreError;
use std::path::PathBuf;
use thiserror::Error;

/// Why a use case did not happen. Nothing was half done.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The data directory cannot be used.
    #[error("the data directory {} cannot be used: {detail}", .path.display())]
    Home {
        /// Which.
        path: PathBuf,
        /// In the operating system's words, or what to do.
        detail: String,
    },
    /// Another process runs agents in this data directory.
    #[error("{}", held_by(.holder.as_ref(), .home))]
    HeldByAnother {
        /// The data directory.
        home: PathBuf,
        /// Who, when it could be read.
        holder: Option<Holder>,
    },
    /// The project's directory is not there.
    #[error("{} is not there: {detail}", .path.display())]
    ProjectMissing {
        /// Where it should be.
        path: PathBuf,
        /// In the operating system's words.
        detail: String,
    },
    /// A project may not be at that place.
    #[error("{} cannot be a project: {why}", .path.display())]
    NotAProjectsPlace {
        /// Where, with links followed.
        path: PathBuf,
        /// In words, with what to do.
        why: String,
    },
    /// No project of that name or directory is registered.
    #[error(
        "no project is registered as {name:?}; `harness projects list` shows those that are, `harness projects add DIR` registers one"
    )]
    NoSuchProject {
        /// What was asked for.
        name: String,
    },
    /// The directory belongs to no project yet, and looking does not make it one.
    #[error("{} is no project yet: `harness run DIR` or `harness projects add DIR` makes it one", .dir.display())]
    NotAProject {
        /// What was named.
        dir: PathBuf,
    },
    /// A run needs a specification and finds none.
    #[error(
        "there is no specification: write what is to be built to {}, or name a file with --spec",
        .expected.display()
    )]
    NoSpec {
        /// Where it is looked for first.
        expected: PathBuf,
    },
    /// A specification cannot be used.
    #[error("{}: {source}", .path.display())]
    Spec {
        /// Which.
        path: PathBuf,
        /// Why.
        source: SpecError,
    },
    /// There is no specification of that name.
    #[error("there is no specification {name:?}")]
    NoSuchSpec {
        /// What was asked for.
        name: String,
    },
    /// Someone else wrote a specification since it was read.
    #[error("{file} changed since you read it; read it again, so that nothing of either text is lost")]
    SpecChanged {
        /// Relative to the project.
        file: String,
    },
    /// An interview's draft is not what the person looked at when they accepted it.
    #[error("the draft is another one than you looked at: look at it again, then accept it")]
    DraftChanged,
    /// The list of specifications cannot be used.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A file of the project or the product could not be read or written.
    #[error("{} could not be {action}: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// `read`, `written` or `made`.
        action: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// Sessions would run without the operating system's walls.
    #[error(
        "the operating system's walls around agents are weaker here than this run asks for: {}. Mend that, or accept the risk with --require-sandbox partial or --without-sandbox",
        .missing.join("; ")
    )]
    NoSandbox {
        /// What is missing, and how to get it.
        missing: Vec<String>,
    },
    /// What was asked of a card is not possible as things stand.
    #[error("{0}")]
    Refused(String),
    /// Processes of a session went on where the host needs them to stand still.
    #[error("the repository was not touched: {0}")]
    NotStill(#[from] NotFrozen),
    /// A checkpoint cannot be used.
    #[error(
        "checkpoint {checkpoint} cannot be used: {detail}. Nothing was changed; `harness checkpoint list` shows the others"
    )]
    CheckpointUnusable {
        /// Which.
        checkpoint: CheckpointId,
        /// Why.
        detail: String,
    },
    /// The project could not be saved, and what was to follow could lose work.
    #[error("the project could not be saved, so nothing was started: {0}")]
    NotSaved(Box<EngineError>),
    /// A question of the database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A question of the repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A check could not be run at all.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// The CLI is not there or not usable.
    #[error(transparent)]
    Locate(#[from] LocateError),
    /// The CLI could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A prompt cannot be filled in.
    #[error(transparent)]
    Prompt(#[from] PromptError),
    /// The account that is to pay cannot be used.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// A rehearsal's scenario cannot be used.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// A policy file is broken, and no run starts on half a policy.
    #[error("{0}; until then nothing is run. `harness policy path` lists the files")]
    Policy(#[from] PolicyError),
    /// Dependencies that cannot be.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
    /// Somebody was not let in, or not made.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// A batch of cards that refers to entries it does not have.
    #[error(transparent)]
    Batch(#[from] BatchError),
}

impl EngineError {
    /// A stable word that programs branch on.
    pub fn code(&self) -> &'static str {
        match self {
            EngineError::Home { .. } => "data_directory",
            EngineError::HeldByAnother { .. } => "held_by_another",
            EngineError::ProjectMissing { .. }
            | EngineError::Git(GitError::Missing { .. })
            | EngineError::Check(CheckError::DirectoryMissing { .. }) => "project_missing",
            EngineError::NotAProjectsPlace { .. } => "not_a_projects_place",
            EngineError::NoSuchProject { .. } | EngineError::NotAProject { .. } => "no_such_project",
            EngineError::NoSpec { .. } | EngineError::NoSuchSpec { .. } => "no_spec",
            EngineError::SpecChanged { .. } => "spec_changed",
            EngineError::DraftChanged => "draft_changed",
            EngineError::Spec { .. } | EngineError::Manifest(_) => "bad_spec",
            EngineError::File { .. } => "file",
            EngineError::NoSandbox { .. } => "no_sandbox",
            EngineError::Refused(_) | EngineError::NotStill(_) => "refused",
            EngineError::CheckpointUnusable { .. } | EngineError::NotSaved(_) => "checkpoint",
            EngineError::Store(error) => of_store(error),
            EngineError::Git(_) => "repository",
            EngineError::Check(_) => "check",
            EngineError::Locate(_) => "cli_not_found",
            EngineError::Start(_) => "cli_not_started",
            EngineError::Prompt(_) => "prompt",
            EngineError::Scenario(_) => "scenario",
            EngineError::Policy(_) => "bad_policy",
            EngineError::Secrets(_) => "no_account",
            EngineError::Account(_) => "account",
            EngineError::Dependency(_) | EngineError::Batch(_) => "dependencies",
        }
    }
}

/// A rule that the board keeps is no fault of the database that keeps the board.
fn of_store(error: &StoreError) -> &'static str {
    use StoreError as E;
    match error {
        E::Locked { .. }
        | E::ReadOnly { .. }
        | E::DiskFull { .. }
        | E::Corrupt { .. }
        | E::NewerDatabase { .. }
        | E::CannotOpen { .. }
        | E::Sqlite { .. }
        | E::BadValue { .. } => "database",
        E::NoSuchFeature(_)
        | E::NoSuchRun(_)
        | E::NoSuchSession(_)
        | E::NoSuchEvidence(_)
        | E::NoSuchRequest(_)
        | E::NoSuchCheckpoint(_)
        | E::NoSuchRemoval(_)
        | E::NoSuchProject(_)
        | E::NoSuchUser(_)
        | E::NoSuchDevice(_)
        | E::NoSuchToken(_) => "not_found",
        _ => "refused",
    }
}

fn held_by(holder: Option<&Holder>, home: &std::path::Path) -> String {
    match holder {
        Some(holder) => format!(
            "{} is in use by process {} ({}). Wait for it, stop it with `harness stop --project DIR`, \
             or use another data directory (HARNESS_HOME).",
            home.display(),
            holder.pid,
            holder.activity
        ),
        None => format!(
            "{} is in use by another process. Wait for it, or use another data directory (HARNESS_HOME).",
            home.display()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness_domain::id::FeatureId;

    #[test]
    fn a_rule_of_the_board_is_not_told_as_a_fault_of_the_database() {
        let code = |error: StoreError| EngineError::from(error).code();
        assert_eq!(code(StoreError::NotABug(FeatureId(1))), "refused", "the caller asked for what may not be");
        assert_eq!(code(StoreError::NoSuchFeature(FeatureId(1))), "not_found", "or for what is not there");
    }
}
