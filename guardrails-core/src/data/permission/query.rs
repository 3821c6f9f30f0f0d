//! What permissions are resolved from.

use crate::policy::Policy;
use crate::stored_rows::FieldPermission;
use crate::value::Name;

/// Whose permissions are asked for, and on what.
#[derive(Debug, Clone, Copy)]
pub struct PermissionQuery<'a> {
    /// The policy in force.
    pub policy: &'a Policy,
    /// Rows of the permission tables; those of other tenants are passed over, those of `*` are not.
    pub rows: &'a [FieldPermission],
    /// The principal's tenant.
    pub tenant: &'a str,
    /// The roles that the host assigned.
    pub roles: &'a [Name],
    /// The roles that those inherit; they may be named here again or not.
    pub inherited: &'a [Name],
    /// The entity.
    pub entity: &'a str,
    /// The AI context; may be empty.
    pub context: &'a str,
}
