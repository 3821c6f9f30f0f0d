//! An update leaves the record in the row scope of a grant, or is refused, except for the fields that may
//! be written beyond scope.

use crm_guardrails::*;

use super::fixture::{World, codes, ticket, world_with};

/// A policy with these grants.
fn policy(grants: &str) -> String {
    format!(
        r#"guard 1
entity Team {{ lead : text?  seat : text? }}
entity Deal {{
    id     : text
    owner  : text?
    region : text?
    amount : int?
    cost   : int?
    team   : Team?
    stage  : enum {{ OPEN, CLOSED }}
}}
{grants}
skill deal.edit   {{ title "Edit"   does update on Deal impact 3 allow REP, DESK }}
skill deal.new    {{ title "New"    does create on Deal impact 3 allow REP, DESK }}
skill deal.remove {{ title "Remove" does delete on Deal impact 3 allow REP, DESK }}
approval boss {{ step boss 1 of BOSS expires 3d execute within 1h }}
rule large {{ on update of Deal when amount is present and amount > 100 then require approval boss because "large" }}
"#
    )
}

/// A representative's own deals.
const OWN: &str =
    "grant REP on Deal where owner == actor.id { read id  write owner, region, amount, team }";

fn deal() -> Record {
    let json = r#"{"id": "d-1", "owner": "me", "region": "EU", "amount": 1, "cost": 9,
        "team": {"lead": "me", "seat": "A"}, "stage": "OPEN"}"#;
    Record::from_json("Deal", json).unwrap()
}

fn update(record: &Record, set: &str) -> Changes {
    let set = parse_fields(set, JsonLimits::default()).unwrap();
    set.iter()
        .fold(Changes::update(record), |changes, (name, value)| {
            changes.set(name.clone(), value.clone())
        })
}

fn person(roles: &[&str]) -> Principal {
    let person = Principal::user("acme", "me");
    roles.iter().fold(person, |person, role| person.role(*role))
}

fn begin(world: &World, roles: &[&str], skill: &str) -> Operation {
    let person = person(roles);
    let request = Request::new(&person, skill).entity("Deal");
    world.guard.begin(request).unwrap()
}

fn propose(grants: &str, roles: &[&str], changes: &Changes) -> Decision {
    let world = world_with(&policy(grants));
    let skill = match changes.verb() {
        policy::Verb::Create => "deal.new",
        policy::Verb::Delete => "deal.remove",
        _ => "deal.edit",
    };
    begin(&world, roles, skill).propose(changes).unwrap()
}

/// The codes of the refusal; empty where the change is allowed.
fn refused(grants: &str, set: &str) -> Vec<String> {
    let decision = propose(grants, &["REP"], &update(&deal(), set));
    let codes = codes(decision.reasons()).into_iter();
    codes.map(str::to_owned).collect()
}

const MOVED_OUT: [&str; 1] = ["OUT_OF_SCOPE"];
const NOTHING: [&str; 0] = [];

#[test]
fn a_change_that_takes_the_record_out_of_scope_is_refused() {
    for set in [
        r#"{"owner": "eve"}"#,
        r#"{"owner": null}"#,
        r#"{"owner": "eve", "amount": 2}"#,
    ] {
        assert_eq!(refused(OWN, set), MOVED_OUT, "{set}");
    }
    for set in [
        r#"{"owner": "me"}"#,
        r#"{"region": "US", "amount": 2}"#,
        "{}",
    ] {
        assert_eq!(refused(OWN, set), NOTHING, "{set}");
    }
}

