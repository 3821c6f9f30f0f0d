//! `test` declarations to test cases.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use guardrails_core::policy::{Entity, RiskLevel, Verb};
use guardrails_core::{Fields, Name, phrase};

use super::context::{Context, declare};
use super::symbols::Space;
use super::{actor, cases, data, grant};
use crate::ast::{self, Datum, DatumKind, Dotted, Entry, Ident, Span, Test, TestItem, When};
use crate::codes;
use crate::test_case::{Expectation, ExpectationKind, Seen, TestCase, TestChange};

/// The time of a test that names none: 2026-01-01T00:00Z.
const DEFAULT_TIME: i64 = 1_767_225_600;

/// The test, or each of its cases; none when it lacks a part without which it cannot run.
pub(super) fn lower(cx: &Context<'_>, written: &Test) -> Vec<TestCase> {
    lower_one(cx, written).unwrap_or_default()
}

fn lower_one(cx: &Context<'_>, written: &Test) -> Option<Vec<TestCase>> {
    check_complete(cx, written);
    let entity = written.items.iter().find_map(|item| match item {
        TestItem::Given { entity, .. } => Some(entity),
        _ => None,
    });
    let entity = grant::entity(cx, entity?)?;
    let mut case = TestCase {
        name: written.name.text.clone(),
        place: cx.place(written.span),
        at: DateTime::from_timestamp(DEFAULT_TIME, 0)?,
        actor: actor::nobody(),
        skill: Name::from(""),
        context: Name::from(""),
        entity: entity.name.clone(),
        given: Fields::new(),
        change: None,
        expectations: Vec::new(),
    };
    let lowering = Lowering { cx, entity };
    for item in &written.items {
        lowering.item(item, &mut case);
    }
    // Rows take over what the test says, wherever in it they stand.
    let rows = written.items.iter().find_map(|item| match item {
        TestItem::Cases(rows) => Some(cases::lower(&lowering, rows, &case)),
        _ => None,
    });
    Some(rows.unwrap_or_else(|| vec![case]))
}

/// The clause of an item, when it stands once.
fn clause(item: &TestItem) -> Option<(&'static str, Span)> {
    Some(match item {
        TestItem::At(_, span) => ("at", *span),
        TestItem::Actor(_, span) => ("actor", *span),
        TestItem::Skill { name, .. } => ("skill", name.span),
        TestItem::Given { entity, .. } => ("given", entity.span),
        TestItem::Change(_, span) | TestItem::Create(_, span) | TestItem::Delete(span) => {
            ("change", *span)
        }
        TestItem::Cases(cases) => ("cases", cases.span),
        TestItem::Expect(_) => return None,
    })
}

fn check_complete(cx: &Context<'_>, written: &Test) {
    let clauses: Vec<(&str, Span)> = written.items.iter().filter_map(clause).collect();
    for (at, (clause, span)) in clauses.iter().enumerate() {
        if let Some((_, first)) = clauses.iter().take(at).find(|(have, _)| have == clause) {
            cx.repeated(codes::REPEATED, format!("`{clause}`"), *first, *span);
        }
    }
    for needed in ["actor", "skill", "given"] {
        if !clauses.iter().any(|(clause, _)| *clause == needed) {
            incomplete(cx, written, needed);
        }
    }
    if !written
        .items
        .iter()
        .any(|item| matches!(item, TestItem::Expect(_) | TestItem::Cases(_)))
    {
        incomplete(cx, written, "expect");
    }
}

fn incomplete(cx: &Context<'_>, written: &Test, clause: &str) {
    let message = phrase!(
        "this test has no `{clause}`" | "这个测试没有 `{clause}`",
        clause
    );
    let help = match clause {
        "actor" => phrase!(
            "say who acts, such as `actor { id: \"u-1\", roles: [SALES_REP] }`"
                | "写明谁在操作，例如 `actor { id: \"u-1\", roles: [SALES_REP] }`"
        ),
        "skill" => phrase!(
            "say which skill is used, such as `skill quote.draft`"
                | "写明使用哪个技能，例如 `skill quote.draft`"
        ),
        "given" => phrase!(
            "say which record it is about, such as `given Quote { amount: 5 CNY }`"
                | "写明针对哪条记录，例如 `given Quote { amount: 5 CNY }`"
        ),
        _ => phrase!(
            "say what must come of it, such as `expect deny`"
                | "写明应有的结果，例如 `expect deny`"
        ),
    };
    cx.report(
        cx.error(codes::INCOMPLETE, written.span, message)
            .help(help),
    );
}

/// Reads the parts of one test.
pub(super) struct Lowering<'c, 'b> {
    pub(super) cx: &'c Context<'b>,
    pub(super) entity: Arc<Entity>,
}

impl Lowering<'_, '_> {
    /// The instant of a test's time: a day alone is its beginning, in the policy's time zone.
    pub(super) fn moment(&self, when: When) -> Option<DateTime<Utc>> {
        match when {
            When::Instant(at) => Some(at),
            When::Day(day) => self.cx.symbols.zone.begin_of(day),
        }
    }

