//! What the AI wants to change: one record, before and after.

use std::fmt;
use std::sync::Arc;

use crate::policy::Verb;
use crate::record::Record;
use crate::value::{Fields, Name, Value};

/// A proposed change to one record. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Changes {
    verb: Verb,
    /// The record as it is; for a create, an empty record of the entity.
    before: Record,
    set: Arc<Fields>,
}

impl Changes {
    /// Make a new record with these fields.
    #[must_use]
    pub fn create(record: Record) -> Self {
        Self {
            verb: Verb::Create,
            set: Arc::new(record.fields().clone()),
            before: Record::new(record.entity().clone(), Fields::new()),
        }
    }

    /// Change `record`, which is as the CRM holds it now; add what changes with [`Changes::set`].
    #[must_use]
    pub fn update(record: &Record) -> Self {
        Self {
            verb: Verb::Update,
            before: record.clone(),
            set: Arc::default(),
        }
    }

    /// Remove `record`.
    #[must_use]
    pub fn delete(record: &Record) -> Self {
        Self {
            verb: Verb::Delete,
            before: record.clone(),
            set: Arc::default(),
        }
    }

    /// No change: `record` is read.
    pub(crate) fn none(record: Record) -> Self {
        Self {
            verb: Verb::Read,
            before: record,
            set: Arc::default(),
        }
    }

    /// The change a ticket was made for.
    pub(crate) fn restored(verb: Verb, before: Record, set: Fields) -> Self {
        Self {
            verb,
            before,
            set: Arc::new(set),
        }
    }

    /// The same change with other fields.
    pub(crate) fn with_fields(&self, set: Fields) -> Self {
        Self {
            set: Arc::new(set),
            ..self.clone()
        }
    }

    /// The same change of the record in another form.
    pub(crate) fn with_before(self, before: Record) -> Self {
        Self { before, ..self }
    }

    /// The same change with only those fields set whose names `accepts` lets through.
    pub(crate) fn accepting(&self, accepts: impl Fn(&Name) -> bool) -> Self {
        if self.set.iter().all(|(name, _)| accepts(name)) {
            return self.clone();
        }
        let accepted = self.set.iter().filter(|(name, _)| accepts(name));
        let set = accepted.map(|(name, value)| (name.clone(), value.clone()));
        self.with_fields(set.collect())
    }

    /// The kind of change and its entity, without anything of the record or of what was proposed.
    pub(crate) fn without_content(&self) -> Self {
        let before = Record::new(self.entity().clone(), Fields::new());
        Self::restored(self.verb, before, Fields::new())
    }

    /// Sets a field.
    #[must_use]
    pub fn set(mut self, name: impl Into<Name>, value: impl Into<Value>) -> Self {
        Arc::make_mut(&mut self.set).set(name, value);
        self
    }

    /// Create, update or delete.
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.verb
    }

    /// The entity.
    #[must_use]
    pub fn entity(&self) -> &Name {
        self.before.entity()
    }

    /// The record as it was.
    #[must_use]
    pub fn before(&self) -> &Record {
        &self.before
    }

    /// The fields that get a new value.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        &self.set
    }
}

impl Changes {
    /// The fields that get a new value, to be kept beside the change.
    pub(crate) fn shared_fields(&self) -> &Arc<Fields> {
        &self.set
    }
}

impl fmt::Debug for Changes {
    /// Names only; never a value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Changes({} {:?} set {:?})",
            self.verb, self.before, self.set
        )
    }
}
