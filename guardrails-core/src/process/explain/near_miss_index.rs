//! Finds the rules that came nearest to applying without evaluating every rule.
//!
//! Made once per plan, when it is first asked for. Each rule has a bound: the fewest clauses it is away
//! from applying, whatever the record holds. Rules wait in the order of their bounds, so that a search
//! ends at the first rule whose bound is no better than what was found. A rule that must have one value
//! of a path (`region == "EAST"`) is filed under that value; all others under the same path miss one
//! clause more.
//!
//! INVARIANT: a bound is never greater than the distance it stands for. The search evaluates each rule
//! that it answers with.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rust_decimal::Decimal;

use super::super::dependency::{Lists, Use, visit_uses};
use super::eye::Eye;
use crate::data::Sight;
use crate::facts::{Datum, Facts};
use crate::policy::{Comparison, EffectKind, Expr, ExprKind, Hit, Path, Policy, Rule, Table, Verb};
use crate::value::{Name, Value};

/// Larger lists are not worth a file entry for each member.
const MAX_MEMBERS: usize = 64;

/// The fewest clauses first, then the gravest effect, then the order of the policy.
pub(super) type Nearness = (usize, Reverse<u8>, usize);

/// The rules about one verb on one entity, in the order of the policy.
#[derive(Debug, Default)]
pub(crate) struct NearMissIndex {
    rules: Vec<Arc<Rule>>,
    by_name: HashMap<Name, Vec<usize>>,
    /// Rules that hold on some days only.
    dated: Vec<usize>,
    /// Rules without a file, the lowest bound first.
    unfiled: Vec<Nearness>,
    files: Vec<File>,
    places: Vec<Place>,
    /// The rows of each `first` table: whether one applied may turn on the rows before it.
    first_tables: Vec<(Arc<Table>, Vec<usize>)>,
}

/// Rules that must have one of a few values at one path.
#[derive(Debug)]
struct File {
    path: Path,
    /// All of them as they stand where the value is another, the lowest bound first.
    missed: Vec<Nearness>,
    texts: HashMap<Name, Vec<usize>>,
    numbers: HashMap<Decimal, Vec<usize>>,
}

/// Something that conditions read, and the rules that do.
#[derive(Debug)]
struct Place {
    how: Use,
    path: Path,
    lists: Vec<Path>,
    rules: Vec<usize>,
}

impl NearMissIndex {
    /// Files the rules of `verb` on `entity` for somebody with these roles.
    pub(crate) fn new(policy: &Policy, verb: Verb, entity: &str, roles: &[Name]) -> Self {
        let mut index = Self::default();
        let mut places = HashMap::new();
        let about = policy.rules.iter();
        let about = about.filter(|rule| *rule.entity == *entity && rule.verbs.contains(&verb));
        for (at, rule) in about.enumerate() {
            index.add(at, rule, roles, &mut places);
        }
        index.unfiled.sort_unstable();
        for file in &mut index.files {
            file.missed.sort_unstable();
        }
        index
    }

    fn add(
        &mut self,
        at: usize,
        rule: &Arc<Rule>,
        roles: &[Name],
        places: &mut HashMap<(Use, Path, Vec<Path>), usize>,
    ) {
        self.rules.push(rule.clone());
        let named = self.by_name.entry(rule.origin.name.clone()).or_default();
        named.push(at);
        self.add_row(at, rule);
        if let Some(when) = &rule.when {
            self.add_places(at, when, places);
        }
        if rule.since.is_some() || rule.until.is_some() {
            self.dated.push(at);
            return;
        }
        let when = rule.when.as_ref();
        let bound = when.map_or(Some(0), |when| least_distance(when, true, roles));
        let gravity = Reverse(gravity(rule));
        match (bound, when.and_then(key)) {
            (None, _) => {}
            (Some(bound), None) => self.unfiled.push((bound.max(1), gravity, at)),
            (Some(bound), Some(key)) => {
                let missed = (bound.saturating_add(1), gravity, at);
                self.file(key.path).add(missed, key.values);
            }
        }
    }

