//! What must pass before what: the graph of dependencies, its circles and its order.

mod weight;

use crate::id::FeatureId;
use petgraph::{
    Direction,
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
    fmt,
};

/// How many edges the search for a shortest circle may visit before it settles for a short one.
/// Bounds the error path on large graphs; graphs of some hundred cards are always searched to the end.
const SEARCH_LIMIT: usize = 500_000;

/// A circle of dependencies: each card needs the one after it, and the last needs the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CyclePath(Vec<FeatureId>);

impl CyclePath {
    /// The cards of the circle, each once.
    pub fn features(&self) -> &[FeatureId] {
        &self.0
    }
}

impl fmt::Display for CyclePath {
    /// `#1 → #4 → #2 → #1`, where an arrow reads "needs".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for feature in &self.0 {
            write!(f, "#{feature} → ")?;
        }
        self.0.first().map_or(Ok(()), |first| write!(f, "#{first}"))
    }
}

/// Dependencies that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DependencyError {
    /// It names a card that does not exist.
    #[error(
        "#{feature} cannot depend on #{dependency}: there is no such card; list the cards to find the right number"
    )]
    Unknown {
        /// The card that depends.
        feature: FeatureId,
        /// What it names.
        dependency: FeatureId,
    },
    /// It names itself.
    #[error("#{feature} cannot depend on itself; leave that dependency out")]
    Itself {
        /// The card that depends.
        feature: FeatureId,
    },
    /// Cards wait for one another.
    #[error("these cards would wait for one another forever: {path}; remove one of these dependencies")]
    Cycle {
        /// A shortest circle.
        path: CyclePath,
    },
}

/// Cards and what they depend on, known to be free of circles.
#[derive(Debug, Clone)]
pub struct Graph {
    /// An edge goes from a card to what it needs.
    edges: DiGraph<FeatureId, ()>,
    nodes: HashMap<FeatureId, NodeIndex>,
    /// Every node after all it needs.
    sorted: Vec<NodeIndex>,
}

impl Graph {
    /// Builds the graph of all cards, each given with what it depends on. Repeated dependencies count once.
    ///
    /// Fails with [`DependencyError::Unknown`] when a dependency is not among the cards, with
    /// [`DependencyError::Itself`], and with [`DependencyError::Cycle`]. Linear in cards and dependencies.
    pub fn new(nodes: impl IntoIterator<Item = (FeatureId, Vec<FeatureId>)>) -> Result<Graph, DependencyError> {
        let given: Vec<(FeatureId, Vec<FeatureId>)> = nodes.into_iter().collect();
        let mut edges = DiGraph::with_capacity(given.len(), given.iter().map(|(_, needs)| needs.len()).sum());
        let mut nodes = HashMap::with_capacity(given.len());
        for (feature, _) in &given {
            nodes.entry(*feature).or_insert_with(|| edges.add_node(*feature));
        }
        for (feature, mut needs) in given {
            needs.sort_unstable();
            needs.dedup();
            for dependency in needs {
                if dependency == feature {
                    return Err(DependencyError::Itself { feature });
                }
                let Some(to) = nodes.get(&dependency) else {
                    return Err(DependencyError::Unknown { feature, dependency });
                };
                edges.add_edge(nodes[&feature], *to, ());
            }
        }
        let mut graph = Graph { edges, nodes, sorted: Vec::new() };
        graph.sorted = graph.sorted_by(|feature| feature);
        if graph.sorted.len() < graph.edges.node_count() {
            return Err(DependencyError::Cycle { path: graph.short_circle() });
        }
        Ok(graph)
    }

    /// Number of cards.
    pub fn len(&self) -> usize {
        self.edges.node_count()
    }

    /// Whether there are no cards.
    pub fn is_empty(&self) -> bool {
        self.edges.node_count() == 0
    }

    /// Every card after all it depends on; between cards that are free to go, the lower number first.
    pub fn order(&self) -> Vec<FeatureId> {
        self.sorted.iter().map(|node| self.edges[*node]).collect()
    }

