//! Tickets in the hands of a guard over this store: released once, and held to MAC and audit whatever
//! somebody does to their rows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use guardrails_core::audit::{Conclusion, Finding, FindingKind, Keys, verify, verify_tickets};
use guardrails_core::policy::{
    ApprovalChain, ApprovalStep, Effect, EffectKind, Entity, Exclusion, Field, FieldClause,
    FieldSet, Grant, Message, Mode, Origin, Overdue, Permission, Policy, Requirement, Rule,
    Sensitivity, Skill, SkillStatus, Type, Verb, WriteScope,
};
use guardrails_core::process::TicketState;
use guardrails_core::{
    Changes, ErrorKind, Fields, Guard, Outcome, Place as Line, Principal, Record, Request, Result,
    TicketId, TicketStore, Value,
};
use guardrails_orm::Database;

use super::journal::keys;
use super::place::{Now, Place, Random, Server, options};

fn origin(name: &str) -> Origin {
    Origin {
        name: name.into(),
        place: Line::default(),
    }
}

/// Whoever changes a discount needs two managers.
pub fn policy() -> Policy {
    let place = Line::default;
    let field = |name: &str, ty| Field {
        name: name.into(),
        ty,
        optional: true,
        sensitivity: Sensitivity::PUBLIC,
        pii: None,
        place: place(),
    };
    let entity = Entity {
        name: "Quote".into(),
        doc: String::new(),
        fields: vec![field("discount", Type::Decimal), field("id", Type::Text)],
        place: place(),
    };
    let grant = |role: &str| {
        Arc::new(Grant {
            role: role.into(),
            entity: "Quote".into(),
            contexts: Vec::new(),
            scope: None,
            clauses: vec![FieldClause {
                fields: FieldSet::Named(vec!["discount".into(), "id".into()]),
                permission: Permission::Write(WriteScope::Within),
                when: None,
                place: place(),
            }],
            place: place(),
        })
    };
    let skill = Skill {
        origin: origin("quote.draft"),
        title: "Draft".to_owned(),
        verb: Verb::Update,
        entities: vec!["Quote".into()],
        impact: 1,
        allow: vec!["REP".into()],
        models: Vec::new(),
        limits: Vec::new(),
        budgets: Vec::new(),
        status: SkillStatus::Active,
    };
    let chain = ApprovalChain {
        origin: origin("managers"),
        steps: vec![ApprovalStep {
            name: "manager".into(),
            quorum: 2,
            role: "MANAGER".into(),
            within: None,
            overdue: Overdue::Deny,
            place: place(),
        }],
        never: vec![Exclusion::Requester],
        expires: Duration::from_secs(86_400),
        execute_within: Duration::from_secs(3_600),
    };
    let rule = Rule {
        origin: origin("always"),
        verbs: vec![Verb::Update],
        entity: "Quote".into(),
        when: None,
        effects: vec![Effect {
            kind: EffectKind::RequireApproval(Requirement {
                chain: "managers".into(),
                code: Requirement::CODE.into(),
                because: Message::plain("two managers"),
            }),
            place: place(),
        }],
        mode: Mode::Enforced,
        since: None,
        until: None,
        owner: "".into(),
        severity: None,
        tags: Vec::new(),
        doc: "".into(),
        table: None,
    };
    Policy {
        entities: BTreeMap::from([("Quote".into(), Arc::new(entity))]),
        grants: vec![grant("REP"), grant("MANAGER")],
        skills: BTreeMap::from([("quote.draft".into(), Arc::new(skill))]),
        approvals: BTreeMap::from([("managers".into(), Arc::new(chain))]),
        rules: vec![Arc::new(rule)],
        ..Policy::empty()
    }
}

pub fn guard(store: &Arc<Database>) -> Guard {
    guard_with(store, keys())
}

fn guard_with(store: &Arc<Database>, keys: Keys) -> Guard {
    guard_of(store, policy(), keys)
}

