//! A small CRM to test against, and short ways to write policies and rows for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use guardrails_core::data::{Access, FieldTable, Mask, PermissionQuery, Permissions};
use guardrails_core::policy::{
    Entity, Expr, ExprKind, Field, FieldClause, FieldSet, Grant, Permission, PiiClass, Policy,
    Sensitivity, Type, WriteScope,
};
use guardrails_core::process::Truth;
use guardrails_core::{FieldPermission, Place, Record, RolePermission};

pub(crate) const QUOTE: &str = "Quote";
pub(crate) const CUSTOMER: &str = "Customer";

fn field(name: &str, ty: Type, sensitivity: u8, pii: Option<PiiClass>) -> Field {
    Field {
        name: name.into(),
        ty,
        optional: false,
        sensitivity: Sensitivity::new(sensitivity).unwrap(),
        pii,
        place: Place::default(),
    }
}

fn entity(name: &str, mut fields: Vec<Field>) -> (Arc<str>, Arc<Entity>) {
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    let entity = Entity {
        name: name.into(),
        doc: String::new(),
        fields,
        place: Place::default(),
    };
    (name.into(), Arc::new(entity))
}

/// `Quote` with a nested `Customer`, which may have a parent, and a list of `Clause`.
pub(crate) fn policy(grants: Vec<Grant>) -> Policy {
    let mut policy = Policy::empty();
    policy.entities = BTreeMap::from([
        entity(
            QUOTE,
            vec![
                field("id", Type::Text, 1, None),
                field("amount", Type::Decimal, 2, None),
                field("cost_price", Type::Decimal, 5, None),
                field("contact_phone", Type::Text, 4, Some(PiiClass::Phone)),
                field("notes", Type::Text, 1, Some(PiiClass::FreeText)),
                field("customer", Type::Entity(CUSTOMER.into()), 1, None),
                field(
                    "clauses",
                    Type::List(Arc::new(Type::Entity("Clause".into()))),
                    1,
                    None,
                ),
            ],
        ),
        entity(
            CUSTOMER,
            vec![
                field("name", Type::Text, 2, Some(PiiClass::Name)),
                field("phone", Type::Text, 3, Some(PiiClass::Phone)),
                field("parent", Type::Entity(CUSTOMER.into()), 1, None),
            ],
        ),
        entity("Clause", vec![field("text", Type::Text, 1, None)]),
    ]);
    policy.grants = grants.into_iter().map(Arc::new).collect();
    policy
}

/// A record of `Quote` with every field, and one that nobody declared.
pub(crate) fn quote() -> Record {
    Record::from_json(
        QUOTE,
        r#"{
            "id": "q-1", "amount": 120000.5, "cost_price": 90000, "contact_phone": "13812345678",
            "notes": "联系人张三，电话13912345678", "internal_flag": "secret",
            "customer": {
                "name": "欧阳娜娜", "phone": "13712345678", "vip": true,
                "parent": {"name": "司马相如", "phone": "13612345678"}
            },
            "clauses": [{"text": "自动续约"}, {"text": "保密", "author": "王五"}]
        }"#,
    )
    .unwrap()
}

/// A grant with no scope in every context.
pub(crate) fn grant(role: &str, clauses: Vec<FieldClause>) -> Grant {
    Grant {
        role: role.into(),
        entity: QUOTE.into(),
        contexts: Vec::new(),
        scope: None,
        clauses,
        place: Place::default(),
    }
}

pub(crate) fn clause(fields: FieldSet, permission: Permission) -> FieldClause {
    FieldClause {
        fields,
        permission,
        when: None,
        place: Place::default(),
    }
}

pub(crate) fn named(fields: &[&str]) -> FieldSet {
    FieldSet::Named(fields.iter().map(|field| (*field).into()).collect())
}

pub(crate) fn all_except(fields: &[&str]) -> FieldSet {
    FieldSet::AllExcept(fields.iter().map(|field| (*field).into()).collect())
}

pub(crate) fn read(fields: &[&str]) -> FieldClause {
    clause(named(fields), Permission::Read)
}

pub(crate) fn write(fields: &[&str]) -> FieldClause {
    clause(named(fields), Permission::Write(WriteScope::Within))
}

pub(crate) fn hide(fields: &[&str]) -> FieldClause {
    clause(named(fields), Permission::Hide)
}

pub(crate) fn mask(fields: &[&str], mask: Mask) -> FieldClause {
    clause(named(fields), Permission::Mask(mask))
}

/// A condition with a name, whose truth the test decides.
pub(crate) fn condition(name: &str) -> Expr {
    Expr::new(ExprKind::HasRole(name.into()), Place::default())
}

pub(crate) fn when(mut clause: FieldClause, name: &str) -> FieldClause {
    clause.when = Some(condition(name));
    clause
}

pub(crate) fn scoped(mut grant: Grant, name: &str) -> Grant {
    grant.scope = Some(condition(name));
    grant
}

/// A row of each table, for tenant `acme`.
pub(crate) fn row(entity: &str, field: &str, role: &str, access: &str) -> FieldPermission {
    FieldPermission {
        tenant: "acme".into(),
        entity: entity.into(),
        field: field.into(),
        sensitivity: 1,
        pii: false,
        encryption_required: false,
        roles: vec![RolePermission {
            role: role.into(),
            access: access.to_owned(),
            ai_access_allowed: true,
            conditions: None,
            aggregation: None,
        }],
    }
}

pub(crate) fn conditioned(mut row: FieldPermission, conditions: &str) -> FieldPermission {
    row.roles[0].conditions = Some(conditions.to_owned());
    row
}

pub(crate) fn closed_to_ai(mut row: FieldPermission) -> FieldPermission {
    row.roles[0].ai_access_allowed = false;
    row
}

/// What role `R`, context `sales`, tenant `acme` gets.
pub(crate) fn permissions(policy: &Policy, rows: &[FieldPermission]) -> Permissions {
    permissions_of(policy, rows, &["R"], &[])
}

pub(crate) fn permissions_of(
    policy: &Policy,
    rows: &[FieldPermission],
    roles: &[&str],
    inherited: &[&str],
) -> Permissions {
    let names = |roles: &[&str]| roles.iter().map(|role| (*role).into()).collect::<Vec<_>>();
    Permissions::resolve(&PermissionQuery {
        policy,
        rows,
        tenant: "acme",
        roles: &names(roles),
        inherited: &names(inherited),
        entity: QUOTE,
        context: "sales",
    })
}

/// The table where each named condition has its truth; the others are unknown.
pub(crate) fn table(permissions: &Permissions, truths: &[(&str, Truth)]) -> Arc<FieldTable> {
    let truths: Vec<Truth> = permissions
        .conditions()
        .iter()
        .map(|condition| match &condition.kind {
            ExprKind::HasRole(name) => truths
                .iter()
                .find_map(|(have, truth)| (**have == **name).then_some(*truth))
                .unwrap_or(Truth::Unknown),
            _ => Truth::Unknown,
        })
        .collect();
    Arc::new(permissions.table(&truths))
}

pub(crate) fn only(policy: &Policy, rows: &[FieldPermission]) -> Arc<FieldTable> {
    table(&permissions(policy, rows), &[])
}

pub(crate) fn access(table: &FieldTable, field: &str) -> Access {
    table.row(field).unwrap().access().clone()
}
