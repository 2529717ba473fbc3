//! Five ways in which the latest calls of an agent can be a circle.
//!
//! A repetition counts only when its *result* is the same too: what was heard or done then cannot have helped. Thresholds
//! are those the product documents; where a call waits for something outside, three times as many are allowed.

use super::{
    action::{Action, Ending},
    call::{Call, Effect, hash},
    finding::{Loop, LoopKind},
    likeness,
    score::Score,
};
use std::collections::VecDeque;

/// Calls remembered.
pub const HISTORY: usize = 100;
/// The same call with the same result, so many times in a row.
pub const EXACT: usize = 5;
/// The same block of calls, so many times in a row.
pub const PATTERN: usize = 3;
/// The shortest and the longest block.
pub const PATTERN_LENGTHS: std::ops::RangeInclusive<usize> = 2..=10;
/// Of so many calls …
pub const SIMILAR_WINDOW: usize = 5;
/// … so many are about the same target …
pub const SIMILAR: usize = 4;
/// … and more than this part of their pairs …
pub const SIMILAR_PAIRS: f64 = 0.7;
/// … is at least so alike.
pub const LIKENESS: f64 = 0.85;
/// The same error so many times …
pub const ERRORS: usize = 3;
/// … within so many calls, nothing being changed in between.
pub const ERROR_WINDOW: usize = 10;
/// The same result of the same failing call so many times although something was changed in between.
pub const UNMOVED: usize = 12;
/// A file came back to one and the same content so many times.
pub const RETURNS: usize = 3;
/// So much more patience for calls that wait for something.
pub const PATIENCE: usize = 3;
/// After a finding nothing is found for so many calls.
pub const COOL_DOWN: u32 = 10;
/// Calls shown as evidence at most.
const EVIDENCE: usize = 10;

/// What a call contributed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Novelty {
    /// A file got a content that it did not have before in this session.
    pub is_new_state: bool,
    /// Neither this call nor this result of it was there before.
    pub is_news: bool,
}

/// One remembered call.
#[derive(Debug, Clone)]
struct Entry {
    call: Call,
    target: u64,
    ending: Ending,
    result: u64,
    /// Call and result together.
    key: u64,
    error: Option<(u64, String)>,
    score: Option<Score>,
    /// Counts what may have changed the tree; equal for calls with nothing in between.
    epoch: u32,
    /// It brought its file back to a content of earlier.
    is_return: bool,
}

/// Watches the calls of one session, in the order in which they ended.
#[derive(Debug, Default)]
pub struct Detector {
    entries: VecDeque<Entry>,
    /// Entries since the last finding: what was found once is not found again.
    fresh: usize,
    quiet: u32,
    epoch: u32,
    /// A note of the agent that was not yet repeated.
    note: Option<Entry>,
}

impl Detector {
    /// Takes note of a call; tells what it contributed, and whether the session is in a circle with it.
    pub fn record(&mut self, action: &Action) -> (Novelty, Option<Loop>) {
        let mut entry = self.entry(action);
        let novelty = self.novelty(&mut entry, action);
        if entry.call.effect == Effect::Notes {
            // A list that is kept up to date is work; only the same note again is a repetition.
            match self.note.take() {
                Some(earlier) if earlier.key == entry.key => {
                    let is_first_repetition = self.entries.back().is_none_or(|last| last.key != entry.key);
                    if is_first_repetition {
                        self.push(earlier);
                    }
                    self.note = Some(entry.clone());
                }
                _ => {
                    self.note = Some(entry);
                    self.quiet = self.quiet.saturating_sub(1);
                    return (novelty, None);
                }
            }
        }
        self.push(entry);
        if self.quiet > 0 {
            self.quiet -= 1;
            return (novelty, None);
        }
        let found = self.look();
        if found.is_some() {
            self.rest();
        }
        (novelty, found)
    }

    /// Begins a cool-down: what is remembered now is not counted again, and nothing is found for a while.
    pub fn rest(&mut self) {
        self.fresh = 0;
        self.quiet = COOL_DOWN;
    }

    /// Labels of the latest calls, oldest first.
    pub fn latest(&self) -> Vec<String> {
        self.evidence(EVIDENCE)
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.entries.len()
    }

    fn entry(&self, action: &Action) -> Entry {
        let call = &action.call;
        Entry {
            target: hash(&call.target),
            ending: action.ending,
            result: action.result,
            key: hash((call.identity, action.result)),
            error: action.error.as_ref().map(|fault| (fault.kind, fault.line.clone())),
            score: action.score,
            epoch: self.epoch,
            is_return: false,
            call: call.clone(),
        }
    }