pub fn guard_of(store: &Arc<Database>, policy: Policy, keys: Keys) -> Guard {
    Guard::builder()
        .policy(policy)
        .store(store.clone())
        .clock(Arc::new(Now))
        .entropy(Arc::new(Random))
        .keys(Arc::new(keys))
        .open()
        .unwrap()
}

pub fn rep() -> Principal {
    Principal::user("acme", "u-17").role("REP")
}

pub fn manager(id: &str) -> Principal {
    Principal::user("acme", id).role("MANAGER")
}

pub fn quote() -> Record {
    let fields = Fields::from_iter([("id", Value::from("q-1")), ("discount", 5.into())]);
    Record::new("Quote", fields)
}

pub fn asked(guard: &Guard, discount: i64) -> TicketId {
    asked_on(guard, &quote(), discount)
}

pub fn asked_on(guard: &Guard, record: &Record, discount: i64) -> TicketId {
    let mut op = guard.begin(Request::new(&rep(), "quote.draft")).unwrap();
    let changes = Changes::update(record).set("discount", discount);
    match op.propose(&changes).unwrap().outcome() {
        Outcome::NeedsApproval(ticket) => ticket.id(),
        other => panic!("{other:?}"),
    }
}

pub fn granted(guard: &Guard, discount: i64) -> TicketId {
    agreed(guard, asked(guard, discount))
}

/// The ticket, once both managers agreed.
pub fn agreed(guard: &Guard, id: TicketId) -> TicketId {
    for who in ["m-1", "m-2"] {
        guard.approvals().approve(id, &manager(who), "").unwrap();
    }
    id
}

/// Tickets that wait, with and without a vote, that are granted, used, rejected, and in doubt.
pub fn tickets_in_every_state(store: &Arc<Database>) {
    let guard = guard(store);
    let approvals = guard.approvals();
    asked(&guard, 10);
    let voted = asked(&guard, 11);
    approvals.approve(voted, &manager("m-1"), "fine").unwrap();
    granted(&guard, 12);
    let used = granted(&guard, 13);
    let (operation, _) = guard.resume(used, &rep(), quote()).unwrap();
    operation.complete("done").unwrap();
    let rejected = asked(&guard, 14);
    approvals.reject(rejected, &manager("m-2"), "no").unwrap();
    let in_doubt = granted(&guard, 15);
    drop(guard.resume(in_doubt, &rep(), quote()).unwrap());
}

/// What verification says of the tickets.
pub fn faults(store: &Database) -> Vec<String> {
    let mut report = verify(store, &keys().verifier()).unwrap();
    // What stands beside an edited ticket does not fit it either.
    let is_beside = |found: &Finding| found.kind == FindingKind::DerivedRowDiffers;
    assert!(report.findings.iter().all(is_beside), "{report}");
    report.findings.clear();
    verify_tickets(store, &keys(), &mut report).unwrap();
    let found = report.findings.into_iter();
    found.map(|finding| finding.sentence).collect()
}

