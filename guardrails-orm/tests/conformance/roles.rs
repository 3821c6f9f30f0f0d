//! Role lines and skill status.

use guardrails_core::policy::SkillStatus;
use guardrails_core::{ErrorKind, RoleLine, RoleStore, SkillStatusRow, SkillStore};

use super::place::Place;

fn line(kind: &str, values: &[&str]) -> RoleLine {
    RoleLine {
        kind: kind.to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    }
}

pub fn lines_are_kept_once(place: &Place) {
    let store = place.open();
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

pub fn an_unknown_kind_is_kept(place: &Place) {
    let store = place.open();
    let odd = line("g2", &["a", "", "c"]);
    assert_eq!(store.add_role_lines(std::slice::from_ref(&odd)).unwrap(), 1);
    assert_eq!(store.role_lines().unwrap(), [odd]);
}

pub fn lines_too_long_are_refused_as_a_whole(place: &Place) {
    let store = place.open();
    let good = line("g", &["a", "b", "c"]);
    for bad in [
        line("p", &["1", "2", "3", "4", "5", "6", "7"]),
        line("p", &[&"x".repeat(101)]),
    ] {
        let error = store.add_role_lines(&[good.clone(), bad]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(!error.to_string().contains("xxx"), "{error}");
    }
    assert_eq!(store.role_lines().unwrap(), []);
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
    place.sql("UPDATE guard_ai_skill_status SET status = 'Active!'");
    assert_eq!(
        store.skill_statuses().unwrap(),
        [row(SkillStatus::Suspended)]
    );
}
