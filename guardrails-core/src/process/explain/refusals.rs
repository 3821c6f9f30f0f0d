//! What refused before any rule was asked, and what would pass: at the beginning, on a read, and of
//! a proposal.

use super::basis::Basis;
use super::fields::fields;
use super::nothing;
use crate::data::{Access, ClauseEffect, FieldTable, HIDDEN, StaticTruth, shown_in_grant};
use crate::decision::Decision;
use crate::diagnostic::Phrase;
use crate::error::Error;
use crate::explanation::{Explanation, Refusal};
use crate::outcome_kind::OutcomeKind;
use crate::phrase;
use crate::policy::{Expr, Grant, Path, Sensitivity, Skill};
use crate::principal::Principal;
use crate::reason::Reason;
use crate::snapshot::Snapshot;
use crate::value::Name;
use crate::verdict::Verdict;

/// Who was refused, and what.
pub(crate) struct Refused<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) principal: &'a Principal,
    pub(crate) skill: &'a str,
    pub(crate) entity: &'a str,
    pub(crate) context: &'a str,
}

/// Explains why an operation did not begin, or a record was not shown.
pub(crate) fn explain_refusal(refused: &Refused<'_>, error: &Error) -> Explanation {
    if let Some(basis) = error.basis() {
        return basis.explain(error.reasons());
    }
    let refusals = error.reasons().iter().map(|reason| Refusal {
        code: reason.code().into(),
        message: reason.without_values().to_owned(),
        source: if reason.place().is_known() {
            reason.place().to_string()
        } else {
            String::new()
        },
        remedy: refused.remedy(reason),
    });
    Explanation {
        reasons: error.reasons().to_vec(),
        refusals: refusals.collect(),
        ..nothing(OutcomeKind::Deny, refused.snapshot.digest())
    }
}

/// Explains what of a record is shown.
pub(crate) fn explain_view(table: &FieldTable, snapshot: &Snapshot) -> Explanation {
    Explanation {
        fields: fields(table, table, &[]),
        ..nothing(OutcomeKind::Allow, snapshot.digest())
    }
}

impl Refused<'_> {
    fn remedy(&self, reason: &Reason) -> Phrase {
        let skill = self.snapshot.policy.skills.get(self.skill);
        match (reason.code(), skill) {
            ("SKILL_NOT_PERMITTED", Some(skill)) => permitted(skill),
            ("SKILL_DENIED", _) => phrase!(
                "the role line that denies the skill taken back by an administrator"
                    | "由管理员撤销禁止该技能的角色规则"
            ),
            ("SKILL_NOT_REGISTERED", _) => {
                phrase!("a skill that the policy registers" | "使用策略中已登记的技能")
            }
            ("SKILL_DRAFT" | "SKILL_SUSPENDED" | "SKILL_RETIRED", _) => {
                phrase!("the skill made active by an administrator" | "由管理员启用该技能")
            }
            ("MODEL_NOT_ALLOWED", Some(skill)) => {
                let models = skill.models.join(", ");
                phrase!(
                    "one of the models {models}" | "使用以下模型之一：{models}",
                    models
                )
            }
            ("ENTITY_NOT_OF_SKILL" | "SKILL_NEEDS_ENTITY", Some(skill)) => {
                let entities = skill.entities.join(", ");
                phrase!(
                    "one of the entities {entities}" | "使用以下实体之一：{entities}",
                    entities
                )
            }
            ("LIMIT_REACHED" | "BUDGET_SPENT", _) => {
                phrase!("asking again once the window has moved on" | "待时间窗口过后再试")
            }
            ("OUT_OF_SCOPE", _) => self.in_scope(),
            _ => Phrase::default(),
        }
    }

    /// The row scopes of the grants to the principal's roles: policy, and nothing of a record.
    fn in_scope(&self) -> Phrase {
        let principal = self.principal;
        let roles = self
            .snapshot
            .access
            .closure(principal.tenant(), principal.roles());
        let applies = |grant: &&std::sync::Arc<Grant>| {
            let here = |context: &Name| **context == *self.context;
            *grant.entity == *self.entity
                && roles.contains(&grant.role)
                && (grant.contexts.is_empty() || grant.contexts.iter().any(here))
        };
        let grants = self.snapshot.policy.grants.iter().filter(applies);
        let grants: Vec<&Grant> = grants.map(|grant| &**grant).collect();
        let scopes: Vec<String> = grants
            .iter()
            .filter_map(|grant| {
                let scope = grant.scope.as_ref()?;
                let text = match reads_only_shown(scope, &grants) {
                    true => scope.to_string(),
                    false => HIDDEN.to_owned(),
                };
                Some(format!("{text} ({} at {})", grant.role, grant.place))
            })
            .collect();
        let entity = self.entity;
        if scopes.is_empty() {
            return phrase!(
                "a grant on `{entity}` to one of the roles" | "须有授予该角色的 `{entity}` 权限",
                entity
            );
        }
        let scopes = scopes.join(" / ");
        phrase!("a record where {scopes}" | "记录须满足：{scopes}", scopes)
    }
}

