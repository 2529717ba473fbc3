//! Looking at the queue, and taking a card from it.

use super::{FeatureView, SummaryView, Toolbox, view::status_word};
use crate::EngineError;
use harness_domain::{
    feature::{Feature, Kind, Progress, Status},
    id::FeatureId,
    schedule::why_nothing_is_ready,
};
use harness_store::BlockedFeature;
use serde::Serialize;

/// How far the project is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stats {
    /// Cards that pass.
    pub passing: u32,
    /// Cards that a session works on.
    pub in_progress: u32,
    /// Cards that wait for their turn.
    pub pending: u32,
    /// Cards that passed once and do not any more.
    pub failing: u32,
    /// Cards that wait for a person.
    pub needs_input: u32,
    /// Cards that were parked.
    pub blocked: u32,
    /// All cards.
    pub total: u32,
    /// Of all, those that pass; one digit after the point.
    pub percentage: f64,
}

/// What comes next, and what to do with it.
#[derive(Debug, Clone, Serialize)]
pub struct Next {
    /// Which sort of answer this is.
    #[serde(rename = "type")]
    pub kind: NextKind,
    /// The card, now claimed by this session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<FeatureView>,
    /// The same card again when it is a bug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bug: Option<FeatureView>,
    /// The bug, or the feature that stopped passing, which a fix mends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_bug_id: Option<FeatureId>,
    /// The parent's whole text, so that a fix is not made blindly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<FeatureView>,
    /// What to do now, in words.
    pub instruction: String,
}

/// The sorts of answer to "what comes next".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NextKind {
    /// Build it.
    Feature,
    /// Change its appearance.
    Redesign,
    /// Reproduce it and create its fixes.
    BugAnalysisNeeded,
    /// Mend a bug.
    BugFix,
    /// Mend a feature that stopped passing.
    Fix,
    /// Cards remain, but all that could be worked on are in other sessions' hands.
    InProgress,
    /// Cards remain, but none can be worked on.
    NothingReady,
    /// Every card passes.
    AllDone,
    /// This session has done its card.
    SessionDone,
}

/// A card that cannot start yet.
#[derive(Debug, Clone, Serialize)]
pub struct Blocked {
    /// The card.
    #[serde(flatten)]
    pub feature: SummaryView,
    /// What it waits for.
    pub blocked_by: Vec<FeatureId>,
}

/// The dependencies as a picture's raw material.
#[derive(Debug, Clone, Serialize)]
pub struct GraphView {
    /// The cards.
    pub nodes: Vec<GraphNode>,
    /// From what must pass first to what waits for it.
    pub edges: Vec<GraphEdge>,
}

/// A card in the graph.
#[derive(Debug, Clone, Serialize)]
pub struct GraphNode {
    /// Its number.
    pub id: FeatureId,
    /// Its title.
    pub name: String,
    /// Where it stands.
    pub status: &'static str,
    /// As the specification sorts it.
    pub category: String,
}

/// A dependency in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct GraphEdge {
    /// Must pass first.
    pub source: FeatureId,
    /// Waits for it.
    pub target: FeatureId,
}

/// Where a skipped card went.
#[derive(Debug, Clone, Serialize)]
pub struct Skipped {
    /// The card.
    pub id: FeatureId,
    /// Its title.
    pub name: String,
    /// Where it was.
    pub old_priority: i32,
    /// Where it is now: behind every other.
    pub new_priority: i32,
}

/// Whether the project is complete.
#[derive(Debug, Clone, Serialize)]
pub struct Completion {
    /// Whether every card passes.
    pub completed: bool,
    /// Cards that do not.
    pub remaining: u32,
    /// How far it is.
    pub stats: Stats,
    /// In words.
    pub message: String,
}

impl Toolbox {
    /// How far the project is.
    pub fn stats(&self) -> Result<Stats, EngineError> {
        let counts = self.project.store.counts()?;
        let of = |progress: Progress| {
            Status::ALL.into_iter().filter(|s| s.progress() == progress).map(|s| counts.of(s)).sum()
        };
        let (pending, failing): (u32, u32) = (of(Progress::Pending), counts.of(Status::Failing));
        let share = f64::from(counts.done) * 100.0 / f64::from(counts.total.max(1));
        Ok(Stats {
            passing: counts.done,
            in_progress: of(Progress::InProgress),
            pending: pending - failing,
            failing,
            needs_input: of(Progress::NeedsInput),
            blocked: of(Progress::Blocked),
            total: counts.total,
            percentage: (share * 10.0).round() / 10.0,
        })
    }

