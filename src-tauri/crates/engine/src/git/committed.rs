//! Secrets that are in the repository already.

use super::{GitError, error::Doing, path::RepoPath, repository, secret};
use git2::{ObjectType, TreeWalkMode, TreeWalkResult};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// Bigger files hold data, not keys.
const SEARCHED_BYTES: usize = 1_000_000;
/// All files together.
const SEARCHED_IN_ALL: usize = 128_000_000;
/// A run must not wait longer for a warning.
const PATIENCE: Duration = Duration::from_secs(5);
/// One is worth a warning; nobody reads a thousand.
const MOST: usize = 100;

/// A file of the last commit that holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedSecret {
    /// The file.
    pub path: String,
    /// Such as `GitHub token`; never the secret.
    pub kind: &'static str,
}

/// The files of the last commit that look like secrets by name or hold one, in the repository's order; none before the first commit.
///
/// Looks at files of up to 1 MB, for at most five seconds: what it does not say is no promise.
pub fn committed_secrets(dir: &Path) -> Result<Vec<CommittedSecret>, GitError> {
    let project = repository::open(dir)?;
    let Some(tree) = project.head_tree()? else { return Ok(Vec::new()) };
    let (started, mut searched, mut found) = (Instant::now(), 0, Vec::new());
    let walked = tree.walk(TreeWalkMode::PreOrder, |above, entry| {
        if found.len() >= MOST || searched > SEARCHED_IN_ALL || started.elapsed() > PATIENCE {
            return TreeWalkResult::Abort;
        }
        if entry.kind() != Some(ObjectType::Blob) {
            return TreeWalkResult::Ok;
        }
        let path = RepoPath::from_git(&[above.as_bytes(), entry.name_bytes()].concat());
        let by_content = || {
            let (bytes, _) = project.repo.odb().and_then(|odb| odb.read_header(entry.id())).ok()?;
            if bytes > SEARCHED_BYTES {
                return None;
            }
            searched += bytes;
            let blob = project.repo.find_blob(entry.id()).ok()?;
            secret::by_content(blob.content(), || None)
        };
        if let Some(kind) = secret::by_name(&path).or_else(by_content) {
            found.push(CommittedSecret { path: path.to_string(), kind });
        }
        TreeWalkResult::Ok
    });
    match walked {
        // Stopping early is told as an error.
        Err(error) if error.code() != git2::ErrorCode::User => Err(error).doing("read the files of HEAD"),
        _ => Ok(found),
    }
}