    fn item(&self, item: &TestItem, case: &mut TestCase) {
        match item {
            TestItem::At(at, _) => case.at = self.moment(*at).unwrap_or(case.at),
            TestItem::Actor(entries, _) => case.actor = actor::actor(self.cx, entries),
            TestItem::Skill { name, context } => {
                case.skill = self.skill(name);
                case.context = context
                    .as_ref()
                    .map_or_else(|| Name::from(""), |context| context.text.clone());
            }
            TestItem::Given { fields, .. } => case.given = self.fields(fields),
            TestItem::Change(fields, span) => {
                case.change = Some(self.change(Verb::Update, fields, *span));
            }
            TestItem::Create(fields, span) => {
                case.change = Some(self.change(Verb::Create, fields, *span));
            }
            TestItem::Delete(span) => {
                case.change = Some(self.change(Verb::Delete, &[], *span));
            }
            TestItem::Expect(expected) => {
                let expected = expected.iter().filter_map(|e| self.expectation(e));
                case.expectations.extend(expected);
            }
            TestItem::Cases(_) => {}
        }
    }

    pub(super) fn fields(&self, entries: &[Entry]) -> Fields {
        data::fields(self.cx, &self.entity, entries)
    }

    fn change(&self, verb: Verb, fields: &[Entry], span: Span) -> TestChange {
        TestChange {
            verb,
            fields: self.fields(fields),
            place: self.cx.place(span),
        }
    }

    pub(super) fn skill(&self, name: &Dotted) -> Name {
        let joined = name.joined();
        self.cx.refer(Space::Skill, &joined, name.span);
        if !self.cx.symbols.skills.contains_key(&joined) {
            let ident = Ident {
                text: joined.clone(),
                span: name.span,
            };
            let known = self.cx.symbols.skills.keys().map(|name| &**name);
            let kind = phrase!("skill" | "技能");
            self.cx
                .unknown(codes::UNKNOWN_SKILL, &ident, kind, known, || {
                    declare("skill", &joined)
                });
        }
        joined
    }

    pub(super) fn expectation(&self, written: &ast::Expectation) -> Option<Expectation> {
        Some(Expectation {
            kind: self.expected(&written.kind)?,
            place: self.cx.place(written.span),
        })
    }

    fn expected(&self, written: &ast::ExpectationKind) -> Option<ExpectationKind> {
        Some(match written {
            ast::ExpectationKind::Allow => ExpectationKind::Allow,
            ast::ExpectationKind::Deny(code) => {
                ExpectationKind::Deny(code.as_ref().map(|code| code.text.clone()))
            }
            ast::ExpectationKind::Approval(chain) => {
                self.cx.check_chain(chain);
                ExpectationKind::Approval(chain.text.clone())
            }
            ast::ExpectationKind::Rule(rule) => {
                self.check_rule(rule);
                ExpectationKind::Rule(rule.text.clone())
            }
            ast::ExpectationKind::Risk(level) => ExpectationKind::Risk(self.level(level)?),
            ast::ExpectationKind::View(fields) => ExpectationKind::View(self.view(fields)),
            ast::ExpectationKind::Message(text) => ExpectationKind::Message(text.text.to_string()),
            ast::ExpectationKind::Notify(channel) => ExpectationKind::Notify(channel.text.clone()),
            ast::ExpectationKind::Oblige(name, terms) => {
                let terms = terms.as_deref().unwrap_or_default();
                data::check_names(self.cx, terms);
                let term = |entry: &Entry| (entry.name.text.clone(), data::untyped(&entry.datum));
                ExpectationKind::Oblige(name.text.clone(), terms.iter().map(term).collect())
            }
            ast::ExpectationKind::Not(expected) => {
                ExpectationKind::Not(Box::new(self.expected(&expected.kind)?))
            }
        })
    }

    fn check_rule(&self, rule: &Ident) {
        // A row is its table's, by name.
        let whole = rule.text.split('#').next().unwrap_or(&rule.text);
        self.cx.refer(Space::Rule, &whole.into(), rule.span);
        if !self.cx.symbols.rules.contains_key(&rule.text) {
            let known = self.cx.symbols.rules.keys().map(|name| &**name);
            let kind = phrase!("rule" | "规则");
            self.cx.unknown(codes::UNKNOWN_RULE, rule, kind, known, || {
                declare("rule", &rule.text)
            });
        }
    }

    fn level(&self, word: &Ident) -> Option<RiskLevel> {
        let all = [RiskLevel::Low, RiskLevel::Medium, RiskLevel::High];
        let found = all.into_iter().find(|level| level.as_str() == &*word.text);
        if found.is_none() {
            let known = all.map(RiskLevel::as_str);
            let kind = phrase!("level" | "等级");
            self.cx.unknown(codes::UNKNOWN_WORD, word, kind, known, || {
                phrase!("write `LOW`, `MEDIUM` or `HIGH`" | "写 `LOW`、`MEDIUM` 或 `HIGH`")
            });
        }
        found
    }

    fn view(&self, fields: &[(Ident, Datum)]) -> Vec<(Name, Seen)> {
        let mut seen = Vec::new();
        for (name, datum) in fields {
            if self.entity.field(&name.text).is_none() && &*name.text != "id" {
                data::unknown_field(self.cx, &self.entity, name);
                continue;
            }
            let hidden =
                matches!(&datum.kind, DatumKind::Word(word) if &*word.joined() == "hidden");
            let what = if hidden {
                Seen::Hidden
            } else {
                Seen::Value(data::untyped(datum))
            };
            seen.push((name.text.clone(), what));
        }
        seen
    }
}

/// Kept near its use: tests run at a fixed time unless they say another.
#[cfg(test)]
mod tests {
    use super::DEFAULT_TIME;
    use chrono::{DateTime, Utc};

    #[test]
    fn default_time_is_new_year_2026() {
        let at = DateTime::<Utc>::from_timestamp(DEFAULT_TIME, 0);
        assert_eq!(
            at.map(|at| at.to_rfc3339()).as_deref(),
            Some("2026-01-01T00:00:00+00:00")
        );
    }
}
