//! The guard: compiled policy plus stores, shared by all threads.
//!
//! `begin` decides whether an operation may start and makes its intent durable; everything after
//! that happens in the [`Operation`]. Nothing here reads a file, a clock or the network: the builder
//! is handed all of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

use crate::audit::{Audit, Event, EventKind, Keys, OperationContext, PolicyUse, RefusedPolicy};
use crate::decision::{OperationId, Reason, TicketId};
use crate::diagnostic::Diagnostic;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Operation, Shadow};
use crate::outside::{Clock, Entropy, new_id};
use crate::plan::Plan;
use crate::policy::{Digest, Policy};
use crate::principal::Principal;
use crate::process::{Approvals, Explanation, Observer, Refused, explain_refusal};
use crate::release::Release;
use crate::request::Request;
use crate::skills::take_limits;
use crate::snapshot::Snapshot;
use crate::store::Store;
use crate::value::Name;

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
    snapshot: ArcSwap<Snapshot>,
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
}

impl GuardBuilder {
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
        let policy = Arc::new(self.policy.unwrap_or_else(Policy::empty));
        let shadow = self.shadow_policy.map(Arc::new);
        let shadow = shadow.map(|policy| Snapshot::load(policy, &store));
        let snapshot = Snapshot::load(policy, &store)?.beside(shadow.transpose()?);
        Ok(Guard {
            inner: Arc::new(Inner {
                snapshot: ArcSwap::from_pointee(snapshot),
                changing: Mutex::new(()),
                store,
                clock: self.clock.ok_or_else(|| missing("clock"))?,
                entropy: self.entropy.ok_or_else(|| missing("entropy"))?,
                keys: self.keys.ok_or_else(|| missing("keys"))?,
                observer: self.observer,
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
    /// audit; [`ErrorKind::Input`] for a request that names no entity where it must, or a name of
    /// over 256 bytes or a purpose of over 4,096;
    /// [`ErrorKind::Store`] when the audit or a limit cannot be written.
    pub fn begin(&self, request: Request<'_>) -> Result<Operation> {
        request.check()?;
        let snapshot = self.inner.snapshot.load_full();
        let now = self.inner.clock.now();
        let id = OperationId::from(new_id(now, &*self.inner.entropy)?);
        let admitted = self.admit(&snapshot, &request, now);
        let shadow = Shadow::beside(&snapshot, &request);
        let beside = shadow
            .as_ref()
            .and_then(|shadow| shadow.on_begin(admitted.as_ref().map(|_| ())));
        let beside = beside.map(|answer| EventKind::Shadow(Box::new(answer)));
        let entity = match &admitted {
            Ok(plan) => plan.entity.clone(),
            Err(_) => request.entity.clone().unwrap_or_else(|| Name::from("")),
        };
        let about = Arc::new(about(&snapshot, &request, id, entity));
        let event = |kind| Event {
            time: now,
            kind,
            about: Some(about.clone()),
        };
        let kind = match &admitted {
            Ok(_) => EventKind::Intent,
            Err(error) => EventKind::Refused {
                reasons: error.reasons().to_vec(),
            },
        };
        let store = &self.inner.store;
        store.commit(event(kind))?;
        beside.map_or(Ok(()), |answer| store.record(event(answer)))?;
        let plan = admitted?;
        Ok(Operation::new(
            self.clone(),
            snapshot,
            plan,
            request,
            about,
            shadow,
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

    /// Begins the operation that a granted ticket releases: the stored action is decided again
    /// under the policy of now, and the ticket is spent.
    ///
    /// What is decided again is the action as it was asked for, on the record as it was then. Apply
    /// it with the CRM's own check that the record has not changed since, or propose anew with the
    /// present record under [`Request::ticket`]: another record is another action, and refused.
    ///
    /// The operation comes back with the release to apply; what `begin` and `propose` would refuse is
    /// refused here too, and the ticket stays unspent.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a ticket of another tenant, [`ErrorKind::Denied`] with reasons
    /// when the ticket does not release or the decision is another now, [`ErrorKind::Conflict`] when
    /// somebody else spent it first.
    pub fn resume(&self, ticket: TicketId, principal: &Principal) -> Result<(Operation, Release)> {
        let stored = self.approvals().load(ticket, principal)?;
        if stored.requester != *principal.id() {
            return Err(Error::denied(Reason::new(
                "NOT_THE_REQUESTER",
                "a ticket is resumed by the user whose AI asked",
            )));
        }
        let changes = stored.changes();
        let request = Request::new(principal, stored.skill.clone())
            .entity(stored.entity.clone())
            .context(stored.context.clone())
            .ticket(ticket);
        let mut operation = self.begin(request)?;
        let decision = operation.propose(&changes)?;
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

    /// Stored role lines that were not accepted, and what each of them closes: for administrators.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.inner.snapshot.load().diagnostics.clone()
    }

    /// Puts another policy in force, as a whole, for operations that begin from now on.
    ///
    /// # Errors
    /// As [`GuardBuilder::open`]; the old policy then stays.
    pub fn replace_policy(&self, policy: Policy) -> Result<()> {
        let changing = self.inner.changing();
        let current = self.inner.snapshot.load_full();
        let snapshot = Snapshot::load(Arc::new(policy), &self.inner.store)?;
        let snapshot = snapshot.beside(self.shadow_again(&current)?);
        let (from, to) = (Some(current.digest()), Some(snapshot.digest()));
        self.swap(&changing, snapshot, "policy", from, to)
    }

    /// Asks another policy beside the one in force for operations that begin from now on; none ends
    /// that. Such a *shadow policy* has no effect: what it would have answered is in the audit, and with
    /// each decision as [`Decision::shadow_policy`](crate::Decision::shadow_policy).
    ///
    /// # Errors
    /// As [`GuardBuilder::open`]; the shadow policy before then stays.
    pub fn replace_shadow_policy(&self, policy: Option<Policy>) -> Result<()> {
        let changing = self.inner.changing();
        let current = self.inner.snapshot.load_full();
        let shadow = policy.map(|policy| Snapshot::load(Arc::new(policy), &self.inner.store));
        let shadow = shadow.transpose()?;
        let from = current.shadow.as_ref().map(|shadow| shadow.digest());
        let to = shadow.as_ref().map(Snapshot::digest);
        let snapshot = Snapshot::load(current.policy.clone(), &self.inner.store)?;
        self.swap(&changing, snapshot.beside(shadow), "shadow", from, to)
    }

    /// Puts on record that a policy was found and not put in force: for whoever reads and compiles
    /// policies. Returns once it is durable.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when it could not be made durable.
    pub fn record_refused_policy(&self, refused: RefusedPolicy) -> Result<()> {
        self.inner.store.commit(Event {
            time: self.inner.clock.now(),
            kind: EventKind::PolicyRefused(refused),
            about: None,
        })?;
        Ok(())
    }

    /// Looks whether permissions, roles or skills changed in the store, and if so puts them in
    /// force.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] and [`ErrorKind::Policy`]; what was in force then stays.
    pub fn refresh(&self) -> Result<Refreshed> {
        let changing = self.inner.changing();
        let current = self.inner.snapshot.load_full();
        if self.inner.store.revision()? == current.revision {
            return Ok(Refreshed::Unchanged);
        }
        let snapshot = Snapshot::load(current.policy.clone(), &self.inner.store)?;
        let snapshot = snapshot.beside(self.shadow_again(&current)?);
        let digest = Some(current.digest());
        self.swap(&changing, snapshot, "tables", digest, digest)?;
        Ok(Refreshed::Changed)
    }

    /// The shadow policy brought together with the store as it is now. One that no longer fits goes, and
    /// that is on record: it must not keep the policy in force from following its tables.
    fn shadow_again(&self, current: &Snapshot) -> Result<Option<Snapshot>> {
        let Some(shadow) = &current.shadow else {
            return Ok(None);
        };
        match Snapshot::load(shadow.policy.clone(), &self.inner.store) {
            Ok(shadow) => Ok(Some(shadow)),
            Err(error) if error.kind() == ErrorKind::Store => Err(error),
            Err(error) => {
                let found = Some(shadow.digest());
                self.record_refused_policy(RefusedPolicy::new(PolicyUse::Shadow, found, &error))?;
                Ok(None)
            }
        }
    }

    fn swap(
        &self,
        _changing: &MutexGuard<'_, ()>,
        snapshot: Snapshot,
        what: &'static str,
        from: Option<Digest>,
        to: Option<Digest>,
    ) -> Result<()> {
        // The change is on record before it is in force.
        self.inner.store.commit(Event {
            time: self.inner.clock.now(),
            kind: EventKind::PolicyChanged { from, to, what },
            about: None,
        })?;
        self.inner.snapshot.store(Arc::new(snapshot));
        Ok(())
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
