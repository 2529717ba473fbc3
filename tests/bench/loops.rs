//! What it costs to watch an agent, per call.

use crate::figure::{Figure, Goal, Measurement, median, percentile};
use harness_domain::loops::{Action, Call, Ending, Limits, Sight, Watch};
use serde_json::{Value, json};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    hint::black_box,
    time::Instant,
};

const CALLS: usize = 100_000;

/// A call with its answer.
struct Given {
    tool: &'static str,
    input: Value,
    ending: Ending,
    output: String,
}

/// Work and circles of every sort, with contents of 500 characters; always the same ones.
fn history() -> Vec<Given> {
    let mut state: u32 = 1;
    let mut random = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let mut text = |seed: u32| -> String {
        let words =
            ["const", "value", "return", "await", "items", "total", "=>", "price", "await", "null", "user", "42"];
        let mut text = format!("line {seed}: ");
        while text.len() < 500 {
            text.push_str(words[random(words.len() as u32) as usize]);
            text.push(' ');
        }
        text.truncate(500);
        text
    };
    let same = text(0);
    let log = format!("{}\nℹ pass 41\nℹ fail 2\n{}", text(1), text(2));
    (0..CALLS as u32)
        .map(|n| {
            let file = format!("/home/ann/shop/src/part-{}.ts", n % 12);
            // A stretch of circles every 400 calls.
            let is_circle = n % 400 < 40;
            let (tool, input, ending, output) = match (is_circle, n % 10) {
                (true, _) if n % 3 == 0 => ("Bash", json!({ "command": same }), Ending::Failed, log.clone()),
                (true, _) => {
                    let pattern = format!("{}{n}", &same[..490]);
                    (
                        "Grep",
                        json!({ "pattern": pattern, "path": "/home/ann/shop/src" }),
                        Ending::Ok,
                        "No files found".into(),
                    )
                }
                (_, 0..=2) => ("Read", json!({ "file_path": file }), Ending::Ok, text(n)),
                (_, 3..=5) => {
                    let input = json!({ "file_path": file, "old_string": text(n), "new_string": text(n + 1) });
                    ("Edit", input, Ending::Ok, String::new())
                }
                (_, 6) => (
                    "Grep",
                    json!({ "pattern": text(n), "path": "/home/ann/shop/src" }),
                    Ending::Ok,
                    "No files found".into(),
                ),
                (_, 7) => ("Bash", json!({ "command": text(n) }), Ending::Ok, format!("{}{}", text(n), text(n + 1))),
                (_, 8) => ("Bash", json!({ "command": "npm test" }), Ending::Failed, format!("{log}{n}")),
                _ => ("Write", json!({ "file_path": file, "content": text(n) }), Ending::Ok, String::new()),
            };
            Given { tool, input, ending, output }
        })
        .collect()
}

pub fn measure(runs: usize) -> Measurement {
    let history = history();
    let (mut ours, mut theirs, mut all) = (Vec::new(), Vec::new(), Vec::new());
    let mut found = 0;
    for _ in 0..runs {
        let mut each = Vec::with_capacity(CALLS);
        let mut watch = Watch::new(Limits::default());
        for (place, given) in history.iter().enumerate() {
            let start = Instant::now();
            let call = Call::read(given.tool, &given.input);
            let action = Action::new(call, given.ending, &given.output, place as i64 * 1000);
            let sight = watch.record(&action, 0);
            each.push(start.elapsed().as_secs_f64() * 1e6);
            match sight {
                Sight::Calm => {}
                Sight::Stuck(..) => found += 1,
                Sight::Doubt(doubt) => drop(black_box(watch.compare(doubt, Some(place as u64)))),
            }
        }
        let mut plain = Vec::with_capacity(CALLS);
        for given in &history {
            let start = Instant::now();
            let mut hasher = DefaultHasher::new();
            given.tool.hash(&mut hasher);
            given.input.to_string().hash(&mut hasher);
            given.output.hash(&mut hasher);
            black_box(hasher.finish());
            plain.push(start.elapsed().as_secs_f64() * 1e6);
        }
        ours.push(median(&each));
        theirs.push(median(&plain));
        all.extend(each);
    }
    let slowest = all.iter().copied().fold(0.0, f64::max);
    let figure = |name, value| Figure { name, value, unit: "µs", goal: Goal::AtMost(20.0) };
    Measurement {
        title: format!("loops: read, judge and remember a call, {CALLS} mixed calls with contents of 500 characters"),
        baseline: "one hash over the call and its answer, nothing compared and nothing remembered".into(),
        unit: "µs",
        figures: vec![figure("watch median", median(&all)), figure("watch p99", percentile(&all, 0.99))],
        notes: vec![format!("{} findings a run; the slowest call took {slowest:.0} µs", found / runs)],
        ours,
        theirs,
    }
}
