//! Tables that cannot be read: what is still decided, for how long, and who hears of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use chrono::Duration;
use crm_guardrails::audit::Keys;
use crm_guardrails::stores::{Closes, RoleStore, RowFault, SkillStore, UnreadableRow};
use crm_guardrails::*;

use super::fixture::*;

fn hidden(tenant: &str, field: &str) -> FieldPermission {
    FieldPermission {
        tenant: tenant.into(),
        entity: "Quote".into(),
        field: field.into(),
        sensitivity: 2,
        pii: false,
        encryption_required: false,
        roles: vec![RolePermission {
            role: "SALES_REP".into(),
            access: "HIDDEN".to_owned(),
            ai_access_allowed: true,
            conditions: None,
            aggregation: None,
        }],
    }
}

fn set(fault: &AtomicBool, to: bool) {
    fault.store(to, Ordering::SeqCst);
}

fn request<'a>(principal: &'a Principal, skill: &'a str) -> Request<'a> {
    let request = Request::new(principal, skill);
    request.entity("Quote").context("sales_copilot")
}

/// The code of the refusal, or `ok`.
fn begins(world: &World, skill: &str) -> String {
    match world.guard.begin(request(&rep(), skill)) {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.code().to_owned(),
    }
}

fn shows(world: &World, field: &str) -> bool {
    let quote = quote();
    let mut op = world.begin(&rep(), "quote.draft");
    op.read(&quote).unwrap().value(field).is_some()
}

#[test]
fn past_their_age_permissions_decide_nothing() {
    let world = world();
    let faults = &world.store.faults;
    set(&faults.tables, true);
    world.pass(Duration::minutes(5));
    assert_eq!(begins(&world, "quote.draft"), "ok");
    world.pass(Duration::seconds(1));
    let error = world
        .guard
        .begin(request(&rep(), "quote.draft"))
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Store, "PERMISSIONS_TOO_OLD")
    );
    assert!(world.audit_text().contains("PERMISSIONS_TOO_OLD"));
    let health = world.guard.health();
    assert_eq!(health.tables.state, TablesState::TooOld);
    assert_eq!(health.tables.last_success, noon());
    assert!(!health.is_well());

    // The store answers again, and the next look is at once in force.
    set(&faults.tables, false);
    assert_eq!(
        begins(&world, "quote.draft"),
        "PERMISSIONS_TOO_OLD",
        "not asked twice in a second"
    );
    world.pass(Duration::seconds(1));
    assert_eq!(begins(&world, "quote.draft"), "ok");
    assert!(world.guard.health().is_well());
}

#[test]
fn past_their_age_nobody_approves_either() {
    let world = world();
    let to = Changes::update(&quote()).set("discount", 20);
    let waiting = ticket(&world.propose(&rep(), "quote.draft", &to));
    set(&world.store.faults.tables, true);
    world.pass(Duration::minutes(6));
    let approvals = world.guard.approvals();
    for refused in [
        approvals.approve(waiting, &manager(), "").map(drop),
        approvals.show(waiting, &manager()).map(drop),
        approvals.list(&manager()).map(drop),
    ] {
        assert_eq!(refused.unwrap_err().code(), "PERMISSIONS_TOO_OLD");
    }
}

#[test]
fn a_guard_that_nobody_refreshes_looks_by_itself() {
    let world = world();
    world
        .store
        .store
        .set_field_permission(hidden("acme", "amount"))
        .unwrap();
    assert!(shows(&world, "amount"), "not looked at yet");
    world.pass(Duration::days(30));
    assert!(!shows(&world, "amount"));
}

