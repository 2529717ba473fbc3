//! The server under load: long lists and parts of them over kept connections, events to many, memory and start.

mod crowd;
mod host;
mod line;

use crate::figure::{Figure, Goal, Measurement, interleaved, median, millis, percentile, timed};
use crowd::{Heard, LISTENERS, RATE};
use host::{Bare, CARDS, Host, Place};
use line::Line;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    hint::black_box,
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

/// Connections that ask for parts of the list at the same time.
const CONNECTIONS: usize = 8;
/// The cards of one part.
const PART: usize = 100;
/// Parts asked for over each connection, for each of the repetitions.
const PARTS: usize = 10;
/// One of so many parts is asked for right after a change.
const CHANGE_EVERY: usize = 10;
/// How often the server is started.
const STARTS: usize = 5;
/// How long it is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(2);

/// How long answers took, each by itself, and how many there were in a second.
struct Pace {
    took_ms: Vec<f64>,
    per_second: f64,
}

impl Pace {
    fn p99(&self) -> f64 {
        percentile(&self.took_ms, 0.99)
    }
}

pub fn measure(runs: usize) -> Measurement {
    let place = Place::new();
    let mut starts: Vec<f64> = (1..STARTS).map(|_| place.serve().1).collect();
    let (host, start) = place.serve();
    starts.push(start);
    thread::sleep(IDLE);
    let idle = host.resident_mb();

    let whole = Whole::measure(&host, &place, runs);
    let bare = Bare::serve(BTreeMap::from([("/list", whole.body.clone()), ("/part", whole.part.clone())]));
    let mut line = Line::open(host.address, Some(&place.token));
    let mut bare_line = Line::open(bare.address, None);
    let (ours, theirs) = interleaved(
        runs,
        || timed(|| black_box(line.get(&place.list(), &[]))).1,
        || timed(|| black_box(bare_line.get("/list", &[]))).1,
    );

    let parts = ask(host.address, &place, runs, false);
    let bare_parts = ask_bare(bare.address, runs);
    let changed = ask(host.address, &place, runs, true);
    let loaded = host.resident_mb();

    let before = host.processor_seconds();
    let heard = crowd::listen(host.address, &place.token, place.project);
    let processor = before.zip(host.processor_seconds()).map(|(before, after)| after - before);
    assert_eq!(heard.lost, 0, "every event reaches everybody who reads, once and in order");

    let most = |name, value, goal| Figure { name, value, unit: "ms", goal: Goal::AtMost(goal) };
    let least = |name, value, goal| Figure { name, value, unit: "a second", goal: Goal::AtLeast(goal) };
    let mut figures = vec![
        most("whole list", median(&ours), 25.0),
        least("parts of 100 cards", parts.per_second, 2_000.0),
        most("parts of 100 cards, 99 of 100 within", parts.p99(), 10.0),
        most("start to the first answer", median(&starts), 150.0),
        least("events to each of 50 listeners", heard.rate, RATE as f64 * 0.99),
    ];
    figures.extend(idle.map(|value| Figure { name: "memory when idle", value, unit: "MB", goal: Goal::AtMost(40.0) }));
    let notes = vec![
        format!(
            "whole list: 99 of 100 within {:.1} ms; bare {:.1} ms",
            percentile(&ours, 0.99),
            percentile(&theirs, 0.99)
        ),
        whole.note(),
        format!(
            "parts over {CONNECTIONS} connections: {} a second, half within {:.2} ms; bare {} a second, half within {:.2} ms, \
             99 of 100 within {:.2} ms; ratio {:.2}",
            parts.per_second.round(),
            median(&parts.took_ms),
            bare_parts.per_second.round(),
            median(&bare_parts.took_ms),
            bare_parts.p99(),
            parts.per_second / bare_parts.per_second,
        ),
        format!(
            "parts, each {CHANGE_EVERY}th right after a change: {} a second with the changes between them, half within {:.2} ms, \
             99 of 100 within {:.2} ms; none was stale",
            changed.per_second.round(),
            median(&changed.took_ms),
            changed.p99(),
        ),
        format!("memory after that: {} MB", loaded.map_or_else(|| "?".into(), |mb| format!("{mb:.1}"))),
        of_crowd(&heard, processor),
    ];
    Measurement {
        title: format!("server: {CARDS} cards over HTTP on a kept connection, with a token"),
        baseline: "an axum route that answers the same bytes from memory, and does nothing else".into(),
        unit: "ms",
        ours,
        theirs,
        figures,
        notes,
    }
}

fn of_crowd(heard: &Heard, processor: Option<f64>) -> String {
    let cores = processor.map_or_else(|| "?".into(), |used| format!("{:.2}", used / heard.took.as_secs_f64()));
    let (count, has_missed) = heard.slow;
    format!(
        "{LISTENERS} listeners heard {} events without a gap, {:.0} a second each: half within {:.0} ms, 99 of 100 within {:.0} ms, \
         all within {:.0} ms; the server used {cores} cores; one that read only afterwards was told {count} events{}",
        heard.events,
        heard.rate,
        heard.lag(0.5),
        heard.lag(0.99),
        heard.lag(1.0),
        if has_missed { ", and that some are missing" } else { ", all" },
    )
}

