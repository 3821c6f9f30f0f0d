//! A small company to test with: policies built in code, and a store that can be switched off.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use guardrails_core::policy::{Origin, Policy, Skill, SkillStatus, Verb};
use guardrails_core::skills::{Access, AccessIndex, Rbac};
use guardrails_core::{Error, ErrorKind, Name, Place, Result, RoleLine, RoleStore};

/// A role store in memory.
#[derive(Default)]
pub(crate) struct Roles {
    pub(crate) rows: Mutex<Vec<RoleLine>>,
    pub(crate) down: AtomicBool,
}

impl Roles {
    pub(crate) fn with(rows: Vec<RoleLine>) -> Arc<Self> {
        Arc::new(Self {
            rows: Mutex::new(rows),
            down: AtomicBool::new(false),
        })
    }

    pub(crate) fn rows(&self) -> Vec<RoleLine> {
        self.rows.lock().unwrap().clone()
    }

    pub(crate) fn switch_off(&self) {
        self.down.store(true, Ordering::SeqCst);
    }

    fn check(&self) -> Result<()> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Store, "the store is down"));
        }
        Ok(())
    }
}

impl RoleStore for Roles {
    fn role_lines(&self) -> Result<Vec<RoleLine>> {
        self.check()?;
        Ok(self.rows())
    }

    fn add_role_lines(&self, lines: &[RoleLine]) -> Result<usize> {
        self.check()?;
        let mut rows = self.rows.lock().unwrap();
        let before = rows.len();
        for line in lines {
            if !rows.contains(line) {
                rows.push(line.clone());
            }
        }
        Ok(rows.len() - before)
    }

    fn remove_role_lines(&self, lines: &[RoleLine]) -> Result<usize> {
        self.check()?;
        let mut rows = self.rows.lock().unwrap();
        let before = rows.len();
        rows.retain(|row| !lines.contains(row));
        Ok(before - rows.len())
    }
}

/// A line written as in a Casbin file.
pub(crate) fn line(text: &str) -> RoleLine {
    let mut values = text.split(", ").map(str::to_owned);
    RoleLine {
        kind: values.next().unwrap(),
        values: values.collect(),
    }
}

pub(crate) fn lines(texts: &[&str]) -> Vec<RoleLine> {
    texts.iter().map(|text| line(text)).collect()
}

pub(crate) fn names(names: &[&str]) -> Vec<Name> {
    names.iter().map(|name| Name::from(*name)).collect()
}

pub(crate) fn origin(name: &str, row: u32) -> Origin {
    Origin {
        name: name.into(),
        place: Place {
            file: "sales.guard".into(),
            line: row,
            column: 1,
            start: 0,
            end: 1,
        },
    }
}

/// An active skill on `Quote` that updates.
pub(crate) fn skill(name: &str, allow: &[&str]) -> Skill {
    Skill {
        origin: origin(name, 7),
        title: name.to_owned(),
        verb: Verb::Update,
        entities: names(&["Quote"]),
        impact: 5,
        allow: names(allow),
        models: Vec::new(),
        limits: Vec::new(),
        budgets: Vec::new(),
        status: SkillStatus::Active,
    }
}

pub(crate) fn policy(skills: Vec<Skill>) -> Policy {
    let mut policy = Policy::empty();
    for skill in skills {
        policy
            .skills
            .insert(skill.origin.name.clone(), Arc::new(skill));
    }
    policy
}

/// `quote.draft` for SALES_REP and SALES_MANAGER, `quote.approve` for SALES_MANAGER.
pub(crate) fn sales() -> Policy {
    policy(vec![
        skill("quote.draft", &["SALES_REP", "SALES_MANAGER"]),
        skill("quote.approve", &["SALES_MANAGER"]),
    ])
}

pub(crate) fn rbac(rows: &[&str]) -> Rbac {
    Rbac::load(Roles::with(lines(rows)), &sales()).unwrap()
}

pub(crate) fn index(rows: &[&str]) -> AccessIndex {
    rbac(rows).index().unwrap()
}

pub(crate) fn access(index: &AccessIndex, tenant: &str, role: &str, skill: &str) -> Access {
    index.access(tenant, &names(&[role]), skill)
}

pub(crate) fn allowed(role: &str) -> Access {
    Access::Allowed { role: role.into() }
}

pub(crate) fn denied(role: &str) -> Access {
    Access::Denied { role: role.into() }
}
