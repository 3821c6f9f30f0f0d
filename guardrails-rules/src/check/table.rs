//! Decision tables: a rule for each row, and what its rows share.
//!
//! A cell is a condition on its column; the row's condition is all of its cells. So a cell is checked
//! as if its column's name stood before it, in the same words and with the same messages.

use std::sync::Arc;

use guardrails_core::phrase;
use guardrails_core::policy::{
    Column, Entity, Expr, ExprKind, Hit, Origin, Rule, Table, TableRow, Verb,
};

use super::about::About;
use super::condition::{Checker, Reach};
use super::context::Context;
use super::effect::{Effects, Stands};
use super::symbols::row_name;
use super::{cell, grant, rule};
use crate::ast::{self, Dotted, LogicOp};
use crate::codes;

const HITS: [Hit; 4] = [Hit::Unique, Hit::First, Hit::Any, Hit::Collect];

/// The rules that a table stands for, in the order of its rows; none when its entity is not known.
pub(super) fn lower(cx: &Context<'_>, written: &ast::Table) -> Vec<Rule> {
    let about = About::of(cx, &written.annotations);
    let verbs = rule::verbs(cx, &written.verbs);
    let hit = written
        .hit
        .as_ref()
        .map_or(Hit::Unique, |word| hit(cx, word));
    let Some(entity) = grant::entity(cx, &written.entity) else {
        return Vec::new();
    };
    check_shape(cx, written);
    let columns: Vec<Option<Column>> = written
        .columns
        .iter()
        .map(|column| self::column(cx, &entity, &verbs, column))
        .collect();
    let mut rows: Vec<Row<'_, '_>> = written
        .rows
        .iter()
        .filter(|row| row.cells.len() == columns.len())
        .map(|row| Row::new(cx, &entity, written, &columns, row))
        .collect();
    let table = Arc::new(Table {
        origin: Origin {
            name: written.name.text.clone(),
            place: cx.place(written.name.span),
        },
        hit,
        reads_risk: rows.iter().any(|row| row.checker.reads_risk),
        columns: columns.into_iter().flatten().collect(),
    });
    let lowered = (1..).zip(rows.drain(..)).map(|(number, row)| Rule {
        verbs: verbs.clone(),
        entity: entity.name.clone(),
        mode: about.mode,
        since: about.since,
        until: about.until,
        owner: about.owner.clone(),
        severity: about.severity,
        tags: about.tags.clone(),
        doc: about.doc.clone(),
        ..row.lower(cx, written, &verbs, &entity, &table, number)
    });
    lowered.collect()
}

fn hit(cx: &Context<'_>, word: &ast::Ident) -> Hit {
    let found = HITS.into_iter().find(|hit| hit.as_str() == &*word.text);
    found.unwrap_or_else(|| {
        let known = HITS.map(Hit::as_str);
        cx.unknown(
            codes::UNKNOWN_WORD,
            word,
            phrase!("hit policy" | "命中方式"),
            known,
            || {
                phrase!(
                    "write `unique`, `first`, `any` or `collect`"
                        | "写 `unique`、`first`、`any` 或 `collect`"
                )
            },
        );
        Hit::Unique
    })
}

/// Columns differ, each row has a cell for each, and there is a row.
fn check_shape(cx: &Context<'_>, written: &ast::Table) {
    let columns: Vec<ast::Ident> = written
        .columns
        .iter()
        .map(|column| ast::Ident {
            text: column.joined(),
            span: column.span,
        })
        .collect();
    cx.report_repeats(columns.iter(), "the column ");
    if written.rows.is_empty() {
        let message = phrase!(
            "the table `{name}` has no row" | "表 `{name}` 没有行",
            name = written.name.text
        );
        cx.report(
            cx.error(codes::INCOMPLETE, written.name.span, message)
                .help(phrase!(
                    "add a row such as `- => deny CODE`" | "添加一行，例如 `- => deny CODE`"
                )),
        );
    }
    for row in &written.rows {
        let (have, due) = (row.cells.len(), columns.len());
        if have != due {
            let message = phrase!(
                "a row of this table has {due} cells, and this one has {have}"
                    | "此表每行有 {due} 个单元格，而此行有 {have} 个",
                have,
                due
            );
            cx.report(cx.error(codes::ROW_WIDTH, row.span, message).help(phrase!(
                "write one cell for each column, and `-` where anything will do"
                    | "每列写一个单元格，任意值写 `-`"
            )));
        }
    }
}

