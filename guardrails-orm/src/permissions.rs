//! The field-permission tables, read as they stand.
//!
//! Administrators edit these rows by hand, so a value that cannot be read restricts: sensitivity 5,
//! personal, hidden from AI. A row with such a value, or with names that cannot be read, is handed over as
//! unreadable, with what of it could be read: it then closes what it may have closed, and no other row.

use std::collections::HashMap;

use guardrails_core::{
    Closes, Error, ErrorKind, FieldPermission, Name, PermissionStore, Result, Revision,
    RolePermission, RowFault, StoredRows, UnreadableRow,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IdenStatic, QueryOrder, QueryTrait};

use crate::Database;
use crate::connection::{DatabaseConnection, Named as _};
use crate::entity::permissions::{field, revision, role};
use crate::fault::Failure;
use crate::row::Row;

/// The tables' names, for findings.
const FIELDS: &str = "data_field_permission";
const ROLES: &str = "role_field_permission";

impl PermissionStore for Database {
    fn revision(&self) -> Result<Revision> {
        self.ask("read the revision", read_revision)
    }

    fn field_permissions(&self) -> Result<Vec<FieldPermission>> {
        self.permission_rows()?.into_readable()
    }

    fn permission_rows(&self) -> Result<StoredRows<FieldPermission>> {
        self.ask("read the field permissions", read_permissions)
    }
}

async fn read_revision(db: DatabaseConnection) -> Result<Revision, Failure> {
    let row = revision::Entity::find_by_id(1).one(&db).await?;
    // Without the row no change would be noticed any more, so its absence is not a number.
    let row = row.ok_or_else(|| {
        Error::new(
            ErrorKind::Store,
            format!(
                "table `{}` has lost its row, so that changes cannot be noticed",
                db.table("guard_revision")
            ),
        )
        .with_help("put the row back: id 1, with a revision higher than any before")
    })?;
    Ok(Revision(row.revision))
}

async fn read_permissions(db: DatabaseConnection) -> Result<StoredRows<FieldPermission>, Failure> {
    let backend = db.get_database_backend();
    let fields = field::Entity::find().order_by_asc(field::Column::Id);
    let fields = db.query_all_raw(fields.build(backend)).await?;
    let roles = role::Entity::find().order_by_asc(role::Column::Id);
    let roles = db.query_all_raw(roles.build(backend)).await?;

    let mut read = Reading::default();
    for row in &roles {
        read.role(&Row::numbered(ROLES, row));
    }
    for row in &fields {
        read.field(&Row::numbered(FIELDS, row));
    }
    Ok(read.finish())
}

/// Both tables on their way into one list.
#[derive(Default)]
struct Reading {
    of_field: HashMap<i64, Vec<RoleRow>>,
    /// Role rows that cannot be read, by the field that they are on.
    closing_field: HashMap<i64, Vec<Unlocated>>,
    fields: Vec<FieldPermission>,
    unreadable: Vec<UnreadableRow>,
}

struct RoleRow {
    key: Name,
    tenant: String,
    /// Whether `ai_access_allowed` holds neither yes nor no.
    is_odd: bool,
    permission: RolePermission,
}