    /// Claims the next card for this session; the same one again while it is held.
    pub fn next(&self) -> Result<Next, EngineError> {
        if self.is_done() {
            return Ok(Next::without_card(
                NextKind::SessionDone,
                "This session has done its card. End it now with a short summary; the next session takes the next card.",
            ));
        }
        if let Some(held) = self.claimed()? {
            return self.offer(held);
        }
        let claimed = self.project.store.claim_next(&self.claim()?, &self.cause("next in the queue"))?;
        match claimed {
            Some(feature) => {
                self.note_claim(&feature)?;
                self.offer(feature)
            }
            None => self.nothing_to_offer(),
        }
    }

    /// Claims one particular card for this session.
    ///
    /// Refused when the session holds another, or when the card is done, held elsewhere or waits for others.
    pub fn mark_in_progress(&self, id: FeatureId) -> Result<FeatureView, EngineError> {
        self.only_claim(id)?;
        if let Some(held) = self.claimed()? {
            return Ok(FeatureView::new(held, None));
        }
        let feature = self.project.store.claim(id, &self.claim()?, &self.cause("claimed by number"))?;
        self.note_claim(&feature)?;
        Ok(FeatureView::new(feature, None))
    }

    /// Gives the session's card back, or a card that no living session holds.
    ///
    /// A session of a run is over then: what it wrote for one card must not end up in the commit of another.
    pub fn clear_in_progress(&self, id: FeatureId) -> Result<FeatureView, EngineError> {
        let feature = self.project.store.feature(id)?;
        match &feature.lease {
            None => return Ok(FeatureView::new(feature, None)),
            Some(lease)
                if lease.session == self.scope.session || lease.expires_at_ms <= self.project.app.clock.now_ms() =>
            {
                self.project.store.release_session(&lease.session, &self.cause("given back"))?;
                if lease.session == self.scope.session {
                    self.note_refusal("the agent gave it back".into());
                    self.finish();
                }
            }
            Some(_) => {
                return Err(EngineError::Refused(format!(
                    "#{id} is in the hands of another session; wait for its end"
                )));
            }
        }
        let feature = self.project.store.feature(id)?;
        self.project.publish_status(&feature, "given back");
        Ok(FeatureView::new(feature, None))
    }

    /// Puts a card behind every other. Refused when it passes or another session holds it; a session of a run can skip
    /// only its own.
    pub fn skip(&self, id: FeatureId, reason: &str) -> Result<Skipped, EngineError> {
        if self.scope.run.is_some() {
            self.only_claim(id)?;
        }
        let before = self.project.store.feature(id)?;
        if self.is_anothers(&before) {
            return Err(EngineError::Refused(format!("#{id} is in the hands of another session")));
        }
        let was_held = before.lease.is_some();
        let after = self.project.store.skip(id, &self.cause(format!("skipped: {reason}")))?;
        if was_held {
            self.note_refusal(format!("the agent skipped it: {}", reason.trim_end_matches('.')));
            self.finish();
        }
        self.project.publish_status(&after, reason);
        Ok(Skipped { id, name: after.name, old_priority: before.priority, new_priority: after.priority })
    }

    /// A whole card with its newest proof.
    pub fn get(&self, id: FeatureId) -> Result<FeatureView, EngineError> {
        let feature = self.project.store.feature(id)?;
        let evidence = self.project.store.evidence_latest_of(id)?;
        Ok(FeatureView::new(feature, evidence))
    }

    /// A card without its long texts.
    pub fn summary(&self, id: FeatureId) -> Result<SummaryView, EngineError> {
        Ok(summary(&self.project.store.feature(id)?))
    }

    /// Cards that could start now, in queue order.
    pub fn ready(&self, limit: u32) -> Result<Vec<SummaryView>, EngineError> {
        Ok(self.project.store.ready(count(limit))?.iter().map(summary).collect())
    }

    /// Cards that wait for others, in queue order.
    pub fn blocked(&self, limit: u32) -> Result<Vec<Blocked>, EngineError> {
        let waiting = self.project.store.blocked(count(limit))?;
        let shown = waiting.into_iter().map(|BlockedFeature { feature, unmet }| Blocked {
            feature: SummaryView {
                id: feature.id,
                status: status_word(feature.kind, feature.status),
                name: feature.name,
                dependencies: feature.dependencies,
            },
            blocked_by: unmet,
        });
        Ok(shown.collect())
    }