    fn novelty(&mut self, entry: &mut Entry, action: &Action) -> Novelty {
        let is_news = !self.entries.iter().any(|earlier| earlier.key == entry.key);
        let mut is_new_state = false;
        match entry.call.effect {
            Effect::Changes { before, after } if entry.ending == Ending::Ok && before != Some(after) => {
                let mut last = None;
                let mut was_there = false;
                for earlier in self.entries.iter().filter(|earlier| earlier.changed(entry.target)) {
                    let Effect::Changes { before, after: then } = earlier.call.effect else { continue };
                    was_there |= before == Some(after) || then == after;
                    last = Some(then);
                }
                let stood_there = last == Some(after) && before.is_none_or(|before| Some(before) == last);
                is_new_state = !was_there;
                entry.is_return = was_there && !stood_there;
                self.epoch += u32::from(is_new_state);
            }
            // A command that was not run before and went well may have changed anything.
            Effect::Runs if action.error.is_none() => {
                let is_known = self.entries.iter().any(|earlier| earlier.call.identity == entry.call.identity);
                self.epoch += u32::from(!is_known);
            }
            // Other counts than the last time: something has changed, whatever changed it.
            Effect::Runs if entry.score.is_some() => {
                let last = self.entries.iter().rev().find(|earlier| earlier.call.identity == entry.call.identity);
                self.epoch += u32::from(last.is_some_and(|last| last.score != entry.score));
            }
            _ => {}
        }
        entry.epoch = self.epoch;
        Novelty { is_new_state, is_news }
    }

