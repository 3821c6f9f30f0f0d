//! Constants as written to exact values: numbers, amounts, dates, texts, and the data of tests.

use std::str::FromStr as _;

use chrono::{DateTime, NaiveDate, Utc};
use guardrails_core::phrase;
use guardrails_core::policy::Currency;
use rust_decimal::Decimal;

use super::grammar::Rule;
use super::tree::{Built, Node};
use crate::ast::{Datum, DatumKind, Entry, Literal, When};
use crate::codes;

pub(super) fn literal(node: &Node<'_>) -> Built<Literal> {
    let written = node.children().next()?;
    match written.rule() {
        Rule::text => Ok(Literal::Text(unescape(&written)?)),
        Rule::instant => instant(&written).map(Literal::DateTime),
        Rule::day => day(&written).map(Literal::Date),
        Rule::duration => duration(&written).map(Literal::Duration),
        Rule::amount => amount(&written),
        Rule::truth => Ok(Literal::Bool(written.text() == "true")),
        _ => Err(written.bug()),
    }
}

fn amount(node: &Node<'_>) -> Built<Literal> {
    let mut children = node.children();
    let number = number(&children.need(Rule::number)?)?;
    if children.next_if(Rule::percent).is_some() {
        return Ok(Literal::Percent(number));
    }
    let Some(written) = children.next_if(Rule::currency) else {
        return Ok(Literal::Number(number));
    };
    let currency = Currency::from_code(written.text()).ok_or_else(|| written.bug())?;
    Ok(Literal::Money(number, currency))
}

/// A decimal with `_` between digits; what a decimal cannot hold exactly is refused.
pub(super) fn number(node: &Node<'_>) -> Built<Decimal> {
    let digits = node.text().replace('_', "");
    Decimal::from_str_exact(&digits).map_err(|_| {
        let message = phrase!("this number has too many digits" | "这个数字的位数过多");
        let mut fault = node.fault(codes::BAD_LITERAL, message);
        fault.help = phrase!("use at most 28 digits" | "最多写 28 位");
        fault
    })
}

/// A whole number of at most 18 digits.
pub(super) fn whole(node: &Node<'_>) -> Built<u64> {
    let digits = node.text().replace('_', "");
    u64::from_str(&digits).map_err(|_| {
        let message = phrase!("this number is too large" | "这个数字过大");
        let mut fault = node.fault(codes::BAD_LITERAL, message);
        fault.help = phrase!("use at most 18 digits" | "最多写 18 位");
        fault
    })
}

fn day(node: &Node<'_>) -> Built<NaiveDate> {
    NaiveDate::from_str(node.text()).map_err(|_| {
        let message = phrase!(
            "`{day}` is not a day of the calendar" | "日历上没有 `{day}` 这一天",
            day = node.text()
        );
        let mut fault = node.fault(codes::BAD_LITERAL, message);
        fault.help = phrase!(
            "write year, month and day, such as `2026-03-02`" | "写年、月、日，例如 `2026-03-02`"
        );
        fault
    })
}

fn instant(node: &Node<'_>) -> Built<DateTime<Utc>> {
    let text = node.text();
    // RFC 3339 wants seconds; people leave them out.
    let seconds = text.get(16..17) == Some(":");
    let whole = match (seconds, text.split_at_checked(16)) {
        (false, Some((minutes, zone))) => format!("{minutes}:00{zone}"),
        _ => text.to_owned(),
    };
    match DateTime::parse_from_rfc3339(&whole) {
        Ok(at) => Ok(at.with_timezone(&Utc)),
        Err(_) => {
            let message = phrase!("this time does not exist" | "没有这个时间");
            let mut fault = node.fault(codes::BAD_LITERAL, message);
            fault.help = phrase!(
                "write it such as `2026-03-02T10:00+08:00`" | "例如写 `2026-03-02T10:00+08:00`"
            );
            Err(fault)
        }
    }
}

/// A day, or an instant.
pub(super) fn moment(node: &Node<'_>) -> Built<When> {
    if node.rule() == Rule::day {
        Ok(When::Day(day(node)?))
    } else {
        Ok(When::Instant(instant(node)?))
    }
}

