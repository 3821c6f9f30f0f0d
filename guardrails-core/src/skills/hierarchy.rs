//! Finds the lines of inheritance that cannot stand: those on a circle, and those too high.
//!
//! All of it is linear in the lines and free of recursion: the lines come from a table, and a
//! table may hold a chain of 200,000.

use std::collections::{HashMap, VecDeque};

/// How many steps of inheritance a role may have above it.
///
/// Casbin's role manager is built for ten levels, and counts the one who asks and each role on the
/// way as a level: a user, nine steps. The user's own role is the first of them, which leaves
/// eight above it. Further up Casbin sees nothing, denials included.
pub const MAX_INHERITANCE: usize = 8;

/// How many circles are traced to name their roles; the rest are reported without.
const TRACED: usize = 16;
/// How many roles of a circle are named.
const NAMED: usize = 8;

/// `member` inherits `role`; both of one tenant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge<'a> {
    pub(super) member: &'a str,
    pub(super) role: &'a str,
}

/// Why a line of inheritance cannot stand.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It is part of a circle; the roles in order, possibly cut short, possibly not traced.
    Cycle(Vec<String>),
    /// The role has too many steps above it.
    Deep,
}

/// The edges that cannot stand, by position. Without them there is no circle, and no role has more
/// than [`MAX_INHERITANCE`] steps above it.
pub(super) fn flaws(edges: &[Edge<'_>]) -> Vec<(usize, Flaw)> {
    let graph = Graph::new(edges);
    let component = graph.components();
    let same = |m: usize, r: usize| component.get(m) == component.get(r);
    let mut flaws = Vec::new();
    let mut kept = Vec::new();
    for (at, &(member, role)) in graph.edges.iter().enumerate() {
        if same(member, role) {
            let traced = if flaws.len() < TRACED {
                graph.circle(member, role, &component)
            } else {
                Vec::new()
            };
            flaws.push((at, Flaw::Cycle(traced)));
        } else {
            kept.push((at, member, role));
        }
    }
    let heights = heights(graph.names.len(), &kept);
    let too_high = |role: usize| heights.get(role).is_none_or(|h| *h >= MAX_INHERITANCE);
    flaws.extend(
        kept.iter()
            .filter(|(_, _, role)| too_high(*role))
            .map(|(at, _, _)| (*at, Flaw::Deep)),
    );
    flaws
}

struct Graph<'a> {
    names: Vec<&'a str>,
    edges: Vec<(usize, usize)>,
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

impl<'a> Graph<'a> {
    fn new(edges: &[Edge<'a>]) -> Self {
        let mut names = Vec::new();
        let mut ids = HashMap::new();
        let mut id = |name: &'a str| {
            *ids.entry(name).or_insert_with(|| {
                names.push(name);
                names.len() - 1
            })
        };
        let edges: Vec<_> = edges
            .iter()
            .map(|edge| (id(edge.member), id(edge.role)))
            .collect();
        let (mut above, mut below) = (vec![Vec::new(); names.len()], vec![Vec::new(); names.len()]);
        for &(member, role) in &edges {
            push(&mut above, member, role);
            push(&mut below, role, member);
        }
        Self {
            names,
            edges,
            above,
            below,
        }
    }

    /// A number per node, equal for two nodes exactly when each reaches the other (Kosaraju).
    fn components(&self) -> Vec<usize> {
        let mut component = vec![usize::MAX; self.names.len()];
        for (number, root) in self.finished().into_iter().rev().enumerate() {
            let mut open = vec![root];
            while let Some(node) = open.pop() {
                let Some(slot) = component.get_mut(node).filter(|c| **c == usize::MAX) else {
                    continue;
                };
                *slot = number;
                open.extend(self.below.get(node).into_iter().flatten());
            }
        }
        component
    }

    /// Nodes in the order in which a depth-first walk upwards leaves them.
    fn finished(&self) -> Vec<usize> {
        let mut seen = vec![false; self.names.len()];
        let mut order = Vec::with_capacity(self.names.len());
        for root in 0..self.names.len() {
            let mut walk = enter(&mut seen, root);
            while let Some((node, next)) = walk.last_mut() {
                match self.above.get(*node).and_then(|above| above.get(*next)) {
                    Some(&up) => {
                        *next += 1;
                        walk.extend(enter(&mut seen, up));
                    }
                    None => {
                        order.push(*node);
                        walk.pop();
                    }
                }
            }
        }
        order
    }

    /// The shortest circle through the edge from `member` to `role`.
    fn circle(&self, member: usize, role: usize, component: &[usize]) -> Vec<String> {
        let mut from: HashMap<usize, usize> = HashMap::new();
        let mut queue = VecDeque::from([role]);
        while let Some(node) = queue.pop_front() {
            if node == member {
                break;
            }
            for &up in self.above.get(node).into_iter().flatten() {
                if component.get(up) == component.get(role) && !from.contains_key(&up) && up != role
                {
                    from.insert(up, node);
                    queue.push_back(up);
                }
            }
        }
        self.named(member, role, &from)
    }

    /// `member -> role -> … -> member`, following `from` backwards.
    fn named(&self, member: usize, role: usize, from: &HashMap<usize, usize>) -> Vec<String> {
        let mut way = vec![member];
        let mut at = member;
        while at != role {
            match from.get(&at) {
                Some(&before) => at = before,
                None => break,
            }
            way.push(at);
        }
        way.push(member);
        let shown = way.iter().rev().take(NAMED);
        shown
            .filter_map(|node| self.names.get(*node))
            .map(|name| (*name).to_owned())
            .collect()
    }
}

fn push(lists: &mut [Vec<usize>], at: usize, value: usize) {
    if let Some(list) = lists.get_mut(at) {
        list.push(value);
    }
}

fn enter(seen: &mut [bool], node: usize) -> Vec<(usize, usize)> {
    match seen.get_mut(node) {
        Some(seen) if !*seen => {
            *seen = true;
            vec![(node, 0)]
        }
        _ => Vec::new(),
    }
}

/// The longest way up from each node, in steps, over edges without circles (Kahn).
fn heights(nodes: usize, edges: &[(usize, usize, usize)]) -> Vec<usize> {
    let (mut open, mut below) = (vec![0_usize; nodes], vec![Vec::new(); nodes]);
    for &(_, member, role) in edges {
        if let Some(count) = open.get_mut(member) {
            *count += 1;
        }
        push(&mut below, role, member);
    }
    let mut heights = vec![0; nodes];
    let mut ready: Vec<usize> = (0..nodes).filter(|n| open.get(*n) == Some(&0)).collect();
    while let Some(role) = ready.pop() {
        let above = heights.get(role).map_or(0, |h| h + 1);
        for &member in below.get(role).into_iter().flatten() {
            if let Some(height) = heights.get_mut(member) {
                *height = above.max(*height);
            }
            if let Some(count) = open.get_mut(member) {
                *count -= 1;
                if *count == 0 {
                    ready.push(member);
                }
            }
        }
    }
    heights
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn edges<'a>(pairs: &[(&'a str, &'a str)]) -> Vec<Edge<'a>> {
        pairs
            .iter()
            .map(|&(member, role)| Edge { member, role })
            .collect()
    }

    #[test]
    fn a_circle_is_named_and_what_hangs_on_it_stays() {
        let found = flaws(&edges(&[
            ("trainee", "rep"),
            ("rep", "lead"),
            ("lead", "head"),
            ("head", "rep"),
            ("head", "board"),
        ]));
        let at: Vec<usize> = found.iter().map(|(at, _)| *at).collect();
        assert_eq!(at, [1, 2, 3]);
        let names = ["rep", "lead", "head", "rep"].map(str::to_owned).to_vec();
        assert_eq!(found[0].1, Flaw::Cycle(names));
    }

    #[test]
    fn a_role_that_inherits_itself_is_a_circle() {
        let found = flaws(&edges(&[("a", "a")]));
        assert_eq!(found, [(0, Flaw::Cycle(vec!["a".into(), "a".into()]))]);
    }

    #[test]
    fn two_circles_with_a_bridge_lose_the_circles_only() {
        let found = flaws(&edges(&[
            ("a", "b"),
            ("b", "a"),
            ("b", "c"),
            ("c", "d"),
            ("d", "c"),
        ]));
        let at: Vec<usize> = found.iter().map(|(at, _)| *at).collect();
        assert_eq!(at, [0, 1, 3, 4]);
    }

    #[test]
    fn eight_steps_stand_and_the_ninth_does_not() {
        let names: Vec<String> = (0..=9).map(|n| format!("r{n}")).collect();
        let chain: Vec<Edge<'_>> = names
            .windows(2)
            .map(|pair| Edge {
                member: &pair[0],
                role: &pair[1],
            })
            .collect();
        assert_eq!(flaws(&chain[1..]), []);
        assert_eq!(flaws(&chain), [(0, Flaw::Deep)]);
    }

    #[test]
    fn a_chain_and_a_circle_of_200_000_end() {
        let names: Vec<String> = (0..200_000).map(|n| format!("r{n}")).collect();
        let mut chain: Vec<Edge<'_>> = names
            .windows(2)
            .map(|pair| Edge {
                member: &pair[0],
                role: &pair[1],
            })
            .collect();
        assert_eq!(flaws(&chain).len(), names.len() - 1 - MAX_INHERITANCE);
        chain.push(Edge {
            member: &names[names.len() - 1],
            role: &names[0],
        });
        assert_eq!(flaws(&chain).len(), names.len());
    }
}
