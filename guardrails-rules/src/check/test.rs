//! `test` declarations to test cases.

use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use guardrails_core::policy::{Entity, RiskLevel, Verb};
use guardrails_core::{Activity, Fields, Name, Value, phrase};
use rust_decimal::Decimal;

use super::context::{Context, declare};
use super::{data, grant};
use crate::ast::{self, Datum, DatumKind, Dotted, Entry, Ident, Span, Test, TestItem};
use crate::codes;
use crate::test_case::{Expectation, ExpectationKind, Seen, TestActor, TestCase, TestChange};

/// The time of a test that names none: 2026-01-01T00:00Z.
const DEFAULT_TIME: i64 = 1_767_225_600;

/// The test case; none when it lacks a part without which it cannot run.
pub(super) fn lower(cx: &Context<'_>, written: &Test) -> Option<TestCase> {
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
        actor: nobody(),
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
    Some(case)
}

fn nobody() -> TestActor {
    TestActor {
        tenant: Name::from("test"),
        id: Name::from(""),
        roles: Vec::new(),
        attributes: Fields::new(),
        agent: Name::from(""),
        model: Name::from(""),
        risk_score: Decimal::ZERO,
        observed: Vec::new(),
    }
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
        .any(|item| matches!(item, TestItem::Expect(_)))
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

struct Lowering<'c, 'b> {
    cx: &'c Context<'b>,
    entity: Arc<Entity>,
}

impl Lowering<'_, '_> {
    fn item(&self, item: &TestItem, case: &mut TestCase) {
        match item {
            TestItem::At(at, _) => case.at = *at,
            TestItem::Actor(entries, _) => case.actor = self.actor(entries),
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
        }
    }

    fn fields(&self, entries: &[Entry]) -> Fields {
        data::fields(self.cx, &self.entity, entries)
    }

    fn change(&self, verb: Verb, fields: &[Entry], span: Span) -> TestChange {
        TestChange {
            verb,
            fields: self.fields(fields),
            place: self.cx.place(span),
        }
    }

    fn skill(&self, name: &Dotted) -> Name {
        let joined = name.joined();
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

    /// Known keys say who it is, all others are attributes, as `actor.NAME` reads them.
    fn actor(&self, entries: &[Entry]) -> TestActor {
        let mut actor = nobody();
        data::check_names(self.cx, entries);
        for entry in entries {
            let value = data::untyped(&entry.datum);
            match (&*entry.name.text, value) {
                ("id", Value::Text(id)) => actor.id = id,
                ("tenant", Value::Text(tenant)) => actor.tenant = tenant,
                ("agent", Value::Text(agent)) => actor.agent = agent,
                ("model", Value::Text(model)) => actor.model = model,
                ("risk_score", Value::Number(score)) => actor.risk_score = score,
                ("behaviour", Value::Object(counts)) => {
                    actor.observed = self.observed(&counts, entry);
                }
                ("roles", Value::List(_)) => actor.roles = self.roles(&entry.datum),
                ("id" | "tenant" | "agent" | "model" | "risk_score" | "roles" | "behaviour", _) => {
                    self.wrong_part(entry);
                }
                (_, value) => actor.attributes.set(entry.name.text.clone(), value),
            }
        }
        actor
    }

    /// `behaviour: { calls_10m: 120 }`.
    fn observed(&self, counts: &Fields, entry: &Entry) -> Vec<(Activity, Duration, u64)> {
        let read = counts.iter().map(|(key, count)| {
            let (what, window) = Activity::from_key(key)?;
            let count = count.as_number().filter(|count| count.fract().is_zero())?;
            Some((what, window, u64::try_from(count).ok()?))
        });
        read.collect::<Option<Vec<_>>>().unwrap_or_else(|| {
            self.wrong_part(entry);
            Vec::new()
        })
    }

    fn wrong_part(&self, entry: &Entry) {
        let name = &entry.name.text;
        let wanted = match &**name {
            "risk_score" => phrase!("a number of 0 to 10" | "0 到 10 的数字"),
            "behaviour" => {
                phrase!("counts such as `{ calls_10m: 120 }`" | "计数，例如 `{ calls_10m: 120 }`")
            }
            "roles" => phrase!("a list of roles in square brackets" | "方括号里的一列角色"),
            _ => phrase!("a text in quotation marks" | "引号里的文本"),
        };
        let message = phrase!(
            "`{name}` of an actor is {wanted}" | "操作者的 `{name}` 要写{wanted}",
            name,
            wanted
        );
        self.cx.report(
            self.cx
                .error(codes::WRONG_TYPE, entry.datum.span, message)
                .help(phrase!("write {wanted}" | "写{wanted}", wanted)),
        );
    }

    fn roles(&self, datum: &Datum) -> Vec<Name> {
        let DatumKind::List(items) = &datum.kind else {
            return Vec::new();
        };
        let mut roles = Vec::new();
        for item in items {
            if let Value::Text(role) = data::untyped(item) {
                self.cx.check_role(&Ident {
                    text: role.clone(),
                    span: item.span,
                });
                roles.push(role);
            } else {
                let message = phrase!("a role is a word" | "角色是一个词");
                self.cx.report(
                    self.cx
                        .error(codes::WRONG_TYPE, item.span, message)
                        .help(phrase!(
                            "write such as `[SALES_REP]`" | "例如写 `[SALES_REP]`"
                        )),
                );
            }
        }
        roles
    }

    fn expectation(&self, written: &ast::Expectation) -> Option<Expectation> {
        let kind = match &written.kind {
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
        };
        Some(Expectation {
            kind,
            place: self.cx.place(written.span),
        })
    }

    fn check_rule(&self, rule: &Ident) {
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
                phrase!(
                    "levels are `LOW`, `MEDIUM` and `HIGH`" | "等级有 `LOW`、`MEDIUM` 和 `HIGH`"
                )
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
