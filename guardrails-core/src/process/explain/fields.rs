//! The fields that the asker does not see as they are, and who says so.

use crate::data::{Access, FieldRow, FieldTable};
use crate::explanation::FieldExplained;
use crate::policy::{EffectKind, Rule};

/// The fields of `shown` that are masked or hidden. Where that is more than the grants and the tables
/// say, rules on reading say so: those of `narrowing`, if it may be told that they apply.
pub(super) fn fields(
    shown: &FieldTable,
    granted: &FieldTable,
    narrowing: &[&Rule],
) -> Vec<FieldExplained> {
    let rows = shown.rows().iter();
    rows.filter(|row| *row.access() != Access::Read)
        .map(|row| FieldExplained {
            field: row.name().clone(),
            access: row.access().to_string(),
            source: source(row, granted, narrowing),
        })
        .collect()
}

fn source(row: &FieldRow, granted: &FieldTable, narrowing: &[&Rule]) -> String {
    let before = granted.row(row.name());
    if before.is_some_and(|before| before.access() == row.access()) {
        return row.source().to_string();
    }
    let about = |rule: &&&Rule| {
        rule.effects.iter().any(|effect| match &effect.kind {
            EffectKind::Mask(field, _) | EffectKind::Hide(field) => **field == **row.name(),
            _ => false,
        })
    };
    let named = narrowing.iter().filter(about);
    let named: Vec<String> = named
        .map(|rule| format!("rule {} at {}", rule.origin.name, rule.origin.place))
        .collect();
    match named.is_empty() {
        true => "a rule on reading".to_owned(),
        false => named.join(", "),
    }
}
