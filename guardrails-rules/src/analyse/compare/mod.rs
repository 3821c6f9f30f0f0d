//! What differs between two policies, worked out from what they say: which decisions, which views, who
//! must agree, and in which direction.
//!
//! What is written alike in both is passed over, names and texts for people aside. The rest is asked of
//! the same search that finds what one policy never does: whether there is an operation on which the
//! two come out otherwise. An answer is a proof that there is none, a case that the evaluator confirms,
//! or that it cannot be told.
//!
//! # What is compared
//!
//! The permission matrix of each entity (views, writing, figures), rules and tables, the chains that
//! approvals ask for, duties and channels, the chains themselves, skills, risk, and declarations.
//!
//! # What is taken for granted
//!
//! The permission tables, inherited roles and the statuses of skills are the host's and the same on both
//! sides. Risk scores are taken to come out the same in conditions that read them; where the two score
//! otherwise, that is told by itself. A script is compared as it is written.
//!
//! # Limits
//!
//! One comparison asks 5,000 questions (`diff_questions`), each made of at most 1,000 conditions
//! (`diff_conditions`), and looks at 2,000 fields of an entity, nested ones to a depth of 4
//! (`diff_fields`). Where more than 1,000 rules are about one operation, a question counts as several.
//! What is over the limits is told as [`Direction::CannotTell`].

mod access;
mod alike;
mod ask;
mod asked;
mod book;
mod cells;
mod chains;
mod change;
mod decisions;
mod duties;
mod fields;
mod look;
mod paths;
mod risk;
mod schema;
mod skills;
mod unnamed;

use std::collections::BTreeSet;

use guardrails_core::policy::{Policy, Verb};
use guardrails_core::{Name, phrase};

pub use access::{compare_access, say_access};
pub use change::{Change, Direction, Subject};
pub(super) use paths::declares;

use self::ask::Asker;
use self::book::{Book, Side};
use self::chains::Order;
use self::decisions::Books;
use self::fields::Fields;
use self::unnamed::with_unnamed_enums;
use super::scene::Scene;

const VERBS: [Verb; 4] = [Verb::Read, Verb::Create, Verb::Update, Verb::Delete];

/// What differs between two policies, the gravest direction first. Empty only when nothing does.
#[must_use]
pub fn compare(old: &Policy, new: &Policy) -> Vec<Change> {
    let (old, new) = (with_unnamed_enums(old), with_unnamed_enums(new));
    let sides = [Side::new(&old), Side::new(&new)];
    let order = Order::new(&old, &new);
    let bears = duties::bears(&old) || duties::bears(&new);
    let mut asker = Asker::new();
    let mut out = Vec::new();
    for entity in entities(&old, &new) {
        of_entity(&sides, entity, &order, bears, &mut asker, &mut out);
    }
    out.extend(chains::changes(&old, &new));
    out.extend(skills::changes(&old, &new));
    out.extend(risk::changes(&old, &new, &order));
    out.extend(schema::changes(&old, &new, bears));
    if asker.is_done() {
        let what = phrase!("the rest" | "其余部分");
        let limit = ask::QUESTIONS;
        let why = phrase!(
            "it is over the limit `diff_questions` of {limit}"
                | "超过上限 `diff_questions`（{limit}）",
            limit
        );
        out.push(Change::unclear(Subject::Decision, what, why));
    }
    out.sort_by_key(|change| (change.direction, change.subject));
    out
}

/// How the approvals that two policies ask for in one case stand to each other: wider where fewer must
/// agree, or later, or where somebody may that might not before; none where they come to the same.
/// Chains of one name count as the same: [`compare`] tells in what they differ.
#[must_use]
pub fn compare_approvals(
    (old, was): (&Policy, &[Name]),
    (new, is): (&Policy, &[Name]),
) -> Option<Direction> {
    Order::new(old, new).direction(was, is)
}

/// Entities of either policy. One that the new policy does not declare has nothing left to compare.
fn entities<'p>(old: &'p Policy, new: &'p Policy) -> BTreeSet<&'p Name> {
    let grants = old
        .grants
        .iter()
        .chain(&new.grants)
        .map(|grant| &grant.entity);
    let rules = old.rules.iter().chain(&new.rules).map(|rule| &rule.entity);
    let gone = |name: &&Name| old.entities.contains_key(*name) && !new.entities.contains_key(*name);
    grants
        .chain(rules)
        .chain(new.entities.keys())
        .filter(|name| !gone(name))
        .collect()
}

fn of_entity(
    sides: &[Side<'_>; 2],
    entity: &Name,
    order: &Order<'_>,
    bears: bool,
    asker: &mut Asker,
    out: &mut Vec<Change>,
) {
    let [old, new] = sides;
    let mut found = Vec::new();
    // Rules on what was not there restrict nothing that was.
    let is_new = !old.policy.entities.contains_key(entity);
    for verb in VERBS {
        let books = [old, new].map(|side| Book::new(side, verb, entity));
        let [before, after] = &books;
        let scene = Scene {
            policy: new.policy,
            entity,
            verb,
        };
        let pair = Books {
            scene,
            entity,
            old: before,
            new: after,
        };
        if verb == Verb::Read {
            of_fields(scene, entity, [before, after], asker, out);
        }
        if is_new {
            continue;
        }
        pair.decisions(asker, &mut found);
        duties::duties(&pair, asker, &mut found);
        if verb != Verb::Read {
            asked::approvals(&pair, order, asker, &mut found);
            duties::points(&pair, bears, asker, &mut found);
        }
    }
    out.extend(decisions::told(found, entity));
}

fn of_fields(
    scene: Scene<'_>,
    entity: &Name,
    books: [&Book<'_>; 2],
    asker: &mut Asker,
    out: &mut Vec<Change>,
) {
    let [old, new] = books;
    if fields::grants(new, entity).next().is_none() {
        return;
    }
    let (paths, whole) = paths::paths([old.policy, new.policy], entity);
    let fields = Fields {
        scene,
        entity,
        books,
        paths: &paths,
        contexts: fields::contexts(books, entity),
    };
    let contexts = fields.contexts.len();
    out.extend(cells::told(fields.cells(asker), entity, contexts));
    if !whole {
        let what = phrase!("fields of `{entity}`" | "`{entity}`的字段", entity);
        let limit = paths::FIELDS;
        let why = phrase!(
            "there are more than the limit `diff_fields` of {limit}"
                | "超过上限 `diff_fields`（{limit}）",
            limit
        );
        out.push(Change::unclear(Subject::View, what, why));
    }
}
