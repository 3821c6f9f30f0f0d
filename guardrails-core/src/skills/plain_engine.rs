//! Role lines in memory, for builds without Casbin: the same lines hold, and the index compiled from
//! them answers.
//!
//! Must not know what a line means beyond holding it: screening and index decide that, in both builds.

use std::collections::HashSet;
use std::iter;
use std::sync::Arc;

use super::access::Access;
use super::compile;
use super::lines::Line;
use super::screen::{Screened, Statics, screen};
use crate::error::Result;
use crate::store::RoleStore;

/// The lines that hold, in the order in which they were added.
pub(super) struct Engine {
    store: Arc<dyn RoleStore>,
    statics: Arc<Statics>,
    held: HashSet<Line>,
    permissions: Vec<Vec<String>>,
    inheritances: Vec<Vec<String>>,
}

impl Engine {
    /// Loads the store's lines beside the policy's own, and says what the screening found.
    pub(super) fn load(
        store: Arc<dyn RoleStore>,
        statics: Arc<Statics>,
    ) -> Result<(Self, Screened)> {
        let mut engine = Self {
            store,
            statics,
            held: HashSet::new(),
            permissions: Vec::new(),
            inheritances: Vec::new(),
        };
        let screened = engine.reload()?;
        Ok((engine, screened))
    }

    /// Reads the store again; on an error no line holds.
    pub(super) fn reload(&mut self) -> Result<Screened> {
        self.held.clear();
        self.permissions.clear();
        self.inheritances.clear();
        let rows = self.store.role_lines()?;
        let mut screened = screen(&self.statics, &rows)?;
        for line in screened.lines.drain(..) {
            self.hold(line);
        }
        Ok(screened)
    }

    fn hold(&mut self, line: Line) -> bool {
        if self.held.contains(&line) {
            return false;
        }
        self.values_like(&line).push(line.values());
        self.held.insert(line)
    }

    fn values_like(&mut self, line: &Line) -> &mut Vec<Vec<String>> {
        match line {
            Line::Permission { .. } => &mut self.permissions,
            Line::Inheritance { .. } => &mut self.inheritances,
        }
    }

    /// Adds a line, here and in the store; false when it held already.
    pub(super) fn add(&mut self, line: &Line) -> Result<bool> {
        self.store.add_role_lines(&[line.stored()])?;
        Ok(self.hold(line.clone()))
    }

    /// Removes a line, here and in the store; false when it did not hold.
    pub(super) fn remove(&mut self, line: &Line) -> Result<bool> {
        self.store.remove_role_lines(&[line.stored()])?;
        let values = line.values();
        self.values_like(line).retain(|held| *held != values);
        Ok(self.held.remove(line))
    }

    /// Whether the line holds.
    pub(super) fn contains(&self, line: &Line) -> bool {
        self.held.contains(line)
    }

    /// The lines that hold, `p` or `g`, without the kind.
    pub(super) fn rules(&self, kind: &str) -> impl Iterator<Item = &[String]> {
        let rules = match kind {
            "p" => self.permissions.as_slice(),
            "g" => self.inheritances.as_slice(),
            _ => &[],
        };
        rules.iter().map(Vec::as_slice)
    }

    /// The index's answer for one subject: a role, or a member that inherits roles.
    pub(super) fn access(&self, subject: &str, tenant: &str, skill: &str) -> Result<Access> {
        let index = compile::compile(self.rules("p"), self.rules("g"), iter::empty())?;
        Ok(index.access(tenant, &[subject.into()], skill))
    }
}