/// A guard with the new key alone takes no vote on a ticket that was made with the key before it, releases
/// nothing by it, and says that it cannot prove it. With both keys the ticket goes on.
pub fn a_ticket_of_a_key_that_is_not_here_decides_nothing(place: &Place) {
    let (waiting, ready) = {
        let guard = guard(&place.open());
        (asked(&guard, 20), granted(&guard, 21))
    };
    let open = |keys: fn() -> Keys| {
        let mut options = options();
        options.keys = Arc::new(keys());
        let store = Database::open(&place.url, options).unwrap();
        (guard_with(&store, keys()), store)
    };
    let both = || Keys::from_seed([8; 32]).with_previous([7; 32]);
    asked(&open(both).0, 22);
    let (alone, store) = open(|| Keys::from_seed([8; 32]));
    let vote = alone.approvals().approve(waiting, &manager("m-1"), "");
    assert_eq!(vote.unwrap_err().kind(), ErrorKind::Tampered);
    let release = alone.resume(ready, &rep(), quote());
    assert_eq!(release.unwrap_err().kind(), ErrorKind::Tampered);
    let mut report = verify(&*store, &both().verifier()).unwrap();
    verify_tickets(&*store, &Keys::from_seed([8; 32]), &mut report).unwrap();
    assert_eq!(report.conclusion(), Conclusion::NotProven, "{report}");
    assert!(
        report.unproven[0].contains("a key that is not here"),
        "{report}"
    );
    let (both, _) = open(both);
    assert_eq!(asked(&both, 20), waiting, "the same is asked once");
    assert_eq!(asked(&both, 21), ready, "the same is asked once");
    both.approvals()
        .approve(waiting, &manager("m-1"), "")
        .unwrap();
    let (operation, _) = both.resume(ready, &rep(), quote()).unwrap();
    operation.complete("done").unwrap();
}

/// What an inbox is found by: an edit hides a ticket or shows it to others, and is named.
pub fn an_edited_inbox_is_named(place: &Place) {
    let store = place.open();
    let guard = guard(&store);
    let id = asked(&guard, 20);
    let named = || {
        let report = verify(&*store, &keys().verifier()).unwrap();
        let found = report.findings.into_iter();
        found.map(|finding| finding.sentence).collect::<Vec<_>>()
    };
    assert_eq!(named(), [""; 0]);
    let ticket = format!("table `guard_approval_ticket`, row {id}");
    let approver = format!("table `guard_ticket_approver`, row {id}");
    let other = "00000000-0000-7000-8000-000000000001";
    for (edit, back, sentence) in [
        (
            "UPDATE guard_approval_ticket SET requester_key = 'u-1'".to_owned(),
            "UPDATE guard_approval_ticket SET requester_key = 'u-17'".to_owned(),
            format!("{ticket}: column `requester_key` is not what the ticket says"),
        ),
        (
            "UPDATE guard_ticket_approver SET role_name = 'REP'".to_owned(),
            "UPDATE guard_ticket_approver SET role_name = 'MANAGER'".to_owned(),
            format!("{approver}: its rows are not the roles that may decide the ticket"),
        ),
        (
            format!("INSERT INTO guard_ticket_approver VALUES ('{id}', 'acme', 'REP')"),
            "DELETE FROM guard_ticket_approver WHERE role_name = 'REP'".to_owned(),
            format!("{approver}: its rows are not the roles that may decide the ticket"),
        ),
        (
            format!("INSERT INTO guard_ticket_approver VALUES ('{other}', 'acme', 'REP')"),
            "DELETE FROM guard_ticket_approver WHERE role_name = 'REP'".to_owned(),
            format!("table `guard_ticket_approver`, row {other}: there is no such ticket"),
        ),
        (
            "DELETE FROM guard_ticket_approver".to_owned(),
            format!("INSERT INTO guard_ticket_approver VALUES ('{id}', 'acme', 'MANAGER')"),
            format!("{approver}: its rows are not the roles that may decide the ticket"),
        ),
    ] {
        assert_eq!(place.sql(&edit), 1, "{edit}");
        assert_eq!(named(), [sentence], "{edit}");
        place.sql(&back);
        assert_eq!(named(), [""; 0], "{back}");
    }
}

pub fn a_ticket_releases_once(place: &Place) {
    let store = place.open();
    let guard = guard(&store);
    let id = granted(&guard, 20);
    assert_eq!(asked(&guard, 20), id, "the same is asked once");
    let (op, _) = guard.resume(id, &rep(), quote()).unwrap();
    op.fail("CRM_DOWN").unwrap();
    let (op, release) = guard.resume(id, &rep(), quote()).unwrap();
    assert_eq!(release.fields().value("discount"), Some(&Value::from(20)));
    op.complete("applied").unwrap();
    let again = guard.resume(id, &rep(), quote()).unwrap_err();
    assert_eq!(again.code(), "TICKET_SPENT");
    let stored = store.ticket("acme", id).unwrap().unwrap();
    assert_eq!(stored.state, TicketState::Consumed);
    assert_eq!(faults(&store), [""; 0]);
}

