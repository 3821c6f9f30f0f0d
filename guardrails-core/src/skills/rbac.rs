//! The source of truth for roles: loads, checks and edits the lines, and hands them to the index.
//!
//! An engine holds them: Casbin, or a list in memory in builds without the feature `casbin`. What may be
//! added and what a bad line restricts is decided here and in the screening, whichever engine it is.
//!
//! Must not be asked on the way of a decision; the index is.

use std::fmt;
use std::sync::Arc;

use super::Engine;
use super::access::Access;
use super::compile;
use super::hierarchy::Edge;
use super::index::AccessIndex;
use super::lines::{self, Line};
use super::screen::{self, MAX_LINES, Screened, Statics};
use crate::diagnostic::Diagnostic;
use crate::error::{Error, ErrorKind, Result};
use crate::phrase;
use crate::policy::Policy;
use crate::store::RoleStore;
use crate::stored_rows::RoleLine;

/// The roles' rules: the policy's own (`allow` of its skills, in every tenant) and the store's.
pub struct Rbac {
    engine: Engine,
    store: Arc<dyn RoleStore>,
    statics: Arc<Statics>,
    /// Screening of the lines that the engine holds; its `lines` are with the engine.
    screened: Screened,
}

/// What an edit of the rules did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Edit {
    /// The rules changed, here and in the store.
    Done,
    /// The rules were like that already.
    Unchanged,
}

impl Rbac {
    /// Loads the store's lines beside the policy's own.
    ///
    /// A line that cannot be read does not fail the load: it grants nothing, what it may have
    /// denied is denied, and [`diagnostics`](Self::diagnostics) names it.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when the store does not answer; [`ErrorKind::Policy`] when it holds
    /// more than [`MAX_LINES`](super::MAX_LINES) lines.
    pub fn load(store: Arc<dyn RoleStore>, policy: &Policy) -> Result<Self> {
        let statics = Arc::new(Statics::of(policy));
        let (engine, screened) = Engine::load(store.clone(), statics.clone())?;
        Ok(Self {
            engine,
            store,
            statics,
            screened,
        })
    }

    /// The rules of lines that were read already, to be asked and not edited.
    ///
    /// # Errors
    /// As [`load`](Self::load), but for the store.
    pub(crate) fn of_lines(lines: &[RoleLine], policy: &Policy) -> Result<Self> {
        Self::load(Arc::new(FixedLines(lines.to_vec())), policy)
    }

    /// Reads the store again.
    ///
    /// # Errors
    /// As [`load`](Self::load); the rules are then empty, and nothing is permitted.
    pub fn reload(&mut self) -> Result<()> {
        self.screened = self.engine.reload()?;
        Ok(())
    }

