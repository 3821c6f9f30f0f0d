//! Edits go through Casbin to the store, are checked first, and never touch the policy's own lines.

use guardrails_core::ErrorKind;
use guardrails_core::skills::{Access, Edit, Rbac};

use crate::support::{Roles, access, allowed, denied, line, lines, names, sales};

#[test]
fn an_inheritance_is_stored_and_holds_at_once_in_its_tenant() {
    let store = Roles::with(Vec::new());
    let mut rbac = Rbac::load(store.clone(), &sales()).unwrap();
    assert_eq!(
        rbac.assign("acme", "SALES_REP", "SALES_MANAGER").unwrap(),
        Edit::Done
    );
    assert_eq!(
        rbac.assign("acme", "SALES_REP", "SALES_MANAGER").unwrap(),
        Edit::Unchanged
    );
    assert_eq!(store.rows(), lines(&["g, SALES_REP, SALES_MANAGER, acme"]));

    let index = rbac.index().unwrap();
    assert_eq!(
        access(&index, "acme", "SALES_REP", "quote.approve"),
        allowed("SALES_REP")
    );
    assert_eq!(
        access(&index, "beta", "SALES_REP", "quote.approve"),
        Access::NotPermitted
    );
    assert_eq!(
        index.closure("acme", &names(&["SALES_REP", "AUDITOR"])),
        names(&["AUDITOR", "SALES_MANAGER", "SALES_REP"])
    );
    assert_eq!(
        index.closure("beta", &names(&["SALES_REP"])),
        names(&["SALES_REP"])
    );

    assert_eq!(
        rbac.unassign("acme", "SALES_REP", "SALES_MANAGER").unwrap(),
        Edit::Done
    );
    assert_eq!(
        rbac.unassign("acme", "SALES_REP", "SALES_MANAGER").unwrap(),
        Edit::Unchanged
    );
    assert!(store.rows().is_empty());
    assert_eq!(
        rbac.enforce("SALES_REP", "acme", "quote.approve").unwrap(),
        Access::NotPermitted
    );
}

#[test]
fn a_denial_beats_the_policys_own_allow_also_when_inherited() {
    let store = Roles::with(Vec::new());
    let mut rbac = Rbac::load(store.clone(), &sales()).unwrap();
    let deny = line("p, PROBATION, acme, quote.draft, use, deny");
    assert_eq!(rbac.add_line(&deny).unwrap(), Edit::Done);
    let _ = rbac.assign("acme", "NEW_REP", "SALES_REP").unwrap();
    let index = rbac.index().unwrap();
    assert_eq!(
        access(&index, "acme", "NEW_REP", "quote.draft"),
        allowed("NEW_REP")
    );
    let _ = rbac.assign("acme", "NEW_REP", "PROBATION").unwrap();
    let index = rbac.index().unwrap();
    assert_eq!(
        access(&index, "acme", "NEW_REP", "quote.draft"),
        denied("NEW_REP")
    );
    let both = names(&["SALES_MANAGER", "PROBATION"]);
    assert_eq!(
        index.access("acme", &both, "quote.draft"),
        denied("PROBATION")
    );
    assert_eq!(rbac.remove_line(&deny).unwrap(), Edit::Done);
    let again = Rbac::load(store, &sales()).unwrap().index().unwrap();
    assert_eq!(
        again.access("acme", &both, "quote.draft"),
        allowed("SALES_MANAGER")
    );
}

#[test]
fn bad_lines_circles_and_towers_are_refused_and_change_nothing() {
    let store = Roles::with(Vec::new());
    let mut rbac = Rbac::load(store.clone(), &sales()).unwrap();
    for n in 0..8 {
        let edit = rbac.assign("acme", &format!("R{n}"), &format!("R{}", n + 1));
        assert_eq!(edit.unwrap(), Edit::Done);
    }
    let before = store.rows();
    for (row, code) in [
        ("g, R8, R0, acme", "G0706"),
        ("g, R3, R3, acme", "G0706"),
        ("g, TOP, R0, acme", "G0707"),
        ("g, R8, TOP, acme", "G0707"),
        ("g, A, B", "G0702"),
        ("g, A, B, *", "G0709"),
        ("p, A, acme, quote.draft, use, maybe", "G0705"),
        ("p, A, acme, quote.draft, use", "G0702"),
        ("q, A, B", "G0701"),
    ] {
        let error = rbac.add_line(&line(row)).unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Policy, code),
            "{row}"
        );
        assert!(!error.help().is_empty());
    }
    let circle = rbac.assign("acme", "R1", "R0").unwrap_err();
    assert_eq!(
        circle.to_string(),
        "role lines: error[G0706]: the line `g, R1, R0, acme`: it is part of the circle \
         `R0` -> `R1` -> `R0`"
    );
    assert_eq!(store.rows(), before);
    // The same line stands in another tenant, where there is no such tower.
    assert_eq!(rbac.assign("beta", "R8", "R0").unwrap(), Edit::Done);
}

