use crm_guardrails::*;

use super::fixture::*;

fn row(field: &str, access: &str) -> FieldPermission {
    FieldPermission {
        tenant: "acme".into(),
        entity: "Quote".into(),
        field: field.into(),
        sensitivity: 2,
        pii: false,
        encryption_required: false,
        roles: vec![RolePermission {
            role: "SALES_REP".into(),
            access: access.to_owned(),
            ai_access_allowed: true,
            conditions: None,
            aggregation: None,
        }],
    }
}

fn view_after(rows: &[FieldPermission]) -> Fields {
    let world = world();
    for row in rows {
        world.store.store.set_field_permission(row.clone()).unwrap();
    }
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
    let quote = quote();
    let mut op = world.begin(&rep(), "quote.draft");
    op.read(&quote).unwrap().to_fields()
}

#[test]
fn a_row_narrows_what_a_grant_gives() {
    let view = view_after(&[row("amount", "HIDDEN"), row("owner", "MASKED")]);
    assert!(view.value("amount").is_none());
    assert_eq!(view.value("owner"), Some(&Value::from("u***7")));
}

#[test]
fn a_row_never_widens() {
    let view = view_after(&[row("cost_price", "WRITE"), row("contact_phone", "READ")]);
    assert!(view.value("cost_price").is_none());
    assert_eq!(
        view.value("contact_phone"),
        Some(&Value::from("138****5678"))
    );
}

#[test]
fn what_cannot_be_read_in_a_row_hides() {
    let mut odd = row("owner", "READ");
    odd.roles[0].conditions = Some("{not json".to_owned());
    let mut closed = row("stage", "READ");
    closed.roles[0].ai_access_allowed = false;
    let view = view_after(&[row("amount", "PEEK"), odd, closed]);
    for field in ["amount", "owner", "stage"] {
        assert!(view.value(field).is_none(), "{field}");
    }
}

#[test]
fn another_tenant_s_rows_are_nobody_s_business_here() {
    let mut foreign = row("amount", "HIDDEN");
    foreign.tenant = "globex".into();
    assert!(view_after(&[foreign]).value("amount").is_some());
}

#[test]
fn a_row_of_every_tenant_holds_here() {
    let mut shared = row("amount", "HIDDEN");
    shared.tenant = "*".into();
    assert!(view_after(&[shared.clone()]).value("amount").is_none());
    // The tenant's own row does not loosen it.
    let view = view_after(&[shared, row("amount", "WRITE")]);
    assert!(view.value("amount").is_none());
}

#[test]
fn rows_hold_for_records_actors_and_times() {
    let cases = [
        (r#"{"record": {"stage": "DRAFT"}}"#, true),
        (r#"{"record": {"stage": "SENT"}}"#, false),
        (
            r#"{"record": {"amount": {"ge": 1000, "lt": "1000.01 CNY"}}}"#,
            true,
        ),
        (r#"{"actor": {"id": "u-17"}}"#, true),
        (r#"{"actor": {"region": "east"}}"#, true), // unknown restricts
        (r#"{"time": {"from": "11:00", "to": "12:00"}}"#, false),
        (r#"{"time": {"from": "12:00", "to": "12:01"}}"#, true),
        (r#"{"time": {"before": "2026-03-02"}}"#, false),
        (
            r#"{"ai_context": "mail", "record": {"stage": "DRAFT"}}"#,
            false,
        ),
        (r#"{"record": {"satge": "DRAFT"}}"#, true), // not understood closes
    ];
    for (conditions, hides) in cases {
        let mut hiding = row("owner", "HIDDEN");
        hiding.roles[0].conditions = Some(conditions.to_owned());
        hiding.roles.push(row("owner", "READ").roles.remove(0));
        let view = view_after(&[hiding]);
        assert_eq!(view.value("owner").is_none(), hides, "{conditions}");
        // A row that gives in the same case gives exactly there; unknown gives nothing.
        let mut giving = row("stage", "READ");
        giving.roles[0].conditions = Some(conditions.to_owned());
        let gives = hides && !conditions.contains("region") && !conditions.contains("satge");
        let view = view_after(&[giving]);
        assert_eq!(view.value("stage").is_some(), gives, "{conditions}");
    }
}

#[test]
fn a_narrowed_field_is_no_longer_written() {
    let world = world();
    world
        .store
        .store
        .set_field_permission(row("discount", "READ"))
        .unwrap();
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
    let change = Changes::update(&quote()).set("discount", 6);
    let decision = world.propose(&rep(), "quote.draft", &change);
    assert_eq!(codes(decision.reasons()), ["FIELD_NOT_WRITABLE"]);
}

#[test]
fn a_refresh_never_brings_an_old_policy_back() {
    let world = world();
    let stricter = policy(&POLICY.replace("discount > 40%", "discount > 4%"));
    for round in 0..50 {
        let mut next = row("stage", "READ");
        next.sensitivity = 1 + round % 5;
        world.guard.replace_policy(policy(POLICY)).unwrap();
        world.store.store.set_field_permission(next).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _ = world.guard.refresh().unwrap();
            });
            scope.spawn(|| world.guard.replace_policy(stricter.clone()).unwrap());
        });
        assert_eq!(world.guard.policy_digest(), stricter.digest);
    }
}

/// One misspelt row, and the right tenant known from operations alone.
#[test]
fn a_tenant_that_is_written_like_one_of_operations_is_named() {
    let world = world();
    let misspelt = FieldPermission {
        tenant: "acme_".into(),
        ..row("amount", "HIDDEN")
    };
    let set = |row: FieldPermission| {
        world.store.store.set_field_permission(row).unwrap();
        let _ = world.guard.refresh().unwrap();
    };
    let told = || -> Vec<String> {
        let found = world.guard.diagnostics();
        assert_eq!(world.guard.health().tables.findings, found.len());
        found
            .iter()
            .map(|found| format!("{} {}", found.code, found.help))
            .collect()
    };
    set(misspelt);
    assert_eq!(told(), [""; 0], "nobody has asked yet");
    drop(world.begin(&rep(), "quote.draft"));
    assert_eq!(told(), ["G0715 did you mean `acme`?"]);
    set(row("owner", "HIDDEN"));
    assert_eq!(
        told(),
        ["G0715 did you mean `acme`?"],
        "other tables, the same tenants"
    );
    world.guard.replace_policy(policy(POLICY)).unwrap();
    assert_eq!(told(), ["G0715 did you mean `acme`?"]);
    drop(world.begin(
        &Principal::user("acme_", "u-1").role("SALES_REP"),
        "quote.draft",
    ));
    assert_eq!(told(), [""; 0], "it is a tenant");
}
