//! The stage: an empty folder with the company's CRM in one file and the guard's store in another.

use std::path::{Path, PathBuf};

use crm_guardrails::rules::{Bundle, TestReport, compile, run_tests};
use crm_guardrails::{Diagnostic, Error, Guard, Operation, Principal, Request};

use crate::Result;
use crate::data::Crm;

/// What every scene works with.
pub(crate) struct Stage {
    folder: PathBuf,
    pub(crate) crm: Crm,
    pub(crate) guard: Guard,
}

impl Stage {
    /// Fills a new CRM in `folder` and puts the guard in front of it.
    pub(crate) fn set(folder: &Path) -> Result<Self> {
        Ok(Self {
            folder: folder.to_owned(),
            crm: Crm::create(&folder.join("crm.db"))?,
            guard: open_guard(folder)?,
        })
    }

    /// Opens what another process has set up in `folder`.
    pub(crate) fn enter(folder: &Path) -> Result<Self> {
        Ok(Self {
            folder: folder.to_owned(),
            crm: Crm::open(&folder.join("crm.db"))?,
            guard: open_guard(folder)?,
        })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A copilot begins to work for somebody.
    pub(crate) fn begin(&self, who: &Principal, work: &Work) -> Result<Operation, Error> {
        let request = Request::new(who, work.skill)
            .entity(work.entity)
            .context(work.context)
            .purpose(work.purpose);
        self.guard.begin(request)
    }
}

/// What a copilot is asked to do.
pub(crate) struct Work {
    pub(crate) skill: &'static str,
    pub(crate) entity: &'static str,
    pub(crate) context: &'static str,
    pub(crate) purpose: &'static str,
}

/// A seller's copilot rewrites a quote.
pub(crate) const DRAFT: Work = Work {
    skill: "quote.draft",
    entity: "Quote",
    context: "sales_copilot",
    purpose: "follow up on an offer",
};

/// The example's `.guard` files.
const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/crm/policies");

/// What the compiler says of the policies, and how the tests in them come out.
pub(crate) fn policy_tests() -> Result<(Vec<Diagnostic>, TestReport)> {
    let compiled = compile(&Bundle::read(Path::new(POLICIES))?);
    let policy = compiled.policy.ok_or("the policies do not compile")?;
    Ok((compiled.diagnostics, run_tests(&policy, &compiled.tests)))
}

/// A guard over the example's policies, with its store in `folder`.
pub(crate) fn open_guard(folder: &Path) -> Result<Guard> {
    Ok(Guard::builder()
        .policies(POLICIES)
        .store(store_url(folder))
        .open()?)
}

/// Where the guard keeps permissions, tickets and the audit.
pub(crate) fn store_url(folder: &Path) -> String {
    format!("sqlite://{}?mode=rwc", folder.join("guard.db").display())
}
