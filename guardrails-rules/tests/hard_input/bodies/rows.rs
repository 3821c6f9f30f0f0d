//! Rows of the permission tables, their conditions, and role lines, from lines of text.
//!
//! A line with tabs is a permission row: tenant, entity, field, role, access (with the figures behind a
//! slash), conditions. Any other line
//! is a role line, its cells between commas.

use guardrails_core::data::{FieldTable, PermissionQuery, Permissions};
use guardrails_core::policy::Policy;
use guardrails_core::process::Truth;
use guardrails_core::{AccessTables, FieldPermission, Name, RoleLine, RolePermission};
use guardrails_rules::{Bundle, SourceFile, compile};

const POLICY: &str = r#"guard 1
package rows

entity Deal {
    id     : text
    stage  : enum { OPEN, WON }
    amount : money(CNY)
    closed : date?
    buyer  : Buyer
    notes  : [Buyer]
}
entity Buyer { name : text  phone : text  boss : Buyer? }

grant REP on Deal for ai "sales" where stage == OPEN {
    write id, stage, amount, buyer
    read  notes
    mask  closed
}
grant LEAD on Deal { read * }

skill deal.read { title "Read" does read on Deal impact 1 allow REP, LEAD }
"#;

/// Rows and lines of one text.
pub(super) struct Rows {
    policy: Policy,
    pub(super) tables: AccessTables,
}

impl Rows {
    pub(super) fn decoded(text: &str) -> Self {
        let bundle = Bundle::from_files(vec![SourceFile::new("rows.guard", POLICY)]).unwrap();
        let mut tables = AccessTables::default();
        for line in text.lines().take(64) {
            match line.contains('\t') {
                true => tables.field_permissions.push(row(line)),
                false => tables.role_lines.push(role_line(line)),
            }
        }
        Self {
            policy: compile(&bundle).policy.unwrap(),
            tables,
        }
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What both roles together see of a deal with these rows, where conditions come out like this.
    pub(super) fn table(&self, rows: &[FieldPermission], truth: Truth) -> FieldTable {
        let roles: [Name; 2] = ["LEAD".into(), "REP".into()];
        let permissions = Permissions::resolve(&PermissionQuery {
            policy: &self.policy,
            rows,
            tenant: "acme",
            roles: &roles,
            inherited: &[],
            entity: "Deal",
            context: "sales",
        });
        permissions.table(&vec![truth; permissions.conditions().len()])
    }
}

fn row(line: &str) -> FieldPermission {
    let mut cells = line.splitn(6, '\t');
    let mut cell = || cells.next().unwrap_or_default();
    let (tenant, entity, field) = (cell().into(), cell().into(), cell().into());
    let role = cell().into();
    let access = cell();
    let (access, aggregation) = match access.split_once('/') {
        Some((access, aggregation)) => (access, Some(aggregation)),
        None => (access, None),
    };
    FieldPermission {
        tenant,
        entity,
        field,
        sensitivity: i32::try_from(line.len()).unwrap_or(0) % 7,
        pii: line.len().is_multiple_of(2),
        encryption_required: false,
        roles: vec![RolePermission {
            role,
            access: access.to_owned(),
            ai_access_allowed: !line.len().is_multiple_of(11),
            conditions: Some(cell().to_owned()),
            aggregation: aggregation.map(str::to_owned),
        }],
    }
}

fn role_line(line: &str) -> RoleLine {
    let mut cells = line.split(',').map(|cell| cell.trim().to_owned());
    RoleLine {
        kind: cells.next().unwrap_or_default(),
        values: cells.take(7).collect(),
    }
}
