//! One session under watch, and the ladder: a word, then the end.

use super::{
    action::Action,
    detector::Detector,
    finding::{Loop, LoopKind, LoopStep},
    progress::{Limits, Progress},
};

/// An agent that makes progress between two findings is told again, but not for ever.
const MOST_NUDGES: u32 = 3;
/// States of the tree remembered: one that was there before is no progress.
const TREES: usize = 32;

/// What a call means for its session.
#[derive(Debug, Clone, PartialEq)]
pub enum Sight {
    /// Nothing.
    Calm,
    /// The agent goes in circles; this is to be done.
    Stuck(LoopStep, Loop),
    /// Nothing was seen to come of it for long. Only the tree can tell: see [`Watch::compare`].
    Doubt(Loop),
}

/// Watches one session. Made anew for each.
#[derive(Debug, Default)]
pub struct Watch {
    detector: Detector,
    progress: Progress,
    limits: Limits,
    nudges: u32,
    trees: Vec<u64>,
}

impl Watch {
    /// A watch with these limits.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The state of the tree before the session's first call.
    pub fn begin(&mut self, tree: u64) {
        self.trees.push(tree);
    }

    /// Takes note of a call that ended, `tokens` being what the session has used up to now.
    pub fn record(&mut self, action: &Action, tokens: u64) -> Sight {
        let (novelty, found) = self.detector.record(action);
        self.progress.record(action, novelty, tokens);
        if let Some(found) = found {
            return self.climb(found);
        }
        match self.progress.exceeded(&self.limits, || self.detector.latest()) {
            Some(doubt) => Sight::Doubt(doubt),
            None => Sight::Calm,
        }
    }

    /// Calls that are remembered.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.detector.remembered()
    }

    /// The host kept the agent waiting for so many milliseconds, for a person's word or for the checks. They do not count
    /// as standing still.
    pub fn excuse(&mut self, millis: i64) {
        self.progress.excuse(millis);
    }

    /// Something came of the session that no file shows, such as a card it created.
    pub fn progressed(&mut self) {
        self.progress.made();
    }

    /// Settles a doubt by the state of the tree as it is now; none when it cannot be read, which proves nothing.
    pub fn compare(&mut self, doubt: Loop, tree: Option<u64>) -> Sight {
        if let Some(tree) = tree.filter(|tree| !self.trees.contains(tree)) {
            if self.trees.len() == TREES {
                self.trees.remove(0);
            }
            self.trees.push(tree);
            self.progress.made();
            return Sight::Calm;
        }
        self.progress.start_over();
        self.detector.rest();
        self.climb(doubt)
    }

    /// The first finding is told to the agent. One that follows it ends the session, unless there was progress in
    /// between: then it may be told twice more.
    fn climb(&mut self, found: Loop) -> Sight {
        let is_told = if found.may_end {
            self.nudges == 0 || self.progress.since_nudge && self.nudges < MOST_NUDGES
        } else if self.nudges < MOST_NUDGES {
            true
        } else {
            return Sight::Calm;
        };
        if !is_told {
            return Sight::Stuck(LoopStep::Ended, found);
        }
        self.nudges += 1;
        self.progress.since_nudge = false;
        // Time and tokens to act on it.
        self.progress.start_over();
        Sight::Stuck(LoopStep::Nudged, found)
    }
}

/// What the agent is told: what repeats, and what to try instead.
pub fn nudge(found: &Loop) -> String {
    let advice = match found.kind {
        LoopKind::ExactRepetition | LoopKind::PatternRepetition => {
            "Doing it again will give the same. Look at what the result says, change something, or go another way. To wait \
             for something, use one command that waits with a time limit."
        }
        LoopKind::SimilarActions => {
            "Variations of it come to the same. Read what is really there first, then go about it in another way."
        }
        LoopKind::ErrorLoop => {
            "Read the whole error, find its cause (look at the code or file it names, make the case smaller), and change \
             that before you try again."
        }
        LoopKind::EditPingPong => {
            "Two demands contradict each other, or something changes the file back. Find out which before you edit it again."
        }
        LoopKind::NoProgress | LoopKind::TokenBurn | LoopKind::Standstill => {
            "Take the smallest step that changes the project and can be tested, and do it now."
        }
    };
    let consequence = if found.may_end { " The session is ended when it goes on like this." } else { "" };
    format!(
        "The host has noticed that you are going in circles: {}. {advice} If you cannot go on, say with \
         feature_request_human_input what you need, or feature_skip the card with the reason.{consequence}",
        found.description
    )
}

/// What the person and the next session are told about a session that was ended.
pub fn diagnosis(found: &Loop) -> String {
    let mut text = format!("{} ({}), although the agent had been told", found.description, found.kind);
    if !found.evidence.is_empty() {
        text.push_str("; its last calls: ");
        text.push_str(&found.evidence.join(" | "));
    }
    text
}