    fn add_row(&mut self, at: usize, rule: &Rule) {
        let Some(row) = rule
            .table
            .as_ref()
            .filter(|row| row.table.hit == Hit::First)
        else {
            return;
        };
        let mut tables = self.first_tables.iter_mut();
        match tables.find(|(table, _)| Arc::ptr_eq(table, &row.table)) {
            Some((_, rows)) => rows.push(at),
            None => self.first_tables.push((row.table.clone(), vec![at])),
        }
    }

    fn add_places(
        &mut self,
        at: usize,
        when: &Expr,
        known: &mut HashMap<(Use, Path, Vec<Path>), usize>,
    ) {
        visit_uses(when, &mut Lists::new(), &mut |how, path, lists| {
            let lists: Vec<Path> = lists.iter().copied().cloned().collect();
            let next = self.places.len();
            let place = known
                .entry((how, path.clone(), lists.clone()))
                .or_insert(next);
            if *place == next {
                self.places.push(Place {
                    how,
                    path: path.clone(),
                    lists,
                    rules: Vec::new(),
                });
            }
            if let Some(place) = self.places.get_mut(*place)
                && place.rules.last() != Some(&at)
            {
                place.rules.push(at);
            }
        });
    }

    fn file(&mut self, path: &Path) -> &mut File {
        let at = self.files.iter().position(|file| file.path == *path);
        let at = at.unwrap_or_else(|| {
            self.files.push(File {
                path: path.clone(),
                missed: Vec::new(),
                texts: HashMap::new(),
                numbers: HashMap::new(),
            });
            self.files.len() - 1
        });
        #[expect(
            clippy::indexing_slicing,
            reason = "the position was just found or added"
        )]
        &mut self.files[at]
    }

    pub(super) fn rule(&self, at: usize) -> Option<&Arc<Rule>> {
        self.rules.get(at)
    }

    pub(super) fn len(&self) -> usize {
        self.rules.len()
    }

    /// The places of the rules of this name.
    pub(super) fn named(&self, name: &Name) -> &[usize] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// The rules of which it must be worked out one by one where they stand: those that hold on some
    /// days only, and those of which the asker may not see everything that decides whether they applied.
    pub(super) fn apart<'a>(&'a self, eye: &Eye<'a>) -> BTreeSet<usize> {
        let hidden = self.places.iter().filter(|place| !place.is_seen(eye));
        let mut apart: BTreeSet<usize> = hidden.flat_map(|place| &place.rules).copied().collect();
        for (_, rows) in &self.first_tables {
            if rows.iter().any(|row| apart.contains(row)) {
                apart.extend(rows);
            }
        }
        apart.extend(&self.dated);
        apart
    }

    /// The rows of `first` tables of which a row applied: each may hold and have been passed over.
    pub(super) fn rows_beside(&self, applied: &[Arc<Rule>]) -> impl Iterator<Item = usize> {
        let tables = self.first_tables.iter().filter(move |(table, _)| {
            let of_table = |rule: &Arc<Rule>| {
                rule.table
                    .as_ref()
                    .is_some_and(|row| Arc::ptr_eq(&row.table, table))
            };
            applied.iter().any(of_table)
        });
        tables.flat_map(|(_, rows)| rows).copied()
    }

    /// Calls `visit` with rules and their bounds, those that may be near first, and passes over the rest
    /// of a run as soon as `visit` does not want a bound.
    pub(super) fn search<'a>(
        &'a self,
        facts: &Facts<'a>,
        visit: &mut dyn FnMut(&Nearness) -> Wanted,
    ) {
        let mut run = |rules: &[Nearness]| {
            let mut wanted = rules.iter().map(&mut *visit);
            let _ = wanted.find(|wanted| *wanted == Wanted::NoMore);
        };
        for file in &self.files {
            file.matching(facts.read(&file.path), &mut run);
        }
        run(&self.unfiled);
        self.files.iter().for_each(|file| run(&file.missed));
    }
}

/// Whether a search goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    More,
    NoMore,
}

impl File {
    fn add(&mut self, missed: Nearness, values: Values<'_>) {
        let (_, _, at) = missed;
        self.missed.push(missed);
        match values {
            Values::Texts(texts) => {
                for text in texts {
                    self.texts.entry(text.clone()).or_default().push(at);
                }
            }
            Values::Numbers(numbers) => {
                for number in numbers {
                    self.numbers.entry(number).or_default().push(at);
                }
            }
        }
    }