#[test]
fn in_a_shorter_outage_only_what_needs_the_store_is_refused() {
    let world = world();
    let faults = &world.store.faults;
    for fault in [&faults.tables, &faults.limits, &faults.tickets] {
        set(fault, true);
    }
    world.pass(Duration::minutes(4));
    assert_eq!(world.guard.refresh().unwrap_err().kind(), ErrorKind::Store);
    let health = world.guard.health();
    assert_eq!(health.tables.state, TablesState::Outage);
    let problem = health.tables.problem.unwrap();
    assert_eq!(problem.message, "the database does not answer");
    assert!(matches!(health.store, PartState::Failing(_)));

    let careful = Principal::user("acme", "u-17")
        .role("SALES_REP")
        .agent("copilot")
        .model("qwen:14b");
    let error = world
        .guard
        .begin(request(&careful, "quote.careful"))
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Store, "LIMITS_UNAVAILABLE")
    );

    let to = |discount: i64| Changes::update(&quote()).set("discount", discount);
    let allowed = world.propose(&rep(), "quote.draft", &to(6));
    assert!(matches!(allowed.outcome(), Outcome::Allow(_)));
    let refused = world.propose(&rep(), "quote.draft", &to(20));
    assert!(matches!(refused.outcome(), Outcome::Deny));
    assert_eq!(codes(refused.reasons()), ["APPROVALS_UNAVAILABLE"]);
}

#[test]
fn too_many_lines_are_a_look_that_failed() {
    let world = world();
    let lines: Vec<RoleLine> = (0..200_001)
        .map(|n| RoleLine {
            kind: "g".to_owned(),
            values: vec![format!("m{n}"), "SALES_REP".to_owned(), "acme".to_owned()],
        })
        .collect();
    world.store.store.add_role_lines(&lines).unwrap();
    assert_eq!(world.guard.refresh().unwrap_err().code(), "G0708");
    let health = world.guard.health();
    assert_eq!(health.tables.problem.unwrap().code, "G0708".into());
    assert_eq!(health.store, PartState::Well);
    world.pass(Duration::minutes(6));
    assert_eq!(begins(&world, "quote.draft"), "PERMISSIONS_TOO_OLD");
}

#[test]
fn a_change_that_raises_no_revision_is_seen_in_time() {
    let world = world();
    set(&world.store.faults.revision, true);
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Unchanged);
    world
        .store
        .store
        .set_field_permission(hidden("acme", "amount"))
        .unwrap();
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Unchanged);
    assert!(shows(&world, "amount"));
    world.pass(Duration::minutes(3));
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
    assert!(!shows(&world, "amount"));
}

#[test]
fn rows_and_revision_are_of_one_moment() {
    let world = world();
    let meanwhile = &world.store.faults.meanwhile;
    *meanwhile.lock().unwrap() = vec![hidden("acme", "amount")];
    world
        .store
        .store
        .set_field_permission(hidden("acme", "stage"))
        .unwrap();
    assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
    assert!(!shows(&world, "amount"), "written while the rows were read");

    // A table that never stands still is not read in pieces.
    let restless = |n: i32| FieldPermission {
        sensitivity: n % 5,
        ..hidden("acme", "owner")
    };
    *meanwhile.lock().unwrap() = (0..20).map(restless).collect();
    world
        .store
        .store
        .set_field_permission(hidden("acme", "clauses"))
        .unwrap();
    assert_eq!(world.guard.refresh().unwrap_err().kind(), ErrorKind::Store);
    assert_eq!(world.guard.health().tables.state, TablesState::Outage);
}

#[test]
fn a_problem_is_heard_once_and_by_a_listener_that_may_panic() {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let store = Arc::new(Flaky {
        store: MemoryStore::new(
            Arc::new(Keys::from_seed([3; 32])),
            LogId::from(uuid::Uuid::from_u128(1)),
        ),
        broken: AtomicBool::new(false),
        faults: Faults::default(),
        reads: Mutex::default(),
    });
    let ears = heard.clone();
    let guard = CoreGuard::builder()
        .policy(policy(POLICY))
        .store(store.clone())
        .clock(Arc::new(FrozenClock::at(noon())))
        .entropy(Arc::new(CountingEntropy::default()))
        .keys(Arc::new(Keys::from_seed([3; 32])))
        .on_problem(move |problem| {
            ears.lock().unwrap().push(problem.to_string());
            panic!("a host's log");
        })
        .open()
        .unwrap();
    set(&store.faults.tables, true);
    for _ in 0..3 {
        guard.refresh().unwrap_err();
    }
    set(&store.faults.tables, false);
    assert_eq!(guard.refresh().unwrap(), Refreshed::Unchanged);
    set(&store.faults.tables, true);
    guard.refresh().unwrap_err();
    let told = [
        "tables: the database does not answer (store)",
        "store: the database does not answer (store)",
    ];
    assert_eq!(*heard.lock().unwrap(), [told, told].concat());
}

