//! Parameters: what a host may set, held to a type and a range.
//!
//! From here on a parameter is a const, so that a condition costs the same with either.

use std::cmp::Ordering;

use guardrails_core::policy::{Digest, ExprKind, Origin, Parameter, Type};
use guardrails_core::{Diagnostic, Name, Place, Value, phrase, process::Datum as Read};

use super::annotations::Annotations;
use super::context::Context;
use super::symbols::{Collector, Constant, Symbols};
use super::types::described;
use super::{constants, data, schema};
use crate::ast::{Datum, DatumKind, Declaration, File, Ident, Param, Span};
use crate::bundle::Bundle;
use crate::codes;
use crate::parse::suggest;

/// Collects the parameters that the files declare, with the values that the host set.
pub(super) fn collect(collector: &mut Collector<'_>, files: &[File]) {
    for declaration in files.iter().flat_map(|file| &file.declarations) {
        if let Declaration::Param(written) = declaration
            && declared(collector, written).is_none()
        {
            // What is wrong is reported here, and not again where the parameter is read.
            let unusable = Constant {
                ty: Type::Text,
                kind: ExprKind::Literal(Value::Null),
                span: written.name.span,
            };
            let consts = &mut collector.symbols.consts;
            consts.entry(written.name.text.clone()).or_insert(unusable);
        }
    }
    report_unknown(collector);
}

/// Reports annotations that a parameter cannot have.
pub(super) fn check_annotations(cx: &Context<'_>, written: &Param) {
    let annotations = Annotations::new(cx, &written.annotations, &["owner", "doc"]);
    annotations.text("owner");
    annotations.text("doc");
}

/// Takes a parameter up; none when it has no type or no value that it could have.
fn declared(collector: &mut Collector<'_>, written: &Param) -> Option<()> {
    let ty = schema::type_of(collector, &written.ty);
    if let Type::Entity(name) = &ty
        && !collector.symbols.entities.contains_key(name)
    {
        return None;
    }
    if written.ty.optional || matches!(ty, Type::List(_) | Type::Entity(_)) {
        let message = phrase!("a parameter holds one value" | "参数只有一个值");
        let help = phrase!(
            "give it a type such as `percent`, `money(CNY)`, `text` or an enum"
                | "类型写 `percent`、`money(CNY)`、`text` 或枚举"
        );
        collector.report(codes::WRONG_TYPE, written.ty.span, message, help);
        return None;
    }
    let (default, sent) = value(collector, &written.default, &ty)?;
    let range = range(collector, written, &ty);
    if let Some((low, high)) = &range
        && !within(&default, low, high)
    {
        let message = phrase!(
            "the default of `{name}` is outside of its range" | "`{name}` 的默认值超出其范围",
            name = &written.name.text
        );
        let help = phrase!("choose a default within the range" | "默认值要在范围之内");
        collector.report(codes::BAD_PARAMETER, written.default.span, message, help);
    }
    let name = written.name.text.clone();
    let set = collector.bundle.parameters().get(&name).cloned();
    let kind = match &set {
        Some(value) => host_value(collector, &written.name, value, &ty, range.as_ref()),
        None => Some(default),
    };
    let place = collector.bundle.place(written.name.span);
    let parameter = Parameter {
        origin: Origin {
            name: name.clone(),
            place,
        },
        ty: ty.clone(),
        value: set.unwrap_or_else(|| sent.clone()),
        default: sent,
    };
    let constant = Constant {
        ty,
        kind: kind.unwrap_or(ExprKind::Literal(Value::Null)),
        span: written.name.span,
    };
    let symbols = &mut collector.symbols;
    symbols.consts.entry(name.clone()).or_insert(constant);
    symbols.parameters.entry(name).or_insert(parameter);
    Some(())
}

/// The digest of the bundle and of what the host set in it. A value counts as its declared type reads
/// it, so that `22.5` and `"22.5"` make the same policy.
pub(super) fn digest(bundle: &Bundle, symbols: &Symbols) -> Digest {
    let read = |name: &Name| match symbols.consts.get(name).map(|constant| &constant.kind) {
        Some(ExprKind::Literal(Value::Number(number))) => number.normalize().to_string(),
        Some(ExprKind::Literal(value)) => {
            let mut text = String::new();
            value.write_json(&mut text);
            text
        }
        Some(ExprKind::Moment(_, moment)) => moment.to_string(),
        // Nothing is in force from a bundle that does not declare it.
        _ => String::new(),
    };
    let set = bundle.parameters().keys();
    let set: Vec<(Name, String)> = set.map(|name| (name.clone(), read(name))).collect();
    bundle.digest_with(&set)
}

/// A constant of the declared type: as a condition has it, and as a host would send it.
fn value(collector: &mut Collector<'_>, datum: &Datum, ty: &Type) -> Option<(ExprKind, Value)> {
    match (&datum.kind, ty) {
        (DatumKind::Literal(literal), _) => {
            let (have, kind) = constants::literal(literal);
            if data::fits(&have, ty) {
                return Some((kind, data::sent(literal)));
            }
            misfit(collector, datum.span, ty);
        }
        (DatumKind::Word(word), Type::Enum(members)) => {
            let name = word.joined();
            if members.members.contains(&name) {
                let value = Value::Text(name);
                return Some((ExprKind::Literal(value.clone()), value));
            }
            let message = phrase!(
                "`{name}` is not a value of this enum" | "`{name}` 不是这个枚举的值",
                name
            );
            let help = phrase!(
                "write one of {words}" | "写 {words} 之一",
                words = suggest::listed(&members.members)
            );
            collector.report(codes::UNKNOWN_MEMBER, word.span, message, help);
        }
        _ => misfit(collector, datum.span, ty),
    }
    None
}

