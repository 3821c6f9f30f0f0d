//! The outcome of all permissions for one kind of record: per field one access. A view is made from
//! it by walking a record and the table side by side; nothing is looked up by name.

use std::sync::Arc;

use super::access::{Access, Writable};
use super::field_row::{FieldRow, Inner, join, most_sensitive, row_of};
use super::project::Around;
use super::shape::Shapes;
use super::show;
use crate::audit::FieldAccess;
use crate::facts::Declared;
use crate::policy::{Aggregable, Mask, Sensitivity};
use crate::value::{Fields, Name, Value};

/// What one principal may see and change of records that fall under the same grants.
#[derive(Debug, Clone)]
pub struct FieldTable {
    entity: Name,
    rows: Arc<[FieldRow]>,
    reach: Reach,
    shapes: Arc<Shapes>,
    accessed: Arc<[FieldAccess]>,
    hidden: Arc<[Name]>,
}

/// Whether a record is in the row scope of any grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    InScope,
    OutOfScope,
}

impl FieldTable {
    pub(super) fn new(
        entity: Name,
        rows: Vec<FieldRow>,
        reach: Reach,
        shapes: Arc<Shapes>,
    ) -> Self {
        let mut accessed = Vec::with_capacity(rows.len());
        flatten(&rows, "", &Around::RECORD, &mut |field, access, row| {
            accessed.push(FieldAccess {
                field,
                access: access.as_str(),
                mask: access.mask_name(),
                sensitivity: row.sensitivity.level(),
            });
        });
        let hidden = accessed
            .iter()
            .filter(|field| field.access == Access::Hidden.as_str())
            .map(|field| field.field.clone())
            .collect();
        Self {
            entity,
            rows: rows.into(),
            reach,
            shapes,
            accessed: accessed.into(),
            hidden,
        }
    }

    /// The entity.
    #[must_use]
    pub fn entity(&self) -> &Name {
        &self.entity
    }

    /// Whether no grant holds for the record, so that for this principal it does not exist.
    #[must_use]
    pub fn is_out_of_scope(&self) -> bool {
        self.reach == Reach::OutOfScope
    }

    /// The table of a record that is out of scope or not looked at: it shows nothing.
    pub(crate) fn of_nothing(entity: &Name) -> Self {
        Self::new(
            entity.clone(),
            Vec::new(),
            Reach::OutOfScope,
            Arc::default(),
        )
    }

    /// The same rows, for a record that is out of scope.
    pub(crate) fn out_of_scope(&self) -> Self {
        Self {
            reach: Reach::OutOfScope,
            ..self.clone()
        }
    }

    /// The fields, in name order: those the entity declares, or else those the tables have rows for.
    #[must_use]
    pub fn rows(&self) -> &[FieldRow] {
        &self.rows
    }

    /// The row of a field; none for a field that nobody declared, which is hidden and not writable.
    #[must_use]
    pub fn row(&self, field: &str) -> Option<&FieldRow> {
        row_of(&self.rows, field)
    }

    /// The row of the deepest declared field on a path such as `lines[2].price`.
    pub(crate) fn row_at(&self, path: &str) -> Option<&FieldRow> {
        let mut names = path
            .split('.')
            .map(|step| step.split_once('[').map_or(step, |(name, _)| name));
        let mut row = self.row(names.next()?)?;
        for name in names {
            let rows = match &row.inner {
                Inner::Rows(rows) | Inner::Open(rows, _) => rows,
                Inner::Shape(shape) => self.shapes.rows(*shape),
                Inner::Anything | Inner::Scalar => break,
            };
            match row_of(rows, name) {
                Some(inside) => row = inside,
                None => break,
            }
        }
        Some(row)
    }

    /// The figures that may be taken of what is at `path`.
    pub(crate) fn aggregable(&self, path: &[Name]) -> Aggregable {
        match self.reach {
            Reach::InScope => aggregable(&self.rows, &self.shapes, path),
            Reach::OutOfScope => Aggregable::NOTHING,
        }
    }

    /// The fields that are not read and of which figures may be taken, by path.
    pub(super) fn only_aggregable(&self) -> Vec<(Name, Aggregable)> {
        let mut found = Vec::new();
        collect_aggregable(&self.rows, "", &mut found);
        found
    }

