//! Role lines and skill status.

use std::collections::BTreeSet;

use guardrails_core::policy::{Policy, SkillStatus};
use guardrails_core::{
    AccessTables, Closes, ErrorKind, PermissionStore, RoleLine, RoleStore, SkillStatusRow,
    SkillStore, check_tables,
};

use super::place::{Home, Place};

fn line(kind: &str, values: &[&str]) -> RoleLine {
    RoleLine {
        kind: kind.to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    }
}

pub fn lines_are_kept_once(home: &impl Home) {
    let store = home.open();
    let p = line("p", &["SALES_REP", "*", "quote.draft", "use", "allow"]);
    let g = line("g", &["经理", "SALES_REP", "acme"]);
    let upper = line("g", &["经理", "SALES_REP", "ACME"]);
    let all = [p.clone(), g.clone(), p.clone(), upper.clone()];
    assert_eq!(store.add_role_lines(&all).unwrap(), 3);
    assert_eq!(store.add_role_lines(&all).unwrap(), 0);
    assert_eq!(
        store.role_lines().unwrap(),
        [p.clone(), g.clone(), upper.clone()]
    );
    assert_eq!(store.remove_role_lines(&[g.clone(), g]).unwrap(), 1);
    assert_eq!(store.role_lines().unwrap(), [p, upper]);
    assert_eq!(store.add_role_lines(&[]).unwrap(), 0);
}

pub fn an_unknown_kind_is_kept(home: &impl Home) {
    let store = home.open();
    let odd = line("g2", &["a", "", "c"]);
    assert_eq!(store.add_role_lines(std::slice::from_ref(&odd)).unwrap(), 1);
    assert_eq!(store.role_lines().unwrap(), [odd]);
}

pub fn lines_too_long_are_refused_as_a_whole(home: &impl Home) {
    let store = home.open();
    let good = line("g", &["a", "b", "c"]);
    for bad in [
        line("p", &["1", "2", "3", "4", "5", "6", "7"]),
        line("p", &[&"x".repeat(101)]),
        line("p", &["xxx\0"]),
        line(&"x".repeat(17), &[]),
    ] {
        let error = store.add_role_lines(&[good.clone(), bad]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(!error.to_string().contains("xxx"), "{error}");
    }
    assert_eq!(store.role_lines().unwrap(), []);
}

/// A second process compares the revision to learn that its plans are old.
pub fn only_a_change_raises_the_revision(home: &impl Home) {
    let store = home.open();
    let g = line("g", &["a", "b", "c"]);
    let mut last = store.revision().unwrap();
    let mut raised = || {
        let now = store.revision().unwrap();
        std::mem::replace(&mut last, now) < now
    };
    store.add_role_lines(std::slice::from_ref(&g)).unwrap();
    assert!(raised(), "a line was added");
    store.add_role_lines(std::slice::from_ref(&g)).unwrap();
    assert!(!raised(), "it was there already");
    // An empty value at the end is none.
    store
        .add_role_lines(&[line("g", &["a", "b", "c", "", ""])])
        .unwrap();
    assert!(!raised(), "so this is the same line");
    assert_eq!(store.remove_role_lines(&[line("g", &["x"])]).unwrap(), 0);
    assert!(!raised(), "no such line");
    store.remove_role_lines(&[g]).unwrap();
    assert!(raised(), "the line was removed");
}

pub fn a_status_is_set_again(home: &impl Home) {
    let store = home.open();
    let row = |tenant: &str, status| SkillStatusRow {
        tenant: tenant.into(),
        skill: "quote.draft".into(),
        status,
    };
    for (tenant, status) in [
        ("globex", SkillStatus::Active),
        ("acme", SkillStatus::Active),
        ("acme", SkillStatus::Retired),
        ("ACME", SkillStatus::Suspended),
    ] {
        store.set_skill_status(&row(tenant, status)).unwrap();
    }
    let mut all = store.skill_statuses().unwrap();
    all.sort_by(|a, b| a.tenant.cmp(&b.tenant));
    assert_eq!(
        all,
        [
            row("ACME", SkillStatus::Suspended),
            row("acme", SkillStatus::Retired),
            row("globex", SkillStatus::Active),
        ]
    );
    for bad in ["t".repeat(191), "a\0b".to_owned()] {
        let error = store
            .set_skill_status(&row(&bad, SkillStatus::Active))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
    }
}

pub fn an_unknown_status_suspends(place: &Place) {
    let store = place.open();
    let row = |status| SkillStatusRow {
        tenant: "acme".into(),
        skill: "quote.draft".into(),
        status,
    };
    store.set_skill_status(&row(SkillStatus::Active)).unwrap();
    store.set_skill_status(&row(SkillStatus::Retired)).unwrap();
    assert_eq!(store.skill_statuses().unwrap(), [row(SkillStatus::Retired)]);
    for word in ["Active!", "ACTIVE", " active", "active ", "", "suspended?"] {
        place.sql(&format!(
            "UPDATE guard_ai_skill_status SET status = '{word}'"
        ));
        let rows = store.status_rows().unwrap();
        assert_eq!(rows.readable, [], "{word:?}");
        let [unreadable] = &rows.unreadable[..] else {
            panic!("{word:?}: {rows:?}");
        };
        let told = (&*unreadable.row, &*unreadable.column, &unreadable.closes);
        let closes = Closes::Skills {
            tenant: Some("acme".into()),
            skill: Some("quote.draft".into()),
        };
        assert_eq!(told, ("acme, quote.draft", "status", &closes), "{word:?}");
        let tables = AccessTables::read(&*store).unwrap();
        let findings = check_tables(&Policy::empty(), &tables, &BTreeSet::new());
        let named: Vec<_> = findings.iter().map(|found| found.code).collect();
        assert_eq!(named, ["G0721"], "{word:?}");
    }
}