fn misfit(collector: &mut Collector<'_>, span: Span, ty: &Type) {
    let message = phrase!(
        "this is not {wanted}, which the parameter holds" | "这不是参数所要的{wanted}",
        wanted = described(ty)
    );
    let help = phrase!(
        "write a value of type `{ty}`" | "写类型为 `{ty}` 的值",
        ty = ty.to_string()
    );
    collector.report(codes::WRONG_TYPE, span, message, help);
}

fn range(
    collector: &mut Collector<'_>,
    written: &Param,
    ty: &Type,
) -> Option<(ExprKind, ExprKind)> {
    let (low, high) = written.range.as_ref()?;
    if matches!(ty, Type::Bool | Type::Text | Type::Enum(_)) {
        let message = phrase!(
            "{what} has no order" | "{what}没有大小之分",
            what = described(ty)
        );
        let help = phrase!("remove the range" | "删去范围");
        collector.report(codes::WRONG_TYPE, low.span, message, help);
        return None;
    }
    let bounds = (value(collector, low, ty), value(collector, high, ty));
    let (Some((from, _)), Some((to, _))) = bounds else {
        return None;
    };
    if order(&from, &to) == Some(Ordering::Greater) {
        let message = phrase!("this range ends before it begins" | "这个范围的终点在起点之前");
        let help = phrase!("exchange its ends" | "交换两端");
        collector.report(codes::BAD_PARAMETER, low.span, message, help);
        return None;
    }
    Some((from, to))
}

/// What the host set, as a condition has it.
fn host_value(
    collector: &mut Collector<'_>,
    name: &Ident,
    value: &Value,
    ty: &Type,
    range: Option<&(ExprKind, ExprKind)>,
) -> Option<ExprKind> {
    let number = |number| ExprKind::Literal(Value::Number(number));
    let read = match Read::read(value, ty, collector.symbols.zone) {
        Read::Bool(truth) => Some(ExprKind::Literal(Value::Bool(truth))),
        Read::Number(exact) => Some(number(exact)),
        Read::Text(text) => Some(ExprKind::Literal(Value::from(text))),
        Read::Moment(moment) => Some(ExprKind::Moment(ty.clone(), moment)),
        Read::Missing | Read::Invalid | Read::List(..) | Read::Object(_) => None,
    };
    let text = &name.text;
    let Some(kind) = read else {
        let message = phrase!(
            "what the host sets `{text}` to is not {wanted}"
                | "宿主系统给 `{text}` 设的值不是{wanted}",
            text,
            wanted = described(ty)
        );
        let help = phrase!(
            "set a value of type `{ty}`" | "设一个类型为 `{ty}` 的值",
            ty = ty.to_string()
        );
        collector.report(codes::BAD_PARAMETER, name.span, message, help);
        return None;
    };
    if let Some((low, high)) = range
        && !within(&kind, low, high)
    {
        let message = phrase!(
            "what the host sets `{text}` to is outside of its range"
                | "宿主系统给 `{text}` 设的值超出其范围",
            text
        );
        let help = phrase!(
            "set a value within the range that is declared here" | "设一个在此处声明的范围之内的值"
        );
        collector.report(codes::BAD_PARAMETER, name.span, message, help);
    }
    Some(kind)
}

fn within(value: &ExprKind, low: &ExprKind, high: &ExprKind) -> bool {
    let at_least = order(low, value).is_some_and(Ordering::is_le);
    at_least && order(value, high).is_some_and(Ordering::is_le)
}

/// The order of two constants of one type.
fn order(a: &ExprKind, b: &ExprKind) -> Option<Ordering> {
    match (a, b) {
        (ExprKind::Literal(Value::Number(a)), ExprKind::Literal(Value::Number(b))) => {
            Some(a.cmp(b))
        }
        (ExprKind::Moment(_, a), ExprKind::Moment(_, b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// A host that sets what the policy does not have means another policy.
fn report_unknown(collector: &mut Collector<'_>) {
    let known: Vec<&str> = collector
        .symbols
        .parameters
        .keys()
        .map(|name| &**name)
        .collect();
    let unknown = collector
        .bundle
        .parameters()
        .keys()
        .filter(|name| !known.contains(&&***name));
    let findings: Vec<Diagnostic> = unknown
        .map(|name| {
            let message = phrase!(
                "the host sets the parameter `{name}`, and no file declares it"
                    | "宿主系统设了参数 `{name}`，而没有文件声明它",
                name
            );
            let help = suggest::did_you_mean(name, known.iter().copied()).unwrap_or_else(|| {
                phrase!(
                    "declare it with `param {name} : type = default`, or do not set it"
                        | "用 `param {name} : 类型 = 默认值` 声明它，或者不要设它",
                    name
                )
            });
            Diagnostic::error(codes::UNKNOWN_PARAMETER, Place::default(), message).help(help)
        })
        .collect();
    collector.symbols.findings.extend(findings);
}
