//! Policies and tables that change: looked for, put in force as a whole, and how old what is in force
//! may be.

use std::sync::{Arc, MutexGuard};

use chrono::{DateTime, Utc};

use super::{Guard, Refreshed};
use crate::audit::{Digests, Event, EventKind, PolicyUse, RefusedPolicy};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::health::{ClockHealth, Health, Part, Problem, TablesHealth, TablesState};
use crate::policy::Policy;
use crate::reason::Reason;
use crate::snapshot::Snapshot;
use crate::tables::AccessTables;

impl Guard {
    /// Puts another policy in force, as a whole, for operations that begin from now on.
    ///
    /// # Errors
    /// As [`GuardBuilder::open`](crate::GuardBuilder::open); the old policy then stays.
    pub fn replace_policy(&self, policy: Policy) -> Result<()> {
        let changing = self.inner.changing();
        let current = self.inner.snapshot.load_full();
        let now = self.inner.clock.now();
        let tables = AccessTables::read(&*self.inner.store)?;
        let snapshot = Snapshot::new(Arc::new(policy), &tables)?;
        let snapshot = snapshot.beside(self.shadow_again(&current, &tables)?);
        let (from, to) = (Some(current.digest()), Some(snapshot.digest()));
        self.swap(&changing, snapshot, "policy", from, to)?;
        self.inner.freshness.confirm_whole(now);
        Ok(())
    }

