//! Role lines in Casbin's enforcer, which asks and writes the store through our adapter.
//!
//! Must not be asked on the way of a decision: `enforce` interprets the matcher once per line. It
//! is there for administration and as the oracle that the index is held against.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use casbin::{CoreApi, DefaultModel, Enforcer, MgmtApi};

use super::access::Access;
use super::adapter::{Handover, StoreAdapter, inward};
use super::lines::{self, ANY, Line, USE};
use super::model::MODEL;
use super::screen::{Screened, Statics};
use crate::error::{Error, ErrorKind, Result};
use crate::store::RoleStore;

/// The lines that hold, in Casbin.
pub(super) struct Engine {
    enforcer: Enforcer,
    handover: Handover,
}

impl Engine {
    /// Loads the store's lines beside the policy's own, and says what the screening found.
    pub(super) fn load(
        store: Arc<dyn RoleStore>,
        statics: Arc<Statics>,
    ) -> Result<(Self, Screened)> {
        let handover: Handover = Arc::new(Mutex::new(Screened::default()));
        let adapter = StoreAdapter::new(store, statics, handover.clone());
        let model = wait(DefaultModel::from_str(MODEL))?;
        let enforcer = wait(Enforcer::new(model, adapter))?;
        let engine = Self { enforcer, handover };
        let screened = engine.take_screened();
        Ok((engine, screened))
    }

    /// Reads the store again; on an error no line holds.
    pub(super) fn reload(&mut self) -> Result<Screened> {
        wait(self.enforcer.load_policy())?;
        Ok(self.take_screened())
    }

    fn take_screened(&self) -> Screened {
        let mut handover = self.handover.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *handover)
    }

    /// Adds a line, here and in the store; false when it held already.
    pub(super) fn add(&mut self, line: &Line) -> Result<bool> {
        let values = line.values();
        match line {
            Line::Permission { .. } => wait(self.enforcer.add_policy(values)),
            Line::Inheritance { .. } => wait(self.enforcer.add_grouping_policy(values)),
        }
    }

    /// Removes a line, here and in the store; false when it did not hold.
    pub(super) fn remove(&mut self, line: &Line) -> Result<bool> {
        let values = line.values();
        match line {
            Line::Permission { .. } => wait(self.enforcer.remove_policy(values)),
            Line::Inheritance { .. } => wait(self.enforcer.remove_grouping_policy(values)),
        }
    }

    /// Whether the line holds.
    pub(super) fn contains(&self, line: &Line) -> bool {
        let model = self.enforcer.get_model().get_model();
        let rules = model.get(line.kind()).and_then(|map| map.get(line.kind()));
        rules.is_some_and(|rules| rules.get_policy().contains(&line.values()))
    }

    /// The lines that hold, `p` or `g`, without the kind.
    pub(super) fn rules(&self, kind: &str) -> impl Iterator<Item = &[String]> {
        let model = self.enforcer.get_model().get_model();
        let rules = model.get(kind).and_then(|map| map.get(kind));
        rules
            .into_iter()
            .flat_map(|rules| rules.get_policy().iter().map(Vec::as_slice))
    }

    /// Casbin's answer for one subject: a role, or a member that inherits roles.
    pub(super) fn access(&self, subject: &str, tenant: &str, skill: &str) -> Result<Access> {
        let role = || subject.into();
        let request = (subject, tenant, skill, USE);
        if self.enforcer.enforce(request).map_err(inward)? {
            Ok(Access::Allowed { role: role() })
        } else if self.is_denied(subject, tenant, skill) {
            Ok(Access::Denied { role: role() })
        } else {
            Ok(Access::NotPermitted)
        }
    }

    /// Whether it was a denial that made Casbin say no; Casbin itself does not tell.
    fn is_denied(&self, subject: &str, tenant: &str, skill: &str) -> bool {
        let manager = self.enforcer.get_role_manager();
        let manager = manager.read();
        let meets = |have: &str, asked: &str| have == ANY || have == asked;
        self.rules("p").any(|values| match values {
            [role, have_tenant, have_skill, _, effect] => {
                effect == lines::Effect::Deny.as_str()
                    && meets(have_tenant, tenant)
                    && meets(have_skill, skill)
                    && manager.has_link(subject, role, Some(tenant))
            }
            _ => false,
        })
    }
}

/// Runs a Casbin future to its end on this thread.
///
/// Nothing in it ever waits: our adapter is synchronous and the model is a constant. A general
/// executor is not only more than needed, it panics when the host calls from inside its own.
fn wait<T>(future: impl Future<Output = casbin::Result<T>>) -> Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result.map_err(inward),
        Poll::Pending => Err(Error::new(
            ErrorKind::Setup,
            "the role engine waited for something that it should not need",
        )),
    }
}
