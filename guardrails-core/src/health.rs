//! How the guard is doing: what stands in the way of its watching policies, tables and store.
//!
//! A guard that cannot see a change goes on with what it has, for a while. That must not go unnoticed:
//! [`Guard::health`](crate::Guard::health) says so to who asks, and a listener hears of each problem
//! once, for the host's log. INVARIANT: no problem carries a record's value; it is made of errors.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::error::{Error, ErrorKind};
use crate::value::Name;

/// What can be well or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Part {
    /// The policies' files.
    Policy,
    /// The shadow policies' files.
    ShadowPolicy,
    /// The permission tables, role lines and skill statuses.
    Tables,
    /// The store itself.
    Store,
    /// The host's clock, compared with the one that all hosts of the store share.
    Clock,
    /// The stored tickets.
    Tickets,
}

impl Part {
    /// A lower-case word for logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::ShadowPolicy => "shadow_policy",
            Self::Tables => "tables",
            Self::Store => "store",
            Self::Clock => "clock",
            Self::Tickets => "tickets",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is wrong with a part.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// With which.
    pub part: Part,
    /// When it was first seen, by the guard's clock.
    pub since: DateTime<Utc>,
    /// The error's code.
    pub code: Name,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to do about it; may be empty.
    pub help: String,
}

impl fmt::Display for Problem {
    /// `tables: message (code)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.part, self.message, self.code)
    }
}

/// Whether a part is well.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartState {
    /// Nothing is known to be wrong.
    Well,
    /// The last attempt failed. What was in force before still is.
    Failing(Problem),
}

/// Whether the permissions in force may be decided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TablesState {
    /// The last look at the tables succeeded.
    Current,
    /// The last look failed, and the permissions are not too old yet.
    Outage,
    /// The last success is longer ago than permissions may be old: everything is refused.
    TooOld,
}

/// How the tables that permissions come from are doing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TablesHealth {
    /// Whether the permissions in force may be decided by.
    pub state: TablesState,
    /// When the tables were last looked at with success.
    pub last_success: DateTime<Utc>,
    /// Why the last look failed; none when it did not.
    pub problem: Option<Problem>,
    /// How many findings [`Guard::diagnostics`](crate::Guard::diagnostics) lists.
    pub findings: usize,
}

/// How the host's clock agrees with the store's.
///
/// Deadlines, leases and limits go by the store's clock; what a policy says about times and the dates of
/// events go by the host's. A host whose clock is off therefore decides and dates wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClockHealth {
    /// How far the store's clock was ahead of the host's when the store read it last; none for a store
    /// without a clock of its own.
    pub offset: Option<TimeDelta>,
    /// That they are further apart than [`ClockHealth::MAX_OFFSET`], as the last look at the tables found.
    pub problem: Option<Problem>,
}

impl ClockHealth {
    /// How far the clocks may be apart, either way.
    pub const MAX_OFFSET: TimeDelta = TimeDelta::seconds(2);

    /// The error to report where the clocks are too far apart.
    pub(crate) fn check(offset: Option<TimeDelta>) -> Result<(), Error> {
        if offset.is_none_or(|offset| offset.abs() <= Self::MAX_OFFSET) {
            return Ok(());
        }
        let most = Self::MAX_OFFSET.num_seconds();
        // Without the figure, which changes with each look: a problem is told once.
        let message =
            format!("this host's clock and the database's are more than {most} seconds apart");
        Err(Error::new(ErrorKind::Store, message).with_help(
            "have the host's clock set by a time service; `Guard::health` tells how far it is off",
        ))
    }
}

/// How a guard is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// Whether the policy's files, as they were last read, are in force.
    pub policy: PartState,
    /// The same of the shadow policy.
    pub shadow_policy: PartState,
    /// The tables that permissions come from.
    pub tables: TablesHealth,
    /// Whether the store answers, and its journal takes events. A journal that has failed takes none until
    /// the process starts again.
    pub store: PartState,
    /// Whether the host's clock agrees with the store's.
    pub clock: ClockHealth,
    /// Whether each ticket that an inbox would show is as the guard wrote it. One that is not stays a
    /// problem until a later look, of an inbox or of [`Approvals::sweep`](crate::process::Approvals::sweep),
    /// finds its row good or gone.
    pub tickets: PartState,
}

impl Health {
    /// Whether nothing is known to be wrong. Findings about single rows do not count.
    #[must_use]
    pub fn is_well(&self) -> bool {
        let parts = [
            &self.policy,
            &self.shadow_policy,
            &self.store,
            &self.tickets,
        ];
        parts.into_iter().all(|part| *part == PartState::Well)
            && self.tables.state == TablesState::Current
            && self.clock.problem.is_none()
    }

    /// What is wrong, part by part.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        let parts = [
            &self.policy,
            &self.shadow_policy,
            &self.store,
            &self.tickets,
        ];
        let failing = parts.into_iter().filter_map(|part| match part {
            PartState::Well => None,
            PartState::Failing(problem) => Some(problem),
        });
        failing
            .chain(&self.tables.problem)
            .chain(&self.clock.problem)
    }
}

/// Hears of problems.
pub(crate) type Listener = Arc<dyn Fn(&Problem) + Send + Sync>;

/// The problems that are known, and who hears of new ones.
#[derive(Default)]
pub(crate) struct Problems {
    known: Mutex<BTreeMap<Part, Problem>>,
    listener: Option<Listener>,
}

impl Problems {
    pub(crate) fn heard_by(listener: Option<Listener>) -> Self {
        Self {
            known: Mutex::default(),
            listener,
        }
    }

    /// Keeps what is wrong with a part, and tells the listener where it is a new problem: for a caller
    /// that holds no lock.
    pub(crate) fn report(&self, part: Part, now: DateTime<Utc>, error: &Error) {
        self.announce(self.keep(part, now, error));
    }

    /// Keeps what is wrong with a part; answers the problem where it is a new one.
    pub(crate) fn keep(&self, part: Part, now: DateTime<Utc>, error: &Error) -> Option<Problem> {
        let mut problem = Problem {
            part,
            since: now,
            code: error.code().into(),
            message: error.to_string(),
            help: error.help().to_owned(),
        };
        let is_known = {
            let mut known = self.known();
            let before = known.get(&part);
            let same = before
                .filter(|before| before.code == problem.code && before.message == problem.message);
            if let Some(before) = same {
                problem.since = before.since;
            }
            let is_known = same.is_some();
            known.insert(part, problem.clone());
            is_known
        };
        (!is_known).then_some(problem)
    }

    /// Tells the listener of new problems. It is the host's code and may call the guard: no lock is held
    /// meanwhile.
    pub(crate) fn announce(&self, problems: impl IntoIterator<Item = Problem>) {
        let Some(listener) = &self.listener else {
            return;
        };
        for problem in problems {
            // A host's log that panics must not end the thread that watches.
            let _ = catch_unwind(AssertUnwindSafe(|| listener(&problem)));
        }
    }

    /// A part is well again.
    pub(crate) fn resolve(&self, part: Part) {
        self.known().remove(&part);
    }

    pub(crate) fn of(&self, part: Part) -> Option<Problem> {
        self.known().get(&part).cloned()
    }

    pub(crate) fn state(&self, part: Part) -> PartState {
        self.of(part).map_or(PartState::Well, PartState::Failing)
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Part, Problem>> {
        // A problem is put in or taken out as a whole, so this is sound after a panic too.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.known().values()).finish()
    }
}
