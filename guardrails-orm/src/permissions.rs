//! The field-permission tables, read as they stand.
//!
//! Administrators edit these rows by hand, so a value that cannot be read restricts: sensitivity 5,
//! personal, hidden from AI. Only a row whose names cannot be read is an error, since then it is not
//! known what it would restrict.

use std::collections::HashMap;

use guardrails_core::{
    Error, ErrorKind, FieldPermission, PermissionStore, Result, Revision, RolePermission,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, QueryOrder, QueryTrait};

use crate::Database;
use crate::entity::permissions::{field, revision, role};
use crate::fault::Failure;
use crate::row::Row;

impl PermissionStore for Database {
    fn revision(&self) -> Result<Revision> {
        self.ask("read the revision", read_revision)
    }

    fn field_permissions(&self) -> Result<Vec<FieldPermission>> {
        self.ask("read the field permissions", read_permissions)
    }
}

async fn read_revision(db: DatabaseConnection) -> Result<Revision, Failure> {
    let row = revision::Entity::find_by_id(1).one(&db).await?;
    // Without the row no change would be noticed any more, so its absence is not a number.
    let row = row.ok_or_else(|| {
        Error::new(
            ErrorKind::Store,
            "table `guard_revision` has lost its row, so that changes cannot be noticed",
        )
        .with_help("put the row back: id 1, with a revision higher than any before")
    })?;
    Ok(Revision(row.revision))
}

async fn read_permissions(db: DatabaseConnection) -> Result<Vec<FieldPermission>, Failure> {
    let backend = db.get_database_backend();
    let fields = field::Entity::find().order_by_asc(field::Column::Id);
    let fields = db.query_all_raw(fields.build(backend)).await?;
    let roles = role::Entity::find().order_by_asc(role::Column::Id);
    let roles = db.query_all_raw(roles.build(backend)).await?;

    let mut of_field: HashMap<i64, Vec<(String, RolePermission)>> = HashMap::new();
    for row in &roles {
        let row = Row::numbered("role_field_permission", row);
        let (field, tenant, role) = role_row(&row)?;
        of_field.entry(field).or_default().push((tenant, role));
    }
    let mut all = Vec::with_capacity(fields.len());
    for row in &fields {
        let row = Row::numbered("data_field_permission", row);
        let roles = of_field.remove(&row.value(field::Column::Id)?);
        all.push(field_row(&row, roles.unwrap_or_default())?);
    }
    Ok(all)
}

fn field_row(row: &Row<'_>, roles: Vec<(String, RolePermission)>) -> Result<FieldPermission> {
    let tenant = row.text(field::Column::TenantId)?;
    Ok(FieldPermission {
        entity: row.text(field::Column::EntityType)?.into(),
        field: row.text(field::Column::FieldName)?.into(),
        sensitivity: row.maybe(field::Column::SensitivityLevel).unwrap_or(5),
        pii: row.maybe(field::Column::PiiFlag).unwrap_or(true),
        encryption_required: row.maybe(field::Column::EncryptionRequired).unwrap_or(true),
        roles: roles
            .into_iter()
            .map(|(of, role)| if of == tenant { role } else { misplaced(role) })
            .collect(),
        tenant: tenant.into(),
    })
}

fn role_row(row: &Row<'_>) -> Result<(i64, String, RolePermission)> {
    let permission = RolePermission {
        role: row.text(role::Column::RoleId)?.into(),
        access: row.maybe(role::Column::AccessType).unwrap_or_default(),
        ai_access_allowed: row.maybe(role::Column::AiAccessAllowed).unwrap_or(false),
        // What cannot be read is a condition that does not hold.
        conditions: row
            .maybe::<Option<String>>(role::Column::Conditions)
            .unwrap_or_else(|| Some(String::new())),
    };
    let field = row.value(role::Column::FieldId)?;
    Ok((field, row.text(role::Column::TenantId)?, permission))
}

/// A row that says it belongs to another tenant than its field: the foreign key forbids it, but an
/// SQLite shell does not enforce foreign keys. To leave it out could widen what the role sees.
fn misplaced(role: RolePermission) -> RolePermission {
    RolePermission {
        access: "HIDDEN".to_owned(),
        ai_access_allowed: false,
        conditions: None,
        ..role
    }
}
