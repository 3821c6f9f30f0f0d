//! One state of policy, permissions, roles and skills, swapped as a whole.
//!
//! Each step of an operation is decided by the snapshot that is in force when it begins. The plan cache belongs
//! to the snapshot, so a swap forgets every plan at once and none can mix two states.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::data::{PermissionQuery, Permissions, has_personal_ids};
use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use crate::error::Result;
use crate::plan::{Plan, PlanInput, PlanKey, PlanQuery};
use crate::policy::{Policy, Skill, Verb};
use crate::principal::Principal;
use crate::reason::Reason;
use crate::request::Request;
use crate::skills::{AccessIndex, Rbac, Registry, admit, model_allowed};
use crate::stored_rows::{EVERY, FieldPermission, Revision, UnreadableRow};
use crate::table_check::{RowTenants, check_names};
use crate::tables::AccessTables;
use crate::value::Name;

/// How long a plan lives at most; the source article's cache time.
const PLAN_LIFE: Duration = Duration::from_secs(3_600);
/// How many tenants that operations were on are kept at most.
const MAX_TENANTS: usize = 10_000;
/// Plans kept at most.
const MAX_PLANS: u64 = 10_000;

/// One state of everything plans are made from.
pub(crate) struct Snapshot {
    pub(crate) policy: Arc<Policy>,
    pub(crate) registry: Registry,
    pub(crate) access: AccessIndex,
    pub(crate) revision: Revision,
    /// The same of the shadow policy, which is asked beside this one; its own has none.
    pub(crate) shadow: Option<Arc<Snapshot>>,
    /// The digest of the tables that it was made from.
    pub(crate) tables: Digest,
    /// What is wrong with rows of the tables, whichever tenants there are.
    row_findings: Vec<Diagnostic>,
    row_tenants: RowTenants,
    in_use: Mutex<TenantsInUse>,
    /// Rows by tenant; `*` has those that hold for every tenant.
    permissions: HashMap<Name, Vec<FieldPermission>>,
    unreadable: Vec<UnreadableRow>,
    plans: moka::sync::Cache<PlanKey, Arc<Plan>>,
    /// Plans of people who look at tickets. Apart from `plans`, because nothing here says that the skill
    /// may be used. A skill that the policy no longer has does what the ticket says.
    viewer_plans: moka::sync::Cache<(PlanKey, Verb), Arc<Plan>>,
}

/// The tenants that operations have been on, and which tenants of rows look misspelt therefore.
#[derive(Default)]
struct TenantsInUse {
    tenants: BTreeSet<Name>,
    /// None where they are to be looked for again.
    findings: Option<Vec<Diagnostic>>,
}

impl Snapshot {
    /// Brings `policy` and the tables together.
    pub(crate) fn new(policy: Arc<Policy>, tables: &AccessTables) -> Result<Self> {
        let rbac = Rbac::of_lines(&tables.role_lines, &policy)?;
        let access = rbac.index()?;
        let registry = Registry::new(&policy, &tables.skill_statuses).closing(&tables.unreadable);
        let mut permissions: HashMap<Name, Vec<FieldPermission>> = HashMap::new();
        for row in &tables.field_permissions {
            let of_tenant = permissions.entry(row.tenant.clone()).or_default();
            of_tenant.push(row.clone());
        }
        Ok(Self {
            registry,
            access,
            row_findings: [rbac.diagnostics(), &check_names(&policy, tables)].concat(),
            row_tenants: RowTenants::of(tables),
            in_use: Mutex::default(),
            policy,
            revision: tables.revision,
            tables: tables.digest(),
            shadow: None,
            permissions,
            unreadable: tables.unreadable.clone(),
            plans: plan_cache(),
            viewer_plans: plan_cache(),
        })
    }

    /// The same with a shadow policy beside it.
    pub(crate) fn beside(self, shadow: Option<Self>) -> Self {
        Self {
            shadow: shadow.map(Arc::new),
            ..self
        }
    }

    /// The same after another one: operations were on its tenants.
    pub(crate) fn after(self, before: &Self) -> Self {
        let tenants = before.tenants_in_use().tenants.clone();
        let findings = None;
        Self {
            in_use: Mutex::new(TenantsInUse { tenants, findings }),
            ..self
        }
    }

