//! The queue: which card is worked on next, and why none is when none can be.

use crate::{
    feature::{Feature, Kind, Status},
    id::FeatureId,
};
use serde::{Deserialize, Serialize};
use specta::Type;
use std::{
    collections::{HashMap, HashSet},
    fmt,
};

/// The three queues that follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// Reports that something is wrong: they trouble people today.
    Bug,
    /// What mends something: fixes, and cards that stopped passing and have no fix under way.
    Mend,
    /// What is to be built.
    Build,
}

/// Where a card stands in the queue; the lower goes first. The single definition of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank {
    /// False for a pinned card: a person's word goes before every other rule.
    pub is_unpinned: bool,
    /// Which of the queues it stands in.
    pub turn: Turn,
    /// Its layer, from 0 to 8, when it is to be built; 0 otherwise, since mending knows no layers.
    pub layer: u8,
    /// Its priority.
    pub priority: i32,
    /// The older card first.
    pub id: FeatureId,
}

/// Where the card stands in the queue, whether or not it can be worked on now.
pub fn rank(feature: &Feature) -> Rank {
    let turn = match (feature.kind, feature.status) {
        (Kind::Bug, _) => Turn::Bug,
        (Kind::Fix, _) | (_, Status::Failing) => Turn::Mend,
        _ => Turn::Build,
    };
    let layer = if turn == Turn::Build { feature.layer.number() } else { 0 };
    Rank { is_unpinned: !feature.is_pinned, turn, layer, priority: feature.priority, id: feature.id }
}

/// Every card that can be worked on now, the next one first. `features` are all cards of the project.
///
/// A card is ready when all it depends on is done and it is an open bug, a pending card, or a failing one
/// that no unfinished fix is about to mend. Dependencies on cards that are not given count as met.
pub fn queue_order(features: &[Feature]) -> Vec<FeatureId> {
    let board = Board::new(features);
    let mut ranks: Vec<Rank> = features.iter().filter(|feature| board.is_ready(feature)).map(rank).collect();
    ranks.sort_unstable();
    ranks.into_iter().map(|rank| rank.id).collect()
}

/// The card to work on next, if any is ready. The first of [`queue_order`].
pub fn next(features: &[Feature]) -> Option<FeatureId> {
    let board = Board::new(features);
    features.iter().filter(|feature| board.is_ready(feature)).map(rank).min().map(|rank| rank.id)
}

/// What an unfinished card at the root of a standstill is itself waiting for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Obstacle {
    /// It could be worked on now: there is no standstill.
    Ready,
    /// A session holds it.
    InProgress,
    /// It asked a question that only a person can answer.
    NeedsInput {
        /// The question, where it is known.
        question: Option<String>,
    },
    /// It was parked after too many failed attempts.
    Parked {
        /// Why it failed, where it is known.
        diagnosis: Option<String>,
    },
    /// A bug whose fixes are all finished or gone, yet it was not resolved.
    Unresolved,
    /// It depends, over other cards, on itself.
    Circle,
}

/// One card that holds up the queue, and the cards that wait because of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Holdup {
    /// The card.
    pub feature: FeatureId,
    /// Its name.
    pub name: String,
    /// What it waits for.
    pub obstacle: Obstacle,
    /// Cards that wait for it, directly or over others; ascending. A card that waits for several is named at the first.
    pub waiting: Vec<FeatureId>,
}

/// Why no card can be worked on. Empty when every card is done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Standstill {
    /// The cards at the roots, those that need a person first, then in queue order.
    pub holdups: Vec<Holdup>,
}

impl Standstill {
    /// Whether every card is done.
    pub fn is_all_done(&self) -> bool {
        self.holdups.is_empty()
    }

    /// Whether a person can end it: by answering a question or by taking a parked card up again.
    pub fn needs_person(&self) -> bool {
        let asks = |holdup: &Holdup| {
            matches!(holdup.obstacle, Obstacle::NeedsInput { .. } | Obstacle::Parked { .. } | Obstacle::Circle)
        };
        self.holdups.iter().any(asks)
    }
}

/// How many holdups the words of a [`Standstill`] name before they only count the rest.
const NAMED_HOLDUPS: usize = 5;
/// How many characters of a question or diagnosis the words quote.
const QUOTED_CHARS: usize = 200;

impl fmt::Display for Standstill {
    /// Sentences for a person: which cards hold up the queue, why, and what to do about it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all_done() {
            return f.write_str("Every card is done.");
        }
        for (position, holdup) in self.holdups.iter().take(NAMED_HOLDUPS).enumerate() {
            let separator = if position == 0 { "" } else { " " };
            write!(f, "{separator}#{} “{}” {}", holdup.feature, holdup.name, holdup.obstacle)?;
            match holdup.waiting.as_slice() {
                [] => f.write_str(".")?,
                [only] => write!(f, "; #{only} waits for it.")?,
                [first, rest @ ..] => write!(f, "; #{first} and {} more wait for it.", rest.len())?,
            }
        }
        match self.holdups.len().saturating_sub(NAMED_HOLDUPS) {
            0 => Ok(()),
            more => write!(f, " {more} more hold up the rest."),
        }
    }
}

