//! The rules of one policy on one kind of operation, as claims about it: what they deny, what they send
//! to which approval, what else follows.
//!
//! This says how rules, dates and the rows of tables combine, as the guard combines them, and asks
//! nothing itself. Scripts are left out of every claim; who asks must tell of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use guardrails_core::policy::{
    Comparison, EffectKind, Expr, ExprKind, Hit, Mode, Path, Policy, Root, Rule, Table, Type, Verb,
};
use guardrails_core::{Name, Place};

use super::alike::RuleMeaning;
use crate::analyse::bounds::ConditionBounds;
use crate::analyse::formula::Claim;
use crate::analyse::truths::Truths;

/// One of the two policies, with the days of its rules as conditions.
pub(super) struct Side<'p> {
    pub(super) policy: &'p Policy,
    by_entity: HashMap<&'p Name, Vec<Dated<'p>>>,
}

/// A rule, and what must hold on the day for it to be in force.
pub(super) struct Dated<'p> {
    pub(super) rule: &'p Rule,
    days: Vec<Expr>,
}

impl<'p> Side<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        let mut by_entity: HashMap<&Name, Vec<Dated<'_>>> = HashMap::new();
        for rule in &policy.rules {
            let from = rule.since.map(|day| today(Comparison::GreaterOrEqual, day));
            let to = rule.until.map(|day| today(Comparison::LessOrEqual, day));
            by_entity.entry(&rule.entity).or_default().push(Dated {
                rule,
                days: from.into_iter().chain(to).collect(),
            });
        }
        Self { policy, by_entity }
    }
}

fn today(comparison: Comparison, day: NaiveDate) -> Expr {
    let node = |kind| Box::new(Expr::new(kind, Place::default()));
    let read = node(ExprKind::Path(Path {
        root: Root::Now,
        keys: Vec::new(),
        ty: Type::Date,
    }));
    let day = node(ExprKind::Moment(Type::Date, day.to_epoch_days().into()));
    let test = ExprKind::Compare(comparison, read, day);
    Expr::new(test, Place::default())
}

/// The rules on one kind of operation.
pub(super) struct Book<'s> {
    pub(super) policy: &'s Policy,
    pub(super) verb: Verb,
    pub(super) units: Vec<Unit<'s>>,
    meanings: HashSet<UnitMeaning<'s>>,
}

/// What decides as one: a rule, or the rows of a table.
pub(super) struct Unit<'s> {
    rows: Vec<&'s Dated<'s>>,
    table: Option<&'s Arc<Table>>,
    meaning: UnitMeaning<'s>,
    bounds: ConditionBounds,
}

/// What a unit decides; two units that mean the same decide alike always.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct UnitMeaning<'s> {
    /// How the rows of a table go together; none for a rule.
    hit: Option<Hit>,
    rows: Vec<RuleMeaning<'s>>,
}

impl<'s> Book<'s> {
    pub(super) fn new(side: &'s Side<'_>, verb: Verb, entity: &Name) -> Self {
        let rules = side.by_entity.get(entity).map_or(&[][..], Vec::as_slice);
        let mut units: Vec<Unit<'s>> = Vec::new();
        for dated in rules.iter().filter(|d| d.rule.verbs.contains(&verb)) {
            let table = dated.rule.table.as_ref().map(|row| &row.table);
            let known = table.and_then(|table| {
                let is_it =
                    |unit: &&mut Unit<'_>| unit.table.is_some_and(|have| Arc::ptr_eq(have, table));
                units.iter_mut().rev().find(is_it)
            });
            match known {
                Some(unit) => unit.rows.push(dated),
                None if table.is_none() && dated.rule.mode == Mode::Shadow => {}
                None => units.push(Unit {
                    rows: vec![dated],
                    table,
                    meaning: UnitMeaning {
                        hit: table.map(|table| table.hit),
                        rows: Vec::new(),
                    },
                    bounds: ConditionBounds::of(match table {
                        Some(_) => None,
                        None => dated.rule.when.as_ref(),
                    }),
                }),
            }
        }
        for unit in &mut units {
            let rows = unit.rows.iter().map(|dated| RuleMeaning::of(dated.rule));
            unit.meaning.rows = rows.collect();
        }
        let meanings = units.iter().map(|unit| unit.meaning.clone()).collect();
        Self {
            policy: side.policy,
            verb,
            units,
            meanings,
        }
    }

    /// Whether a unit that decides just so is among these.
    pub(super) fn has(&self, unit: &Unit<'_>) -> bool {
        self.meanings.contains(&unit.meaning)
    }

