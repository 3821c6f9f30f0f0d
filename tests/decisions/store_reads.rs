//! How often the store is asked: tables once for each state of them, tickets by key and by page.

use std::sync::Arc;

use crm_guardrails::audit::Keys;
use crm_guardrails::stores::RoleStore;
use crm_guardrails::*;

use super::fixture::*;

/// The tables, each once.
const TABLES: [&str; 3] = ["permission_rows", "role_lines", "status_rows"];

#[test]
fn policy_in_force_and_shadow_policy_share_one_read_of_the_tables() {
    let world = world();
    assert_eq!(world.store.take_reads(), TABLES, "opened");
    let shadow = || policy(&POLICY.replace("15%", "10%"));
    world.guard.replace_shadow_policy(Some(shadow())).unwrap();
    assert_eq!(world.store.take_reads(), TABLES, "another shadow policy");
    world.guard.replace_policy(policy(POLICY)).unwrap();
    assert_eq!(world.store.take_reads(), TABLES, "another policy");
    let line = RoleLine {
        kind: "g".into(),
        values: ["SALES_LEAD", "SALES_REP", "acme"]
            .map(str::to_owned)
            .into(),
    };
    world.store.store.add_role_lines(&[line]).unwrap();
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
    assert_eq!(world.store.take_reads(), TABLES, "refreshed");
    CoreGuard::builder()
        .policy(policy(POLICY))
        .shadow_policy(shadow())
        .store(world.store.clone())
        .clock(world.clock.clone())
        .entropy(Arc::new(CountingEntropy::default()))
        .keys(Arc::new(Keys::from_seed([3; 32])))
        .open()
        .unwrap();
    assert_eq!(world.store.take_reads(), TABLES, "opened with both");
}

/// Proposes to give a discount that a manager must agree to, on one of many quotes.
fn ask(world: &World, at: usize) -> TicketId {
    let quote = quote().with("id", format!("q-{at}"));
    let changes = Changes::update(&quote).set("discount", 20);
    ticket(&world.propose(&rep(), "quote.draft", &changes))
}

#[test]
fn a_proposal_reads_no_ticket_but_its_own() {
    let world = world();
    for at in 0..60 {
        ask(&world, at);
    }
    world.store.take_reads();
    let first = ask(&world, 60);
    // Under the present form of its key and under the one before.
    assert_eq!(
        world.store.take_reads(),
        ["ticket_by_key", "ticket_by_key", "count_open_tickets"]
    );
    assert_eq!(ask(&world, 60), first);
    assert_eq!(world.store.take_reads(), ["ticket_by_key"]);
}

#[test]
fn a_page_of_cards_is_one_read() {
    let world = world();
    for at in 0..60 {
        ask(&world, at);
    }
    world.store.take_reads();
    let page = world.guard.approvals().page(&manager(), None, 100).unwrap();
    assert_eq!(page.tickets.len(), 60);
    assert_eq!(world.store.take_reads(), ["open_tickets"]);
}
