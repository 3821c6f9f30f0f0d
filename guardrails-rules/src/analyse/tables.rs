//! Decision tables: cases that no row is for, cases that several are, and rows that no case reaches.

use std::sync::Arc;

use guardrails_core::policy::{Effect, EffectKind, Hit, Policy, Rule, Table, TableRow};
use guardrails_core::{Diagnostic, phrase};

use super::Depth;
use super::answer::{Answer, ask};
use super::formula::Claim;
use super::scene::{Data, Scene};
use super::truths::Truths;
use super::work::Work;
use crate::analyse::codes;

/// Rows of one table, in order.
struct Rows<'p> {
    policy: &'p Policy,
    table: &'p Arc<Table>,
    rules: Vec<(&'p Rule, &'p TableRow)>,
}

/// Reports gaps, overlaps and unreachable rows.
pub(super) fn findings(policy: &Policy, depth: Depth, work: &mut Work, out: &mut Vec<Diagnostic>) {
    let mut tables: Vec<Rows<'_>> = Vec::new();
    for rule in &policy.rules {
        let Some(row) = &rule.table else {
            continue;
        };
        match tables
            .iter_mut()
            .rev()
            .find(|rows| Arc::ptr_eq(rows.table, &row.table))
        {
            Some(rows) => rows.rules.push((rule, row)),
            None => tables.push(Rows {
                policy,
                table: &row.table,
                rules: vec![(rule, row)],
            }),
        }
    }
    for rows in &tables {
        match rows.table.hit {
            Hit::First => rows.unreachable(out),
            Hit::Unique => rows.overlaps(work, out),
            Hit::Any if depth == Depth::Everything => rows.overlaps(work, out),
            _ => {}
        }
        let whole = match rows.table.hit {
            Hit::Unique => true,
            Hit::First | Hit::Any => depth == Depth::Everything,
            _ => false,
        };
        if whole {
            out.extend(rows.gap());
        }
    }
}

impl<'p> Rows<'p> {
    /// The answer for the first operation of the table for which there is an example.
    fn ask(&self, claim: &Claim<'_>) -> Answer {
        let mut last = Answer::Never;
        let verbs = self
            .rules
            .first()
            .map_or(&[][..], |(rule, _)| rule.verbs.as_slice());
        for verb in verbs {
            let scene = Scene {
                policy: self.policy,
                entity: self.rules.first().map_or("", |(rule, _)| &rule.entity),
                verb: *verb,
            };
            match ask(scene, Data::AsDeclared, claim) {
                Answer::Example(example) => return Answer::Example(example),
                Answer::CannotTell(why) => last = Answer::CannotTell(why),
                Answer::Never => {}
            }
        }
        last
    }

    /// A case in which no row holds, not even for want of knowledge.
    fn gap(&self) -> Option<Diagnostic> {
        let none = self
            .rules
            .iter()
            .map(|(rule, _)| Claim::comes(rule.when.as_ref(), Truths::FALSE));
        let answer = self.ask(&Claim::All(none.collect()));
        let example = answer.example()?;
        let name = &self.table.origin.name;
        let message = phrase!(
            "no row of `{name}` is for {example}" | "表 `{name}` 没有一行适用于 {example}",
            name,
            example
        );
        let finding =
            Diagnostic::warning(codes::TABLE_GAP, self.table.origin.place.clone(), message);
        Some(finding.help(phrase!(
            "add a row for it; a last row of `-` in a `first` table is for all the rest"
                | "为它添加一行；在 `first` 表里，最后一行全写 `-` 就适用于其余情形"
        )))
    }

    fn overlaps(&self, work: &mut Work, out: &mut Vec<Diagnostic>) {
        for (at, (rule, row)) in self.rules.iter().enumerate() {
            for (other, above) in self.rules.iter().take(at) {
                let alike = self.table.hit == Hit::Any && same(&rule.effects, &other.effects);
                if alike || !work.ask() {
                    continue;
                }
                let both = [rule, other].map(|rule| Claim::comes(rule.when.as_ref(), Truths::TRUE));
                let Answer::Example(example) = self.ask(&Claim::All(both.into())) else {
                    continue;
                };
                let (name, number, first) = (&self.table.origin.name, row.row, above.row);
                let message = phrase!(
                    "rows {first} and {number} of `{name}` are both for {example}"
                        | "表 `{name}` 的第 {first} 行和第 {number} 行都适用于 {example}",
                    first,
                    number,
                    name,
                    example = *example
                );
                out.push(
                    Diagnostic::warning(codes::TABLE_OVERLAP, rule.origin.place.clone(), message)
                        .note(
                            other.origin.place.clone(),
                            phrase!("the other row" | "另一行"),
                        )
                        .help(phrase!(
                            "make the rows exclude each other, or choose another hit policy"
                                | "让两行互相排斥，或者换一种命中方式"
                        )),
                );
                break;
            }
        }
    }

    /// Rows of a `first` table whose every case an earlier row takes.
    fn unreachable(&self, out: &mut Vec<Diagnostic>) {
        for (at, (rule, row)) in self.rules.iter().enumerate().skip(1) {
            let mut claims = vec![Claim::comes(rule.when.as_ref(), Truths::APPLIES)];
            let earlier = self.rules.iter().take(at);
            claims.extend(
                earlier.map(|(rule, _)| Claim::comes(rule.when.as_ref(), Truths::NOT_TRUE)),
            );
            let alone = Claim::comes(rule.when.as_ref(), Truths::APPLIES);
            // A row that is for nothing at all is told of as such.
            if self.ask(&alone).is_never() || !self.ask(&Claim::All(claims)).is_never() {
                continue;
            }
            let (name, number) = (&self.table.origin.name, row.row);
            let message = phrase!(
                "row {number} of `{name}` is never reached: earlier rows take every case of it"
                    | "表 `{name}` 的第 {number} 行永远到不了：它的每种情形都被前面的行取走",
                number,
                name
            );
            out.push(
                Diagnostic::warning(codes::ROW_UNREACHED, rule.origin.place.clone(), message).help(
                    phrase!("move the row up, or remove it" | "把这一行上移，或者去掉它"),
                ),
            );
        }
    }
}

/// Whether two rows say the same.
fn same(a: &[Effect], b: &[Effect]) -> bool {
    let one = |a: &EffectKind, b: &EffectKind| match (a, b) {
        (EffectKind::Deny(a, why), EffectKind::Deny(b, because)) => a == b && why == because,
        (EffectKind::RequireApproval(a), EffectKind::RequireApproval(b)) => a == b,
        (EffectKind::Mask(a, mask), EffectKind::Mask(b, other)) => a == b && mask == other,
        (EffectKind::Hide(a), EffectKind::Hide(b))
        | (EffectKind::Notify(a), EffectKind::Notify(b)) => a == b,
        (EffectKind::Risk(points, a), EffectKind::Risk(more, b)) => points == more && a == b,
        (EffectKind::Oblige(a), EffectKind::Oblige(b)) => a == b,
        _ => false,
    };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| one(&a.kind, &b.kind))
}
