//! Each step of an open operation is decided by the policy, the tables and the roles in force then, and
//! an operation does no more than its limits say.

use chrono::Duration;
use crm_guardrails::policy::{Aggregation, SkillStatus};
use crm_guardrails::stores::{RoleStore, SkillStore};
use crm_guardrails::*;

use super::fixture::*;

fn suspend(world: &World) {
    let row = SkillStatusRow {
        tenant: "acme".into(),
        skill: "quote.draft".into(),
        status: SkillStatus::Suspended,
    };
    world.store.set_skill_status(&row).unwrap();
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
}

fn deny(world: &World) {
    let line = RoleLine {
        kind: "p".into(),
        values: ["SALES_REP", "acme", "quote.draft", "use", "deny"]
            .map(str::to_owned)
            .to_vec(),
    };
    world.store.add_role_lines(&[line]).unwrap();
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
}

fn changes() -> Changes {
    Changes::update(&quote()).set("discount", 6)
}

#[test]
fn a_step_is_decided_by_the_policy_of_its_moment_and_names_it() {
    let world = world();
    let began_under = world.guard.policy_digest();
    let mut op = world.begin(&rep(), "quote.draft");
    let _ = op.read(&quote()).unwrap();
    let stricter = POLICY
        .replace("discount > 40%", "discount > 4%")
        .replace("read  id, owner", "read  id");
    let stricter = stricter.replace("owner == actor.id", "id == \"q-1\"");
    world.guard.replace_policy(policy(&stricter)).unwrap();
    assert!(op.read(&quote()).unwrap().value("owner").is_none());
    let decision = op.propose(&changes()).unwrap();
    assert_eq!(codes(decision.reasons()), ["DISCOUNT_TOO_DEEP"]);
    assert_eq!(decision.policy_digest(), world.guard.policy_digest());
    drop(op);
    let text = world.audit_text();
    let names = |digest: policy::Digest| text.matches(&format!("\"policy\":\"{digest}\"")).count();
    assert_eq!(names(began_under), 2, "intent and the first read: {text}");
    assert_eq!(names(world.guard.policy_digest()), 3, "{text}");
}

#[test]
fn a_suspended_skill_and_a_denied_right_refuse_the_next_step() {
    type Close = fn(&World);
    let closings: [(&str, Close); 2] = [("SKILL_SUSPENDED", suspend), ("SKILL_DENIED", deny)];
    for (code, close) in closings {
        let world = world();
        let [mut one, mut two, mut three, mut four] =
            [0; 4].map(|_| world.begin(&rep(), "quote.draft"));
        let _ = one.read(&quote()).unwrap();
        close(&world);
        let error = one.read(&quote()).unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Denied, code));
        assert_eq!(two.read_many(&[quote()]).unwrap_err().code(), code);
        let figure = three.aggregate(&[quote()], "discount", Aggregation::Sum);
        assert_eq!(figure.unwrap_err().code(), code);
        let decision = four.propose(&changes()).unwrap();
        assert_eq!(decision.outcome(), &Outcome::Deny);
        assert_eq!(codes(decision.reasons()), [code]);
        assert!(decision.verdicts().is_empty());
        assert!(decision.explain().rules.is_empty());
        let text = world.audit_text();
        let refused = format!(r#""reasons":[{{"code":"{code}""#);
        assert_eq!(text.matches(&refused).count(), 4, "{text}");
        let failed = format!(r#""data":{{"code":"{code}""#);
        assert_eq!(text.matches(&failed).count(), 1, "{text}");
    }
}

#[test]
fn what_is_refused_once_is_refused_again_until_it_is_let() {
    let world = world();
    let mut op = world.begin(&rep(), "quote.draft");
    suspend(&world);
    for _ in 0..3 {
        assert_eq!(op.read(&quote()).unwrap_err().code(), "SKILL_SUSPENDED");
    }
    let row = SkillStatusRow {
        tenant: "acme".into(),
        skill: "quote.draft".into(),
        status: SkillStatus::Active,
    };
    world.store.set_skill_status(&row).unwrap();
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
    let _ = op.read(&quote()).unwrap();
}