/// A host that hears of a problem may look again at once.
#[test]
fn a_listener_may_call_the_guard() {
    let store = Arc::new(Flaky {
        store: MemoryStore::new(
            Arc::new(Keys::from_seed([3; 32])),
            LogId::from(uuid::Uuid::from_u128(1)),
        ),
        broken: AtomicBool::new(false),
        faults: Faults::default(),
        reads: Mutex::default(),
    });
    let itself: Arc<std::sync::OnceLock<CoreGuard>> = Arc::default();
    let heard: Arc<Mutex<Vec<Part>>> = Arc::default();
    let (guard_of, ears) = (itself.clone(), heard.clone());
    let guard = CoreGuard::builder()
        .policy(policy(POLICY))
        .store(store.clone())
        .clock(Arc::new(FrozenClock::at(noon())))
        .entropy(Arc::new(CountingEntropy::default()))
        .keys(Arc::new(Keys::from_seed([3; 32])))
        .on_problem(move |problem| {
            ears.lock().unwrap().push(problem.part);
            let guard = guard_of.get().unwrap();
            assert!(guard.refresh().is_err());
            assert!(guard.replace_policy(policy(POLICY)).is_err());
        })
        .open()
        .unwrap();
    itself.set(guard.clone()).unwrap();
    set(&store.faults.tables, true);
    let (done, is_done) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let _ = done.send(guard.refresh().is_err());
    });
    let refreshed = is_done.recv_timeout(std::time::Duration::from_secs(30));
    assert_eq!(refreshed, Ok(true), "the listener waits for its caller");
    assert_eq!(*heard.lock().unwrap(), [Part::Tables, Part::Store]);
}

#[test]
fn an_age_of_the_host_s_own() {
    let keys = Arc::new(Keys::from_seed([3; 32]));
    let store = MemoryStore::new(keys.clone(), LogId::from(uuid::Uuid::from_u128(1)));
    let store = Arc::new(Flaky {
        store,
        broken: AtomicBool::new(false),
        faults: Faults::default(),
        reads: Mutex::default(),
    });
    let clock = Arc::new(FrozenClock::at(noon()));
    let guard = CoreGuard::builder()
        .policy(policy(POLICY))
        .store(store.clone())
        .clock(clock.clone())
        .entropy(Arc::new(CountingEntropy::default()))
        .keys(keys)
        .permissions_max_age(std::time::Duration::from_secs(10))
        .open()
        .unwrap();
    set(&store.faults.tables, true);
    clock.advance(Duration::seconds(10));
    assert!(guard.begin(request(&rep(), "quote.draft")).is_ok());
    clock.advance(Duration::seconds(1));
    assert!(guard.begin(request(&rep(), "quote.draft")).is_err());
}

fn unreadable(closes: Closes) -> UnreadableRow {
    UnreadableRow {
        table: "some_table".into(),
        row: "7".into(),
        column: "some_column".into(),
        fault: RowFault::Unreadable,
        closes,
    }
}

fn fields(
    tenant: Option<&str>,
    entity: Option<&str>,
    field: Option<&str>,
    role: Option<&str>,
) -> Closes {
    Closes::Fields {
        tenant: tenant.map(Name::from),
        entity: entity.map(Name::from),
        field: field.map(Name::from),
        role: role.map(Name::from),
    }
}

