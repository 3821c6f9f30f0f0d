//! Approval tickets.

use guardrails_core::process::TicketState;
use guardrails_core::{ErrorKind, Swap, TicketStore};

use super::place::Place;
use super::samples::{approved, moment, ticket};

pub fn a_ticket_reads_back_exactly(place: &Place) {
    let store = place.open();
    let first = ticket("acme");
    store.insert_ticket(&first).unwrap();
    assert!(store.ticket("acme", first.id).unwrap().unwrap() == first);
    let mut next = approved(&first, "m-1");
    next.spent_by = Some(first.operation);
    assert_eq!(store.swap_ticket(&next).unwrap(), Swap::Done);
    assert!(store.ticket("acme", first.id).unwrap().unwrap() == next);
}

pub fn a_taken_identifier_is_a_conflict(place: &Place) {
    let store = place.open();
    let mut first = ticket("acme");
    store.insert_ticket(&first).unwrap();
    first.tenant = "globex".into();
    let error = store.insert_ticket(&first).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
}

pub fn of_two_deciders_one_is_told(place: &Place) {
    let stores = [place.open(), place.open()];
    for _ in 0..8 {
        let first = ticket("acme");
        stores[0].insert_ticket(&first).unwrap();
        let swaps: Vec<Swap> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..4)
                .map(|i| {
                    let store = &stores[i % 2];
                    let next = approved(&first, &format!("m-{i}"));
                    scope.spawn(move || store.swap_ticket(&next).unwrap())
                })
                .collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let done = swaps.iter().filter(|swap| **swap == Swap::Done).count();
        assert_eq!(done, 1);
        let stored = stores[1].ticket("acme", first.id).unwrap().unwrap();
        assert_eq!((stored.version, stored.decisions.len()), (2, 1));
    }
}

pub fn another_tenants_ticket_is_not_there(place: &Place) {
    let store = place.open();
    let first = ticket("acme");
    store.insert_ticket(&first).unwrap();
    for other in ["globex", "ACME", "acme "] {
        assert!(store.ticket(other, first.id).unwrap().is_none());
        assert!(store.open_tickets(other, 10).unwrap().is_empty());
        let mut next = approved(&first, "m-1");
        next.tenant = other.into();
        assert_eq!(store.swap_ticket(&next).unwrap(), Swap::Conflict);
    }
}

pub fn open_tickets_come_oldest_first(place: &Place) {
    let store = place.open();
    let mut ids = Vec::new();
    for age in 0..5 {
        let mut one = ticket("acme");
        one.created = moment() - chrono::Duration::microseconds(age);
        store.insert_ticket(&one).unwrap();
        ids.insert(0, one.id);
        if age == 2 {
            let mut over = approved(&one, "m-1");
            over.state = TicketState::Rejected;
            assert_eq!(store.swap_ticket(&over).unwrap(), Swap::Done);
            ids.remove(0);
        }
    }
    let open = |limit| -> Vec<_> {
        let open = store.open_tickets("acme", limit).unwrap();
        open.into_iter().map(|ticket| ticket.id).collect()
    };
    assert_eq!(open(10), ids);
    assert_eq!(open(2), ids[..2]);
    assert_eq!(open(usize::MAX), ids);
}

pub fn garbage_names_its_row(place: &Place) {
    let store = place.open();
    for (column, value) in [
        ("state", "granted"),
        ("record_set", "{\"discount\": 9"),
        ("record_before", "s3cret"),
        ("decisions", "[1]"),
        ("action_digest", "hmac-sha256:00"),
        ("operation_type", "merge"),
    ] {
        let one = ticket("acme");
        store.insert_ticket(&one).unwrap();
        place.sql(&format!(
            "UPDATE guard_approval_ticket SET {column} = '{value}' WHERE ticket_id = '{}'",
            one.id
        ));
        let error = store.ticket("acme", one.id).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
        let text = error.to_string();
        for part in ["guard_approval_ticket", &one.id.to_string(), column] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!text.contains(value), "{text}");
    }
}
