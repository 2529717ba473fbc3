//! Lines as agents write them, with the verdict each must get.

mod bounds;
mod everyday;
mod outward;
mod refused;
mod unreadable;

use crate::{
    Decision, Verdict, Workspace,
    policy::{Policy, Surroundings},
};
use std::{fs, path::PathBuf};

/// A project in a home directory, with what a line might reach for.
pub(super) struct Stage {
    _dir: tempfile::TempDir,
    workspace: Workspace,
    project: PathBuf,
}

impl Stage {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let home = dir.path().join("home");
        let project = home.join("work/app");
        for directory in [
            "src",
            "web",
            "dist",
            "scripts",
            ".git/hooks",
            "node_modules/.bin",
            "tests",
            "build",
            ".venv/bin",
            "packages/a",
            "target",
        ] {
            fs::create_dir_all(project.join(directory)).expect("a directory");
        }
        for file in [
            "package.json",
            "src/a.js",
            "scripts/build.sh",
            ".git/config",
            "node_modules/.bin/mytool",
            ".venv/bin/activate",
            "server.js",
        ] {
            fs::write(project.join(file), "x").expect("a file");
        }
        fs::create_dir_all(home.join(".ssh")).expect("a directory");
        fs::write(home.join(".ssh/id_rsa"), "x").expect("a file");
        let workspace = Workspace::new(&project, Some(&home)).expect("a workspace");
        let project = workspace.root().to_owned();
        Self { _dir: dir, workspace, project }
    }

    pub(super) fn verdict(&self, line: &str, is_walled: bool) -> Verdict {
        let around = Surroundings { workspace: &self.workspace, cwd: &self.project, is_walled };
        Policy::built_in().judge(line, &around)
    }

    /// Each line must be allowed.
    pub(super) fn allows(&self, is_walled: bool, lines: &[&str]) {
        let mut wrong = Vec::new();
        for line in lines {
            let verdict = self.verdict(line, is_walled);
            if !verdict.is_allowed() {
                wrong.push(format!("{line:?}\n      {verdict}"));
            }
        }
        assert!(
            wrong.is_empty(),
            "{} of {} everyday lines suffer:\n  {}",
            wrong.len(),
            lines.len(),
            wrong.join("\n  ")
        );
    }

    /// Each line must be refused by a rule whose name begins so, even behind walls.
    pub(super) fn refuses(&self, rule: &str, lines: &[&str]) {
        let mut wrong = Vec::new();
        for line in lines {
            let verdict = self.verdict(line, true);
            if verdict.decision != Decision::Deny || !verdict.rule.starts_with(rule) {
                wrong.push(format!("{line:?} → {:?} {verdict}", verdict.decision));
            }
        }
        assert!(wrong.is_empty(), "{} of {} get past {rule:?}:\n  {}", wrong.len(), lines.len(), wrong.join("\n  "));
    }

    /// Each line is left to a person.
    pub(super) fn asks(&self, lines: &[&str]) {
        for line in lines {
            let verdict = self.verdict(line, true);
            assert_eq!(verdict.decision, Decision::Ask, "{line:?}: a person may know better: {verdict}");
        }
    }
}