/// The whole list in its other forms.
struct Whole {
    body: Vec<u8>,
    part: Vec<u8>,
    first_ms: f64,
    compressed_ms: Vec<f64>,
    compressed_bytes: usize,
    unchanged_ms: Vec<f64>,
    changed_ms: Vec<f64>,
}

impl Whole {
    fn measure(host: &Host, place: &Place, runs: usize) -> Self {
        let list = place.list();
        let mut line = Line::open(host.address, Some(&place.token));
        let (first, took) = timed(|| line.get(&list, &[]));
        assert!(first.status == 200 && first.body.len() > CARDS * 100, "every card came");
        let compressed = line.get(&list, &["accept-encoding: gzip"]).body.len();
        assert!(compressed * 2 < first.body.len(), "it is compressed for those who take that");
        let known = format!("if-none-match: {}", first.tag);
        let mut repeated = |lines: &[&str], status: u16| -> Vec<f64> {
            let once = |_| {
                let (answer, took) = timed(|| line.get(&list, lines));
                assert_eq!(answer.status, status, "{list} with {lines:?}");
                millis(took)
            };
            (0..runs).map(once).collect()
        };
        let compressed_ms = repeated(&["accept-encoding: gzip"], 200);
        let unchanged_ms = repeated(&[&known], 304);
        let changed_ms = (0..runs.div_ceil(10))
            .map(|number| {
                place.change(&mut line, CARDS / 2, &format!("Changed {number}"));
                millis(timed(|| line.get(&list, &[])).1)
            })
            .collect();
        let part = line.get(&place.part(0), &[]).body;
        let compressed_bytes = compressed;
        Self {
            body: first.body,
            part,
            first_ms: millis(took),
            compressed_ms,
            compressed_bytes,
            unchanged_ms,
            changed_ms,
        }
    }

    fn note(&self) -> String {
        format!(
            "whole list of {} KB: the first {:.0} ms; compressed {} KB in {:.1} ms, 99 of 100 within {:.1} ms; unchanged (304) {:.2} \
             ms; the first after a change {:.1} ms; medians",
            self.body.len() / 1024,
            self.first_ms,
            self.compressed_bytes / 1024,
            median(&self.compressed_ms),
            percentile(&self.compressed_ms, 0.99),
            median(&self.unchanged_ms),
            median(&self.changed_ms),
        )
    }
}

impl Place {
    fn list(&self) -> String {
        format!("/api/projects/{}/features", self.project)
    }

    fn part(&self, from: usize) -> String {
        format!("{}?limit={PART}&cursor={from}", self.list())
    }

    fn change(&self, line: &mut Line, card: usize, name: &str) {
        line.change("PATCH", &format!("{}/{card}", self.list()), &json!({ "name": name }));
    }
}

/// Asks for parts over all connections at once, with changes in between or without.
fn ask(address: SocketAddr, place: &Place, runs: usize, has_changes: bool) -> Pace {
    together(|number| {
        let mut line = Line::open(address, Some(&place.token));
        (0..runs * PARTS)
            .map(|turn| {
                let from = (turn * 7 + number) % (CARDS / PART) * PART;
                let name = format!("Card of {number} after {turn} turns");
                let is_changed = has_changes && turn % CHANGE_EVERY == 0;
                if is_changed {
                    // One of this connection alone: nobody else changes it in between. Cards stand in the order of their numbers.
                    place.change(&mut line, from + number + 1, &name);
                }
                let (answer, took) = timed(|| line.get(&place.part(from), &[]));
                if is_changed {
                    let cards: Value = serde_json::from_slice(&answer.body).expect("JSON");
                    assert_eq!(cards[number]["name"], name, "what was changed before is in the answer");
                }
                assert_eq!(answer.status, 200, "a part comes");
                millis(took)
            })
            .collect()
    })
}

fn ask_bare(address: SocketAddr, runs: usize) -> Pace {
    together(|_| {
        let mut line = Line::open(address, None);
        (0..runs * PARTS).map(|_| millis(timed(|| black_box(line.get("/part", &[]))).1)).collect()
    })
}

fn together(asks: impl Fn(usize) -> Vec<f64> + Sync) -> Pace {
    let began = Instant::now();
    let took_ms: Vec<f64> = thread::scope(|scope| {
        let asking: Vec<_> = (0..CONNECTIONS)
            .map(|number| {
                let asks = &asks;
                scope.spawn(move || asks(number))
            })
            .collect();
        asking.into_iter().flat_map(|one| one.join().expect("every question is answered")).collect()
    });
    let per_second = took_ms.len() as f64 / began.elapsed().as_secs_f64();
    Pace { took_ms, per_second }
}
