//! One command line against everything that counts.

use super::Layers;
use crate::{Verdict, Workspace, command};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Where and how a command line would run.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// Which paths may be read and written.
    pub workspace: &'a Workspace,
    /// The directory the shell is in.
    pub cwd: &'a Path,
    /// Whether the operating system's walls stand around it. Some things are allowed only then, because nobody can tell
    /// from the outside what they do.
    pub is_walled: bool,
}

/// What commands may be run: the built-in rules and the files above them.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    layers: Layers,
}

impl Policy {
    /// The built-in rules alone.
    pub fn built_in() -> Self {
        Self::default()
    }

    /// The built-in rules with the files of an organisation and a project above them.
    #[must_use]
    pub fn with_layers(self, layers: Layers) -> Self {
        Self { layers }
    }

    /// The files above the built-in rules.
    pub fn layers(&self) -> &Layers {
        &self.layers
    }

    /// Judges a command line: every command in it, however deep it stands.
    ///
    /// Never fails and never panics: what cannot be read is refused, with the reason.
    pub fn judge(&self, command: &str, around: &Surroundings<'_>) -> Verdict {
        command::judge_line(self, command, around)
    }

    /// The files of the project that a command line runs, by the absolute path it names them by: programs that it calls by
    /// a path, and scripts that it hands to a shell or an interpreter. They need not exist yet.
    ///
    /// What these load or call in turn is not among them.
    pub fn files_run(&self, command: &str, around: &Surroundings<'_>) -> BTreeSet<PathBuf> {
        command::files_run(self, command, around)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::{
        Decision,
        policy::{PolicyFile, Scope},
    };

    #[test]
    fn the_files_that_a_line_runs_are_found_wherever_they_stand_in_it() {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(dir.path().join("bin")).expect("a directory");
        let workspace = Workspace::new(dir.path(), None).expect("a workspace");
        let around = Surroundings { workspace: &workspace, cwd: workspace.root(), is_walled: true };
        for (line, expected) in [
            ("./deploy.sh --now", "deploy.sh"),
            ("cd bin && timeout 5 ./go", "bin/go"),
            ("sh -c 'env A=1 bash bin/../deploy.sh'", "bin/../deploy.sh"),
            ("terrastack plan; python3 tools/x.py < data.json", "tools/x.py"),
            ("node --import ./hook.mjs main.js", "./hook.mjs main.js"),
            ("make -f build.mk && cat deploy.sh && /bin/ls && npm test", "build.mk"),
            ("echo ./deploy.sh", ""),
        ] {
            let found = Policy::built_in().files_run(line, &around);
            let expected: BTreeSet<PathBuf> =
                expected.split_whitespace().map(|name| workspace.root().join(name)).collect();
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn an_entry_answers_what_the_rules_leave_to_a_person_and_only_for_its_own_command() {
        let dir = tempfile::tempdir().expect("a directory");
        let workspace = Workspace::new(dir.path(), None).expect("a workspace");
        let around = Surroundings { workspace: &workspace, cwd: workspace.root(), is_walled: true };
        let decide = |file: &str, line: &str| {
            let file = PolicyFile::parse(file, Path::new("policy.yaml"), Scope::Project).expect("it is whole");
            Policy::built_in().with_layers(Layers::new(vec![file])).judge(line, &around).decision
        };
        for (entry, line) in [("npm install -g", "npm install -g x"), ("no-such-tool", "no-such-tool x")] {
            assert_eq!(decide("", line), Decision::Ask, "{line} is for a person");
            let allow = format!("allow: ['{entry}']");
            assert_eq!(decide(&allow, line), Decision::Allow, "who has said yes for good");
            assert_eq!(decide(&allow, &format!("cd . && timeout 5 {line}")), Decision::Allow, "wherever it stands");
            let around_it = "allow: [timeout, sh, xargs, env]";
            assert_eq!(decide(around_it, &format!("timeout 5 {line}")), Decision::Ask, "not for what is inside");
            assert_eq!(decide(around_it, &format!("sh -c '{line}'")), Decision::Ask, "nor for text that is run");
            for both in [format!("{line}; another-tool"), format!("another-tool; {line}")] {
                assert_eq!(decide(&allow, &both), Decision::Ask, "nor for another command");
            }
        }
    }
}
