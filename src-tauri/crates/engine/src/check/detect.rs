//! Which checks a developer would run, read from the project's files.
//!
//! Reads a bounded number of small files in the project's directory and one level below it (two below
//! `packages` and its like), follows no symbolic link to a directory, and starts nothing.

mod make;
mod node;
mod others;
mod place;
mod python;
mod rust;
#[cfg(test)]
mod tests;

use super::hollow::{self, Hollow};
use harness_domain::evidence::{Check, CheckKind};
use place::{Place, sub_directories};
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
///
/// Understands package.json with npm, pnpm, yarn and bun, TypeScript, Deno, Cargo, Python with pytest or unittest,
/// ruff and mypy, Go, Maven, Gradle, Ruby, PHP, .NET, and Makefiles and justfiles for what those leave open.
/// Scripts that prove nothing are left out and named in [`Detection::problems`]. A directory that cannot be read
/// has no checks.
pub fn detect(dir: &Path) -> Detection {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs: Vec<_> = std::env::split_paths(&path).collect();
    let ending = std::env::consts::EXE_SUFFIX;
    detect_with(dir, &|tool| dirs.iter().any(|dir| rust::is_usable(&dir.join(format!("{tool}{ending}")), tool)))
}

/// Finds the checks on a machine where `has_tool` says which programs are there.
fn detect_with(dir: &Path, has_tool: &dyn Fn(&str) -> bool) -> Detection {
    let mut found = Found { has_tool, detection: Detection::default() };
    let root = Place::root(dir);
    let root_package = node::detect(&root, None, &mut found);
    let is_cargo_workspace = rust::detect(&root, &mut found);
    python::detect(&root, &mut found);
    others::detect(&root, &mut found);
    for place in sub_directories(dir) {
        node::detect(&place, root_package.as_ref(), &mut found);
        // A workspace's commands reach its members.
        if !is_cargo_workspace {
            rust::detect(&place, &mut found);
        }
        python::detect(&place, &mut found);
        others::detect(&place, &mut found);
    }
    make::detect(&root, &mut found);

    let Found { mut detection, .. } = found;
    detection.checks.sort_by_key(|check| match check.kind {
        CheckKind::TypeCheck => 0,
        CheckKind::Lint => 1,
        CheckKind::Build => 2,
        CheckKind::Test => 3,
        CheckKind::Feature => 4,
    });
    if !detection.checks.iter().any(|check| check.kind == CheckKind::Test) {
        detection.problems.push(
            "No command that runs tests was found; add one where this kind of project keeps it, such as the `test` script of package.json."
                .into(),
        );
    }
    detection
}

/// What was found so far, and which tools there are.
struct Found<'a> {
    has_tool: &'a dyn Fn(&str) -> bool,
    detection: Detection,
}

impl Found<'_> {
    fn has_tool(&self, name: &str) -> bool {
        (self.has_tool)(name)
    }

    fn has(&self, kind: CheckKind) -> bool {
        self.detection.checks.iter().any(|check| check.kind == kind)
    }

    /// `command` as typed in the place's own directory.
    fn add(&mut self, place: &Place, kind: CheckKind, command: impl AsRef<str>, origin: &str) {
        self.detection.checks.push(Check {
            kind,
            command: format!("{}{}", place.step_in, command.as_ref()),
            origin: place.name_of(origin),
        });
    }

    /// Whether a script can be a check; says why when it cannot.
    fn accepts(&mut self, place: &Place, kind: CheckKind, origin: &str, script: &str) -> bool {
        let Some(why) = hollow::why_hollow(script) else { return true };
        // A project without a build step may say so; one without tests is worth a word.
        if why != Hollow::Idle || kind == CheckKind::Test {
            let shown: String = script.trim().chars().take(80).collect();
            self.problem(format!("{} is `{shown}`, which {why}, so it was left out.", place.name_of(origin)));
        }
        false
    }

    fn problem(&mut self, sentence: String) {
        if !self.detection.problems.contains(&sentence) {
            self.detection.problems.push(sentence);
        }
    }

    /// Whether `tool` is there; says so when it is not although `file` asks for it.
    fn needs(&mut self, place: &Place, file: &str, tool: &str) -> bool {
        let is_there = self.has_tool(tool);
        if !is_there {
            let file = place.name_of(file);
            self.problem(format!("{file} asks for {tool}, which is not installed, so its checks were left out."));
        }
        is_there
    }
}