#[test]
fn the_policys_own_lines_are_not_written_and_not_removed() {
    let store = Roles::with(Vec::new());
    let mut rbac = Rbac::load(store.clone(), &sales()).unwrap();
    let _ = rbac.assign("acme", "A", "B").unwrap();
    assert_eq!(store.rows().len(), 1);

    let own = line("p, SALES_REP, *, quote.draft, use, allow");
    let error = rbac.remove_line(&own).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(
        error.to_string(),
        "this permission is written in the policy, at sales.guard:7"
    );

    // Stored beside the policy, it can be taken out of the store again; the policy's stays.
    assert_eq!(rbac.add_line(&own).unwrap(), Edit::Done);
    assert_eq!(rbac.add_line(&own).unwrap(), Edit::Unchanged);
    assert_eq!(rbac.remove_line(&own).unwrap(), Edit::Done);
    assert_eq!(store.rows().len(), 1);
    let rep = rbac.enforce("SALES_REP", "acme", "quote.draft").unwrap();
    assert_eq!(rep, allowed("SALES_REP"));
}

#[test]
fn removing_a_bad_row_lifts_what_it_closed() {
    let store = Roles::with(lines(&["p, , acme, quote.draft, use, deny"]));
    let mut rbac = Rbac::load(store.clone(), &sales()).unwrap();
    let ask = |rbac: &Rbac| rbac.enforce("SALES_REP", "acme", "quote.draft").unwrap();
    assert_eq!(ask(&rbac), denied("SALES_REP"));
    // A good edit beside it changes nothing about it.
    let _ = rbac.assign("acme", "A", "B").unwrap();
    assert_eq!(ask(&rbac), denied("SALES_REP"));
    let bad = line("p, , acme, quote.draft, use, deny");
    assert_eq!(rbac.remove_line(&bad).unwrap(), Edit::Done);
    assert!(rbac.diagnostics().is_empty());
    assert_eq!(ask(&rbac), allowed("SALES_REP"));
}

#[test]
fn a_denial_that_a_bad_row_already_stands_for_is_stored_all_the_same() {
    let bad = line("p, SALES_REP, acme, quote.draft, use, Deny");
    let good = line("p, SALES_REP, acme, quote.draft, use, deny");
    let store = Roles::with(vec![bad.clone()]);
    let mut rbac = Rbac::load(store.clone(), &sales()).unwrap();
    assert_eq!(rbac.add_line(&good).unwrap(), Edit::Done);
    assert_eq!(rbac.remove_line(&bad).unwrap(), Edit::Done);
    assert_eq!(store.rows(), [good]);
    let rep = rbac.enforce("SALES_REP", "acme", "quote.draft").unwrap();
    assert_eq!(rep, denied("SALES_REP"));
}

#[test]
fn opening_a_circle_makes_the_rest_of_it_count() {
    let store = Roles::with(lines(&[
        "g, SALES_REP, SALES_MANAGER, acme",
        "g, SALES_MANAGER, SALES_REP, acme",
    ]));
    let mut rbac = Rbac::load(store, &sales()).unwrap();
    let ask = |rbac: &Rbac| rbac.enforce("SALES_REP", "acme", "quote.approve").unwrap();
    assert_eq!(ask(&rbac), denied("SALES_REP"));
    let _ = rbac.unassign("acme", "SALES_MANAGER", "SALES_REP").unwrap();
    assert_eq!(ask(&rbac), allowed("SALES_REP"));
}

#[test]
fn an_edit_that_cannot_be_stored_does_not_hold() {
    let store = Roles::with(Vec::new());
    let mut rbac = Rbac::load(store.clone(), &sales()).unwrap();
    store.switch_off();
    let allow = line("p, CLERK, acme, quote.draft, use, allow");
    assert_eq!(rbac.add_line(&allow).unwrap_err().kind(), ErrorKind::Store);
    let clerk = rbac.enforce("CLERK", "acme", "quote.draft").unwrap();
    assert_eq!(clerk, Access::NotPermitted);
}

#[test]
fn a_change_by_another_process_is_seen_after_a_reload() {
    let store = Roles::with(Vec::new());
    let mut here = Rbac::load(store.clone(), &sales()).unwrap();
    let mut there = Rbac::load(store.clone(), &sales()).unwrap();
    let deny = line("p, SALES_REP, acme, *, use, deny");
    assert_eq!(there.add_line(&deny).unwrap(), Edit::Done);
    // Stored already, not yet known here: adding it makes it known.
    assert_eq!(here.add_line(&deny).unwrap(), Edit::Done);
    assert_eq!(store.rows().len(), 1);
    assert_eq!(there.remove_line(&deny).unwrap(), Edit::Done);
    here.reload().unwrap();
    let rep = here.enforce("SALES_REP", "acme", "quote.draft").unwrap();
    assert_eq!(rep, allowed("SALES_REP"));
}
