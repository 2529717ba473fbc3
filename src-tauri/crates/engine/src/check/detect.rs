//! Which checks a developer would run, read from the project's files.

use harness_domain::evidence::Check;
use std::path::Path;

/// What was found in a project's directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detection {
    /// Type checks first, then lints, builds and tests.
    pub checks: Vec<Check>,
    /// What stands in the way of a check, as sentences.
    pub problems: Vec<String>,
}

/// Finds the checks of the project in `dir`, without starting anything.
pub fn detect(dir: &Path) -> Detection {
    let _ = dir;
    Detection::default()
}
