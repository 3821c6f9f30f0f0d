//! One AI operation, from `begin` to `complete` or `fail`.
//!
//! Each step is decided by the policy and the tables in force at that moment. Dropped unfinished, it is recorded as what it came
//! to: denied, waiting for an approval, or abandoned.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::audit::{Digests, Event, EventDigest, EventKind, OperationContext};
use crate::data::{AskedAt, FieldTable, View, accessed, view};
use crate::error::{Error, ErrorKind, Result};
use crate::guard::Guard;
use crate::identifier::{OperationId, TicketId};
use crate::outcome_kind::OutcomeKind;
use crate::plan::Plan;
use crate::policy::Verb;
use crate::principal::Principal;
use crate::process::Ticket;
use crate::reason::Reason;
use crate::record::Record;
use crate::skills::spend_tokens;
use crate::snapshot::Snapshot;
use crate::value::{JsonLimits, Name, within};

mod admission;
mod aggregate;
mod asked;
mod begin;
mod deferred;
mod digests;
mod ending;
mod observed;
mod propose;
mod reading;
mod shadow;
mod step;

pub use aggregate::Figure;

use admission::{OUT_OF_SCOPE, no_such_record_error};
use asked::{Asked, Reading};
use shadow::Shadow;
use step::Usage;

/// One AI operation in progress.
#[must_use = "an operation ends by `complete` or `fail`; dropped, it is recorded as abandoned"]
pub struct Operation {
    guard: Guard,
    snapshot: Arc<Snapshot>,
    plan: Arc<Plan>,
    principal: Arc<Principal>,
    context: Name,
    ticket: Option<TicketId>,
    /// The ticket that it holds, until it ends.
    reserved: Option<Box<Ticket>>,
    about: Arc<OperationContext>,
    /// The highest sensitivity shown or written so far; 0 when nothing was.
    touched: u8,
    /// Digest of what was handed back last.
    handed_back: Option<EventDigest>,
    stage: Stage,
    shadow: Option<Shadow>,
    usage: Usage,
}

/// What an operation keeps of the request that began it.
struct AdmittedRequest {
    principal: Arc<Principal>,
    context: Name,
    ticket: Option<TicketId>,
}

/// How far an operation has come, as its outcome will tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    Denied,
    Waiting,
    Ended,
}

impl Operation {
    fn new(
        guard: Guard,
        snapshot: Arc<Snapshot>,
        plan: Arc<Plan>,
        request: AdmittedRequest,
        about: Arc<OperationContext>,
        shadow: Option<Shadow>,
        began: DateTime<Utc>,
    ) -> Self {
        Self {
            usage: Usage::from(began),
            guard,
            snapshot,
            plan,
            principal: request.principal,
            context: request.context,
            ticket: request.ticket,
            reserved: None,
            about,
            touched: 0,
            handed_back: None,
            stage: Stage::Open,
            shadow,
        }
    }

    /// The operation's identifier, in the audit and in the article's tables.
    #[must_use]
    pub fn id(&self) -> OperationId {
        self.about.operation
    }

    /// The entity it is on.
    #[must_use]
    pub fn entity(&self) -> &Name {
        &self.plan.entity
    }

