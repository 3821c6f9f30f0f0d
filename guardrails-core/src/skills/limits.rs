//! Step 4 of `begin`: calls are counted against the skill's limits, tokens against its budgets.
//!
//! Counters live in the store and are shared by all processes. A store that does not answer
//! refuses the call.
//!
//! Counters are taken from narrow to wide: user, role, tenant, and budgets last. What was taken
//! before a refusal stays taken, so a user who keeps asking uses up their own limit and not, by
//! calls that were refused, the tenant's.

use std::fmt::{self, Write as _};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::quoted::Quoted;
use crate::error::{Error, ErrorKind, Result};
use crate::policy::{Budget, Limit, Origin, Per, Skill};
use crate::principal::Principal;
use crate::reason::Reason;
use crate::store::{LimitStore, Take, Taken};

/// More than any counter holds: books an amount whatever is there already. Fits a signed 64-bit
/// column.
const WITHOUT_END: u64 = i64::MAX.unsigned_abs();
/// A window of no length would forget each call at once.
const SHORTEST_WINDOW: Duration = Duration::from_secs(1);

/// What a call books on a token budget when it begins: the least that it will use.
const OPENING: u64 = 1;

/// Counts one call of `skill` by `principal` at `now`, if every limit has room for it and no
/// budget is used up. On each budget one token is booked, of those that the call will spend.
///
/// # Errors
/// [`ErrorKind::LimitReached`] with `LIMIT_REACHED` or `BUDGET_SPENT`, the limit's place, and in
/// the sentence when to ask again; [`ErrorKind::Store`] with `LIMITS_UNAVAILABLE` when the counters do
/// not answer.
pub fn take_limits(
    store: &dyn LimitStore,
    skill: &Skill,
    principal: &Principal,
    now: DateTime<Utc>,
) -> Result<()> {
    let calls = counters(call_quotas(skill), skill, principal);
    let tokens = counters(token_quotas(skill), skill, principal);
    calls.iter().chain(&tokens).try_for_each(|counter| {
        let taken = counter.book(store, OPENING, counter.quota.most, now)?;
        counter.accept(taken, skill)
    })
}

/// Books `tokens` that a model used for one call of `skill` by `principal`, at `now`. The one that
/// [`take_limits`] booked is among them.
///
/// They are booked also where they overdraw the budget: they are spent, and were they not booked
/// a budget could be passed by for ever in pieces larger than its rest. The next call is refused.
///
/// # Errors
/// [`ErrorKind::Store`] when the counters do not answer; nothing or a part is booked then.
pub fn spend_tokens(
    store: &dyn LimitStore,
    skill: &Skill,
    principal: &Principal,
    tokens: u64,
    now: DateTime<Utc>,
) -> Result<()> {
    for counter in counters(token_quotas(skill), skill, principal) {
        // More than the whole budget says no more than that it is used up; it must not overflow.
        let amount = tokens.saturating_sub(OPENING).min(counter.quota.most);
        if amount > 0 {
            let taken = counter.book(store, amount, WITHOUT_END, now)?;
            counter.accept(taken, skill)?;
        }
    }
    Ok(())
}

/// A limit or a budget.
#[derive(Clone, Copy)]
struct Quota<'a> {
    unit: Unit,
    most: u64,
    window: Duration,
    per: Per,
    origin: &'a Origin,
    /// Tells apart quotas of one skill that are alike in all else.
    ordinal: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Calls,
    Tokens,
}

/// One counter: a quota for one user, role or tenant.
struct Counter<'a> {
    quota: Quota<'a>,
    subject: &'a str,
    key: String,
}

fn call_quotas(skill: &Skill) -> Vec<Quota<'_>> {
    let quotas = skill.limits.iter().map(|limit| {
        let Limit {
            calls,
            window,
            per,
            origin,
        } = limit;
        quota(Unit::Calls, *calls, *window, *per, origin)
    });
    in_order(quotas.collect())
}

fn token_quotas(skill: &Skill) -> Vec<Quota<'_>> {
    let quotas = skill.budgets.iter().map(|budget| {
        let Budget {
            tokens,
            window,
            per,
            origin,
        } = budget;
        quota(Unit::Tokens, *tokens, *window, *per, origin)
    });
    in_order(quotas.collect())
}

fn quota(unit: Unit, most: u64, window: Duration, per: Per, origin: &Origin) -> Quota<'_> {
    Quota {
        unit,
        most: most.min(WITHOUT_END),
        window: window.max(SHORTEST_WINDOW),
        per,
        origin,
        ordinal: 0,
    }
}

