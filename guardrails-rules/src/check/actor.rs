//! Who acts in a test: the parts that the guard knows, and attributes of the host.

use std::time::Duration;

use guardrails_core::{Activity, Fields, Name, Value, phrase};
use rust_decimal::Decimal;

use super::context::Context;
use super::data;
use crate::ast::{Datum, DatumKind, Entry, Ident};
use crate::codes;
use crate::test_case::TestActor;

/// The actor of a test that does not say who acts.
pub(super) fn nobody() -> TestActor {
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

/// Known keys say who it is, all others are attributes, as `actor.NAME` reads them.
pub(super) fn actor(cx: &Context<'_>, entries: &[Entry]) -> TestActor {
    let mut actor = nobody();
    data::check_names(cx, entries);
    for entry in entries {
        part(cx, entry, &mut actor);
    }
    actor
}

/// One part of an actor.
pub(super) fn part(cx: &Context<'_>, entry: &Entry, actor: &mut TestActor) {
    let value = data::untyped(&entry.datum);
    match (&*entry.name.text, value) {
        ("id", Value::Text(id)) => actor.id = id,
        ("tenant", Value::Text(tenant)) => actor.tenant = tenant,
        ("agent", Value::Text(agent)) => actor.agent = agent,
        ("model", Value::Text(model)) => actor.model = model,
        ("risk_score", Value::Number(score)) => actor.risk_score = score,
        ("behaviour", Value::Object(counts)) => {
            actor.observed = observed(cx, &counts, entry);
        }
        ("roles", Value::List(_)) => actor.roles = roles(cx, &entry.datum),
        ("id" | "tenant" | "agent" | "model" | "risk_score" | "roles" | "behaviour", _) => {
            wrong_part(cx, entry);
        }
        (_, value) => actor.attributes.set(entry.name.text.clone(), value),
    }
}

/// `behaviour: { calls_10m: 120 }`.
fn observed(cx: &Context<'_>, counts: &Fields, entry: &Entry) -> Vec<(Activity, Duration, u64)> {
    let read = counts.iter().map(|(key, count)| {
        let (what, window) = Activity::from_key(key)?;
        let count = count.as_number().filter(|count| count.fract().is_zero())?;
        Some((what, window, u64::try_from(count).ok()?))
    });
    read.collect::<Option<Vec<_>>>().unwrap_or_else(|| {
        wrong_part(cx, entry);
        Vec::new()
    })
}

fn wrong_part(cx: &Context<'_>, entry: &Entry) {
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
    cx.report(
        cx.error(codes::WRONG_TYPE, entry.datum.span, message)
            .help(phrase!("write {wanted}" | "写{wanted}", wanted)),
    );
}

fn roles(cx: &Context<'_>, datum: &Datum) -> Vec<Name> {
    let DatumKind::List(items) = &datum.kind else {
        return Vec::new();
    };
    let mut roles = Vec::new();
    for item in items {
        if let Value::Text(role) = data::untyped(item) {
            cx.check_role(&Ident {
                text: role.clone(),
                span: item.span,
            });
            roles.push(role);
        } else {
            let message = phrase!("a role is a word" | "角色是一个词");
            cx.report(
                cx.error(codes::WRONG_TYPE, item.span, message)
                    .help(phrase!(
                        "write such as `[SALES_REP]`" | "例如写 `[SALES_REP]`"
                    )),
            );
        }
    }
    roles
}
