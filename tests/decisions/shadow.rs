use crm_guardrails::audit::{RecordedEvent, RecordedKind};
use crm_guardrails::policy::Aggregation;
use crm_guardrails::stores::TicketStore as _;
use crm_guardrails::*;

use super::fixture::*;

/// The company's policy with another one beside it: some of its text replaced.
fn beside(replace: &[(&str, &str)]) -> World {
    let mut text = POLICY.to_owned();
    for (old, new) in replace {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    let world = world();
    let shadow = policy(&text);
    world.guard.replace_shadow_policy(Some(shadow)).unwrap();
    world
}

fn to(discount: i64) -> Changes {
    Changes::update(&quote()).set("discount", discount)
}

/// What a shadow policy said, as `step: in force -> outcome difference [fields] [records]`, with a dash
/// for a record that is counted and not named.
fn answers(world: &World) -> Vec<String> {
    let text = world.audit_text();
    let events = text.lines().map(|line| RecordedEvent::read(line).unwrap());
    events
        .filter_map(|event| match event.kind {
            RecordedKind::Shadow {
                step,
                outcome,
                difference,
                in_force,
                fields,
                records,
                withheld,
                ..
            } => {
                let more = vec!["-".to_owned(); usize::try_from(withheld).unwrap()];
                let records = [records, more].concat();
                let fields = fields.iter().map(|field| {
                    let mask = &field.mask;
                    format!("{}={}{mask}", field.field, field.access)
                });
                let fields: Vec<_> = fields.collect();
                Some(format!(
                    "{step}: {in_force} -> {outcome} {difference} [{}] [{}]",
                    fields.join(","),
                    records.join(",")
                ))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn a_stricter_shadow_is_told_and_changes_nothing() {
    let world = beside(&[("discount > 15%", "discount > 10%")]);
    let decision = world.propose(&rep(), "quote.draft", &to(12));
    assert!(decision.release().is_some());
    let shadow = decision.shadow_policy().unwrap();
    assert_eq!(shadow.outcome(), OutcomeKind::NeedsApproval);
    assert_eq!(shadow.chains().to_string(), "discount_approval");
    assert_eq!(shadow.difference(), Difference::Narrower);
    assert_eq!(
        Some(shadow.policy_digest()),
        world.guard.shadow_policy_digest()
    );
    assert_eq!(shadow.reasons()[0].message(), "折扣超过销售代表权限: 12%");
    assert_eq!(
        answers(&world),
        ["propose: allow -> needs_approval narrower [] [q-1]"]
    );
    assert!(world.store.ticket_rows("", 10).unwrap().is_empty());
}

#[test]
fn a_laxer_shadow_lets_nothing_through() {
    let world = beside(&[("when discount > 40%", "when discount > 60%")]);
    let decision = world.propose(&rep(), "quote.draft", &to(45));
    assert_eq!(decision.outcome(), &Outcome::Deny);
    let shadow = decision.shadow_policy().unwrap();
    assert_eq!(shadow.outcome(), OutcomeKind::NeedsApproval);
    assert_eq!(shadow.difference(), Difference::Wider);
}

#[test]
fn a_chain_of_the_same_name_that_asks_others_is_another() {
    let world = beside(&[(
        "step manager 1 of SALES_MANAGER within 4h else deny\n    never",
        "step manager 1 of FINANCE within 4h else deny\n    never",
    )]);
    let decision = world.propose(&rep(), "quote.draft", &to(20));
    let shadow = decision.shadow_policy().unwrap();
    assert_eq!(shadow.chains().to_string(), "discount_approval");
    assert_eq!(shadow.difference(), Difference::Otherwise);
}

#[test]
fn a_further_chain_is_narrower() {
    let world = beside(&[(
        "rule too_deep",
        "rule both { on update of Quote when discount > 15% then require approval finance_approval }
         rule too_deep",
    )]);
    let decision = world.propose(&rep(), "quote.draft", &to(20));
    let shadow = decision.shadow_policy().unwrap();
    assert_eq!(
        shadow.chains().to_string(),
        "discount_approval+finance_approval"
    );
    assert_eq!(shadow.difference(), Difference::Narrower);
}

#[test]
fn the_same_policy_says_the_same() {
    let world = beside(&[]);
    let quotes = [quote(), another("q-2", "u-99")];
    for person in [rep(), manager()] {
        let mut op = world.begin(&person, "quote.draft");
        op.read_many(&quotes).unwrap();
        for discount in [5, 20, 50] {
            let decision = world.propose(&person, "quote.draft", &to(discount));
            let shadow = decision.shadow_policy().unwrap();
            assert_eq!(shadow.difference(), Difference::Same);
            assert_eq!(shadow.outcome(), decision.outcome().kind());
            assert_eq!(codes(shadow.reasons()), codes(decision.reasons()));
        }
    }
    let told = answers(&world);
    assert_eq!(told.len(), 6, "reads that come out alike are not recorded");
    assert!(told.iter().all(|told| told.contains(" same ")), "{told:?}");
}

fn another(id: &str, owner: &str) -> Record {
    let text = format!(
        r#"{{"id": "{id}", "owner": "{owner}", "discount": 5, "amount": "1000.00",
             "stage": "DRAFT", "cost_price": "888.88", "contact_phone": "13912345678"}}"#
    );
    Record::from_json("Quote", &text).unwrap()
}

#[test]
fn what_would_be_shown_of_records_is_recorded_where_it_differs() {
    let world = beside(&[
        (
            "read  id, owner, stage, clauses",
            "read  id, owner, clauses, cost_price",
        ),
        (
            "mask  contact_phone with phone",
            "mask  contact_phone with redact",
        ),
        ("where owner == actor.id", "where owner != \"nobody\""),
    ]);
    let quotes = [quote(), another("q-2", "u-17"), another("q-3", "u-99")];
    let mut op = world.begin(&rep(), "quote.draft");
    let shown = op.read_many(&quotes).unwrap();
    assert_eq!(shown.len(), 2);
    assert!(!shown[0].to_json().contains("777.77"));
    assert_eq!(
        answers(&world),
        [
            "read: allow -> allow otherwise \
             [contact_phone=maskedredact,cost_price=read,stage=hidden] [q-1,q-2]",
            "read: out_of_reach -> allow wider [] [-]",
        ]
    );
    let audit = world.audit_text();
    assert!(!audit.contains("777.77") && !audit.contains("13812345678"));
    assert!(!audit.contains("q-3"), "out of reach, and so not named");
}

#[test]
fn what_rules_on_reading_would_refuse_is_recorded() {
    let rule =
        "rule sealed { on read of Quote when stage == DRAFT then deny SEALED }\nrule too_deep";
    let world = beside(&[("rule too_deep", rule)]);
    let quote = quote();
    let mut op = world.begin(&rep(), "quote.draft");
    drop(op.read(&quote).unwrap());
    assert_eq!(answers(&world), ["read: allow -> deny narrower [] [q-1]"]);
    assert!(world.audit_text().contains("SEALED"));
}

#[test]
fn what_the_policy_in_force_refuses_to_show_is_compared_too() {
    let world = beside(&[("where owner == actor.id", "where stage == DRAFT")]);
    let foreign = another("q-9", "u-99");
    let mut op = world.begin(&rep(), "quote.draft");
    let error = op.read(&foreign).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        answers(&world),
        ["read: out_of_reach -> allow wider [] [-]"]
    );
}

#[test]
fn another_tenants_record_is_out_of_reach_of_every_policy() {
    let world = beside(&[("where owner == actor.id", "")]);
    let text = r#"{"id": "q-1", "tenant_id": "rival", "owner": "u-17"}"#;
    let theirs = Record::from_json("Quote", text).unwrap();
    let mut op = world.begin(&rep(), "quote.draft");
    op.read(&theirs).unwrap_err();
    assert!(answers(&world).is_empty());
    let decision = op
        .propose(&Changes::update(&theirs).set("discount", 5))
        .unwrap();
    assert_eq!(
        decision.shadow_policy().unwrap().outcome(),
        OutcomeKind::Deny
    );
}

#[test]
fn reasons_of_a_shadow_show_what_the_policy_in_force_shows() {
    let world = beside(&[
        (
            "read  id, owner, stage, clauses",
            "read  id, owner, stage, clauses, cost_price",
        ),
        ("mask  contact_phone with phone", "read contact_phone"),
        (
            "rule too_deep",
            "rule told { on update of Quote when discount > 1%
               then deny TOLD because \"costs {cost_price}, call {contact_phone}\" }
             rule too_deep",
        ),
    ]);
    let decision = world.propose(&rep(), "quote.draft", &to(5));
    let shadow = decision.shadow_policy().unwrap();
    assert_eq!(
        shadow.reasons()[0].message(),
        "costs ‹hidden›, call 138****5678"
    );
    let told = format!("{decision:?}{shadow:?}{}", world.audit_text());
    assert!(
        !told.contains("777.77") && !told.contains("138****"),
        "{told}"
    );
}

#[test]
fn whether_an_operation_may_begin_is_recorded_where_it_differs() {
    let world = beside(&[(
        "impact 3 allow SALES_REP, SALES_MANAGER",
        "impact 3 allow SALES_REP, FINANCE",
    )]);
    let request = |who| Request::new(who, "quote.draft").entity("Quote").context("");
    let finance = finance();
    let error = world.guard.begin(request(&finance)).unwrap_err();
    assert_eq!(error.code(), "SKILL_NOT_PERMITTED");
    assert_eq!(answers(&world), ["begin: deny -> allow wider [] []"]);

    let manager = manager();
    let mut op = world.guard.begin(request(&manager)).unwrap();
    assert_eq!(answers(&world)[1], "begin: allow -> deny narrower [] []");
    let quote = quote();
    drop(op.read(&quote).unwrap());
    let decision = op.propose(&to(5)).unwrap();
    assert!(decision.release().is_some());
    let shadow = decision.shadow_policy().unwrap();
    assert_eq!(codes(shadow.reasons()), ["SKILL_NOT_PERMITTED"]);
    assert_eq!(
        answers(&world)[2],
        "propose: allow -> deny narrower [] [q-1]"
    );
    assert_eq!(answers(&world).len(), 3);
}

#[test]
fn a_shadow_takes_no_limit_and_is_not_blamed_for_one() {
    let world = beside(&[("limit 2 per minute per user", "limit 1 per minute per user")]);
    let rep = rep().model("qwen:14b");
    drop(world.begin(&rep, "quote.careful"));
    drop(world.begin(&rep, "quote.careful"));
    let request = Request::new(&rep, "quote.careful").entity("Quote");
    let error = world.guard.begin(request).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitReached);
    assert!(answers(&world).is_empty());
}

#[test]
fn a_spent_ticket_is_no_difference_between_policies() {
    let world = beside(&[]);
    let ticket = ticket(&world.propose(&rep(), "quote.draft", &to(20)));
    let approvals = world.guard.approvals();
    approvals.approve(ticket, &manager(), "").unwrap();
    let rep = rep();
    let request = Request::new(&rep, "quote.draft").entity("Quote");
    let request = request.context("sales_copilot").ticket(ticket);
    let mut op = world.guard.begin(request).unwrap();
    let decision = op.propose(&to(20)).unwrap();
    assert!(decision.release().is_some());
    let shadow = decision.shadow_policy().unwrap();
    assert_eq!(shadow.outcome(), OutcomeKind::NeedsApproval);
    assert_eq!(shadow.difference(), Difference::Same);
}

#[test]
fn figures_that_a_shadow_would_give_or_not_give_are_recorded() {
    let gives = [(
        "    mask  contact_phone with phone\n",
        "    mask  contact_phone with phone\n    aggregate cost_price by sum min_group 2\n",
    )];
    let quotes = [quote(), another("q-2", "u-17"), another("q-3", "u-99")];
    let world = beside(&gives);
    let mut op = world.begin(&rep(), "quote.draft");
    let error = op
        .aggregate(&quotes, "cost_price", Aggregation::Sum)
        .unwrap_err();
    assert_eq!(error.code(), "FIELD_NOT_AGGREGABLE");
    assert_eq!(
        answers(&world),
        ["aggregate: deny -> allow wider [cost_price=aggregatedsum] [-,-]"]
    );
    let audit = world.audit_text();
    assert!(!audit.contains("1666.65") && !audit.contains("777.77"));

    op.aggregate(&quotes[..1], "cost_price", Aggregation::Sum)
        .unwrap_err();
    assert_eq!(answers(&world).len(), 1, "too few for the shadow as well");
}

#[test]
fn a_script_that_fails_in_a_shadow_denies_there_alone() {
    let rule =
        "rule scripted { on update of Quote do { risk.add(\"x\", 1 / (0 * 1)); } }\nrule too_deep";
    let world = beside(&[("rule too_deep", rule)]);
    let decision = world.propose(&rep(), "quote.draft", &to(5));
    assert!(decision.release().is_some());
    let shadow = decision.shadow_policy().unwrap();
    assert_eq!(codes(shadow.reasons()), ["ACTION_FAILED"]);
}

#[test]
fn a_shadow_follows_the_tables_and_outlives_a_change_of_policy() {
    let world = beside(&[]);
    let row = FieldPermission {
        tenant: "acme".into(),
        entity: "Quote".into(),
        field: "discount".into(),
        sensitivity: 2,
        pii: false,
        encryption_required: false,
        roles: vec![RolePermission {
            role: "SALES_REP".into(),
            access: "READ".to_owned(),
            ai_access_allowed: true,
            conditions: None,
            aggregation: None,
        }],
    };
    world.store.store.set_field_permission(row).unwrap();
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
    let decision = world.propose(&rep(), "quote.draft", &to(5));
    let shadow = decision.shadow_policy().unwrap();
    assert_eq!(codes(shadow.reasons()), ["FIELD_NOT_WRITABLE"]);

    let digest = world.guard.shadow_policy_digest();
    world
        .guard
        .replace_policy(policy(&POLICY.replace("> 40%", "> 30%")))
        .unwrap();
    assert_eq!(world.guard.shadow_policy_digest(), digest);
    world.guard.replace_shadow_policy(None).unwrap();
    assert_eq!(world.guard.shadow_policy_digest(), None);
    let decision = world.propose(&rep(), "quote.draft", &to(5));
    assert!(decision.shadow_policy().is_none());
}

#[test]
fn a_journal_that_fails_on_a_shadows_answer_releases_nothing() {
    let world = beside(&[("where owner == actor.id", "")]);
    let foreign = another("q-9", "u-99");
    let quotes = [quote(), foreign];
    let mut op = world.begin(&rep(), "quote.draft");
    world
        .store
        .broken
        .store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(op.read_many(&quotes).unwrap_err().kind(), ErrorKind::Store);
    assert_eq!(op.propose(&to(5)).unwrap_err().kind(), ErrorKind::Store);
}

/// Whatever a shadow policy says, what happens is what happens without it, to the byte of the audit.
#[test]
fn a_shadow_has_no_effect() {
    let shadows: &[&[(&str, &str)]] = &[
        &[],
        &[("discount > 15%", "discount > 1%"), ("when discount > 40%", "when discount > 2%")],
        &[("where owner == actor.id", ""), ("discount > 15%", "discount > 90%")],
        &[("limit 2 per minute per user", "limit 1 per day per tenant")],
        &[("read id, cost_price", "read id"), ("impact 3 allow SALES_REP }", "impact 9 allow FINANCE }")],
        &[(
            "rule too_deep",
            "rule scripted { on read, create, update, delete of Quote do { risk.add(\"x\", 9); deny(\"NO\", \"no\"); } }
             rule too_deep",
        )],
    ];
    let alone = course(&world());
    for replaced in shadows {
        assert_eq!(course(&beside(replaced)), alone, "{replaced:?}");
    }
}

/// Everything that comes of a day's work, without what is recorded of shadows.
fn course(world: &World) -> Vec<String> {
    let mut told = Vec::new();
    let quotes = [quote(), another("q-2", "u-17"), another("q-3", "u-99")];
    for person in [rep().model("qwen:14b"), manager(), finance()] {
        for skill in ["quote.draft", "quote.careful", "quote.delete", "no.such"] {
            let request = Request::new(&person, skill).entity("Quote");
            let mut op = match world.guard.begin(request) {
                Ok(op) => op,
                Err(error) => {
                    told.push(format!("{error:?}"));
                    continue;
                }
            };
            let views = op.read_many(&quotes).map(|views| {
                let views = views.iter().map(|view| view.to_json());
                views.collect::<Vec<_>>()
            });
            told.push(format!("{views:?}"));
            for discount in [20, 5, 50] {
                let decision = op.propose(&to(discount));
                told.push(format!("{decision:?}"));
            }
        }
    }
    let audit = world.audit_text();
    let events = audit.lines().map(|line| RecordedEvent::read(line).unwrap());
    told.extend(events.filter_map(|event| match &event.kind {
        RecordedKind::Shadow { .. } => None,
        RecordedKind::PolicyChanged { what, .. } if what == "shadow" => None,
        _ => Some(format!(
            "{:?} {:?} {:?}",
            event.time, event.kind, event.about
        )),
    }));
    told
}
