//! Which skills exist, and whether each is in use for a tenant.
//!
//! The policy registers skills; an administrator's row may stop one, for one tenant or for all,
//! and never starts one. INVARIANT: of all that is said about a skill the strictest holds.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use super::quoted::Quoted;
use crate::nearest::{COMPARED, COMPARED_CHARS, distance};
use crate::policy::{Policy, Skill, SkillStatus};
use crate::reason::Reason;
use crate::stored_rows::{Closes, EVERY, SkillStatusRow, UnreadableRow};
use crate::value::Name;

/// The registered skills and their status.
pub struct Registry {
    skills: BTreeMap<Name, Arc<Skill>>,
    /// Tenant, then skill, either of which may be `*`; only rows that stop something.
    stops: HashMap<Name, HashMap<Name, SkillStatus>>,
}

impl Registry {
    /// The policy's skills, with what the store says about them.
    #[must_use]
    pub fn new(policy: &Policy, rows: &[SkillStatusRow]) -> Self {
        let mut stops: HashMap<Name, HashMap<Name, SkillStatus>> = HashMap::new();
        for row in rows.iter().filter(|r| r.status != SkillStatus::Active) {
            let tenant = stops.entry(row.tenant.clone()).or_default();
            let status = tenant.entry(row.skill.clone()).or_insert(row.status);
            *status = stricter(*status, row.status);
        }
        Self {
            skills: policy.skills.clone(),
            stops,
        }
    }

    /// The same with the skills suspended that a row which cannot be read may have stopped.
    #[must_use]
    pub(crate) fn closing(mut self, unreadable: &[UnreadableRow]) -> Self {
        let every = || Name::from(EVERY);
        for row in unreadable {
            let Closes::Skills { tenant, skill } = &row.closes else {
                continue;
            };
            let tenant = tenant.clone().unwrap_or_else(every);
            let skill = skill.clone().unwrap_or_else(every);
            let tenant = self.stops.entry(tenant).or_default();
            let status = tenant.entry(skill).or_insert(SkillStatus::Suspended);
            *status = stricter(*status, SkillStatus::Suspended);
        }
        self
    }

    /// The skill's status for `tenant`; `None` when no such skill is registered.
    #[must_use]
    pub fn status(&self, tenant: &str, skill: &str) -> Option<SkillStatus> {
        let registered = self.skills.get(skill)?;
        let tenants = [tenant, EVERY].into_iter();
        let stops = tenants
            .filter_map(|tenant| self.stops.get(tenant))
            .flat_map(|skills| [skill, EVERY].map(|skill| skills.get(skill)))
            .flatten();
        Some(stops.fold(registered.status, |a, b| stricter(a, *b)))
    }

    /// The skill, when it is registered and in use for `tenant`.
    ///
    /// # Errors
    /// The reason why not: `SKILL_NOT_REGISTERED`, `SKILL_DRAFT`, `SKILL_SUSPENDED` or
    /// `SKILL_RETIRED`.
    pub fn find(&self, tenant: &str, skill: &str) -> Result<Arc<Skill>, Reason> {
        let Some(found) = self.skills.get(skill) else {
            return Err(self.not_registered(tenant, skill));
        };
        let (code, sentence) = match self.status(tenant, skill) {
            Some(SkillStatus::Active) => return Ok(found.clone()),
            Some(SkillStatus::Draft) => ("SKILL_DRAFT", "is a draft and not in use yet"),
            Some(SkillStatus::Retired) => ("SKILL_RETIRED", "is retired and will not come back"),
            Some(SkillStatus::Suspended) | None => {
                ("SKILL_SUSPENDED", "is suspended; ask your administrator")
            }
        };
        let Skill { origin, .. } = &**found;
        Err(
            Reason::new(code, format!("skill {} {sentence}", Quoted(skill)))
                .from_policy(origin.name.clone(), origin.place.clone()),
        )
    }

    fn not_registered(&self, tenant: &str, skill: &str) -> Reason {
        let mut message = format!("skill {} is not registered", Quoted(skill));
        if let Some(near) = self.nearest(tenant, skill) {
            message.push_str(&format!("; did you mean {}?", Quoted(near)));
        }
        Reason::new("SKILL_NOT_REGISTERED", message)
    }

    /// The registered name that differs least, if it is in use for the tenant and looks like the
    /// same word.
    fn nearest(&self, tenant: &str, skill: &str) -> Option<&str> {
        let asked: Vec<char> = skill.chars().take(COMPARED_CHARS + 1).collect();
        let most = asked.len() / 3;
        let names = self.skills.keys().take(COMPARED);
        names
            .filter(|name| self.status(tenant, name) == Some(SkillStatus::Active))
            .filter_map(|name| Some((distance(&asked, name)?, &**name)))
            .filter(|(distance, _)| *distance <= most.min(3))
            .min()
            .map(|(_, name)| name)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("skills", &self.skills.len())
            .finish_non_exhaustive()
    }
}

fn stricter(a: SkillStatus, b: SkillStatus) -> SkillStatus {
    if rank(a) >= rank(b) { a } else { b }
}

fn rank(status: SkillStatus) -> u8 {
    match status {
        SkillStatus::Active => 0,
        SkillStatus::Draft => 1,
        SkillStatus::Suspended => 2,
        SkillStatus::Retired => 3,
    }
}
