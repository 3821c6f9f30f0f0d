//! One value as the principal may see it: the same value, a changed one, or none.
//!
//! A mask on a field that holds a nested entity is one on every field inside it, beside what is
//! said of that field itself; the stricter holds. INVARIANT: a field that the table does not name
//! never passes, at any depth.

use super::access::Access;
use super::field_row::{FieldRow, Inner, MAX_DEPTH};
use super::mask::Form;
use super::shape::Shapes;
use crate::policy::{Mask, Sensitivity};
use crate::value::{Fields, Value};

/// What came of a value.
pub(super) enum Shown {
    /// It may be seen as it is.
    Same,
    /// This may be seen instead.
    Changed(Value),
    /// Nothing of it may be seen.
    Withheld,
}

/// What holds for everything inside a field.
#[derive(Clone)]
pub(super) struct Around {
    /// The field's mask.
    mask: Option<Mask>,
    /// The highest sensitivity of the fields around.
    floor: Sensitivity,
    /// How much deeper it may go.
    depth: usize,
}

impl Around {
    /// Nothing is around a record's own field.
    pub(super) const RECORD: Self = Self {
        mask: None,
        floor: Sensitivity::PUBLIC,
        depth: MAX_DEPTH,
    };

    /// What is around the fields inside this row's; none where nothing inside may be seen.
    pub(super) fn inside(&self, row: &FieldRow) -> Option<Self> {
        let floor = self.floor.max(row.floor);
        let mask = match self.access(row) {
            Access::Hidden => return None,
            Access::Masked(mask) => Some(mask),
            Access::Read => None,
        };
        Some(Self {
            mask,
            floor,
            depth: self.depth,
        })
    }

    /// The stricter of what the row says and what is around it.
    pub(super) fn access(&self, row: &FieldRow) -> Access {
        self.narrowed(&row.access, self.floor.max(row.floor))
    }

    /// How members are shown that no row speaks of, where the row around them says so.
    pub(super) fn others(&self, access: &Access) -> Access {
        self.narrowed(access, self.floor)
    }

    /// The stricter of an access and what is around it.
    fn narrowed(&self, access: &Access, floor: Sensitivity) -> Access {
        let own = match access {
            Access::Masked(mask) => Access::Masked(mask.on(floor)),
            other => other.clone(),
        };
        match &self.mask {
            None => own,
            Some(mask) => own.stricter(Access::Masked(mask.on(floor))),
        }
    }

    fn deeper(&self) -> Option<Self> {
        Some(Self {
            depth: self.depth.checked_sub(1)?,
            ..self.clone()
        })
    }
}

/// The mask of a field that is masked by itself, whatever its value: nothing inside it is shown on
/// other terms.
pub(super) fn lone_mask(row: &FieldRow) -> Option<&Mask> {
    match (&row.access, &row.inner) {
        (Access::Masked(mask), Inner::Anything | Inner::Scalar) => Some(mask),
        _ => None,
    }
}

/// Shows values by one table; keeps a buffer from mask to mask.
pub(super) struct Projector<'t> {
    shapes: &'t Shapes,
    buffer: String,
}

impl<'t> Projector<'t> {
    pub(super) fn new(shapes: &'t Shapes) -> Self {
        Self {
            shapes,
            buffer: String::new(),
        }
    }

    /// The value of a record's own field that has no [`lone_mask`]. The common cases cost nothing: a
    /// plain value that is read or hidden.
    pub(super) fn top(&mut self, row: &FieldRow, value: &Value) -> Shown {
        match (&row.access, &row.inner) {
            (Access::Hidden, _) => Shown::Withheld,
            (Access::Read, Inner::Anything) => Shown::Same,
            (Access::Read, Inner::Scalar) => scalar(value, MAX_DEPTH),
            _ => self.field(row, value, &Around::RECORD),
        }
    }