#[test]
fn a_policy_without_the_skill_or_the_model_ends_it() {
    let world = world();
    let with_model = rep().model("qwen:14b");
    let mut op = world.begin(&with_model, "quote.careful");
    let _ = op.read(&quote()).unwrap();
    let other = POLICY.replace("models \"qwen:14b\"", "models \"other\"");
    world.guard.replace_policy(policy(&other)).unwrap();
    assert_eq!(op.read(&quote()).unwrap_err().code(), "MODEL_NOT_ALLOWED");
    let none = POLICY.replace("skill quote.careful", "skill quote.gone");
    world.guard.replace_policy(policy(&none)).unwrap();
    assert_eq!(
        op.read(&quote()).unwrap_err().code(),
        "SKILL_NOT_REGISTERED"
    );
}

#[test]
fn the_shadow_policy_of_the_moment_is_the_one_that_is_asked() {
    let world = world();
    let mut op = world.begin(&rep(), "quote.draft");
    let shadow = POLICY.replace("discount > 40%", "discount > 4%");
    let shadow = Some(policy(&shadow));
    world.guard.replace_shadow_policy(shadow).unwrap();
    let decision = op.propose(&changes()).unwrap();
    assert_eq!(decision.outcome().as_str(), "allow");
    assert_eq!(
        decision.shadow_policy().unwrap().outcome(),
        OutcomeKind::Deny
    );
}

#[test]
fn an_operation_reads_and_proposes_for_an_hour() {
    let world = world();
    let mut op = world.begin(&rep(), "quote.draft");
    world.pass(Duration::minutes(59));
    let _ = op.read(&quote()).unwrap();
    world.pass(Duration::minutes(1));
    let error = op.read(&quote()).unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::LimitReached, "OPERATION_TOO_OLD")
    );
    let error = op.propose(&changes()).unwrap_err();
    assert_eq!(error.code(), "OPERATION_TOO_OLD");
    assert!(world.audit_text().contains("OPERATION_TOO_OLD"));
    op.complete("what was done before").unwrap();
}

#[test]
fn an_operation_proposes_a_hundred_changes() {
    let world = world();
    let mut op = world.begin(&rep(), "quote.draft");
    for _ in 0..100 {
        let _ = op.propose(&changes()).unwrap();
    }
    let error = op.propose(&changes()).unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::LimitReached, "OPERATION_PROPOSALS_REACHED")
    );
}

#[test]
fn an_operation_is_handed_ten_thousand_records_in_reach_or_not() {
    let world = world();
    let mut op = world.begin(&rep(), "quote.draft");
    let foreign = vec![quote().with("owner", "u-99"); 9_999];
    assert!(op.read_many(&foreign).unwrap().is_empty());
    let two = [quote(), quote()];
    let error = op.read_many(&two).unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::LimitReached, "OPERATION_ROWS_REACHED")
    );
    let _ = op.read(&quote()).unwrap();
    assert_eq!(
        op.read(&quote()).unwrap_err().code(),
        "OPERATION_ROWS_REACHED"
    );
    let figure = op.aggregate(&[quote()], "discount", Aggregation::Sum);
    assert_eq!(figure.unwrap_err().code(), "OPERATION_ROWS_REACHED");
}

#[test]
fn rules_on_reading_do_not_take_writing_away() {
    let rule = r#"
rule closed { on read of Quote when stage == DRAFT then hide discount }
"#;
    let world = world_with(&format!("{POLICY}{rule}"));
    let mut op = world.begin(&rep(), "quote.draft");
    assert!(op.read(&quote()).unwrap().value("discount").is_none());
    let decision = op.propose(&changes()).unwrap();
    assert_eq!(decision.outcome().as_str(), "allow", "{decision:?}");
}
