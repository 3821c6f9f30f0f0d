//! The permission matrix: for each role, AI context and field, what is seen, written and counted up
//! under one policy and not under the other.
//!
//! A role is taken with its own grants alone. Where a condition asks for roles, the actor has just this
//! one, if that shows the difference, and any others if not. Reads that a rule refuses in either policy
//! are left to the rules; fields that are read are not told of as figures besides.

use std::collections::BTreeSet;

use guardrails_core::data::Access;
use guardrails_core::policy::{Aggregation, Expr, Grant, WriteScope};
use guardrails_core::{Name, Phrase, Place, phrase};

use super::access::{compare_access, say_access};
use super::ask::Asker;
use super::book::Book;
use super::cells::Cell;
use super::change::{Change, Direction, Subject};
use super::decisions::all;
use super::look::{Eyes, Look};
use crate::analyse::answer::Answer;
use crate::analyse::formula::Claim;
use crate::analyse::looking::Looking;
use crate::analyse::scene::Scene;
use crate::analyse::sight::{Context, having_only, holds_in, in_context, roles_asked};
use crate::analyse::truths::Truths;

/// One entity under both policies.
pub(super) struct Fields<'s> {
    pub(super) scene: Scene<'s>,
    pub(super) entity: &'s Name,
    /// The rules on reading, old and new.
    pub(super) books: [&'s Book<'s>; 2],
    pub(super) paths: &'s [String],
    pub(super) contexts: Vec<Context>,
}

/// One role in one context.
struct Whose<'a> {
    role: &'a Name,
    context: &'a Context,
    /// None where no grant tells contexts apart.
    here: Option<(Expr, Truths)>,
    only_role: Vec<(Expr, Truths)>,
}

/// The contexts that grants of either policy tell apart.
pub(super) fn contexts(books: [&Book<'_>; 2], entity: &Name) -> Vec<Context> {
    let named: BTreeSet<&Name> = books
        .into_iter()
        .flat_map(|book| grants(book, entity))
        .flat_map(|grant| &grant.contexts)
        .collect();
    let named = named.into_iter().cloned().map(Context::Named);
    named.chain([Context::Other]).collect()
}

/// The grants of a policy on an entity.
pub(super) fn grants<'s>(book: &Book<'s>, entity: &Name) -> impl Iterator<Item = &'s Grant> {
    let grants = book.policy.grants.iter().map(|grant| &**grant);
    grants.filter(move |grant| grant.entity == *entity)
}

impl<'s> Fields<'s> {
    pub(super) fn cells(&self, asker: &mut Asker) -> Vec<Cell> {
        let about = || self.books.into_iter().flat_map(|b| grants(b, self.entity));
        let roles: BTreeSet<&Name> = about().map(|grant| &grant.role).collect();
        let named: BTreeSet<&Name> = about().flat_map(|grant| &grant.contexts).collect();
        let mut asked: BTreeSet<Name> = BTreeSet::new();
        for book in self.books {
            asked.extend(roles_asked(book.policy, self.entity));
        }
        let mut cells = Vec::new();
        for role in roles {
            for context in &self.contexts {
                let whose = Whose {
                    role,
                    context,
                    here: (!named.is_empty()).then(|| in_context(context, &named)),
                    only_role: having_only(role, &asked).collect(),
                };
                self.row(&whose, asker, &mut cells);
            }
        }
        cells
    }

    fn row(&self, whose: &Whose<'_>, asker: &mut Asker, out: &mut Vec<Cell>) {
        let eyes = self.books.map(|book| Eyes {
            book,
            entity: self.entity,
            grants: grants(book, self.entity)
                .filter(|grant| grant.role == *whose.role && holds_in(grant, whose.context))
                .collect(),
        });
        let mut found: Vec<Cell> = Vec::new();
        for path in self.paths {
            let [old, new] = eyes.each_ref().map(|eyes| eyes.look(path));
            if old.meaning == new.meaning {
                continue;
            }
            let pair = Pair {
                fields: self,
                whose,
                path,
                old: &old.looking,
                new: &new.looking,
            };
            let mut cells = pair.views(asker);
            cells.extend(pair.figures(asker));
            // What holds of a field as a whole holds of what is inside of it.
            cells.retain(|cell| !found.iter().any(|have| repeats(have, cell)));
            found.extend(cells);
        }
        for path in self.paths.iter().filter(|path| !path.contains('.')) {
            let parts = eyes.each_ref().map(|eyes| self.parts(eyes, path));
            let [old, new] = &parts;
            if old
                .iter()
                .map(|look| &look.meaning)
                .ne(new.iter().map(|look| &look.meaning))
            {
                found.extend(self.writes(whose, path, [old, new], asker));
            }
        }
        out.extend(found);
    }