/// Two processes that resume at once: one releases.
pub fn of_two_that_resume_one_releases(place: &Place) {
    let stores = [place.open(), place.open()];
    let guards = [guard(&stores[0]), guard(&stores[1])];
    for round in 0..4 {
        let id = granted(&guards[0], 20 + round);
        let resume = |guard: &Guard| -> Result<()> {
            let (op, _) = guard.resume(id, &rep(), quote())?;
            op.complete("").map(drop)
        };
        let told = |lost: &guardrails_core::Error| {
            let codes = ["TICKET_RESERVED", "TICKET_SPENT"];
            codes.contains(&lost.code()) || lost.kind() == ErrorKind::Conflict
        };
        let released: usize = std::thread::scope(|scope| {
            let all: Vec<_> = (0..4)
                .map(|i| {
                    let guard = &guards[i % 2];
                    scope.spawn(move || {
                        let resumed = resume(guard);
                        if let Err(lost) = &resumed {
                            assert!(told(lost), "{lost}");
                        }
                        usize::from(resumed.is_ok())
                    })
                })
                .collect();
            all.into_iter().map(|one| one.join().unwrap()).sum()
        });
        assert_eq!(released, 1);
    }
    assert_eq!(faults(&stores[0]), [""; 0]);
}

/// Each deciding column, edited where the rows are kept: no vote is taken, nothing is released, and
/// verification names the ticket.
pub fn an_edited_row_decides_nothing(place: &Place) {
    let store = place.open();
    let guard = guard(&store);
    let other = asked(&guard, 1_000);
    let row = |column: &str| {
        place
            .text(&format!(
                "SELECT {column} AS answer FROM guard_approval_ticket WHERE ticket_id = '{other}'"
            ))
            .unwrap()
    };
    let foreign = |column: &str| format!("{column} = '{}'", row(column));
    let edits = [
        "state = 'approved'".to_owned(),
        "version = version + 1".to_owned(),
        "requester_id = 'u-18'".to_owned(),
        "operation_id = ticket_id".to_owned(),
        "ai_skill_id = 'quote.other'".to_owned(),
        "ai_context = 'other'".to_owned(),
        "record_id = 'q-2'".to_owned(),
        "operation_type = 'delete'".to_owned(),
        foreign("record_set"),
        foreign("action_digest"),
        foreign("mac"),
        "event_seq = 0".to_owned(),
        "record_before = NULL".to_owned(),
        "record_set = NULL".to_owned(),
        "read_digests = NULL".to_owned(),
        "asked = REPLACE(asked, ':2', ':1')".to_owned(),
        "asked = NULL".to_owned(),
        "policy_digest = action_digest".to_owned(),
        "approval_chain = 'nobody'".to_owned(),
        "step = 1".to_owned(),
        "decisions = '[]'".to_owned(),
        "decisions = REPLACE(decisions, 'm-1', 'm-2')".to_owned(),
        "because = '[]'".to_owned(),
        "expires_at = created_at".to_owned(),
        "execute_by = expires_at".to_owned(),
        "reserved_until = expires_at".to_owned(),
        "spent_by = ticket_id".to_owned(),
        "open_key = NULL".to_owned(),
        "event_log = NULL".to_owned(),
        "mac = NULL".to_owned(),
        "mac = NULL, event_log = NULL, event_seq = NULL".to_owned(),
    ];
    let mut touched = Vec::new();
    for (edit, discount) in edits.iter().zip(20..) {
        let id = asked(&guard, discount);
        guard.approvals().approve(id, &manager("m-1"), "").unwrap();
        let update = |set: &str| {
            place.sql(&format!(
                "UPDATE guard_approval_ticket SET {set} WHERE ticket_id = '{id}'"
            ))
        };
        assert_eq!(update(edit), 1, "{edit}");
        let vote = guard.approvals().approve(id, &manager("m-2"), "");
        assert!(vote.is_err(), "{edit}");
        if !edit.starts_with("state") {
            update("state = 'approved', step = 1, execute_by = expires_at");
        }
        assert!(guard.resume(id, &rep(), quote()).is_err(), "{edit}");
        let released = place.text(&format!(
            "SELECT CAST(COUNT(*) AS CHAR(9)) AS answer FROM guard_audit_event \
             WHERE ticket_id = '{id}' AND payload LIKE '%\"state\":\"reserved\"%'"
        ));
        assert_eq!(released.unwrap().trim(), "0", "{edit}");
        touched.push(id.to_string());
    }
    let mut named: Vec<String> = faults(&store)
        .iter()
        .map(|sentence| sentence["ticket ".len()..][..36].to_owned())
        .collect();
    named.sort();
    touched.sort();
    assert_eq!(named, touched);
}

