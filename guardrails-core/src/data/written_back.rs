//! Masks that come back: a value proposed for a field that is what the view of the record shows in place of
//! the present one. Whoever writes that has not seen the value, and would replace it by its disguise.
//!
//! INVARIANT: the answer depends on what the view shows and on what is proposed, and not on the values that
//! the view disguises, so that it tells no more of them.

use super::access::Access;
use super::field_row::{FieldRow, Inner, row_of};
use super::project::{Around, Projector, Shown};
use super::shape::Shapes;
use super::table::FieldTable;
use crate::policy::Mask;
use crate::value::{Name, Value};

/// Whether some text in a value may be what a mask shows.
pub(crate) fn looks_masked(value: &Value) -> bool {
    match value {
        Value::Text(text) => Mask::is_disguise(text),
        Value::List(items) => items.iter().any(looks_masked),
        Value::Object(members) => members.iter().any(|(_, member)| looks_masked(member)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

impl FieldTable {
    /// The paths in `proposed`, for a field whose present value is `present`, of texts that a view through
    /// this table shows masked at the same path. Paths are the same where they differ in places of lists
    /// only: items may have been moved.
    pub(crate) fn masks_written_back(
        &self,
        field: &Name,
        present: &Value,
        proposed: &Value,
    ) -> Vec<String> {
        let mut disguises = Vec::new();
        texts(&Place::of(field), proposed, &mut |place, text| {
            if Mask::is_disguise(text) {
                disguises.push((place.clone(), text.to_owned()));
            }
        });
        let Some(row) = self.row(field).filter(|_| !self.is_out_of_scope()) else {
            return Vec::new();
        };
        let Shown::Changed(shown) = Projector::new(self.shapes()).top(row, present) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (place, text) in disguises {
            if self.is_masked(&place.names) && has_text(&shown, place.inside_field(), &text) {
                found.push(place.path);
            }
        }
        found
    }

    /// Whether values at a path of names are shown through a mask.
    fn is_masked(&self, names: &[Name]) -> bool {
        let access = access_at(self.rows(), self.shapes(), names, &Around::RECORD);
        matches!(access, Some(Access::Masked(_)))
    }
}

/// Where a value is in a record.
#[derive(Clone)]
struct Place {
    /// As reasons name it: `lines[2].price`.
    path: String,
    /// The names on the way.
    names: Vec<Name>,
}

impl Place {
    fn of(field: &Name) -> Self {
        Self {
            path: field.to_string(),
            names: vec![field.clone()],
        }
    }

    /// The names inside the record's own field.
    fn inside_field(&self) -> &[Name] {
        self.names.split_first().map_or(&[], |(_, inside)| inside)
    }

    fn inside(&self, name: &Name) -> Self {
        let mut names = self.names.clone();
        names.push(name.clone());
        Self {
            path: format!("{}.{name}", self.path),
            names,
        }
    }

    fn item(&self, at: usize) -> Self {
        Self {
            path: format!("{}[{at}]", self.path),
            names: self.names.clone(),
        }
    }
}

/// Calls `each` with every text in a value, and where it is.
fn texts(place: &Place, value: &Value, each: &mut impl FnMut(&Place, &str)) {
    match value {
        Value::Text(text) => each(place, text),
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                texts(&place.item(at), item, each);
            }
        }
        Value::Object(members) => {
            for (name, member) in members.iter() {
                texts(&place.inside(name), member, each);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a text is found at the end of a path of names, in any item of the lists on the way.
fn has_text(shown: &Value, names: &[Name], text: &str) -> bool {
    match (shown, names.split_first()) {
        (Value::List(items), _) => items.iter().any(|item| has_text(item, names, text)),
        (Value::Text(shown), None) => **shown == *text,
        (Value::Object(members), Some((name, rest))) => {
            let member = members.value(name);
            member.is_some_and(|member| has_text(member, rest, text))
        }
        _ => false,
    }
}

/// How values at the end of the path are shown; none where nothing says so.
fn access_at(
    rows: &[FieldRow],
    shapes: &Shapes,
    names: &[Name],
    around: &Around,
) -> Option<Access> {
    let (name, rest) = names.split_first()?;
    let row = row_of(rows, name)?;
    let inside = around.inside(row)?;
    let Some(next) = rest.first() else {
        return Some(around.access(row));
    };
    match row.inner() {
        Inner::Rows(rows) => access_at(rows, shapes, rest, &inside),
        Inner::Shape(shape) => access_at(shapes.rows(*shape), shapes, rest, &inside),
        Inner::Open(rows, others) => match row_of(rows, next) {
            Some(_) => access_at(rows, shapes, rest, &inside),
            None => Some(inside.others(others)),
        },
        Inner::Anything | Inner::Scalar => Some(around.access(row)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Sensitivity;
    use proptest::prelude::*;

    /// Texts with what masks look for in them.
    fn some_text() -> impl Strategy<Value = String> {
        let parts = proptest::sample::select(vec![
            "138",
            "12345678",
            "1",
            "@",
            "example.com",
            "z",
            "*",
            "***",
            " ",
            "-",
            "张",
            "欧阳",
            "X",
            "6222020200112233",
            "11010519491231002X",
            "[CONFIDENTIAL]",
            "é",
            "+86 ",
            "tel:",
        ]);
        proptest::collection::vec(parts, 0..6).prop_map(|parts| parts.concat())
    }

    fn some_mask() -> impl Strategy<Value = Mask> {
        let level = |level| Mask::Default(Sensitivity::new(level).unwrap_or(Sensitivity::PUBLIC));
        proptest::sample::select(vec![
            level(1),
            level(4),
            Mask::Phone,
            Mask::Email,
            Mask::Name,
            Mask::Id,
            Mask::BankCard,
            Mask::Partial(0, 0),
            Mask::Partial(1, 1),
            Mask::Partial(9, 9),
            Mask::Scrub,
            Mask::Redact,
        ])
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        /// What is not taken for a disguise hides nothing.
        #[test]
        fn what_a_mask_changes_looks_like_it(text in some_text(), mask in some_mask()) {
            let value = Value::from(&*text);
            let shown = mask.apply(&value);
            let is_disguise = shown.as_text().is_some_and(Mask::is_disguise);
            prop_assert!(is_disguise || shown == value, "{mask:?} shows {shown:?}");
        }
    }
}