/// Whether a row scope reads only fields that one of the grants always shows: a constant beside any
/// other field is a bound on what is hidden in the records that are in scope.
fn reads_only_shown(scope: &Expr, grants: &[&Grant]) -> bool {
    let mut only_shown = true;
    scope.visit_paths(&mut |path| {
        let shown = || grants.iter().any(|grant| always_shows(grant, path));
        only_shown &= !path.root.is_record() || shown();
    });
    only_shown
}

fn always_shows(grant: &Grant, path: &Path) -> bool {
    let path = path.keys.join(".");
    let effects: Vec<(ClauseEffect, StaticTruth)> = grant
        .clauses_on(&path)
        .map(|clause| {
            let effect = ClauseEffect::of(&clause.permission, Sensitivity::PUBLIC);
            (effect, StaticTruth::of(clause.when.as_ref()))
        })
        .collect();
    let effects = effects.iter().map(|(effect, when)| (effect, *when));
    shown_in_grant(effects, |access| *access == Access::Read).grants()
}

fn permitted(skill: &Skill) -> Phrase {
    if skill.allow.is_empty() {
        return phrase!("a role that is permitted the skill" | "须有获准使用该技能的角色");
    }
    let roles = skill.allow.join(", ");
    phrase!(
        "one of the roles {roles}" | "须具有以下角色之一：{roles}",
        roles
    )
}

/// The reasons of a decision that no rule is behind.
pub(super) fn refusals(decision: &Decision, basis: &Basis) -> Vec<Refusal> {
    let from_rule = |reason: &Reason| {
        let said =
            |verdict: &Verdict| *verdict.rule == *reason.rule() && verdict.place == *reason.place();
        reason.rule() == "risk" || decision.verdicts.iter().any(said)
    };
    decision
        .reasons
        .iter()
        .filter(|reason| !from_rule(reason))
        .map(|reason| Refusal {
            code: reason.code().into(),
            message: reason.without_values().to_owned(),
            source: source(reason, basis),
            remedy: remedy(reason, basis),
        })
        .collect()
}

/// The field that a refusal is about: the name in back-ticks at its front.
fn field(reason: &Reason) -> &str {
    let rest = reason.without_values().strip_prefix('`');
    rest.and_then(|rest| rest.split_once('`'))
        .map_or("", |(name, _)| name)
}

fn source(reason: &Reason, basis: &Basis) -> String {
    match reason.code() {
        "FIELD_NOT_WRITABLE" => basis
            .table
            .row_at(field(reason))
            .map_or_else(String::new, |row| row.source().to_string()),
        _ if reason.place().is_known() => reason.place().to_string(),
        _ => String::new(),
    }
}

/// Of something inside a field, which a change replaces as a whole.
fn remedy_inside(whole: &str, basis: &Basis) -> Phrase {
    match basis.table.write_barrier(whole) {
        Some(_) => phrase!(
            "leave all of `{whole}` as it is, which a change replaces as a whole, or act for a role that a grant lets write all of it"
                | "修改会替换整个 `{whole}`：保持它不变，或由获授其全部写权限的角色操作",
            whole
        ),
        None => phrase!(
            "send all of `{whole}` at once, with no fields in it but those that the policy declares"
                | "一次发送整个 `{whole}`，其中只含策略所声明的字段",
            whole
        ),
    }
}

fn remedy(reason: &Reason, basis: &Basis) -> Phrase {
    let entity = &basis.plan.entity;
    match reason.code() {
        "FIELD_NOT_WRITABLE" => {
            let name = field(reason);
            if let Some((whole, _)) = name.split_once(['.', '[']) {
                return remedy_inside(whole, basis);
            }
            phrase!(
                "leave `{name}` as it is, or act for a role that a grant lets write it"
                    | "保持 `{name}` 不变，或由获授写权限的角色操作",
                name
            )
        }
        "FIELD_INVALID" => {
            let name = field(reason);
            phrase!(
                "send `{name}` as the policy declares it" | "按策略声明的类型填写 `{name}`",
                name
            )
        }
        "MASK_WRITTEN_BACK" => {
            let name = field(reason);
            phrase!(
                "send the whole new value of `{name}`, or leave it out of the change"
                    | "发送 `{name}` 完整的新值，或者不修改它",
                name
            )
        }
        "FIELD_DROPS_UNSEEN" => {
            let name = field(reason);
            phrase!(
                "declare what `{name}` holds and let the requester see all of it, or leave it out of the change"
                    | "声明 `{name}` 所含的内容，并让请求者看到其全部；或者不修改它",
                name
            )
        }
        "OUT_OF_SCOPE" => {
            let refused = Refused {
                snapshot: &basis.snapshot,
                principal: &basis.principal,
                skill: &basis.plan.skill.origin.name,
                entity,
                context: &basis.context,
            };
            refused.in_scope()
        }
        "VERB_NOT_OF_SKILL" => {
            let verb = basis.plan.skill.verb.as_str();
            phrase!(
                "a proposal to {verb}, or another skill" | "改为 {verb} 操作，或使用其他技能",
                verb
            )
        }
        code if code.starts_with("TICKET") || code.starts_with("APPROVAL") => phrase!(
            "a ticket that was approved for exactly this change" | "须有针对此次修改的已批准工单"
        ),
        _ => Phrase::default(),
    }
}
