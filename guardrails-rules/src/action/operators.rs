//! The operators of the engine: exact, checked, and defined for every pair of operands.
//!
//! Rhai's own operators wrap or panic in a build with its feature `unchecked`, and take the place
//! of any operator that is not registered here. So each one has an overload for operands of any
//! type, which fails where the operator has no meaning; nothing falls through to Rhai's.

use std::cmp::Ordering;

use rhai::{Dynamic, Engine};
use rust_decimal::Decimal;

use super::fault::{Absent, Fault, Native, TEXT_LIMIT};

type Arithmetic = fn(Decimal, Decimal) -> Result<Decimal, Fault>;
type Comparison = fn(Ordering) -> bool;

const ARITHMETIC: &[(&str, &str, Arithmetic)] = &[
    ("+", "+=", |a, b| {
        a.checked_add(b).ok_or(Fault::Overflow("+"))
    }),
    ("-", "-=", |a, b| {
        a.checked_sub(b).ok_or(Fault::Overflow("-"))
    }),
    ("*", "*=", |a, b| {
        a.checked_mul(b).ok_or(Fault::Overflow("*"))
    }),
    ("/", "/=", |a, b| {
        nonzero(b)?;
        a.checked_div(b).ok_or(Fault::Overflow("/"))
    }),
    ("%", "%=", |a, b| {
        nonzero(b)?;
        a.checked_rem(b).ok_or(Fault::Overflow("%"))
    }),
];

const ORDER: &[(&str, Comparison)] = &[
    ("<", Ordering::is_lt),
    ("<=", Ordering::is_le),
    (">", Ordering::is_gt),
    (">=", Ordering::is_ge),
];

const EQUALITY: &[(&str, Comparison)] = &[("==", Ordering::is_eq), ("!=", Ordering::is_ne)];

/// Operators of Rhai that scripts have no use for. Refused for all operands.
const UNUSED: &[&str] = &[
    "**", "**=", "<<", "<<=", ">>", ">>=", "&", "&=", "|", "|=", "^", "^=", "..", "..=",
];

/// Registers all operators.
pub(super) fn register(engine: &mut Engine) {
    for (sign, assigning, apply) in ARITHMETIC {
        arithmetic(engine, sign, assigning, *apply);
    }
    for (sign, holds) in ORDER {
        let holds = *holds;
        engine.register_fn(*sign, move |a: Decimal, b: Decimal| holds(a.cmp(&b)));
        engine.register_fn(*sign, move |a: Dynamic, b: Dynamic| -> Native<bool> {
            Ok(holds(order(&a, &b)?))
        });
    }
    for (sign, holds) in EQUALITY {
        let holds = *holds;
        engine.register_fn(*sign, move |a: Decimal, b: Decimal| holds(a.cmp(&b)));
        engine.register_fn(*sign, move |a: Dynamic, b: Dynamic| -> Native<bool> {
            Ok(holds(equality(&a, &b)?))
        });
    }
    for sign in UNUSED {
        engine.register_fn(*sign, |_: Dynamic, _: Dynamic| -> Native<Dynamic> {
            Err(Fault::Wants("another operator").into())
        });
    }
    unary(engine);
}

fn arithmetic(engine: &mut Engine, sign: &str, assigning: &str, apply: Arithmetic) {
    engine.register_fn(sign, move |a: Decimal, b: Decimal| -> Native<Decimal> {
        Ok(apply(a, b)?)
    });
    let joins = sign == "+";
    let general = move |a: &Dynamic, b: &Dynamic| -> Result<Dynamic, Fault> {
        if joins && a.is_string() && b.is_string() {
            return joined(a, b);
        }
        Ok(Dynamic::from_decimal(apply(number(a)?, number(b)?)?))
    };
    engine.register_fn(sign, move |a: Dynamic, b: Dynamic| -> Native<Dynamic> {
        Ok(general(&a, &b)?)
    });
    engine.register_fn(
        assigning,
        move |a: &mut Decimal, b: Decimal| -> Native<()> {
            *a = apply(*a, b)?;
            Ok(())
        },
    );
    engine.register_fn(
        assigning,
        move |a: &mut Dynamic, b: Dynamic| -> Native<()> {
            *a = general(a, &b)?;
            Ok(())
        },
    );
}

fn unary(engine: &mut Engine) {
    engine.register_fn("-", |a: Dynamic| -> Native<Decimal> { Ok(-number(&a)?) });
    engine.register_fn("+", |a: Dynamic| -> Native<Decimal> { Ok(number(&a)?) });
    engine.register_fn("!", |a: Dynamic| -> Native<bool> { Ok(!truth(&a)?) });
}

fn nonzero(divisor: Decimal) -> Result<(), Fault> {
    if divisor.is_zero() {
        Err(Fault::DivisionByZero)
    } else {
        Ok(())
    }
}

/// A number, whichever way the engine holds it; a binary float is none.
pub(super) fn number(value: &Dynamic) -> Result<Decimal, Fault> {
    if let Ok(number) = value.as_decimal() {
        return Ok(number);
    }
    let whole = value.as_int().map(Decimal::from);
    whole.map_err(|_| wants(value, "a number"))
}

/// True or false.
pub(super) fn truth(value: &Dynamic) -> Result<bool, Fault> {
    value.as_bool().map_err(|_| wants(value, "true or false"))
}

/// Runs `with` over a text.
pub(super) fn text<T>(value: &Dynamic, with: impl FnOnce(&str) -> T) -> Result<T, Fault> {
    match value.as_immutable_string_ref() {
        Ok(text) => Ok(with(&text)),
        Err(_) => Err(wants(value, "a text")),
    }
}

/// Why `value` will not do where `what` is needed: it may not be there at all.
pub(super) fn wants(value: &Dynamic, what: &'static str) -> Fault {
    match value.read_lock::<Absent>() {
        Some(absent) => Fault::Absent(*absent),
        None => Fault::Wants(what),
    }
}

/// A text that a script makes, within its limit.
pub(super) fn made(text: String) -> Result<Dynamic, Fault> {
    if text.len() > TEXT_LIMIT {
        Err(Fault::TextTooLong)
    } else {
        Ok(text.into())
    }
}

fn joined(a: &Dynamic, b: &Dynamic) -> Result<Dynamic, Fault> {
    text(a, |a| {
        text(b, |b| {
            // The limit is looked at before the text is made.
            if a.len() + b.len() > TEXT_LIMIT {
                return Err(Fault::TextTooLong);
            }
            Ok(Dynamic::from([a, b].concat()))
        })
    })??
}

fn order(a: &Dynamic, b: &Dynamic) -> Result<Ordering, Fault> {
    if a.is_string() {
        return text(a, |a| text(b, |b| a.cmp(b)))?;
    }
    Ok(number(a)?.cmp(&number(b)?))
}

/// Equality of two values of one type; two types are an error and not unequal, so that a typing
/// mistake in the data cannot pass for an answer.
fn equality(a: &Dynamic, b: &Dynamic) -> Result<Ordering, Fault> {
    if let Ok(left) = a.as_bool() {
        return Ok(left.cmp(&truth(b)?));
    }
    order(a, b)
}
