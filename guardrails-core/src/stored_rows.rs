//! The rows of the tables that plans are made from: field permissions, role lines and skill statuses.
//!
//! A row that cannot be read is handed on as such, with what could be read of it, and closes what it may
//! have closed. What a row means is decided in `data` and `skills`.

use crate::diagnostic::Phrase;
use crate::error::{Error, ErrorKind, Result};
use crate::naming::{expect_name, expect_visible};
use crate::phrase;
use crate::policy::SkillStatus;
use crate::value::Name;

/// The tenant of a row that holds for every tenant, and the skill of a line that is about every skill.
///
/// It means the same in field permissions, role lines and skill statuses. Only an inheritance (`g`)
/// names one tenant; `*` there is refused, and told.
pub(crate) const EVERY: &str = "*";

/// A number that grows with every change of permissions, roles or skills, whoever made it and
/// however: a second process compares it to learn that its plans are old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Revision(pub i64);

/// One row of `data_field_permission` with the roles' rows on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldPermission {
    /// The tenant it holds for, or `*` for all.
    pub tenant: Name,
    /// `entity_type`.
    pub entity: Name,
    /// `field_name`; a dot leads to a field inside, declared or not, through lists as if through
    /// their items.
    pub field: Name,
    /// `sensitivity_level` as stored; 1 – 5, anything else restricts as 5.
    pub sensitivity: i32,
    /// `pii_flag`.
    pub pii: bool,
    /// `encryption_required`.
    pub encryption_required: bool,
    /// The rows of `role_field_permission` on this field.
    pub roles: Vec<RolePermission>,
}

/// One row of `role_field_permission`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RolePermission {
    /// `role_id`: the role's name.
    pub role: Name,
    /// `access_type` as stored: READ, WRITE, MASKED, HIDDEN, AGGREGATED; anything else hides.
    pub access: String,
    /// `ai_access_allowed`; false hides from AI whatever else is granted.
    pub ai_access_allowed: bool,
    /// `conditions` as stored: JSON such as `{"ai_context": "sales_copilot", "record": {"stage":
    /// "OPEN"}}`, see the language reference. What is not understood closes the row: it hides.
    pub conditions: Option<String>,
    /// `aggregation_type` as stored: for AGGREGATED, the figures that are left, some of COUNT, SUM, AVG,
    /// MIN, MAX with commas between; all of them when there is none. Any other word leaves no figure.
    pub aggregation: Option<String>,
}

impl FieldPermission {
    /// Refuses a row that not every store can hold, for whoever writes one.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a name that is too long or does not show.
    pub fn check(&self) -> Result<()> {
        expect_key("the tenant of a permission row", &self.tenant)?;
        expect_key("the entity of a permission row", &self.entity)?;
        expect_key("the field of a permission row", &self.field)?;
        let mut roles = self.roles.iter();
        roles.try_for_each(|row| expect_key("the role of a permission row", &row.role))
    }
}

/// One line of Casbin policy: `p, role, tenant, skill, act, allow|deny` or
/// `g, member, role, tenant`. The tenant of a `p` line may be `*` for all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoleLine {
    /// `p` or `g`.
    pub kind: String,
    /// The values after it; at most six.
    pub values: Vec<String>,
}

/// The values of a role line at most.
pub const MAX_ROLE_VALUES: usize = 6;
/// Characters of one value of a role line: seven are in one key of the database.
pub const MAX_ROLE_VALUE_CHARS: usize = 100;
/// Characters of the kind of a role line.
pub const MAX_ROLE_KIND_CHARS: usize = 16;
/// Characters of a name that is part of a key of the database.
pub const MAX_KEY_CHARS: usize = 190;

impl RoleLine {
    /// Stands for a kind or value that a store could not read. It is no name, so the line restricts as
    /// far as it may have meant to.
    pub const UNREADABLE: &'static str = "\u{0}";

    /// Refuses a line that not every store can hold, for whoever writes one. What a line means, and whether
    /// it is one, is another question: one that cannot be read is kept, and closes what it may have closed.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for too many or too long values, and for control or
    /// invisible characters.
    pub fn check(&self) -> Result<()> {
        let most = MAX_ROLE_VALUE_CHARS;
        let too_long = |value: &String| value.chars().count() > most;
        if self.values.len() > MAX_ROLE_VALUES
            || self.values.iter().any(too_long)
            || self.kind.chars().count() > MAX_ROLE_KIND_CHARS
        {
            let message = format!(
                "a role line has more than {MAX_ROLE_VALUES} values, or one of over {most} characters"
            );
            return Err(Error::new(ErrorKind::Input, message)
                .with_help("use shorter names for roles, tenants and skills"));
        }
        expect_visible("the kind of a role line", &self.kind)?;
        let mut values = self.values.iter();
        values.try_for_each(|value| expect_visible("a value of a role line", value))
    }

    /// The line as it reads back: an empty value at its end is none.
    #[must_use]
    pub fn without_empty_end(mut self) -> Self {
        while self.values.last().is_some_and(String::is_empty) {
            self.values.pop();
        }
        self
    }
}

/// A skill's status for a tenant. It may stop a skill that the policy has active, never start one
/// that the policy has not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SkillStatusRow {
    /// The tenant, or `*` for all.
    pub tenant: Name,
    /// The skill, or `*` for all.
    pub skill: Name,
    /// Its status; a stored word that is none counts as suspended.
    pub status: SkillStatus,
}

impl SkillStatusRow {
    /// Refuses a row that not every store can hold, for whoever writes one.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a name that is too long or does not show.
    pub fn check(&self) -> Result<()> {
        expect_key("the tenant of a skill's status", &self.tenant)?;
        expect_key("the skill of a skill's status", &self.skill)
    }
}

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

/// Refuses what cannot be part of a key in every database.
fn expect_key(what: &str, name: &str) -> Result<()> {
    if name.chars().count() > MAX_KEY_CHARS {
        let message = format!("{what} is over the limit of {MAX_KEY_CHARS} characters");
        return Err(Error::new(ErrorKind::Input, message).with_help("use a shorter name"));
    }
    expect_name(what, name)
}