    /// The value of a field with something around it.
    pub(super) fn field(&mut self, row: &FieldRow, value: &Value, around: &Around) -> Shown {
        let Some(inside) = around.inside(row) else {
            return Shown::Withheld;
        };
        match (&row.inner, &inside.mask) {
            (Inner::Rows(rows), _) => self.nested(Inside::declared(rows), value, &inside),
            (Inner::Open(rows, others), _) => {
                let others = inside.others(others);
                let rows = Inside {
                    rows,
                    others: Some(&others),
                };
                self.nested(rows, value, &inside)
            }
            (Inner::Shape(shape), _) => {
                let rows = Inside::declared(self.shapes.rows(*shape));
                self.nested(rows, value, &inside)
            }
            (Inner::Anything | Inner::Scalar, Some(mask)) => self.masked(mask, row.form, value),
            (Inner::Anything, None) => Shown::Same,
            (Inner::Scalar, None) => scalar(value, inside.depth),
        }
    }

    fn masked(&mut self, mask: &Mask, form: Form, value: &Value) -> Shown {
        Shown::Changed(mask.apply_as(form, value, &mut self.buffer))
    }

    /// A value that no row speaks of.
    fn other(&mut self, access: &Access, value: &Value) -> Shown {
        match access {
            Access::Hidden => Shown::Withheld,
            Access::Masked(mask) => self.masked(mask, Form::Text, value),
            Access::Read => Shown::Same,
        }
    }

    fn nested(&mut self, rows: Inside<'_>, value: &Value, around: &Around) -> Shown {
        match (value, &around.mask, around.deeper()) {
            (Value::Object(fields), _, Some(around)) => self.object(rows, fields, &around),
            (Value::List(items), _, Some(around)) => self.list(rows, items, &around),
            (Value::Object(_) | Value::List(_), _, None) => Shown::Withheld,
            _ if rows.others.is_some() => self.other(rows.others.unwrap_or(&Access::Hidden), value),
            (Value::Null, None, _) => Shown::Same,
            (Value::Null, Some(mask), _) => self.masked(mask, Form::Text, value),
            // A bare value where an entity is declared is not known to be harmless.
            _ => Shown::Withheld,
        }
    }

    fn object(&mut self, rows: Inside<'_>, fields: &Fields, around: &Around) -> Shown {
        let mut shown = Fields::with_capacity(fields.len());
        let mut changed = false;
        let mut named = rows.rows.iter().peekable();
        for (name, value) in fields {
            while named.next_if(|row| *row.name < **name).is_some() {}
            let result = match (named.next_if(|row| row.name == *name), rows.others) {
                (Some(row), _) => self.field(row, value, around),
                (None, Some(others)) => self.other(others, value),
                (None, None) => Shown::Withheld,
            };
            changed |= !matches!(result, Shown::Same);
            match result {
                Shown::Same => shown.set(name.clone(), value.clone()),
                Shown::Changed(value) => shown.set(name.clone(), value),
                Shown::Withheld => {}
            }
        }
        if changed {
            Shown::Changed(Value::from(shown))
        } else {
            Shown::Same
        }
    }

    fn list(&mut self, rows: Inside<'_>, items: &[Value], around: &Around) -> Shown {
        let mut shown: Vec<Value> = Vec::with_capacity(items.len());
        let mut changed = false;
        for item in items {
            let result = self.nested(rows, item, around);
            changed |= !matches!(result, Shown::Same);
            match result {
                Shown::Same => shown.push(item.clone()),
                Shown::Changed(item) => shown.push(item),
                Shown::Withheld => {}
            }
        }
        if changed {
            Shown::Changed(Value::List(shown.into()))
        } else {
            Shown::Same
        }
    }
}

/// The fields inside a value.
#[derive(Clone, Copy)]
struct Inside<'r> {
    /// Those that are spoken of, in name order.
    rows: &'r [FieldRow],
    /// How all others are shown; none where they are not declared, and so withheld.
    others: Option<&'r Access>,
}

impl<'r> Inside<'r> {
    fn declared(rows: &'r [FieldRow]) -> Self {
        Self { rows, others: None }
    }
}

/// A plain value or a list of them; a nested object is not what was declared.
fn scalar(value: &Value, depth: usize) -> Shown {
    let fits = |item: &Value| matches!(scalar(item, depth.saturating_sub(1)), Shown::Same);
    match value {
        Value::Object(_) => Shown::Withheld,
        Value::List(items) if depth == 0 || !items.iter().all(fits) => Shown::Withheld,
        _ => Shown::Same,
    }
}