    /// Every card after all it depends on; between cards that are free to go, the lower rank first.
    /// Equal ranks are ordered by number, so the answer never depends on the order of insertion.
    pub fn order_by<R: Ord>(&self, rank: impl Fn(FeatureId) -> R) -> Vec<FeatureId> {
        self.sorted_by(|feature| (rank(feature), feature)).into_iter().map(|node| self.edges[node]).collect()
    }

    /// What the card depends on directly, ascending. Empty for an unknown card.
    pub fn dependencies(&self, feature: FeatureId) -> Vec<FeatureId> {
        self.neighbours(feature, Direction::Outgoing)
    }

    /// The cards that depend on this one directly, ascending. Empty for an unknown card.
    pub fn dependents(&self, feature: FeatureId) -> Vec<FeatureId> {
        self.neighbours(feature, Direction::Incoming)
    }

    /// The direct dependencies that are not done yet, ascending.
    pub fn unmet(&self, feature: FeatureId, is_done: impl Fn(FeatureId) -> bool) -> Vec<FeatureId> {
        let mut needs = self.dependencies(feature);
        needs.retain(|dependency| !is_done(*dependency));
        needs
    }

    /// The circle that the new dependency would close, if it would; the shortest one.
    pub fn would_cycle(&self, feature: FeatureId, new_dependency: FeatureId) -> Option<CyclePath> {
        let found =
            find_cycle(feature, &[new_dependency], |card| Ok::<_, std::convert::Infallible>(self.dependencies(card)));
        found.unwrap_or_else(|never| match never {})
    }

    /// How many cards stand in a row below this one: 0 when it depends on nothing. None for an unknown card.
    pub fn depth(&self, feature: FeatureId) -> Option<usize> {
        let node = self.nodes.get(&feature)?;
        Some(self.depths()[node.index()])
    }

    /// The cards by depth, for drawing: each card one level after the deepest card it depends on.
    /// Ascending within a level.
    pub fn levels(&self) -> Vec<Vec<FeatureId>> {
        let mut levels: Vec<Vec<FeatureId>> = Vec::new();
        for (node, depth) in self.depths().into_iter().enumerate() {
            if levels.len() <= depth {
                levels.resize_with(depth + 1, Vec::new);
            }
            levels[depth].push(self.edges[NodeIndex::new(node)]);
        }
        levels.iter_mut().for_each(|level| level.sort_unstable());
        levels
    }

    fn neighbours(&self, feature: FeatureId, direction: Direction) -> Vec<FeatureId> {
        let Some(node) = self.nodes.get(&feature) else { return Vec::new() };
        let mut found: Vec<FeatureId> =
            self.edges.neighbors_directed(*node, direction).map(|node| self.edges[node]).collect();
        found.sort_unstable();
        found
    }

    fn depths(&self) -> Vec<usize> {
        let mut depths = vec![0; self.edges.node_count()];
        for node in &self.sorted {
            let below = self.edges.neighbors(*node).map(|needed| depths[needed.index()] + 1).max();
            depths[node.index()] = below.unwrap_or(0);
        }
        depths
    }

    /// Repeatedly takes the free card of lowest rank. Shorter than the graph when there is a circle.
    fn sorted_by<R: Ord>(&self, rank: impl Fn(FeatureId) -> R) -> Vec<NodeIndex> {
        let entry = |node: NodeIndex| Reverse((rank(self.edges[node]), node));
        let mut unmet: Vec<usize> = self.edges.node_indices().map(|node| self.edges.neighbors(node).count()).collect();
        let mut free: BinaryHeap<_> = self.edges.node_indices().filter(|n| unmet[n.index()] == 0).map(entry).collect();
        let mut sorted = Vec::with_capacity(self.edges.node_count());
        while let Some(Reverse((_, node))) = free.pop() {
            sorted.push(node);
            for dependent in self.edges.neighbors_directed(node, Direction::Incoming) {
                unmet[dependent.index()] -= 1;
                if unmet[dependent.index()] == 0 {
                    free.push(entry(dependent));
                }
            }
        }
        sorted
    }

