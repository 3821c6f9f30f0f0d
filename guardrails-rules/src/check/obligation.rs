//! What `oblige` binds the host to: constants, and texts with places for values.

use guardrails_core::phrase;
use guardrails_core::policy::{Duty, ExprKind, MessagePart, Term};
use guardrails_core::{Name, Value};

use super::condition::Checker;
use super::data;
use crate::ast::{Datum, DatumKind, Dotted, Entry, Ident, Literal, Text};
use crate::codes;

pub(super) fn lower(checker: &mut Checker<'_, '_>, name: &Text, terms: &[Entry]) -> Duty {
    Duty {
        name: name.text.clone(),
        terms: entries(checker, terms),
    }
}

fn entries(checker: &mut Checker<'_, '_>, entries: &[Entry]) -> Vec<(Name, Term)> {
    data::check_names(checker.cx, entries);
    entries
        .iter()
        .map(|entry| (entry.name.text.clone(), term(checker, &entry.datum)))
        .collect()
}

fn term(checker: &mut Checker<'_, '_>, datum: &Datum) -> Term {
    match &datum.kind {
        DatumKind::Literal(Literal::Text(written)) => text(checker, written, datum),
        DatumKind::Literal(_) => Term::Value(data::untyped(datum)),
        DatumKind::Word(word) => Term::Value(constant(checker, word)),
        DatumKind::List(items) => {
            Term::List(items.iter().map(|item| term(checker, item)).collect())
        }
        DatumKind::Object(inner) => Term::Object(entries(checker, inner)),
    }
}

/// A text is filled for each requester only where it has something to fill.
fn text(checker: &mut Checker<'_, '_>, written: &str, datum: &Datum) -> Term {
    if checker.entity.is_none() {
        return Term::Value(Value::from(written));
    }
    let message = checker.message(&Text {
        text: written.into(),
        span: datum.span,
    });
    match message.parts.as_slice() {
        [] => Term::Value(Value::from("")),
        [MessagePart::Text(plain)] => Term::Value(Value::from(plain.as_str())),
        _ => Term::Text(message),
    }
}

/// The value of a const.
fn constant(checker: &Checker<'_, '_>, word: &Dotted) -> Value {
    let cx = checker.cx;
    let name = word.joined();
    if &*name == "null" {
        return Value::Null;
    }
    match cx.symbols.consts.get(&name) {
        Some(constant) => {
            cx.mark_used(&name, word.span);
            match &constant.kind {
                ExprKind::Literal(value) => value.clone(),
                _ => {
                    let message = phrase!(
                        "a date or a duration is written in place here"
                            | "此处须直接写出日期或时长"
                    );
                    checker.report(
                        cx.error(codes::WRONG_TYPE, word.span, message)
                            .help(phrase!(
                                "write the value instead of the name" | "用值代替名称"
                            )),
                    );
                    Value::Null
                }
            }
        }
        None => {
            let ident = Ident {
                text: name,
                span: word.span,
            };
            let known = cx.symbols.consts.keys().map(|name| &**name);
            let kind = phrase!("value called" | "值");
            cx.unknown(codes::UNKNOWN_NAME, &ident, kind, known, || {
                phrase!("write texts in quotation marks" | "文本写在引号里")
            });
            Value::Null
        }
    }
}
