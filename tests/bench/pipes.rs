//! Looking for pipes in a working tree, which is done before git reads it.

use crate::figure::{Figure, Goal, Measurement, interleaved, median, timed};
use harness_engine::git::refuse_pipes;
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

const FILES: usize = 50_000;
const FILES_IN_ONE: usize = 100;

/// A repository of many files, with ignored ones beside them.
fn fill(dir: &Path) {
    for directory in 0..FILES / FILES_IN_ONE {
        let at = dir.join(format!("src/part-{directory:03}"));
        fs::create_dir_all(&at).expect("a directory");
        for file in 0..FILES_IN_ONE {
            fs::write(at.join(format!("file-{file}.js")), "export {};\n").expect("a file");
        }
    }
    for number in 0..200 {
        let ignored = dir.join(format!("node_modules/package-{number}"));
        fs::create_dir_all(&ignored).expect("a directory");
        fs::write(ignored.join("index.js"), "ignored").expect("a file");
    }
    fs::write(dir.join(".gitignore"), "node_modules/\n").expect("a file");
    let made = Command::new("git").arg("-C").arg(dir).args(["init", "--quiet"]).status();
    assert!(made.expect("git is there").success(), "a repository");
}

pub fn measure(runs: usize) -> Measurement {
    let place = tempfile::tempdir().expect("a directory");
    let dir = place.path().join("project");
    fill(&dir);
    let ours = || timed(|| refuse_pipes(&dir).expect("there is none")).1;
    let theirs = || {
        let mut find = Command::new("find");
        find.arg(&dir).args([
            "-name",
            ".git",
            "-prune",
            "-o",
            "-name",
            "node_modules",
            "-prune",
            "-o",
            "-type",
            "p",
            "-print",
        ]);
        find.stdout(Stdio::null());
        timed(|| assert!(find.status().expect("find is there").success(), "it can look everywhere")).1
    };
    let (ours, theirs) = interleaved(runs, ours, theirs);
    let value = median(&ours);
    Measurement {
        title: format!("pipes: is there one among {FILES} files?"),
        baseline: "`find -type p`, told which directories git ignores".into(),
        unit: "ms",
        ours,
        theirs,
        figures: vec![Figure { name: "look through the tree", value, unit: "ms", goal: Goal::AtMost(150.0) }],
        notes: vec!["every look of the host at a tree begins with this, while the session stands still".into()],
    }
}
