//! A record as this principal's AI may see it.
//!
//! Made by walking the record's fields and the table's rows side by side, both in name order:
//! readable values are borrowed from the record, masked ones are made when somebody looks. What is
//! not in the view is nowhere in it: not in its JSON, its notes or its `Debug`.

mod note;
mod owned;
mod seen;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::access::Access;
use super::field_row::FieldRow;
use super::project::{Projector, Shown, lone_mask};
use super::table::FieldTable;
use crate::audit::FieldAccess;
use crate::record::Record;
use crate::value::{Fields, Name, Value, by_name, write_text};

use seen::{Entry, Masked, Seen};

pub use note::ViewNote;
pub use owned::OwnedView;

/// One record as one principal's AI may see it, borrowed from the record.
///
/// There is no way from a view to the record:
///
/// ```compile_fail
/// # fn leak(view: &guardrails_core::data::View<'_>) {
/// let unguarded = view.record();
/// # }
/// ```
///
/// It does: hold every field that is readable or masked, in name order, and say which fields were
/// withheld. It does not: tell whether a withheld field had a value.
#[must_use = "a view is what the model may see; the record is not"]
pub struct View<'r> {
    record: &'r Record,
    table: Arc<FieldTable>,
    entries: Vec<Entry<'r>>,
    /// Fields of the record that are not what the entity declares, and were left out.
    strays: usize,
    /// Whether each of the table's fields was in the record, and as declared.
    complete: bool,
    asked: Option<AskedAt>,
}

/// When an operation made a view, and what it had seen by then: what its rules went by beside the
/// record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AskedAt {
    pub(crate) now: DateTime<Utc>,
    /// The highest sensitivity shown or written before.
    pub(crate) touched: u8,
}

/// The view of `record` through `table`. A record out of the table's row scope has no fields in it.
pub fn view<'r>(record: &'r Record, table: &Arc<FieldTable>) -> View<'r> {
    let mut view = View {
        record,
        table: table.clone(),
        entries: Vec::new(),
        strays: 0,
        complete: true,
        asked: None,
    };
    if table.is_out_of_scope() {
        view.complete = false;
    } else {
        view.fill(record.fields(), table);
    }
    view
}

/// What became of each field of the record, for the audit. Shares the table's own list when the
/// record has every field.
#[must_use]
pub fn accessed(view: &View<'_>) -> Arc<[FieldAccess]> {
    if view.complete {
        return view.table.accessed().clone();
    }
    let fields = view.record.fields();
    let has = |path: &str| {
        let top = path.split_once('.').map_or(path, |(top, _)| top);
        fields.value(path).or_else(|| fields.value(top)).is_some()
    };
    let present = view.table.accessed().iter().filter(|a| has(&a.field));
    present.map(|access| view.as_shown(access)).collect()
}

