//! A plan: everything about one kind of operation that does not depend on the record.
//!
//! Made once for (tenant, roles, skill, entity, AI context), immutable, shared. It holds the field
//! permissions with their conditions compiled, the rules that can still hold with their index, and
//! the risk scale. Nothing here knows a user or a record.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;

use crate::data::{Access, FieldTable, Permissions};
use crate::facts::Facts;
use crate::policy::{EffectKind, Expr, Policy, Root, Rule, Skill, Verb};
use crate::process::{
    Compiler, Frame, NearMissIndex, PlanConstants, Predicate, RuleSet, Scale, Slots,
};
use crate::record::ID_FIELD;
use crate::truth::Truth;
use crate::value::Name;
use crate::zone::Zone;

/// What a plan is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlanKey {
    tenant: Name,
    roles: Box<[Name]>,
    skill: Name,
    entity: Name,
    context: Name,
}

/// The same, borrowed, so that a look-up allocates nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlanQuery<'a> {
    pub(crate) tenant: &'a Name,
    /// As the host assigned them, in name order.
    pub(crate) roles: &'a [Name],
    pub(crate) skill: &'a Name,
    pub(crate) entity: &'a Name,
    pub(crate) context: &'a Name,
}

impl PlanKey {
    pub(crate) fn tenant(&self) -> &Name {
        &self.tenant
    }

    fn query(&self) -> PlanQuery<'_> {
        PlanQuery {
            tenant: &self.tenant,
            roles: &self.roles,
            skill: &self.skill,
            entity: &self.entity,
            context: &self.context,
        }
    }
}

impl PlanQuery<'_> {
    pub(crate) fn key(&self) -> PlanKey {
        PlanKey {
            tenant: self.tenant.clone(),
            roles: self.roles.into(),
            skill: self.skill.clone(),
            entity: self.entity.clone(),
            context: self.context.clone(),
        }
    }

    fn same(&self, other: &Self) -> bool {
        self.skill == other.skill
            && self.entity == other.entity
            && self.context == other.context
            && self.tenant == other.tenant
            && self.roles == other.roles
    }
}

impl Hash for PlanKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.query().hash(state);
    }
}

impl Hash for PlanQuery<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.skill.hash(state);
        self.entity.hash(state);
        self.context.hash(state);
        self.tenant.hash(state);
        self.roles.hash(state);
    }
}

impl moka::Equivalent<PlanKey> for PlanQuery<'_> {
    fn equivalent(&self, key: &PlanKey) -> bool {
        self.same(&key.query())
    }
}

/// One plan; see the module.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) skill: Arc<Skill>,
    pub(crate) entity: Name,
    pub(crate) slots: Slots,
    /// In which days and hours are meant.
    pub(crate) zone: Zone,
    /// Rules on what is read.
    pub(crate) on_read: RuleSet,
    /// Rules on what the skill does.
    pub(crate) on_change: RuleSet,
    pub(crate) scale: Scale,
    /// For a skill that creates: what could be written of a new record under the best of conditions.
    pub(crate) most_permissive: Option<Arc<FieldTable>>,
    permissions: Permissions,
    scope_fields: BTreeSet<Name>,
    conditions: Vec<Predicate>,
    tables: ArcSwap<Vec<(Pattern, Arc<FieldTable>)>>,
    near_misses: OnceLock<NearMissIndex>,
}

/// How a plan's conditions came out, two bits each.
type Pattern = u64;
/// More conditions than a pattern holds are worked out anew for each record.
const PATTERN_ROOM: usize = 32;
/// How many tables a plan keeps; a plan has few patterns, and an attacker must not make many.
const MOST_TABLES: usize = 64;

/// What a plan is made from.
pub(crate) struct PlanInput<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) permissions: Permissions,
    pub(crate) skill: Arc<Skill>,
    pub(crate) query: PlanQuery<'a>,
}

impl Plan {
    pub(crate) fn new(input: PlanInput<'_>) -> Self {
        let PlanInput {
            policy,
            permissions,
            skill,
            query,
        } = input;
        let mut compiler = Compiler {
            constants: PlanConstants {
                roles: query.roles,
                tenant: query.tenant,
                context: query.context,
                skill: &skill,
            },
            slots: Slots::default(),
        };
        let conditions = permissions
            .conditions()
            .iter()
            .map(|condition| compiler.predicate(condition))
            .collect();
        let on_read = RuleSet::new(&policy.rules, Verb::Read, query.entity, &mut compiler);
        let on_change = RuleSet::new(&policy.rules, skill.verb, query.entity, &mut compiler);
        let scale = Scale::new(&policy.risk, &mut compiler);
        let slots = compiler.slots;
        let creates = skill.verb == Verb::Create;
        Self {
            most_permissive: creates.then(|| Arc::new(permissions.most_permissive())),
            entity: query.entity.clone(),
            slots,
            zone: policy.zone,
            on_read,
            on_change,
            scale,
            scope_fields: scope_fields(&permissions),
            permissions,
            conditions,
            tables: ArcSwap::default(),
            near_misses: OnceLock::new(),
            skill,
        }
    }