    /// Every field's access, for the audit; nested fields that the policy speaks of one by one have
    /// their path as name.
    #[must_use]
    pub fn accessed(&self) -> &Arc<[FieldAccess]> {
        &self.accessed
    }

    /// What is shown of every field, by path; nested fields that the policy speaks of one by one are
    /// among them.
    #[must_use]
    pub fn accesses(&self) -> Vec<(Name, Access)> {
        let mut found = Vec::with_capacity(self.rows.len());
        flatten(&self.rows, "", &Around::RECORD, &mut |field, access, _| {
            found.push((field, access));
        });
        found
    }

    /// The names of the fields that are hidden, whether or not a record has them.
    #[must_use]
    pub fn hidden(&self) -> &[Name] {
        &self.hidden
    }

    /// The highest sensitivity among the fields that are shown; level 1 when none is.
    #[must_use]
    pub fn max_sensitivity(&self) -> Sensitivity {
        most_sensitive(&self.rows).unwrap_or(Sensitivity::PUBLIC)
    }

    /// `value`, found at `path` in a record, as text that the principal may see: in a message, in a
    /// reason. What is hidden or undeclared is `‹hidden›`, what is absent `‹missing›`; the path goes
    /// through lists as if through their items.
    #[must_use]
    pub fn show(&self, path: &[Name], value: &Value) -> String {
        self.show_as(path, value, None)
    }

    /// The same for a value of a declared type, as people write such a value: `20%`. What a mask made
    /// of it is shown as the mask left it.
    pub(crate) fn show_as(
        &self,
        path: &[Name],
        value: &Value,
        declared: Option<Declared<'_>>,
    ) -> String {
        match self.reach {
            Reach::InScope => show::show(&self.rows, &self.shapes, path, value, declared),
            Reach::OutOfScope => show::HIDDEN.to_owned(),
        }
    }

    pub(super) fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// Whether a field may be given another value.
    #[must_use]
    pub(crate) fn is_writable(&self, field: &str) -> bool {
        self.row(field).is_some_and(|row| row.writable.is_allowed())
    }

    /// Whether a change of a field may take the record out of the row scope of every grant.
    #[must_use]
    pub(crate) fn is_writable_beyond_scope(&self, field: &str) -> bool {
        self.row(field)
            .is_some_and(|row| row.writable == Writable::BeyondScope)
    }

    /// The highest sensitivity among the fields that `set` gives a value; a field that nobody
    /// declared counts as the highest there is.
    pub(crate) fn max_sensitivity_of(&self, set: &Fields) -> u8 {
        let level = |name: &Name| self.row(name).map_or(5, |row| row.sensitivity.level());
        set.iter().map(|(name, _)| level(name)).max().unwrap_or(0)
    }

    /// The same table with fields masked, or hidden where there is no mask: what rules on reading
    /// ask for. It only ever gets stricter.
    pub(crate) fn narrowed(&self, restrictions: &[(Name, Option<Mask>)]) -> Self {
        let mut rows = self.rows.to_vec();
        for (path, mask) in restrictions {
            let access = mask.clone().map_or(Access::Hidden, Access::Masked);
            restrict(&mut rows, &self.shapes, path, &access);
        }
        Self::new(self.entity.clone(), rows, self.reach, self.shapes.clone())
    }
}

impl FieldTable {
    /// The same table with every field hidden: of a record that may not be read.
    pub(crate) fn all_hidden(&self) -> Self {
        let names = self.rows.iter().map(|row| (row.name.clone(), None));
        self.narrowed(&names.collect::<Vec<_>>())
    }
}

/// Makes the field at `path` no more permissive than `access`. Where the inside of a field is not
/// spelled out, it is from here on.
fn restrict(rows: &mut [FieldRow], shapes: &Shapes, path: &str, access: &Access) {
    let (name, rest) = path
        .split_once('.')
        .map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Some(row) = rows.iter_mut().find(|row| *row.name == *name) else {
        return;
    };
    let inside = match (&row.inner, rest) {
        (Inner::Rows(inside), Some(rest)) => Some((inside.to_vec(), rest)),
        (Inner::Shape(shape), Some(rest)) => Some((shapes.rows(*shape).to_vec(), rest)),
        // What nothing speaks of yet cannot be restricted alone: then the whole is.
        (Inner::Open(inside, _), Some(rest)) if row_of(inside, first(rest)).is_some() => {
            Some((inside.to_vec(), rest))
        }
        (_, _) => None,
    };
    match inside {
        Some((mut inside, rest)) => {
            restrict(&mut inside, shapes, rest, access);
            row.inner = match &row.inner {
                Inner::Open(_, others) => Inner::Open(inside.into(), others.clone()),
                _ => Inner::Rows(inside.into()),
            };
        }
        None => {
            let wanted = match access {
                Access::Masked(mask) => Access::Masked(mask.on(row.floor)),
                other => other.clone(),
            };
            row.access = row.access.clone().stricter(wanted);
            if row.access == Access::Hidden {
                row.aggregable = Aggregable::NOTHING;
                row.inner = Inner::Scalar;
            }
        }
    }
}

