//! Figures for operators, as Prometheus reads them.

use axum::http::StatusCode;
use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Upper bounds of the classes of duration, in milliseconds.
const BOUNDS_MS: [u64; 9] = [1, 5, 10, 25, 50, 100, 250, 1_000, 10_000];

/// Counters of one door. Every one only grows, except the gauges, which are what is open now.
#[derive(Debug, Default)]
pub struct Metrics {
    /// By the first digit of the status.
    answers: [AtomicU64; 5],
    within: [AtomicU64; BOUNDS_MS.len()],
    micros: AtomicU64,
    connections: AtomicU64,
    open_connections: AtomicU64,
    turned_away: AtomicU64,
    open_sockets: AtomicU64,
    frames: AtomicU64,
    resyncs: AtomicU64,
}

/// What is open for as long as it is held.
pub(crate) struct Open<'a>(&'a AtomicU64);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Metrics {
    pub(crate) fn answered(&self, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1).min(self.answers.len() - 1);
        self.answers[class].fetch_add(1, Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Relaxed);
        if let Some(place) = BOUNDS_MS.iter().position(|bound| micros <= bound * 1_000) {
            self.within[place].fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn connected(&self) -> Open<'_> {
        self.connections.fetch_add(1, Relaxed);
        self.open_connections.fetch_add(1, Relaxed);
        Open(&self.open_connections)
    }

    pub(crate) fn turned_away(&self) {
        self.turned_away.fetch_add(1, Relaxed);
    }

    pub(crate) fn socket(&self) -> Open<'_> {
        self.open_sockets.fetch_add(1, Relaxed);
        Open(&self.open_sockets)
    }

    pub(crate) fn framed(&self, is_resync: bool) {
        self.frames.fetch_add(1, Relaxed);
        if is_resync {
            self.resyncs.fetch_add(1, Relaxed);
        }
    }

    /// All of it in Prometheus's text format; `runs` is how many go on.
    pub(crate) fn text(&self, runs: usize) -> String {
        let mut out = String::new();
        let read = |counter: &AtomicU64| counter.load(Relaxed);
        let describe = |name: &str, kind: &str, words: &str| {
            format!("# HELP harness_{name} {words}\n# TYPE harness_{name} {kind}\n")
        };
        out += &describe("http_requests_total", "counter", "Answers by the class of their status.");
        for (place, counter) in self.answers.iter().enumerate() {
            let _ = writeln!(out, "harness_http_requests_total{{class=\"{}xx\"}} {}", place + 1, read(counter));
        }
        out += &describe("http_request_seconds", "histogram", "How long answers took.");
        let all: u64 = self.answers.iter().map(read).sum();
        let mut sum = 0;
        for (bound, counter) in BOUNDS_MS.iter().zip(&self.within) {
            sum += read(counter);
            let seconds = *bound as f64 / 1_000.0;
            let _ = writeln!(out, "harness_http_request_seconds_bucket{{le=\"{seconds}\"}} {sum}");
        }
        let _ = writeln!(out, "harness_http_request_seconds_bucket{{le=\"+Inf\"}} {all}");
        let _ = writeln!(out, "harness_http_request_seconds_sum {}", read(&self.micros) as f64 / 1e6);
        let _ = writeln!(out, "harness_http_request_seconds_count {all}");
        for (name, kind, words, value) in [
            ("connections_total", "counter", "Connections that were taken.", read(&self.connections)),
            ("connections_refused_total", "counter", "Connections that were turned away.", read(&self.turned_away)),
            ("connections_open", "gauge", "Connections that are open.", read(&self.open_connections)),
            ("sockets_open", "gauge", "WebSockets that are open.", read(&self.open_sockets)),
            ("stream_frames_total", "counter", "Frames that were sent to sockets.", read(&self.frames)),
            ("stream_resyncs_total", "counter", "Frames that told a client to read anew.", read(&self.resyncs)),
            ("runs_active", "gauge", "Runs that go on in this process.", runs as u64),
        ] {
            out += &describe(name, kind, words);
            let _ = writeln!(out, "harness_{name} {value}");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_counted_once_and_in_every_class_above_its_duration() {
        let metrics = Metrics::default();
        metrics.answered(StatusCode::OK, Duration::from_millis(3));
        metrics.answered(StatusCode::NOT_FOUND, Duration::from_secs(60));
        let open = metrics.connected();
        let text = metrics.text(2);
        for line in [
            "harness_http_requests_total{class=\"2xx\"} 1",
            "harness_http_request_seconds_bucket{le=\"0.001\"} 0",
            "harness_http_request_seconds_bucket{le=\"0.005\"} 1",
            "harness_http_request_seconds_bucket{le=\"+Inf\"} 2",
            "harness_connections_open 1",
            "harness_runs_active 2",
        ] {
            assert!(text.lines().any(|there| there == line), "{line} in:\n{text}");
        }
        drop(open);
        assert!(metrics.text(0).contains("harness_connections_open 0"), "what was closed is not open");
    }
}
