//! Limits and budgets: whose calls count together, what a refusal says, and that a store which is
//! down refuses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use guardrails_core::policy::{Budget, Limit, Per, Skill};
use guardrails_core::skills::{spend_tokens, take_limits};
use guardrails_core::{Error, ErrorKind, LimitStore, Principal, Result, Take, Taken};

use crate::support::{origin, skill};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// When how much was taken.
type Window = Vec<(DateTime<Utc>, u64)>;

/// Exact sliding windows in memory.
#[derive(Default)]
struct Counters(Mutex<BTreeMap<String, Window>>);

impl Counters {
    fn keys(&self) -> BTreeSet<String> {
        self.0.lock().unwrap().keys().cloned().collect()
    }
}

impl LimitStore for Counters {
    fn take(&self, take: &Take<'_>, now: DateTime<Utc>) -> Result<Taken> {
        let mut counters = self.0.lock().unwrap();
        let taken = counters.entry(take.key.to_owned()).or_default();
        taken.retain(|(at, _)| now - *at < TimeDelta::from_std(take.window).unwrap());
        let used: u64 = taken.iter().map(|(_, amount)| amount).sum();
        if used + take.amount > take.most {
            let oldest = taken.first().map_or(now, |(at, _)| *at);
            let passed = (now - oldest).to_std().unwrap();
            return Ok(Taken::Exceeded {
                retry_after: take.window - passed,
            });
        }
        taken.push((now, take.amount));
        Ok(Taken::Granted)
    }
}

struct Down;

impl LimitStore for Down {
    fn take(&self, _take: &Take<'_>, _now: DateTime<Utc>) -> Result<Taken> {
        Err(Error::new(ErrorKind::Store, "the counters do not answer"))
    }
}

fn at(second: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_772_000_000 + second, 0).unwrap()
}

fn limit(calls: u64, per: Per, name: &str) -> Limit {
    Limit {
        calls,
        window: MINUTE,
        per,
        origin: origin(name, 12),
    }
}

fn limited(limits: Vec<Limit>) -> Skill {
    Skill {
        limits,
        ..skill("quote.draft", &["SALES_REP"])
    }
}

fn budgeted(tokens: u64, per: Per) -> Skill {
    Skill {
        budgets: vec![Budget {
            tokens,
            window: DAY,
            per,
            origin: origin("tokens", 13),
        }],
        ..skill("quote.draft", &["SALES_REP"])
    }
}

fn user(tenant: &str, id: &str) -> Principal {
    Principal::user(tenant, id).role("SALES_REP")
}

#[test]
fn a_refusal_names_limit_window_and_when_to_come_back() {
    let (store, skill) = (
        Counters::default(),
        limited(vec![limit(2, Per::User, "pace")]),
    );
    let rep = user("acme", "u-1");
    take_limits(&store, &skill, &rep, at(0)).unwrap();
    take_limits(&store, &skill, &rep, at(20)).unwrap();
    let error = take_limits(&store, &skill, &rep, at(30)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitReached);
    let [reason] = error.reasons() else {
        panic!("one reason");
    };
    assert_eq!(reason.code(), "LIMIT_REACHED");
    assert_eq!(
        reason.message(),
        "the limit of 2 calls in 1 min per user for skill `quote.draft` is used up for user `u-1`; \
         ask again in 30 s"
    );
    assert_eq!(
        (reason.rule(), reason.place().to_string().as_str()),
        ("pace", "sales.guard:12")
    );
    take_limits(&store, &skill, &rep, at(60)).unwrap();
    assert!(take_limits(&store, &skill, &rep, at(61)).is_err());
}

#[test]
fn calls_count_together_per_user_role_or_tenant_and_never_across_tenants() {
    let take = |store: &Counters, per, who: &Principal| {
        take_limits(store, &limited(vec![limit(1, per, "l")]), who, at(0))
    };
    let store = Counters::default();
    take(&store, Per::User, &user("acme", "u-1")).unwrap();
    take(&store, Per::User, &user("acme", "u-2")).unwrap();
    take(&store, Per::User, &user("beta", "u-1")).unwrap();
    take(&store, Per::User, &user("ACME", "u-1")).unwrap();
    assert!(take(&store, Per::User, &user("acme", "u-1")).is_err());

    let store = Counters::default();
    take(&store, Per::Tenant, &user("acme", "u-1")).unwrap();
    take(&store, Per::Tenant, &user("beta", "u-1")).unwrap();
    let error = take(&store, Per::Tenant, &user("acme", "u-2")).unwrap_err();
    assert!(error.to_string().contains("for tenant `acme`"));

    let store = Counters::default();
    take(&store, Per::Role, &user("acme", "u-1")).unwrap();
    assert!(take(&store, Per::Role, &user("acme", "u-2").role("X")).is_err());
    take(&store, Per::Role, &Principal::user("acme", "u-2").role("Y")).unwrap();
}

