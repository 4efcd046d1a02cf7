//! Nodes in one line, and what to do where they go in circles.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::Draft;

impl Draft<'_> {
    /// Replaced objects whose new one would come first on a circle. Others stay as they are, even where the removal of their
    /// old one is on it: to remove that before the new one is there would help nobody, and take it from its users.
    pub(super) fn to_demote(&self, stuck: &BTreeSet<usize>) -> Vec<usize> {
        let within = |edge: &&(usize, usize)| stuck.contains(&edge.0) && stuck.contains(&edge.1);
        let next = lists(self.nodes.len(), self.edges.iter().filter(within).copied());
        let reaches = |from: usize, to: usize| {
            let (mut seen, mut open) = (BTreeSet::from([from]), vec![from]);
            while let Some(node) = open.pop() {
                open.extend(next[node].iter().filter(|after| seen.insert(**after)));
            }
            seen.contains(&to)
        };
        let decisions: BTreeSet<usize> = stuck.iter().map(|node| self.nodes[*node].at).collect();
        let circular = |at: &usize| {
            let span = self.spans[*at];
            let (Some((first, _)), Some(gone)) = (span.made, span.gone) else {
                return false;
            };
            self.is_create_first(*at) && reaches(gone, first)
        };
        decisions.into_iter().filter(circular).collect()
    }

    /// Nodes in order. Good manners give way, but only those between steps that would wait for each other; what is a
    /// circle without them are the nodes of the error.
    pub(super) fn untangle(&mut self) -> Result<Vec<usize>, BTreeSet<usize>> {
        let hard = std::mem::take(&mut self.edges);
        loop {
            self.edges.clone_from(&hard);
            self.edges.extend(&self.soft);
            self.edges.retain(|(before, after)| before != after);
            self.edges.sort_unstable();
            self.edges.dedup();
            let stuck = match self.sort() {
                Ok(line) => return Ok(line),
                Err(stuck) => stuck,
            };
            let were = self.soft.len();
            self.soft
                .retain(|(before, after)| !(stuck.contains(before) && stuck.contains(after)));
            if self.soft.len() == were {
                return Err(stuck);
            }
        }
    }

    /// Nodes in order, smallest index first among the free ones; else the nodes on circles.
    fn sort(&self) -> Result<Vec<usize>, BTreeSet<usize>> {
        let forth = lists(self.nodes.len(), self.edges.iter().copied());
        let line = walk(&forth, self.edges.iter().map(|edge| edge.1));
        if line.len() == self.nodes.len() {
            return Ok(line);
        }
        let back = lists(
            self.nodes.len(),
            self.edges.iter().map(|edge| (edge.1, edge.0)),
        );
        let done: BTreeSet<usize> = line
            .into_iter()
            .chain(walk(&back, self.edges.iter().map(|edge| edge.0)))
            .collect();
        Err((0..self.nodes.len())
            .filter(|node| !done.contains(node))
            .collect())
    }
}

pub(super) fn lists(nodes: usize, edges: impl Iterator<Item = (usize, usize)>) -> Vec<Vec<usize>> {
    let mut lists = vec![Vec::new(); nodes];
    for (from, to) in edges {
        lists[from].push(to);
    }
    lists
}

/// Takes free nodes, smallest first, until none is left; what lies on or behind a circle is not reached.
fn walk(next: &[Vec<usize>], targets: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut waits = vec![0_u32; next.len()];
    for target in targets {
        waits[target] += 1;
    }
    let mut free: BinaryHeap<_> = (0..next.len())
        .filter(|node| waits[*node] == 0)
        .map(Reverse)
        .collect();
    let mut line = Vec::with_capacity(next.len());
    while let Some(Reverse(node)) = free.pop() {
        line.push(node);
        for after in &next[node] {
            waits[*after] -= 1;
            if waits[*after] == 0 {
                free.push(Reverse(*after));
            }
        }
    }
    line
}
