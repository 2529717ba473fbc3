//! How fast it is: each figure beside its goal and beside a baseline measured in the same minutes.
//!
//! `npm run bench` builds, runs and prints; this program does one of the measurements and prints it as one line of
//! JSON: `speed NAME [RUNS]`. Without a name it lists the measurements there are.
#![allow(clippy::disallowed_methods, reason = "a benchmark is the owner of the processes it starts, and ends them")]

mod api;
mod bare;
mod board;
mod checkpoint;
mod figure;
mod graph;
mod loops;
mod paths;
mod pipes;
mod policy;
mod recording;
mod redactor;
mod round_trips;
mod server;
#[cfg(unix)]
mod standstill;
mod stream;
mod transcript;
mod whole_run;

use anyhow::Context;
use figure::Measurement;
use std::io::Write;

type Measure = fn(usize) -> Measurement;

/// Every measurement with how often it is repeated unless said otherwise.
const ALL: &[(&str, usize, Measure)] = &[
    ("board", 31, board::measure),
    ("checkpoint", 5, checkpoint::measure),
    ("graph", 31, graph::measure),
    ("loops", 3, loops::measure),
    ("paths", 31, paths::measure),
    ("pipes", 15, pipes::measure),
    ("policy", 31, policy::measure),
    ("redactor", 11, redactor::measure),
    #[cfg(unix)]
    ("standstill", 31, standstill::measure),
    ("stream", 5, stream::measure),
    ("transcript", 31, transcript::measure),
    ("round-trips", 5, round_trips::measure),
    ("server", 200, server::measure),
    ("whole-run", 3, whole_run::measure),
];

fn main() -> anyhow::Result<()> {
    // `cargo bench` adds a word of its own.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let names: Vec<&str> = ALL.iter().map(|(name, ..)| *name).collect();
    let Some(wanted) = words.first() else {
        writeln!(std::io::stdout(), "{}", names.join("\n"))?;
        return Ok(());
    };
    let found = ALL.iter().find(|(name, ..)| name == wanted);
    let (_, usual, measure) =
        found.with_context(|| format!("there is no measurement {wanted}; there are: {}", names.join(", ")))?;
    let runs = match words.get(1) {
        Some(runs) => runs.parse().ok().filter(|runs| *runs > 0).context("RUNS is a number above zero")?,
        None => *usual,
    };
    writeln!(std::io::stdout(), "{}", measure(runs).to_json())?;
    Ok(())
}