#[test]
fn an_unreadable_row_closes_what_it_may_have_closed_and_not_the_rest() {
    let world = world();
    let cases = [
        (
            fields(
                Some("acme"),
                Some("Quote"),
                Some("amount"),
                Some("SALES_REP"),
            ),
            (false, true),
        ),
        (
            fields(Some("acme"), Some("Quote"), Some("amount"), None),
            (false, true),
        ),
        (fields(Some("*"), Some("Quote"), None, None), (false, false)),
        (
            fields(Some("acme"), None, None, Some("SALES_REP")),
            (false, false),
        ),
        (fields(None, None, None, None), (false, false)),
        (
            fields(Some("globex"), Some("Quote"), None, None),
            (true, true),
        ),
        (
            fields(Some("acme"), Some("Clause"), None, None),
            (true, true),
        ),
        (
            fields(Some("acme"), Some("Quote"), Some("amount"), Some("FINANCE")),
            (true, true),
        ),
    ];
    for (closes, (amount, owner)) in cases {
        world
            .store
            .store
            .set_unreadable_rows(vec![unreadable(closes.clone())])
            .unwrap();
        assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
        assert_eq!(
            (shows(&world, "amount"), shows(&world, "owner")),
            (amount, owner),
            "{closes:?}"
        );
    }
}

#[test]
fn an_unreadable_status_suspends_what_it_may_have_stopped() {
    let world = world();
    let skills = |tenant: Option<&str>, skill: Option<&str>| Closes::Skills {
        tenant: tenant.map(Name::from),
        skill: skill.map(Name::from),
    };
    let cases = [
        (skills(Some("acme"), Some("quote.create")), "ok"),
        (skills(Some("globex"), None), "ok"),
        (skills(Some("acme"), None), "SKILL_SUSPENDED"),
        (skills(None, Some("quote.draft")), "SKILL_SUSPENDED"),
        (skills(None, None), "SKILL_SUSPENDED"),
    ];
    for (closes, expected) in cases {
        world
            .store
            .store
            .set_unreadable_rows(vec![unreadable(closes.clone())])
            .unwrap();
        assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
        assert_eq!(begins(&world, "quote.draft"), expected, "{closes:?}");
    }
}

#[test]
fn a_status_of_every_tenant_and_every_skill() {
    let world = world();
    for (tenant, skill) in [("*", "quote.draft"), ("acme", "*"), ("*", "*")] {
        let row = |status| SkillStatusRow {
            tenant: tenant.into(),
            skill: skill.into(),
            status,
        };
        let set = |status| {
            world.store.set_skill_status(&row(status)).unwrap();
            assert_eq!(world.guard.refresh().unwrap(), Refreshed::Changed);
            begins(&world, "quote.draft")
        };
        assert_eq!(
            set(policy::SkillStatus::Suspended),
            "SKILL_SUSPENDED",
            "{tenant} {skill}"
        );
        assert_eq!(set(policy::SkillStatus::Active), "ok", "{tenant} {skill}");
    }
}

#[test]
fn a_host_whose_clock_is_off_says_so() {
    let world = world();
    let health_at = |offset: Option<Duration>| {
        *world.store.faults.clock_offset.lock().unwrap() = offset;
        let _ = world.guard.refresh().unwrap();
        world.guard.health()
    };
    for fine in [
        None,
        Some(Duration::zero()),
        Some(Duration::seconds(2)),
        Some(Duration::seconds(-2)),
    ] {
        let health = health_at(fine);
        assert!(health.is_well(), "{fine:?}");
        assert_eq!(health.clock.offset, fine);
    }
    for off in [Duration::milliseconds(2_001), Duration::days(-400)] {
        let health = health_at(Some(off));
        assert!(!health.is_well());
        assert_eq!(health.clock.offset, Some(off));
        let problems: Vec<String> = health.problems().map(ToString::to_string).collect();
        let told =
            "clock: this host's clock and the database's are more than 2 seconds apart (store)";
        assert_eq!(problems, [told]);
    }
    // What is decided does not wait for the clock, and the problem goes with its cause.
    assert_eq!(begins(&world, "quote.draft"), "ok");
    assert!(health_at(Some(Duration::zero())).is_well());
}