#[test]
fn the_refusal_shows_no_value_and_nothing_is_evaluated() {
    let loud = format!(
        "{OWN}\nrule loud {{ on update of Deal when cost > 5 then deny LOUD because \"{{owner}}\" }}"
    );
    let world = world_with(&policy(&loud));
    let mut operation = begin(&world, &["REP"], "deal.edit");
    let changes = update(&deal(), r#"{"owner": "eve-4711", "amount": 500}"#);
    let decision = operation.propose(&changes).unwrap();
    assert_eq!(codes(decision.reasons()), MOVED_OUT);
    assert_eq!(
        decision.reasons()[0].message(),
        "the record of `Deal` would be out of reach of every grant"
    );
    assert!(decision.verdicts().is_empty() && decision.risk().score.is_none());
    let why = decision.explain();
    assert!(
        why.to_json().contains("owner == actor.id"),
        "{}",
        why.to_json()
    );
    drop(operation);
    let everything = format!("{decision:?} {why} {}{}", why.to_json(), world.audit_text());
    for secret in ["4711", "LOUD"] {
        assert!(!everything.contains(secret), "{everything}");
    }
}

#[test]
fn a_field_may_be_written_beyond_scope_where_a_grant_says_so() {
    let grant = OWN.replace(
        "write owner, region",
        "write owner beyond scope  write region",
    );
    assert_eq!(refused(&grant, r#"{"owner": "eve"}"#), NOTHING);
    assert_eq!(
        refused(&grant, r#"{"owner": null, "region": "US"}"#),
        NOTHING
    );
    // Every other field of the change counts.
    let both = grant.replace(
        "where owner == actor.id",
        r#"where owner == actor.id and region == "EU""#,
    );
    assert_eq!(refused(&both, r#"{"owner": "eve"}"#), NOTHING);
    assert_eq!(refused(&both, r#"{"region": "US"}"#), MOVED_OUT);
    assert_eq!(
        refused(&both, r#"{"owner": "eve", "region": "US"}"#),
        MOVED_OUT
    );
}

#[test]
fn every_field_may_but_for_some() {
    let all = "grant REP on Deal where owner == actor.id and region == \"EU\" { write * except region, cost beyond scope  write region }";
    assert_eq!(refused(all, r#"{"owner": "eve"}"#), NOTHING);
    assert_eq!(refused(all, r#"{"region": "US"}"#), MOVED_OUT);
    let whole =
        "grant REP on Deal where owner == actor.id and region == \"EU\" { write * beyond scope }";
    assert_eq!(
        refused(whole, r#"{"owner": "eve", "region": "US"}"#),
        NOTHING
    );
}

#[test]
fn the_record_may_move_from_one_grants_scope_to_anothers() {
    let two = format!(
        "{OWN}\ngrant DESK on Deal where region == \"EU\" {{ read id, region  write region }}"
    );
    let decide = |roles: &[&str], set: &str| {
        let decision = propose(&two, roles, &update(&deal(), set));
        let codes = codes(decision.reasons()).into_iter();
        codes.map(str::to_owned).collect::<Vec<_>>()
    };
    let out = r#"{"owner": "eve"}"#;
    assert_eq!(decide(&["REP"], out), MOVED_OUT);
    assert_eq!(decide(&["REP", "DESK"], out), NOTHING);
    assert_eq!(decide(&["DESK"], r#"{"region": "US"}"#), MOVED_OUT);
    assert_eq!(decide(&["REP", "DESK"], r#"{"region": "US"}"#), NOTHING);
    assert_eq!(
        decide(&["REP", "DESK"], r#"{"owner": "eve", "region": "US"}"#),
        MOVED_OUT
    );
    // A grant in another context keeps nothing in scope.
    let elsewhere = two.replace(
        "on Deal where region",
        "on Deal for ai \"mail\" where region",
    );
    let decision = propose(&elsewhere, &["REP", "DESK"], &update(&deal(), out));
    assert_eq!(codes(decision.reasons()), MOVED_OUT);
}

#[test]
fn only_a_grant_that_holds_for_the_record_as_it_is_lets_it_go() {
    let hers =
        format!("{OWN}\ngrant DESK on Deal where region == \"US\" {{ write owner beyond scope }}");
    let there = |region: &str| {
        let record = deal().with("region", region);
        let changes = update(&record, r#"{"owner": "eve", "region": "XX"}"#);
        let decision = propose(&hers, &["REP", "DESK"], &changes);
        decision
            .reasons()
            .first()
            .map(|reason| reason.code().to_owned())
    };
    assert_eq!(there("EU").as_deref(), Some("OUT_OF_SCOPE"));
    assert_eq!(there("US").as_deref(), None);
}

#[test]
fn the_clause_holds_under_its_condition() {
    let grant = OWN.replace(
        "write owner, region",
        "write owner beyond scope when stage == CLOSED  write owner, region",
    );
    assert_eq!(refused(&grant, r#"{"owner": "eve"}"#), MOVED_OUT);
    let closed = deal().with("stage", "CLOSED");
    let changes = update(&closed, r#"{"owner": "eve"}"#);
    assert!(propose(&grant, &["REP"], &changes).reasons().is_empty());
    // A condition that is not known gives nothing.
    let unknown = grant.replace("stage == CLOSED", "cost > 5");
    let changes = update(&deal().with("cost", Value::Null), r#"{"owner": "eve"}"#);
    assert_eq!(
        codes(propose(&unknown, &["REP"], &changes).reasons()),
        MOVED_OUT
    );
}

#[test]
fn a_field_that_is_not_writable_is_not_written_beyond_scope() {
    let masked = OWN.replace(
        "write owner, region",
        "write owner beyond scope  hide owner  write region",
    );
    assert_eq!(
        refused(&masked, r#"{"owner": "eve"}"#),
        ["FIELD_NOT_WRITABLE"]
    );
    // Another grant lets the hidden field be written, but within the scope.
    let beside = format!("{masked}\ngrant REP on Deal where owner == actor.id {{ write owner }}");
    assert_eq!(refused(&beside, r#"{"owner": "eve"}"#), MOVED_OUT);
}

#[test]
fn a_refused_field_counts_as_unchanged() {
    let grant = OWN.replace("owner == actor.id", "owner == actor.id and cost > 5");
    assert_eq!(refused(&grant, r#"{"cost": 1}"#), ["FIELD_NOT_WRITABLE"]);
    let both = r#"{"cost": 1, "owner": "eve"}"#;
    assert_eq!(
        refused(&grant, both),
        ["OUT_OF_SCOPE", "FIELD_NOT_WRITABLE"]
    );
    // A value that is none of its type is no change either.
    assert_eq!(refused(OWN, r#"{"owner": 17}"#), ["FIELD_INVALID"]);
}

#[test]
fn a_scope_that_is_not_known_after_the_change_does_not_hold() {
    let grant = OWN.replace("owner == actor.id", "amount < 10");
    assert_eq!(refused(&grant, r#"{"amount": 5}"#), NOTHING);
    assert_eq!(refused(&grant, r#"{"amount": null}"#), MOVED_OUT);
    assert_eq!(refused(&grant, r#"{"amount": 10}"#), MOVED_OUT);
}

#[test]
fn a_scope_may_read_what_is_nested() {
    let grant = OWN.replace("owner == actor.id", "team.lead == actor.id");
    let to = |lead: &str| format!(r#"{{"team": {{"lead": "{lead}", "seat": "B"}}}}"#);
    assert_eq!(refused(&grant, &to("me")), NOTHING);
    assert_eq!(refused(&grant, &to("eve")), MOVED_OUT);
    let beyond = grant.replace("amount, team", "amount  write team beyond scope");
    assert_eq!(refused(&beyond, &to("eve")), NOTHING);
    // A change replaces the team as a whole, so all of it must be writable beyond scope.
    let part = grant.replace("amount, team", "amount, team  write team.lead beyond scope");
    assert_eq!(refused(&part, &to("me")), NOTHING);
    assert_eq!(refused(&part, &to("eve")), MOVED_OUT);
}

#[test]
fn without_a_row_scope_nothing_is_beyond_it() {
    let all = "grant REP on Deal { write owner }";
    assert_eq!(refused(all, r#"{"owner": "eve"}"#), NOTHING);
    let beside = format!("{OWN}\ngrant REP on Deal {{ read id }}");
    assert_eq!(refused(&beside, r#"{"owner": "eve"}"#), NOTHING);
}

#[test]
fn a_new_record_must_be_in_scope_and_a_removed_one_was() {
    let grant = OWN.replace("write owner,", "write id, owner beyond scope  write stage,");
    let new = |owner: &str| {
        let record = Record::from_json("Deal", r#"{"id": "d-2", "stage": "OPEN"}"#).unwrap();
        Changes::create(record.with("owner", owner))
    };
    assert_eq!(
        codes(propose(&grant, &["REP"], &new("eve")).reasons()),
        MOVED_OUT
    );
    assert!(propose(&grant, &["REP"], &new("me")).reasons().is_empty());
    let removal = propose(OWN, &["REP"], &Changes::delete(&deal()));
    assert!(removal.reasons().is_empty(), "{:?}", removal.reasons());
}

#[test]
fn another_tenant_is_out_of_every_scope() {
    let tenant = |grants: &str| {
        let text =
            policy(grants).replace("id     : text\n", "id     : text\n    tenant_id : text?\n");
        let world = world_with(&text);
        let changes = update(&deal(), r#"{"tenant_id": "globex"}"#);
        let decision = begin(&world, &["REP"], "deal.edit")
            .propose(&changes)
            .unwrap();
        codes(decision.reasons()).join(" ")
    };
    let all = "grant REP on Deal where owner == actor.id { write * beyond scope }";
    assert_eq!(tenant(all), "OUT_OF_SCOPE");
}

#[test]
fn what_is_out_of_scope_already_does_not_exist_whatever_is_proposed() {
    let grant = OWN.replace("write owner,", "write owner beyond scope  write");
    let hers = deal().with("owner", "eve");
    for set in [r#"{"owner": "me"}"#, r#"{"owner": "eve"}"#, "{}"] {
        let decision = propose(&grant, &["REP"], &update(&hers, set));
        assert_eq!(codes(decision.reasons()), MOVED_OUT);
        let message = decision.reasons()[0].message();
        assert_eq!(message, "no such record of `Deal` within reach");
    }
}

#[test]
fn an_approved_change_is_held_to_the_scope_of_the_day_it_is_used() {
    let beyond = OWN.replace("write owner,", "write owner beyond scope  write");
    let boss = "\ngrant BOSS on Deal { read * }";
    let world = world_with(&policy(&format!("{beyond}{boss}")));
    let changes = update(&deal(), r#"{"owner": "eve", "amount": 500}"#);
    let id = ticket(
        &begin(&world, &["REP"], "deal.edit")
            .propose(&changes)
            .unwrap(),
    );
    let approver = Principal::user("acme", "u-9").role("BOSS");
    world.guard.approvals().approve(id, &approver, "").unwrap();
    // By then nobody may write beyond scope.
    let narrow = super::fixture::policy(&policy(&format!("{OWN}{boss}")));
    world.guard.replace_policy(narrow).unwrap();
    let refusal = world
        .guard
        .resume(id, &person(&["REP"]), deal())
        .unwrap_err();
    assert_eq!(codes(refusal.reasons()), MOVED_OUT);
    let wide = super::fixture::policy(&policy(&format!("{beyond}{boss}")));
    world.guard.replace_policy(wide).unwrap();
    let (operation, release) = world.guard.resume(id, &person(&["REP"]), deal()).unwrap();
    assert_eq!(release.fields().value("owner"), Some(&Value::from("eve")));
    operation.complete("applied").unwrap();
}

#[test]
fn a_shadow_policy_is_held_to_its_own_scope() {
    let beyond = OWN.replace("write owner,", "write owner beyond scope  write");
    let difference = |in_force: &str, shadow: &str| {
        let world = world_with(&policy(in_force));
        let shadow = super::fixture::policy(&policy(shadow));
        world.guard.replace_shadow_policy(Some(shadow)).unwrap();
        let mut operation = begin(&world, &["REP"], "deal.edit");
        let changes = update(&deal(), r#"{"owner": "eve"}"#);
        let decision = operation.propose(&changes).unwrap();
        decision.shadow_policy().unwrap().difference()
    };
    assert_eq!(difference(&beyond, OWN), Difference::Narrower);
    assert_eq!(difference(&beyond, &beyond), Difference::Same);
    // Of what the policy in force does not evaluate the shadow policy is not asked.
    assert_eq!(difference(OWN, &beyond), Difference::Same);
}
