//! The write gate: whether a proposed value may be written, at every depth, and the form that it is
//! then evaluated, shown, bound by a digest and released in.
//!
//! INVARIANT: what passes holds nothing that the policy does not declare, each value in its declared
//! type. INVARIANT: of a field that may not be written, the refusal depends on no value, so that no
//! guess at it is told from another one. No refusal has a value in its message: it names the path.

use crate::change::Changes;
use crate::data::FieldTable;
use crate::facts::typed::{Types, as_declared, scalar};
use crate::policy::{Entity, Field, Type, Verb};
use crate::reason::Reason;
use crate::record::{ID_FIELD, Record, TENANT_FIELD};
use crate::value::{Fields, Name, Value};

/// The refusals that are named for one field; more of the same kind help nobody.
const MAX_REFUSALS: usize = 8;

/// Judges the fields of one proposal by what the policy declares and what the principal may write.
pub(crate) struct WriteGate<'a> {
    pub(crate) types: Types<'a>,
    pub(crate) table: &'a FieldTable,
    pub(crate) changes: &'a Changes,
}

impl WriteGate<'_> {
    /// Why the field may not be written at all, whatever the value; none where it may be.
    ///
    /// A create may name its own tenant and identifier, which need not be granted: that the tenant is the
    /// principal's is seen to elsewhere.
    pub(crate) fn barrier(&self, name: &Name) -> Option<Reason> {
        if self.is_own_name(name) {
            return None;
        }
        let path = self.table.write_barrier(name)?;
        Some(not_writable(format!("`{path}` may not be written")))
    }

    /// The value in the form of its declared type; or what of it does not fit, by path.
    ///
    /// An update replaces the whole of a field. It is refused where that would drop what the view of the
    /// present record leaves out. `seen` is what the requester sees of the record, rules on reading
    /// included.
    pub(crate) fn typed(
        &self,
        seen: &FieldTable,
        name: &Name,
        value: &Value,
    ) -> Result<Value, Vec<Reason>> {
        let entity = self.types.entities.get(self.changes.entity());
        let typed = match entity.and_then(|entity| entity.field(name)) {
            Some(field) => Walk::new(self.types, name).field(value, field)?,
            None if self.is_own_name(name) && value.is_nested() => {
                return Err(vec![invalid(format!("`{name}` is no text and no number"))]);
            }
            None => as_declared(value, None, self.types),
        };
        let before = self.changes.before().fields().value(name);
        match before.and_then(|before| seen.unseen(name, before)) {
            Some(path) => Err(vec![drops_unseen(&path)]),
            None => Ok(typed),
        }
    }

    /// The present record as the proposal is judged against it: what would get another value in the form
    /// of its declared type, as the new value has it, so that only what differs looks different.
    pub(crate) fn present(&self, set: &Fields) -> Record {
        let record = self.changes.before();
        let entity = self.types.entities.get(record.entity());
        let Some(entity) = entity.filter(|_| !set.is_empty()) else {
            return record.clone();
        };
        let mut differs = None;
        for (name, _) in set {
            if let (Some(value), Some(field)) = (record.fields().value(name), entity.field(name)) {
                let typed = as_declared(value, Some(&field.ty), self.types);
                if !is_same_form(value, &typed) {
                    let fields = differs.get_or_insert_with(|| record.fields().clone());
                    fields.set(name.clone(), typed);
                }
            }
        }
        match differs {
            Some(fields) => Record::new(record.entity().clone(), fields),
            None => record.clone(),
        }
    }

    /// Why a value is refused that is, or holds, what the view of the record shows in place of the present one.
    /// `seen` is what the requester sees of the record, rules on reading included.
    pub(crate) fn masks_written_back(
        &self,
        seen: &FieldTable,
        name: &Name,
        value: &Value,
    ) -> Vec<Reason> {
        let present = self.changes.before().fields().value(name);
        let paths = present.map(|present| seen.masks_written_back(name, present, value));
        let paths = paths.into_iter().flatten().take(MAX_REFUSALS);
        paths.map(|path| mask_written_back(&path)).collect()
    }

    fn is_own_name(&self, name: &str) -> bool {
        self.changes.verb() == Verb::Create && (name == TENANT_FIELD || name == ID_FIELD)
    }
}