    /// Asks another policy beside the one in force for operations that begin from now on; none ends
    /// that. Such a *shadow policy* has no effect: what it would have answered is in the audit, and with
    /// each decision as [`Decision::shadow_policy`](crate::Decision::shadow_policy).
    ///
    /// # Errors
    /// As [`GuardBuilder::open`](crate::GuardBuilder::open); the shadow policy before then stays.
    pub fn replace_shadow_policy(&self, policy: Option<Policy>) -> Result<()> {
        let changing = self.inner.changing();
        let current = self.inner.snapshot.load_full();
        let now = self.inner.clock.now();
        let tables = AccessTables::read(&*self.inner.store)?;
        let shadow = policy.map(|policy| Snapshot::new(Arc::new(policy), &tables));
        let shadow = shadow.transpose()?;
        let from = current.shadow.as_ref().map(|shadow| shadow.digest());
        let to = shadow.as_ref().map(Snapshot::digest);
        let snapshot = Snapshot::new(current.policy.clone(), &tables)?;
        self.swap(&changing, snapshot.beside(shadow), "shadow", from, to)?;
        self.inner.freshness.confirm_whole(now);
        Ok(())
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
            digests: Digests::default(),
        })?;
        Ok(())
    }

    /// Looks whether permissions, roles or skills changed in the store, and if so puts them in
    /// force. The revision is asked first; all rows are read where it changed, and from time to time
    /// where it did not.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] and [`ErrorKind::Policy`]; what was in force then stays, until it is
    /// older than [`GuardBuilder::permissions_max_age`](crate::GuardBuilder::permissions_max_age).
    /// The error is also told by [`Guard::health`].
    pub fn refresh(&self) -> Result<Refreshed> {
        let changing = self.inner.changing();
        self.look(changing, self.inner.clock.now())
    }

    /// The state of policy and tables that decides at `now`: for each step of an operation.
    ///
    /// # Errors
    /// `PERMISSIONS_TOO_OLD` when the tables could not be looked at for too long.
    pub(crate) fn snapshot_in_force(&self, now: DateTime<Utc>) -> Result<Arc<Snapshot>> {
        self.ensure_current(now)?;
        Ok(self.snapshot())
    }

    /// Whether this is the state that decides at `now`.
    ///
    /// # Errors
    /// As [`Guard::snapshot_in_force`].
    pub(crate) fn is_in_force(&self, snapshot: &Arc<Snapshot>, now: DateTime<Utc>) -> Result<bool> {
        self.ensure_current(now)?;
        Ok(Arc::ptr_eq(&self.inner.snapshot.load(), snapshot))
    }

    /// Sees to it that the permissions in force are not too old. Where they are, the tables are looked
    /// at here and now: a guard without a watch is refreshed by its own requests.
    ///
    /// # Errors
    /// `PERMISSIONS_TOO_OLD`.
    fn ensure_current(&self, now: DateTime<Utc>) -> Result<()> {
        let freshness = &self.inner.freshness;
        if freshness.is_current(now) {
            return Ok(());
        }
        let changing = self.inner.changing();
        // Somebody else may have looked while this waited for the lock.
        if freshness.is_current(now) {
            return Ok(());
        }
        if freshness.has_just_failed(now) {
            return Err(too_old());
        }
        match self.look(changing, now) {
            Ok(_) => Ok(()),
            Err(error) => Err(too_old().with_source(error)),
        }
    }

    /// One look at the tables; what comes of it is kept for [`Guard::health`]. The listener hears of new
    /// problems once the lock is released.
    fn look(&self, changing: MutexGuard<'_, ()>, now: DateTime<Utc>) -> Result<Refreshed> {
        let looked = self.try_look(&changing, now);
        let found = self.keep_problems(looked.as_ref().err(), now);
        drop(changing);
        self.inner.problems.announce(found);
        looked
    }

    /// Keeps what a look at the tables failed for, and how the clocks agree; answers what is new.
    fn keep_problems(&self, failure: Option<&Error>, now: DateTime<Utc>) -> Vec<Problem> {
        let problems = &self.inner.problems;
        let clocks = ClockHealth::check(self.inner.store.clock_offset()).err();
        // A store whose journal has failed releases nothing, however well its tables can be read.
        let journal = self.inner.store.check().err();
        let down = failure.filter(|error| error.kind() == ErrorKind::Store);
        let down = down.or(journal.as_ref());
        if failure.is_some() {
            self.inner.freshness.fail(now);
        }
        let parts = [
            (Part::Tables, failure),
            (Part::Store, down),
            (Part::Clock, clocks.as_ref()),
        ];
        let found = parts.into_iter().filter_map(|(part, error)| match error {
            Some(error) => problems.keep(part, now, error),
            None => {
                problems.resolve(part);
                None
            }
        });
        found.collect()
    }

    fn try_look(&self, changing: &MutexGuard<'_, ()>, now: DateTime<Utc>) -> Result<Refreshed> {
        let (store, freshness) = (&self.inner.store, &self.inner.freshness);
        let current = self.snapshot();
        let stands = store.revision()? == current.revision;
        if stands && !freshness.is_whole_look_due(now) {
            freshness.confirm(now);
            return Ok(Refreshed::Unchanged);
        }
        let tables = AccessTables::read(&**store)?;
        if tables.digest() == current.tables {
            freshness.confirm_whole(now);
            return Ok(Refreshed::Unchanged);
        }
        let snapshot = Snapshot::new(current.policy.clone(), &tables)?;
        let snapshot = snapshot.beside(self.shadow_again(&current, &tables)?);
        let digest = Some(current.digest());
        self.swap(changing, snapshot, "tables", digest, digest)?;
        freshness.confirm_whole(now);
        Ok(Refreshed::Changed)
    }

    /// How the guard is doing: whether its policies, tables and store can be watched, since when not,
    /// and whether its host's clock is right.
    #[must_use]
    pub fn health(&self) -> Health {
        let (problems, freshness) = (&self.inner.problems, &self.inner.freshness);
        // Since the last look too.
        if let Err(error) = self.inner.store.check() {
            problems.report(Part::Store, self.inner.clock.now(), &error);
        }
        let problem = problems.of(Part::Tables);
        let state = match &problem {
            _ if !freshness.is_current(self.inner.clock.now()) => TablesState::TooOld,
            Some(_) => TablesState::Outage,
            None => TablesState::Current,
        };
        Health {
            policy: problems.state(Part::Policy),
            shadow_policy: problems.state(Part::ShadowPolicy),
            tables: TablesHealth {
                state,
                last_success: freshness.last_success(),
                problem,
                findings: self.snapshot().diagnostics().len(),
            },
            store: problems.state(Part::Store),
            clock: ClockHealth {
                offset: self.inner.store.clock_offset(),
                problem: problems.of(Part::Clock),
            },
            tickets: problems.state(Part::Tickets),
        }
    }

    /// Keeps what is wrong with a part for [`Guard::health`]: for whoever reads policies, or does other
    /// work beside the guard. Answers the problem where it is a new one, for
    /// [`Guard::announce_problem`] once no lock is held.
    pub fn keep_problem(&self, part: Part, error: &Error) -> Option<Problem> {
        let now = self.inner.clock.now();
        self.inner.problems.keep(part, now, error)
    }

    /// Tells the host's listener of a new problem. The listener may call the guard.
    pub fn announce_problem(&self, problem: Option<Problem>) {
        self.inner.problems.announce(problem);
    }

    /// Takes back what was reported of a part.
    pub fn resolve_problem(&self, part: Part) {
        self.inner.problems.resolve(part);
    }

    /// The shadow policy brought together with the tables as they are now. One that no longer fits goes,
    /// and that is on record: it must not keep the policy in force from following its tables.
    fn shadow_again(&self, current: &Snapshot, tables: &AccessTables) -> Result<Option<Snapshot>> {
        let Some(shadow) = &current.shadow else {
            return Ok(None);
        };
        match Snapshot::new(shadow.policy.clone(), tables) {
            Ok(shadow) => Ok(Some(shadow)),
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
            digests: Digests::default(),
        })?;
        let snapshot = snapshot.after(&self.snapshot());
        self.inner.snapshot.store(Arc::new(snapshot));
        Ok(())
    }
}

fn too_old() -> Error {
    let reason = Reason::new(
        "PERMISSIONS_TOO_OLD",
        "the permission tables could not be read for too long; ask your administrator",
    );
    Error::refused(ErrorKind::Store, vec![reason])
        .with_help("`Guard::health` tells why the tables cannot be read")
}
