//! Each way to be refused at the door has its code and sentence, in an order that tells outsiders
//! nothing.

use guardrails_core::policy::Policy;
use guardrails_core::skills::{Admission, Rbac, Registry, admit};
use guardrails_core::{Principal, Reason};

use crate::support::{Roles, lines, names, policy, sales, skill};

fn ask(
    policy: &Policy,
    rows: &[&str],
    principal: &Principal,
    asked: (&str, Option<&str>),
) -> Result<Admission, Reason> {
    let registry = Registry::new(policy, &[]);
    let rbac = Rbac::load(Roles::with(lines(rows)), policy).unwrap();
    let index = rbac.index().unwrap();
    admit(&registry, &index, principal, asked.0, asked.1)
}

fn rep() -> Principal {
    Principal::user("acme", "u-17").role("SALES_REP")
}

fn refused(result: Result<Admission, Reason>, code: &str, sentence: &str) {
    let reason = result.unwrap_err();
    assert_eq!((reason.code(), reason.message()), (code, sentence));
    assert_eq!(reason.place().line, 7);
}

#[test]
fn what_is_admitted_carries_the_inherited_roles_and_the_only_entity() {
    let rows = ["g, TRAINEE, SALES_REP, acme"];
    let trainee = Principal::user("acme", "u-1")
        .role("TRAINEE")
        .role("AUDITOR");
    let admitted = ask(&sales(), &rows, &trainee, ("quote.draft", None)).unwrap();
    assert_eq!(&*admitted.skill.origin.name, "quote.draft");
    assert_eq!(&*admitted.role, "TRAINEE");
    assert_eq!(admitted.roles, names(&["AUDITOR", "SALES_REP", "TRAINEE"]));
    assert_eq!(&*admitted.entity, "Quote");
}

#[test]
fn who_may_not_use_a_skill_is_told_so() {
    let sales = sales();
    let ask = |rows: &[&str], who: &Principal, what| ask(&sales, rows, who, (what, None));
    refused(
        ask(&[], &rep(), "quote.approve"),
        "SKILL_NOT_PERMITTED",
        "role `SALES_REP` may not use skill `quote.approve` in tenant `acme`",
    );
    refused(
        ask(&[], &rep().role("AUDITOR"), "quote.approve"),
        "SKILL_NOT_PERMITTED",
        "none of the roles `AUDITOR`, `SALES_REP` may use skill `quote.approve` in tenant `acme`",
    );
    refused(
        ask(&[], &Principal::user("acme", "u-1"), "quote.draft"),
        "SKILL_NOT_PERMITTED",
        "skill `quote.draft` needs a role, and this user has none in tenant `acme`",
    );
    refused(
        ask(
            &["p, SALES_REP, acme, quote.draft, use, deny"],
            &rep(),
            "quote.draft",
        ),
        "SKILL_DENIED",
        "role `SALES_REP` is denied skill `quote.draft` in tenant `acme`",
    );
    refused(
        ask(&["p, , acme, *, use, deny"], &rep(), "quote.draft"),
        "SKILL_DENIED",
        "skill `quote.draft` is closed because a stored role line cannot be read; ask your \
         administrator",
    );
    let unknown = ask(&[], &rep(), "quote.delete").unwrap_err();
    assert_eq!(unknown.code(), "SKILL_NOT_REGISTERED");
}

#[test]
fn one_tenants_lines_do_nothing_in_another() {
    let rows = [
        "p, SALES_REP, beta, quote.approve, use, allow",
        "p, SALES_REP, beta, quote.draft, use, deny",
        "g, SALES_REP, SALES_MANAGER, beta",
    ];
    assert!(ask(&sales(), &rows, &rep(), ("quote.draft", None)).is_ok());
    assert!(ask(&sales(), &rows, &rep(), ("quote.approve", None)).is_err());
}

#[test]
fn a_skill_that_names_models_runs_on_no_other_and_not_on_none() {
    let mut drafting = skill("quote.draft", &["SALES_REP"]);
    drafting.models = names(&["qwen:14b", "llama3-70b"]);
    let policy = policy(vec![drafting]);
    let ask = |who: Principal| ask(&policy, &[], &who, ("quote.draft", None));
    assert!(ask(rep().model("qwen:14b")).is_ok());
    refused(
        ask(rep().model("gpt")),
        "MODEL_NOT_ALLOWED",
        "skill `quote.draft` runs on `qwen:14b`, `llama3-70b` only, not on `gpt`",
    );
    refused(
        ask(rep()),
        "MODEL_NOT_ALLOWED",
        "skill `quote.draft` runs on `qwen:14b`, `llama3-70b` only, and the request names no model",
    );
    // Who may not use the skill does not learn its models.
    let stranger = Principal::user("acme", "u-9").role("STRANGER");
    assert_eq!(ask(stranger).unwrap_err().code(), "SKILL_NOT_PERMITTED");
}

#[test]
fn the_entity_is_one_of_the_skills() {
    let mut wide = skill("crm.note", &["SALES_REP"]);
    wide.entities = names(&["Customer", "Quote"]);
    let mut free = skill("crm.chat", &["SALES_REP"]);
    free.entities = Vec::new();
    let policy = policy(vec![wide, free]);
    let ask = |skill, entity| ask(&policy, &[], &rep(), (skill, entity));
    let entity = |skill, entity| ask(skill, entity).unwrap().entity;
    assert_eq!(&*entity("crm.note", Some("Quote")), "Quote");
    refused(
        ask("crm.chat", None),
        "SKILL_NEEDS_ENTITY",
        "skill `crm.chat` works on no entity, so that nothing can be done with it",
    );
    refused(
        ask("crm.note", None),
        "SKILL_NEEDS_ENTITY",
        "skill `crm.note` works on `Customer`, `Quote`; say on which",
    );
    refused(
        ask("crm.note", Some("Contract")),
        "ENTITY_NOT_OF_SKILL",
        "skill `crm.note` works on `Customer`, `Quote`, not on `Contract`",
    );
    refused(
        ask("crm.chat", Some("Quote")),
        "ENTITY_NOT_OF_SKILL",
        "skill `crm.chat` works on no entity, and `Quote` was asked for",
    );
}