#[test]
fn names_that_run_together_do_not_share_a_counter() {
    let store = Counters::default();
    let skill = limited(vec![limit(1, Per::User, "l")]);
    let pairs = [
        ("a", "bc"),
        ("ab", "c"),
        ("abc", ""),
        ("", "abc"),
        ("a:b", "c"),
        ("a", "b:c"),
    ];
    for (tenant, id) in pairs {
        take_limits(&store, &skill, &user(tenant, id), at(0)).unwrap();
    }
    assert_eq!(store.keys().len(), pairs.len());
    let long = "n".repeat(100_000);
    take_limits(&store, &skill, &user(&long, &long), at(0)).unwrap();
    assert!(store.keys().iter().all(|key| key.len() == 70));
}

#[test]
fn limits_that_look_alike_keep_their_own_history() {
    let store = Counters::default();
    let skill = limited(vec![limit(3, Per::User, "l"), limit(2, Per::User, "l")]);
    let rep = user("acme", "u-1");
    take_limits(&store, &skill, &rep, at(0)).unwrap();
    assert_eq!(store.keys().len(), 2);
    take_limits(&store, &skill, &rep, at(0)).unwrap();
    assert!(take_limits(&store, &skill, &rep, at(0)).is_err());

    // Another skill of the same limit counts apart.
    let mut other = skill.clone();
    other.origin.name = "quote.send".into();
    take_limits(&store, &other, &rep, at(0)).unwrap();
}

#[test]
fn a_user_who_keeps_asking_does_not_use_up_the_tenants_limit() {
    let store = Counters::default();
    let skill = limited(vec![
        limit(3, Per::Tenant, "all"),
        limit(1, Per::User, "one"),
    ]);
    take_limits(&store, &skill, &user("acme", "u-1"), at(0)).unwrap();
    for _ in 0..10 {
        assert!(take_limits(&store, &skill, &user("acme", "u-1"), at(0)).is_err());
    }
    take_limits(&store, &skill, &user("acme", "u-2"), at(0)).unwrap();
    take_limits(&store, &skill, &user("acme", "u-3"), at(0)).unwrap();
    assert!(take_limits(&store, &skill, &user("acme", "u-4"), at(0)).is_err());
}

#[test]
fn a_limit_of_none_refuses_all() {
    let store = Counters::default();
    let skill = limited(vec![limit(0, Per::User, "none")]);
    assert!(take_limits(&store, &skill, &user("acme", "u-1"), at(0)).is_err());
}

#[test]
fn tokens_are_booked_beyond_the_budget_and_then_refuse_the_next_call() {
    let (store, skill) = (Counters::default(), budgeted(1_000, Per::Tenant));
    let rep = user("acme", "u-1");
    for _ in 0..2 {
        take_limits(&store, &skill, &rep, at(0)).unwrap();
        spend_tokens(&store, &skill, &rep, 400, at(0)).unwrap();
    }
    take_limits(&store, &skill, &rep, at(0)).unwrap();
    spend_tokens(&store, &skill, &rep, 1_000_000, at(5)).unwrap();
    let error = take_limits(&store, &skill, &user("acme", "u-2"), at(10)).unwrap_err();
    assert_eq!(error.code(), "BUDGET_SPENT");
    assert_eq!(
        error.reasons()[0].message(),
        "the budget of 1000 tokens in 1 d per tenant for skill `quote.draft` is used up for \
         tenant `acme`; ask again in 86390 s"
    );
    take_limits(&store, &skill, &user("beta", "u-1"), at(10)).unwrap();
    take_limits(&store, &skill, &rep, at(86_400 + 5)).unwrap();
}

#[test]
fn the_last_token_admits_one_more_call() {
    let (store, skill) = (Counters::default(), budgeted(10, Per::User));
    let rep = user("acme", "u-1");
    take_limits(&store, &skill, &rep, at(0)).unwrap();
    spend_tokens(&store, &skill, &rep, 9, at(0)).unwrap();
    take_limits(&store, &skill, &rep, at(0)).unwrap();
    assert!(take_limits(&store, &skill, &rep, at(0)).is_err());
}

#[test]
fn amounts_without_end_do_not_overflow() {
    let (store, skill) = (Counters::default(), budgeted(u64::MAX, Per::User));
    let rep = user("acme", "u-1");
    take_limits(&store, &skill, &rep, at(0)).unwrap();
    let spent = spend_tokens(&store, &skill, &rep, u64::MAX, at(0));
    assert_eq!(spent.unwrap_err().kind(), ErrorKind::LimitReached);
}

#[test]
fn counters_that_do_not_answer_refuse() {
    let rep = user("acme", "u-1");
    for skill in [
        limited(vec![limit(9, Per::User, "l")]),
        budgeted(9, Per::User),
    ] {
        let error = take_limits(&Down, &skill, &rep, at(0)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
    }
    let skill = budgeted(9, Per::User);
    assert!(spend_tokens(&Down, &skill, &rep, 5, at(0)).is_err());
    // No limit, no question.
    take_limits(&Down, &limited(Vec::new()), &rep, at(0)).unwrap();
}

#[test]
fn a_window_of_no_length_still_counts() {
    let store = Counters::default();
    let mut none = limit(1, Per::User, "l");
    none.window = Duration::ZERO;
    let skill = limited(vec![none]);
    take_limits(&store, &skill, &user("acme", "u-1"), at(0)).unwrap();
    assert!(take_limits(&store, &skill, &user("acme", "u-1"), at(0)).is_err());
}