    fn push(&mut self, entry: Entry) {
        if self.entries.len() == HISTORY {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
        self.fresh = (self.fresh + 1).min(HISTORY);
    }

    /// The `place`-th latest entry since the last finding, from 0.
    fn back(&self, place: usize) -> Option<&Entry> {
        if place >= self.fresh { None } else { self.entries.get(self.entries.len().checked_sub(place + 1)?) }
    }

    fn latest_entries(&self, most: usize) -> impl Iterator<Item = &Entry> {
        self.entries.iter().rev().take(most.min(self.fresh))
    }

    fn look(&self) -> Option<Loop> {
        let last = self.back(0)?;
        self.ping_pong(last)
            .or_else(|| self.exact(last))
            .or_else(|| self.pattern())
            .or_else(|| self.similar(last))
            .or_else(|| self.errors(last))
    }

    fn exact(&self, last: &Entry) -> Option<Loop> {
        let needed = if last.waits() { EXACT * PATIENCE } else { EXACT };
        let count = self.latest_entries(HISTORY).take_while(|entry| entry.key == last.key).count();
        (count >= needed).then(|| {
            let what = last.call.label();
            self.finding(
                LoopKind::ExactRepetition,
                count,
                1.0,
                1,
                true,
                format!("`{what}` was called {count} times in a row with the same result"),
            )
        })
    }

    fn pattern(&self) -> Option<Loop> {
        PATTERN_LENGTHS.take_while(|length| length * PATTERN <= self.fresh).find_map(|length| {
            let block = || self.latest_entries(length);
            let first = self.back(0)?.key;
            // One call over and over is no pattern; it has a threshold of its own.
            if block().all(|entry| entry.key == first) {
                return None;
            }
            let is_same = |place: usize| Some(self.back(place)?.key == self.back(place % length)?.key);
            let same = (length..self.fresh).take_while(|place| is_same(*place) == Some(true)).count();
            let count = 1 + same / length;
            let needed = if block().any(Entry::waits) { PATTERN * PATIENCE } else { PATTERN };
            (count >= needed).then(|| {
                let says = format!(
                    "the same {length} calls were repeated {count} times in the same order with the same results"
                );
                self.finding(LoopKind::PatternRepetition, count, 0.9, length, true, says)
            })
        })
    }

    fn similar(&self, last: &Entry) -> Option<Loop> {
        if self.fresh < SIMILAR_WINDOW || !last.may_be_similar() {
            return None;
        }
        let group: Vec<&Entry> = self
            .latest_entries(SIMILAR_WINDOW)
            .filter(|entry| entry.target == last.target && entry.may_be_similar() && entry.epoch == last.epoch)
            .filter(|entry| entry.came_to_the_same(last))
            .collect();
        // Equal calls are the exact strategy's.
        if group.len() < SIMILAR || group.iter().all(|entry| entry.call.identity == last.call.identity) {
            return None;
        }
        let pairs = (0..group.len()).flat_map(|one| (one + 1..group.len()).map(move |other| (one, other)));
        let (mut alike, mut all) = (0_u32, 0_u32);
        for (one, other) in pairs {
            all += 1;
            let (one, other) = (&group[one].call, &group[other].call);
            let is_alike =
                one.identity == other.identity || likeness::is_at_least(&one.content, &other.content, LIKENESS);
            alike += u32::from(is_alike);
        }
        (f64::from(alike) > SIMILAR_PAIRS * f64::from(all)).then(|| {
            let count = group.len();
            let about = &last.call.target;
            let about = super::call::first_chars(about, 80);
            let says =
                format!("{count} of the last {SIMILAR_WINDOW} calls on `{about}` hardly differ and come to the same");
            self.finding(LoopKind::SimilarActions, count, 0.8, SIMILAR_WINDOW, true, says)
        })
    }

    fn errors(&self, last: &Entry) -> Option<Loop> {
        let (kind, line) = last.error.as_ref()?;
        if last.waits() {
            return None;
        }
        let has_it = |entry: &&Entry| entry.error.as_ref().is_some_and(|(other, _)| other == kind) && !entry.waits();
        let count = self.latest_entries(ERROR_WINDOW).filter(has_it).filter(|entry| entry.epoch == last.epoch).count();
        if count >= ERRORS {
            let says = format!("the same error came {count} times while nothing was changed: {line}");
            return Some(self.finding(LoopKind::ErrorLoop, count, 0.85, ERROR_WINDOW, true, says));
        }
        // With changes in between each run is a new try. Only a result that no change moves is worth a word.
        let unmoved = self.latest_entries(HISTORY).filter(|entry| entry.key == last.key).count();
        (unmoved >= UNMOVED).then(|| {
            let says = format!(
                "{unmoved} runs of `{}` ended with the very same error whatever was changed in between: {line}",
                last.call.label()
            );
            self.finding(LoopKind::ErrorLoop, unmoved, 0.5, EVIDENCE, false, says)
        })
    }

    fn ping_pong(&self, last: &Entry) -> Option<Loop> {
        if !last.is_return {
            return None;
        }
        let Effect::Changes { after, .. } = last.call.effect else { return None };
        let comes_back = |entry: &&Entry| {
            entry.is_return
                && entry.target == last.target
                && matches!(entry.call.effect, Effect::Changes { after: then, .. } if then == after)
        };
        let count = self.latest_entries(HISTORY).filter(comes_back).count();
        (count >= RETURNS).then(|| {
            let file = super::call::first_chars(&last.call.target, 200);
            let says = format!("`{file}` was brought back to a content that it had before {count} times");
            self.finding(LoopKind::EditPingPong, count, 0.9, EVIDENCE, true, says)
        })
    }

    fn finding(
        &self,
        kind: LoopKind,
        count: usize,
        confidence: f64,
        calls: usize,
        may_end: bool,
        description: String,
    ) -> Loop {
        Loop {
            kind,
            repetitions: u32::try_from(count).unwrap_or(u32::MAX),
            confidence,
            may_end,
            description,
            evidence: self.evidence(calls.min(EVIDENCE)),
        }
    }

    fn evidence(&self, most: usize) -> Vec<String> {
        let mut labels: Vec<String> = self.entries.iter().rev().take(most).map(|entry| entry.call.label()).collect();
        labels.reverse();
        labels
    }
}

impl Entry {
    fn waits(&self) -> bool {
        self.call.effect == Effect::Waits
    }

    fn changed(&self, target: u64) -> bool {
        self.target == target && self.ending == Ending::Ok && matches!(self.call.effect, Effect::Changes { .. })
    }

    /// Whether another call like it would be a vain one: it only looked, or it failed. A command that went well may have
    /// done its part of a series, and an edit that went well has.
    fn may_be_similar(&self) -> bool {
        match self.call.effect {
            Effect::Reads => true,
            Effect::Runs | Effect::Changes { .. } => self.error.is_some(),
            Effect::Waits | Effect::Notes => false,
        }
    }

    fn came_to_the_same(&self, other: &Entry) -> bool {
        // An edit that fails quotes what it did not find, so its words differ each time.
        let is_failed_edit =
            |entry: &Entry| entry.error.is_some() && matches!(entry.call.effect, Effect::Changes { .. });
        let kind = |entry: &Entry| entry.error.as_ref().map(|(kind, _)| *kind);
        self.result == other.result
            || kind(self).is_some() && kind(self) == kind(other)
            || is_failed_edit(self) && is_failed_edit(other)
    }
}
