//! Consts and lists: their values, and the files that lists are read from.

use std::sync::Arc;

use guardrails_core::policy::{ExprKind, Type, ValueSet};
use guardrails_core::{Name, Value, phrase};

use super::symbols::{Collector, ConstList, Constant};
use super::types::described;
use crate::ast::{
    Const, Datum, DatumKind, Declaration, File, Ident, List, ListSource, Literal, Span, Text,
};
use crate::codes;

/// Entries of one list from a file (`list_entries`).
const LIST_ENTRIES: usize = 1_000_000;

pub(super) fn collect(collector: &mut Collector<'_>, files: &[File]) {
    for declaration in files.iter().flat_map(|file| &file.declarations) {
        match declaration {
            Declaration::Const(constant) => collect_const(collector, constant),
            Declaration::List(list) => collect_list(collector, list),
            _ => {}
        }
    }
}

/// The type of a literal, and what it is in a condition.
pub(super) fn literal(written: &Literal) -> (Type, ExprKind) {
    let value = |ty, value: Value| (ty, ExprKind::Literal(value));
    match written {
        Literal::Bool(truth) => value(Type::Bool, Value::from(*truth)),
        Literal::Number(number) if number.fract().is_zero() => {
            value(Type::Int, Value::from(*number))
        }
        Literal::Number(number) => value(Type::Decimal, Value::from(*number)),
        Literal::Percent(number) => value(Type::Percent, Value::from(*number)),
        Literal::Money(amount, currency) => value(Type::Money(*currency), Value::from(*amount)),
        Literal::Text(text) => value(Type::Text, Value::from(text.as_str())),
        Literal::Date(day) => {
            let days = i64::from(day.to_epoch_days());
            (Type::Date, ExprKind::Moment(Type::Date, days))
        }
        Literal::DateTime(at) => {
            let micros = at.timestamp_micros();
            (Type::DateTime, ExprKind::Moment(Type::DateTime, micros))
        }
        Literal::Duration(micros) => (Type::Duration, ExprKind::Moment(Type::Duration, *micros)),
    }
}

fn collect_const(collector: &mut Collector<'_>, constant: &Const) {
    let (ty, kind) = match &constant.value.kind {
        DatumKind::Literal(written) => literal(written),
        DatumKind::Word(word) => (Type::Text, ExprKind::Literal(Value::Text(word.joined()))),
        DatumKind::List(_) | DatumKind::Object(_) => {
            let message = phrase!("a const holds one value" | "常量只有一个值");
            let help = phrase!(
                "declare several values with `list NAME = [ … ]`"
                    | "多个值用 `list 名称 = [ … ]` 声明"
            );
            collector.report(codes::WRONG_TYPE, constant.value.span, message, help);
            (Type::Bool, ExprKind::Literal(Value::Null))
        }
    };
    let span = constant.name.span;
    let lowered = Constant { ty, kind, span };
    let name = constant.name.text.clone();
    collector.symbols.consts.entry(name).or_insert(lowered);
}

fn collect_list(collector: &mut Collector<'_>, list: &List) {
    let (item, values) = match &list.source {
        ListSource::Inline(items) => inline(collector, &list.name, items),
        ListSource::File(path) => (Type::Text, from_file(collector, path)),
    };
    let name = list.name.text.clone();
    let lowered = ConstList {
        item,
        set: Arc::new(ValueSet::new(name.clone(), values)),
        span: list.name.span,
    };
    collector.symbols.lists.entry(name).or_insert(lowered);
}

fn inline(collector: &mut Collector<'_>, name: &Ident, items: &[Datum]) -> (Type, Vec<Value>) {
    let mut item_type: Option<(Type, Span)> = None;
    let mut values = Vec::new();
    for item in items {
        let Some((ty, value)) = entry(item) else {
            let message = phrase!("this cannot be an entry of a list" | "这不能作为列表的一项");
            let help = phrase!(
                "entries are texts, words, numbers, percents or amounts of money"
                    | "列表的项是文本、词、数字、百分比或金额"
            );
            collector.report(codes::WRONG_TYPE, item.span, message, help);
            continue;
        };
        match &item_type {
            None => item_type = Some((ty, item.span)),
            Some((first, _)) if !same_kind(first, &ty) => {
                let message = phrase!(
                    "this is {this}, the first entry is {that}" | "这是{this}，而第一项是{that}",
                    this = described(&ty),
                    that = described(first)
                );
                let help =
                    phrase!("give all entries of a list one type" | "列表的各项要是同一种类型");
                collector.report(codes::WRONG_TYPE, item.span, message, help);
            }
            Some(_) => {}
        }
        values.push(value);
    }
    if items.is_empty() {
        let text = &name.text;
        let message = phrase!("the list `{text}` is empty" | "列表 `{text}` 是空的", text);
        let help = phrase!(
            "give it an entry: nothing is ever in an empty list"
                | "写上至少一项：空列表里永远没有任何值"
        );
        collector.report(codes::INCOMPLETE, name.span, message, help);
    }
    (item_type.map_or(Type::Text, |(ty, _)| ty), values)
}

fn entry(item: &Datum) -> Option<(Type, Value)> {
    match &item.kind {
        DatumKind::Word(word) => Some((Type::Text, Value::Text(word.joined()))),
        DatumKind::Literal(written) => match literal(written) {
            (Type::Bool, _) => None,
            (ty, ExprKind::Literal(value)) => Some((ty, value)),
            _ => None,
        },
        DatumKind::List(_) | DatumKind::Object(_) => None,
    }
}

fn same_kind(a: &Type, b: &Type) -> bool {
    let number = |ty: &Type| matches!(ty, Type::Int | Type::Decimal);
    a == b || (number(a) && number(b))
}

/// One entry per line; blank lines and lines that begin with `#` are passed over.
fn from_file(collector: &mut Collector<'_>, path: &Text) -> Vec<Value> {
    let Some(file) = collector.bundle.words(&path.text) else {
        let name = &path.text;
        let message = phrase!(
            "the file `{name}` is not in the bundle's folder"
                | "文件 `{name}` 不在策略包的文件夹里",
            name
        );
        let help = phrase!(
            "name a text file by its path from the folder of the policy"
                | "写一个文本文件的路径，从策略所在的文件夹开始"
        );
        let code = if path
            .text
            .split('/')
            .any(|part| part == ".." || part.is_empty())
        {
            codes::BAD_PATH
        } else {
            codes::NO_LIST_FILE
        };
        collector.report(code, path.span, message, help);
        return Vec::new();
    };
    let lines = file.text().lines().map(str::trim);
    let entries = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let values: Vec<Value> = entries
        .take(LIST_ENTRIES + 1)
        .map(|line| Value::Text(Name::from(line)))
        .collect();
    if values.len() > LIST_ENTRIES {
        let message = phrase!(
            "the file `{name}` has more entries than the limit `list_entries` of {limit}"
                | "文件 `{name}` 的项数超过上限 `list_entries`（{limit}）",
            name = &path.text,
            limit = LIST_ENTRIES
        );
        let help = phrase!(
            "keep such data in the CRM and compare with a field"
                | "把这样的数据放在 CRM 里，与字段比较"
        );
        collector.report(codes::LIST_TOO_LONG, path.span, message, help);
    }
    values
}