/// A row of before, put back, is older than its last event; a row that is gone is missed.
pub fn an_older_row_put_back_releases_nothing(place: &Place) {
    let store = place.open();
    let guard = guard(&store);
    let id = granted(&guard, 20);
    place.sql("CREATE TABLE backup AS SELECT * FROM guard_approval_ticket");
    let (op, _) = guard.resume(id, &rep(), quote()).unwrap();
    op.complete("").unwrap();
    place.sql("DELETE FROM guard_approval_ticket");
    assert_eq!(faults(&store).len(), 1);
    place.sql("INSERT INTO guard_approval_ticket SELECT * FROM backup");
    let again = guard.resume(id, &rep(), quote()).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Tampered, "{again}");
    let found = faults(&store);
    assert!(found[0].contains("an older row was put back"), "{found:?}");
    place.sql("DROP TABLE backup");
}

/// Who hides the later events behind their search columns and puts an older row back: the guard that
/// wrote them still knows, and what another guard then does again is named, also once the columns are
/// as they were.
pub fn hidden_events_do_not_hide_a_second_release(place: &Place) {
    type Ending = fn(&Guard, TicketId);
    let endings: [(&str, Ending); 3] = [
        ("used", |guard, id| {
            let (op, _) = guard.resume(id, &rep(), quote()).unwrap();
            op.complete("").unwrap();
        }),
        ("rejected", |guard, id| {
            let third = manager("m-3");
            guard.approvals().reject(id, &third, "no").unwrap();
        }),
        ("cancelled", |guard, id| {
            guard.approvals().cancel(id, &rep()).unwrap();
        }),
    ];
    let store = place.open();
    let guard = guard(&store);
    for ((what, end), discount) in endings.into_iter().zip(20..) {
        let id = asked(&guard, discount);
        let vote = |guard: &Guard, who: &str| guard.approvals().approve(id, &manager(who), "");
        vote(&guard, "m-1").unwrap();
        if what != "rejected" {
            vote(&guard, "m-2").unwrap();
        }
        let number = |sql: &str| place.text(sql).unwrap().trim().parse::<u64>().unwrap();
        let last = "SELECT CAST(MAX(seq) AS CHAR(9)) AS answer FROM guard_audit_event";
        place.sql(&format!(
            "CREATE TABLE kept_row AS SELECT * FROM guard_approval_ticket WHERE ticket_id = '{id}'"
        ));
        place.sql(&format!(
            "CREATE TABLE kept_who AS SELECT * FROM guard_ticket_approver WHERE ticket_id = '{id}'"
        ));
        let before = number(last);
        end(&guard, id);
        let after = number(last);
        place.sql(&format!(
            "UPDATE guard_audit_event SET ticket_id = NULL \
             WHERE ticket_id = '{id}' AND seq > {before}"
        ));
        for (table, kept) in [
            ("guard_approval_ticket", "kept_row"),
            ("guard_ticket_approver", "kept_who"),
        ] {
            place.sql(&format!("DELETE FROM {table} WHERE ticket_id = '{id}'"));
            place.sql(&format!("INSERT INTO {table} SELECT * FROM {kept}"));
            place.sql(&format!("DROP TABLE {kept}"));
        }
        let again = match what {
            "rejected" => vote(&guard, "m-2").map(drop),
            _ => guard.resume(id, &rep(), quote()).map(drop),
        };
        assert_eq!(again.unwrap_err().kind(), ErrorKind::Tampered, "{what}");
        // Another process has not seen what came of the ticket.
        let elsewhere = place.open();
        let other = guard_with(&elsewhere, keys());
        if what == "rejected" {
            let _ = vote(&other, "m-2");
        }
        if let Ok((op, _)) = other.resume(id, &rep(), quote()) {
            op.complete("").unwrap();
        }
        place.sql(&format!(
            "UPDATE guard_audit_event SET ticket_id = '{id}' WHERE ticket_id IS NULL \
             AND kind = 'ticket' AND seq > {before} AND seq <= {after}"
        ));
        let found = faults(&store);
        assert!(
            found.iter().any(|fault| fault.contains(&id.to_string())),
            "{what}: {found:?}"
        );
    }
}

