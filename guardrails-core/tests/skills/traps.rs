//! The known traps of Casbin, each with a test that it cannot spring.

use std::sync::atomic::Ordering;

use guardrails_core::ErrorKind;
use guardrails_core::policy::Policy;
use guardrails_core::skills::{Access, MAX_INHERITANCE, Rbac};

use crate::support::{
    Roles, access, allowed, denied, index, line, lines, names, policy, rbac, sales, skill,
};

#[test]
fn with_no_line_at_all_nothing_is_permitted() {
    let rbac = Rbac::load(Roles::with(Vec::new()), &Policy::empty()).unwrap();
    for (subject, tenant, skill) in [("", "", ""), ("*", "*", "*"), ("R", "acme", "x")] {
        assert_eq!(
            rbac.enforce(subject, tenant, skill).unwrap(),
            Access::NotPermitted
        );
        let index = rbac.index().unwrap();
        assert_eq!(
            index.access(tenant, &names(&[subject]), skill),
            Access::NotPermitted
        );
    }
}

#[test]
fn the_effect_of_the_model_is_one_that_casbin_knows() {
    // An unknown effect panics at the first request, not when the model is loaded.
    let rbac = rbac(&["p, SALES_REP, acme, quote.draft, use, deny"]);
    let ask = |tenant| rbac.enforce("SALES_REP", tenant, "quote.draft").unwrap();
    assert_eq!(ask("acme"), denied("SALES_REP"));
    assert_eq!(ask("beta"), allowed("SALES_REP"));
}

#[test]
fn a_line_that_calls_eval_is_never_evaluated() {
    let rbac = rbac(&["p, eval(r.sub), acme, quote.draft, use, allow"]);
    assert_eq!(rbac.diagnostics()[0].code, "G0703");
    let ask = |subject| rbac.enforce(subject, "acme", "quote.draft").unwrap();
    assert_eq!(ask("eval(r.sub)"), Access::NotPermitted);
    assert_eq!(ask("SALES_REP"), allowed("SALES_REP"));
}

#[test]
fn one_short_line_does_not_fail_every_request() {
    let rbac = rbac(&[
        "p, CLERK, acme",
        "p, CLERK, acme, quote.approve, use, allow",
    ]);
    assert_eq!(rbac.diagnostics()[0].code, "G0702");
    let manager = rbac.enforce("SALES_MANAGER", "acme", "quote.approve");
    assert_eq!(manager.unwrap(), allowed("SALES_MANAGER"));
    // Whom the short line names is denied: it may have been a denial.
    let clerk = rbac.enforce("CLERK", "acme", "quote.approve").unwrap();
    assert_eq!(clerk, denied("CLERK"));
}

#[test]
fn a_misspelt_effect_denies_instead_of_nothing() {
    let index = index(&["p, SALES_REP, acme, quote.draft, use, Deny"]);
    assert_eq!(
        access(&index, "acme", "SALES_REP", "quote.draft"),
        denied("SALES_REP")
    );
    assert_eq!(
        access(&index, "beta", "SALES_REP", "quote.draft"),
        allowed("SALES_REP")
    );
}

#[test]
fn names_with_dots_keep_them() {
    // Casbin rewrites `r.` and `p.` in its own texts; values of lines must come through.
    let policy = policy(vec![skill("p.dom", &["r.sub"]), skill("p_dom", &[])]);
    let rbac = Rbac::load(Roles::with(Vec::new()), &policy).unwrap();
    let ask = |skill| rbac.enforce("r.sub", "acme", skill).unwrap();
    assert_eq!(ask("p.dom"), allowed("r.sub"));
    assert_eq!(ask("p_dom"), Access::NotPermitted);
}

#[test]
fn a_request_is_data_whatever_it_says() {
    let rbac = rbac(&[]);
    for hostile in ["\" || true || \"", "eval(1)", "*", "a, b", "SALES_REP\0"] {
        let as_subject = rbac.enforce(hostile, "acme", "quote.draft").unwrap();
        assert_eq!(as_subject, Access::NotPermitted);
        let as_skill = rbac.enforce("SALES_REP", "acme", hostile).unwrap();
        assert_eq!(as_skill, Access::NotPermitted);
    }
}

#[test]
fn casbin_sees_as_far_up_as_we_let_roles_inherit_and_no_further() {
    // user -> R0 -> … -> R8 is nine steps, the most that Casbin's role manager follows.
    let chain = |steps: usize| {
        let mut rows = lines(&["g, user, R0, acme"]);
        rows.extend((0..steps).map(|n| line(&format!("g, R{n}, R{}, acme", n + 1))));
        rows.push(line(&format!("p, R{steps}, acme, quote.draft, use, allow")));
        rows
    };
    let fits = MAX_INHERITANCE - 1;
    let rbac = Rbac::load(Roles::with(chain(fits)), &sales()).unwrap();
    assert!(rbac.diagnostics().is_empty());
    let user = rbac.enforce("user", "acme", "quote.draft").unwrap();
    assert_eq!(user, allowed("user"));
    let all = rbac.index().unwrap().closure("acme", &names(&["user"]));
    assert_eq!(all.len(), MAX_INHERITANCE + 1);

    let rbac = Rbac::load(Roles::with(chain(MAX_INHERITANCE)), &sales()).unwrap();
    assert_eq!(rbac.diagnostics()[0].code, "G0707");
    let user = rbac.enforce("user", "acme", "quote.draft").unwrap();
    assert_eq!(user, denied("user"));
    let below = rbac.enforce("R0", "acme", "quote.draft").unwrap();
    assert_eq!(below, allowed("R0"));
}

#[test]
fn a_wildcard_is_no_pattern_and_no_role() {
    let index = index(&[
        "p, *, acme, quote.approve, use, allow",
        "g, SALES_REP, SALES_MANAGER, *",
        "p, CLERK, acme, quote.*, use, allow",
    ]);
    for role in ["CLERK", "*"] {
        let approve = access(&index, "acme", role, "quote.approve");
        assert_eq!(approve, Access::NotPermitted);
    }
    // The inheritance in "every tenant" means nothing to Casbin; its member waits for a correction.
    assert_eq!(
        access(&index, "acme", "SALES_REP", "quote.draft"),
        denied("SALES_REP")
    );
}

#[test]
fn it_runs_inside_somebody_elses_executor() {
    let access =
        futures_executor::block_on(async { rbac(&[]).enforce("SALES_REP", "acme", "quote.draft") });
    assert_eq!(access.unwrap(), allowed("SALES_REP"));
}

#[test]
fn a_store_that_is_down_permits_nothing() {
    let store = Roles::with(Vec::new());
    let mut rbac = Rbac::load(store.clone(), &sales()).unwrap();
    store.switch_off();
    let error = Rbac::load(store.clone(), &sales()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert_eq!(error.to_string(), "the store is down");

    assert_eq!(rbac.reload().unwrap_err().kind(), ErrorKind::Store);
    let rep = rbac.enforce("SALES_REP", "acme", "quote.draft").unwrap();
    assert_eq!(rep, Access::NotPermitted);

    store.down.store(false, Ordering::SeqCst);
    rbac.reload().unwrap();
    let rep = rbac.enforce("SALES_REP", "acme", "quote.draft").unwrap();
    assert_eq!(rep, allowed("SALES_REP"));
}
