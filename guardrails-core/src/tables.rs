//! The tables that plans are made from beside the policy, read as they stood at one moment.
//!
//! Field permissions, role lines and skill statuses are read with the revision before and after: a
//! change made in between raises it, and everything is read again. Rows that a store cannot read are
//! handed on as such, with what could be read of them, and close what they may have closed.

use std::hash::{Hash, Hasher};

use sha2::{Digest as _, Sha256};

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::store::Store;
use crate::stored_rows::{FieldPermission, Revision, RoleLine, SkillStatusRow, UnreadableRow};

/// How often the tables are read again when they change while they are read.
const MAX_READS: usize = 8;

/// Everything that plans are made from beside the policy, as it stood at one moment.
#[derive(Debug, Clone, Default, Hash)]
#[non_exhaustive]
pub struct AccessTables {
    /// The revision that all of it belongs to.
    pub revision: Revision,
    /// `data_field_permission` with `role_field_permission`.
    pub field_permissions: Vec<FieldPermission>,
    /// The role lines.
    pub role_lines: Vec<RoleLine>,
    /// The skill statuses.
    pub skill_statuses: Vec<SkillStatusRow>,
    /// Rows of these tables that could not be read.
    pub unreadable: Vec<UnreadableRow>,
}

impl AccessTables {
    /// Reads everything as it stands at one moment.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when the store does not answer, or its tables change faster than they can
    /// be read.
    pub fn read(store: &dyn Store) -> Result<Self> {
        let mut revision = store.revision()?;
        for _ in 0..MAX_READS {
            let tables = Self::read_once(store, revision)?;
            let after = store.revision()?;
            if after == revision {
                return Ok(tables);
            }
            revision = after;
        }
        Err(Error::new(
            ErrorKind::Store,
            "the permission tables changed each time while they were read",
        )
        .with_help("let the program that changes them make its changes in one transaction"))
    }

    fn read_once(store: &dyn Store, revision: Revision) -> Result<Self> {
        let fields = store.permission_rows()?;
        let role_lines = store.role_lines()?;
        let statuses = store.status_rows()?;
        let mut unreadable = fields.unreadable;
        unreadable.extend(statuses.unreadable);
        Ok(Self {
            revision,
            field_permissions: fields.readable,
            role_lines,
            skill_statuses: statuses.readable,
            unreadable,
        })
    }

    /// SHA-256 over all of it, to find out whether anything differs without keeping it.
    pub(crate) fn digest(&self) -> Digest {
        let mut hasher = Sha256Hasher(Sha256::new());
        self.hash(&mut hasher);
        Digest(hasher.0.finalize().into())
    }
}

/// Lets what can be hashed be hashed with SHA-256.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Of no use: the digest is taken from the inside.
    fn finish(&self) -> u64 {
        0
    }
}
