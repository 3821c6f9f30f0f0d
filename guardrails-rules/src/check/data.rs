//! Constant data of tests to values, each read as the type its field declares.

use guardrails_core::policy::{Entity, Type};
use guardrails_core::{Fields, Name, Phrase, Value, phrase};
use rust_decimal::Decimal;

use super::constants;
use super::context::{Context, declare_field, field_of};
use super::types::described;
use crate::ast::{Datum, DatumKind, Dotted, Entry, Ident, Literal};
use crate::codes;
use crate::parse::suggest;

/// Fields that the guard itself reads of any record, declared or not.
const BOOKKEEPING: &[&str] = &["id", "tenant_id"];

/// Whether any record has this field, declared or not.
pub(super) fn is_bookkeeping(name: &str) -> bool {
    BOOKKEEPING.contains(&name)
}

/// The fields of an entity.
pub(super) fn fields(cx: &Context<'_>, entity: &Entity, entries: &[Entry]) -> Fields {
    let mut fields = Fields::new();
    check_names(cx, entries);
    for entry in entries {
        let name = &entry.name;
        let value = match entity.field(&name.text) {
            Some(field) => typed(cx, &entry.datum, &field.ty),
            None if is_bookkeeping(&name.text) => untyped(&entry.datum),
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
    let kind = field_of(&entity.name);
    cx.unknown(codes::UNKNOWN_FIELD, name, kind, known, || {
        declare_field(&entity.name)
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
pub(super) fn sent(written: &Literal) -> Value {
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
        _ if cx.is_unknown(ty) => untyped(datum),
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
                _ => misfit(cx, datum, Given::Constant(&have), ty),
            }
            sent(written)
        }
        (DatumKind::List(_), _) => {
            misfit(cx, datum, Given::List, ty);
            Value::Null
        }
        (DatumKind::Object(_), _) => {
            misfit(cx, datum, Given::Object, ty);
            Value::Null
        }
    }
}

/// Whether a constant of one type may stand where another is declared.
pub(super) fn fits(have: &Type, ty: &Type) -> bool {
    have == ty
        || matches!(
            (have, ty),
            (Type::Int, Type::Decimal | Type::Percent) | (Type::Decimal, Type::Percent)
        )
}

/// What stands where a value of another type is declared.
#[derive(Clone, Copy)]
enum Given<'t> {
    Constant(&'t Type),
    List,
    Object,
}

impl Given<'_> {
    fn described(self) -> Phrase {
        match self {
            Self::Constant(ty) => described(ty),
            Self::List => phrase!("a list" | "列表"),
            Self::Object => phrase!("an object" | "对象"),
        }
    }
}

fn misfit(cx: &Context<'_>, datum: &Datum, given: Given<'_>, ty: &Type) {
    let have = given.described();
    let wanted = match ty {
        Type::Int => phrase!("a whole number" | "整数"),
        other => described(other),
    };
    let message = phrase!(
        "this is {have}, and the field holds {wanted}" | "这是{have}，而字段要的是{wanted}",
        have,
        wanted
    );
    let (code, help) = match ty {
        Type::Money(currency) => {
            let code = match given {
                Given::Constant(Type::Money(_)) => codes::TWO_CURRENCIES,
                Given::Constant(_) | Given::List | Given::Object => codes::MONEY_AND_NUMBER,
            };
            let currency = currency.to_string();
            let help = phrase!(
                "write an amount such as `100 {currency}`" | "写金额，例如 `100 {currency}`",
                currency
            );
            (code, help)
        }
        Type::Enum(members) => (codes::WRONG_TYPE, one_of(&members.members)),
        _ => {
            let ty = ty.to_string();
            let help = phrase!(
                "write a value of type `{ty}`" | "写一个 `{ty}` 类型的值",
                ty
            );
            (codes::WRONG_TYPE, help)
        }
    };
    cx.report(cx.error(code, datum.span, message).help(help));
}

/// The words that a value may be.
pub(super) fn one_of<S: AsRef<str>>(known: &[S]) -> Phrase {
    let words = suggest::listed(known);
    phrase!("write one of {words}" | "写 {words} 之一", words)
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
        let help =
            suggest::did_you_mean(&name, known.iter().copied()).unwrap_or_else(|| one_of(&known));
        let message = phrase!(
            "`{name}` is not a value of this field" | "`{name}` 不是这个字段的值",
            name
        );
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
        let kind = phrase!("value called" | "值");
        cx.unknown(codes::UNKNOWN_NAME, &ident, kind, known, || {
            phrase!("write texts in quotation marks" | "文本写在引号里")
        });
        return Value::Null;
    };
    cx.mark_used(&name, word.span);
    if !fits(&found.ty, ty) {
        misfit(cx, datum, Given::Constant(&found.ty), ty);
    }
    match &found.kind {
        guardrails_core::policy::ExprKind::Literal(value) => value.clone(),
        _ => Value::Null,
    }
}
