//! Each kind of name that nothing knows is told with the nearest that is known, and sound tables are
//! told nothing about.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::*;
use crate::policy::{
    Entity, Field, FieldClause, FieldSet, Grant, Origin, Permission, Sensitivity, Skill,
    SkillStatus, Type, Verb,
};
use crate::stored_rows::{FieldPermission, RoleLine, RolePermission, SkillStatusRow};
use crate::value::Name;

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        ty,
        optional: true,
        sensitivity: Sensitivity::PUBLIC,
        pii: None,
        place: Place::default(),
    }
}

fn entity(name: &str, mut fields: Vec<Field>) -> (Name, Arc<Entity>) {
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    let entity = Entity {
        name: name.into(),
        doc: String::new(),
        fields,
        place: Place::default(),
    };
    (name.into(), Arc::new(entity))
}

fn policy() -> Policy {
    let mut policy = Policy::empty();
    policy.entities = BTreeMap::from([
        entity(
            "Quote",
            vec![
                field("phone", Type::Text),
                field("customer", Type::Entity("Customer".into())),
            ],
        ),
        entity("Customer", vec![field("city", Type::Text)]),
        entity("Idle", vec![field("x", Type::Text)]),
    ]);
    let skill = Skill {
        origin: Origin {
            name: "quote.read".into(),
            place: Place::default(),
        },
        title: String::new(),
        verb: Verb::Read,
        entities: vec!["Quote".into()],
        impact: 1,
        allow: vec!["SALES_REP".into()],
        models: Vec::new(),
        limits: Vec::new(),
        budgets: Vec::new(),
        status: SkillStatus::Active,
    };
    policy.skills = BTreeMap::from([("quote.read".into(), Arc::new(skill))]);
    policy.grants = vec![Arc::new(Grant {
        role: "FINANCE".into(),
        entity: "Quote".into(),
        contexts: vec!["sales_copilot".into()],
        scope: None,
        clauses: vec![FieldClause {
            fields: FieldSet::AllExcept(Vec::new()),
            permission: Permission::Read,
            when: None,
            place: Place::default(),
        }],
        place: Place::default(),
    })];
    policy
}