    /// A field and what is inside of it, as far as that is spoken of differently.
    fn parts<'a>(&'a self, eyes: &'a Eyes<'s>, path: &str) -> Vec<Look<'a>> {
        let inside = |inner: &&String| {
            let rest = inner.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let mut parts: Vec<Look<'a>> = Vec::new();
        for path in self.paths.iter().filter(inside) {
            let whole = parts.is_empty();
            if !whole && !super::paths::declares(eyes.book.policy, self.entity, path) {
                continue;
            }
            let look = eyes.look(path);
            if !parts.iter().any(|have| have.meaning == look.meaning) {
                parts.push(look);
            }
        }
        parts
    }

    /// Where a field may be written further under one policy than under the other. It must be writable,
    /// and so must all that is inside of it.
    fn writes(
        &self,
        whose: &Whose<'_>,
        path: &str,
        [old, new]: [&[Look<'_>]; 2],
        asker: &mut Asker,
    ) -> Vec<Cell> {
        let pairs = extents(old).into_iter().flat_map(|was| {
            let after = extents(new).into_iter();
            after.map(move |is| (was, is))
        });
        let mut found = Vec::new();
        for (was, is) in pairs.filter(|(was, is)| was != is) {
            let (before, after) = (written(old, was), written(new, is));
            let (direction, claims) = match is > was {
                true => (Direction::Widened, vec![after, before]),
                false => (Direction::Narrowed, vec![before, after]),
            };
            let sides = (say_written(was), say_written(is));
            let claim = Claim::All(claims);
            let answer = self.ask(whose, claim, asker);
            if !answer.is_never() {
                let change = Change::new(Subject::Write, direction, Phrase::default(), sides);
                let place = |looks: &[Look<'_>]| {
                    let first = looks.first()?;
                    first.looking.because(&Access::Read).into_iter().next()
                };
                let (before, after) = (place(old), place(new));
                let change = change.answered(answer).at(before.as_ref(), after.as_ref());
                found.push(whose.cell(path, "", change));
            }
        }
        found
    }

    /// Whether something can be so for this role in this context: with any other roles besides first,
    /// since where that is never, all is; then with none, since such an example says more.
    fn ask(&self, whose: &Whose<'_>, claim: Claim<'_>, asker: &mut Asker) -> Answer {
        let here = whose.here.iter();
        let here = here.map(|(here, truths)| Claim::Comes(here, *truths));
        let claim = Claim::All(here.chain([claim]).collect());
        let answer = asker.ask(self.scene, &claim);
        if answer.is_never() || whose.only_role.is_empty() {
            return answer;
        }
        let roles = whose.only_role.iter();
        let alone = roles.map(|(has, truths)| Claim::Comes(has, *truths));
        let alone = Claim::All(alone.chain([claim.clone()]).collect());
        match asker.ask(self.scene, &alone) {
            Answer::Example(example) => Answer::Example(example),
            _ => answer,
        }
    }
}

/// How far a field may be written; none where it may not be.
type Extent = Option<WriteScope>;

/// What may come of the writing of a field and its parts at all.
fn extents(looks: &[Look<'_>]) -> Vec<Extent> {
    let mut extents = vec![None, Some(WriteScope::Within)];
    if has_beyond(looks) {
        extents.push(Some(WriteScope::Beyond));
    }
    extents
}

fn has_beyond(looks: &[Look<'_>]) -> bool {
    let mut looks = looks.iter();
    looks.all(|look| look.looking.has_write_beyond_scope())
}

/// A field may be written exactly so far.
fn written<'a>(looks: &'a [Look<'_>], extent: Extent) -> Claim<'a> {
    let at_least = |scope| {
        let looks = looks.iter();
        Claim::All(looks.map(|look| look.looking.writable(scope)).collect())
    };
    match extent {
        None => at_least(WriteScope::Within).negated(),
        Some(WriteScope::Within) if has_beyond(looks) => Claim::All(vec![
            at_least(WriteScope::Within),
            at_least(WriteScope::Beyond).negated(),
        ]),
        Some(scope) => at_least(scope),
    }
}

fn say_written(extent: Extent) -> Phrase {
    match extent {
        None => phrase!("not writable" | "不可写"),
        Some(WriteScope::Within) => phrase!("writable" | "可写"),
        Some(WriteScope::Beyond) => {
            phrase!("writable beyond scope" | "可写，且可移出行范围")
        }
    }
}

fn repeats(outer: &Cell, cell: &Cell) -> bool {
    let around = cell.path.rsplit_once('.').map(|(outer, _)| outer);
    around == Some(&*outer.path) && outer.figure == cell.figure && outer.says_as(cell)
}

impl Whose<'_> {
    fn cell(&self, path: &str, figure: &'static str, change: Change) -> Cell {
        Cell {
            role: self.role.clone(),
            context: self.context.clone(),
            path: path.to_owned(),
            figure,
            change,
        }
    }
}

/// One field, for one role in one context.
struct Pair<'a, 's> {
    fields: &'a Fields<'s>,
    whose: &'a Whose<'a>,
    path: &'a str,
    old: &'a Looking<'a>,
    new: &'a Looking<'a>,
}

impl Pair<'_, '_> {
    /// No rule refuses the read.
    fn open(&self) -> Claim<'_> {
        let denies = self.fields.books.map(|book| book.denies(all).negated());
        Claim::All(denies.into())
    }

    /// Every way of seeing the field that turns into another one somewhere.
    fn views(&self, asker: &mut Asker) -> Vec<Cell> {
        let mut found = Vec::new();
        let mut unclear: Option<(Direction, Change)> = None;
        for was in self.old.levels() {
            for is in self.new.levels() {
                let Some(direction) = compare_access(&was, &is) else {
                    continue;
                };
                let claim = Claim::All(vec![
                    self.open(),
                    self.old.comes_to(&was),
                    self.new.comes_to(&is),
                ]);
                let answer = self.fields.ask(self.whose, claim, asker);
                if answer.is_never() {
                    continue;
                }
                let shown = answer.example().is_some();
                let sides = (say_access(&was), say_access(&is));
                let change = Change::new(Subject::View, direction, Phrase::default(), sides)
                    .answered(answer)
                    .at(
                        place(self.old, &was).as_ref(),
                        place(self.new, &is).as_ref(),
                    );
                if shown {
                    found.push(self.whose.cell(self.path, "", change));
                } else if unclear
                    .as_ref()
                    .is_none_or(|(before, _)| direction < *before)
                {
                    unclear = Some((direction, change));
                }
            }
        }
        // One that cannot be told says enough, and the gravest says most.
        found.extend(unclear.map(|(_, change)| self.whose.cell(self.path, "", change)));
        found
    }

    /// Figures that may be taken over fewer records than before, or more, of what is not read anyway.
    fn figures(&self, asker: &mut Asker) -> Vec<Cell> {
        let mut found = Vec::new();
        for (word, figure) in Aggregation::WORDS {
            let ways = [
                (Direction::Widened, self.new, self.old),
                (Direction::Narrowed, self.old, self.new),
            ];
            for (direction, has, lacks) in ways {
                for group in has
                    .groups(*figure)
                    .into_iter()
                    .filter(|group| *group > 1 || has.gives(*figure))
                {
                    let claim = Claim::All(vec![
                        self.open(),
                        self.old.comes_to(&Access::Read).negated(),
                        self.new.comes_to(&Access::Read).negated(),
                        has.may_take(*figure, group),
                        lacks.may_take(*figure, group).negated(),
                    ]);
                    let answer = self.fields.ask(self.whose, claim, asker);
                    if answer.is_never() {
                        continue;
                    }
                    let change = self.figure(direction, *figure, group, answer);
                    found.push(self.whose.cell(self.path, word, change));
                    break;
                }
            }
        }
        found
    }

    fn figure(
        &self,
        direction: Direction,
        figure: Aggregation,
        group: u32,
        answer: Answer,
    ) -> Change {
        let of = |looking: &Looking<'_>| match answer.example() {
            Some(example) => {
                let facts = example.facts();
                let mut groups = looking.groups(figure).into_iter();
                groups.find(|group| looking.may_take(figure, *group).is_true(&facts))
            }
            None => None,
        };
        let has = Some(group);
        let (was, is) = match (direction, answer.example()) {
            (Direction::Widened, None) => (None, has),
            (_, None) => (has, None),
            (_, Some(_)) => (of(self.old), of(self.new)),
        };
        let sides = (groups(was), groups(is));
        let change = Change::new(Subject::Figures, direction, Phrase::default(), sides);
        let place = |looking: &Looking<'_>| looking.grants.first().map(|grant| grant.place.clone());
        let (before, after) = (place(self.old), place(self.new));
        change.answered(answer).at(before.as_ref(), after.as_ref())
    }
}

fn groups(smallest: Option<u32>) -> Phrase {
    match smallest {
        None => phrase!("not given" | "不提供"),
        Some(group) => phrase!(
            "given over {group} records or more" | "至少 {group} 条记录时提供",
            group
        ),
    }
}

/// Where a way of seeing the field is written; the grant, where nothing is seen.
fn place(looking: &Looking<'_>, access: &Access) -> Option<Place> {
    let because = looking.because(access).into_iter().next();
    because.or_else(|| looking.grants.first().map(|grant| grant.place.clone()))
}
