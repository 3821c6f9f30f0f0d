//! The field-permission tables.

use guardrails_core::{
    AccessTables, Closes, ErrorKind, FieldPermission, PermissionStore, RoleLine, RolePermission,
    RoleStore, SkillStatusRow, SkillStore,
};

use super::place::{Home, Place, Server};

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
            aggregation: None,
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
        let rows = store.permission_rows().unwrap();
        assert!(rows.readable[0].roles.is_empty());
        assert_eq!(
            closes(&rows.unreadable[0].closes),
            [
                Some("globex"),
                Some("Quote"),
                Some("cost"),
                Some("SALES_REP")
            ]
        );
    }
}

/// `*` means every tenant in both tables: a role's row holds in the tenants that its field's row holds in as
/// well, and acts in no other.
pub fn a_role_row_holds_where_its_field_row_does(place: &Place) {
    if place.server != Server::Sqlite {
        return;
    }
    let store = place.open();
    for (of_field, of_role, holds_in) in [
        ("*", "*", Some("*")),
        ("*", "acme", Some("acme")),
        ("acme", "*", Some("acme")),
        ("acme", "acme", Some("acme")),
        ("globex", "acme", None),
        ("acme", "Acme", None),
    ] {
        place.sql("DELETE FROM role_field_permission");
        place.sql("DELETE FROM data_field_permission");
        place.sql(&field(of_field, "cost"));
        let insert = role(of_role, "cost", "SALES_REP");
        place.sql(&format!("PRAGMA foreign_keys = OFF; {insert}"));
        let rows = store.permission_rows().unwrap();
        let with_role = rows.readable.iter().filter(|row| !row.roles.is_empty());
        let tenants: Vec<&str> = with_role.map(|row| &*row.tenant).collect();
        assert_eq!(tenants, Vec::from_iter(holds_in), "{of_field} {of_role}");
        assert_eq!(&*rows.readable[0].tenant, of_field);
        let closed = rows.unreadable.iter().map(|row| closes(&row.closes)[0]);
        let own = holds_in.is_none().then_some(Some(of_role));
        assert!(closed.eq(own), "{of_field} {of_role}: {rows:?}");
    }
}

fn row(tenant: &str, field: &str) -> FieldPermission {
    FieldPermission {
        tenant: tenant.into(),
        entity: "Quote".into(),
        field: field.into(),
        sensitivity: 4,
        pii: true,
        encryption_required: false,
        roles: vec![RolePermission {
            role: "SALES_REP".into(),
            access: "MASKED".to_owned(),
            ai_access_allowed: true,
            conditions: Some("{\"ai_context\": \"sales_copilot\"}".to_owned()),
            aggregation: None,
        }],
    }
}

/// Rows come back as they were put in, in that order, and raise the revision.
pub fn rows_are_kept_for_their_tenant(home: &impl Home) {
    let store = home.open();
    let rows = [
        row("globex", "phone"),
        row("acme", "成本价"),
        row("acme", "amount"),
    ];
    for row in &rows {
        let before = store.revision().unwrap();
        home.put(row);
        assert!(store.revision().unwrap() > before);
    }
    assert_eq!(store.field_permissions().unwrap(), rows);
}

pub fn names_differ_by_case_and_accent(home: &impl Home) {
    tenants_stay_apart(home, &["acme", "ACME", "Acmé"]);
}

/// An administrator's own tools may write what the guard refuses to.
pub fn names_differ_by_trailing_space(place: &Place) {
    tenants_stay_apart(place, &["acme", "acme "]);
}

fn tenants_stay_apart(home: &impl Home, names: &[&str]) {
    let store = home.open();
    for tenant in names {
        home.put(&row(tenant, "cost"));
    }
    let tenants: Vec<_> = store
        .field_permissions()
        .unwrap()
        .into_iter()
        .map(|row| row.tenant.to_string())
        .collect();
    assert_eq!(tenants, names);
}

/// What rows close: tenant, entity, field, role; tenant, skill.
fn closes(parts: &Closes) -> Vec<Option<&str>> {
    let all = match parts {
        Closes::Fields {
            tenant,
            entity,
            field,
            role,
        } => vec![tenant, entity, field, role],
        Closes::Skills { tenant, skill } => vec![tenant, skill],
    };
    all.into_iter().map(Option::as_deref).collect()
}