/// Microseconds of `1d12h`: weeks, days, hours, minutes, seconds.
pub(super) fn duration(node: &Node<'_>) -> Built<i64> {
    micros(node.text()).ok_or_else(|| {
        let message = phrase!("this duration is too long" | "这个时长过长");
        let mut fault = node.fault(codes::BAD_LITERAL, message);
        fault.help = phrase!("write such as `4h` or `90d`" | "例如写 `4h` 或 `90d`");
        fault
    })
}

/// Microseconds of a duration's text; none when it is none, or too long to count.
pub(super) fn micros(text: &str) -> Option<i64> {
    let mut total: i64 = 0;
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphabetic()) {
        let (digits, tail) = rest.split_at(at);
        let unit = tail.chars().next().map_or(0, unit_seconds);
        let count = digits.parse::<i64>().ok()?;
        let part = count.checked_mul(unit)?.checked_mul(1_000_000)?;
        total = total.checked_add(part)?;
        rest = tail.get(1..)?;
    }
    rest.is_empty().then_some(total)
}

fn unit_seconds(unit: char) -> i64 {
    match unit {
        'w' => 604_800,
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        _ => 1,
    }
}

/// The text between the quotation marks, with `\"`, `\\`, `\n` and `\t` undone.
pub(super) fn unescape(node: &Node<'_>) -> Built<String> {
    let inside = inside(node);
    let mut text = String::with_capacity(inside.len());
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some(same @ ('"' | '\\')) => text.push(same),
            other => return Err(bad_escape(node, other)),
        }
    }
    Ok(text)
}

fn bad_escape(node: &Node<'_>, letter: Option<char>) -> Box<guardrails_core::Diagnostic> {
    let letter = letter.map(String::from).unwrap_or_default();
    let message = phrase!(
        "`\\{letter}` is not an escape of this language" | "没有 `\\{letter}` 这个转义",
        letter
    );
    let mut fault = node.fault(codes::BAD_LITERAL, message);
    fault.help = phrase!(
        "write `\\\\` for a backslash; `\\\"`, `\\n` and `\\t` exist"
            | "反斜杠写 `\\\\`；另有 `\\\"`、`\\n` 和 `\\t`"
    );
    fault
}

/// A regular expression as written: backslashes are its own, only `\"` is undone.
pub(super) fn pattern(node: &Node<'_>) -> String {
    inside(node).replace("\\\"", "\"")
}

fn inside<'s>(node: &Node<'s>) -> &'s str {
    let text = node.text();
    text.get(1..text.len().saturating_sub(1)).unwrap_or("")
}

/// Constant data of a test, a const or a list.
pub(super) fn datum(node: &Node<'_>) -> Built<Datum> {
    let written = node.children().next()?;
    let kind = match written.rule() {
        Rule::literal => DatumKind::Literal(literal(&written)?),
        Rule::negative => DatumKind::Literal(negative(&written)?),
        Rule::dotted => DatumKind::Word(written.dotted()),
        Rule::data_list => DatumKind::List(written.children().each(Rule::datum, datum)?),
        Rule::object => DatumKind::Object(object(&written)?),
        _ => return Err(written.bug()),
    };
    Ok(Datum {
        kind,
        span: node.span(),
    })
}

fn negative(node: &Node<'_>) -> Built<Literal> {
    Ok(match amount(&node.children().need(Rule::amount)?)? {
        Literal::Number(number) => Literal::Number(-number),
        Literal::Percent(number) => Literal::Percent(-number),
        Literal::Money(number, currency) => Literal::Money(-number, currency),
        other => other,
    })
}

pub(super) fn object(node: &Node<'_>) -> Built<Vec<Entry>> {
    node.children().each(Rule::entry, |entry| {
        let mut children = entry.children();
        Ok(Entry {
            name: children.need(Rule::word)?.ident(),
            datum: datum(&children.need(Rule::datum)?)?,
        })
    })
}
