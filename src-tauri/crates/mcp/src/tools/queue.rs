//! Looking at the queue, and taking a card from it.

use super::{CODING, EVERYONE, LOOKING, TESTING};
use crate::{
    params::{ListLength, Nothing, OneFeature, PutOff, SampleSize},
    table::{Definition, Effect, Entry},
};
use harness_engine::toolbox::{Blocked, FeatureView, SummaryView};
use serde::Serialize;

/// A list, so that an answer can grow more fields.
#[derive(Serialize)]
struct Listed<T> {
    features: Vec<T>,
    count: usize,
}

impl<T> From<Vec<T>> for Listed<T> {
    fn from(features: Vec<T>) -> Self {
        Self { count: features.len(), features }
    }
}

pub(super) fn entries() -> Vec<Entry> {
    let mut entries = taking();
    entries.extend(looking());
    entries
}

fn taking() -> Vec<Entry> {
    vec![
        Definition {
            name: "feature_get_next",
            title: "Take the next feature",
            description: "Claims the next feature, fix or bug of the queue for this session and answers with its whole text and an \
                          instruction. While you hold one, it answers with that one again. The answer's `type` says what to do: \
                          feature, redesign, bug_analysis_needed, bug_fix and fix are work; in_progress, nothing_ready, all_done \
                          and session_done mean: end the session.",
            effect: Effect::Sets,
            roles: CODING,
        }
        .quick(|tools, Nothing {}| Ok(tools.next()?)),
        Definition {
            name: "feature_claim_and_get",
            title: "Take one feature",
            description: "Claims one particular feature for this session and answers with its whole text. Refused while you hold \
                          another, and when it is done, held by another session, or waits for others. Usually you want \
                          feature_get_next.",
            effect: Effect::Sets,
            roles: CODING,
        }
        .quick(|tools, one: OneFeature| Ok(tools.mark_in_progress(one.feature_id)?)),
        Definition {
            name: "feature_mark_in_progress",
            title: "Mark a feature as being worked on",
            description: "Claims one particular feature for this session. The same as feature_claim_and_get. After feature_get_next \
                          it is not needed: that has claimed the feature already.",
            effect: Effect::Sets,
            roles: CODING,
        }
        .quick(|tools, one: OneFeature| Ok(tools.mark_in_progress(one.feature_id)?)),
        Definition {
            name: "feature_clear_in_progress",
            title: "Give a feature back",
            description: "Gives back the feature this session holds, so that another session can take it. Commit or undo your \
                          changes first. Refused for a feature in another session's hands.",
            effect: Effect::Sets,
            roles: CODING,
        }
        .quick(|tools, one: OneFeature| Ok(tools.clear_in_progress(one.feature_id)?)),
        Definition {
            name: "feature_skip",
            title: "Put a feature off",
            description: "Puts a feature behind all others of its layer, because something outside the project makes it impossible for now. \
                          Difficulty is not a reason, and neither is missing code: build it, or name what it needs with \
                          feature_add_dependency. Ends this session's work when it held the feature.",
            effect: Effect::Sets,
            roles: CODING,
        }
        .quick(|tools, off: PutOff| Ok(tools.skip(off.feature_id, off.reason())?)),
    ]
}

fn looking() -> Vec<Entry> {
    vec![
        Definition {
            name: "feature_get_stats",
            title: "How far the project is",
            description: "Counts the features by status: passing, in_progress, pending, failing, needs_input, blocked, total, and \
                          the percentage that passes. Bugs and fixes are counted too.",
            effect: Effect::Reads,
            roles: EVERYONE,
        }
        .quick(|tools, Nothing {}| Ok(tools.stats()?)),
        Definition {
            name: "feature_get_by_id",
            title: "Read a feature",
            description: "Answers with a whole feature: description, steps, dependencies, status, the notes of the last attempt, and \
                          the newest proof. Claims nothing.",
            effect: Effect::Reads,
            roles: EVERYONE,
        }
        .quick(|tools, one: OneFeature| Ok(tools.get(one.feature_id)?)),
        Definition {
            name: "feature_get_summary",
            title: "Read a feature's status",
            description: "Answers with a feature's id, name, status and dependencies, without its long texts.",
            effect: Effect::Reads,
            roles: LOOKING,
        }
        .quick(|tools, one: OneFeature| Ok(tools.summary(one.feature_id)?)),
        Definition {
            name: "feature_get_ready",
            title: "Features that can start",
            description: "Lists the features that could be started now, in the order of the queue. Claims nothing.",
            effect: Effect::Reads,
            roles: LOOKING,
        }
        .quick(|tools, list: ListLength| Ok(Listed::<SummaryView>::from(tools.ready(list.limit())?))),
        Definition {
            name: "feature_get_blocked",
            title: "Features that wait for others",
            description: "Lists the features that wait for others, in the order of the queue; `blocked_by` names what they wait for.",
            effect: Effect::Reads,
            roles: LOOKING,
        }
        .quick(|tools, list: ListLength| Ok(Listed::<Blocked>::from(tools.blocked(list.limit())?))),
        Definition {
            name: "feature_get_graph",
            title: "All features and their dependencies",
            description: "Answers with every feature (id, name, status, category) and every dependency, as an edge from what must \
                          pass first (`source`) to what waits for it (`target`). Long for large projects.",
            effect: Effect::Reads,
            roles: LOOKING,
        }
        .quick(|tools, Nothing {}| Ok(tools.graph()?)),
        Definition {
            name: "feature_get_for_regression",
            title: "Features to test again",
            description: "Picks passing features at random, with their steps, to be tested again.",
            effect: Effect::Reads,
            roles: TESTING,
        }
        .quick(|tools, sample: SampleSize| {
            Ok(Listed::<FeatureView>::from(tools.for_regression(sample.limit())?))
        }),
        Definition {
            name: "project_completion_check",
            title: "Is the project complete?",
            description: "Says whether every feature passes, and if not, how many do not.",
            effect: Effect::Reads,
            roles: CODING,
        }
        .quick(|tools, Nothing {}| Ok(tools.completion()?)),
    ]
}