    /// The units that have no equal in another book.
    pub(super) fn without<'a>(&'a self, other: &Book<'_>) -> Vec<&'a Unit<'s>> {
        let units = self.units.iter();
        units.filter(|unit| !other.has(unit)).collect()
    }

    pub(super) fn named(&self, name: &str) -> Option<&Unit<'s>> {
        self.units.iter().find(|unit| **unit.name() == *name)
    }

    /// Everything that some unit does, among those that `near` lets count.
    pub(super) fn says(
        &self,
        near: impl Fn(&Unit<'_>) -> bool,
        what: impl Fn(&Unit<'s>) -> Claim<'s>,
    ) -> Claim<'s> {
        let units = self.units.iter().filter(|unit| near(unit));
        Claim::Any(units.map(what).collect())
    }

    pub(super) fn denies(&self, near: impl Fn(&Unit<'_>) -> bool) -> Claim<'s> {
        self.says(near, |unit| unit.denies(self.verb))
    }

    pub(super) fn asks(&self, near: impl Fn(&Unit<'_>) -> bool) -> Claim<'s> {
        self.says(near, |unit| unit.asks(None))
    }

    /// The chains that are asked for at all.
    pub(super) fn chains(&self) -> Vec<&'s Name> {
        let mut chains: Vec<&Name> = self.units.iter().flat_map(Unit::chains).collect();
        chains.sort_unstable();
        chains.dedup();
        chains
    }

    /// How many rules there are.
    pub(super) fn size(&self) -> usize {
        self.units.iter().map(Unit::size).sum()
    }
}

impl<'s> Unit<'s> {
    pub(super) fn name(&self) -> &'s Name {
        static NOBODY: std::sync::LazyLock<Name> = std::sync::LazyLock::new(Name::default);
        match (self.table, self.rows.first()) {
            (Some(table), _) => &table.origin.name,
            (None, Some(dated)) => &dated.rule.origin.name,
            (None, None) => &NOBODY,
        }
    }

    pub(super) fn place(&self) -> Option<&'s Place> {
        match self.table {
            Some(table) => Some(&table.origin.place),
            None => self.rows.first().map(|dated| &dated.rule.origin.place),
        }
    }

    /// How many rules it is.
    pub(super) fn size(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn meaning(&self) -> &UnitMeaning<'s> {
        &self.meaning
    }

    pub(super) fn is_table(&self) -> bool {
        self.table.is_some()
    }

    /// The effects that count.
    pub(super) fn effects(&self) -> impl Iterator<Item = &'s EffectKind> {
        let rules = self.rows.iter().map(|dated| dated.rule);
        let enforced = rules.filter(|rule| rule.mode == Mode::Enforced);
        enforced.flat_map(|rule| rule.effects.iter().map(|effect| &effect.kind))
    }

    pub(super) fn has_script(&self) -> bool {
        self.effects().any(|kind| matches!(kind, EffectKind::Do(_)))
    }

    fn chains(&self) -> impl Iterator<Item = &'s Name> {
        self.effects().filter_map(|kind| match kind {
            EffectKind::RequireApproval(required) => Some(&required.chain),
            _ => None,
        })
    }

    /// Whether the two may apply to one case as far as a look tells; of data that can be read.
    pub(super) fn is_near(&self, other: &Unit<'_>) -> bool {
        !self.bounds.is_apart_from(&other.bounds)
    }

    /// A read cannot wait for an approval, so to ask for one is to refuse.
    pub(super) fn denies(&self, verb: Verb) -> Claim<'s> {
        let refused = self.says(|kind| match kind {
            EffectKind::Deny(..) => true,
            EffectKind::RequireApproval(_) => verb == Verb::Read,
            _ => false,
        });
        match self.table.map(|table| table.hit) {
            Some(Hit::Unique) => Claim::Any(vec![refused, two_surely(&self.enforced())]),
            _ => refused,
        }
    }

    /// Some approval is asked for, or just this chain's.
    pub(super) fn asks(&self, chain: Option<&Name>) -> Claim<'s> {
        self.says(|kind| match kind {
            EffectKind::RequireApproval(required) => {
                chain.is_none_or(|chain| required.chain == *chain)
            }
            _ => false,
        })
    }

    /// An effect that passes the test follows.
    pub(super) fn says(&self, what: impl Fn(&EffectKind) -> bool) -> Claim<'s> {
        let does = |dated: &Dated<'_>| {
            dated.rule.mode == Mode::Enforced && dated.rule.effects.iter().any(|e| what(&e.kind))
        };
        match self.table.map(|table| table.hit) {
            Some(Hit::First) => first_of(&self.rows, &does),
            _ => Claim::Any(
                self.rows
                    .iter()
                    .filter(|dated| does(dated))
                    .map(|dated| dated.comes(Truths::APPLIES))
                    .collect(),
            ),
        }
    }

    fn enforced(&self) -> Vec<&'s Dated<'s>> {
        let rows = self.rows.iter().copied();
        rows.filter(|dated| dated.rule.mode == Mode::Enforced)
            .collect()
    }
}

impl<'s> Dated<'s> {
    /// It is in force, and its condition comes out as one of these.
    fn comes(&'s self, truths: Truths) -> Claim<'s> {
        let days = self.days.iter();
        let mut claims: Vec<Claim<'_>> = days.map(|day| Claim::Comes(day, Truths::TRUE)).collect();
        claims.push(Claim::comes(self.rule.when.as_ref(), truths));
        Claim::All(claims)
    }
}

fn surely<'s>(rows: &[&'s Dated<'s>]) -> Claim<'s> {
    Claim::Any(rows.iter().map(|row| row.comes(Truths::TRUE)).collect())
}

fn halves<T>(rows: &[T]) -> (&[T], &[T]) {
    rows.split_at(rows.len() / 2)
}

/// A row that does this counts: no row above it surely holds. In halves, so that a long table makes no
/// deep claim.
fn first_of<'s>(rows: &[&'s Dated<'s>], does: &impl Fn(&Dated<'_>) -> bool) -> Claim<'s> {
    match rows {
        [] => Claim::Any(Vec::new()),
        [only] if does(only) => only.comes(Truths::APPLIES),
        [_] => Claim::Any(Vec::new()),
        _ => {
            let (above, below) = halves(rows);
            let reached = Claim::All(vec![surely(above).negated(), first_of(below, does)]);
            Claim::Any(vec![first_of(above, does), reached])
        }
    }
}

/// Two rows surely hold together.
fn two_surely<'s>(rows: &[&'s Dated<'s>]) -> Claim<'s> {
    match rows {
        [] | [_] => Claim::Any(Vec::new()),
        _ => {
            let (above, below) = halves(rows);
            let across = Claim::All(vec![surely(above), surely(below)]);
            Claim::Any(vec![two_surely(above), two_surely(below), across])
        }
    }
}
