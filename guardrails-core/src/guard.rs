//! The guard: compiled policy plus stores, shared by all threads.
//!
//! `begin` decides whether an operation may start and makes its intent durable; everything after
//! that happens in the [`Operation`]. Nothing here reads a file, a clock or the network: the builder
//! is handed all of them.

mod changes;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

use crate::audit::{Audit, Digests, Event, EventKind, Keys, OperationContext};
use crate::diagnostic::Diagnostic;
use crate::error::{Error, ErrorKind, Result};
use crate::freshness::{Freshness, MAX_AGE};
use crate::health::{Listener, Problem, Problems};
use crate::identifier::{OperationId, TicketId};
use crate::operation::{Operation, OperationLimits, Shadow, codes, input_of, output_of};
use crate::outside::{Clock, Entropy, new_id};
use crate::plan::Plan;
use crate::policy::{Digest, Policy};
use crate::principal::Principal;
use crate::process::{
    Approvals, Explanation, FaultyTickets, LatestTicketVersions, Observer, PresentRecord, Refused,
    explain_refusal,
};
use crate::release::Release;
use crate::request::Request;
use crate::skills::take_limits;
use crate::snapshot::Snapshot;
use crate::store::Store;
use crate::tables::AccessTables;
use crate::value::Name;

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

    /// Begins one operation: skill known and active, role and model allowed, limits not used up,
    /// and the intent durable.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] or [`ErrorKind::LimitReached`] with reasons, themselves durable in the
    /// audit; [`ErrorKind::Input`] for a request that names no entity where it must, a name that is
    /// blank, over 255 bytes or has control or invisible characters, a principal with a model and no agent,
    /// or a purpose of over 4,096 bytes;
    /// [`ErrorKind::Store`] when the audit or a limit cannot be written, and with
    /// `PERMISSIONS_TOO_OLD` when the permission tables could not be looked at for too long.
    pub fn begin(&self, request: Request<'_>) -> Result<Operation> {
        request.check()?;
        let now = self.inner.clock.now();
        let id = OperationId::from(new_id(now, &*self.inner.entropy)?);
        let in_force = self.snapshot_in_force(now);
        let snapshot = match &in_force {
            Ok(snapshot) => snapshot.clone(),
            Err(_) => self.snapshot(),
        };
        let admitted = in_force.and_then(|snapshot| self.admit(&snapshot, &request, now));
        let shadow = Shadow::beside(&snapshot, &request);
        let beside = shadow
            .as_ref()
            .and_then(|shadow| shadow.on_begin(admitted.as_ref().map(|_| ())));
        let beside = beside.map(|answer| EventKind::Shadow(Box::new(answer)));
        let entity = match &admitted {
            Ok(plan) => plan.entity.clone(),
            Err(_) => request.entity.clone().unwrap_or_else(|| Name::from("")),
        };
        let keys = &self.inner.keys;
        let about = Arc::new(about(&snapshot, &request, id, entity));
        let digests = Digests {
            input: Some(input_of(&request, &about, keys)),
            output: admitted
                .as_ref()
                .err()
                .map(|error| output_of(codes(error.reasons()).as_bytes(), &about, keys)),
        };
        let event = |kind, digests| Event {
            time: now,
            kind,
            about: Some(about.clone()),
            digests,
        };
        let kind = match &admitted {
            Ok(_) => EventKind::Intent,
            Err(error) => EventKind::Refused {
                reasons: error.reasons().to_vec(),
            },
        };
        let store = &self.inner.store;
        store.commit(event(kind, digests))?;
        beside.map_or(Ok(()), |answer| {
            store.record(event(answer, Digests::default()))
        })?;
        let plan = admitted?;
        Ok(Operation::new(
            self.clone(),
            snapshot,
            plan,
            request,
            about,
            shadow,
            now,
        ))
    }

    /// Why a request was refused, and what would pass: for a refusal of [`Guard::begin`], or of a
    /// read under it. Nothing is decided anew, and nothing is recorded.
    #[must_use]
    pub fn explain_refusal(&self, request: &Request<'_>, error: &Error) -> Explanation {
        let snapshot = self.snapshot();
        let skill = snapshot.policy.skills.get(&request.skill);
        let only = skill.and_then(|skill| match skill.entities.as_slice() {
            [only] => Some(only),
            _ => None,
        });
        let refused = Refused {
            snapshot: &snapshot,
            principal: &request.principal,
            skill: &request.skill,
            entity: request.entity.as_ref().or(only).map_or("", |name| name),
            context: &request.context,
        };
        explain_refusal(&refused, error)
    }

    /// Begins the operation that a granted ticket releases: the action that was asked for is decided
    /// again, on the record as it is now and under the policy of now, and the ticket is reserved for
    /// this operation until it ends: [`Operation::complete`] says that the action was applied and uses
    /// the ticket up, [`Operation::fail`] that it was not and gives the ticket back. What does neither
    /// in time leaves the ticket `unknown`, which releases nothing until a person settles it.
    ///
    /// `record` is the present record, or a function that loads it by its key; see [`PresentRecord`].
    /// The ticket is stale if a value that a condition read, a card showed or the change sets is
    /// another by now; whatever else changed in the record does not matter.
    ///
    /// The operation comes back with the release to apply; what `begin` and `propose` would refuse is
    /// refused here too, and the ticket stays as it is.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a ticket of another tenant, and for a record that is not there any
    /// more or out of reach; [`ErrorKind::Denied`] with reasons when the ticket does not release or
    /// the decision is another now; [`ErrorKind::Input`] for another record than the ticket's;
    /// [`ErrorKind::Tampered`] for a ticket that the guard did not write; and what `record` failed
    /// with.
    pub fn resume(
        &self,
        ticket: TicketId,
        principal: &Principal,
        record: impl PresentRecord,
    ) -> Result<(Operation, Release)> {
        let stored = self.approvals().resumable(ticket, principal)?;
        let (changes, presence) = stored.changes_on(record)?;
        let request = Request::new(principal, stored.skill.clone())
            .entity(stored.entity.clone())
            .context(stored.context.clone())
            .ticket(ticket);
        let mut operation = self.begin(request)?;
        let decision = operation.propose_resumed(&changes, presence)?;
        Ok((operation, decision.into_release()?))
    }

    /// The approval tickets.
    #[must_use]
    pub fn approvals(&self) -> Approvals<'_> {
        Approvals::new(self)
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
        self.inner.snapshot.load().diagnostics.clone()
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.snapshot.load_full()
    }

    /// Steps 1 to 4 of a decision.
    fn admit(
        &self,
        snapshot: &Snapshot,
        request: &Request<'_>,
        now: DateTime<Utc>,
    ) -> Result<Arc<Plan>> {
        let plan = snapshot.admit(request)?;
        let now = self.inner.store.deadline_time(now);
        take_limits(&*self.inner.store, &plan.skill, &request.principal, now)?;
        Ok(plan)
    }
}

fn about(
    snapshot: &Snapshot,
    request: &Request<'_>,
    operation: OperationId,
    entity: Name,
) -> OperationContext {
    let principal = &request.principal;
    OperationContext {
        operation,
        tenant: principal.tenant().clone(),
        user: principal.id().clone(),
        roles: principal.roles().into(),
        agent: principal.agent_name().clone(),
        model: principal.model_name().clone(),
        skill: request.skill.clone(),
        verb: snapshot
            .policy
            .skills
            .get(&request.skill)
            .map(|skill| skill.verb),
        entity,
        context: request.context.clone(),
        purpose: request.purpose.clone(),
        policy: snapshot.digest(),
    }
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard")
            .field("policy", &self.policy_digest())
            .finish_non_exhaustive()
    }
}
