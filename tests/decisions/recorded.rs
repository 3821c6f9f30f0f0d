//! What the audit keeps of an operation: digests of what was asked and handed back, and no
//! identifier that is personal or hidden.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use crm_guardrails::audit::{Keys, RecordedEvent, RecordedKind};
use crm_guardrails::stores::{Closes, RowFault, TicketStore, UnreadableRow};
use crm_guardrails::*;

use super::fixture::*;

const PEOPLE: &str = r#"guard 1
package crm.people

entity Person {
    id    : text @sensitivity(4) @pii(phone)
    owner : text
    name  : text
}

grant SALES_REP on Person where owner == actor.id {
    read  owner, name
    write name
    mask  id with phone
}
grant SALES_MANAGER on Person {
    read  *
    write name
}
grant FINANCE on Person {
    read name
}

skill person.see  { title "See"  does read on Person impact 1 allow SALES_REP, SALES_MANAGER, FINANCE }
skill person.edit { title "Edit" does update on Person impact 1 allow SALES_REP, SALES_MANAGER }
"#;

const PHONE: &str = "13812345678";

fn person() -> Record {
    Record::from_json(
        "Person",
        r#"{"id": "13812345678", "owner": "u-17", "name": "Li"}"#,
    )
    .unwrap()
}

fn begin(world: &World, principal: &Principal, skill: &str) -> Operation {
    world
        .guard
        .begin(Request::new(principal, skill).entity("Person"))
        .unwrap()
}

fn recorded(world: &World) -> Vec<RecordedEvent> {
    let text = world.audit_text();
    text.lines()
        .map(|line| RecordedEvent::read(line).unwrap())
        .collect()
}

#[test]
fn a_personal_identifier_is_nowhere_in_the_audit() {
    for principal in [rep(), manager(), finance()] {
        let world = world_with(PEOPLE);
        let mut op = begin(&world, &principal, "person.see");
        let id = op.id();
        let _ = op.read(&person()).unwrap();
        op.read_many(&[person(), person().with("owner", "u-99")])
            .unwrap();
        let _ = op.read(&person().with("tenant_id", "globex"));
        op.complete("done").unwrap();
        let trace = world.guard.audit().trace("acme", id).unwrap().to_string();
        assert!(
            !world.audit_text().contains(PHONE),
            "{}",
            world.audit_text()
        );
        assert!(!trace.contains(PHONE), "{trace}");
        assert!(trace.contains("pseudonym:"), "{trace}");
    }
    for (principal, owner) in [(rep(), "u-17"), (rep(), "u-99"), (manager(), "u-17")] {
        let world = world_with(PEOPLE);
        let change = Changes::update(&person().with("owner", owner)).set("name", "Wang");
        let _ = begin(&world, &principal, "person.edit").propose(&change);
        assert!(
            !world.audit_text().contains(PHONE),
            "{}",
            world.audit_text()
        );
    }
}