    /// What the model may see of one record. The access, or its refusal, is queued for the audit before
    /// this returns and durable shortly after: a crash in between loses that event, as
    /// [`Journal`](crate::audit::Journal) says. The intent of the operation is durable by then.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the record is outside the principal's row scope or of another tenant,
    /// in the very words for one that does not exist; [`ErrorKind::Denied`] when a rule
    /// on reading refuses, or the policy and the tables in force now do not let the operation go on;
    /// [`ErrorKind::LimitReached`] past [`OperationLimits`](crate::OperationLimits); [`ErrorKind::Input`] for a record of another
    /// entity, or over the limits of [`JsonLimits`].
    pub fn read<'r>(&mut self, record: &'r Record) -> Result<View<'r>> {
        let now = self.now();
        let begun = self.begin_reading(1, now);
        let seen = begun
            .and_then(|()| self.view(record, now))
            .and_then(|view| view.ok_or_else(|| no_such_record_error(&self.plan.entity)));
        self.record_beside(now)?;
        let named = seen.and_then(|view| Ok((record.id()?, view)));
        let (id, view) = match named {
            Ok(named) => named,
            Err(error) => return Err(self.access_failed(now, record, error)),
        };
        self.accessed(now, &[id], 0, std::slice::from_ref(&view))?;
        Ok(view)
    }

    /// Puts on record that one record was asked for and not shown. Where that cannot be recorded, the
    /// error is that one.
    fn access_failed(&self, now: DateTime<Utc>, record: &Record, error: Error) -> Error {
        if error.kind() == ErrorKind::Store && error.reasons().is_empty() {
            return error;
        }
        let here = *record.entity() == self.plan.entity;
        let code = match error.kind() {
            ErrorKind::NotFound => OUT_OF_SCOPE,
            _ => error.code(),
        };
        let id = record.id().ok().filter(|_| here);
        // Nothing of it is shown, so it is named as one out of reach is.
        let nothing = FieldTable::of_nothing(&self.plan.entity);
        let named = id.as_ref().map(|id| self.record_name(id, &nothing));
        let digests = self.digests_of_refusal(id.as_slice(), code);
        let access = EventKind::DataAccess {
            records: named.into_iter().collect(),
            withheld: 0,
            fields: Arc::default(),
            failure: code.into(),
        };
        self.record_with(now, access, digests)
            .err()
            .unwrap_or(error)
    }

    /// What the model may see of many records: those out of reach are left out, and counted in the
    /// audit.
    ///
    /// # Errors
    /// As [`Operation::read`], but for `NotFound`.
    pub fn read_many<'r>(&mut self, records: &'r [Record]) -> Result<Vec<View<'r>>> {
        let now = self.now();
        self.begin_reading(records.len(), now)?;
        let seen = self.views(records, now);
        self.record_beside(now)?;
        let (names, views, withheld) = seen?;
        self.accessed_many(now, &names, withheld, &views)?;
        Ok(views)
    }

    /// Names and views of the records in reach, and how many more there are.
    fn views<'r>(
        &mut self,
        records: &'r [Record],
        now: DateTime<Utc>,
    ) -> Result<(Vec<Name>, Vec<View<'r>>, u64)> {
        let mut views = Vec::with_capacity(records.len());
        let mut seen: Vec<Name> = Vec::with_capacity(records.len());
        let mut withheld = 0_u64;
        for record in records {
            match self.view(record, now)? {
                Some(view) => {
                    seen.push(record.id()?);
                    views.push(view);
                }
                None => withheld = withheld.saturating_add(1),
            }
        }
        Ok((seen, views, withheld))
    }

    fn view<'r>(&mut self, record: &'r Record, now: DateTime<Utc>) -> Result<Option<View<'r>>> {
        let reading = self.reading_of(record, now)?;
        self.beside_reading(record, now, &reading);
        let table = self.released(record, now, reading)?;
        let asked = AskedAt {
            now,
            touched: self.touched,
        };
        Ok(table.map(|table| view(record, &table).asked(asked)))
    }

    /// What the policy in force says to the reading of a record; what its rules said is on record.
    fn reading_of(&self, record: &Record, now: DateTime<Utc>) -> Result<Reading> {
        self.expect_open()?;
        self.expect_entity(record)?;
        let asked = self.asked();
        if asked.of_tenant(record.fields()) {
            within(record.fields(), JsonLimits::default())?;
            let facts = asked.facts(now, record.fields(), None, true);
            self.observed(Verb::Read, facts, Some(facts));
        }
        let reading = asked.reading(record, now);
        if !reading.verdicts().is_empty() {
            self.record_verdicts_on_read(now, &reading)?;
        }
        Ok(reading)
    }

    /// The policy in force, ready to be asked.
    fn asked(&self) -> Asked<'_> {
        Asked {
            snapshot: &self.snapshot,
            plan: &self.plan,
            principal: &self.principal,
            context: &self.context,
            touched: self.touched,
        }
    }

    fn record_verdicts_on_read(&self, now: DateTime<Utc>, reading: &Reading) -> Result<()> {
        let decision = EventKind::Decision {
            record: Name::default(),
            fields: Arc::default(),
            action: None,
            outcome: OutcomeKind::of_refusals(&reading.refusals),
            reasons: reading.refusals.as_slice().into(),
            verdicts: reading.verdicts().into(),
            risk: None,
            obligations: Arc::default(),
        };
        self.record(now, decision)
    }

    fn accessed(
        &mut self,
        now: DateTime<Utc>,
        ids: &[Name],
        withheld: u64,
        views: &[View<'_>],
    ) -> Result<()> {
        let Some(first) = views.first() else {
            return Ok(());
        };
        let touched = views
            .iter()
            .map(|view| view.table().max_sensitivity().level());
        self.touched = touched.fold(self.touched, u8::max);
        let digests = self.digests_of_read(ids, views);
        let named = ids.iter().zip(views);
        let access = EventKind::DataAccess {
            records: named
                .map(|(id, view)| self.record_name(id, view.table()))
                .collect(),
            withheld,
            fields: accessed(first),
            failure: Name::default(),
        };
        self.record_with(now, access, digests)
    }

    /// One event for each run of records that share a table, so that no field list is repeated.
    fn accessed_many(
        &mut self,
        now: DateTime<Utc>,
        seen: &[Name],
        withheld: u64,
        views: &[View<'_>],
    ) -> Result<()> {
        let mut withheld = withheld;
        let mut left = seen;
        for run in views.chunk_by(|a, b| accessed(a) == accessed(b)) {
            let (ids, rest) = left.split_at_checked(run.len()).unwrap_or((left, &[]));
            left = rest;
            self.accessed(now, ids, std::mem::take(&mut withheld), run)?;
        }
        if withheld > 0 {
            let access = EventKind::DataAccess {
                records: Arc::default(),
                withheld,
                fields: Arc::default(),
                failure: Name::default(),
            };
            self.record(now, access)?;
        }
        Ok(())
    }

    /// Books tokens that the model used against the skill's budgets. Use is booked even where it
    /// overdraws a budget: the next operation is then refused.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when a counter cannot be written.
    pub fn spend_tokens(&self, tokens: u64) -> Result<()> {
        let inner = &self.guard.inner;
        let now = inner.deadline_time();
        spend_tokens(
            &*inner.store,
            &self.plan.skill,
            &self.principal,
            tokens,
            now,
        )
    }

    fn expect_open(&self) -> Result<()> {
        match self.stage {
            Stage::Open => Ok(()),
            Stage::Denied => Err(ended("OPERATION_DENIED", "the proposal was refused")),
            Stage::Waiting => Err(ended(
                "OPERATION_WAITING",
                "the proposal waits for an approval",
            )),
            Stage::Ended => Err(ended("OPERATION_ENDED", "the operation has ended")),
        }
    }

    fn expect_entity(&self, record: &Record) -> Result<()> {
        if *record.entity() == self.plan.entity {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Input,
            format!(
                "the operation is on `{}`, the record is of `{}`",
                self.plan.entity,
                record.entity()
            ),
        )
        .with_help("begin another operation for another entity"))
    }

    /// Read once per call, so that what is decided and what is recorded are of one time.
    fn now(&self) -> DateTime<Utc> {
        self.guard.inner.clock.now()
    }

    fn event(&self, time: DateTime<Utc>, kind: EventKind, digests: Digests) -> Event {
        Event {
            time,
            kind,
            about: Some(self.about.clone()),
            digests,
        }
    }

    fn record(&self, time: DateTime<Utc>, kind: EventKind) -> Result<()> {
        self.record_with(time, kind, Digests::default())
    }

    fn record_with(&self, time: DateTime<Utc>, kind: EventKind, digests: Digests) -> Result<()> {
        let event = self.event(time, kind, digests);
        self.guard.inner.store.record(event)
    }
}

fn ended(code: &str, message: &str) -> Error {
    Error::denied(Reason::new(code, message))
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operation")
            .field("id", &self.id())
            .field("skill", &self.about.skill)
            .field("entity", &self.plan.entity)
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}
