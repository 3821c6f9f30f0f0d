//! Whether the identifiers of an entity may stand in clear where no record's value may: in the audit,
//! and on a card whose ticket keeps no record.
//!
//! Decided from the policy and the permission tables, never from a record. INVARIANT: an identifier
//! that either of the two makes personal is personal for everybody.

use super::query::PermissionQuery;
use super::rows::{stored_sensitivity, well_formed};
use crate::policy::Sensitivity;
use crate::record::ID_FIELD;
use crate::stored_rows::{Closes, FieldPermission, UnreadableRow, holds_for};

/// The sensitivity from which a value is treated as personal whatever its class.
const PERSONAL: u8 = 4;

/// Whether identifiers of the entity are personal data, whoever asks. A row that cannot be read may have
/// said so.
pub(crate) fn has_personal_ids(asked: &PermissionQuery<'_>, unreadable: &[UnreadableRow]) -> bool {
    let entity = asked.policy.entities.get(asked.entity);
    let declared = entity.and_then(|entity| entity.field(ID_FIELD));
    let is_personal = |level: Sensitivity| level.level() >= PERSONAL;
    declared.is_some_and(|id| id.pii.is_some() || is_personal(id.sensitivity))
        || asked.rows.iter().any(|row| {
            holds_for(&row.tenant, asked.tenant)
                && *row.entity == *asked.entity
                && is_about_ids(row)
                && (row.pii || is_personal(stored_sensitivity(row)))
        })
        || unreadable.iter().any(|row| may_close_ids(row, asked))
}

/// Whether a row is on the identifier. One on what cannot be a path may be on any field.
fn is_about_ids(row: &FieldPermission) -> bool {
    match well_formed(&row.field) {
        Ok(()) => *row.field == *ID_FIELD,
        Err(path) => path.is_none_or(|path| path == ID_FIELD),
    }
}

fn may_close_ids(row: &UnreadableRow, asked: &PermissionQuery<'_>) -> bool {
    let Closes::Fields {
        tenant,
        entity,
        field,
        role: _,
    } = &row.closes
    else {
        return false;
    };
    let tenant = tenant.as_deref();
    let (entity, field) = (entity.as_deref(), field.as_deref());
    tenant.is_none_or(|of| holds_for(of, asked.tenant))
        && entity.is_none_or(|of| of == asked.entity)
        && field.is_none_or(|of| of == ID_FIELD)
}
