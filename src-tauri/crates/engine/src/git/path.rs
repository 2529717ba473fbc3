//! Paths as git knows them: bytes, relative to the project, with forward slashes.

use harness_domain::wildcard::{self, Star};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// A path inside the project, byte for byte, whatever its encoding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct RepoPath(Vec<u8>);

impl RepoPath {
    /// As git stores it.
    pub(super) fn from_git(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// As git stores it.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As this operating system writes it, relative to the project.
    pub(super) fn to_path(&self) -> PathBuf {
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            Path::new(std::ffi::OsStr::from_bytes(&self.0)).to_path_buf()
        }
        #[cfg(not(unix))]
        {
            // Git for Windows stores UTF-8, so nothing is replaced there.
            Path::new(String::from_utf8_lossy(&self.0).as_ref()).to_path_buf()
        }
    }

    /// The last component.
    pub(super) fn file_name(&self) -> &[u8] {
        self.0.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
    }

    /// The directories above it, outermost first, without the project itself.
    pub(super) fn parents(&self) -> impl DoubleEndedIterator<Item = RepoPath> + '_ {
        let slashes: Vec<usize> =
            self.0.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at).collect();
        slashes.into_iter().map(|at| RepoPath(self.0[..at].to_vec()))
    }

    /// Whether it names something inside the project and outside `.git`, whoever wrote it.
    pub(super) fn is_lawful(&self) -> bool {
        !self.0.contains(&0)
            && self.0.split(|byte| *byte == b'/').all(|part| {
                let is_windows_path = cfg!(windows) && part.iter().any(|byte| matches!(byte, b'\\' | b':'));
                !is_windows_path && !matches!(part, b"" | b"." | b"..") && !part.eq_ignore_ascii_case(b".git")
            })
    }

    /// Whether `pattern` means this path. A `*` stands for any characters but a slash; a final slash means all below.
    pub(super) fn matches(&self, pattern: &str) -> bool {
        let is = |pattern: &[u8], path: &RepoPath| wildcard::matches(pattern, &path.0, Star::WithinDirectory);
        let pattern = pattern.as_bytes();
        if pattern.ends_with(b"/") {
            return self.parents().any(|parent| is(&pattern[..pattern.len() - 1], &parent));
        }
        is(pattern, self)
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

/// Names to show, sorted.
pub(super) fn shown<'a>(paths: impl IntoIterator<Item = &'a RepoPath>) -> Vec<String> {
    let mut names: Vec<String> = paths.into_iter().map(ToString::to_string).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_matches_within_one_directory_only() {
        let is = |path: &str, pattern: &str| RepoPath::from_git(path.as_bytes()).matches(pattern);
        assert!(is("prompts/app_spec.txt", "prompts/app_spec*.txt"), "a star may stand for nothing");
        assert!(is("prompts/app_spec_mobile.txt", "prompts/app_spec*.txt"), "a star stands for a part of a name");
        assert!(!is("prompts/app_spec/old.txt", "prompts/app_spec*.txt"), "a star does not cross a slash");
        assert!(!is("a/prompts/app_spec.txt", "prompts/app_spec*.txt"), "patterns start at the project");
        assert!(is("prompts/deep/er/x", "prompts/"), "a final slash means everything below");
        assert!(!is("prompts2/x", "prompts/"), "a final slash means that directory, not a prefix of a name");
        assert!(is("a/b/c.txt", "*/b/*.txt"), "several stars");
        assert!(!is("prompts/app_spec.txt.bak", "prompts/app_spec*.txt"), "the end has to match too");
    }
    #[test]
    fn only_paths_inside_the_project_are_lawful() {
        let is = |path: &str| RepoPath::from_git(path.as_bytes()).is_lawful();
        assert!(is("a") && is("src/.github/ü b.txt"), "ordinary paths");
        for path in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/.", ".git/hooks/x", "a/.GIT/x", "a\0b"] {
            assert!(!is(path), "{path:?} leads out of the project or into its repository");
        }
    }
}
