//! What ties variables to each other: a nested value to the record around it, a change to the values
//! before and after.

use guardrails_core::policy::{Path, Root};

use super::scene::{Data, Scene};
use super::variable::{Variable, What};

/// A tie between variables, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// A value inside of a nested record: there is none where the record is missing.
    Inside {
        outer: usize,
        inner: usize,
        may_miss: bool,
    },
    /// `changed(x)`, `x` and `old.x`.
    Change { flag: usize, new: usize, old: usize },
}

/// Places of flags.
const FALSE: usize = 0;
const TRUE: usize = 1;
const UNKNOWN: usize = 2;

pub(super) fn links(
    scene: Scene<'_>,
    data: Data,
    variables: &[Variable],
    changes: &[(usize, usize, usize)],
) -> Vec<Link> {
    let mut found: Vec<Link> = changes
        .iter()
        .map(|(flag, new, old)| Link::Change {
            flag: *flag,
            new: *new,
            old: *old,
        })
        .collect();
    let paths: Vec<(usize, &Path)> = variables
        .iter()
        .enumerate()
        .filter_map(|(at, variable)| match &variable.what {
            What::Value(path) if path.keys.len() > 1 || is_record(path) => Some((at, path)),
            _ => None,
        })
        .collect();
    for (inner, path) in paths.iter().filter(|(_, path)| path.keys.len() > 1) {
        for (outer, around) in &paths {
            let nested = around.root == path.root
                && around.keys.len() < path.keys.len()
                && path.keys.starts_with(&around.keys);
            if nested {
                let depth = around.keys.len();
                let optional = !is_record(path) || scene.is_optional(&path.keys, depth);
                found.push(Link::Inside {
                    outer: *outer,
                    inner: *inner,
                    may_miss: data == Data::Any || optional,
                });
            }
        }
    }
    found
}

fn is_record(path: &Path) -> bool {
    matches!(path.root, Root::Record | Root::Old)
}

/// Takes away the places that a link rules out; whether anything is left everywhere.
#[must_use]
pub(super) fn keep(link: Link, variables: &[Variable], live: &mut [Vec<usize>]) -> bool {
    match link {
        Link::Inside {
            outer,
            inner,
            may_miss,
        } => inside(outer, inner, may_miss, variables, live),
        Link::Change { flag, new, old } => change(flag, new, old, variables, live),
    }
}

fn inside(
    outer: usize,
    inner: usize,
    may_miss: bool,
    variables: &[Variable],
    live: &mut [Vec<usize>],
) -> bool {
    let (Some(around), Some(within)) = (variables.get(outer), variables.get(inner)) else {
        return true;
    };
    let is_there = |at: &usize| !around.is_missing(*at) && !around.is_invalid(*at);
    let there = places(live, outer).iter().any(is_there);
    let absent = places(live, outer).iter().any(|at| !is_there(at));
    if !there {
        retain(live, inner, |at| within.is_missing(at));
    }
    if !absent && !may_miss {
        retain(live, inner, |at| !within.is_missing(at));
    }
    if !places(live, inner).iter().any(|at| within.is_missing(*at)) {
        retain(live, outer, |at| is_there(&at));
    }
    !places(live, inner).is_empty() && !places(live, outer).is_empty()
}

fn change(
    flag: usize,
    new: usize,
    old: usize,
    variables: &[Variable],
    live: &mut [Vec<usize>],
) -> bool {
    let (Some(after), Some(before)) = (variables.get(new), variables.get(old)) else {
        return true;
    };
    let came = places(live, new).to_vec();
    let was = places(live, old).to_vec();
    let unreadable =
        |variable: &Variable, places: &[usize]| places.iter().any(|at| variable.is_invalid(*at));
    let readable =
        |variable: &Variable, places: &[usize]| places.iter().any(|at| !variable.is_invalid(*at));
    let both_readable = readable(after, &came) && readable(before, &was);
    let differ = match (came.as_slice(), was.as_slice()) {
        ([a], [b]) if a == b => after.holds_many(*a),
        _ => true,
    };
    let alike = came
        .iter()
        .any(|at| was.contains(at) && !after.is_invalid(*at));
    retain(live, flag, |truth| match truth {
        FALSE => alike,
        TRUE => both_readable && differ,
        _ => unreadable(after, &came) || unreadable(before, &was),
    });
    match places(live, flag) {
        [FALSE] => {
            retain(live, new, |at| was.contains(&at) && !after.is_invalid(at));
            retain(live, old, |at| came.contains(&at) && !before.is_invalid(at));
        }
        [TRUE] => {
            retain(live, new, |at| !after.is_invalid(at));
            retain(live, old, |at| !before.is_invalid(at));
        }
        [UNKNOWN] if !unreadable(after, &came) => {
            retain(live, old, |at| before.is_invalid(at));
        }
        [UNKNOWN] if !unreadable(before, &was) => {
            retain(live, new, |at| after.is_invalid(at));
        }
        _ => {}
    }
    [flag, new, old]
        .iter()
        .all(|at| !places(live, *at).is_empty())
}

fn places(live: &[Vec<usize>], variable: usize) -> &[usize] {
    live.get(variable).map_or(&[], Vec::as_slice)
}

fn retain(live: &mut [Vec<usize>], variable: usize, keep: impl Fn(usize) -> bool) {
    if let Some(places) = live.get_mut(variable) {
        places.retain(|at| keep(*at));
    }
}
