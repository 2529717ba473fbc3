//! How long an agent has been without progress: in calls, tokens and time.
//!
//! Progress is a new state of the tree or a better test result, never an agent's word.

use super::{
    action::Action,
    detector::Novelty,
    finding::{Loop, LoopKind},
    score::Score,
};

/// Test commands whose best result is remembered.
const SCORES: usize = 32;
/// More time than this between two calls does not count as standing still: a tool may take so long, and beyond it
/// something else was waited for (a person, the checks, a rate limit), or the computer slept.
const LONGEST_GAP_MS: i64 = 10 * 60 * 1000;

/// How long a session may be without progress.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Calls that tell nothing new.
    pub stale_calls: u32,
    /// Calls of any sort.
    pub calls: u32,
    /// Tokens, weighted by their price as [`Spending`](super::Spending) does.
    pub tokens: u64,
    /// Time in milliseconds.
    pub millis: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { stale_calls: 40, calls: 150, tokens: 300_000, millis: 60 * 60 * 1000 }
    }
}

/// What there was since the last progress.
#[derive(Debug, Default)]
pub(super) struct Progress {
    stale_calls: u32,
    calls: u32,
    millis: i64,
    last_at_ms: Option<i64>,
    tokens_then: u64,
    tokens_now: u64,
    /// The best result of each test command, the latest last.
    best: Vec<(u64, Score)>,
    /// Whether there was any since the last nudge.
    pub(super) since_nudge: bool,
}

impl Progress {
    /// Takes note of a call, with the session's tokens up to it.
    pub(super) fn record(&mut self, action: &Action, novelty: Novelty, tokens: u64) {
        let gap = self.last_at_ms.map_or(0, |last| action.at_ms.saturating_sub(last));
        self.last_at_ms = Some(action.at_ms);
        self.millis = self.millis.saturating_add(gap.clamp(0, LONGEST_GAP_MS));
        self.tokens_now = self.tokens_now.max(tokens);
        self.calls = self.calls.saturating_add(1);
        self.stale_calls = self.stale_calls.saturating_add(u32::from(!novelty.is_news));
        if novelty.is_new_state || self.is_better(action) {
            self.made();
        }
    }

    /// The agent was kept waiting: that time is not its own.
    pub(super) fn excuse(&mut self, millis: i64) {
        self.last_at_ms = self.last_at_ms.map(|last| last.saturating_add(millis.max(0)));
    }

    /// There was progress: everything is counted from here.
    pub(super) fn made(&mut self) {
        self.since_nudge = true;
        self.start_over();
    }

    /// Counts from here, without having seen any.
    pub(super) fn start_over(&mut self) {
        (self.stale_calls, self.calls, self.millis) = (0, 0, 0);
        self.tokens_then = self.tokens_now;
    }

    /// The first limit that is reached, with nothing to show for it.
    pub(super) fn exceeded(&self, limits: &Limits, evidence: impl FnOnce() -> Vec<String>) -> Option<Loop> {
        let tokens = self.tokens_now.saturating_sub(self.tokens_then);
        let (kind, count, says) = if self.stale_calls >= limits.stale_calls {
            let says = format!("{} calls told nothing new", self.stale_calls);
            (LoopKind::NoProgress, self.stale_calls, says)
        } else if self.calls >= limits.calls {
            (LoopKind::NoProgress, self.calls, format!("there were {} calls", self.calls))
        } else if tokens >= limits.tokens {
            (LoopKind::TokenBurn, self.calls, format!("{tokens} tokens (weighted by price) were used"))
        } else if self.millis >= limits.millis {
            (LoopKind::Standstill, self.calls, format!("{} minutes went by", self.millis / 60_000))
        } else {
            return None;
        };
        Some(Loop {
            kind,
            repetitions: count,
            confidence: 0.7,
            may_end: true,
            description: format!("{says} without a new state of the files or a better test result"),
            evidence: evidence(),
        })
    }

    fn is_better(&mut self, action: &Action) -> bool {
        let Some(score) = action.score else { return false };
        let command = action.call.identity;
        let known = self.best.iter().position(|(other, _)| *other == command);
        match known.map(|place| self.best.remove(place)) {
            Some((_, best)) => {
                let is_better = score.is_better_than(best);
                self.best.push((command, if is_better { score } else { best }));
                is_better
            }
            // The first result is what later ones are compared with.
            None => {
                if self.best.len() == SCORES {
                    self.best.remove(0);
                }
                self.best.push((command, score));
                false
            }
        }
    }
}
