//! The record as it is now, for a ticket that is resumed: given, or loaded by a function of the
//! host's.

use super::ticket::Ticket;
use crate::change::Changes;
use crate::error::{Error, ErrorKind, Result};
use crate::policy::Verb;
use crate::record::Record;
use crate::value::{Fields, Name};

/// Which record a ticket is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordKey {
    pub(crate) tenant: Name,
    pub(crate) entity: Name,
    pub(crate) id: Name,
}

impl RecordKey {
    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> &Name {
        &self.tenant
    }

    /// The entity.
    #[must_use]
    pub fn entity(&self) -> &Name {
        &self.entity
    }

    /// The record's identifier.
    #[must_use]
    pub fn id(&self) -> &Name {
        &self.id
    }
}

/// Something that has the present record: the record itself, or a function that loads it by its key.
///
/// A function may answer a `Record`, an `Option` of one, or a [`Result`] of either. It is called at
/// most once, and not for a ticket that creates a record.
pub trait PresentRecord {
    /// The record, or none where there is no such record any more.
    ///
    /// # Errors
    /// Whatever loading it failed with.
    fn present(self, key: &RecordKey) -> Result<Option<Record>>;
}

impl PresentRecord for Record {
    fn present(self, _: &RecordKey) -> Result<Option<Record>> {
        Ok(Some(self))
    }
}

impl PresentRecord for &Record {
    fn present(self, _: &RecordKey) -> Result<Option<Record>> {
        Ok(Some(self.clone()))
    }
}

impl<F, R> PresentRecord for F
where
    F: FnOnce(&RecordKey) -> R,
    R: Loaded,
{
    fn present(self, key: &RecordKey) -> Result<Option<Record>> {
        self(key).loaded()
    }
}

/// What a function that loads a record may answer.
pub trait Loaded {
    /// The record, or none where there is none.
    ///
    /// # Errors
    /// Whatever loading it failed with.
    fn loaded(self) -> Result<Option<Record>>;
}

impl Loaded for Record {
    fn loaded(self) -> Result<Option<Record>> {
        Ok(Some(self))
    }
}

impl Loaded for Option<Record> {
    fn loaded(self) -> Result<Option<Record>> {
        Ok(self)
    }
}

impl<T: Loaded> Loaded for Result<T> {
    fn loaded(self) -> Result<Option<Record>> {
        self.and_then(Loaded::loaded)
    }
}

/// Whether the host has the record that a proposal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordPresence {
    /// It gave it; for a new record there is nothing to give.
    Given,
    /// It has none of this identifier any more.
    Missing,
}

impl Ticket {
    /// The record that it is about.
    #[must_use]
    pub fn key(&self) -> RecordKey {
        RecordKey {
            tenant: self.tenant.clone(),
            entity: self.entity.clone(),
            id: self.record.clone(),
        }
    }

    /// The action it was made for, on the record as it is now; where the host has none any more, on one
    /// of which nothing but its identifier is known.
    pub(crate) fn changes_on(
        &self,
        record: impl PresentRecord,
    ) -> Result<(Changes, RecordPresence)> {
        let new = || Record::new(self.entity.clone(), Fields::new());
        let (before, presence) = match self.verb {
            Verb::Create => (new(), RecordPresence::Given),
            _ => match record.present(&self.key())? {
                Some(record) => (self.own(record)?, RecordPresence::Given),
                None => (
                    new().with("id", self.record.clone()),
                    RecordPresence::Missing,
                ),
            },
        };
        let changes = Changes::restored(self.verb, before, self.set.clone());
        Ok((changes, presence))
    }

    fn own(&self, record: Record) -> Result<Record> {
        match *record.entity() == self.entity && record.id()? == self.record {
            true => Ok(record),
            false => Err(Error::new(
                ErrorKind::Input,
                "the record is not the one that the ticket is about",
            )
            .with_help("give the present record, or a function that loads it by its key")),
        }
    }
}