/// One walk through the proposed value of one field.
struct Walk<'a> {
    types: Types<'a>,
    path: String,
    refusals: Vec<Reason>,
}

impl<'a> Walk<'a> {
    fn new(types: Types<'a>, name: &str) -> Self {
        Self {
            types,
            path: name.to_owned(),
            refusals: Vec::new(),
        }
    }

    fn field(mut self, value: &Value, field: &Field) -> Result<Value, Vec<Reason>> {
        let typed = self.member(value, field);
        match self.refusals.is_empty() {
            true => Ok(typed),
            false => Err(self.refusals),
        }
    }

    /// The value of a declared field: of a record, or of one nested in it.
    fn member(&mut self, value: &Value, field: &Field) -> Value {
        match value {
            Value::Null if field.optional => Value::Null,
            _ => self.value(value, &field.ty),
        }
    }

    fn value(&mut self, value: &Value, ty: &Type) -> Value {
        match (value, ty) {
            (Value::Null, _) => self.refuse("may not be empty"),
            (Value::List(items), Type::List(item)) => self.list(items, item),
            (Value::Object(members), Type::Entity(name)) => match self.types.entities.get(name) {
                Some(entity) => self.object(members, entity),
                None => self.refuse("is of an entity that nobody declares"),
            },
            _ => match scalar(value, ty, self.types.zone) {
                Some(typed) => typed,
                None => self.refuse(format_args!("is not of type `{ty}`")),
            },
        }
    }

    fn list(&mut self, items: &[Value], ty: &Type) -> Value {
        let mut typed = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            typed.push(self.at(&format!("[{at}]"), |walk| walk.value(item, ty)));
            if self.is_full() {
                break;
            }
        }
        Value::List(typed.into())
    }

    fn object(&mut self, members: &Fields, entity: &Entity) -> Value {
        let mut typed = Fields::with_capacity(members.len());
        for (name, value) in members {
            let value = self.at(&format!(".{name}"), |walk| match entity.field(name) {
                Some(field) => walk.member(value, field),
                None => walk.undeclared(),
            });
            typed.set(name.clone(), value);
            if self.is_full() {
                break;
            }
        }
        let required = entity.fields.iter().filter(|field| !field.optional);
        for field in required.filter(|field| members.value(&field.name).is_none()) {
            self.at(&format!(".{}", field.name), |walk| {
                walk.refuse("is missing")
            });
        }
        Value::from(typed)
    }

    fn at<T>(&mut self, step: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push_str(step);
        let result = work(self);
        self.path.truncate(length);
        result
    }

    fn undeclared(&mut self) -> Value {
        let text = format!("`{}` is not declared and may not be written", self.path);
        self.push(not_writable(text))
    }

    fn refuse(&mut self, why: impl std::fmt::Display) -> Value {
        let text = format!("`{}` {why}", self.path);
        self.push(invalid(text))
    }

    /// What stands for a value that does not pass. It is released nowhere.
    fn push(&mut self, reason: Reason) -> Value {
        if !self.is_full() {
            self.refusals.push(reason);
        }
        Value::Null
    }

    fn is_full(&self) -> bool {
        self.refusals.len() >= MAX_REFUSALS
    }
}

/// Whether a value is the other to the last digit; false where that would have to be looked for inside.
fn is_same_form(value: &Value, other: &Value) -> bool {
    match (value, other) {
        (Value::Number(value), Value::Number(other)) => value.serialize() == other.serialize(),
        (Value::List(_) | Value::Object(_), _) => false,
        (value, other) => value == other,
    }
}

fn not_writable(text: String) -> Reason {
    Reason::new("FIELD_NOT_WRITABLE", text)
}

fn invalid(text: String) -> Reason {
    Reason::new("FIELD_INVALID", text)
}

fn mask_written_back(path: &str) -> Reason {
    let text = format!("`{path}` is the mask of its present value, which it would replace");
    Reason::new("MASK_WRITTEN_BACK", text)
}

fn drops_unseen(path: &str) -> Reason {
    let text = format!("`{path}` is shown only in part, and the change would drop the rest unseen");
    Reason::new("FIELD_DROPS_UNSEEN", text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests;