/// The first name of a path.
fn first(path: &str) -> &str {
    path.split_once('.').map_or(path, |(first, _)| first)
}

fn aggregable(rows: &[FieldRow], shapes: &Shapes, path: &[Name]) -> Aggregable {
    let Some((name, rest)) = path.split_first() else {
        return Aggregable::NOTHING;
    };
    let Some(row) = row_of(rows, name) else {
        return Aggregable::NOTHING;
    };
    match &row.inner {
        _ if rest.is_empty() => row.aggregable(),
        // Each field inside bears what is said of the whole.
        Inner::Rows(rows) | Inner::Open(rows, _) => aggregable(rows, shapes, rest),
        Inner::Shape(shape) if row.access == Access::Read => {
            aggregable(shapes.rows(*shape), shapes, rest)
        }
        Inner::Shape(_) | Inner::Anything | Inner::Scalar => Aggregable::NOTHING,
    }
}

fn collect_aggregable(rows: &[FieldRow], prefix: &str, found: &mut Vec<(Name, Aggregable)>) {
    for row in rows {
        let path = join(prefix, &row.name);
        if row.access != Access::Read && !row.aggregable.is_nothing() {
            found.push((path.clone(), row.aggregable));
        }
        collect_aggregable(row.nested(), &path, found);
    }
}

/// Every field by its path, with what is shown of it and its row.
fn flatten(
    rows: &[FieldRow],
    prefix: &str,
    around: &Around,
    each: &mut impl FnMut(Name, Access, &FieldRow),
) {
    for row in rows {
        let path = join(prefix, &row.name);
        each(path.clone(), around.access(row), row);
        if let Some(inside) = around.inside(row) {
            flatten(row.nested(), &path, &inside, each);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::data::access::Source;
    use crate::data::mask::Form;
    use crate::data::view;
    use crate::record::Record;

    fn row(name: &str, inner: Inner) -> FieldRow {
        FieldRow {
            name: name.into(),
            access: Access::Read,
            writable: Writable::Yes,
            sensitivity: Sensitivity::PUBLIC,
            floor: Sensitivity::PUBLIC,
            pii: None,
            source: Source::Nobody,
            aggregable: Aggregable::NOTHING,
            form: Form::Text,
            inner,
        }
    }

    #[test]
    fn a_rule_on_reading_restricts_just_its_field() {
        let inside = vec![row("name", Inner::Scalar), row("phone", Inner::Scalar)];
        let rows = vec![
            row("amount", Inner::Scalar),
            row("customer", Inner::Rows(inside.into())),
        ];
        let table = FieldTable::new("Quote".into(), rows, Reach::InScope, Arc::default());
        let record = Record::from_json(
            "Quote",
            r#"{"amount":1,"customer":{"name":"张三","phone":"13812345678"}}"#,
        )
        .unwrap();
        let shown = |restrictions: &[(Name, Option<Mask>)]| {
            view(&record, &Arc::new(table.narrowed(restrictions))).to_json()
        };
        assert_eq!(
            shown(&[
                ("customer.phone".into(), Some(Mask::Phone)),
                ("amount".into(), None)
            ]),
            r#"{"customer":{"name":"张三","phone":"138****5678"}}"#
        );
        assert_eq!(
            shown(&[("customer".into(), Some(Mask::Redact))]),
            r#"{"amount":1,"customer":{"name":"[CONFIDENTIAL]","phone":"[CONFIDENTIAL]"}}"#
        );
        let twice = [
            ("customer.phone".into(), None),
            ("customer.phone".into(), Some(Mask::Phone)),
            ("amount.cents".into(), None),
        ];
        assert_eq!(shown(&twice), r#"{"customer":{"name":"张三"}}"#);
    }
}
