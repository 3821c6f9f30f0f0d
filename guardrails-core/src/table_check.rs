//! What is wrong with the tables under a policy: rows that were not accepted, and rows that can have no
//! effect because they name what nothing else names.
//!
//! A misspelt restriction restricts nothing, and looks just like one that does. So each name is held
//! against those that the policy and the other rows know, and the nearest is offered. INVARIANT: names
//! are shown, since administrators need them; what `conditions` compare with is not.

mod lines;
mod names;
mod rows;
mod tenants;

use std::collections::BTreeSet;

use self::names::Names;
pub(crate) use self::tenants::RowTenants;
use crate::diagnostic::{Diagnostic, Phrase, Place};
use crate::phrase;
use crate::policy::Policy;
use crate::skills::{Quoted, Rbac, table_codes};
use crate::stored_rows::{Closes, EVERY, RowFault, UnreadableRow};
use crate::tables::AccessTables;
use crate::value::Name;

/// How many findings about rows are listed one by one; role lines have as many of their own.
const MAX_FINDINGS: usize = 100;

/// What is wrong with tables under a policy: errors for what was not accepted, with what it closes, and
/// warnings for what can have no effect. `in_use` has the tenants that operations have been on, as far as
/// that is known: a tenant of a row that is none of them, and is written like one of them, looks misspelt.
#[must_use]
pub fn check_tables(
    policy: &Policy,
    tables: &AccessTables,
    in_use: &BTreeSet<Name>,
) -> Vec<Diagnostic> {
    let mut findings = match Rbac::of_lines(&tables.role_lines, policy) {
        Ok(rbac) => rbac.diagnostics().to_vec(),
        Err(error) => error.diagnostics().to_vec(),
    };
    findings.extend(check_names(policy, tables));
    findings.extend(RowTenants::of(tables).check(in_use));
    findings
}

/// The findings about rows and names alone, without those about tenants, for who has screened the role
/// lines already.
pub(crate) fn check_names(policy: &Policy, tables: &AccessTables) -> Vec<Diagnostic> {
    let names = Names::of(policy, tables);
    let mut findings = Findings::default();
    for row in &tables.unreadable {
        findings.add(|| unreadable(row));
    }
    rows::check(policy, tables, &names, &mut findings);
    lines::check(policy, tables, &names, &mut findings);
    findings.finish()
}

/// Findings, as many as are listed.
#[derive(Default)]
struct Findings {
    listed: Vec<Diagnostic>,
    unlisted: usize,
}

impl Findings {
    fn add(&mut self, finding: impl FnOnce() -> Diagnostic) {
        if self.listed.len() < MAX_FINDINGS {
            self.listed.push(finding());
        } else {
            self.unlisted += 1;
        }
    }

    fn finish(mut self) -> Vec<Diagnostic> {
        if self.unlisted > 0 {
            let message = phrase!(
                "{count} more findings about rows are not listed"
                    | "还有 {count} 条关于行的诊断没有列出",
                count = self.unlisted
            );
            let more = Diagnostic::warning(table_codes::MORE, place("permission rows"), message);
            let help = phrase!("correct the listed rows first" | "先改正已列出的行");
            self.listed.push(more.help(help));
        }
        self.listed
    }
}

fn place(file: &str) -> Place {
    Place {
        file: file.into(),
        ..Place::default()
    }
}

/// The known name that was likely meant, or what else to do.
fn help(meant: Option<&str>, otherwise: Phrase) -> Phrase {
    match meant {
        Some(meant) => {
            phrase!(
                "did you mean {meant}?" | "是否想写 {meant}？",
                meant = Quoted(meant)
            )
        }
        None => otherwise,
    }
}

fn unreadable(row: &UnreadableRow) -> Diagnostic {
    let reason = row.reason();
    let message = match row.fault {
        RowFault::Unreadable => phrase!(
            "row {row} cannot be read: {reason}" | "行 {row} 无法读取：{reason}",
            row = Quoted(&row.row),
            reason
        ),
        RowFault::TenantMismatch => phrase!(
            "row {row} applies in no tenant: {reason}" | "行 {row} 在任何租户都不适用：{reason}",
            row = Quoted(&row.row),
            reason
        ),
    };
    let part = |part: &Option<Name>| Quoted(part.as_deref().unwrap_or(EVERY)).to_string();
    let until = match &row.closes {
        Closes::Fields {
            tenant,
            entity,
            field,
            role,
        } => phrase!(
            "field {field} of {entity} is hidden from role {role} in tenant {tenant}"
                | "租户 {tenant} 的角色 {role} 看不到 {entity} 的字段 {field}",
            field = part(field),
            entity = part(entity),
            role = part(role),
            tenant = part(tenant)
        ),
        Closes::Skills { tenant, skill } => phrase!(
            "skill {skill} is suspended in tenant {tenant}"
                | "租户 {tenant} 的技能 {skill} 暂停使用",
            skill = part(skill),
            tenant = part(tenant)
        ),
    };
    let help = phrase!(
        "correct or restore the row; until then {until}" | "改正或恢复这一行；在此之前{until}",
        until
    );
    Diagnostic::error(table_codes::UNREADABLE, place(&row.table), message).help(help)
}

#[cfg(test)]
mod tests;
