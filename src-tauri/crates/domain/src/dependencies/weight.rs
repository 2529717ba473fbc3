//! Which cards hold up the most, and which row of them is the longest.

use super::Graph;
use crate::id::FeatureId;
use petgraph::{Direction, graph::NodeIndex};
use std::collections::HashMap;

/// How many cards are counted at once: keeps the memory linear in the number of cards.
const BLOCK: usize = 4096;

impl Graph {
    /// For each open card, how many open cards wait for it, directly or through others. Cards that are not open are
    /// left out.
    pub fn unblocks(&self, is_open: impl Fn(FeatureId) -> bool) -> HashMap<FeatureId, u32> {
        let open: Vec<NodeIndex> = self.sorted.iter().copied().filter(|node| is_open(self.edges[*node])).collect();
        let mut place = vec![usize::MAX; self.edges.node_count()];
        for (at, node) in open.iter().enumerate() {
            place[node.index()] = at;
        }
        let mut counts = vec![0u32; open.len()];
        // One bit per waiting card, a block of cards at a time; whoever waits comes later in the order.
        for first in (0..open.len()).step_by(BLOCK) {
            let words = BLOCK.min(open.len() - first).div_ceil(64);
            let mut waiting = vec![0u64; open.len() * words];
            for at in (0..open.len()).rev() {
                for dependent in self.edges.neighbors_directed(open[at], Direction::Incoming) {
                    let dependent = place[dependent.index()];
                    if dependent == usize::MAX {
                        continue;
                    }
                    let (near, far) = waiting.split_at_mut(dependent * words);
                    let own = &mut near[at * words..(at + 1) * words];
                    own.iter_mut().zip(&far[..words]).for_each(|(own, theirs)| *own |= theirs);
                    if let Some(bit) = dependent.checked_sub(first).filter(|bit| *bit < words * 64) {
                        own[bit / 64] |= 1 << (bit % 64);
                    }
                }
                let found: u32 = waiting[at * words..(at + 1) * words].iter().map(|word| word.count_ones()).sum();
                counts[at] += found;
            }
        }
        open.iter().zip(counts).map(|(node, count)| (self.edges[*node], count)).collect()
    }

    /// The longest row of open cards that wait for one another, the first to be built first. Of several, the one with
    /// the lower numbers.
    pub fn critical_path(&self, is_open: impl Fn(FeatureId) -> bool) -> Vec<FeatureId> {
        let mut length = vec![0usize; self.edges.node_count()];
        let mut below: Vec<Option<NodeIndex>> = vec![None; self.edges.node_count()];
        let mut longest: Option<NodeIndex> = None;
        for node in self.sorted.iter().copied().filter(|node| is_open(self.edges[*node])) {
            let needed = self.edges.neighbors(node).filter(|needed| length[needed.index()] > 0);
            let best = needed.max_by_key(|needed| (length[needed.index()], std::cmp::Reverse(self.edges[*needed])));
            length[node.index()] = 1 + best.map_or(0, |best| length[best.index()]);
            below[node.index()] = best;
            let is_longer = longest.is_none_or(|longest| length[node.index()] > length[longest.index()]);
            if is_longer {
                longest = Some(node);
            }
        }
        let mut path = Vec::new();
        while let Some(node) = longest {
            path.push(self.edges[node]);
            longest = below[node.index()];
        }
        path.reverse();
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(nodes: &[(u32, &[u32])]) -> Graph {
        let id = |id: &u32| FeatureId(*id);
        let nodes = nodes.iter().map(|(card, needs)| (FeatureId(*card), needs.iter().map(id).collect()));
        Graph::new(nodes).expect("no circle")
    }

    #[test]
    fn a_card_unblocks_every_open_card_that_waits_for_it_through_others_too_and_each_once() {
        let graph = graph(&[(1, &[]), (2, &[1]), (3, &[1]), (4, &[2, 3]), (5, &[])]);
        let all = graph.unblocks(|_| true);
        assert_eq!(
            (all[&FeatureId(1)], all[&FeatureId(2)], all[&FeatureId(5)]),
            (3, 1, 0),
            "4 waits twice, counts once"
        );
        let some = graph.unblocks(|id| id.0 != 1 && id.0 != 4);
        assert_eq!(some.get(&FeatureId(1)), None, "what is done holds nothing up");
        assert_eq!(some[&FeatureId(2)], 0, "and what is done no longer waits");
    }

    #[test]
    fn more_cards_than_one_block_holds_are_counted_whole() {
        let chain: Vec<(FeatureId, Vec<FeatureId>)> =
            (0..9_000u32).map(|id| (FeatureId(id), id.checked_sub(1).map(FeatureId).into_iter().collect())).collect();
        let graph = Graph::new(chain).expect("no circle");
        let all = graph.unblocks(|_| true);
        assert_eq!((all[&FeatureId(0)], all[&FeatureId(4_500)], all[&FeatureId(8_999)]), (8_999, 4_499, 0));
        assert_eq!(graph.critical_path(|_| true).len(), 9_000);
    }

    #[test]
    fn the_critical_path_is_the_longest_row_that_is_still_open() {
        let graph = graph(&[(1, &[]), (2, &[1]), (3, &[2]), (4, &[]), (5, &[4])]);
        let ids = |path: Vec<FeatureId>| path.into_iter().map(|id| id.0).collect::<Vec<_>>();
        assert_eq!(ids(graph.critical_path(|_| true)), [1, 2, 3]);
        assert_eq!(ids(graph.critical_path(|id| id.0 > 2)), [4, 5], "what is done is no part of it");
        assert_eq!(ids(graph.critical_path(|_| false)), [] as [u32; 0]);
    }
}
