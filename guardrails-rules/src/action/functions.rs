//! The functions of the engine, and the effects. Each is total: any argument gives a result or a
//! fault. The table of what the checker lets through is in [`super::call`].

use guardrails_core::Name;
use guardrails_core::policy::ActionEffect;
use rhai::{Dynamic, Engine, INT, ImmutableString};
use rust_decimal::{Decimal, RoundingStrategy};

use super::fault::{Absent, EFFECT_LIMIT, Fault, Native, Why};
use super::operators::{made, number, text, truth, wants};
use super::slots::{Items, Table};
use super::tree::Literal;

/// Collects the effects of one run.
#[derive(Debug, Clone, Default)]
pub(super) struct Sink(pub(super) Vec<ActionEffect>);

/// Registers all functions.
pub(super) fn register(engine: &mut Engine) {
    numbers(engine);
    texts(engine);
    presence(engine);
    tables(engine);
    effects(engine);
}

fn numbers(engine: &mut Engine) {
    engine.register_fn("min", |a: Decimal, b: Decimal| a.min(b));
    engine.register_fn("max", |a: Decimal, b: Decimal| a.max(b));
    engine.register_fn("min", |a: Dynamic, b: Dynamic| -> Native<Decimal> {
        Ok(number(&a)?.min(number(&b)?))
    });
    engine.register_fn("max", |a: Dynamic, b: Dynamic| -> Native<Decimal> {
        Ok(number(&a)?.max(number(&b)?))
    });
    engine.register_fn("abs", |a: Dynamic| -> Native<Decimal> {
        Ok(number(&a)?.abs())
    });
    engine.register_fn("floor", |a: Dynamic| -> Native<Decimal> {
        Ok(number(&a)?.floor())
    });
    engine.register_fn("ceil", |a: Dynamic| -> Native<Decimal> {
        Ok(number(&a)?.ceil())
    });
    engine.register_fn("round", |a: Dynamic| -> Native<Decimal> {
        Ok(rounded(number(&a)?, 0))
    });
    engine.register_fn("round", |a: Dynamic, places: Dynamic| -> Native<Decimal> {
        let places = u32::try_from(number(&places)?).map_err(|_| Fault::Wants("0 to 28 places"))?;
        Ok(rounded(number(&a)?, places))
    });
}

