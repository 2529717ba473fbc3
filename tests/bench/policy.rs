//! A verdict on a command line: everyday lines, attacks and lines that hide something, mixed.

use crate::figure::{Figure, Goal, Measurement, interleaved, median, percentile};
use harness_sandbox::policy::Policy;
use serde_json::Value;
use std::{
    hint::black_box,
    io::Write,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

#[path = "../policy/corpus.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod corpus;

/// Cuts each line into words as Python's own tokenizer does, and prints how many seconds that took.
const TOKENIZER: &str = "import json, shlex, sys, time
lines = json.load(sys.stdin)
start = time.perf_counter()
for line in lines:
    try:
        shlex.split(line)
    except ValueError:
        pass
print(time.perf_counter() - start)";

pub fn measure(runs: usize) -> Measurement {
    let collections = [corpus::EVERYDAY, corpus::ATTACKS, corpus::OBFUSCATED];
    let lines: Vec<String> = collections.into_iter().flat_map(corpus::read).map(|(_, line)| line).collect();
    let (ground, policy) = (corpus::Ground::new(), Policy::built_in());
    let mut each_us = Vec::with_capacity(lines.len() * runs);
    let ours = || {
        let all = Instant::now();
        for line in &lines {
            let start = Instant::now();
            black_box(ground.judge(&policy, black_box(line), true));
            each_us.push(start.elapsed().as_secs_f64() * 1e6);
        }
        all.elapsed()
    };
    let (ours, theirs) = interleaved(runs, ours, || tokenized(&lines));
    let per_line = median(&theirs) * 1000.0 / lines.len() as f64;
    Measurement {
        title: format!("policy: a verdict on each of {} command lines", lines.len()),
        baseline: "Python's shlex.split over the same lines: it only cuts them into words".into(),
        unit: "ms",
        ours,
        theirs,
        figures: vec![
            Figure { name: "median verdict", value: median(&each_us), unit: "µs", goal: Goal::AtMost(15.0) },
            Figure {
                name: "99 % of verdicts within",
                value: percentile(&each_us, 0.99),
                unit: "µs",
                goal: Goal::AtMost(150.0),
            },
        ],
        notes: vec![format!(
            "a line is read whole, and every command in it, with links in its paths followed on the disk; shlex takes {per_line:.1} µs a line here"
        )],
    }
}

fn tokenized(lines: &[String]) -> Duration {
    let mut python = Command::new("python3")
        .args(["-c", TOKENIZER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the baseline needs python3");
    let all = Value::from(lines.to_vec()).to_string();
    python.stdin.take().expect("a pipe").write_all(all.as_bytes()).expect("it reads");
    let output = python.wait_with_output().expect("it ends");
    let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Duration::from_secs_f64(printed.parse().expect("it prints a number of seconds"))
}