/// What a card shows is held to the MAC: an edited row is told as such, and is in no inbox.
pub fn an_edited_row_is_shown_to_nobody(place: &Place) {
    let store = place.open();
    let guard = guard(&store);
    let id = asked(&guard, 20);
    let other = asked(&guard, 21);
    let shown = |who: &Principal| guard.approvals().show(id, who);
    let inbox = |who: &Principal| -> Vec<TicketId> {
        let cards = guard.approvals().list(who).unwrap();
        cards.iter().map(|card| card.id).collect()
    };
    assert_eq!(inbox(&manager("m-1")), [id, other]);
    assert!(guard.health().is_well());
    for edit in [
        "because = '[]'",
        "mac = NULL, event_log = NULL, event_seq = NULL",
    ] {
        place.sql(&format!(
            "CREATE TABLE kept_row AS SELECT * FROM guard_approval_ticket WHERE ticket_id = '{id}'"
        ));
        let edit = format!("UPDATE guard_approval_ticket SET {edit} WHERE ticket_id = '{id}'");
        assert_eq!(place.sql(&edit), 1);
        for who in [rep(), manager("m-1")] {
            assert_eq!(shown(&who).unwrap_err().kind(), ErrorKind::Tampered);
            assert_eq!(inbox(&who), [other]);
        }
        let stranger = Principal::user("acme", "u-18").role("REP");
        assert_eq!(shown(&stranger).unwrap_err().kind(), ErrorKind::NotFound);
        assert!(!guard.health().is_well());
        place.sql(&format!(
            "DELETE FROM guard_approval_ticket WHERE ticket_id = '{id}'"
        ));
        place.sql("INSERT INTO guard_approval_ticket SELECT * FROM kept_row");
        place.sql("DROP TABLE kept_row");
        assert_eq!(inbox(&rep()), [id, other]);
    }
}

/// A trace goes by what was sealed: an event whose search columns were edited is told all the same.
pub fn a_trace_has_what_its_columns_hide(place: &Place) {
    let store = place.open();
    let guard = guard(&store);
    let mut op = guard.begin(Request::new(&rep(), "quote.draft")).unwrap();
    let _ = op
        .propose(&Changes::update(&quote()).set("discount", 20))
        .unwrap();
    let operation = op.id().to_string();
    op.fail("LATER").unwrap();
    let trace = || {
        let id = operation.parse().unwrap();
        guard.audit().trace("acme", id).unwrap()
    };
    let whole = trace();
    for hide in ["operation_id = NULL", "tenant_id = 'other'"] {
        let edit = format!("UPDATE guard_audit_event SET {hide} WHERE kind = 'decision'");
        assert_eq!(place.sql(&edit), 1);
        assert_eq!(trace(), whole, "{hide}");
        place.sql(&format!(
            "UPDATE guard_audit_event SET operation_id = '{operation}', tenant_id = 'acme' \
             WHERE kind = 'decision'"
        ));
    }
}

