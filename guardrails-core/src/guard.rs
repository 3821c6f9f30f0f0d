//! The guard: compiled policy plus stores, shared by all threads.
//!
//! Decides what is in force, and nothing about an operation: `operation` begins and runs them,
//! `process` decides tickets. Nothing here reads a file, a clock or the network: the builder is handed
//! all of them.

mod changes;
mod operation_limits;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

use crate::audit::{Audit, Keys};
use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::freshness::{Freshness, MAX_AGE};
use crate::health::{Listener, Problem, Problems};
use crate::outside::{Clock, Entropy};
use crate::policy::Policy;
use crate::process::{FaultyTickets, LatestTicketVersions, Observer};
use crate::snapshot::Snapshot;
use crate::store::Store;
use crate::tables::AccessTables;

pub use self::operation_limits::OperationLimits;

/// The open tickets that one user may have, unless the host names another number.
const MAX_OPEN_TICKETS: usize = 100;

/// Compiled policies plus stores. Cheap to clone; all clones are one guard.
#[derive(Clone)]
pub struct Guard {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) max_open_tickets: usize,
    pub(crate) operation_limits: OperationLimits,
    snapshot: ArcSwap<Snapshot>,
    freshness: Freshness,
    pub(crate) problems: Problems,
    pub(crate) seen_tickets: LatestTicketVersions,
    pub(crate) faulty_tickets: FaultyTickets,
    /// Held from reading the present snapshot to putting the next one in force: otherwise a refresh
    /// that began before a policy was replaced could bring the old policy back.
    changing: Mutex<()>,
}

impl Inner {
    /// The time that deadlines go by: the store's, which all nodes share, and not this host's.
    pub(crate) fn deadline_time(&self) -> DateTime<Utc> {
        self.store.deadline_time(self.clock.now())
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        // There is nothing behind the lock that a panic could have left half-done.
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Brings together what a guard is made of. Each part is required but the policy: without one,
/// everything is refused.
#[derive(Default)]
pub struct GuardBuilder {
    policy: Option<Policy>,
    shadow_policy: Option<Policy>,
    store: Option<Arc<dyn Store>>,
    clock: Option<Arc<dyn Clock>>,
    entropy: Option<Arc<dyn Entropy>>,
    keys: Option<Arc<Keys>>,
    observer: Option<Arc<dyn Observer>>,
    permissions_max_age: Option<Duration>,
    operation_limits: OperationLimits,
    listener: Option<Listener>,
    max_open_tickets: Option<usize>,
}

impl GuardBuilder {
    /// How many open approval tickets one user may have (`OPEN_TICKETS_LIMIT`); 100 unless named.
    #[must_use]
    pub fn max_open_tickets(mut self, most: usize) -> Self {
        self.max_open_tickets = Some(most);
        self
    }

    /// The checked policy.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// A policy that is asked beside the one in force and has no effect; see
    /// [`Guard::replace_shadow_policy`].
    #[must_use]
    pub fn shadow_policy(mut self, policy: Policy) -> Self {
        self.shadow_policy = Some(policy);
        self
    }

    /// Where permissions, roles, tickets and the audit are kept.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn Store>) -> Self {
        self.store = Some(store);
        self
    }

    /// What time it is.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Where randomness comes from.
    #[must_use]
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = Some(entropy);
        self
    }

    /// The keys that sign and authenticate the audit.
    #[must_use]
    pub fn keys(mut self, keys: Arc<Keys>) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Who looks on while conditions are evaluated; nobody unless named.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// How old permissions may be: the longest time since the tables were last looked at with
    /// success, 5 minutes unless said otherwise. Past it everything is refused with
    /// `PERMISSIONS_TOO_OLD`, until a look succeeds again.
    #[must_use]
    pub fn permissions_max_age(mut self, age: Duration) -> Self {
        self.permissions_max_age = Some(age);
        self
    }

    /// How much one operation may do.
    #[must_use]
    pub fn operation_limits(mut self, limits: OperationLimits) -> Self {
        self.operation_limits = limits;
        self
    }

    /// Who hears, once, of each problem that [`Guard::health`] comes to tell of: the host's log. It is
    /// called from the thread that meets the problem, and should not wait for anything.
    #[must_use]
    pub fn on_problem(mut self, listener: impl Fn(&Problem) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Reads the store and opens the guard.
    ///
    /// # Errors
    /// [`ErrorKind::Setup`] for a missing part, [`ErrorKind::Store`] when the store does not answer,
    /// [`ErrorKind::Policy`] for rows that cannot be accepted.
    pub fn open(self) -> Result<Guard> {
        let missing = |part: &str| {
            Error::new(
                ErrorKind::Setup,
                format!("the guard was built without {part}"),
            )
            .with_help(format!("call `GuardBuilder::{part}` before `open`"))
        };
        let store = self.store.ok_or_else(|| missing("store"))?;
        let clock = self.clock.ok_or_else(|| missing("clock"))?;
        let policy = Arc::new(self.policy.unwrap_or_else(Policy::empty));
        let shadow = self.shadow_policy.map(Arc::new);
        // Before the tables are read: what changes afterwards is not in what was read.
        let now = clock.now();
        let tables = AccessTables::read(&*store)?;
        let shadow = shadow.map(|policy| Snapshot::new(policy, &tables));
        let snapshot = Snapshot::new(policy, &tables)?.beside(shadow.transpose()?);
        Ok(Guard {
            inner: Arc::new(Inner {
                snapshot: ArcSwap::from_pointee(snapshot),
                freshness: Freshness::new(self.permissions_max_age.unwrap_or(MAX_AGE), now),
                operation_limits: self.operation_limits,
                problems: Problems::heard_by(self.listener),
                seen_tickets: LatestTicketVersions::default(),
                faulty_tickets: FaultyTickets::default(),
                changing: Mutex::new(()),
                store,
                clock,
                entropy: self.entropy.ok_or_else(|| missing("entropy"))?,
                keys: self.keys.ok_or_else(|| missing("keys"))?,
                observer: self.observer,
                max_open_tickets: self.max_open_tickets.unwrap_or(MAX_OPEN_TICKETS),
            }),
        })
    }
}

/// Whether a refresh brought anything new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Refreshed {
    /// Permissions, roles or skills had changed and are in force now.
    Changed,
    /// Nothing had changed.
    Unchanged,
}

impl Guard {
    /// Starts building a guard.
    #[must_use]
    pub fn builder() -> GuardBuilder {
        GuardBuilder::default()
    }

    /// The audit: verification and explanation.
    #[must_use]
    pub fn audit(&self) -> Audit<'_> {
        Audit::new(&*self.inner.store, &self.inner.keys)
    }

    /// The digest of the policy in force.
    #[must_use]
    pub fn policy_digest(&self) -> Digest {
        self.inner.snapshot.load().digest()
    }

    /// The digest of the shadow policy, if there is one.
    #[must_use]
    pub fn shadow_policy_digest(&self) -> Option<Digest> {
        let snapshot = self.inner.snapshot.load();
        snapshot.shadow.as_ref().map(|shadow| shadow.digest())
    }

    /// What is wrong with the rows of the permission tables, the role lines and the skill statuses:
    /// what was not accepted and what each of it closes, and what can have no effect. For
    /// administrators.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.inner.snapshot.load().diagnostics()
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.snapshot.load_full()
    }
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard")
            .field("policy", &self.policy_digest())
            .finish_non_exhaustive()
    }
}
