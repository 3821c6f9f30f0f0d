//! Tickets that have ended keep nothing of the record: no cell of any table has its personal identifier,
//! however the ticket came to its end.

use std::sync::Arc;
use std::time::Duration;

use guardrails_core::audit::Keys;
use guardrails_core::policy::{PiiClass, Policy, Sensitivity};
use guardrails_core::process::{Settlement, TicketState};
use guardrails_core::{Guard, Record, TicketId, TicketStore};
use sea_orm::{ConnectionTrait as _, Statement};

use super::guarded::{agreed, asked_on, faults, guard_of, manager, policy, quote, rep};
use super::journal::keys;
use super::place::{Place, Server};

const PHONE: &str = "13812345678";

fn person() -> Record {
    quote().with("id", PHONE)
}

/// Quotes that are known by a telephone number.
fn personal(expires: Duration, execute_within: Duration) -> Policy {
    let mut policy = policy();
    let entity = policy.entities.get_mut("Quote").map(Arc::make_mut).unwrap();
    for field in entity
        .fields
        .iter_mut()
        .filter(|field| *field.name == *"id")
    {
        field.sensitivity = Sensitivity::new(4).unwrap();
        field.pii = Some(PiiClass::Phone);
    }
    let chain = policy
        .approvals
        .get_mut("managers")
        .map(Arc::make_mut)
        .unwrap();
    chain.expires = expires;
    chain.execute_within = execute_within;
    policy
}

/// Ends a ticket.
type End = fn(&Guard, TicketId);

const DAY: Duration = Duration::from_secs(86_400);

fn drop_reserved(guard: &Guard, id: TicketId) {
    let (operation, _) = guard.resume(agreed(guard, id), &rep(), person()).unwrap();
    drop(operation);
}

fn settle(guard: &Guard, id: TicketId, settlement: Settlement) {
    drop_reserved(guard, id);
    let approvals = guard.approvals();
    approvals.settle(id, &manager("m-1"), settlement).unwrap();
}

/// Each way to an end, with how long its ticket may wait and be used.
const ENDS: [(TicketState, Duration, Duration, End); 8] = [
    (TicketState::Consumed, DAY, DAY, |guard, id| {
        let (operation, _) = guard.resume(agreed(guard, id), &rep(), person()).unwrap();
        operation.complete("done").unwrap();
    }),
    (TicketState::Rejected, DAY, DAY, |guard, id| {
        let approvals = guard.approvals();
        approvals.reject(id, &manager("m-1"), "no").unwrap();
    }),
    (TicketState::Cancelled, DAY, DAY, |guard, id| {
        guard.approvals().cancel(id, &rep()).unwrap();
    }),
    (TicketState::Expired, Duration::ZERO, DAY, |guard, _| {
        assert_eq!(guard.approvals().sweep().unwrap(), 1);
    }),
    (
        TicketState::ExpiredUnused,
        DAY,
        Duration::ZERO,
        |guard, id| {
            agreed(guard, id);
            assert_eq!(guard.approvals().sweep().unwrap(), 1);
        },
    ),
    (TicketState::Stale, DAY, DAY, |guard, id| {
        let changed = person().with("discount", 6);
        guard
            .resume(agreed(guard, id), &rep(), changed)
            .unwrap_err();
    }),
    (TicketState::Consumed, DAY, DAY, |guard, id| {
        settle(guard, id, Settlement::Applied);
    }),
    (TicketState::ExpiredUnused, DAY, DAY, |guard, id| {
        settle(guard, id, Settlement::NotApplied);
    }),
];

pub fn a_ticket_that_has_ended_keeps_no_personal_identifier(place: &Place) {
    let store = place.open();
    let cells = Cells::with(place, PHONE);
    let pseudonym = Keys::from_seed([7; 32]).pseudonym("acme/Quote", PHONE);
    for (discount, (state, expires, execute_within, end)) in (20_i64..).zip(ENDS) {
        let guard = guard_of(&store, personal(expires, execute_within), keys());
        let id = asked_on(&guard, &person(), discount);
        let open = store.ticket("acme", id).unwrap().unwrap();
        assert_eq!(&*open.record, PHONE, "a card shows it while it is open");
        assert_eq!(cells.found(), ["guard_approval_ticket"]);
        end(&guard, id);
        let ended = store.ticket("acme", id).unwrap().unwrap();
        assert_eq!(ended.state, state);
        assert_eq!(*ended.record, *pseudonym, "{state:?}");
        assert_eq!(cells.found(), [""; 0], "{state:?}");
        assert_eq!(faults(&store), [""; 0], "{state:?}");
        let card = guard.approvals().show(id, &rep()).unwrap();
        assert_eq!(&*card.record, "‹hidden›");
    }
    let guard = guard_of(&store, personal(DAY, DAY), keys());
    let id = asked_on(&guard, &person(), 50);
    drop_reserved(&guard, id);
    let in_doubt = store.ticket("acme", id).unwrap().unwrap();
    assert_eq!(
        (in_doubt.state, &*in_doubt.record),
        (TicketState::Unknown, PHONE),
        "a person has to look the record up"
    );
    let approvals = guard.approvals();
    approvals
        .settle(id, &manager("m-2"), Settlement::Applied)
        .unwrap();
    assert_eq!(cells.found(), [""; 0]);
    drop((guard, store));
    if place.server == Server::Sqlite {
        let path = place.url.trim_start_matches("sqlite://");
        let path = path.split('?').next().unwrap();
        let bytes = std::fs::read(path).unwrap();
        let has = |text: &str| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        assert!(has(&pseudonym), "the file is the one that was written");
        assert!(!has(PHONE), "what was deleted is overwritten");
    }
}

/// Looks for a text in every cell of every table.
struct Cells<'p> {
    place: &'p Place,
    /// One question for each table.
    asks: Vec<(String, String)>,
}

impl<'p> Cells<'p> {
    fn with(place: &'p Place, text: &str) -> Self {
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let ask = |table: String| {
            let columns = columns(place, &table);
            assert!(!columns.is_empty(), "{table}");
            let cells = columns.iter().map(|column| match place.server {
                Server::Sqlite | Server::Postgres => format!("CAST({column} AS TEXT)"),
                Server::Mysql => format!("CAST({column} AS CHAR)"),
            });
            let has = cells.map(|cell| format!("{cell} LIKE '%{text}%' OR {cell} LIKE '%{hex}%'"));
            let has: Vec<String> = has.collect();
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE {}", has.join(" OR "));
            (table, sql)
        };
        Self {
            place,
            asks: place.tables().into_iter().map(ask).collect(),
        }
    }

    /// The tables in which it is.
    fn found(&self) -> Vec<&str> {
        let found = self.place.shell(async |db| {
            let mut found = Vec::new();
            for (table, sql) in &self.asks {
                let ask = Statement::from_string(db.get_database_backend(), sql);
                let count: i64 = db.query_one_raw(ask).await?.unwrap().try_get_by_index(0)?;
                if count > 0 {
                    found.push(table.as_str());
                }
            }
            Ok(found)
        });
        found.unwrap()
    }
}

fn columns(place: &Place, table: &str) -> Vec<String> {
    place.texts(&match place.server {
        Server::Sqlite => format!("SELECT name FROM pragma_table_info('{table}')"),
        Server::Postgres => format!(
            "SELECT column_name::text FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = '{table}'"
        ),
        Server::Mysql => format!(
            "SELECT CAST(column_name AS CHAR) FROM information_schema.columns \
             WHERE table_schema = DATABASE() AND table_name = '{table}'"
        ),
    })
}