/// What a column looks at; none after a report.
fn column(
    cx: &Context<'_>,
    entity: &Arc<Entity>,
    verbs: &[Verb],
    written: &Dotted,
) -> Option<Column> {
    if cell::is_role(written) {
        return Some(Column::Role);
    }
    let mut checker = Checker::new(cx, Some(entity.clone()), Reach::Rule).about(verbs);
    let value = checker.path(&written.parts, written.span, None);
    match value.expr.kind {
        ExprKind::Path(path) => Some(Column::Value(path)),
        _ if value.ty == super::types::Ty::Bad => None,
        _ => {
            let name = written.joined();
            let message = phrase!(
                "`{name}` is a constant, and a column looks at something that is read"
                    | "`{name}` 是常量，而列须指向所读取的内容",
                name
            );
            cx.report(
                cx.error(codes::BAD_COLUMN, written.span, message)
                    .help(phrase!(
                        "name a field, or a part of `actor`, `ai` or `skill`"
                            | "写一个字段，或 `actor`、`ai`、`skill` 的一部分"
                    )),
            );
            None
        }
    }
}

/// A row on its way: its cells are lowered first, since a table is decided as a whole.
struct Row<'c, 'b> {
    written: &'c ast::Row,
    cells: Vec<Option<Expr>>,
    checker: Checker<'c, 'b>,
}

impl<'c, 'b> Row<'c, 'b> {
    fn new(
        cx: &'c Context<'b>,
        entity: &Arc<Entity>,
        table: &ast::Table,
        columns: &[Option<Column>],
        written: &'c ast::Row,
    ) -> Self {
        let mut checker = Checker::new(cx, Some(entity.clone()), Reach::Rule);
        let cells = written.cells.iter().zip(&table.columns).zip(columns);
        // A column that cannot be read was reported, once.
        let conditions: Vec<Option<ast::Expr>> = cells
            .map(|((cell, header), column)| {
                column.as_ref()?;
                cell::condition(cx, header, cell)
            })
            .collect();
        Self {
            cells: lowered(&mut checker, written, conditions),
            written,
            checker,
        }
    }

    fn lower(
        self,
        cx: &Context<'b>,
        written: &ast::Table,
        verbs: &[Verb],
        entity: &Arc<Entity>,
        table: &Arc<Table>,
        number: u32,
    ) -> Rule {
        let mut checker = self.checker;
        checker.reads_risk = table.reads_risk;
        let mut effects = Effects {
            cx,
            rule: &written.name,
            verbs,
            entity: Some(entity),
            checker,
            stands: Stands::InTable,
        };
        let place = cx.place(self.written.span);
        let parts: Vec<Expr> = self.cells.iter().flatten().cloned().collect();
        let when = match parts.len() {
            0 => None,
            1 => parts.into_iter().next(),
            _ => Some(Expr::new(ExprKind::All(parts), place.clone())),
        };
        Rule {
            effects: effects.lower(&self.written.effects),
            origin: Origin {
                name: row_name(&written.name.text, number),
                place,
            },
            when,
            table: Some(Arc::new(TableRow {
                table: table.clone(),
                row: number,
                cells: self.cells,
            })),
            ..Rule::default()
        }
    }
}

/// The cells' conditions, checked together: what one cell rules out, the next may rely on.
fn lowered(
    checker: &mut Checker<'_, '_>,
    row: &ast::Row,
    conditions: Vec<Option<ast::Expr>>,
) -> Vec<Option<Expr>> {
    let shape: Vec<bool> = conditions.iter().map(Option::is_some).collect();
    let mut written: Vec<ast::Expr> = conditions.into_iter().flatten().collect();
    let count = written.len();
    let together = match count {
        0 => Vec::new(),
        1 => {
            let only = written.remove(0);
            vec![checker.whole_condition(&only)]
        }
        _ => {
            let depth = written.iter().map(|part| part.depth).max().unwrap_or(0);
            let all = checker.whole_condition(&ast::Expr {
                kind: ast::ExprKind::Logic(LogicOp::And, written),
                span: row.span,
                depth: depth.saturating_add(1),
            });
            match all.kind {
                ExprKind::All(parts) if parts.len() == count => parts,
                kind => vec![Expr::new(kind, all.place)],
            }
        }
    };
    let mut parts = together.into_iter();
    shape
        .into_iter()
        .map(|written| if written { parts.next() } else { None })
        .collect()
}
