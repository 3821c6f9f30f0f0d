//! The cases of a test: each row is the test with other values in it, and with expectations of its
//! own besides the test's.
//!
//! A column is named as conditions name what they read: a field is the record as it will be, `old.x`
//! as it was. Where the test changes nothing there is only one record, and both are that one.

use guardrails_core::policy::{Entity, Verb};
use guardrails_core::{Fields, Name, Phrase, phrase};

use super::context::Context;
use super::symbols::row_name;
use super::test::Lowering;
use super::{actor, data};
use crate::ast::{Case, CaseCell, Cases, Datum, DatumKind, Dotted, Entry, Ident, Literal, When};
use crate::codes;
use crate::test_case::TestCase;

/// What a column gives another value.
enum Column {
    /// A field of the record as it will be.
    Field(Ident),
    /// A field of the record as it is.
    Old(Ident),
    Actor(Ident),
    At,
    Skill,
    Context,
}

/// The rows as tests, each made from the test that they stand in.
pub(super) fn lower(
    lowering: &Lowering<'_, '_>,
    written: &Cases,
    test: &TestCase,
) -> Vec<TestCase> {
    let cx = lowering.cx;
    check_shape(cx, written);
    let columns = written.columns.iter();
    let columns: Vec<_> = columns
        .map(|name| column(cx, &lowering.entity, name))
        .collect();
    let rows = (1..).zip(&written.rows);
    rows.map(|(number, row)| TestCase {
        name: row_name(&test.name, number),
        place: cx.place(row.span),
        ..case(lowering, &columns, row, test)
    })
    .collect()
}

fn case(
    lowering: &Lowering<'_, '_>,
    columns: &[Option<Column>],
    row: &Case,
    test: &TestCase,
) -> TestCase {
    let mut case = test.clone();
    for (column, cell) in columns.iter().zip(&row.cells) {
        if let (Some(column), CaseCell::Datum(datum)) = (column, cell) {
            set(lowering, column, datum, &mut case);
        }
    }
    let expected = row.expectations.iter();
    case.expectations
        .extend(expected.filter_map(|written| lowering.expectation(written)));
    case
}

fn set(lowering: &Lowering<'_, '_>, column: &Column, datum: &Datum, case: &mut TestCase) {
    let entry = |name: &Ident| Entry {
        name: name.clone(),
        datum: datum.clone(),
    };
    match column {
        Column::Field(name) => {
            let fields = lowering.fields(&[entry(name)]);
            put(&fields, will_be(case));
        }
        Column::Old(name) => put(&lowering.fields(&[entry(name)]), &mut case.given),
        Column::Actor(name) => actor::part(lowering.cx, &entry(name), &mut case.actor),
        Column::At => match &datum.kind {
            DatumKind::Literal(Literal::DateTime(at)) => case.at = *at,
            DatumKind::Literal(Literal::Date(day)) => {
                case.at = lowering.moment(When::Day(*day)).unwrap_or(case.at);
            }
            _ => misfit(
                lowering.cx,
                datum,
                &phrase!("a time such as `2026-03-02T10:00Z`" | "时间，例如 `2026-03-02T10:00Z`"),
            ),
        },
        Column::Context => match &datum.kind {
            DatumKind::Literal(Literal::Text(text)) => case.context = text.as_str().into(),
            _ => misfit(
                lowering.cx,
                datum,
                &phrase!("a text in quotation marks" | "引号里的文本"),
            ),
        },
        Column::Skill => match &datum.kind {
            DatumKind::Word(name) => case.skill = lowering.skill(name),
            _ => misfit(
                lowering.cx,
                datum,
                &phrase!("a skill's name" | "技能的名称"),
            ),
        },
    }
}

fn misfit(cx: &Context<'_>, datum: &Datum, wanted: &Phrase) {
    let message = phrase!("this column holds {wanted}" | "这一列要写{wanted}", wanted);
    cx.report(
        cx.error(codes::WRONG_TYPE, datum.span, message)
            .help(phrase!("write {wanted}" | "写{wanted}", wanted)),
    );
}

/// The fields of the record as it will be, in a test that changes it; else the record.
fn will_be(case: &mut TestCase) -> &mut Fields {
    match &mut case.change {
        Some(change) if change.verb != Verb::Delete => &mut change.fields,
        _ => &mut case.given,
    }
}

fn put(fields: &Fields, into: &mut Fields) {
    for (name, value) in fields {
        into.set(name.clone(), value.clone());
    }
}

/// What a column is about; none after a report.
fn column(cx: &Context<'_>, entity: &Entity, written: &Dotted) -> Option<Column> {
    let field = |name: &Ident| {
        let known = entity.field(&name.text).is_some() || data::is_bookkeeping(&name.text);
        if !known {
            data::unknown_field(cx, entity, name);
        }
        known.then(|| name.clone())
    };
    match written.parts.as_slice() {
        [name] if entity.field(&name.text).is_some() => Some(Column::Field(name.clone())),
        [name] if &*name.text == "at" => Some(Column::At),
        [name] if &*name.text == "skill" => Some(Column::Skill),
        [name] if &*name.text == "context" => Some(Column::Context),
        [name] => field(name).map(Column::Field),
        [root, name] if &*root.text == "new" => field(name).map(Column::Field),
        [root, name] if &*root.text == "old" => field(name).map(Column::Old),
        [root, name] if &*root.text == "actor" => Some(Column::Actor(name.clone())),
        _ => {
            let name = written.joined();
            let message = phrase!(
                "the column `{name}` changes nothing in this test"
                    | "列 `{name}` 不改变这个测试的任何内容",
                name
            );
            cx.report(
                cx.error(codes::CASE_COLUMN, written.span, message)
                    .help(phrase!(
                        "name a field, `old.` and a field, `actor.` and a part of the actor, or `at`, `skill` or `context`"
                            | "写字段、`old.` 加字段、`actor.` 加操作者的一部分，或者 `at`、`skill`、`context`"
                    )),
            );
            None
        }
    }
}

/// Columns differ, each row has a cell for each, and there is a row.
fn check_shape(cx: &Context<'_>, written: &Cases) {
    let columns: Vec<Ident> = written
        .columns
        .iter()
        .map(|column| {
            let text = column.joined();
            // The record as it will be is meant either way.
            let plain = text.strip_prefix("new.").map(Name::from);
            Ident {
                text: plain.unwrap_or(text),
                span: column.span,
            }
        })
        .collect();
    cx.report_repeats(columns.iter(), phrase!("the column " | "列 "));
    if written.rows.is_empty() {
        let message = phrase!("these cases have no row" | "这张用例表没有行");
        cx.report(
            cx.error(codes::INCOMPLETE, written.span, message)
                .help(phrase!(
                    "add a row such as `- => allow`" | "添加一行，例如 `- => allow`"
                )),
        );
    }
    for row in &written.rows {
        let (have, due) = (row.cells.len(), columns.len());
        if have != due {
            let message = phrase!(
                "a row of these cases has {due} cells, and this one has {have}"
                    | "此用例表每行有 {due} 个单元格，而此行有 {have} 个",
                have,
                due
            );
            cx.report(cx.error(codes::ROW_WIDTH, row.span, message).help(phrase!(
                "write one cell for each column, and `-` to keep what the test says"
                    | "每列写一个单元格，沿用测试里的值写 `-`"
            )));
        }
    }
}