    /// A shortest circle of the smallest knot, or a short one when looking further would take too long.
    fn short_circle(&self) -> CyclePath {
        let knots = kosaraju_scc(&self.edges).into_iter().filter(|knot| knot.len() > 1);
        let mut knot = knots.min_by_key(Vec::len).unwrap_or_default();
        knot.sort_unstable_by_key(|node| self.edges[*node]);
        let mut best: Vec<NodeIndex> = Vec::new();
        let mut visited = 0;
        for start in knot {
            if let Some(circle) = self.circle_through(start, best.len(), &mut visited) {
                best = circle;
            }
            if best.len() == 2 || (visited > SEARCH_LIMIT && !best.is_empty()) {
                break;
            }
        }
        CyclePath(best.into_iter().map(|node| self.edges[node]).collect())
    }

    /// The shortest circle through `start` that has fewer than `limit` cards; 0 is no limit.
    fn circle_through(&self, start: NodeIndex, limit: usize, visited: &mut usize) -> Option<Vec<NodeIndex>> {
        let mut came_from: HashMap<NodeIndex, NodeIndex> = HashMap::new();
        let mut queue = VecDeque::from([(start, 1)]);
        while let Some((node, length)) = queue.pop_front() {
            if limit > 0 && length >= limit {
                return None;
            }
            for next in self.edges.neighbors(node) {
                *visited += 1;
                if next == start {
                    let mut path = vec![node];
                    while let Some(previous) = path.last().and_then(|last| came_from.get(last)) {
                        path.push(*previous);
                    }
                    path.reverse();
                    return Some(path);
                }
                if let std::collections::hash_map::Entry::Vacant(entry) = came_from.entry(next) {
                    entry.insert(node);
                    queue.push_back((next, length + 1));
                }
            }
        }
        None
    }
}

/// The groups of cards of which each waits for every other, whatever it depends on besides; those of one card alone are
/// left out. What is not among the cards is passed over. Linear in cards and dependencies.
pub fn knots(cards: &[(FeatureId, Vec<FeatureId>)]) -> Vec<Vec<FeatureId>> {
    let mut edges: DiGraph<FeatureId, ()> = DiGraph::new();
    let nodes: HashMap<FeatureId, NodeIndex> = cards.iter().map(|(card, _)| (*card, edges.add_node(*card))).collect();
    for (card, needs) in cards {
        for need in needs.iter().filter_map(|need| nodes.get(need)) {
            edges.add_edge(nodes[card], *need, ());
        }
    }
    let knots = kosaraju_scc(&edges).into_iter().filter(|knot| knot.len() > 1);
    knots.map(|knot| knot.into_iter().map(|node| edges[node]).collect()).collect()
}

/// The shortest circle that making `feature` depend on all of `new_dependencies` would close, if any.
///
/// `dependencies_of` looks up the direct dependencies of one card; it is asked once for each card that the new
/// dependencies reach, so that one added dependency does not cost a look at the whole graph. What `feature` itself
/// depended on before does not matter. Fails with whatever the look-up fails with.
pub fn find_cycle<E>(
    feature: FeatureId,
    new_dependencies: &[FeatureId],
    mut dependencies_of: impl FnMut(FeatureId) -> Result<Vec<FeatureId>, E>,
) -> Result<Option<CyclePath>, E> {
    if new_dependencies.contains(&feature) {
        return Ok(Some(CyclePath(vec![feature])));
    }
    let mut came_from: HashMap<FeatureId, FeatureId> = new_dependencies.iter().map(|id| (*id, feature)).collect();
    let mut queue: VecDeque<FeatureId> = new_dependencies.iter().copied().collect();
    while let Some(card) = queue.pop_front() {
        for next in dependencies_of(card)? {
            if next == feature {
                let mut path = vec![card];
                while let Some(previous) = path.last().and_then(|last| came_from.get(last)) {
                    path.push(*previous);
                }
                path.reverse();
                return Ok(Some(CyclePath(path)));
            }
            if let std::collections::hash_map::Entry::Vacant(entry) = came_from.entry(next) {
                entry.insert(card);
                queue.push_back(next);
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