/// SQLite alone keeps values of any type in any column.
pub fn rows_that_cannot_be_read_are_handed_over_as_such(place: &Place) {
    if place.server != Server::Sqlite {
        return;
    }
    let store = place.open();
    place.sql(&field("acme", "cost"));
    place.sql(&role("acme", "cost", "SALES_REP"));
    let odd_field = |tenant: &str, entity: &str, field: &str| {
        place.sql(&format!(
            "INSERT INTO data_field_permission \
             (tenant_id, entity_type, field_name, sensitivity_level, pii_flag, encryption_required) \
             VALUES ({tenant}, {entity}, {field}, 1, FALSE, FALSE)"
        ));
    };
    odd_field("x'ff'", "'Quote'", "'cost'");
    odd_field("'acme'", "x'ff'", "'cost'");
    odd_field("'acme'", "'Quote'", "x'ff'");
    let odd_role = |role: &str, field: &str| {
        place.sql(&format!(
            "PRAGMA foreign_keys = OFF; INSERT INTO role_field_permission \
             (tenant_id, role_id, field_id, access_type, ai_access_allowed, conditions) \
             VALUES ('acme', {role}, {field}, 'READ', TRUE, NULL)"
        ));
    };
    odd_role("x'ff'", "1");
    odd_role("'FINANCE'", "'no number'");
    odd_role("'FINANCE'", "4711");
    let rows = store.permission_rows().unwrap();
    assert_eq!(rows.readable.len(), 1, "{rows:?}");
    assert_eq!(rows.readable[0].roles.len(), 1);
    let found: Vec<(&str, Vec<Option<&str>>)> = rows
        .unreadable
        .iter()
        .map(|row| (&*row.column, closes(&row.closes)))
        .collect();
    let (acme, quote, cost) = (Some("acme"), Some("Quote"), Some("cost"));
    assert_eq!(
        found,
        [
            ("tenant_id", vec![None, quote, cost, None]),
            ("entity_type", vec![acme, None, cost, None]),
            ("field_name", vec![acme, quote, None, None]),
            ("role_id", vec![acme, quote, cost, None]),
            ("field_id", vec![acme, None, None, Some("FINANCE")]),
            ("field_id", vec![acme, None, None, Some("FINANCE")]),
        ]
    );
    assert_eq!(
        store.field_permissions().unwrap_err().kind(),
        ErrorKind::Store
    );

    place.sql("INSERT INTO guard_casbin_rule (ptype, v0, v1) VALUES ('p', x'ff', 'acme')");
    assert_eq!(
        store.role_lines().unwrap()[0].values,
        [RoleLine::UNREADABLE, "acme"]
    );

    place.sql(
        "INSERT INTO guard_ai_skill_status VALUES ('acme', x'ff', 'active'), ('acme', 's', x'ff')",
    );
    let rows = store.status_rows().unwrap();
    assert_eq!(rows.readable, []);
    let mut closing: Vec<_> = rows
        .unreadable
        .iter()
        .map(|row| closes(&row.closes))
        .collect();
    closing.sort();
    assert_eq!(closing, [[acme, None], [acme, Some("s")]]);
    assert_eq!(store.skill_statuses().unwrap_err().kind(), ErrorKind::Store);

    let tables = AccessTables::read(&*store).unwrap();
    assert_eq!(tables.unreadable.len(), 8);
}

/// An administrator who changes a column's type makes each of its rows unreadable, on any server.
pub fn columns_of_another_type_close_their_rows(place: &Place) {
    let store = place.open();
    place.sql(&field("acme", "cost"));
    let alter = match place.server {
        Server::Sqlite => "UPDATE data_field_permission SET field_name = CAST('cost' AS BLOB)",
        Server::Postgres => {
            "ALTER TABLE data_field_permission ALTER COLUMN field_name \
             TYPE bytea USING field_name::bytea"
        }
        Server::Mysql => "ALTER TABLE data_field_permission MODIFY field_name VARBINARY(255)",
    };
    place.sql(alter);
    if place.server == Server::Mysql {
        place.sql("UPDATE data_field_permission SET field_name = x'ff'");
    }
    let rows = store.permission_rows().unwrap();
    assert_eq!(rows.readable, []);
    assert_eq!(
        closes(&rows.unreadable[0].closes),
        [Some("acme"), Some("Quote"), None, None]
    );
}