    /// Passing cards picked at random, to be tested again.
    pub fn for_regression(&self, limit: u32) -> Result<Vec<FeatureView>, EngineError> {
        let features = self.project.store.random_passing(count(limit.clamp(1, 10)), rand::random())?;
        Ok(features.into_iter().map(|feature| FeatureView::new(feature, None)).collect())
    }

    /// All cards and their dependencies.
    pub fn graph(&self) -> Result<GraphView, EngineError> {
        let cards = self.project.store.feature_summaries()?;
        let edges = cards
            .iter()
            .flat_map(|card| card.dependencies.iter().map(|source| GraphEdge { source: *source, target: card.id }));
        let edges = edges.collect();
        let nodes = cards.into_iter().map(|card| GraphNode {
            id: card.id,
            status: status_word(card.kind, card.status),
            name: card.name,
            category: card.category,
        });
        Ok(GraphView { nodes: nodes.collect(), edges })
    }

    /// Whether every card passes.
    pub fn completion(&self) -> Result<Completion, EngineError> {
        let stats = self.stats()?;
        let remaining = stats.total - stats.passing;
        let completed = stats.total > 0 && remaining == 0;
        let message = match (stats.total, remaining) {
            (0, _) => "There are no features yet.".to_owned(),
            (total, 0) => format!("All {total} pass."),
            (total, left) => format!("{left} of {total} do not pass yet."),
        };
        Ok(Completion { completed, remaining, stats, message })
    }

    fn offer(&self, feature: Feature) -> Result<Next, EngineError> {
        let parent = match feature.parent {
            Some(parent) => Some(self.project.store.feature(parent)?),
            None => None,
        };
        let kind = match (feature.kind, &parent) {
            (Kind::Bug, _) => NextKind::BugAnalysisNeeded,
            (Kind::Redesign, _) => NextKind::Redesign,
            (Kind::Fix, Some(parent)) if parent.kind == Kind::Bug => NextKind::BugFix,
            (Kind::Fix, _) => NextKind::Fix,
            (Kind::Feature, _) => NextKind::Feature,
        };
        let id = feature.id;
        let instruction = match kind {
            NextKind::BugAnalysisNeeded => format!(
                "Reproduce bug #{id} with a command whose failure shows it. Then create its fixes with \
                 feature_create_bulk, each with parent_bug_id {id} and steps that name a regression test, and end the session."
            ),
            NextKind::BugFix | NextKind::Fix => format!(
                "Write a test that fails because of the fault, mend the fault, and call feature_mark_passing for #{id}."
            ),
            _ => format!("Build #{id} with tests for its steps, then call feature_mark_passing for #{id}."),
        };
        let view = FeatureView::new(feature, None);
        Ok(Next {
            bug: (kind == NextKind::BugAnalysisNeeded).then(|| view.clone()),
            parent_bug_id: view.parent_id,
            parent: parent.map(|parent| FeatureView::new(parent, None)),
            feature: Some(view),
            kind,
            instruction,
        })
    }

    fn nothing_to_offer(&self) -> Result<Next, EngineError> {
        let stats = self.stats()?;
        if stats.total == 0 {
            return Ok(Next::without_card(NextKind::NothingReady, "There are no features yet."));
        }
        if stats.passing == stats.total {
            return Ok(Next::without_card(NextKind::AllDone, "Every feature passes. End the session."));
        }
        let why = why_nothing_is_ready(&self.project.store.features()?).to_string();
        let kind = if stats.in_progress > 0 { NextKind::InProgress } else { NextKind::NothingReady };
        Ok(Next::without_card(kind, format!("Nothing can be started now. {why} End the session.")))
    }
}

impl Next {
    fn without_card(kind: NextKind, instruction: impl Into<String>) -> Self {
        Self { kind, feature: None, bug: None, parent_bug_id: None, parent: None, instruction: instruction.into() }
    }
}

fn count(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

fn summary(feature: &Feature) -> SummaryView {
    SummaryView {
        id: feature.id,
        name: feature.name.clone(),
        status: status_word(feature.kind, feature.status),
        dependencies: feature.dependencies.clone(),
    }
}
