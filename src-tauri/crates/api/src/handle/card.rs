//! One card with all that is known of it, the graph of all of them, and cards from a text.

use crate::{
    Api, ApiError,
    shape::{Ms, board::*, project::OfProject},
};
use harness_domain::{
    dependencies::Graph,
    feature::{Feature, Kind, NewFeature, Status},
    id::FeatureId,
    split,
};
use harness_engine::{OpenProject, git};
use std::collections::HashMap;

/// How many commits of a card are shown.
const COMMITS: usize = 100;

pub fn feature_get(api: &Api, of: OfFeature) -> Result<FeatureDetail, ApiError> {
    let project = api.project(of.project)?;
    let store = &project.store;
    let feature = store.feature(of.feature)?;
    let mut evidence = store.evidence_of(of.feature)?;
    evidence.reverse();
    let mut requests = store.requests_of(of.feature)?;
    requests.sort_unstable_by_key(|request| std::cmp::Reverse(request.id));
    let fixes = store.fixes_of(of.feature)?;
    let waits_for: Vec<FeatureId> =
        store.board(Some(&[of.feature]))?.into_iter().flat_map(|card| card.blocked_by).collect();
    let edits = store.edits_of(of.feature)?.into_iter().map(|edit| CardEdit {
        what: edit.what,
        actor: edit.actor,
        reason: edit.reason,
        run: edit.run,
        at_ms: Ms(edit.at_ms),
    });
    Ok(FeatureDetail {
        history: store.history(of.feature)?,
        edits: edits.collect(),
        evidence,
        requests,
        sessions: store.sessions_of_feature(of.feature)?,
        commits: commits(&project, of.feature)?,
        fixes: fixes.iter().map(link).collect(),
        blocked_by: links(&project, &waits_for)?,
        dependents: links(&project, &store.dependents_of(of.feature)?)?,
        images: store.images_of(of.feature)?.into_iter().map(super::image::brief).collect(),
        feature,
    })
}

fn link(feature: &Feature) -> FeatureLink {
    FeatureLink { id: feature.id, name: feature.name.clone(), kind: feature.kind, status: feature.status }
}

fn links(project: &OpenProject, ids: &[FeatureId]) -> Result<Vec<FeatureLink>, ApiError> {
    let cards = project.store.board(Some(ids))?.into_iter();
    Ok(cards.map(|card| FeatureLink { id: card.id, name: card.name, kind: card.kind, status: card.status }).collect())
}

/// The commits of a card; none when the repository cannot be read, which the project's health tells.
fn commits(project: &OpenProject, feature: FeatureId) -> Result<Vec<CommitBrief>, ApiError> {
    let found = git::commits_for(project.dir(), feature, COMMITS).unwrap_or_default();
    Ok(found.into_iter().map(CommitBrief::from).collect())
}

impl From<git::CommitLine> for CommitBrief {
    fn from(commit: git::CommitLine) -> Self {
        Self { commit: commit.oid, subject: commit.subject, at_ms: Ms(commit.at_ms) }
    }
}

pub fn feature_graph(api: &Api, of: OfProject) -> Result<FeatureGraph, ApiError> {
    let stored = api.project(of.project)?.store.graph()?;
    let mut needs: HashMap<FeatureId, Vec<FeatureId>> = stored.nodes.iter().map(|node| (node.id, Vec::new())).collect();
    let mut edges = Vec::with_capacity(stored.edges.len());
    for (feature, need) in &stored.edges {
        needs.entry(*feature).or_default().push(*need);
        edges.push(FeatureEdge { feature: *feature, needs: *need, is_fix: false });
    }
    for node in &stored.nodes {
        if let Some(parent) = node.parent {
            needs.entry(parent).or_default().push(node.id);
            edges.push(FeatureEdge { feature: parent, needs: node.id, is_fix: true });
        }
    }
    let status: HashMap<FeatureId, Status> = stored.nodes.iter().map(|node| (node.id, node.status)).collect();
    let graph = Graph::new(needs).map_err(harness_engine::EngineError::from)?;
    let is_open = |id: FeatureId| status.get(&id).is_some_and(|status| !status.is_done());
    let depths: HashMap<FeatureId, u32> =
        (0..).zip(graph.levels()).flat_map(|(depth, level)| level.into_iter().map(move |id| (id, depth))).collect();
    let unblocks = graph.unblocks(is_open);
    let nodes = stored.nodes.into_iter().map(|node| FeatureNode {
        id: node.id,
        name: node.name,
        kind: node.kind,
        status: node.status,
        progress: node.status.progress(),
        layer: node.layer,
        depth: depths.get(&node.id).copied().unwrap_or_default(),
        unblocks: unblocks.get(&node.id).copied().unwrap_or_default(),
    });
    Ok(FeatureGraph { nodes: nodes.collect(), edges, critical_path: graph.critical_path(is_open) })
}

pub fn feature_split(_: &Api, split: SplitText) -> Result<Vec<NewFeature>, ApiError> {
    let cards = split::from_text(&split.text);
    if cards.is_empty() {
        return Err(ApiError::bad_input("there is nothing to make cards from: write a line per card"));
    }
    Ok(cards.into_iter().map(|card| NewFeature { kind: Kind::Feature, ..card }).collect())
}