/// A number that is neither 0 nor 1 is no truth value on any server, and a sensitivity that is no number
/// none: the row closes its field, and is reported.
pub fn values_that_are_not_understood_close_their_row(place: &Place) {
    // Opened before each change, since a database whose columns have other types is refused.
    for (table, columns) in [
        (
            "data_field_permission",
            &["pii_flag", "encryption_required"][..],
        ),
        ("role_field_permission", &["ai_access_allowed"]),
    ] {
        for column in columns {
            let store = place.open();
            place.sql("DELETE FROM role_field_permission");
            place.sql("DELETE FROM data_field_permission");
            place.sql(&field("acme", "cost"));
            place.sql(&role("acme", "cost", "SALES_REP"));
            if place.server == Server::Postgres {
                place.sql(&format!(
                    "ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT, \
                     ALTER COLUMN {column} TYPE integer USING {column}::integer"
                ));
            }
            // The widest number that MariaDB's column takes.
            let large = match place.server {
                Server::Mysql => "127",
                _ => "256",
            };
            for (value, understood) in [
                ("2", None),
                ("-1", None),
                (large, None),
                ("1", Some(true)),
                ("0", Some(false)),
            ] {
                place.sql(&format!("UPDATE {table} SET {column} = {value}"));
                let rows = store.permission_rows().unwrap();
                let found: Vec<&str> = rows.unreadable.iter().map(|row| &*row.column).collect();
                let row = &rows.readable[0];
                let (read, closed) = match *column {
                    "pii_flag" => (row.pii, true),
                    "encryption_required" => (row.encryption_required, true),
                    _ => (row.roles[0].ai_access_allowed, false),
                };
                assert_eq!(read, understood.unwrap_or(closed), "{column} {value}");
                let expected: &[&str] = if understood.is_some() {
                    &[]
                } else {
                    &[*column]
                };
                assert_eq!(found, expected, "{column} {value}");
                let role = (table == "role_field_permission").then_some("SALES_REP");
                for row in &rows.unreadable {
                    assert_eq!(
                        closes(&row.closes),
                        [Some("acme"), Some("Quote"), Some("cost"), role]
                    );
                }
            }
            if place.server == Server::Postgres {
                place.sql(&format!(
                    "ALTER TABLE {table} ALTER COLUMN {column} TYPE boolean USING {column} = 1, \
                     ALTER COLUMN {column} SET DEFAULT FALSE"
                ));
            }
        }
    }
    let odd = match place.server {
        Server::Sqlite => "UPDATE data_field_permission SET sensitivity_level = 'x'",
        Server::Postgres => {
            "ALTER TABLE data_field_permission ALTER COLUMN sensitivity_level DROP DEFAULT, \
             ALTER COLUMN sensitivity_level TYPE text USING 'x'"
        }
        Server::Mysql => {
            "ALTER TABLE data_field_permission MODIFY sensitivity_level VARCHAR(9) NOT NULL"
        }
    };
    let store = place.open();
    place.sql(odd);
    let rows = store.permission_rows().unwrap();
    assert_eq!(rows.readable[0].sensitivity, 5);
    assert_eq!(&*rows.unreadable[0].column, "sensitivity_level");
    assert_eq!(
        closes(&rows.unreadable[0].closes),
        [Some("acme"), Some("Quote"), Some("cost"), None]
    );
    // A driver alone would take as much of a long number as fits.
    if place.server == Server::Sqlite {
        place.sql("UPDATE data_field_permission SET sensitivity_level = 4294967297");
        let rows = store.permission_rows().unwrap();
        assert_eq!(&*rows.unreadable[0].column, "sensitivity_level");
    }
}

pub fn a_lost_revision_row_is_an_error(place: &Place) {
    let store = place.open();
    place.sql("DELETE FROM guard_revision");
    assert_eq!(store.revision().unwrap_err().kind(), ErrorKind::Store);
    assert_eq!(
        AccessTables::read(&*store).unwrap_err().kind(),
        ErrorKind::Store
    );
}
