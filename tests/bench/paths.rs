//! The verdict on a path.

use crate::figure::{Figure, Goal, Measurement, interleaved, median, timed};
use harness_sandbox::Workspace;
use std::{fs, hint::black_box, path::Path};

/// How often each path is judged in one sample.
const ROUNDS: usize = 200;
/// What an agent names in an hour: its own files, new ones, system files, and what it may not have.
const PATHS: [&str; 12] = [
    "src/app/components/button.tsx",
    "src/app/components/new/deep/one.tsx",
    "package.json",
    "node_modules/left-pad/index.js",
    "./src/../README.md",
    "link/components/button.tsx",
    "/usr/include/stdio.h",
    "/etc/os-release",
    "/dev/null",
    "../outside.txt",
    ".git/hooks/pre-commit",
    "/proc/self/environ",
];

pub fn measure(runs: usize) -> Measurement {
    let place = tempfile::tempdir().expect("a directory");
    let project = place.path().join("home/code/project");
    fs::create_dir_all(project.join("src/app/components")).expect("directories");
    fs::create_dir_all(project.join("node_modules/left-pad")).expect("directories");
    for file in ["src/app/components/button.tsx", "package.json", "node_modules/left-pad/index.js", "README.md"] {
        fs::write(project.join(file), "x").expect("a file");
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("src/app", project.join("link")).expect("a link");
    let home = place.path().join("home");
    let workspace = Workspace::new(&project, Some(&home)).expect("a workspace").with_private("/tmp");
    let root = workspace.root().to_owned();
    let ours = || {
        let ((), took) = timed(|| {
            for path in (0..ROUNDS).flat_map(|_| PATHS) {
                black_box(workspace.may_write(black_box(Path::new(path)), &root));
            }
        });
        took
    };
    let theirs = || {
        let ((), took) = timed(|| {
            for path in (0..ROUNDS).flat_map(|_| PATHS) {
                let real = root.join(black_box(path)).canonicalize();
                black_box(real.is_ok_and(|real| real.starts_with(&root)));
            }
        });
        took
    };
    let (ours, theirs) = interleaved(runs, ours, theirs);
    let (ours, theirs) = (each(ours), each(theirs));
    let value = median(&ours);
    Measurement {
        title: format!("paths: may {} different ones be written?", PATHS.len()),
        baseline: "canonicalize and compare: right about half of them, and about none that does not exist yet".into(),
        unit: "µs",
        ours,
        theirs,
        figures: vec![Figure { name: "verdict on a path", value, unit: "µs", goal: Goal::AtMost(15.0) }],
        notes: Vec::new(),
    }
}

/// Microseconds for one path, of milliseconds for all.
fn each(samples: Vec<f64>) -> Vec<f64> {
    samples.into_iter().map(|all_ms| all_ms * 1_000.0 / (ROUNDS * PATHS.len()) as f64).collect()
}
