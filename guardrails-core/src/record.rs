//! A CRM record as it is, before the guard decides what of it may be seen.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::naming::expect_name;
use crate::value::{Fields, JsonLimits, Name, Value, parse_fields};

/// The field that identifies a record within its entity.
pub(crate) const ID_FIELD: &str = "id";
/// The field that names the tenant a record belongs to, when the host sends one.
pub(crate) const TENANT_FIELD: &str = "tenant_id";

/// One record of one entity. Cheap to clone: copies share the fields until one is changed.
///
/// The field `id` identifies it in the audit and in approvals. A field `tenant_id`, when present,
/// must be the principal's tenant, or the record does not exist for that principal.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    entity: Name,
    fields: Arc<Fields>,
}

impl Record {
    /// A record of `entity`.
    #[must_use]
    pub fn new(entity: impl Into<Name>, fields: Fields) -> Self {
        Self {
            entity: entity.into(),
            fields: Arc::new(fields),
        }
    }

    /// Reads one JSON object as a record of `entity`, within the default [`JsonLimits`].
    ///
    /// # Errors
    /// [`ErrorKind::Input`]; see [`parse_fields`].
    pub fn from_json(entity: impl Into<Name>, text: &str) -> Result<Self> {
        Ok(Self::new(
            entity,
            parse_fields(text, JsonLimits::default())?,
        ))
    }

    /// The same record with `name` set.
    #[must_use]
    pub fn with(mut self, name: impl Into<Name>, value: impl Into<Value>) -> Self {
        Arc::make_mut(&mut self.fields).set(name, value);
        self
    }

    /// The entity this is a record of.
    #[must_use]
    pub fn entity(&self) -> &Name {
        &self.entity
    }

    /// The record's own fields, unguarded.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The record's identifier: the field `id` as text, or a number's decimal text.
    ///
    /// # Errors
    /// [`ErrorKind::Input`] when `id` is missing or of another shape, or a text that is blank, over 255 bytes
    /// or has blanks around it, control or invisible characters.
    pub fn id(&self) -> Result<Name> {
        match self.fields.value(ID_FIELD) {
            Some(Value::Text(id)) => {
                expect_name("the record's `id`", id)?;
                Ok(id.clone())
            }
            Some(Value::Number(id)) => Ok(id.normalize().to_string().into()),
            other => Err(Error::new(
                ErrorKind::Input,
                format!(
                    "a record of `{}` needs an `id` of text or number, found {}",
                    self.entity,
                    other.map_or("nothing", Value::shape)
                ),
            )
            .with_help("send the record with its key as `id`")),
        }
    }
}

impl fmt::Debug for Record {
    /// Names only; never a value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({}, {:?})", self.entity, self.fields)
    }
}