/// Commercial rounding: halves go away from zero.
fn rounded(number: Decimal, places: u32) -> Decimal {
    number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

fn texts(engine: &mut Engine) {
    engine.register_fn("len", |a: Dynamic| -> Native<Decimal> {
        let len = match a.read_lock::<Items>() {
            Some(items) => items.len,
            None => text(&a, |a| a.chars().count())?,
        };
        Ok(Decimal::from(len))
    });
    engine.register_fn("lower", |a: Dynamic| -> Native<Dynamic> {
        Ok(text(&a, |a| made(a.to_lowercase()))??)
    });
    engine.register_fn("upper", |a: Dynamic| -> Native<Dynamic> {
        Ok(text(&a, |a| made(a.to_uppercase()))??)
    });
    engine.register_fn("contains", |a: Dynamic, b: Dynamic| -> Native<bool> {
        if let Some(items) = a.read_lock::<Items>() {
            return Ok(found(&items.simple, &b)?.is_some());
        }
        Ok(text(&a, |a| text(&b, |b| a.contains(b)))??)
    });
    engine.register_fn("starts_with", |a: Dynamic, b: Dynamic| -> Native<bool> {
        Ok(text(&a, |a| text(&b, |b| a.starts_with(b)))??)
    });
    engine.register_fn("ends_with", |a: Dynamic, b: Dynamic| -> Native<bool> {
        Ok(text(&a, |a| text(&b, |b| a.ends_with(b)))??)
    });
    engine.register_fn("to_text", |a: Dynamic| -> Native<Dynamic> { Ok(shown(a)?) });
}

fn shown(value: Dynamic) -> Result<Dynamic, Fault> {
    if value.is_string() {
        return Ok(value);
    }
    match value.as_bool() {
        Ok(truth) => Ok(truth.to_string().into()),
        Err(_) => Ok(number(&value)?.to_string().into()),
    }
}

fn presence(engine: &mut Engine) {
    engine.register_fn("is_missing", |a: Dynamic| is_missing(&a));
    engine.register_fn("is_present", |a: Dynamic| !is_missing(&a));
    // `()` where a fact is missing, for `??`.
    engine.register_fn(
        "known",
        |a: Dynamic| {
            if is_missing(&a) { Dynamic::UNIT } else { a }
        },
    );
    engine.register_fn("truth", |a: Dynamic| -> Native<bool> { Ok(truth(&a)?) });
}

/// Absent or null. A value that is there and not of its type is not missing.
fn is_missing(value: &Dynamic) -> bool {
    let absent = value.read_lock::<Absent>();
    absent.is_some_and(|absent| absent.why == Why::Missing)
}

fn tables(engine: &mut Engine) {
    engine.register_fn("one_of", |table: Table, value: Dynamic| -> Native<bool> {
        Ok(found(&table.0, &value)?.is_some())
    });
    // A `switch` over the number of the case: the engine's own switch compares by hash and type.
    engine.register_fn("pick", |table: Table, value: Dynamic| -> Native<INT> {
        let at = found(&table.0, &value)?;
        Ok(at.and_then(|at| INT::try_from(at).ok()).unwrap_or(-1))
    });
}

/// The first position of a value in a table; `10` and `10.00` are one number.
fn found(table: &[Literal], value: &Dynamic) -> Result<Option<usize>, Fault> {
    if let Ok(number) = number(value) {
        let number = Literal::Number(number);
        return Ok(table.iter().position(|have| *have == number));
    }
    if let Ok(truth) = value.as_bool() {
        let truth = Literal::Truth(truth);
        return Ok(table.iter().position(|have| *have == truth));
    }
    let text = text(value, |text| {
        let same = |have: &Literal| matches!(have, Literal::Text(have) if have == text);
        table.iter().position(same)
    });
    text.map_err(|_| wants(value, "a number, a text, true or false"))
}

fn effects(engine: &mut Engine) {
    engine.register_fn(
        "risk_add",
        |sink: &mut Sink, name: ImmutableString, amount: Decimal| -> Native<()> {
            Ok(sink.add(ActionEffect::Risk(amount, shared(&name)))?)
        },
    );
    engine.register_fn(
        "risk_add",
        |sink: &mut Sink, name: ImmutableString, amount: Dynamic| -> Native<()> {
            Ok(sink.add(ActionEffect::Risk(number(&amount)?, shared(&name)))?)
        },
    );
    engine.register_fn(
        "approvals_require",
        |sink: &mut Sink, chain: ImmutableString, reason: ImmutableString| -> Native<()> {
            Ok(sink.add(ActionEffect::RequireApproval(shared(&chain), reason.into()))?)
        },
    );
    engine.register_fn(
        "deny",
        |sink: &mut Sink, code: ImmutableString, reason: ImmutableString| -> Native<()> {
            Ok(sink.add(ActionEffect::Deny(shared(&code), reason.into()))?)
        },
    );
    engine.register_fn(
        "notify",
        |sink: &mut Sink, channel: ImmutableString| -> Native<()> {
            Ok(sink.add(ActionEffect::Notify(shared(&channel)))?)
        },
    );
}

fn shared(name: &ImmutableString) -> Name {
    Name::from(name.as_str())
}

impl Sink {
    fn add(&mut self, effect: ActionEffect) -> Result<(), Fault> {
        if self.0.len() >= EFFECT_LIMIT {
            return Err(Fault::TooManyEffects);
        }
        self.0.push(effect);
        Ok(())
    }
}