/// Each end of a ticket, in memory; `guardrails-orm/tests/conformance/ended.rs` has the databases.
#[test]
fn a_personal_identifier_is_nowhere_in_a_ticket_that_has_ended() {
    let text = PEOPLE.to_owned()
        + r#"
approval managers { step manager 1 of SALES_MANAGER expires 3d execute within 1h }
rule always { on update of Person then require approval managers because "always" }
"#;
    let gone = |world: &World, id: TicketId| {
        let ticket = world.store.ticket("acme", id).unwrap().unwrap();
        assert!(ticket.state.is_terminal(), "{:?}", ticket.state);
        let row = process::StoredTicket::from(&ticket);
        assert_eq!(
            row.record_id,
            Keys::from_seed([3; 32]).pseudonym("acme/Person", PHONE),
            "{:?}",
            ticket.state
        );
        for cell in [row.decisions, row.because, row.action_digest] {
            assert!(!cell.contains(PHONE), "{cell}");
        }
        assert_eq!((row.record_before, row.record_set), (None, None));
        let audit = world.audit_text();
        assert!(!audit.contains(PHONE), "{audit}");
    };
    type End = fn(&World, TicketId);
    let ends: [End; 7] = [
        |world, id| {
            world.guard.approvals().reject(id, &manager(), "").unwrap();
        },
        |world, id| world.guard.approvals().cancel(id, &rep()).unwrap(),
        |world, _| {
            world.pass(chrono::Duration::days(4));
            let _ = world.guard.refresh().unwrap();
            assert_eq!(world.guard.approvals().sweep().unwrap(), 1);
        },
        |world, id| {
            world.guard.approvals().approve(id, &manager(), "").unwrap();
            world.pass(chrono::Duration::days(1));
            // The tables are too old to tell whether the identifier is personal.
            world.store.faults.tables.store(true, Ordering::SeqCst);
            assert_eq!(world.guard.approvals().sweep().unwrap(), 1);
        },
        |world, id| {
            world.guard.approvals().approve(id, &manager(), "").unwrap();
            let changed = person().with("name", "Lin");
            world.guard.resume(id, &rep(), changed).unwrap_err();
        },
        |world, id| {
            world.guard.approvals().approve(id, &manager(), "").unwrap();
            let (op, _) = world.guard.resume(id, &rep(), person()).unwrap();
            op.complete("").unwrap();
        },
        |world, id| {
            world.guard.approvals().approve(id, &manager(), "").unwrap();
            // The policy does not have such people any more.
            world.guard.replace_policy(policy(POLICY)).unwrap();
            world.guard.approvals().cancel(id, &rep()).unwrap();
        },
    ];
    for end in ends {
        let world = world_with(&text);
        let change = Changes::update(&person()).set("name", "Wang");
        let mut op = begin(&world, &rep(), "person.edit");
        let id = ticket(&op.propose(&change).unwrap());
        assert_eq!(
            *world.store.ticket("acme", id).unwrap().unwrap().record,
            *PHONE
        );
        end(&world, id);
        gone(&world, id);
    }
}

#[test]
fn the_same_record_has_the_same_pseudonym_and_another_tenants_another() {
    let world = world_with(PEOPLE);
    let named = |principal: &Principal, record: &Record| {
        let before = recorded(&world).len();
        let _ = begin(&world, principal, "person.see").read(record).unwrap();
        let events = recorded(&world).split_off(before);
        let records = events.into_iter().find_map(|event| match event.kind {
            RecordedKind::DataAccess { records, .. } => Some(records),
            _ => None,
        });
        records.unwrap().remove(0)
    };
    let first = named(&rep(), &person());
    assert_eq!(first, named(&manager(), &person()));
    assert_ne!(first, named(&rep(), &person().with("id", "13812345679")));
    let elsewhere = Principal::user("globex", "u-2").role("SALES_MANAGER");
    assert_ne!(first, named(&elsewhere, &person()));
    assert_eq!(
        first,
        Keys::from_seed([3; 32]).pseudonym("acme/Person", PHONE)
    );
}

#[test]
fn a_hidden_identifier_that_is_not_personal_has_a_pseudonym_too() {
    let text = PEOPLE
        .replace(" @sensitivity(4) @pii(phone)", "")
        .replace("mask  id with phone", "");
    let world = world_with(&text);
    let _ = begin(&world, &rep(), "person.see").read(&person()).unwrap();
    assert!(!world.audit_text().contains(PHONE));
    let _ = begin(&world, &manager(), "person.see")
        .read(&person())
        .unwrap();
    assert!(
        world.audit_text().contains(PHONE),
        "who sees it in clear may find it in the audit"
    );
}

