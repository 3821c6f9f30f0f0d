//! The field-permission tables.

use guardrails_core::{
    FieldPermission, PermissionStore, RoleLine, RolePermission, RoleStore, SkillStatusRow,
    SkillStore,
};

use super::place::{Place, Server};

fn field(tenant: &str, field: &str) -> String {
    format!(
        "INSERT INTO data_field_permission \
         (tenant_id, entity_type, field_name, sensitivity_level, pii_flag, encryption_required) \
         VALUES ('{tenant}', 'Quote', '{field}', 4, TRUE, FALSE)"
    )
}

fn role(tenant: &str, field: &str, role: &str) -> String {
    format!(
        "INSERT INTO role_field_permission \
         (tenant_id, role_id, field_id, access_type, ai_access_allowed, conditions) \
         SELECT '{tenant}', '{role}', id, 'MASKED', TRUE, '{{\"ai_context\": \"sales_copilot\"}}' \
         FROM data_field_permission WHERE field_name = '{field}'"
    )
}

pub fn reads_both_tables(place: &Place) {
    let store = place.open();
    place.sql(&field("acme", "成本价"));
    place.sql(&field("acme", "phone"));
    place.sql(&role("acme", "成本价", "SALES_REP"));
    let all = store.field_permissions().unwrap();
    let expected = FieldPermission {
        tenant: "acme".into(),
        entity: "Quote".into(),
        field: "成本价".into(),
        sensitivity: 4,
        pii: true,
        encryption_required: false,
        roles: vec![RolePermission {
            role: "SALES_REP".into(),
            access: "MASKED".to_owned(),
            ai_access_allowed: true,
            conditions: Some("{\"ai_context\": \"sales_copilot\"}".to_owned()),
        }],
    };
    assert_eq!(all[0], expected);
    assert_eq!((&*all[1].field, all[1].roles.len()), ("phone", 0));
}

pub fn every_change_raises_the_revision(place: &Place) {
    let store = place.open();
    let second = place.open();
    let mut last = store.revision().unwrap();
    let mut raised = |what: &str| {
        let now = second.revision().unwrap();
        assert!(now > last, "{what} did not raise the revision");
        last = now;
    };
    for (table, insert) in [
        ("data_field_permission", field("acme", "cost")),
        ("role_field_permission", role("acme", "cost", "SALES_REP")),
        (
            "guard_casbin_rule",
            "INSERT INTO guard_casbin_rule (ptype, v0) VALUES ('p', 'x')".to_owned(),
        ),
        (
            "guard_ai_skill_status",
            "INSERT INTO guard_ai_skill_status VALUES ('acme', 's', 'active')".to_owned(),
        ),
    ] {
        place.sql(&insert);
        raised(&insert);
        let update = match table {
            "guard_casbin_rule" => "UPDATE guard_casbin_rule SET v1 = 'y'",
            "guard_ai_skill_status" => "UPDATE guard_ai_skill_status SET status = 'retired'",
            "role_field_permission" => "UPDATE role_field_permission SET access_type = 'HIDDEN'",
            _ => "UPDATE data_field_permission SET sensitivity_level = 5",
        };
        place.sql(update);
        raised(update);
    }
    for table in [
        "role_field_permission",
        "data_field_permission",
        "guard_casbin_rule",
        "guard_ai_skill_status",
    ] {
        place.sql(&format!("DELETE FROM {table}"));
        raised(table);
    }
    if place.server == Server::Postgres {
        place.sql("TRUNCATE guard_casbin_rule");
        raised("TRUNCATE");
    }
    let line = RoleLine {
        kind: "g".to_owned(),
        values: vec!["a".to_owned()],
    };
    store.add_role_lines(std::slice::from_ref(&line)).unwrap();
    raised("adding a role line");
    store.add_role_lines(&[line]).unwrap();
    assert_eq!(second.revision().unwrap(), last, "nothing was changed");
    let mut raised = |what: &str| {
        let now = second.revision().unwrap();
        assert!(now > last, "{what} did not raise the revision");
        last = now;
    };
    store
        .set_skill_status(&SkillStatusRow {
            tenant: "*".into(),
            skill: "quote.draft".into(),
            status: guardrails_core::policy::SkillStatus::Suspended,
        })
        .unwrap();
    raised("setting a status");
}

pub fn a_role_row_of_another_tenant_is_refused(place: &Place) {
    let store = place.open();
    place.sql(&field("acme", "cost"));
    assert!(place.try_sql(&role("globex", "cost", "SALES_REP")).is_err());
    if place.server == Server::Sqlite {
        // Its shell does not enforce foreign keys unless told to.
        let insert = role("globex", "cost", "SALES_REP");
        place.sql(&format!("PRAGMA foreign_keys = OFF; {insert}"));
        let hidden = &store.field_permissions().unwrap()[0].roles[0];
        assert_eq!(hidden.access, "HIDDEN");
        assert!(!hidden.ai_access_allowed);
    }
}

pub fn names_differ_by_case_and_by_trailing_space(place: &Place) {
    let store = place.open();
    for tenant in ["acme", "ACME", "acme ", "Acmé"] {
        place.sql(&field(tenant, "cost"));
    }
    let tenants: Vec<_> = store
        .field_permissions()
        .unwrap()
        .into_iter()
        .map(|row| row.tenant.to_string())
        .collect();
    assert_eq!(tenants, ["acme", "ACME", "acme ", "Acmé"]);
}
