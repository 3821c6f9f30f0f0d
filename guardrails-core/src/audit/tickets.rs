//! Holds the stored tickets to the audit: each row to its MAC and to the last event about it, and each
//! ticket that the audit has stored to a row.
//!
//! It needs the keys, since a MAC is not checked with the public half. It must not end at a row or an
//! event that cannot be read: such a row is a finding, such an event is the walk's to name.

use std::collections::HashMap;

use super::journal::{AuditReader, StoredEvent};
use super::keys::Keys;
use super::report::{Finding, FindingKind, VerifyReport, count};
use crate::error::Result;
use crate::identifier::TicketId;
use crate::process::{TicketRecord, TicketStanding, TicketTrail, judge_ticket};
use crate::store::{TicketRow, TicketStore};

/// Events and rows read at once.
const PAGE: usize = 1_000;

/// How often a row that does not fit is looked at again, since somebody may be writing it.
const LOOKS: usize = 3;
const UNREADABLE: &str = "its row cannot be read";

type Trails = HashMap<TicketId, TicketTrail>;

/// Adds to a report what is wrong with the stored tickets, and what of them cannot be proven.
///
/// # Errors
/// [`ErrorKind::Store`](crate::ErrorKind::Store) when the store does not answer.
pub fn verify_tickets<S>(store: &S, keys: &Keys, report: &mut VerifyReport) -> Result<()>
where
    S: TicketStore + AuditReader + ?Sized,
{
    // Events first: what they say was stored is there when the rows are read.
    let mut trails = trails(store)?;
    let mut unknown: Vec<String> = Vec::new();
    let mut after = String::new();
    loop {
        let page = store.ticket_rows(&after, PAGE)?;
        let Some(last) = page.last() else {
            break;
        };
        // A page that does not move on would never end.
        let moves_on = last.id > after;
        after.clone_from(&last.id);
        for row in page {
            match standing(store, keys, &row, &mut trails)? {
                Some(TicketStanding::UnknownKey) => unknown.push(row.id),
                standing => {
                    let fault = standing.map_or(Some(UNREADABLE), TicketStanding::fault);
                    let found = fault.map(|fault| finding(&row.id, fault));
                    report.findings.extend(found);
                }
            }
        }
        if !moves_on {
            break;
        }
    }
    let mut gone: Vec<_> = trails
        .iter()
        .filter(|(_, trail)| trail.is_stored())
        .collect();
    gone.sort_by_key(|(id, _)| **id);
    let fault = "the audit says that it was stored, and its row is gone";
    let gone = gone.iter().map(|(id, _)| finding(&id.to_string(), fault));
    report.findings.extend(gone);
    if let Some(first) = unknown.first() {
        let many = count(unknown.len(), "ticket");
        report.unproven.push(format!(
            "{many}, from {first} on: made with a key that is not here, so nothing tells whether their \
             rows were altered"
        ));
    }
    Ok(())
}

/// How one row stands; none for one that cannot be read. One that somebody is writing is looked at
/// again.
fn standing<S>(
    store: &S,
    keys: &Keys,
    row: &TicketRow,
    trails: &mut Trails,
) -> Result<Option<TicketStanding>>
where
    S: TicketStore + AuditReader + ?Sized,
{
    let Ok(ticket) = &row.ticket else {
        if let Ok(id) = row.id.parse() {
            trails.remove(&id);
        }
        return Ok(None);
    };
    let (mut ticket, id) = (ticket.clone(), ticket.id);
    let mut trail = trails.remove(&id).unwrap_or_default();
    let mut standing = judge_ticket(keys, &ticket, &trail);
    for _ in 0..LOOKS {
        if standing.fault().is_none() {
            break;
        }
        let since = store.ticket_events(&ticket.tenant, id)?;
        let since = since.iter().filter_map(TicketRecord::read);
        since
            .filter(|event| event.ticket == id)
            .for_each(|event| trail.take(event));
        if let Ok(Some(now)) = store.ticket(&ticket.tenant, id) {
            ticket = now;
        }
        standing = judge_ticket(keys, &ticket, &trail);
    }
    Ok(Some(standing))
}

/// What the audit says of every ticket, read from all logs.
fn trails(store: &(impl AuditReader + ?Sized)) -> Result<Trails> {
    let mut trails = Trails::new();
    for summary in store.logs()? {
        let mut from = 0;
        loop {
            let page = store.events(summary.log, from, PAGE)?;
            let records = page.iter().filter(|event| is_about_a_ticket(event));
            for record in records.filter_map(TicketRecord::read) {
                trails.entry(record.ticket).or_default().take(record);
            }
            match page.iter().map(|event| event.seq).max() {
                Some(last) if last >= from && last < u64::MAX => from = last + 1,
                _ => break,
            }
        }
    }
    Ok(trails)
}

/// A cheap look, so that only events about tickets are read in full.
fn is_about_a_ticket(event: &StoredEvent) -> bool {
    event.payload.contains("\"kind\":\"ticket\"")
}

fn finding(id: &str, fault: &str) -> Finding {
    Finding {
        kind: FindingKind::TicketDiffers,
        log: None,
        seq: None,
        through: None,
        operation: None,
        sentence: format!("ticket {id}: {fault}"),
    }
}
