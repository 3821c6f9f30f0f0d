//! Constant data of tests to values, each read as the type its field declares.

use guardrails_core::policy::{Entity, Type};
use guardrails_core::{Fields, Name, Value};
use rust_decimal::Decimal;

use super::constants;
use super::context::Context;
use super::types::described;
use crate::ast::{Datum, DatumKind, Dotted, Entry, Ident, Literal};
use crate::codes;
use crate::parse::suggest;

/// Fields that the guard itself reads of any record, declared or not.
const BOOKKEEPING: &[&str] = &["id", "tenant_id"];

/// The fields of an entity.
pub(super) fn fields(cx: &Context<'_>, entity: &Entity, entries: &[Entry]) -> Fields {
    let mut fields = Fields::new();
    check_names(cx, entries);
    for entry in entries {
        let name = &entry.name;
        let value = match entity.field(&name.text) {
            Some(field) => typed(cx, &entry.datum, &field.ty),
            None if BOOKKEEPING.contains(&&*name.text) => untyped(&entry.datum),
            None => {
                unknown_field(cx, entity, name);
                continue;
            }
        };
        fields.set(name.text.clone(), value);
    }
    fields
}

pub(super) fn unknown_field(cx: &Context<'_>, entity: &Entity, name: &Ident) {
    let known = entity.fields.iter().map(|field| &*field.name);
    let kind = format!("field of `{}` called", entity.name);
    cx.unknown(codes::UNKNOWN_FIELD, name, &kind, known, || {
        format!("declare it in `entity {}`", entity.name)
    });
}

/// Reports entries whose name was there before; the last one counts.
pub(super) fn check_names(cx: &Context<'_>, entries: &[Entry]) {
    cx.report_repeats(entries.iter().map(|entry| &entry.name), "");
}

/// Data without a declared type: what it looks like.
pub(super) fn untyped(datum: &Datum) -> Value {
    match &datum.kind {
        DatumKind::Literal(written) => sent(written),
        DatumKind::Word(word) if is_nothing(word) => Value::Null,
        DatumKind::Word(word) => Value::Text(word.joined()),
        DatumKind::List(items) => items.iter().map(untyped).collect::<Vec<_>>().into(),
        DatumKind::Object(entries) => entries
            .iter()
            .map(|entry| (entry.name.text.clone(), untyped(&entry.datum)))
            .collect::<Fields>()
            .into(),
    }
}

fn is_nothing(word: &Dotted) -> bool {
    matches!(&*word.joined(), "null" | "missing")
}

/// A literal as a host would send it.
fn sent(written: &Literal) -> Value {
    match written {
        Literal::Bool(truth) => Value::from(*truth),
        Literal::Number(number) | Literal::Percent(number) | Literal::Money(number, _) => {
            Value::from(*number)
        }
        Literal::Text(text) => Value::from(text.as_str()),
        Literal::Date(day) => Value::from(day.to_string()),
        Literal::DateTime(at) => Value::from(at.to_rfc3339()),
        Literal::Duration(micros) => Value::from(Decimal::new(*micros, 6).normalize()),
    }
}

/// Data of a declared type; reports what does not fit.
fn typed(cx: &Context<'_>, datum: &Datum, ty: &Type) -> Value {
    match (&datum.kind, ty) {
        (DatumKind::Word(word), _) if is_nothing(word) => Value::Null,
        (DatumKind::Word(word), Type::Enum(_)) => member(cx, word, ty),
        (DatumKind::Word(word), _) => constant(cx, word, datum, ty),
        (DatumKind::List(items), Type::List(item)) => {
            let items = items.iter().map(|datum| typed(cx, datum, item));
            items.collect::<Vec<_>>().into()
        }
        (DatumKind::Object(entries), Type::Entity(name)) => match cx.symbols.entities.get(name) {
            Some(entity) => fields(cx, entity, entries).into(),
            None => Value::Null,
        },
        (DatumKind::Literal(written), _) => {
            let (have, _) = constants::literal(written);
            match (written, ty) {
                (Literal::Text(text), Type::Enum(members))
                    if members.members.iter().any(|member| **member == **text) => {}
                _ if fits(&have, ty) => {}
                _ => misfit(cx, datum, &described(&have), ty),
            }
            sent(written)
        }
        (DatumKind::List(_), _) => {
            misfit(cx, datum, "a list", ty);
            Value::Null
        }
        (DatumKind::Object(_), _) => {
            misfit(cx, datum, "an object", ty);
            Value::Null
        }
    }
}

fn fits(have: &Type, ty: &Type) -> bool {
    have == ty
        || matches!(
            (have, ty),
            (Type::Int, Type::Decimal | Type::Percent) | (Type::Decimal, Type::Percent)
        )
}

fn misfit(cx: &Context<'_>, datum: &Datum, have: &str, ty: &Type) {
    let wanted = match ty {
        Type::Int => "a whole number".to_owned(),
        other => described(other),
    };
    let message = format!("this is {have}, and the field holds {wanted}");
    let (code, help) = match ty {
        Type::Money(currency) if have.starts_with("an amount") => (
            codes::TWO_CURRENCIES,
            format!("write an amount of {currency}"),
        ),
        Type::Money(currency) => (
            codes::MONEY_AND_NUMBER,
            format!("write an amount such as `100 {currency}`"),
        ),
        Type::Enum(members) => (
            codes::WRONG_TYPE,
            format!("it is one of {}", suggest::listed(&members.members)),
        ),
        _ => (codes::WRONG_TYPE, format!("write a value of type `{ty}`")),
    };
    cx.report(cx.error(code, datum.span, message).help(help));
}

fn member(cx: &Context<'_>, word: &Dotted, ty: &Type) -> Value {
    let Type::Enum(members) = ty else {
        return Value::Null;
    };
    let name: Name = match word.parts.as_slice() {
        [qualifier, member] if qualifier.text == members.name => member.text.clone(),
        _ => word.joined(),
    };
    if !members.members.contains(&name) {
        let known: Vec<&str> = members.members.iter().map(|member| &**member).collect();
        let help = suggest::did_you_mean(&name, known.iter().copied())
            .unwrap_or_else(|| format!("it is one of {}", suggest::listed(&known)));
        let message = format!("`{name}` is not a value of this field");
        cx.report(
            cx.error(codes::UNKNOWN_MEMBER, word.span, message)
                .help(help),
        );
    }
    Value::Text(name)
}

/// A const in the place of data.
fn constant(cx: &Context<'_>, word: &Dotted, datum: &Datum, ty: &Type) -> Value {
    let name = word.joined();
    let Some(found) = cx.symbols.consts.get(&name) else {
        let ident = Ident {
            text: name.clone(),
            span: word.span,
        };
        let known = cx.symbols.consts.keys().map(|name| &**name);
        cx.unknown(codes::UNKNOWN_NAME, &ident, "value called", known, || {
            "write texts in quotation marks".to_owned()
        });
        return Value::Null;
    };
    cx.mark_used(&name);
    if !fits(&found.ty, ty) {
        misfit(cx, datum, &described(&found.ty), ty);
    }
    match &found.kind {
        guardrails_core::policy::ExprKind::Literal(value) => value.clone(),
        _ => Value::Null,
    }
}