    /// Calls `run` with the rules that have this value, or may have it. Nothing is known of how they
    /// stand, so their bound is the least.
    fn matching(&self, datum: Datum<'_>, run: &mut impl FnMut(&[Nearness])) {
        let none = Vec::new();
        let one = |at: &usize| (0, Reverse(u8::MAX), *at);
        let matching: Vec<Nearness> = match datum {
            Datum::Text(text) => self
                .texts
                .get(text)
                .unwrap_or(&none)
                .iter()
                .map(one)
                .collect(),
            Datum::Number(number) => {
                let rules = self.numbers.get(&number.normalize());
                rules.unwrap_or(&none).iter().map(one).collect()
            }
            // A clause that cannot be known is neither true nor false.
            _ => self.missed.iter().map(|(_, _, at)| one(at)).collect(),
        };
        run(&matching);
    }
}

impl Place {
    fn is_seen<'a>(&'a self, eye: &Eye<'a>) -> bool {
        let lists: Lists<'a> = self.lists.iter().collect();
        eye.sight_of(self.how, &self.path, &lists) == Sight::Whole
    }
}

/// A clause that a rule can be filed under.
struct Key<'e> {
    path: &'e Path,
    values: Values<'e>,
}

enum Values<'e> {
    Texts(Vec<&'e Name>),
    Numbers(Vec<Decimal>),
}

/// The clause among those that must all hold which asks for the fewest values.
fn key(when: &Expr) -> Option<Key<'_>> {
    let clauses = match &when.kind {
        ExprKind::All(parts) => parts.as_slice(),
        _ => std::slice::from_ref(when),
    };
    let keys = clauses.iter().filter_map(Key::of);
    keys.min_by_key(|key| match &key.values {
        Values::Texts(texts) => texts.len(),
        Values::Numbers(numbers) => numbers.len(),
    })
}

impl<'e> Key<'e> {
    fn of(clause: &'e Expr) -> Option<Self> {
        match &clause.kind {
            ExprKind::Compare(Comparison::Equal, a, b) => match (&a.kind, &b.kind) {
                (ExprKind::Path(path), ExprKind::Literal(value))
                | (ExprKind::Literal(value), ExprKind::Path(path)) => Some(Self {
                    path,
                    values: Values::of(value)?,
                }),
                _ => None,
            },
            ExprKind::InSet(item, set) => {
                let ExprKind::Path(path) = &item.kind else {
                    return None;
                };
                let texts: Vec<&Name> = set.texts().collect();
                let numbers: Vec<Decimal> = set.numbers().collect();
                let values = match (texts.len(), numbers.len()) {
                    (1..=MAX_MEMBERS, 0) => Values::Texts(texts),
                    (0, 1..=MAX_MEMBERS) => Values::Numbers(numbers),
                    _ => return None,
                };
                Some(Self { path, values })
            }
            _ => None,
        }
    }
}

impl<'e> Values<'e> {
    fn of(value: &'e Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(Self::Texts(vec![text])),
            Value::Number(number) => Some(Self::Numbers(vec![number.normalize()])),
            _ => None,
        }
    }
}

/// The fewest clauses that must come out another way for the whole to come out as wanted, whatever the
/// record holds; none where no change makes it.
fn least_distance(expr: &Expr, wanted: bool, roles: &[Name]) -> Option<usize> {
    match &expr.kind {
        ExprKind::Not(inner) => least_distance(inner, !wanted, roles),
        ExprKind::All(parts) | ExprKind::Any(parts) => {
            let each = parts.iter().map(|part| least_distance(part, wanted, roles));
            match wanted == matches!(expr.kind, ExprKind::All(_)) {
                true => each.sum(),
                false => each.flatten().min(),
            }
        }
        ExprKind::HasRole(role) => Some(usize::from(roles.contains(role) != wanted)),
        _ => Some(0),
    }
}

/// How grave the gravest of a rule's effects is.
pub(super) fn gravity(rule: &Rule) -> u8 {
    let each = rule.effects.iter().map(|effect| match effect.kind {
        EffectKind::Deny(..) | EffectKind::Do(_) => 3,
        EffectKind::RequireApproval(..) => 2,
        EffectKind::Risk(..) => 1,
        _ => 0,
    });
    each.max().unwrap_or(0)
}