/// Every operation has a digest of what was asked and one of what was handed back.
#[test]
fn a_plain_read_and_a_refusal_have_both_digests() {
    let world = world();
    let mut op = world.begin(&rep(), "quote.draft");
    let json = op.read(&quote()).unwrap().to_json();
    op.read_many(&[quote(), quote().with("id", "q-3")]).unwrap();
    op.complete("done").unwrap();
    let refused = world
        .guard
        .begin(Request::new(&rep(), "quote.delete").entity("Quote"));
    assert!(refused.is_err());
    let mut denied = world.begin(&rep(), "quote.draft");
    let change = Changes::update(&quote()).set("discount", 50);
    let _ = denied.propose(&change).unwrap();
    drop(denied);
    drop(world.begin(&rep(), "quote.draft"));
    world.begin(&rep(), "quote.draft").fail("CRM_DOWN").unwrap();

    let keys = Keys::from_seed([3; 32]);
    let events = recorded(&world);
    let operations: BTreeSet<_> = events.iter().filter_map(RecordedEvent::operation).collect();
    assert_eq!(operations.len(), 5);
    for operation in operations {
        let of = || {
            events
                .iter()
                .filter(|event| event.operation() == Some(operation))
        };
        assert!(
            of().any(|event| event.input.is_some()),
            "{operation} has no input"
        );
        let handed_back = of().any(|event| {
            let answer = matches!(
                event.kind,
                RecordedKind::Outcome {
                    output: Some(_),
                    ..
                }
            );
            event.output.is_some() || answer
        });
        assert!(handed_back, "{operation} has no output");
    }
    for event in &events {
        for digest in [event.input, event.output].into_iter().flatten() {
            assert_eq!(digest.key(), Some(keys.id()));
        }
    }
    // The digest is of what the host got.
    let read = events
        .iter()
        .find(|event| event.kind.as_str() == "data_access")
        .unwrap();
    assert_eq!(
        read.output,
        Some(keys.value_mac(
            &format!("output/{}/acme", read.operation().unwrap()),
            format!("{json}\n").as_bytes()
        ))
    );
}

/// Two requests that differ in what the audit does not show differ in their digests; the same request
/// of the same operation has the same. Each world begins with the same operation.
#[test]
fn an_input_digest_covers_what_is_not_shown() {
    let input = |principal: &Principal| {
        let world = world();
        drop(world.begin(principal, "quote.draft"));
        let events = recorded(&world);
        let begun = events.iter().find(|event| event.kind.as_str() == "intent");
        begun.unwrap().input.unwrap()
    };
    let one = input(&rep());
    assert_eq!(one, input(&rep()));
    assert_ne!(one, input(&rep().attribute("region", "华东")));
    assert_ne!(one, input(&rep().agent("another")));
}

/// People whose identifiers the policy says nothing of.
fn plain_people() -> String {
    PEOPLE
        .replace("id    : text @sensitivity(4) @pii(phone)", "id    : text")
        .replace("    read  owner, name\n", "    read  id, owner, name\n")
        .replace("    mask  id with phone\n", "")
        .replace("    read name\n", "    read id, name\n")
}

fn row(field: &str, sensitivity: i32, pii: bool) -> FieldPermission {
    FieldPermission {
        tenant: "acme".into(),
        entity: "Person".into(),
        field: field.into(),
        sensitivity,
        pii,
        encryption_required: false,
        roles: Vec::new(),
    }
}

/// Everything that names a record, in reach and out of it, for three roles.
fn name_everywhere(world: &World) {
    for principal in [rep(), manager(), finance()] {
        for owner in ["u-17", "u-99"] {
            let record = person().with("owner", owner);
            for record in [&record, &record.clone().with("tenant_id", "globex")] {
                let _ = begin(world, &principal, "person.see").read(record);
                let _ =
                    begin(world, &principal, "person.see").read_many(std::slice::from_ref(record));
                if *principal.roles() != *finance().roles() {
                    let change = Changes::update(record).set("name", "Wang");
                    let _ = begin(world, &principal, "person.edit").propose(&change);
                    let away = Changes::update(record).set("tenant_id", "globex");
                    let _ = begin(world, &principal, "person.edit").propose(&away);
                    let gone = Changes::delete(record);
                    let _ = begin(world, &principal, "person.edit").propose(&gone);
                }
            }
        }
    }
}

