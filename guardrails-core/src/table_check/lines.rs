//! Role lines and skill statuses: roles and skills that nothing else names.

use super::names::Names;
use super::{Findings, help, place};
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::phrase;
use crate::policy::Policy;
use crate::skills::{Line, Quoted, read, role_lines_place, table_codes as codes};
use crate::stored_rows::EVERY;
use crate::tables::AccessTables;

pub(super) fn check(
    policy: &Policy,
    tables: &AccessTables,
    names: &Names,
    findings: &mut Findings,
) {
    for (at, line) in tables.role_lines.iter().enumerate() {
        match read(line) {
            Ok(Line::Permission { role, effect, .. }) => {
                permission(at, &role, effect.is_allow(), names, findings);
            }
            Ok(Line::Inheritance { member, role, .. }) => {
                inheritance(at, &member, &role, names, findings);
            }
            // The screening has told of it.
            Err(_) => {}
        }
    }
    statuses(policy, tables, findings);
}

/// A denial of a role that nothing else names denies nobody. A permission of one may be the first that is
/// said of a role, so it is told only where another name was likely meant.
fn permission(at: usize, role: &str, allows: bool, names: &Names, findings: &mut Findings) {
    let known = names.policy_roles.contains(role)
        || names.row_roles.contains(role)
        || names.is_in_hierarchy(role)
        || (!allows && names.allowed_roles.contains(role));
    let meant = nearest(role, names.policy_roles.iter().map(|role| &**role));
    if !known && (!allows || meant.is_some()) {
        findings.add(|| unknown_role(at, role, meant));
    }
}

fn inheritance(at: usize, member: &str, role: &str, names: &Names, findings: &mut Findings) {
    let is_known = |name: &str| {
        names.is_granted(name)
            || names.row_roles.contains(name)
            || names.denied_roles.contains(name)
    };
    if !is_known(member) && !names.inherited.contains(member) {
        findings.add(|| no_role(at, member, role, nearest(member, names.granted())));
    }
    if !is_known(role) && !names.members.contains(role) {
        findings.add(|| unknown_role(at, role, nearest(role, names.granted())));
    }
}

fn no_role(at: usize, member: &str, role: &str, meant: Option<&str>) -> Diagnostic {
    let message = phrase!(
        "row {row}: {member} is a role nowhere else, so the line gives {role} to nobody"
            | "第 {row} 行：别处没有角色 {member}，所以这一行没有把 {role} 给任何人",
        row = at + 1,
        member = Quoted(member),
        role = Quoted(role)
    );
    Diagnostic::warning(codes::MEMBER, role_lines_place(), message).help(help(
        meant,
        phrase!(
            "name a role; which roles a user has is for the host to say"
                | "写角色；用户有哪些角色由宿主系统决定"
        ),
    ))
}

fn unknown_role(at: usize, role: &str, meant: Option<&str>) -> Diagnostic {
    let message = phrase!(
        "row {row}: nothing else names the role {role}" | "第 {row} 行：别处没有角色 {role}",
        row = at + 1,
        role = Quoted(role)
    );
    Diagnostic::warning(codes::UNKNOWN_ROLE, role_lines_place(), message).help(help(
        meant,
        phrase!("correct the name, or remove the line" | "改正名称，或者删去这一行"),
    ))
}

fn statuses(policy: &Policy, tables: &AccessTables, findings: &mut Findings) {
    for row in &tables.skill_statuses {
        if &*row.skill == EVERY || policy.skills.contains_key(&row.skill) {
            continue;
        }
        findings.add(|| {
            let message = phrase!(
                "the status of {skill} in tenant {tenant}: the policy does not have such a skill"
                    | "租户 {tenant} 中 {skill} 的状态：策略没有这个技能",
                skill = Quoted(&row.skill),
                tenant = Quoted(&row.tenant)
            );
            let meant = nearest(&row.skill, policy.skills.keys().map(|name| &**name));
            Diagnostic::warning(codes::UNKNOWN_SKILL, place("skill statuses"), message).help(help(
                meant,
                phrase!("correct the name, or register the skill" | "改正名称，或者登记这个技能"),
            ))
        });
    }
}