impl Reading {
    fn role(&mut self, row: &Row<'_>) {
        let tenant: Option<String> = row.maybe(role::Column::TenantId);
        let role: Option<String> = row.maybe(role::Column::RoleId);
        let field: Option<i64> = row.maybe(role::Column::FieldId);
        let (tenant, role, field) = match (tenant, role, field) {
            (Some(tenant), Some(role), Some(field)) => (tenant, role, field),
            (tenant, role, _) => {
                let column = if tenant.is_none() {
                    role::Column::TenantId
                } else if role.is_none() {
                    role::Column::RoleId
                } else {
                    role::Column::FieldId
                };
                let closing = unreadable(row, column, [tenant, None, None, role]);
                match field {
                    Some(field) => self
                        .closing_field
                        .entry(field)
                        .or_default()
                        .push(Unlocated(closing)),
                    None => self.unreadable.push(closing),
                }
                return;
            }
        };
        let allowed = row.flag(role::Column::AiAccessAllowed);
        let permission = RolePermission {
            role: role.into(),
            access: row.maybe(role::Column::AccessType).unwrap_or_default(),
            ai_access_allowed: allowed.unwrap_or(false),
            // What cannot be read is a condition that is not understood.
            conditions: row
                .maybe::<Option<String>>(role::Column::Conditions)
                .unwrap_or_else(|| Some(RoleRow::UNREADABLE.to_owned())),
            // And this a figure that is none.
            aggregation: row
                .maybe::<Option<String>>(role::Column::AggregationType)
                .unwrap_or_else(|| Some(RoleRow::UNREADABLE.to_owned())),
        };
        let rows = self.of_field.entry(field).or_default();
        rows.push(RoleRow {
            key: row.key().into(),
            tenant,
            is_odd: allowed.is_none(),
            permission,
        });
    }

    fn field(&mut self, row: &Row<'_>) {
        let key: Option<i64> = row.maybe(field::Column::Id);
        let tenant: Option<String> = row.maybe(field::Column::TenantId);
        let entity: Option<String> = row.maybe(field::Column::EntityType);
        let name: Option<String> = row.maybe(field::Column::FieldName);
        let roles = key.and_then(|key| self.of_field.remove(&key));
        let (number, tenant, entity, name) = match (key, tenant, entity, name) {
            (Some(key), Some(tenant), Some(entity), Some(name)) => (key, tenant, entity, name),
            (key, tenant, entity, name) => {
                let column = if key.is_none() {
                    field::Column::Id
                } else if tenant.is_none() {
                    field::Column::TenantId
                } else if entity.is_none() {
                    field::Column::EntityType
                } else {
                    field::Column::FieldName
                };
                self.unreadable
                    .push(unreadable(row, column, [tenant, entity, name, None]));
                return;
            }
        };
        let sensitivity = row.number(field::Column::SensitivityLevel);
        let sensitivity = sensitivity.and_then(|level| i32::try_from(level).ok());
        let pii = row.flag(field::Column::PiiFlag);
        let encryption = row.flag(field::Column::EncryptionRequired);
        let mut field = FieldPermission {
            entity: entity.into(),
            field: name.into(),
            sensitivity: sensitivity.unwrap_or(5),
            pii: pii.unwrap_or(true),
            encryption_required: encryption.unwrap_or(true),
            roles: Vec::new(),
            tenant: tenant.into(),
        };
        let odd = [
            (sensitivity.is_none(), field::Column::SensitivityLevel),
            (pii.is_none(), field::Column::PiiFlag),
            (encryption.is_none(), field::Column::EncryptionRequired),
        ];
        for (_, column) in odd.into_iter().filter(|(is_odd, _)| *is_odd) {
            let names = [&field.tenant, &field.entity, &field.field];
            let [tenant, entity, name] = names.map(|name| Some(name.to_string()));
            self.unreadable
                .push(unreadable(row, column, [tenant, entity, name, None]));
        }
        let mut narrower = Vec::new();
        for row in roles.unwrap_or_default() {
            let common = common_tenant(&field.tenant, &row.tenant);
            if let Some(common) = common.filter(|_| row.is_odd) {
                self.unreadable.push(row.odd(common, &field));
            }
            match common {
                Some(common) if *common == *field.tenant => field.roles.push(row.permission),
                Some(common) => narrower.push(FieldPermission {
                    tenant: common.into(),
                    roles: vec![row.permission],
                    ..field.clone()
                }),
                None => self.unreadable.push(row.closing(&field)),
            }
        }
        let closing = self.closing_field.remove(&number).unwrap_or_default();
        self.unreadable
            .extend(closing.into_iter().map(|row| row.on(&field)));
        self.fields.push(field);
        self.fields.extend(narrower);
    }