#[test]
fn an_identifier_that_only_the_tables_make_personal_is_nowhere_in_the_audit() {
    let unreadable = |field: Option<&str>| UnreadableRow {
        table: "data_field_permission".into(),
        row: "7".into(),
        column: "field_name".into(),
        fault: RowFault::Unreadable,
        closes: Closes::Fields {
            tenant: None,
            entity: None,
            field: field.map(Into::into),
            role: Some("NOBODY".into()),
        },
    };
    let of_all = FieldPermission {
        tenant: "*".into(),
        ..row("id", 4, false)
    };
    for (rows, unread, is_personal) in [
        (vec![], vec![], false),
        (vec![row("id", 1, true)], vec![], true),
        (vec![row("id", 4, false)], vec![], true),
        (vec![row("id", 9, false)], vec![], true),
        (vec![of_all], vec![], true),
        (vec![], vec![unreadable(None)], true),
        (vec![], vec![unreadable(Some("id"))], true),
        (vec![], vec![unreadable(Some("name"))], false),
        (
            vec![row("id", 3, false), row("name", 5, true)],
            vec![],
            false,
        ),
        (
            vec![FieldPermission {
                tenant: "globex".into(),
                ..row("id", 5, true)
            }],
            vec![],
            false,
        ),
        (
            vec![FieldPermission {
                entity: "Quote".into(),
                ..row("id", 5, true)
            }],
            vec![],
            false,
        ),
    ] {
        let undeclared = plain_people()
            .replace("    id    : text\n", "")
            .replace("read  id, owner", "read  owner")
            .replace("read id, name", "read name");
        for text in [plain_people(), undeclared] {
            let world = world_with(&text);
            for row in &rows {
                world.store.store.set_field_permission(row.clone()).unwrap();
            }
            let unread = unread.clone();
            world.store.store.set_unreadable_rows(unread).unwrap();
            let _ = world.guard.refresh().unwrap();
            name_everywhere(&world);
            let audit = world.audit_text();
            assert!(
                audit.contains("pseudonym:") == is_personal,
                "{rows:?}: {audit}"
            );
            assert!(audit.contains(PHONE) != is_personal, "{rows:?}: {audit}");
        }
    }
}

/// Of a record out of reach it is not known whether a mask with a condition would be on.
#[test]
fn where_it_is_not_known_whether_an_identifier_is_shown_it_has_a_pseudonym() {
    let grant = "    read  id, owner, name\n";
    for (clauses, rule, is_named) in [
        (grant, "", true),
        (
            "    read  id, owner, name\n    mask id with phone when name == \"x\"\n",
            "",
            false,
        ),
        (
            "    read  owner, name\n    read id when name == \"Li\"\n",
            "",
            false,
        ),
        (
            grant,
            "rule r { on read of Person when name == \"x\" then hide id }",
            false,
        ),
        (
            grant,
            "rule r { on read of Person when name == \"x\" then hide name }",
            true,
        ),
    ] {
        let world = world_with(&(plain_people().replace(grant, clauses) + rule));
        let record = person().with("owner", "u-99");
        let _ = begin(&world, &rep(), "person.see").read(&record);
        let change = Changes::update(&record).set("name", "Wang");
        let _ = begin(&world, &rep(), "person.edit").propose(&change);
        let _ = begin(&world, &rep(), "person.edit")
            .propose(&Changes::update(&person().with("tenant_id", "globex")).set("name", "Wang"));
        let audit = world.audit_text();
        assert_eq!(audit.contains(PHONE), is_named, "{clauses} {rule}: {audit}");
    }
}

/// The tables may change while an operation runs.
#[test]
fn a_refused_step_names_no_identifier_that_is_personal_by_now() {
    let world = world_with(&plain_people());
    let mut op = begin(&world, &rep(), "person.edit");
    world
        .guard
        .replace_policy(policy(
            &PEOPLE.replace("allow SALES_REP, SALES_MANAGER }", "allow SALES_MANAGER }"),
        ))
        .unwrap();
    let change = Changes::update(&person()).set("name", "Wang");
    let decision = op.propose(&change).unwrap();
    assert_eq!(decision.outcome(), &Outcome::Deny);
    let audit = world.audit_text();
    assert!(
        !audit.contains(PHONE) && audit.contains("pseudonym:"),
        "{audit}"
    );
}
