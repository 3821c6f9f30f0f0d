//! The tables that plans are made from beside the policy, read as they stood at one moment.
//!
//! Field permissions, role lines and skill statuses are read with the revision before and after: a
//! change made in between raises it, and everything is read again. Rows that a store cannot read are
//! handed on as such, with what could be read of them, and close what they may have closed.

use std::hash::{Hash, Hasher};

use sha2::{Digest as _, Sha256};

use crate::diagnostic::Phrase;
use crate::error::{Error, ErrorKind, Result};
use crate::phrase;
use crate::policy::Digest;
use crate::store::{FieldPermission, Revision, RoleLine, SkillStatusRow, Store};
use crate::value::Name;

/// The tenant of a row that holds for every tenant, and the skill of a line that is about every skill.
///
/// It means the same in field permissions, role lines and skill statuses. Only an inheritance (`g`)
/// names one tenant; `*` there is refused, and told.
pub(crate) const EVERY: &str = "*";

/// How often the tables are read again when they change while they are read.
const MAX_READS: usize = 8;

/// Whether a row of `row_tenant` holds for `tenant`.
pub(crate) fn holds_for(row_tenant: &str, tenant: &str) -> bool {
    row_tenant == EVERY || row_tenant == tenant
}

/// A stored row of which a column could not be read, and what it may have closed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnreadableRow {
    /// The table's name.
    pub table: Name,
    /// The row, by the key that an administrator would look it up with.
    pub row: Name,
    /// The column that is at fault.
    pub column: Name,
    /// Why the row cannot be used.
    pub fault: RowFault,
    /// What is closed because of it.
    pub closes: Closes,
}

/// Why a row cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowFault {
    /// The column does not hold what it should.
    Unreadable,
    /// A role's row names another tenant than the row of its field, so they apply together in none.
    TenantMismatch,
}

/// What an unreadable row closes. A part that is none could not be read, and stands for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Closes {
    /// Fields are hidden.
    Fields {
        /// In this tenant; `*` is every tenant.
        tenant: Option<Name>,
        /// Of this entity.
        entity: Option<Name>,
        /// This field, and what is inside it.
        field: Option<Name>,
        /// From this role.
        role: Option<Name>,
    },
    /// Skills are suspended.
    Skills {
        /// In this tenant; `*` is every tenant.
        tenant: Option<Name>,
        /// This skill.
        skill: Option<Name>,
    },
}

/// Rows as a store read them: those that could be read, and those that could not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRows<T> {
    /// The rows that could be read.
    pub readable: Vec<T>,
    /// The others.
    pub unreadable: Vec<UnreadableRow>,
}

impl<T> StoredRows<T> {
    /// Rows that could all be read.
    #[must_use]
    pub fn all_readable(rows: Vec<T>) -> Self {
        Self {
            readable: rows,
            unreadable: Vec::new(),
        }
    }

    /// The rows, when all of them could be read.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] naming the first row that could not.
    pub fn into_readable(self) -> Result<Vec<T>> {
        match self.unreadable.first() {
            None => Ok(self.readable),
            Some(row) => Err(row.error()),
        }
    }
}

impl UnreadableRow {
    /// Why the row cannot be used: findings, errors and explanations show it.
    pub(crate) fn reason(&self) -> Phrase {
        match self.fault {
            RowFault::Unreadable => phrase!(
                "column `{column}` does not hold what it should"
                    | "列 `{column}` 的内容不是应有的类型",
                column = &self.column
            ),
            RowFault::TenantMismatch => phrase!(
                "column `{column}` and the row of its field name different tenants"
                    | "列 `{column}` 与其字段的行写的是不同的租户",
                column = &self.column
            ),
        }
    }

    /// That it cannot be used, as an error.
    fn error(&self) -> Error {
        let Self { table, row, .. } = self;
        let reason = self.reason();
        Error::new(
            ErrorKind::Store,
            format!("table `{table}`, row {row}: {reason}"),
        )
        .with_help("correct the row, or restore it from a backup")
    }
}

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
