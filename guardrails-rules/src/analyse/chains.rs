//! Approval chains: what they promise and can never do, and chains that nothing asks for.

use guardrails_core::policy::{
    ApprovalChain, ApprovalStep, EffectKind, LevelEffect, Overdue, Policy,
};
use guardrails_core::{Diagnostic, Name, phrase};

use crate::analyse::codes;

/// Reports steps whose time limit or escalation changes nothing.
pub(super) fn steps(policy: &Policy, out: &mut Vec<Diagnostic>) {
    for chain in policy.approvals.values() {
        for step in &chain.steps {
            out.extend(idle(chain, step));
        }
    }
}

fn idle(chain: &ApprovalChain, step: &ApprovalStep) -> Option<Diagnostic> {
    let (name, within) = (&step.name, step.within?);
    let message = match &step.overdue {
        Overdue::Escalate(role) if *role == step.role => phrase!(
            "step `{name}` escalates to `{role}`, who decide it already"
                | "步骤 `{name}` 升级给 `{role}`，而它本来就由该角色决定",
            name,
            role
        ),
        _ if within >= chain.expires => phrase!(
            "step `{name}` waits as long as the whole ticket, or longer, so it is never overdue"
                | "步骤 `{name}` 的等待时间不短于整张工单，永远不会逾期",
            name
        ),
        _ => return None,
    };
    Some(
        Diagnostic::warning(codes::STEP_NEVER_OVERDUE, step.place.clone(), message).help(phrase!(
            "escalate to another role, or give the step less time than `expires`"
                | "升级给另一个角色，或者让步骤的时间短于 `expires`"
        )),
    )
}

/// Reports chains that no rule, level or script asks for.
pub(super) fn unused(policy: &Policy, out: &mut Vec<Diagnostic>) {
    let mut asked: Vec<&Name> = Vec::new();
    for effect in policy.rules.iter().flat_map(|rule| &rule.effects) {
        match &effect.kind {
            EffectKind::RequireApproval(requirement) => asked.push(&requirement.chain),
            EffectKind::Do(action) => asked.extend(action.chains()),
            _ => {}
        }
    }
    let levels = policy
        .risk
        .thresholds
        .iter()
        .flat_map(|threshold| &threshold.effects);
    for effect in levels {
        if let LevelEffect::RequireApproval { chain, .. } = effect {
            asked.push(chain);
        }
    }
    asked.sort_unstable();
    for chain in policy.approvals.values() {
        let name = &chain.origin.name;
        if asked.binary_search(&name).is_err() {
            let message = phrase!(
                "nothing asks for an approval by `{name}`" | "没有什么要求经 `{name}` 审批",
                name
            );
            out.push(
                Diagnostic::warning(codes::CHAIN_UNUSED, chain.origin.place.clone(), message).help(
                    phrase!(
                        "require it in a rule, or remove the chain"
                            | "在规则里要求它，或者去掉这条审批链"
                    ),
                ),
            );
        }
    }
}
