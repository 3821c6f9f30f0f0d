//! Approval tickets.

use guardrails_core::process::{Ticket, TicketState};
use guardrails_core::{ErrorKind, Fields, Name, Swap, TicketId, TicketQuery, TicketStore};

use super::place::{Home, Place};
use super::samples::{approved, inbox, moment, ticket};

pub fn a_ticket_reads_back_exactly(home: &impl Home) {
    let store = home.open();
    let first = ticket("acme");
    store.insert_ticket(&first).unwrap();
    assert!(store.ticket("acme", first.id).unwrap().unwrap() == first);
    let mut next = approved(&first, "m-1");
    next.spent_by = Some(first.operation);
    assert_eq!(store.swap_ticket(&next).unwrap(), Swap::Done);
    assert!(store.ticket("acme", first.id).unwrap().unwrap() == next);
}

pub fn a_taken_identifier_is_a_conflict(home: &impl Home) {
    let store = home.open();
    let mut first = ticket("acme");
    store.insert_ticket(&first).unwrap();
    first.tenant = "globex".into();
    let error = store.insert_ticket(&first).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
}

pub fn of_two_deciders_one_is_told(home: &impl Home) {
    let stores = [home.open(), home.open()];
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

pub fn another_tenants_ticket_is_not_there(home: &impl Home) {
    let store = home.open();
    let first = ticket("acme");
    store.insert_ticket(&first).unwrap();
    for other in ["globex", "ACME", "acme "] {
        assert!(store.ticket(other, first.id).unwrap().is_none());
        let roles = ["SALES_MANAGER".into()];
        assert!(
            store
                .open_tickets(&inbox(other, "u-17", &roles))
                .unwrap()
                .is_empty()
        );
        assert!(
            store
                .ticket_by_key(other, &first.open_key.unwrap())
                .unwrap()
                .is_none()
        );
        assert_eq!(
            store.count_open_tickets(other, "u-17", moment()).unwrap(),
            0
        );
        let mut next = approved(&first, "m-1");
        next.tenant = other.into();
        assert_eq!(store.swap_ticket(&next).unwrap(), Swap::Conflict);
    }
}

pub fn open_tickets_come_oldest_first(home: &impl Home) {
    let store = home.open();
    let mut ids = Vec::new();
    for age in 0..5 {
        let mut one = ticket("acme");
        one.created = moment() - chrono::Duration::microseconds(age);
        store.insert_ticket(&one).unwrap();
        ids.insert(0, one.id);
        if age == 2 {
            let mut over = approved(&one, "m-1");
            over.state = TicketState::Rejected;
            over.open_key = None;
            assert_eq!(store.swap_ticket(&over).unwrap(), Swap::Done);
            ids.remove(0);
        }
    }
    let open = |limit, after| -> Vec<Ticket> {
        let query = TicketQuery {
            limit,
            after,
            ..inbox("acme", "u-17", &[])
        };
        store.open_tickets(&query).unwrap()
    };
    let named =
        |tickets: &[Ticket]| -> Vec<TicketId> { tickets.iter().map(|ticket| ticket.id).collect() };
    assert_eq!(named(&open(10, None)), ids);
    assert_eq!(named(&open(usize::MAX, None)), ids);
    let first = open(2, None);
    assert_eq!(named(&first), ids[..2]);
    assert_eq!(named(&open(2, first.last().map(Ticket::cursor))), ids[2..]);
}

/// The database filters: whose business a ticket is, and whether its time is over.
pub fn the_inbox_is_filtered_where_it_is_kept(home: &impl Home) {
    let store = home.open();
    let one = ticket("acme");
    store.insert_ticket(&one).unwrap();
    let sees = |requester: &str, roles: &[&str], now| {
        let roles: Vec<Name> = roles.iter().map(|role| (*role).into()).collect();
        let query = TicketQuery {
            now,
            ..inbox("acme", requester, &roles)
        };
        store.open_tickets(&query).unwrap().len()
    };
    let count = |now| store.count_open_tickets("acme", "u-17", now).unwrap();
    for (requester, roles, seen) in [
        ("u-17", &[][..], 1),
        ("m-1", &["SALES_MANAGER"], 1),
        ("m-1", &["LEGAL", "SALES_DIRECTOR"], 1),
        ("m-1", &["LEGAL"], 0),
        ("m-1", &["sales_manager"], 0),
        ("m-1", &[], 0),
        ("U-17", &[], 0),
        ("u-17 ", &[], 0),
    ] {
        assert_eq!(
            sees(requester, roles, moment()),
            seen,
            "{requester} {roles:?}"
        );
    }
    assert_eq!((sees("u-17", &[], one.expires), count(one.expires)), (0, 0));
    assert_eq!(count(moment()), 1);
    // Granted: nothing to decide, and open until its time to be used is over.
    let granted = approved(&one, "m-1");
    assert_eq!(store.swap_ticket(&granted).unwrap(), Swap::Done);
    assert_eq!(sees("m-1", &["SALES_MANAGER"], moment()), 0);
    assert_eq!(sees("u-17", &[], one.expires), 0);
    assert_eq!(sees("u-17", &[], moment()), 1);
    // Held, and held too long: somebody has to settle it.
    let mut held = granted.clone();
    held.version += 1;
    held.state = TicketState::Reserved;
    held.reserved_until = held.execute_by;
    assert_eq!(store.swap_ticket(&held).unwrap(), Swap::Done);
    assert_eq!(sees("m-1", &["SALES_MANAGER"], one.expires), 1);
    assert_eq!(count(one.expires), 1);
}

pub fn overdue_tickets_are_those_of_every_tenant(home: &impl Home) {
    let store = home.open();
    let now = moment() + chrono::Duration::hours(1);
    let mut expected = Vec::new();
    for (tenant, state, until, over) in [
        ("acme", TicketState::Pending, 0, true),
        ("globex", TicketState::Pending, 0, true),
        ("acme", TicketState::Pending, 1, false),
        ("acme", TicketState::Approved, 0, true),
        ("acme", TicketState::Approved, 1, false),
        ("acme", TicketState::Reserved, 0, true),
        ("acme", TicketState::Reserved, 1, false),
        ("acme", TicketState::Unknown, 0, false),
        ("acme", TicketState::Consumed, 0, false),
    ] {
        let mut one = ticket(tenant);
        let until = now + chrono::Duration::microseconds(until);
        (one.state, one.expires) = (state, until);
        (one.execute_by, one.reserved_until) = (Some(until), Some(until));
        store.insert_ticket(&one).unwrap();
        assert_eq!(one.over(now).is_some(), over, "{state:?}");
        expected.extend(over.then_some(one.id));
    }
    expected.sort();
    let mut found = Vec::new();
    while let Some(one) = store
        .overdue_tickets(now, found.last().copied(), 1)
        .unwrap()
        .first()
    {
        found.push(one.id);
    }
    assert_eq!(found, expected);
}

/// Two open tickets never are for the same action, whoever is first; one that has ended is in nobody's
/// way.
pub fn one_open_ticket_for_one_action(home: &impl Home) {
    let stores = [home.open(), home.open()];
    let key = ticket("acme").open_key;
    let inserted: usize = std::thread::scope(|scope| {
        let all: Vec<_> = (0..4)
            .map(|i| {
                let mut one = ticket("acme");
                one.open_key = key;
                let store = &stores[i % 2];
                scope.spawn(move || match store.insert_ticket(&one) {
                    Ok(()) => 1,
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::Conflict);
                        0
                    }
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!(inserted, 1);
    let have = stores[1]
        .ticket_by_key("acme", &key.unwrap())
        .unwrap()
        .unwrap();
    let mut ended = approved(&have, "m-1");
    (ended.state, ended.open_key) = (TicketState::Consumed, None);
    assert_eq!(stores[0].swap_ticket(&ended).unwrap(), Swap::Done);
    assert!(
        stores[1]
            .ticket_by_key("acme", &key.unwrap())
            .unwrap()
            .is_none()
    );
    let mut again = ticket("acme");
    again.open_key = key;
    stores[1].insert_ticket(&again).unwrap();
}

/// What a ticket keeps of a record goes when it ends.
pub fn an_ended_ticket_keeps_no_value(home: &impl Home) {
    let store = home.open();
    let one = ticket("acme");
    store.insert_ticket(&one).unwrap();
    let mut ended = approved(&one, "m-1");
    (ended.state, ended.open_key) = (TicketState::Consumed, None);
    (ended.before, ended.set) = (Fields::new(), Fields::new());
    ended.reads.clear();
    assert_eq!(store.swap_ticket(&ended).unwrap(), Swap::Done);
    let stored = store.ticket("acme", one.id).unwrap().unwrap();
    assert!(stored == ended);
    let Some(place) = home.place() else {
        return;
    };
    for column in ["record_before", "record_set", "read_digests"] {
        let row = place.text(&format!(
            "SELECT {column} AS answer FROM guard_approval_ticket WHERE ticket_id = '{}'",
            one.id
        ));
        assert_eq!(row, None, "{column}");
    }
}

/// A row that cannot be read is named for verification, and keeps no other from being read.
pub fn an_unreadable_row_stands_alone(place: &Place) {
    let store = place.open();
    let (one, other) = (ticket("acme"), ticket("acme"));
    store.insert_ticket(&one).unwrap();
    store.insert_ticket(&other).unwrap();
    place.sql(&format!(
        "UPDATE guard_approval_ticket SET asked = 'x' WHERE ticket_id = '{}'",
        one.id
    ));
    let open = store.open_tickets(&inbox("acme", "u-17", &[])).unwrap();
    assert_eq!(
        open.iter().map(|ticket| ticket.id).collect::<Vec<_>>(),
        [other.id]
    );
    let overdue = store.overdue_tickets(one.expires, None, 10).unwrap();
    assert_eq!(overdue.len(), 1);
    let mut rows = store.ticket_rows("", 1).unwrap();
    rows.extend(store.ticket_rows(&rows[0].id, 10).unwrap());
    let mut read: Vec<_> = rows
        .iter()
        .map(|row| (row.id.clone(), row.ticket.is_ok()))
        .collect();
    read.sort();
    let mut expected = vec![(one.id.to_string(), false), (other.id.to_string(), true)];
    expected.sort();
    assert_eq!(read, expected);
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
        ("read_digests", "[]"),
        ("asked", "{}"),
        ("open_key", "sha"),
        ("mac", "hmac"),
        ("event_log", "one"),
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