    /// What of a record with these facts may be seen and changed.
    pub(crate) fn table(&self, facts: &Facts<'_>) -> Arc<FieldTable> {
        let frame = Frame::new(facts, &self.slots);
        let pattern = self
            .conditions
            .iter()
            .fold(0, |pattern: Pattern, condition| {
                (pattern << 2) | bits(condition.holds(&frame))
            });
        let cacheable = self.conditions.len() <= PATTERN_ROOM;
        if cacheable
            && let Some((_, table)) = self.tables.load().iter().find(|(have, _)| *have == pattern)
        {
            return table.clone();
        }
        let truths: Vec<Truth> = self
            .conditions
            .iter()
            .map(|condition| condition.holds(&frame))
            .collect();
        let table = Arc::new(self.permissions.table(&truths));
        if cacheable {
            self.keep(pattern, &table);
        }
        table
    }

    /// Whether a record's identifier may stand in clear in the audit and on a card that keeps no record:
    /// it is not personal, and the principal sees it. `table` is what the principal sees of the record;
    /// for none, or one out of reach, every record that the principal may ever reach must show it.
    pub(crate) fn shows_id(&self, table: Option<&FieldTable>) -> bool {
        if self.permissions.has_personal_ids() {
            return false;
        }
        match table.filter(|table| !table.is_out_of_scope()) {
            Some(table) => {
                let row = table.row(ID_FIELD);
                row.is_none_or(|row| *row.access() == Access::Read)
            }
            None => self.permissions.always_shows_ids() && !self.on_read.iter().any(disguises_id),
        }
    }

    /// Whether a record with these facts is in the row scope of some grant.
    pub(crate) fn is_in_scope(&self, facts: &Facts<'_>) -> bool {
        let frame = Frame::new(facts, &self.slots);
        let truth = |at: usize| {
            let condition = self.conditions.get(at);
            condition.map_or(Truth::Unknown, |condition| condition.holds(&frame))
        };
        self.permissions.is_in_scope(truth)
    }

    /// The rules on what the skill does, filed by how near they can be to applying; made when first asked
    /// for. `policy` and `roles` are those that the plan was made for, and of one plan always the same.
    pub(crate) fn near_misses(&self, policy: &Policy, roles: &[Name]) -> &NearMissIndex {
        let new = || NearMissIndex::new(policy, self.skill.verb, &self.entity, roles);
        self.near_misses.get_or_init(new)
    }

    /// Whether a row scope reads a field, so that a change of it may take the record out of scope.
    pub(crate) fn is_read_by_scope(&self, field: &Name) -> bool {
        self.scope_fields.contains(field)
    }

    /// Grants and tables, resolved for the principal.
    pub(crate) fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    /// The scopes and conditions of grants and tables.
    pub(crate) fn conditions(&self) -> &[Expr] {
        self.permissions.conditions()
    }

    /// The table where only some of the conditions can be known.
    pub(crate) fn table_where(
        &self,
        facts: &Facts<'_>,
        is_known: impl Fn(&Expr) -> bool,
    ) -> Arc<FieldTable> {
        let frame = Frame::new(facts, &self.slots);
        let truths = self.conditions.iter().zip(self.conditions());
        let truths = truths.map(|(condition, written)| match is_known(written) {
            true => condition.holds(&frame),
            false => Truth::Unknown,
        });
        Arc::new(self.permissions.table(&truths.collect::<Vec<_>>()))
    }

    fn keep(&self, pattern: Pattern, table: &Arc<FieldTable>) {
        self.tables.rcu(|tables| {
            let mut tables = Vec::clone(tables);
            if tables.len() < MOST_TABLES && tables.iter().all(|(have, _)| *have != pattern) {
                tables.push((pattern, table.clone()));
            }
            tables
        });
    }
}

/// The fields of the record that row scopes read.
fn scope_fields(permissions: &Permissions) -> BTreeSet<Name> {
    let conditions = permissions.conditions();
    let mut fields = BTreeSet::new();
    for scope in permissions.scopes().filter_map(|at| conditions.get(at)) {
        // An item is read through the path of its list.
        scope.visit_paths(&mut |path| match path.root {
            Root::Record | Root::Old => fields.extend(path.keys.first().cloned()),
            _ => {}
        });
    }
    fields
}

/// Whether a rule on reading may hide or mask the identifier.
fn disguises_id(rule: &Arc<Rule>) -> bool {
    rule.effects.iter().any(|effect| match &effect.kind {
        EffectKind::Hide(field) | EffectKind::Mask(field, _) => **field == *ID_FIELD,
        _ => false,
    })
}

fn bits(truth: Truth) -> Pattern {
    match truth {
        Truth::False => 0,
        Truth::Unknown => 1,
        Truth::True => 2,
    }
}