impl<'r> View<'r> {
    fn fill(&mut self, fields: &'r Fields, table: &FieldTable) {
        let mut projector = Projector::new(table.shapes());
        self.entries
            .reserve_exact(fields.len().min(table.rows().len()));
        let mut rows = table.rows().iter();
        let mut row = rows.next();
        'fields: for (name, value) in fields {
            // Mostly the two walk in step, and then one comparison is all there is.
            while let Some(found) = row {
                if found.name() == name {
                    self.add(name, value, found, &mut projector);
                    row = rows.next();
                    continue 'fields;
                }
                if *found.name() > *name {
                    break;
                }
                self.complete = false;
                row = rows.next();
            }
            self.strays += 1;
        }
        self.complete &= row.is_none();
    }

    fn add(
        &mut self,
        name: &'r Name,
        value: &'r Value,
        row: &FieldRow,
        projector: &mut Projector<'_>,
    ) {
        let seen = match lone_mask(row) {
            Some(mask) => Seen::Masked(Masked::new(value, mask, row.form)),
            None => match projector.top(row, value) {
                Shown::Same => Seen::Plain(value),
                Shown::Changed(value) => Seen::Changed(value),
                Shown::Withheld => return self.withhold(row),
            },
        };
        self.entries.push(Entry { name, seen });
    }

    fn withhold(&mut self, row: &FieldRow) {
        if *row.access() != Access::Hidden {
            // Granted, but not what the entity declares.
            self.strays += 1;
            self.complete = false;
        }
    }

    /// A field that was to be read, and was left out because it is not what the entity declares,
    /// counts as hidden.
    fn as_shown(&self, access: &FieldAccess) -> FieldAccess {
        let top = access
            .field
            .split_once('.')
            .map_or(&*access.field, |(top, _)| top);
        let withheld = self.entry(&access.field).is_none() && self.entry(top).is_none();
        let mut access = access.clone();
        if withheld {
            access.access = Access::Hidden.as_str();
            access.mask = "";
        }
        access
    }

    /// The view, with when it was asked for.
    pub(crate) fn asked(mut self, asked: AskedAt) -> Self {
        self.asked = Some(asked);
        self
    }

    /// When it was asked for; none for a view that no operation made.
    pub(crate) fn was_asked(&self) -> Option<AskedAt> {
        self.asked
    }

    /// The entity.
    #[must_use]
    pub fn entity(&self) -> &Name {
        self.record.entity()
    }

    /// Whether it was made from this very record, for a host that read many and shows the views in their
    /// place. The record itself does not come out of its view.
    #[must_use]
    pub fn is_of(&self, record: &Record) -> bool {
        std::ptr::eq(self.record, record)
    }

    /// The record it is a view of, unguarded.
    pub(crate) fn record(&self) -> &'r Record {
        self.record
    }

    /// The table it was made with.
    #[must_use]
    pub fn table(&self) -> &Arc<FieldTable> {
        &self.table
    }

    /// The value of a field as it may be seen; none when it is absent, withheld or unknown alike.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.entry(name).map(|entry| entry.seen.value())
    }

    fn entry(&self, name: &str) -> Option<&Entry<'r>> {
        by_name(&self.entries, name, |entry| entry.name)
    }

    /// Name and value of each field, in name order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Name, &Value)> {
        self.entries
            .iter()
            .map(|entry| (entry.name, entry.seen.value()))
    }

    /// How many fields are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The fields as a map of their own. Texts, lists and objects are shared, not copied.
    #[must_use]
    pub fn to_fields(&self) -> Fields {
        let mut fields = Fields::with_capacity(self.entries.len());
        let mut buffer = String::new();
        for entry in &self.entries {
            fields.set(entry.name.clone(), entry.seen.to_value(&mut buffer));
        }
        fields
    }

    /// The fields as one JSON object, keys in order, without a detour over a map.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::with_capacity(32 * (self.entries.len() + 1));
        self.write_json(&mut out);
        out
    }

    /// The same, appended to a buffer.
    pub(crate) fn write_json(&self, out: &mut String) {
        let mut buffer = String::new();
        out.push('{');
        for (i, entry) in self.entries.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            write_text(out, entry.name);
            out.push(':');
            match &entry.seen {
                Seen::Plain(value) => value.write_json(out),
                seen => seen.to_value(&mut buffer).write_json(out),
            }
        }
        out.push('}');
    }

    /// The names of the declared fields that are withheld from this principal, in order, nested ones
    /// by their path. Says nothing about whether the record has a value there.
    pub fn hidden(&self) -> impl Iterator<Item = &Name> {
        self.table.hidden().iter()
    }

    /// What a reader of the view should know: what is masked, what is hidden, what was left out.
    pub fn notes(&self) -> impl Iterator<Item = ViewNote> {
        note::notes(&self.table, self.strays)
    }

    /// The view on its own, for keeping longer than the record.
    #[must_use]
    pub fn into_owned(self) -> OwnedView {
        let fields = self.to_fields();
        OwnedView::new(self.table, fields, self.strays)
    }
}

impl fmt::Debug for View<'_> {
    /// Names only; never a value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        note::debug(
            f,
            self.entity(),
            self.entries.iter().map(|entry| entry.name),
        )
    }
}
