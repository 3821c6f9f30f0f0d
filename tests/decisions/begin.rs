use std::sync::atomic::Ordering;

use chrono::Duration;
use crm_guardrails::policy::SkillStatus;
use crm_guardrails::stores::{RoleStore, SkillStore};
use crm_guardrails::*;

use super::fixture::*;

fn refusal(world: &World, principal: &Principal, skill: &str) -> Error {
    world
        .guard
        .begin(Request::new(principal, skill).entity("Quote"))
        .unwrap_err()
}

#[test]
fn each_refusal_has_its_own_reason_and_is_on_record() {
    let world = world();
    let row = |status| SkillStatusRow {
        tenant: "acme".into(),
        skill: "quote.draft".into(),
        status,
    };
    assert_eq!(
        refusal(&world, &rep(), "quote.send").code(),
        "SKILL_NOT_REGISTERED"
    );
    assert_eq!(
        refusal(&world, &finance(), "quote.draft").code(),
        "SKILL_NOT_PERMITTED"
    );
    assert_eq!(
        refusal(&world, &rep(), "quote.careful").code(),
        "MODEL_NOT_ALLOWED"
    );
    let rep = rep();
    let other = Request::new(&rep, "quote.draft").entity("Invoice");
    assert_eq!(
        world.guard.begin(other).unwrap_err().code(),
        "ENTITY_NOT_OF_SKILL"
    );
    world
        .store
        .set_skill_status(&row(SkillStatus::Suspended))
        .unwrap();
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
    let error = refusal(&world, &rep, "quote.draft");
    assert_eq!(error.code(), "SKILL_SUSPENDED");
    assert_eq!(error.kind(), ErrorKind::Denied);
    let refused = world.audit_text().matches("\"refused\"").count();
    assert_eq!(refused, 5, "{}", world.audit_text());
}

/// Two entities, and models; `wide` names only one under the shadow policy.
fn wide_world() -> World {
    let wide = "skill crm.note { title \"Note\" does update on Quote, Clause impact 1 allow SALES_REP models \"m\" }";
    world_with(&format!("{POLICY}\n{wide}\n"))
}

#[test]
fn whether_a_skill_has_several_entities_is_told_to_those_who_may_use_it() {
    let world = wide_world();
    let begin = |who: &Principal| {
        let request = Request::new(who, "crm.note");
        world.guard.begin(request).unwrap_err()
    };
    let stranger = begin(&finance().agent("copilot").model("m"));
    assert_eq!(
        (stranger.kind(), stranger.code()),
        (ErrorKind::Denied, "SKILL_NOT_PERMITTED")
    );
    assert!(!stranger.to_string().contains("Clause"), "{stranger}");
    // Nor to one whose model it may not run on.
    assert_eq!(begin(&rep().model("other")).code(), "MODEL_NOT_ALLOWED");
    let unsaid = begin(&rep().model("m"));
    assert_eq!(
        (unsaid.kind(), unsaid.code()),
        (ErrorKind::Denied, "SKILL_NEEDS_ENTITY")
    );
    // Also where a plan is there already: what was refused stays refused.
    let named = |who: &Principal, entity: &str| {
        let request = Request::new(who, "crm.note").entity(entity);
        world.guard.begin(request).map(drop)
    };
    named(&rep().model("m"), "Quote").unwrap();
    assert_eq!(begin(&rep().model("other")).code(), "MODEL_NOT_ALLOWED");
    assert_eq!(begin(&rep().model("m")).code(), "SKILL_NEEDS_ENTITY");
    let other = rep().model("other");
    assert_eq!(
        named(&other, "Quote").unwrap_err().code(),
        "MODEL_NOT_ALLOWED"
    );
    let elsewhere = named(&rep().model("m"), "Invoice").unwrap_err();
    assert_eq!(elsewhere.code(), "ENTITY_NOT_OF_SKILL");
}

#[test]
fn a_refusal_for_want_of_an_entity_is_on_record_with_its_reason() {
    let world = wide_world();
    let rep = rep().model("m");
    let request = Request::new(&rep, "crm.note");
    let error = world.guard.begin(request.clone()).unwrap_err();
    let recorded = world.audit_text();
    assert!(
        recorded.contains("\"code\":\"SKILL_NEEDS_ENTITY\""),
        "{recorded}"
    );
    let explained = world.guard.explain_refusal(&request, &error);
    let codes: Vec<&str> = explained.refusals.iter().map(|one| &*one.code).collect();
    assert_eq!(codes, ["SKILL_NEEDS_ENTITY"]);
}