/// Numbers those that are alike, then puts the narrow before the wide.
fn in_order(mut quotas: Vec<Quota<'_>>) -> Vec<Quota<'_>> {
    let mut seen: Vec<(&str, Duration, Per)> = Vec::with_capacity(quotas.len());
    for quota in &mut quotas {
        let like = (&*quota.origin.name, quota.window, quota.per);
        quota.ordinal = seen.iter().filter(|have| **have == like).count();
        seen.push(like);
    }
    quotas.sort_by_key(|quota| match quota.per {
        Per::User => 0,
        Per::Role => 1,
        Per::Tenant => 2,
    });
    quotas
}

fn counters<'a>(
    quotas: Vec<Quota<'a>>,
    skill: &Skill,
    principal: &'a Principal,
) -> Vec<Counter<'a>> {
    let mut counters = Vec::with_capacity(quotas.len());
    for quota in quotas {
        let subjects: Vec<&str> = match quota.per {
            Per::User => vec![principal.id()],
            Per::Role => principal.roles().iter().map(|role| &**role).collect(),
            Per::Tenant => vec![principal.tenant()],
        };
        counters.extend(subjects.into_iter().map(|subject| Counter {
            quota,
            subject,
            key: key(&quota, skill, principal.tenant(), subject),
        }));
    }
    counters
}

/// A key of fixed length that no two counters share.
///
/// Each part goes in behind its length, so that no two lists of names run together the same way;
/// the digest is there because names are longer than a database's key may be, and because some
/// databases compare text without regard to case, which would join one tenant's counters with
/// another's.
fn key(quota: &Quota<'_>, skill: &Skill, tenant: &str, subject: &str) -> String {
    let window = quota.window.as_nanos().to_string();
    let ordinal = quota.ordinal.to_string();
    let parts = [
        quota.unit.as_str(),
        tenant,
        &skill.origin.name,
        &quota.origin.name,
        &window,
        &ordinal,
        quota.per.as_str(),
        subject,
    ];
    let mut hash = Sha256::new();
    for part in parts {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hash.update(length.to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut key = String::from("limit:");
    for byte in hash.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(key, "{byte:02x}");
    }
    key
}

impl Counter<'_> {
    fn book(
        &self,
        store: &dyn LimitStore,
        amount: u64,
        most: u64,
        now: DateTime<Utc>,
    ) -> Result<Taken> {
        let take = Take {
            key: &self.key,
            amount,
            most,
            window: self.quota.window,
        };
        store.take(&take, now).map_err(|error| {
            error.unavailable(
                "LIMITS_UNAVAILABLE",
                "the counters of the skill's limits cannot be reached; ask again later",
            )
        })
    }

    fn accept(&self, taken: Taken, skill: &Skill) -> Result<()> {
        match taken {
            Taken::Granted => Ok(()),
            Taken::Exceeded { retry_after } => Err(self.reached(skill, retry_after)),
        }
    }

    fn reached(&self, skill: &Skill, retry_after: Duration) -> Error {
        let Quota {
            unit,
            most,
            window,
            per,
            origin,
            ..
        } = &self.quota;
        let (code, what) = match unit {
            Unit::Calls => ("LIMIT_REACHED", "limit"),
            Unit::Tokens => ("BUDGET_SPENT", "budget"),
        };
        let message = format!(
            "the {what} of {most} {} in {} per {} for skill {} is used up for {} {}; \
             ask again in {}",
            unit.as_str(),
            Span(*window),
            per.as_str(),
            Quoted(&skill.origin.name),
            per.as_str(),
            Quoted(self.subject),
            Span(retry_after),
        );
        let reason =
            Reason::new(code, message).from_policy(origin.name.clone(), origin.place.clone());
        Error::refused(ErrorKind::LimitReached, vec![reason])
    }
}

impl Unit {
    fn as_str(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Tokens => "tokens",
        }
    }
}

/// A length of time in its largest even unit, rounded up to whole seconds.
struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = u64::from(self.0.subsec_nanos() > 0);
        let seconds = self.0.as_secs().saturating_add(part).max(1);
        let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
        match units.into_iter().find(|(unit, _)| seconds % unit == 0) {
            Some((unit, name)) => write!(f, "{} {name}", seconds / unit),
            None => write!(f, "{seconds} s"),
        }
    }
}
