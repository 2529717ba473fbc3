//! Looking for credentials in what a session says.

use crate::{
    figure::{Figure, Goal, Measurement, interleaved, median, timed},
    stream::lines,
};
use harness_engine::redact;
use serde_json::Value;
use std::hint::black_box;

/// One line in so many holds a credential.
const RARE: usize = 1_000;

pub fn measure(runs: usize) -> Measurement {
    // Put together here so that no scanner takes this file for a leak.
    let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let with_token = |(number, line): (usize, String)| {
        if number % RARE == 0 { line.replace("next number", &token).replace("the store", &token) } else { line }
    };
    let lines: Vec<String> = lines().into_iter().enumerate().map(with_token).collect();
    let megabytes = lines.iter().map(String::len).sum::<usize>() as f64 / 1e6;
    let expected = lines.iter().filter(|line| line.contains(&token)).count();
    let ours = || {
        let (found, took) = timed(|| lines.iter().filter_map(|line| redact::line(black_box(line))).count());
        assert_eq!(found, expected, "each of them is found and nothing else");
        took
    };
    let theirs = || {
        let parse = |line: &String| serde_json::from_str::<Value>(black_box(line)).expect("JSON");
        timed(|| lines.iter().for_each(|line| drop(black_box(parse(line))))).1
    };
    let (ours, theirs) = interleaved(runs, ours, theirs);
    let value = megabytes * 1_000.0 / median(&ours);
    Measurement {
        title: format!("redactor: {} lines ({megabytes:.0} MB), {expected} of them with a credential", lines.len()),
        baseline: "reading each line as a JSON value".into(),
        unit: "ms",
        ours,
        theirs,
        figures: vec![Figure { name: "cleaned", value, unit: "MB per second", goal: Goal::AtLeast(100.0) }],
        notes: Vec::new(),
    }
}
