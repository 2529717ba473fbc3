//! The whole demonstration, beside the CLI alone doing the same turns and the same checks.

use crate::{
    bare,
    figure::{Figure, Goal, Measurement, interleaved, median, timed},
    recording::Run,
};
use harness_agent::{env::child_environment, locate::locate};
use harness_rehearsal::{Rehearsal, Scenario};
use tempfile::TempDir;

pub fn measure(runs: usize) -> Measurement {
    let root = TempDir::new().expect("a directory");
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let cli = runtime.block_on(locate(None, &child_environment(std::env::vars_os()))).expect("the CLI").path;
    let recording = Run::play(root.path().join("recorded")).record();
    let checks: usize =
        recording.sessions.iter().flat_map(|session| &session.answers).map(|answer| answer.checks.len()).sum();

    let mut products = (0..).map(|number| root.path().join(format!("product-{number}")));
    let mut bares = (0..).map(|number| root.path().join(format!("bare-{number}")));
    let (mut in_sessions, mut in_checks) = (Vec::new(), Vec::new());
    let ours = || {
        let run = Run::play(products.next().expect("a directory for each run"));
        let (sessions, checks) = run.sessions_and_checks_ms();
        in_sessions.push(sessions);
        in_checks.push(checks);
        run.took
    };
    let theirs = || {
        let dir = bares.next().expect("a directory for each run");
        let scenario = Scenario::load("demo").expect("the demonstration");
        let ((), took) = timed(|| {
            let model = runtime.block_on(Rehearsal::start(scenario)).expect("a port");
            bare::play(&cli, &recording, &model, &dir);
            runtime.block_on(model.stop());
        });
        took
    };
    let (ours, theirs) = interleaved(runs, ours, theirs);
    let value = median(&ours) / median(&theirs);
    let notes = vec![format!(
        "of ours, {:.1} s are sessions, {:.1} s of them checks; {:.1} s lie between sessions",
        median(&in_sessions) / 1000.0,
        median(&in_checks) / 1000.0,
        (median(&ours) - median(&in_sessions)) / 1000.0
    )];
    Measurement {
        title: format!("the whole demonstration: {} sessions, {checks} check commands", recording.sessions.len()),
        baseline: "the bare CLI: same turns, same answers, same check commands; no walls, hooks, database or commits"
            .into(),
        unit: "ms",
        figures: vec![Figure {
            name: "wall time against the bare CLI",
            value,
            unit: "times",
            goal: Goal::AtMost(1.10),
        }],
        notes,
        ours,
        theirs,
    }
}