impl fmt::Display for Obstacle {
    /// The rest of a sentence that begins with the card.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Obstacle::Ready => f.write_str("can be worked on now"),
            Obstacle::InProgress => f.write_str("is being worked on"),
            Obstacle::NeedsInput { question: None } => f.write_str("needs an answer from a person"),
            Obstacle::NeedsInput { question: Some(question) } => {
                write!(f, "needs an answer from a person ({})", quoted(question))
            }
            Obstacle::Parked { diagnosis: None } => {
                f.write_str("was parked after too many failed attempts; make it pending to try again")
            }
            Obstacle::Parked { diagnosis: Some(diagnosis) } => {
                write!(f, "was parked ({}); make it pending to try again", quoted(diagnosis))
            }
            Obstacle::Unresolved => f.write_str("has no unfinished fix left but is not resolved; reopen it"),
            Obstacle::Circle => f.write_str("depends on itself over other cards; remove one of its dependencies"),
        }
    }
}

/// The first line, shortened.
fn quoted(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default().trim_end();
    match line.char_indices().nth(QUOTED_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// Why no card can be worked on: the unfinished cards that wait for no other card, and who waits for them.
/// `features` are all cards of the project. Linear in cards and dependencies.
pub fn why_nothing_is_ready(features: &[Feature]) -> Standstill {
    let board = Board::new(features);
    let mut unfinished: Vec<&Feature> = features.iter().filter(|feature| !feature.status.is_done()).collect();
    unfinished.sort_by_cached_key(|feature| rank(feature));

    let mut waiting_for: HashMap<FeatureId, Vec<FeatureId>> = HashMap::new();
    let mut roots: Vec<(&Feature, Obstacle)> = Vec::new();
    for feature in &unfinished {
        match board.obstacle(feature) {
            Ok(obstacle) => roots.push((feature, obstacle)),
            Err(awaited) => awaited.into_iter().for_each(|id| waiting_for.entry(id).or_default().push(feature.id)),
        }
    }
    roots.sort_by_key(|(_, obstacle)| !matches!(obstacle, Obstacle::NeedsInput { .. } | Obstacle::Parked { .. }));

    let mut reached: HashSet<FeatureId> = roots.iter().map(|(feature, _)| feature.id).collect();
    let mut holdups: Vec<Holdup> = Vec::with_capacity(roots.len());
    for (feature, obstacle) in roots {
        let waiting = reach(feature.id, &waiting_for, &mut reached);
        holdups.push(Holdup { feature: feature.id, name: feature.name.clone(), obstacle, waiting });
    }
    // Whatever no root holds up waits for itself. The store refuses such circles; a damaged file may have one.
    for feature in unfinished {
        if reached.insert(feature.id) {
            let waiting = reach(feature.id, &waiting_for, &mut reached);
            holdups.push(Holdup {
                feature: feature.id,
                name: feature.name.clone(),
                obstacle: Obstacle::Circle,
                waiting,
            });
        }
    }
    Standstill { holdups }
}

/// The cards that wait for `root`, directly or over others, and that no earlier root reached. Ascending.
fn reach(
    root: FeatureId,
    waiting_for: &HashMap<FeatureId, Vec<FeatureId>>,
    reached: &mut HashSet<FeatureId>,
) -> Vec<FeatureId> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(card) = open.pop() {
        for waiting in waiting_for.get(&card).into_iter().flatten() {
            if reached.insert(*waiting) {
                found.push(*waiting);
                open.push(*waiting);
            }
        }
    }
    found.sort_unstable();
    found
}

/// All cards of a project, indexed for the questions of the queue.
struct Board<'a> {
    cards: HashMap<FeatureId, &'a Feature>,
    /// The fixes of each card that are not done.
    unfinished_fixes: HashMap<FeatureId, Vec<FeatureId>>,
}

impl<'a> Board<'a> {
    fn new(features: &'a [Feature]) -> Self {
        let mut unfinished_fixes: HashMap<FeatureId, Vec<FeatureId>> = HashMap::new();
        for fix in features.iter().filter(|feature| !feature.status.is_done()) {
            if let Some(parent) = fix.parent {
                unfinished_fixes.entry(parent).or_default().push(fix.id);
            }
        }
        Self { cards: features.iter().map(|feature| (feature.id, feature)).collect(), unfinished_fixes }
    }

    fn is_ready(&self, feature: &Feature) -> bool {
        matches!(self.obstacle(feature), Ok(Obstacle::Ready))
    }

    /// What the unfinished card waits for: a state of its own, or (the error) other cards.
    fn obstacle(&self, feature: &Feature) -> Result<Obstacle, Vec<FeatureId>> {
        let fixes = || self.unfinished_fixes.get(&feature.id).cloned().unwrap_or_default();
        let awaited = match feature.status {
            Status::Passing | Status::Resolved => return Ok(Obstacle::Unresolved),
            Status::InProgress | Status::Analyzing => return Ok(Obstacle::InProgress),
            Status::NeedsInput => return Ok(Obstacle::NeedsInput { question: feature.note.clone() }),
            Status::Blocked => return Ok(Obstacle::Parked { diagnosis: feature.note.clone() }),
            Status::Fixing => {
                let fixes = fixes();
                return if fixes.is_empty() { Ok(Obstacle::Unresolved) } else { Err(fixes) };
            }
            Status::Failing => [fixes(), self.unmet(feature)].concat(),
            Status::Pending | Status::Open => self.unmet(feature),
        };
        if awaited.is_empty() { Ok(Obstacle::Ready) } else { Err(awaited) }
    }

    fn unmet(&self, feature: &Feature) -> Vec<FeatureId> {
        let is_unmet = |id: &&FeatureId| self.cards.get(id).is_some_and(|card| !card.status.is_done());
        feature.dependencies.iter().filter(is_unmet).copied().collect()
    }
}

#[cfg(test)]
mod tests;
