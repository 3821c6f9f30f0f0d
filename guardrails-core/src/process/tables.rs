//! How the rows of one decision table stand to each other, for one set of facts.
//!
//! Each row is a rule that came out true, false or unknown by itself. Here it is decided which of them
//! count. There is order among the rows of a `first` table and nowhere else. A row that cannot be
//! known restricts like any rule, and ends no search: it might be the one that lets go.

use std::sync::Arc;

use smallvec::SmallVec;

use super::rules::Findings;
use crate::facts::Facts;
use crate::policy::{Effect, EffectKind, Hit, Rule, Table};
use crate::truth::Truth;

/// The tables met in one run over the rules, and how far each has come.
#[derive(Default)]
pub(crate) struct Tables<'r> {
    met: SmallVec<[Met<'r>; 2]>,
}

struct Met<'r> {
    table: &'r Arc<Table>,
    /// The first row that surely holds.
    first: Option<u32>,
    overlaps: bool,
    /// What its rows have said so far; kept for `any` alone.
    said: Vec<&'r Effect>,
}

impl<'r> Tables<'r> {
    /// Whether the rule is still to be tried: not when an earlier row of its `first` table holds.
    pub(crate) fn tries(&self, rule: &Rule) -> bool {
        let Some(row) = &rule.table else {
            return true;
        };
        row.table.hit != Hit::First
            || self
                .met
                .iter()
                .all(|met| !Arc::ptr_eq(met.table, &row.table) || met.first.is_none())
    }

    /// Takes up a rule that was tried and came out as `truth`.
    pub(crate) fn take(
        &mut self,
        rule: &'r Arc<Rule>,
        truth: Truth,
        facts: &Facts<'_>,
        findings: &mut Findings,
    ) {
        let Some(row) = rule.table.as_ref().filter(|_| truth.restricts()) else {
            return findings.add(rule, truth, &rule.effects, facts);
        };
        let met = self.of(&row.table);
        match row.table.hit {
            Hit::First | Hit::Collect => findings.add(rule, truth, &rule.effects, facts),
            Hit::Unique => {
                findings.add(rule, truth, &rule.effects, facts);
                if met.first.is_some() && truth.grants() && !met.overlaps {
                    met.overlaps = true;
                    findings.overlap(rule, row);
                }
            }
            Hit::Any => {
                let new = rule.effects.iter().filter(|effect| {
                    let alike = |said: &&Effect| alike(&said.kind, &effect.kind);
                    !met.said.iter().any(alike)
                });
                let new: Vec<&Effect> = new.collect();
                findings.add(rule, truth, new.iter().copied(), facts);
                met.said.extend(new);
            }
        }
        if truth.grants() {
            met.first.get_or_insert(row.row);
        }
    }

    fn of(&mut self, table: &'r Arc<Table>) -> &mut Met<'r> {
        let known = self
            .met
            .iter()
            .position(|met| Arc::ptr_eq(met.table, table));
        let at = known.unwrap_or_else(|| {
            self.met.push(Met {
                table,
                first: None,
                overlaps: false,
                said: Vec::new(),
            });
            self.met.len() - 1
        });
        // INVARIANT: `at` was just found or pushed.
        #[expect(
            clippy::indexing_slicing,
            reason = "the position was just found or pushed"
        )]
        &mut self.met[at]
    }
}

/// Whether two effects say the same. A script says what its facts make it say: never the same.
pub(super) fn alike(a: &EffectKind, b: &EffectKind) -> bool {
    match (a, b) {
        (EffectKind::Deny(a, why), EffectKind::Deny(b, because)) => a == b && why == because,
        (EffectKind::RequireApproval(a), EffectKind::RequireApproval(b)) => a == b,
        (EffectKind::Mask(a, mask), EffectKind::Mask(b, other)) => a == b && mask == other,
        (EffectKind::Hide(a), EffectKind::Hide(b))
        | (EffectKind::Notify(a), EffectKind::Notify(b)) => a == b,
        (EffectKind::Risk(points, a), EffectKind::Risk(more, b)) => points == more && a == b,
        (EffectKind::Oblige(a), EffectKind::Oblige(b)) => a == b,
        _ => false,
    }
}