    /// Rows of roles that are left point at no field row that can be read: it cannot be known which field
    /// they closed.
    fn finish(mut self) -> StoredRows<FieldPermission> {
        let unlocated = self.closing_field.into_values().flatten();
        self.unreadable.extend(unlocated.map(|Unlocated(row)| row));
        let left = self.of_field.into_values().flatten();
        self.unreadable.extend(left.map(|row| UnreadableRow {
            table: ROLES.into(),
            row: row.key,
            column: role::Column::FieldId.as_str().into(),
            fault: RowFault::Unreadable,
            closes: Closes::Fields {
                tenant: Some(row.tenant.into()),
                entity: None,
                field: None,
                role: Some(row.permission.role),
            },
        }));
        // In one order whatever the map's, so that the same tables have the same digest.
        self.unreadable
            .sort_by(|a, b| (&a.table, &a.row, &a.column).cmp(&(&b.table, &b.row, &b.column)));
        StoredRows {
            readable: self.fields,
            unreadable: self.unreadable,
        }
    }
}

/// A row of which `column` cannot be read: what could be of tenant, entity, field and role.
fn unreadable(
    row: &Row<'_>,
    column: impl ColumnTrait,
    [tenant, entity, field, role]: [Option<String>; 4],
) -> UnreadableRow {
    UnreadableRow {
        table: row.table().into(),
        row: row.key().into(),
        column: column.as_str().into(),
        fault: RowFault::Unreadable,
        closes: Closes::Fields {
            tenant: tenant.map(Name::from),
            entity: entity.map(Name::from),
            field: field.map(Name::from),
            role: role.map(Name::from),
        },
    }
}

impl RoleRow {
    /// No JSON, so it is not understood.
    const UNREADABLE: &'static str = "unreadable";

    /// What a row closes whose tenant is not that of its field: that field, in the row's own tenant. The
    /// foreign key forbids it, but an SQLite shell does not enforce foreign keys, and to leave it out could
    /// widen what the role sees. In another tenant it does nothing.
    fn closing(&self, field: &FieldPermission) -> UnreadableRow {
        let (column, fault) = (role::Column::TenantId, RowFault::TenantMismatch);
        self.closes(column, fault, &self.tenant, field)
    }

    /// What a row closes whose `ai_access_allowed` is not understood: that field in the tenants of both.
    fn odd(&self, common: &str, field: &FieldPermission) -> UnreadableRow {
        let (column, fault) = (role::Column::AiAccessAllowed, RowFault::Unreadable);
        self.closes(column, fault, common, field)
    }

    fn closes(
        &self,
        column: role::Column,
        fault: RowFault,
        tenant: &str,
        field: &FieldPermission,
    ) -> UnreadableRow {
        UnreadableRow {
            table: ROLES.into(),
            row: self.key.clone(),
            column: column.as_str().into(),
            fault,
            closes: Closes::Fields {
                tenant: Some(tenant.into()),
                entity: Some(field.entity.clone()),
                field: Some(field.field.clone()),
                role: Some(self.permission.role.clone()),
            },
        }
    }
}

/// A role's row that cannot be read, before it is known which field it is on.
struct Unlocated(UnreadableRow);

impl Unlocated {
    /// The row closes this field and no other; in the field's tenant where its own cannot be read.
    fn on(self, on: &FieldPermission) -> UnreadableRow {
        let Self(mut row) = self;
        if let Closes::Fields {
            tenant,
            entity,
            field,
            ..
        } = &mut row.closes
        {
            tenant.get_or_insert_with(|| on.tenant.clone());
            *entity = Some(on.entity.clone());
            *field = Some(on.field.clone());
        }
        row
    }
}

/// The tenants that a field's row and a role's row on it both hold in; none where there are none.
fn common_tenant<'a>(field: &'a str, role: &'a str) -> Option<&'a str> {
    match (field, role) {
        (one, EVERY) | (EVERY, one) => Some(one),
        (field, role) => (field == role).then_some(field),
    }
}

/// The tenant of a row that holds in every tenant.
const EVERY: &str = "*";