    /// What is wrong with the lines; the first hundred findings and a count of the rest.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.screened.findings
    }

    /// The answer for one subject: a role, or a member that inherits roles. With the feature `casbin` it
    /// is Casbin's own, whose cost grows with the number of lines, else that of an index compiled for
    /// it; decisions use [`index`](Self::index).
    ///
    /// # Errors
    /// [`ErrorKind::Policy`] when the lines cannot be evaluated.
    pub fn enforce(&self, subject: &str, tenant: &str, skill: &str) -> Result<Access> {
        let closures = &self.screened.closures;
        if closures.iter().any(|closed| closed.covers(tenant, skill)) {
            let role = subject.into();
            return Ok(Access::Denied { role });
        }
        self.engine.access(subject, tenant, skill)
    }

    /// The index that decisions are made from.
    ///
    /// # Errors
    /// [`ErrorKind::Policy`] when the roles inherit so much from each other that the index would
    /// not fit its bound.
    pub fn index(&self) -> Result<AccessIndex> {
        compile::compile(
            self.engine.rules("p"),
            self.engine.rules("g"),
            self.screened.closures.iter(),
        )
    }

    /// Lets `member` inherit what `role` may, in `tenant`.
    ///
    /// # Errors
    /// As [`add_line`](Self::add_line).
    pub fn assign(&mut self, tenant: &str, member: &str, role: &str) -> Result<Edit> {
        self.add_line(&inheritance(tenant, member, role))
    }

    /// Ends an inheritance.
    ///
    /// # Errors
    /// As [`remove_line`](Self::remove_line).
    pub fn unassign(&mut self, tenant: &str, member: &str, role: &str) -> Result<Edit> {
        self.remove_line(&inheritance(tenant, member, role))
    }

    /// Adds a line, here and in the store.
    ///
    /// # Errors
    /// [`ErrorKind::Policy`] when the line is malformed, closes a circle of inheritance, builds
    /// one too high, or is one too many; [`ErrorKind::Store`] when it cannot be stored. It does not
    /// hold then.
    pub fn add_line(&mut self, line: &RoleLine) -> Result<Edit> {
        let read = lines::read(line).map_err(|fault| {
            Error::policy(vec![fault.finding(
                &phrase!("the line" | "这一行"),
                line,
                screen::table(),
            )])
        })?;
        if self.statics.contains(&read) {
            // The policy text has it; the store may keep it beyond the text's next edition.
            let added = self.store.add_role_lines(&[read.stored()])?;
            return Ok(edit(added > 0));
        }
        self.check_room()?;
        self.check_hierarchy(&read, line)?;
        if self.screened.left_out {
            // A line that is held may only stand for a bad row; what counts is the store's.
            let added = self.store.add_role_lines(&[read.stored()])?;
            self.reload()?;
            return Ok(edit(added > 0));
        }
        if self.engine.contains(&read) {
            return Ok(Edit::Unchanged);
        }
        Ok(edit(self.engine.add(&read)?))
    }

    /// Removes a line, here and in the store. The line may be one that cannot be read: this is how
    /// a bad row is taken out.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when the store fails; [`ErrorKind::Conflict`] when the policy text has
    /// the line, where only an edit of the text removes it.
    pub fn remove_line(&mut self, line: &RoleLine) -> Result<Edit> {
        let known = lines::read(line)
            .ok()
            .filter(|read| self.engine.contains(read));
        match known {
            Some(read) if self.statics.contains(&read) => self.remove_static(&read),
            Some(read) if !self.screened.left_out => Ok(edit(self.engine.remove(&read)?)),
            _ => {
                let removed = self.store.remove_role_lines(std::slice::from_ref(line))?;
                self.reload()?;
                Ok(edit(removed > 0))
            }
        }
    }

    fn remove_static(&self, line: &Line) -> Result<Edit> {
        if self.store.remove_role_lines(&[line.stored()])? > 0 {
            return Ok(Edit::Done);
        }
        let place = self.statics.place(line).cloned().unwrap_or_default();
        let message = format!("this permission is written in the policy, at {place}");
        Err(Error::new(ErrorKind::Conflict, message)
            .with_help("take the role out of the skill's `allow`, or add a line that denies it"))
    }

    fn check_room(&self) -> Result<()> {
        let held = self.engine.rules("p").count() + self.engine.rules("g").count();
        if held >= MAX_LINES {
            return Err(screen::too_many(held + 1));
        }
        Ok(())
    }

    fn check_hierarchy(&self, read: &Line, line: &RoleLine) -> Result<()> {
        let Line::Inheritance {
            member,
            role,
            tenant,
        } = read
        else {
            return Ok(());
        };
        let others = self.engine.rules("g").filter_map(|values| match values {
            [member, role, have] if have == tenant => Some(Edge { member, role }),
            _ => None,
        });
        let joining = Edge { member, role };
        screen::check_joining(joining, others.collect()).map_err(|(code, message)| {
            let fault = lines::Fault {
                code,
                message,
                worst: lines::Worst::Nothing,
            };
            Error::policy(vec![
                fault
                    .finding(&phrase!("the line" | "这一行"), line, screen::table())
                    .help(phrase!(
                        "inherit in one direction, in fewer steps" | "只朝一个方向继承，并减少层数"
                    )),
            ])
        })
    }
}

impl fmt::Debug for Rbac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rbac")
            .field("permissions", &self.engine.rules("p").count())
            .field("inheritances", &self.engine.rules("g").count())
            .field("findings", &self.screened.findings.len())
            .finish_non_exhaustive()
    }
}

/// Lines that stand as they were read.
struct FixedLines(Vec<RoleLine>);

impl RoleStore for FixedLines {
    fn role_lines(&self) -> Result<Vec<RoleLine>> {
        Ok(self.0.clone())
    }

    fn add_role_lines(&self, _lines: &[RoleLine]) -> Result<usize> {
        Err(not_to_edit())
    }

    fn remove_role_lines(&self, _lines: &[RoleLine]) -> Result<usize> {
        Err(not_to_edit())
    }
}

fn not_to_edit() -> Error {
    Error::new(ErrorKind::Setup, "these role lines are not to be edited")
        .with_help("load the rules from the store")
}

fn inheritance(tenant: &str, member: &str, role: &str) -> RoleLine {
    RoleLine {
        kind: "g".to_owned(),
        values: [member, role, tenant].map(str::to_owned).to_vec(),
    }
}

fn edit(changed: bool) -> Edit {
    if changed { Edit::Done } else { Edit::Unchanged }
}