/// One garbled cell hides its row and no other: what can be read is told, and the row is named.
pub fn a_trace_names_what_cannot_be_read(place: &Place) {
    let store = place.open();
    let guard = guard(&store);
    let mut op = guard.begin(Request::new(&rep(), "quote.draft")).unwrap();
    let _ = op
        .propose(&Changes::update(&quote()).set("discount", 20))
        .unwrap();
    let operation = op.id();
    op.fail("LATER").unwrap();
    let row = |column: &str| {
        let text = match place.server {
            Server::Mysql => "CHAR",
            Server::Sqlite | Server::Postgres => "TEXT",
        };
        let from = "FROM guard_audit_event WHERE kind = 'decision'";
        place
            .text(&format!("SELECT CAST({column} AS {text}) {from}"))
            .unwrap()
    };
    let columns = ["log_id", "seq", "payload", "leaf"];
    let [log, seq, payload, leaf] = columns.map(row);
    let trace = || guard.audit().trace("acme", operation);
    let whole = trace().unwrap();
    assert_eq!(whole.conclusion(), Conclusion::Proven);
    let no_record = format!("event {seq} of log {log} is no audit record");
    let no_log = "column `log_id` does not hold what it should";
    let mut edits = vec![
        ("payload = ''", Some(&*no_record)),
        ("payload = '{\"kind\":\"decision\"'", Some(&*no_record)),
        ("log_id = 'garbled'", Some(no_log)),
        ("leaf = 'garbled'", None),
    ];
    if place.server == Server::Sqlite {
        edits.push(("payload = x'ff'", Some(&*no_record)));
        edits.push(("log_id = x'ff'", Some(no_log)));
        edits.push(("seq = 'garbled'", None));
    }
    for (edit, unreadable) in edits {
        let is_decision = "kind = 'decision'";
        let sql = format!("UPDATE guard_audit_event SET {edit} WHERE {is_decision}");
        assert_eq!(place.sql(&sql), 1, "{edit}");
        let found = trace().unwrap();
        assert_eq!(found.conclusion(), Conclusion::Findings, "{edit}");
        let told = found.unreadable.first().map(String::as_str);
        match unreadable {
            Some(sentence) => {
                assert!(
                    told.is_some_and(|told| told.contains(sentence)),
                    "{edit}: {told:?}"
                );
                assert_eq!(found.unreadable.len(), 1, "{edit}");
                assert_eq!(found.steps.len(), whole.steps.len() - 1, "{edit}");
                assert!(
                    found.to_string().contains("CANNOT BE READ"),
                    "{edit}: {found}"
                );
            }
            None => {
                assert_eq!(told, None, "{edit}");
                assert_eq!(found.steps.len(), whole.steps.len(), "{edit}");
            }
        }
        assert_eq!(found.about, whole.about, "{edit}");
        place.sql(&format!(
            "UPDATE guard_audit_event SET log_id = '{log}', seq = {seq}, leaf = '{leaf}', \
             payload = '{payload}' WHERE {is_decision}"
        ));
        assert_eq!(trace().unwrap(), whole, "{edit}: put back");
    }
    place.sql(&format!(
        "UPDATE guard_audit_event SET payload = '' WHERE operation_id = '{operation}'"
    ));
    let error = trace().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tampered);
    assert!(
        error
            .to_string()
            .contains("no record of the operation can be read"),
        "{error}"
    );
}
