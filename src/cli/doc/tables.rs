//! Decision tables, as tables: the cells in their author's words.

use std::sync::Arc;

use guardrails_rules::{Bundle, Outline, TestCase};

use super::page::{Effect, Table, TableRow};
use super::rules::{effects, standing, tests_of, verb_key};
use super::source::{at, code_at};
use crate::policy::{self, Policy, Rule};

pub(super) fn tables(
    policy: &Policy,
    bundle: &Bundle,
    outline: &Outline,
    tests: &[TestCase],
) -> Vec<Table> {
    let mut tables: Vec<(Arc<policy::Table>, Table)> = Vec::new();
    for rule in &policy.rules {
        let Some(row) = &rule.table else { continue };
        let shown = TableRow {
            number: row.row as usize,
            cells: row
                .cells
                .iter()
                .map(|cell| cell.as_ref().map(|cell| code_at(bundle, &cell.place)))
                .collect(),
            effects: follows(rule, bundle),
            place: at(&rule.origin.place),
            tests: tests_of(&rule.origin.name, tests),
        };
        match tables
            .iter_mut()
            .find(|(have, _)| Arc::ptr_eq(have, &row.table))
        {
            Some((_, table)) => table.rows.push(shown),
            None => tables.push((row.table.clone(), table(&row.table, rule, shown, outline))),
        }
    }
    tables.into_iter().map(|(_, table)| table).collect()
}

fn table(table: &policy::Table, rule: &Rule, first: TableRow, outline: &Outline) -> Table {
    let name = table.origin.name.to_string();
    Table {
        doc: match &*rule.doc {
            "" => super::written::remarks(outline, "table", &name),
            doc => doc.to_owned(),
        },
        entity: rule.entity.to_string(),
        verbs: rule.verbs.iter().map(|verb| verb_key(*verb)).collect(),
        hit: table.hit.as_str(),
        standing: standing(rule),
        columns: table.columns.iter().map(ToString::to_string).collect(),
        rows: vec![first],
        place: at(&table.origin.place),
        name,
    }
}

/// A row without effects allows.
fn follows(rule: &Rule, bundle: &Bundle) -> Vec<Effect> {
    let mut effects = effects(&rule.effects, bundle);
    if effects.is_empty() {
        effects.push(Effect {
            kind: "allow",
            ..Effect::default()
        });
    }
    effects
}