fn row(tenant: &str, entity: &str, field: &str, role: &str, access: &str) -> FieldPermission {
    FieldPermission {
        tenant: tenant.into(),
        entity: entity.into(),
        field: field.into(),
        sensitivity: 3,
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

fn conditioned(conditions: &str) -> FieldPermission {
    let mut row = row("acme", "Quote", "phone", "SALES_REP", "HIDDEN");
    row.roles[0].conditions = Some(conditions.to_owned());
    row
}

fn line(text: &str) -> RoleLine {
    let mut cells = text.split(", ").map(str::to_owned);
    RoleLine {
        kind: cells.next().unwrap(),
        values: cells.collect(),
    }
}

fn status(skill: &str) -> SkillStatusRow {
    SkillStatusRow {
        tenant: "acme".into(),
        skill: skill.into(),
        status: SkillStatus::Suspended,
    }
}

/// Code, and the name that was likely meant.
fn found(tables: &AccessTables) -> Vec<(&'static str, String)> {
    let findings = check_tables(&policy(), tables, &BTreeSet::new());
    let meant = |finding: &Diagnostic| {
        let texts = [&finding.help]
            .into_iter()
            .chain(finding.notes.iter().map(|note| &note.message));
        let text = texts
            .map(ToString::to_string)
            .find(|text| text.starts_with("did you mean"));
        text.map_or_else(String::new, |text| {
            text.split('`').nth(1).unwrap().to_owned()
        })
    };
    findings
        .iter()
        .map(|finding| (finding.code, meant(finding)))
        .collect()
}

fn of_rows(rows: Vec<FieldPermission>) -> Vec<(&'static str, String)> {
    found(&AccessTables {
        field_permissions: rows,
        ..AccessTables::default()
    })
}

fn of_lines(lines: &[&str]) -> Vec<(&'static str, String)> {
    found(&AccessTables {
        role_lines: lines.iter().map(|text| line(text)).collect(),
        ..AccessTables::default()
    })
}

fn one(code: &'static str, meant: &str) -> Vec<(&'static str, String)> {
    vec![(code, meant.to_owned())]
}

#[test]
fn sound_tables_have_no_findings() {
    let tables = AccessTables {
        field_permissions: vec![
            row("acme", "Quote", "phone", "SALES_REP", "MASKED"),
            row("*", "Quote", "customer.city", "经理", "READ"),
            row("globex", "Customer", "city", "FINANCE", "AGGREGATED"),
            conditioned(r#"{"ai_context": "sales_copilot", "record": {"phone": "1"}}"#),
        ],
        role_lines: [
            "g, 经理, SALES_REP, acme",
            "p, 经理, *, quote.read, use, allow",
        ]
        .map(line)
        .to_vec(),
        skill_statuses: vec![status("quote.read"), status("*")],
        ..AccessTables::default()
    };
    assert_eq!(found(&tables), []);
}

#[test]
fn misspelt_names_of_rows() {
    let cases = [
        (
            row("acme", "Qoute", "phone", "SALES_REP", "READ"),
            "G0716",
            "Quote",
        ),
        (row("acme", "Idle", "x", "SALES_REP", "READ"), "G0716", ""),
        (
            row("acme", "Quote", "phnoe", "SALES_REP", "READ"),
            "G0717",
            "phone",
        ),
        (
            row("acme", "Quote", "Phone", "SALES_REP", "READ"),
            "G0717",
            "phone",
        ),
        (
            row("acme", "Quote", "customer.ctiy", "SALES_REP", "READ"),
            "G0717",
            "city",
        ),
        (
            row("acme", "Quote", "phone.area", "SALES_REP", "READ"),
            "G0717",
            "",
        ),
        (
            row("acme", "Quote", "customer.", "SALES_REP", "READ"),
            "G0720",
            "",
        ),
        (
            row("acme", "Quote", "phone", "SALES_RPE", "READ"),
            "G0713",
            "SALES_REP",
        ),
        (
            row("acme", "Quote", "phone", "SALES_REP", "Hidden"),
            "G0720",
            "HIDDEN",
        ),
        (
            row("acm*", "Quote", "phone", "SALES_REP", "READ"),
            "G0715",
            "",
        ),
        (
            row(" acme", "Quote", "phone", "SALES_REP", "READ"),
            "G0715",
            "",
        ),
        (
            conditioned(r#"{"ai_context": "sales_copliot"}"#),
            "G0718",
            "sales_copilot",
        ),
        (conditioned(r#"{"record": {"phnoe": "1"}}"#), "G0719", ""),
    ];
    for (row, code, meant) in cases {
        assert_eq!(of_rows(vec![row.clone()]), one(code, meant), "{row:?}");
    }
    let mut odd = row("acme", "Quote", "phone", "SALES_REP", "READ");
    odd.sensitivity = 9;
    assert_eq!(of_rows(vec![odd]), one("G0720", ""));
    let figures = |access: &str, aggregation: &str| {
        let mut row = row("acme", "Quote", "phone", "SALES_REP", access);
        row.roles[0].aggregation = Some(aggregation.to_owned());
        of_rows(vec![row])
    };
    assert_eq!(figures("AGGREGATED", "AVG"), []);
    assert_eq!(figures("AGGREGATED", "COUNTS"), one("G0720", "COUNT"));
    assert_eq!(figures("AGGREGATED", "COUNT, median"), one("G0720", ""));
    assert_eq!(figures("MASKED", "median"), []);
    let row = |tenant| row(tenant, "Quote", "phone", "SALES_REP", "READ");
    let rows = vec![row("acme"), row("acme"), row("amce"), row("globex")];
    assert_eq!(of_rows(rows), one("G0715", "acme"));
}

#[test]
fn misspelt_names_of_lines() {
    let cases: [(&[&str], &str, &str); 7] = [
        (&["g, u-17, SALES_REP, acme"], "G0714", ""),
        (&["g, SALES_RPE, FINANCE, acme"], "G0714", "SALES_REP"),
        (&["g, SALES_REP, FINANEC, acme"], "G0713", "FINANCE"),
        (
            &["p, SALES_RPE, acme, quote.read, use, deny"],
            "G0713",
            "SALES_REP",
        ),
        (
            &["p, SALES_RPE, acme, quote.read, use, allow"],
            "G0713",
            "SALES_REP",
        ),
        (
            &["p, SALES_REP, acme, qoute.read, use, deny"],
            "G0710",
            "quote.read",
        ),
        (&["p, SALES_REP, acme*, quote.read, use, deny"], "G0709", ""),
    ];
    for (lines, code, meant) in cases {
        assert_eq!(of_lines(lines), one(code, meant), "{lines:?}");
    }
    assert_eq!(of_lines(&["p, AUDITOR, acme, quote.read, use, allow"]), []);
    let tables = AccessTables {
        skill_statuses: vec![status("qoute.read")],
        ..AccessTables::default()
    };
    assert_eq!(found(&tables), one("G0710", "quote.read"));
}

#[test]
fn an_unreadable_row_is_told_with_what_it_closes() {
    let tables = AccessTables {
        unreadable: vec![UnreadableRow {
            table: "role_field_permission".into(),
            row: "7".into(),
            column: "role_id".into(),
            fault: RowFault::Unreadable,
            closes: Closes::Fields {
                tenant: Some("acme".into()),
                entity: None,
                field: None,
                role: None,
            },
        }],
        ..AccessTables::default()
    };
    let findings = check_tables(&policy(), &tables, &BTreeSet::new());
    assert_eq!(findings[0].code, "G0721");
    assert!(
        findings[0].help.contains("in tenant `acme`"),
        "{}",
        findings[0].help
    );
}

#[test]
fn what_conditions_compare_with_is_not_shown() {
    let tables = AccessTables {
        field_permissions: vec![conditioned(
            r#"{"record": {"phone": {"lt": "13812345678"}}}"#,
        )],
        ..AccessTables::default()
    };
    let findings = check_tables(&policy(), &tables, &BTreeSet::new());
    assert_eq!(findings[0].code, "G0719");
    assert!(!format!("{findings:?}").contains("138"));
}

#[test]
fn a_hundred_findings_are_listed_and_the_rest_counted() {
    let rows = (0..150).map(|n| row("acme", "Quote", &format!("f{n:03}xyz"), "SALES_REP", "READ"));
    let found = of_rows(rows.collect());
    assert_eq!(found.len(), 101);
    assert_eq!(found[100].0, "G0712");
}

#[test]
fn a_tenant_that_is_near_one_used_more_often_is_told_wherever_it_stands() {
    let use_of = |tenant: &str, kind: usize| {
        let mut tables = AccessTables::default();
        match kind {
            0 => tables
                .field_permissions
                .push(row(tenant, "Quote", "phone", "SALES_REP", "READ")),
            1 => tables
                .role_lines
                .push(line(&format!("p, SALES_REP, {tenant}, *, use, deny"))),
            2 => tables
                .role_lines
                .push(line(&format!("g, FINANCE, SALES_REP, {tenant}"))),
            _ => tables.skill_statuses.push(SkillStatusRow {
                tenant: tenant.into(),
                ..status("quote.read")
            }),
        }
        tables
    };
    let add = |into: &mut AccessTables, more: AccessTables| {
        into.field_permissions.extend(more.field_permissions);
        into.role_lines.extend(more.role_lines);
        into.skill_statuses.extend(more.skill_statuses);
    };
    for odd in 0..4 {
        for first in 0..4 {
            for second in 0..4 {
                let mut tables = use_of("acm", odd);
                add(&mut tables, use_of("acme", first));
                assert_eq!(found(&tables), [], "{odd} {first}: used as often");
                add(&mut tables, use_of("acme", second));
                let case = format!("{odd} {first} {second}");
                assert_eq!(found(&tables), one("G0715", "acme"), "{case}");
                add(&mut tables, use_of("acm", second));
                assert_eq!(found(&tables), [], "{case}: used as often");
                add(&mut tables, use_of("acme", first));
                assert_eq!(found(&tables), one("G0715", "acme"), "{case}, twice");
            }
        }
    }
}

/// One misspelt row alone, and the right tenant known from operations.
#[test]
fn a_tenant_of_no_operation_that_is_near_one_of_operations_is_told() {
    let found = |tenant: &str, in_use: &[&str]| {
        let mut tables = AccessTables::default();
        let row = row(tenant, "Quote", "phone", "SALES_REP", "READ");
        tables.field_permissions.push(row);
        let in_use = in_use.iter().map(|&tenant| tenant.into()).collect();
        let found = check_tables(&policy(), &tables, &in_use);
        let told = |found: &Diagnostic| (found.code, found.help.to_string());
        found.iter().map(told).collect::<Vec<_>>()
    };
    for tenant in ["acme_", "acm", "Acme", "amce"] {
        let named = vec![("G0715", "did you mean `acme`?".to_owned())];
        assert_eq!(found(tenant, &["globex", "acme"]), named, "{tenant}");
        assert_eq!(found(tenant, &["globex"]), [], "{tenant}: resembles none");
        assert_eq!(found(tenant, &[]), [], "{tenant}: nobody has asked yet");
        assert_eq!(found(tenant, &[tenant, "acme"]), [], "{tenant}: is in use");
    }
    for tenant in ["initech", "shop-2", "us", "*"] {
        assert_eq!(found(tenant, &["acme", "shop-1", "uk"]), [], "{tenant}");
    }
}

#[test]
fn numbered_and_short_tenants_are_not_held_against_each_other() {
    let rows = |tenants: &[&str]| {
        let rows = tenants.iter();
        of_rows(
            rows.map(|one| row(one, "Quote", "phone", "SALES_REP", "READ"))
                .collect(),
        )
    };
    for (few, many) in [
        ("shop-1", "shop-2"),
        ("shop9", "shop10"),
        ("uk", "us"),
        ("7", "8"),
    ] {
        assert_eq!(rows(&[few, many, many, many]), [], "{few} {many}");
    }
    for (few, many) in [
        ("shpo-1", "shop-1"),
        ("shop-1", "shop"),
        ("Acme", "acme"),
        ("abc", "abd"),
    ] {
        assert_eq!(rows(&[few, many, many]), one("G0715", many), "{few} {many}");
    }
}

#[test]
fn a_row_of_two_tenants_has_a_sentence_of_its_own() {
    let tables = AccessTables {
        unreadable: vec![UnreadableRow {
            table: "role_field_permission".into(),
            row: "7".into(),
            column: "tenant_id".into(),
            fault: RowFault::TenantMismatch,
            closes: Closes::Fields {
                tenant: Some("acme".into()),
                entity: Some("Quote".into()),
                field: Some("phone".into()),
                role: Some("SALES_REP".into()),
            },
        }],
        ..AccessTables::default()
    };
    let findings = check_tables(&policy(), &tables, &BTreeSet::new());
    assert_eq!(findings[0].code, "G0721");
    assert_eq!(
        findings[0].message.to_string(),
        "row `7` applies in no tenant: column `tenant_id` and the row of its field name different tenants"
    );
}
