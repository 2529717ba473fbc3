//! What a caller is told when something did not happen.

use harness_agent::locate::LocateError;
use harness_engine::{EngineError, accounts::AccountError, git::GitError, redact};
use harness_store::StoreError;
use serde::{Deserialize, Serialize};
use specta::Type;
use std::path::Path;

/// What sort of failure it is. Each exists because a client does something else for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// What was given cannot be used: mend the input.
    BadInput,
    /// What was named does not exist: read the list anew.
    NotFound,
    /// Someone else was faster, or the name is taken.
    Conflict,
    /// A rule says no.
    Refused,
    /// Not as things stand; the message says what has to happen first.
    NotPossibleNow,
    /// Something else has it: try again later.
    Busy,
    /// Nobody is logged in.
    Unauthorized,
    /// This caller may not.
    Forbidden,
    /// What it needs is not there on this machine.
    Unavailable,
    /// A fault of the product; `incident` finds it in the log.
    Internal,
}

/// Why something did not happen. Safe to show: no secret, no path outside the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What programs branch on.
    pub code: ErrorCode,
    /// What people read.
    pub message: String,
    /// What to do, when the message does not say it.
    pub hint: Option<String>,
    /// For a fault of the product: what to look for in the log.
    pub incident: Option<String>,
    /// Whether the input had the procedure's shape and was refused for what it says. HTTP has a status of its own for that.
    #[serde(skip)]
    pub is_understood: bool,
}

impl ApiError {
    /// A failure of that sort in these words, without a hint.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, incident: None, is_understood: false }
    }

    pub(crate) fn bad_input(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadInput, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound, message)
    }

    pub(crate) fn not_now(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotPossibleNow, message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same without secrets, and without directories that are not the caller's business: those of `known` and
    /// what lies in them stay as they are, of every other path only the last part.
    pub(crate) fn presentable(mut self, known: &[&Path]) -> Self {
        self.message = without_paths(&redact::owned(self.message), known);
        self.hint = self.hint.map(|hint| without_paths(&redact::owned(hint), known));
        self
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        let code = match &error {
            EngineError::Store(error) => store_code(error),
            EngineError::Git(error) => git_code(error),
            EngineError::NoSuchProject { .. } | EngineError::NotAProject { .. } | EngineError::NoSuchSpec { .. } => {
                ErrorCode::NotFound
            }
            EngineError::SpecChanged { .. } | EngineError::DraftChanged => ErrorCode::Conflict,
            EngineError::HeldByAnother { .. } => ErrorCode::Busy,
            EngineError::ProjectMissing { .. }
            | EngineError::NoSpec { .. }
            | EngineError::CheckpointUnusable { .. }
            | EngineError::Policy(_) => ErrorCode::NotPossibleNow,
            EngineError::Refused(_) | EngineError::NotStill(_) => ErrorCode::NotPossibleNow,
            EngineError::NotAProjectsPlace { .. } => ErrorCode::Refused,
            EngineError::Spec { .. }
            | EngineError::Manifest(_)
            | EngineError::Prompt(_)
            | EngineError::Scenario(_)
            | EngineError::Dependency(_)
            | EngineError::Batch(_) => ErrorCode::BadInput,
            EngineError::Home { .. }
            | EngineError::NoSandbox { .. }
            | EngineError::Locate(_)
            | EngineError::Start(_)
            | EngineError::Secrets(_)
            | EngineError::Check(_) => ErrorCode::Unavailable,
            EngineError::Account(error) => account_code(error),
            EngineError::NotSaved(within) => return ApiError { message: error.to_string(), ..inner(within) },
            EngineError::File { source, .. } => file_code(source),
        };
        let hint = match &error {
            EngineError::NoSpec { .. } => Some("Write a specification first."),
            EngineError::Locate(LocateError::NotFound { .. }) => {
                Some("Install the Claude CLI, or choose one in the settings.")
            }
            EngineError::NoSandbox { .. } => {
                Some("The project's settings choose how strong the walls must be; the setup says how to get them.")
            }
            _ => None,
        };
        Self { hint: hint.map(str::to_owned), ..Self::new(code, error.to_string()) }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        EngineError::from(error).into()
    }
}

impl From<GitError> for ApiError {
    fn from(error: GitError) -> Self {
        EngineError::from(error).into()
    }
}

fn inner(error: &EngineError) -> ApiError {
    let code = match error {
        EngineError::Git(error) => git_code(error),
        EngineError::Store(error) => store_code(error),
        _ => ErrorCode::NotPossibleNow,
    };
    ApiError::new(code, String::new())
}

fn file_code(source: &std::io::Error) -> ErrorCode {
    match source.kind() {
        std::io::ErrorKind::NotFound => ErrorCode::NotFound,
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => ErrorCode::Refused,
        std::io::ErrorKind::AlreadyExists => ErrorCode::Conflict,
        _ => ErrorCode::Unavailable,
    }
}

fn account_code(error: &AccountError) -> ErrorCode {
    use AccountError as E;
    match error {
        E::BadName(_) | E::WeakPassword(_) | E::NotImportable { .. } | E::BadDays | E::ScopedAdmin => {
            ErrorCode::BadInput
        }
        // Not `unauthorized`: the session is fine, and nobody has to sign in again.
        E::WrongPassword => ErrorCode::BadInput,
        E::WrongLogin | E::DeadLink | E::DeadCode | E::SignedOut => ErrorCode::Unauthorized,
        E::AlreadySetUp => ErrorCode::Conflict,
        E::Yourself => ErrorCode::Refused,
        E::TooManySignIns => ErrorCode::Busy,
        E::Hashing(_) => ErrorCode::Internal,
    }
}