    /// The tenants that operations have been on: those that plans were made for.
    fn tenants_in_use(&self) -> MutexGuard<'_, TenantsInUse> {
        // Findings are put in as a whole, so this is sound after a panic too.
        let mut in_use = self.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        let before = in_use.tenants.len();
        if before <= MAX_TENANTS {
            let asked = self.plans.iter().map(|(key, _)| key.tenant().clone());
            in_use.tenants.extend(asked);
        }
        if in_use.tenants.len() > before {
            in_use.findings = None;
        }
        in_use
    }

    /// What is wrong with rows of the tables.
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut in_use = self.tenants_in_use();
        let TenantsInUse { tenants, findings } = &mut *in_use;
        // Of too many it is not known which others there are.
        let none = BTreeSet::new();
        let known = if tenants.len() <= MAX_TENANTS {
            tenants
        } else {
            &none
        };
        let tenants = findings.get_or_insert_with(|| self.row_tenants.check(known));
        [&self.row_findings[..], &tenants[..]].concat()
    }

    /// Whether the skill is in use, one of the roles may use it, the model is one it names, and on which
    /// entity it is: the one decision about this, for the policy in force and for a shadow policy, at the
    /// beginning of an operation and at its steps. Limits are not asked here.
    ///
    /// # Errors
    /// The reason why not, as of [`admit`].
    pub(crate) fn admit(&self, request: &Request<'_>) -> Result<Arc<Plan>, Reason> {
        let principal = &*request.principal;
        let asked = request.entity.as_deref();
        let skill = self.registry.find(principal.tenant(), &request.skill)?;
        let query = |entity| PlanQuery {
            tenant: principal.tenant(),
            roles: principal.roles(),
            skill: &request.skill,
            entity,
            context: &request.context,
        };
        // A plan is there only for those who may use the skill.
        let known = skill.entity_for(asked).map(query);
        if let Some(plan) = known.and_then(|query| self.plans.get(&query)) {
            model_allowed(&skill, principal)?;
            return Ok(plan);
        }
        let (registry, access) = (&self.registry, &self.access);
        let admission = admit(registry, access, principal, &request.skill, asked)?;
        let (entity, roles) = (&admission.entity, &admission.roles);
        let query = query(entity);
        let key = query.key();
        let plan = Arc::new(Plan::new(PlanInput {
            policy: &self.policy,
            permissions: self.permissions(principal, roles, entity, &request.context),
            skill: admission.skill,
            query,
        }));
        self.plans.insert(key, plan.clone());
        Ok(plan)
    }

    /// The plan by which a ticket's card shows a record to `principal`. It says what may be seen, and not
    /// that the skill may be used.
    pub(crate) fn viewer_plan(
        &self,
        principal: &Principal,
        skill: &Arc<Skill>,
        entity: &Name,
        context: &Name,
    ) -> Arc<Plan> {
        let query = PlanQuery {
            tenant: principal.tenant(),
            roles: principal.roles(),
            skill: &skill.origin.name,
            entity,
            context,
        };
        self.viewer_plans.get_with((query.key(), skill.verb), || {
            let effective = self.access.closure(query.tenant, query.roles);
            Arc::new(Plan::new(PlanInput {
                policy: &self.policy,
                permissions: self.permissions(principal, &effective, entity, context),
                skill: skill.clone(),
                query,
            }))
        })
    }

    /// What `principal`, with these roles in effect, may see of an entity in a context.
    pub(crate) fn permissions(
        &self,
        principal: &Principal,
        effective: &[Name],
        entity: &Name,
        context: &str,
    ) -> Permissions {
        let rows = self.rows_of(principal.tenant());
        let asked = PermissionQuery {
            policy: &self.policy,
            rows: &rows,
            tenant: principal.tenant(),
            roles: principal.roles(),
            inherited: effective,
            entity,
            context,
        };
        Permissions::closing(&asked, &self.unreadable)
    }

    /// Whether identifiers of an entity are personal data in a tenant. Those of an entity that the policy
    /// does not declare count as such: it may have declared them when they were stored.
    pub(crate) fn has_personal_ids(&self, tenant: &Name, entity: &Name) -> bool {
        let rows = self.rows_of(tenant);
        let asked = PermissionQuery {
            policy: &self.policy,
            rows: &rows,
            tenant,
            roles: &[],
            inherited: &[],
            entity,
            context: "",
        };
        !self.policy.entities.contains_key(entity) || has_personal_ids(&asked, &self.unreadable)
    }

    /// The rows that hold for a tenant: its own, and those of every tenant.
    fn rows_of(&self, tenant: &str) -> Cow<'_, [FieldPermission]> {
        let of = |tenant: &str| self.permissions.get(tenant).map_or(&[][..], Vec::as_slice);
        match (of(tenant), of(EVERY)) {
            (own, []) => Cow::Borrowed(own),
            ([], shared) => Cow::Borrowed(shared),
            (own, shared) => Cow::Owned([own, shared].concat()),
        }
    }

    pub(crate) fn digest(&self) -> Digest {
        self.policy.digest
    }
}

fn plan_cache<K>() -> moka::sync::Cache<K, Arc<Plan>>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
{
    moka::sync::Cache::builder()
        .max_capacity(MAX_PLANS)
        .time_to_live(PLAN_LIFE)
        .build()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::policy::{Origin, SkillStatus};

    fn skill(verb: Verb) -> Arc<Skill> {
        Arc::new(Skill {
            origin: Origin {
                name: "s".into(),
                ..Origin::default()
            },
            title: String::new(),
            verb,
            entities: vec!["E".into()],
            impact: 5,
            allow: vec!["USER".into()],
            models: Vec::new(),
            limits: Vec::new(),
            budgets: Vec::new(),
            status: SkillStatus::Active,
        })
    }

    /// Compiling a plan takes time with the number of rules, so a page of cards must not do it for each.
    #[test]
    fn cards_of_one_reader_share_a_plan() {
        let tables = AccessTables::default();
        let snapshot = Snapshot::new(Arc::new(Policy::empty()), &tables).unwrap();
        let reader = Principal::user("acme", "u-1").role("MANAGER");
        let plan = |reader: &Principal, verb, context: &str| {
            snapshot.viewer_plan(reader, &skill(verb), &"E".into(), &context.into())
        };
        let first = plan(&reader, Verb::Update, "chat");
        let same = |other: &Arc<Plan>| Arc::ptr_eq(&first, other);
        assert!(same(&plan(&reader, Verb::Update, "chat")));
        assert!(!same(&plan(&reader, Verb::Delete, "chat")));
        assert!(!same(&plan(&reader, Verb::Update, "mail")));
        let more = reader.clone().role("FINANCE");
        assert!(!same(&plan(&more, Verb::Update, "chat")));
        // Being shown a card is no leave to use the skill.
        let request = Request::new(&reader, "s").entity("E").context("chat");
        assert!(snapshot.admit(&request).is_err());
    }
}
