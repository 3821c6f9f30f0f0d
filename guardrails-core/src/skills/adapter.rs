//! Casbin's door to the store: our asynchronous-looking adapter over the synchronous
//! [`RoleStore`].
//!
//! It loads only what the screening let pass, all of it or nothing, and writes single lines
//! through. It never rewrites the table: Casbin's wholesale `save`, `clear` and filtered removal
//! would write the policy's own lines back, or throw away rows that could not be read.

use std::error::Error as StdError;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use casbin::error::AdapterError;
use casbin::{Adapter, Filter, Model};

use super::screen::{Screened, Statics, screen};
use crate::error::{Error, ErrorKind};
use crate::store::RoleStore;
use crate::stored_rows::RoleLine;

/// What the latest load found besides the lines, handed to [`Rbac`](super::Rbac), which cannot
/// reach into an adapter that Casbin owns.
pub(super) type Handover = Arc<Mutex<Screened>>;

/// Loads and stores role lines for one enforcer.
pub(super) struct StoreAdapter {
    store: Arc<dyn RoleStore>,
    statics: Arc<Statics>,
    handover: Handover,
}

impl StoreAdapter {
    pub(super) fn new(
        store: Arc<dyn RoleStore>,
        statics: Arc<Statics>,
        handover: Handover,
    ) -> Self {
        Self {
            store,
            statics,
            handover,
        }
    }

    fn load(&self, model: &mut dyn Model) -> Result<(), Error> {
        let rows = self.store.role_lines()?;
        let mut screened = screen(&self.statics, &rows)?;
        for line in screened.lines.drain(..) {
            model.add_policy(line.kind(), line.kind(), line.values());
        }
        *self.handover.lock().unwrap_or_else(PoisonError::into_inner) = screened;
        Ok(())
    }
}

type CasbinResult<T> = casbin::Result<T>;

#[async_trait]
impl Adapter for StoreAdapter {
    async fn load_policy(&mut self, model: &mut dyn Model) -> CasbinResult<()> {
        self.load(model).map_err(outward)
    }

    async fn load_filtered_policy<'a>(
        &mut self,
        _model: &mut dyn Model,
        _filter: Filter<'a>,
    ) -> CasbinResult<()> {
        // A part of the lines may lack the denials.
        Err(refused("loading a part of the role lines"))
    }

    async fn save_policy(&mut self, _model: &mut dyn Model) -> CasbinResult<()> {
        Err(refused("writing all role lines back"))
    }

    async fn clear_policy(&mut self) -> CasbinResult<()> {
        Err(refused("clearing all role lines"))
    }

    fn is_filtered(&self) -> bool {
        false
    }

    async fn add_policy(
        &mut self,
        section: &str,
        kind: &str,
        rule: Vec<String>,
    ) -> CasbinResult<bool> {
        self.add_policies(section, kind, vec![rule]).await
    }

    /// Answers true also for a line that another process stored first: it is in the store, so it
    /// belongs in the enforcer.
    async fn add_policies(
        &mut self,
        _section: &str,
        kind: &str,
        rules: Vec<Vec<String>>,
    ) -> CasbinResult<bool> {
        let lines = stored(kind, rules);
        self.store.add_role_lines(&lines).map_err(outward)?;
        Ok(true)
    }

    async fn remove_policy(
        &mut self,
        section: &str,
        kind: &str,
        rule: Vec<String>,
    ) -> CasbinResult<bool> {
        self.remove_policies(section, kind, vec![rule]).await
    }

    /// Answers true also for a line that another process removed first.
    async fn remove_policies(
        &mut self,
        _section: &str,
        kind: &str,
        rules: Vec<Vec<String>>,
    ) -> CasbinResult<bool> {
        let lines = stored(kind, rules);
        self.store.remove_role_lines(&lines).map_err(outward)?;
        Ok(true)
    }

    async fn remove_filtered_policy(
        &mut self,
        _section: &str,
        _kind: &str,
        _field_index: usize,
        _field_values: Vec<String>,
    ) -> CasbinResult<bool> {
        Err(refused("removing role lines by pattern"))
    }
}

fn stored(kind: &str, rules: Vec<Vec<String>>) -> Vec<RoleLine> {
    rules
        .into_iter()
        .map(|values| RoleLine {
            kind: kind.to_owned(),
            values,
        })
        .collect()
}

fn refused(what: &str) -> casbin::Error {
    outward(Error::new(
        ErrorKind::Setup,
        format!("{what} is not offered"),
    ))
}

/// Our error in Casbin's wrapping.
fn outward(error: Error) -> casbin::Error {
    AdapterError(Box::new(error)).into()
}

/// Casbin's error as ours: our own comes out as it went in, theirs as text.
pub(super) fn inward(error: casbin::Error) -> Error {
    match error {
        casbin::Error::AdapterError(AdapterError(inner)) => match inner.downcast::<Error>() {
            Ok(ours) => *ours,
            Err(other) => failed(&*other),
        },
        other => failed(&other),
    }
}

fn failed(error: &dyn StdError) -> Error {
    Error::new(ErrorKind::Policy, "the role lines cannot be evaluated")
        .with_source(error.to_string())
}