fn store_code(error: &StoreError) -> ErrorCode {
    use StoreError as E;
    match error {
        E::Locked { .. } => ErrorCode::Busy,
        E::ReadOnly { .. }
        | E::DiskFull { .. }
        | E::Corrupt { .. }
        | E::NewerDatabase { .. }
        | E::CannotOpen { .. } => ErrorCode::Unavailable,
        E::Sqlite { .. } | E::BadValue { .. } | E::SessionExists(_) => ErrorCode::Internal,
        E::NoSuchFeature(_)
        | E::NoSuchRun(_)
        | E::NoSuchSession(_)
        | E::NoSuchEvidence(_)
        | E::NoSuchRequest(_)
        | E::NoSuchCheckpoint(_)
        | E::NoSuchRemoval(_)
        | E::NoSuchInterview(_)
        | E::NoSuchImage(_)
        | E::NoSuchProject(_)
        | E::NoSuchUser(_)
        | E::NoSuchDevice(_)
        | E::NoSuchToken(_) => ErrorCode::NotFound,
        E::EmptyName { .. }
        | E::TooMuch { .. }
        | E::UnknownDependency { .. }
        | E::UnknownIndex { .. }
        | E::UnknownParent { .. }
        | E::ParentOfNonFix { .. }
        | E::SelfDependency { .. }
        | E::NotABug(_)
        | E::NotAsked { .. }
        | E::NotJson { .. }
        | E::NoProjectName
        | E::PathNotText { .. }
        | E::NotImportable { .. } => ErrorCode::BadInput,
        E::NameTaken { .. }
        | E::PathTaken { .. }
        | E::UserTaken { .. }
        | E::IdsTaken { .. }
        | E::AlreadyAnswered(_)
        | E::InterviewOpen(_) => ErrorCode::Conflict,
        E::Cycle { .. } | E::LastAdmin => ErrorCode::Refused,
        E::AlreadyClaimed { .. }
        | E::HoldsAnother { .. }
        | E::NotReady { .. }
        | E::AlreadyPassing { .. }
        | E::OtherRank { .. }
        | E::NotClaimable { .. }
        | E::Unlawful { .. }
        | E::NotPassing { .. }
        | E::NeedsClaim { .. }
        | E::NeedsProof { .. }
        | E::EvidenceRefused { .. }
        | E::FixesOpen { .. }
        | E::NoFixes { .. }
        | E::UnlawfulRun(_)
        | E::RunEnded(_)
        | E::RequestWithdrawn(_)
        | E::TooManyImages { .. }
        | E::InterviewOver(_) => ErrorCode::NotPossibleNow,
    }
}

fn git_code(error: &GitError) -> ErrorCode {
    match error {
        GitError::UnknownCommit { .. } => ErrorCode::NotFound,
        GitError::IndexLocked { .. } | GitError::ChangedMeanwhile { .. } => ErrorCode::Busy,
        GitError::Git { .. } | GitError::Io { .. } => ErrorCode::Unavailable,
        _ => ErrorCode::NotPossibleNow,
    }
}

/// `text` with every absolute path that is not in one of `known` cut down to its last part.
fn without_paths(text: &str, known: &[&Path]) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('/') {
        let begins = rest[..at].chars().next_back().is_none_or(|before| !is_of_path(before) && before != ':');
        let path = &rest[at..];
        if let Some(root) = known.iter().filter_map(|root| root.to_str()).find(|root| lies_in(path, root)) {
            kept.push_str(&rest[..at + root.len()]);
            rest = &rest[at + root.len()..];
            let end = rest.find(|c| !is_of_path(c)).unwrap_or(rest.len());
            kept.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let end = path.find(|c| !is_of_path(c)).unwrap_or(path.len());
        let last = path[..end].trim_end_matches(['/', '.']).rfind('/').unwrap_or(0);
        kept.push_str(&rest[..at]);
        if begins && last > 0 {
            kept.push('…');
            kept.push_str(&path[last..end]);
        } else {
            kept.push_str(&path[..end]);
        }
        rest = &path[end..];
    }
    kept.push_str(rest);
    kept
}

fn lies_in(path: &str, root: &str) -> bool {
    let root_end = path.strip_prefix(root).map(|rest| rest.chars().next());
    root.len() > 1 && root_end.is_some_and(|next| next.is_none_or(|next| next == '/' || !is_of_path(next)))
}

fn is_of_path(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '~' | '+' | '@' | '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_the_projects_paths_and_of_others_only_the_last_part() {
        let project = Path::new("/home/ada/my project");
        let told = |text: &str| without_paths(text, &[project]);
        assert_eq!(told("/home/ada/my project/src/a.js: gone"), "/home/ada/my project/src/a.js: gone");
        assert_eq!(told("cannot read /home/ada/.ssh/id_rsa."), "cannot read …/id_rsa.");
        assert_eq!(told("use cargo/npm, see https://example.org/a/b"), "use cargo/npm, see https://example.org/a/b");
        assert_eq!(told("(/var/lib/data/app.sqlite)"), "(…/app.sqlite)");
        assert_eq!(told("/home/ada/my projects/x"), "…/my projects/x", "a neighbour is not the project");
    }

    #[test]
    fn what_a_client_branches_on_follows_from_what_went_wrong() {
        let code = |error: EngineError| ApiError::from(error).code;
        assert_eq!(code(StoreError::NoSuchFeature(harness_domain::id::FeatureId(3)).into()), ErrorCode::NotFound);
        assert_eq!(code(StoreError::NameTaken { name: "a".into() }.into()), ErrorCode::Conflict);
        assert_eq!(code(EngineError::HeldByAnother { home: "/x".into(), holder: None }), ErrorCode::Busy);
        assert_eq!(code(EngineError::Refused("no".into())), ErrorCode::NotPossibleNow);
    }
}
