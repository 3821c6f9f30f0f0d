//! The audit of a guard: verification and explanation.

use super::{
    KeptCheckpoints, Keys, ShadowReport, Trace, VerifyReport, latest_checkpoints, shadow_report,
    trace, verify_against, verify_tickets,
};
use crate::error::Result;
use crate::identifier::OperationId;
use crate::naming::expect_name;
use crate::store::Store;

/// The audit of a guard.
#[derive(Clone, Copy)]
pub struct Audit<'g> {
    store: &'g dyn Store,
    keys: &'g Keys,
}

impl<'g> Audit<'g> {
    pub(crate) fn new(store: &'g dyn Store, keys: &'g Keys) -> Self {
        Self { store, keys }
    }

    /// Checks every event of every log against its hash, its tree and its signed checkpoints, every
    /// ticket against its MAC and its last event, and says what such a check cannot see.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the audit cannot be read. What was found
    /// is in the report, not an error.
    pub fn verify(&self) -> Result<VerifyReport> {
        self.verify_with(&KeptCheckpoints::default())
    }

    /// The same, compared with a copy of checkpoints that was kept outside of the database, as
    /// [`Audit::checkpoints`] gave it: a database that was put back to an older state is behind it.
    ///
    /// # Errors
    /// As [`Audit::verify`]; [`ErrorKind::Input`](crate::ErrorKind::Input) for what is no copy of checkpoints
    /// that this guard's keys signed.
    pub fn verify_against(&self, kept: &str) -> Result<VerifyReport> {
        self.verify_with(&KeptCheckpoints::read(kept, &self.keys.verifier())?)
    }

    fn verify_with(&self, kept: &KeptCheckpoints) -> Result<VerifyReport> {
        let mut report = verify_against(self.store, &self.keys.verifier(), kept)?;
        verify_tickets(self.store, self.keys, &mut report)?;
        Ok(report)
    }

    /// The latest signed checkpoint of each log, to be kept where the database's owner cannot change it.
    ///
    /// # Errors
    /// As [`latest_checkpoints`].
    pub fn checkpoints(&self) -> Result<String> {
        latest_checkpoints(self.store, &self.keys.verifier())
    }

    /// What shadow policies answered to a tenant's operations, added up.
    ///
    /// # Errors
    /// As [`shadow_report`]; [`ErrorKind::Input`](crate::ErrorKind::Input) for what is no tenant's name.
    pub fn shadow_report(&self, tenant: &str) -> Result<ShadowReport> {
        expect_name("the tenant", tenant)?;
        shadow_report(self.store, tenant)
    }

    /// One operation of a tenant from intent to outcome, each record with what stands behind it: for
    /// auditors. The host decides who that is; to the requester or a model goes
    /// [`Trace::for_requester`].
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when the tenant has no such operation;
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for what is no tenant's name.
    pub fn trace(&self, tenant: &str, operation: OperationId) -> Result<Trace> {
        expect_name("the tenant", tenant)?;
        trace(self.store, Some(&self.keys.verifier()), tenant, operation)
    }
}

impl std::fmt::Debug for Audit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Audit")
    }
}
