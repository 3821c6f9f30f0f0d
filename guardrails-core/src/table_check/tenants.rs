//! Tenants of rows: which of them look misspelt.
//!
//! Tenants are the host's, so none is wrong by itself. Reported is what is no name, and a name that is
//! written like another one: like one that operations have been on, where none has been on this one; or
//! like one that more rows, role lines and statuses name, all tables together.

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, help, place};
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::phrase;
use crate::skills::{Line, Quoted, read, table_codes as codes};
use crate::stored_rows::EVERY;
use crate::tables::AccessTables;
use crate::value::Name;

/// How many tenants, the least used first, are compared with the others.
const MAX_COMPARED_TENANTS: usize = 500;

/// The tenants that rows name, with how many rows and lines name each; `*` is none.
#[derive(Debug, Default)]
pub(crate) struct RowTenants(BTreeMap<String, usize>);

/// The tenant that was likely meant, and why.
#[derive(Clone, Copy)]
enum Meant<'a> {
    /// Operations have been on it, and on the one that is written none.
    InUse(&'a str),
    /// More rows name it.
    NamedMore(&'a str),
}

impl RowTenants {
    pub(crate) fn of(tables: &AccessTables) -> Self {
        let mut tenants = Self::default();
        for row in &tables.field_permissions {
            tenants.add(&row.tenant);
        }
        for row in &tables.skill_statuses {
            tenants.add(&row.tenant);
        }
        for line in tables.role_lines.iter().filter_map(|line| read(line).ok()) {
            match line {
                Line::Permission { tenant, .. } | Line::Inheritance { tenant, .. } => {
                    tenants.add(&tenant);
                }
            }
        }
        tenants
    }

    fn add(&mut self, tenant: &str) {
        if tenant != EVERY {
            *self.0.entry(tenant.to_owned()).or_default() += 1;
        }
    }

    /// The tenants that look misspelt; `in_use` has those that operations have been on.
    pub(crate) fn check(&self, in_use: &BTreeSet<Name>) -> Vec<Diagnostic> {
        let mut findings = Findings::default();
        let all = self.0.iter();
        let mut by_use: Vec<_> = all
            .map(|(tenant, count)| (tenant.as_str(), *count))
            .collect();
        by_use.sort_by_key(|(_, count)| *count);
        for (at, (tenant, count)) in by_use.iter().enumerate() {
            let is_odd = tenant.trim() != *tenant || tenant.is_empty() || tenant.contains(EVERY);
            let meant = (at < MAX_COMPARED_TENANTS)
                .then(|| meant_tenant(tenant, *count, &by_use, in_use))
                .flatten();
            if is_odd || meant.is_some() {
                findings.add(|| unknown_tenant(tenant, *count, is_odd, meant));
            }
        }
        findings.finish()
    }
}

fn meant_tenant<'n>(
    tenant: &str,
    count: usize,
    by_use: &[(&'n str, usize)],
    in_use: &'n BTreeSet<Name>,
) -> Option<Meant<'n>> {
    // One letter of two says nothing: `uk` and `us` are both good names.
    if tenant.chars().count() <= 2 || in_use.contains(tenant) {
        return None;
    }
    let is_candidate = |other: &&str| !differ_in_digits(tenant, other);
    let used = in_use.iter().map(|other| &**other).filter(is_candidate);
    let more = by_use.iter().rev().filter(|(_, uses)| *uses > count);
    let more = more.map(|(other, _)| *other).filter(is_candidate);
    nearest(tenant, used)
        .map(Meant::InUse)
        .or_else(|| nearest(tenant, more).map(Meant::NamedMore))
}

/// Whether two names are numbered ones of a series, such as `shop-1` and `shop-2`.
fn differ_in_digits(a: &str, b: &str) -> bool {
    let letters = |name: &str| -> String {
        let mut last_is_digit = false;
        let kept = name.chars().filter_map(|c| {
            let is_digit = c.is_numeric();
            let starts = is_digit && !last_is_digit;
            last_is_digit = is_digit;
            if is_digit {
                starts.then_some('0')
            } else {
                Some(c)
            }
        });
        kept.collect()
    };
    a.contains(char::is_numeric) && letters(a) == letters(b)
}

fn unknown_tenant(
    tenant: &str,
    count: usize,
    is_odd: bool,
    meant: Option<Meant<'_>>,
) -> Diagnostic {
    let tenant = Quoted(tenant);
    let message = match meant {
        _ if is_odd => phrase!(
            "the tenant {tenant} is no name" | "租户 {tenant} 不是名称",
            tenant
        ),
        Some(Meant::InUse(_)) => phrase!(
            "no operation was on the tenant {tenant} so far" | "至今没有租户 {tenant} 的操作",
            tenant
        ),
        _ if count > 1 => phrase!(
            "no more than {count} rows name the tenant {tenant}"
                | "只有 {count} 行提到租户 {tenant}",
            count,
            tenant
        ),
        _ => phrase!(
            "one row alone names the tenant {tenant}" | "只有一行提到租户 {tenant}",
            tenant
        ),
    };
    let meant = meant.map(|(Meant::InUse(meant) | Meant::NamedMore(meant))| meant);
    Diagnostic::warning(codes::TENANT, place("permission rows"), message).help(help(
        meant,
        phrase!("write the tenant's name, or `*` for all" | "写租户的名称，或者写 `*` 表示全部"),
    ))
}
