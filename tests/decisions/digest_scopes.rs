//! A keyed digest tells nobody of another tenant's values, or of another operation's: equal values
//! have different digests there. Who may write in one tenant and read the tables would otherwise
//! try values until a digest is the one of another tenant.

use std::collections::BTreeSet;

use crm_guardrails::audit::{Keys, RecordedEvent, RecordedKind};
use crm_guardrails::stores::TicketStore;
use crm_guardrails::*;

use super::fixture::*;

/// Every way in which an operation begins, is answered and ends, with these values.
fn run(world: &World, tenant: &str, user: &str, record: &Record, discount: i64) -> Vec<TicketId> {
    let who = Principal::user(tenant, user).role("SALES_REP");
    let begin = |skill: &str| {
        let request = Request::new(&who, skill).entity("Quote");
        world.guard.begin(request)
    };
    let mut op = begin("quote.draft").unwrap();
    let _ = op.read(record).unwrap();
    op.read_many(std::slice::from_ref(record)).unwrap();
    let _ = op.read(&record.clone().with("owner", "u-99"));
    let group = [record.clone(), record.clone().with("id", "q-2")];
    let _ = op.aggregate(&group, "discount", policy::Aggregation::Sum);
    op.complete("done").unwrap();
    assert!(begin("quote.delete").is_err());
    drop(begin("quote.draft").unwrap());
    begin("quote.draft").unwrap().fail("CRM_DOWN").unwrap();
    let mut tickets = Vec::new();
    for change in [
        Changes::update(record).set("discount", discount),
        Changes::update(record).set("discount", 50),
        Changes::update(record).set("discount", 1),
        Changes::update(record).set("amount", "1.00"),
    ] {
        let mut op = begin("quote.draft").unwrap();
        if let Outcome::NeedsApproval(ticket) = op.propose(&change).unwrap().outcome() {
            tickets.push(ticket.id());
        }
    }
    tickets
}

fn events(world: &World, from: usize) -> Vec<RecordedEvent> {
    let text = world.audit_text();
    let lines = text.lines().skip(from);
    lines
        .map(|line| RecordedEvent::read(line).unwrap())
        .collect()
}

/// What proves the course of each operation, one set for each.
fn proofs(events: &[RecordedEvent]) -> Vec<BTreeSet<String>> {
    let operations: BTreeSet<_> = events.iter().filter_map(RecordedEvent::operation).collect();
    let of = |operation| {
        let events = events
            .iter()
            .filter(move |event| event.operation() == Some(operation));
        let digests = events.flat_map(|event| {
            let answer = match &event.kind {
                RecordedKind::Outcome { output, .. } => *output,
                _ => None,
            };
            [event.input, event.output, answer]
        });
        digests.flatten().map(|digest| digest.to_string()).collect()
    };
    operations.into_iter().map(of).collect()
}

/// Every keyed digest that the audit and the tickets hold.
fn all(world: &World, from: usize, tenant: &str, tickets: &[TicketId]) -> BTreeSet<String> {
    let text = world.audit_text();
    let lines = text.lines().skip(from);
    let words = lines.flat_map(|line| line.split('"'));
    let keyed = words.filter(|word| word.starts_with("hmac-sha256:"));
    let mut all: BTreeSet<String> = keyed.map(str::to_owned).collect();
    for ticket in tickets {
        all.extend(kept(world, tenant, *ticket));
    }
    all
}

/// What a ticket keeps of the record it was made for, and of itself.
fn kept(world: &World, tenant: &str, ticket: TicketId) -> BTreeSet<String> {
    let ticket = world.store.store.ticket(tenant, ticket).unwrap().unwrap();
    let reads = ticket.reads.values().copied();
    let own = [Some(ticket.action), ticket.open_key, ticket.mac];
    let digests = reads.chain(own.into_iter().flatten());
    digests.map(|digest| digest.to_string()).collect()
}

fn reads(world: &World, tenant: &str, ticket: TicketId) -> BTreeSet<String> {
    let ticket = world.store.store.ticket(tenant, ticket).unwrap().unwrap();
    let reads = ticket.reads.values();
    reads.map(ToString::to_string).collect()
}

/// Values and tenants, many of them, and the same at each run.
fn samples() -> impl Iterator<Item = (i64, i64, i64, String)> {
    (1_i64..=24).map(|seed| {
        let number = |salt: i64, below: i64| (seed * 7_919 + salt * 104_729) % below;
        let letters = ["a", "z", "/", "|", "acme", "租户", "input", ":"];
        let letter = |salt| letters[usize::try_from(number(salt, 8)).unwrap()];
        let tenant = format!("{}{}{}", letter(1), letter(2), letter(3));
        (
            16 + number(4, 25),
            number(5, 101),
            number(6, 100_000),
            tenant,
        )
    })
}

#[test]
fn equal_values_of_two_tenants_or_operations_have_different_digests() {
    for (discount, present, cost, tenant) in samples() {
        let record = quote().with("discount", present);
        let record = record.with("cost_price", cost.to_string());
        let world = world();
        let ours = run(&world, "acme", "u-17", &record, discount);
        let here = all(&world, 0, "acme", &ours);
        let seen = world.audit_text().lines().count();
        let theirs = run(&world, &tenant, "u-17", &record, discount);
        let there = all(&world, seen, &tenant, &theirs);
        assert!(!ours.is_empty() && ours.len() == theirs.len());
        assert!(here.len() >= 12, "{here:?}");
        let shared: Vec<_> = here.intersection(&there).collect();
        assert!(shared.is_empty(), "acme and `{tenant}` share {shared:?}");
        // Within a tenant, each operation proves its own course, and each ticket its own record.
        let again = run(&world, "acme", "u-17", &record, discount);
        assert_eq!(again, ours, "the open tickets are found again");
        let mut known = BTreeSet::new();
        for digest in proofs(&events(&world, 0)).into_iter().flatten() {
            assert!(known.insert(digest), "two operations share a digest");
        }
        for (at, one) in ours.iter().enumerate() {
            for other in ours.iter().skip(at + 1) {
                let (one, other) = (reads(&world, "acme", *one), reads(&world, "acme", *other));
                assert!(!one.is_empty() && one.is_disjoint(&other));
            }
        }
    }
}

/// The bytes that the audit's format names, whenever the journal works the digests out.
#[test]
fn a_host_that_kept_an_answer_makes_its_digest_again() {
    let world = world();
    let record = quote();
    let mut op = world.begin(&rep(), "quote.draft");
    let operation = op.id();
    let answer = op.read(&record).unwrap().to_json();
    let change = Changes::update(&record).set("discount", "10.0");
    let _release = op.propose(&change).unwrap().into_release().unwrap();
    op.complete("done").unwrap();
    let mac = |what: &str, text: &str| {
        let scope = format!("{what}/{operation}/acme");
        Some(Keys::from_seed([3; 32]).value_mac(&scope, text.as_bytes()))
    };
    let recorded = events(&world, 0);
    let digests = |is_wanted: fn(&RecordedKind) -> bool| {
        let found = recorded.iter().find(|event| is_wanted(&event.kind));
        found.map(|event| (event.input, event.output)).unwrap()
    };
    let read = digests(|kind| matches!(kind, RecordedKind::DataAccess { .. }));
    let handed_back = format!("{answer}\n");
    assert_eq!(read, (mac("input", "\"q-1\""), mac("output", &handed_back)));
    let proposed = digests(|kind| matches!(kind, RecordedKind::Decision { .. }));
    let asked = r#""discount""q-1"{"discount":10}"#;
    assert_eq!(proposed, (mac("input", asked), mac("output", "allow\n")));
}
