//! Figures, and what they are held against.

use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// One measurement: samples of both sides, and the figures that follow from them.
pub struct Measurement {
    pub title: String,
    /// What the other side is.
    pub baseline: String,
    pub unit: &'static str,
    pub ours: Vec<f64>,
    pub theirs: Vec<f64>,
    pub figures: Vec<Figure>,
    /// What a reader should know besides.
    pub notes: Vec<String>,
}

/// One number with its goal.
pub struct Figure {
    pub name: &'static str,
    pub value: f64,
    pub unit: &'static str,
    pub goal: Goal,
}

pub enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    fn is_met(&self) -> bool {
        match self.goal {
            Goal::AtMost(most) => self.value <= most,
            Goal::AtLeast(least) => self.value >= least,
        }
    }

    fn to_json(&self) -> Value {
        let goal = match self.goal {
            Goal::AtMost(most) => json!({ "at_most": most }),
            Goal::AtLeast(least) => json!({ "at_least": least }),
        };
        json!({ "name": self.name, "value": self.value, "unit": self.unit, "goal": goal, "is_met": self.is_met() })
    }
}

impl Measurement {
    pub fn to_json(&self) -> Value {
        let (ours, theirs) = (median(&self.ours), median(&self.theirs));
        json!({
            "title": self.title,
            "baseline": self.baseline,
            "unit": self.unit,
            "ours": { "median": ours, "samples": self.ours },
            "theirs": { "median": theirs, "samples": self.theirs },
            "ratio": ours / theirs,
            "figures": self.figures.iter().map(Figure::to_json).collect::<Vec<_>>(),
            "notes": self.notes,
        })
    }
}

/// The middle of the samples; not a number when there are none.
pub fn median(samples: &[f64]) -> f64 {
    percentile(samples, 0.5)
}

/// The sample below which `share` of the samples lie; not a number when there are none.
pub fn percentile(samples: &[f64], share: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = ((sorted.len() as f64 - 1.0) * share).round().max(0.0) as usize;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

/// Runs both sides `runs` times, each going first every other time, so that neither has the quieter machine.
pub fn interleaved(
    runs: usize,
    mut ours: impl FnMut() -> Duration,
    mut theirs: impl FnMut() -> Duration,
) -> (Vec<f64>, Vec<f64>) {
    let mut samples = (Vec::new(), Vec::new());
    for run in 0..runs {
        if run % 2 == 0 {
            samples.0.push(millis(ours()));
            samples.1.push(millis(theirs()));
        } else {
            samples.1.push(millis(theirs()));
            samples.0.push(millis(ours()));
        }
    }
    samples
}

pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
