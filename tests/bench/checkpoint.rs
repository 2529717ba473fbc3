//! Saving the files of a big project, beside `git add -A && git write-tree`.

use crate::figure::{Figure, Goal, Measurement, interleaved, median, timed};
use harness_domain::checkpoint::CheckpointKind;
use harness_engine::{
    App, OpenProject,
    checkpoint::{New, create},
    clock::SystemClock,
    home::Home,
};
use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

const FILES: usize = 50_000;
const FILES_IN_ONE: usize = 100;
/// Files that change between two saves.
const CHANGED: usize = 500;

struct Place {
    _root: tempfile::TempDir,
    dir: PathBuf,
    project: OpenProject,
}

fn file(dir: &Path, number: usize) -> PathBuf {
    dir.join(format!("src/part-{:03}/file-{number}.js", number / FILES_IN_ONE))
}

fn text(number: usize, round: usize) -> String {
    let line = format!("export const value{number} = {round} + {number}; // a line as programs have them\n");
    line.repeat(8 + number % 24)
}

impl Place {
    /// A project of many files, committed, with ignored ones beside them.
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a directory");
        let dir = root.path().join("project");
        for number in 0..FILES {
            let path = file(&dir, number);
            if number % FILES_IN_ONE == 0 {
                fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            }
            fs::write(path, text(number, 0)).expect("a file");
        }
        for number in 0..200 {
            let ignored = dir.join(format!("node_modules/package-{number}"));
            fs::create_dir_all(&ignored).expect("a directory");
            fs::write(ignored.join("index.js"), "ignored").expect("a file");
        }
        fs::write(dir.join(".gitignore"), "node_modules/\n*.log\n").expect("a file");
        git(&dir, None, &["init", "--quiet"]);
        git(&dir, None, &["add", "--all"]);
        git(&dir, None, &["commit", "--quiet", "--message", "all"]);
        let home = Home::at(root.path().join("data")).expect("a data directory");
        let app = App::open(home, Arc::new(SystemClock)).expect("the product");
        let project = app.open_directory(&dir).expect("a project");
        Self { _root: root, dir, project }
    }

    /// One checkpoint as a person asks for it: files, repository, database, row and ref.
    fn save(&self) -> Duration {
        let new =
            New { name: "bench".into(), kind: CheckpointKind::Manual, feature: None, run: None, is_pinned: false };
        timed(|| create(&self.project, new).expect("a checkpoint")).1
    }

    /// One look before a session when nothing has changed.
    fn save_by_itself(&self) -> Duration {
        let new = New {
            name: "bench".into(),
            kind: CheckpointKind::BeforeSession,
            feature: None,
            run: None,
            is_pinned: false,
        };
        timed(|| create(&self.project, new).expect("a checkpoint")).1
    }

    fn add_and_write(&self, index: &Path) -> Duration {
        timed(|| {
            git(&self.dir, Some(index), &["add", "--all"]);
            git(&self.dir, Some(index), &["write-tree"]);
        })
        .1
    }
}

fn git(dir: &Path, index: Option<&Path>, words: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]).args(words).current_dir(dir);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    if let Some(index) = index {
        command.env("GIT_INDEX_FILE", index);
    }
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

pub fn measure(runs: usize) -> Measurement {
    let place = Place::new();
    let index = place.dir.join(".git/bench-index");
    let cold = place.save();
    let cold_git = place.add_and_write(&index);
    let round = Cell::new(0);
    let change = || {
        round.set(round.get() + 1);
        for number in 0..CHANGED {
            let number = (number * 97 + round.get() * 13) % FILES;
            fs::write(file(&place.dir, number), text(number, round.get())).expect("a file");
        }
    };
    let changed = interleaved(
        runs,
        || {
            change();
            place.save()
        },
        || {
            change();
            place.add_and_write(&index)
        },
    );
    place.save();
    place.add_and_write(&index);
    // A temporary index knows nothing of the files, so git reads them all again each time.
    let fresh = || {
        let _ = fs::remove_file(&index);
        place.add_and_write(&index)
    };
    let unchanged = interleaved(runs, || place.save_by_itself(), fresh);
    let kept = interleaved(runs, || place.save_by_itself(), || place.add_and_write(&index));
    let ratio = |samples: &(Vec<f64>, Vec<f64>)| median(&samples.0) / median(&samples.1);
    Measurement {
        title: format!("checkpoint: {FILES} files, {CHANGED} of them changed since the last one"),
        baseline: "git add -A && git write-tree with an index that it keeps".into(),
        unit: "ms",
        figures: vec![
            Figure {
                name: "warm, against git with a kept index",
                value: ratio(&changed),
                unit: "x",
                goal: Goal::AtMost(1.2),
            },
            Figure {
                name: "unchanged, against git with a temporary index",
                value: ratio(&unchanged),
                unit: "x",
                goal: Goal::AtMost(0.3),
            },
        ],
        notes: vec![
            format!(
                "the first one ever: {:.0} ms, git's first: {:.0} ms",
                cold.as_secs_f64() * 1e3,
                cold_git.as_secs_f64() * 1e3
            ),
            format!(
                "unchanged: {:.0} ms, git with a temporary index: {:.0} ms",
                median(&unchanged.0),
                median(&unchanged.1)
            ),
            format!("unchanged against git with a kept index: {:.2} x ({:.0} ms)", ratio(&kept), median(&kept.1)),
            "ours is all of it: files, refs, index, database, row and private ref".into(),
        ],
        ours: changed.0,
        theirs: changed.1,
    }
}
