//! What stops a skill, and what is said about it.

use guardrails_core::policy::SkillStatus::{self, Active, Draft, Retired, Suspended};
use guardrails_core::skills::Registry;
use guardrails_core::{Reason, SkillStatusRow};

use crate::support::{policy, sales, skill};

fn row(tenant: &str, skill: &str, status: SkillStatus) -> SkillStatusRow {
    SkillStatusRow {
        tenant: tenant.into(),
        skill: skill.into(),
        status,
    }
}

fn refusal(registry: &Registry, tenant: &str, skill: &str) -> Reason {
    registry.find(tenant, skill).unwrap_err()
}

#[test]
fn of_policy_row_for_all_and_row_for_the_tenant_the_strictest_holds() {
    let all = [Active, Draft, Suspended, Retired];
    for written in all {
        for everywhere in all {
            for here in all {
                let mut registered = skill("s", &[]);
                registered.status = written;
                let rows = [row("*", "s", everywhere), row("acme", "s", here)];
                let registry = Registry::new(&policy(vec![registered]), &rows);
                let strictest =
                    |list: &[SkillStatus]| *all.iter().rev().find(|s| list.contains(s)).unwrap();
                assert_eq!(
                    registry.status("acme", "s"),
                    Some(strictest(&[written, everywhere, here]))
                );
                assert_eq!(
                    registry.status("beta", "s"),
                    Some(strictest(&[written, everywhere]))
                );
            }
        }
    }
}

#[test]
fn two_rows_of_one_skill_do_not_lift_each_other() {
    let rows = [
        row("acme", "quote.draft", Suspended),
        row("acme", "quote.draft", Active),
        row("acme", "quote.draft", Draft),
    ];
    let registry = Registry::new(&sales(), &rows);
    assert_eq!(registry.status("acme", "quote.draft"), Some(Suspended));
}

#[test]
fn a_refusal_says_which_way_the_skill_is_stopped_and_where_it_is_written() {
    for (status, code, sentence) in [
        (
            Draft,
            "SKILL_DRAFT",
            "skill `quote.draft` is a draft and not in use yet",
        ),
        (
            Suspended,
            "SKILL_SUSPENDED",
            "skill `quote.draft` is suspended; ask your administrator",
        ),
        (
            Retired,
            "SKILL_RETIRED",
            "skill `quote.draft` is retired and will not come back",
        ),
    ] {
        let registry = Registry::new(&sales(), &[row("acme", "quote.draft", status)]);
        let reason = refusal(&registry, "acme", "quote.draft");
        assert_eq!((reason.code(), reason.message()), (code, sentence));
        assert_eq!(reason.place().to_string(), "sales.guard:7");
        assert!(registry.find("beta", "quote.draft").is_ok());
    }
}

#[test]
fn a_row_never_registers_or_starts_a_skill() {
    let mut draft = skill("s", &[]);
    draft.status = Draft;
    let rows = [row("acme", "s", Active), row("acme", "ghost", Active)];
    let registry = Registry::new(&policy(vec![draft]), &rows);
    assert_eq!(refusal(&registry, "acme", "s").code(), "SKILL_DRAFT");
    assert_eq!(
        refusal(&registry, "acme", "ghost").code(),
        "SKILL_NOT_REGISTERED"
    );
    assert_eq!(registry.status("acme", "ghost"), None);
}

#[test]
fn a_mistyped_name_is_met_with_the_one_that_was_meant() {
    let registry = Registry::new(&sales(), &[row("acme", "quote.approve", Suspended)]);
    let said = |skill: &str| refusal(&registry, "acme", skill).message().to_owned();
    assert_eq!(
        said("qoute.draft"),
        "skill `qoute.draft` is not registered; did you mean `quote.draft`?"
    );
    // Not one that is stopped, nor one that is another word.
    assert_eq!(
        said("quote.aprove"),
        "skill `quote.aprove` is not registered"
    );
    assert_eq!(said("delete"), "skill `delete` is not registered");
    assert_eq!(said(""), "skill `` is not registered");
    let flood = said(&"q".repeat(1_000_000));
    assert!(flood.len() < 200);
    assert_eq!(said("a\nb"), "skill `a\\u{a}b` is not registered");
}