#[test]
fn an_explicit_denial_stands_over_a_permission() {
    let world = world();
    let line = RoleLine {
        kind: "p".into(),
        values: ["SALES_REP", "acme", "quote.draft", "use", "deny"]
            .map(str::to_owned)
            .to_vec(),
    };
    world.store.add_role_lines(&[line]).unwrap();
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
    assert_eq!(
        refusal(&world, &rep(), "quote.draft").code(),
        "SKILL_DENIED"
    );
    let elsewhere = Principal::user("globex", "u-17").role("SALES_REP");
    assert!(
        world
            .guard
            .begin(Request::new(&elsewhere, "quote.draft"))
            .is_ok()
    );
}

#[test]
fn a_limit_counts_each_user_apart_and_slides() {
    let world = world();
    let with_model = |user: &str| {
        Principal::user("acme", user)
            .role("SALES_REP")
            .agent("copilot")
            .model("qwen:14b")
    };
    let (one, two) = (with_model("u-1"), with_model("u-2"));
    drop(world.begin(&one, "quote.careful"));
    world.pass(Duration::seconds(30));
    drop(world.begin(&one, "quote.careful"));
    let error = refusal(&world, &one, "quote.careful");
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::LimitReached, "LIMIT_REACHED")
    );
    drop(world.begin(&two, "quote.careful"));
    world.pass(Duration::seconds(31));
    drop(world.begin(&one, "quote.careful"));
    assert_eq!(
        refusal(&world, &one, "quote.careful").code(),
        "LIMIT_REACHED"
    );
}

#[test]
fn nothing_begins_that_cannot_be_recorded() {
    let world = world();
    let mut op = world.begin(&rep(), "quote.draft");
    world.store.broken.store(true, Ordering::SeqCst);
    assert_eq!(
        refusal(&world, &rep(), "quote.draft").kind(),
        ErrorKind::Store
    );
    assert_eq!(op.read(&quote()).unwrap_err().kind(), ErrorKind::Store);
    let change = Changes::update(&quote()).set("discount", 6);
    assert_eq!(op.propose(&change).unwrap_err().kind(), ErrorKind::Store);
    world.store.broken.store(false, Ordering::SeqCst);
    assert!(
        op.complete("after all").is_err(),
        "an unrecorded proposal is not completed"
    );
}

#[test]
fn inherited_roles_grant_and_do_not_bind() {
    let world = world();
    let line = RoleLine {
        kind: "g".into(),
        values: ["TEAM_LEAD", "SALES_REP", "acme"]
            .map(str::to_owned)
            .to_vec(),
    };
    world.store.add_role_lines(&[line]).unwrap();
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
    let lead = Principal::user("acme", "u-17").role("TEAM_LEAD");
    let change = Changes::update(&quote()).set("discount", 20);
    let decision = world.propose(&lead, "quote.draft", &change);
    assert!(decision.release().is_some(), "{:?}", decision.reasons());
}

#[test]
fn what_becomes_of_an_operation_is_on_record() {
    let world = world();
    world.begin(&rep(), "quote.draft").complete("done").unwrap();
    world.begin(&rep(), "quote.draft").fail("CRM_DOWN").unwrap();
    drop(world.begin(&rep(), "quote.draft"));
    drop(world.propose(
        &rep(),
        "quote.draft",
        &Changes::update(&quote()).set("discount", 50),
    ));
    drop(world.propose(
        &rep(),
        "quote.draft",
        &Changes::update(&quote()).set("discount", 20),
    ));
    let text = world.audit_text();
    for status in ["completed", "failed", "abandoned", "denied", "waiting"] {
        assert_eq!(
            text.matches(&format!("\"status\":\"{status}\"")).count(),
            1,
            "{status}: {text}"
        );
    }
}

#[test]
fn names_and_purpose_have_limits() {
    let world = world();
    let rep = rep();
    let long = Request::new(&rep, "quote.draft").purpose("x".repeat(4_097));
    let error = world.guard.begin(long).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    let wide = Principal::user("acme", "u".repeat(257));
    assert_eq!(
        refusal(&world, &wide, "quote.draft").kind(),
        ErrorKind::Input
    );
}
