//! One state of policy, permissions, roles and skills, swapped as a whole.
//!
//! Each step of an operation is decided by the snapshot that is in force when it begins. The plan cache belongs
//! to the snapshot, so a swap forgets every plan at once and none can mix two states.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::data::{PermissionQuery, Permissions};
use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::plan::{Plan, PlanInput, PlanKey, PlanQuery, entity_of};
use crate::policy::Policy;
use crate::principal::Principal;
use crate::reason::Reason;
use crate::request::Request;
use crate::skills::{AccessIndex, Rbac, Registry, admit, model_allowed};
use crate::stored_rows::{EVERY, FieldPermission, Revision, UnreadableRow};
use crate::table_check::check_names;
use crate::tables::AccessTables;
use crate::value::Name;

/// How long a plan lives at most; the source article's cache time.
const PLAN_LIFE: Duration = Duration::from_secs(3_600);
/// Plans kept at most.
const MOST_PLANS: u64 = 10_000;

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
    /// What is wrong with rows of the tables.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Rows by tenant; `*` has those that hold for every tenant.
    permissions: HashMap<Name, Vec<FieldPermission>>,
    unreadable: Vec<UnreadableRow>,
    plans: moka::sync::Cache<PlanKey, Arc<Plan>>,
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
            diagnostics: [rbac.diagnostics(), &check_names(&policy, tables)].concat(),
            policy,
            revision: tables.revision,
            tables: tables.digest(),
            shadow: None,
            permissions,
            unreadable: tables.unreadable.clone(),
            plans: moka::sync::Cache::builder()
                .max_capacity(MOST_PLANS)
                .time_to_live(PLAN_LIFE)
                .build(),
        })
    }

    /// The same with a shadow policy beside it.
    pub(crate) fn beside(self, shadow: Option<Self>) -> Self {
        Self {
            shadow: shadow.map(Arc::new),
            ..self
        }
    }

    /// Whether the skill is in use, one of the roles may use it and the model is one it names; limits
    /// are not asked here.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied) with the reason;
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) when no entity is named and the skill has several.
    pub(crate) fn admit(&self, request: &Request<'_>) -> Result<Arc<Plan>> {
        let principal = &*request.principal;
        let skill = self
            .registry
            .find(principal.tenant(), &request.skill)
            .map_err(Error::denied)?;
        let entity = entity_of(&skill, request.entity.as_ref())?;
        let plan = self
            .plan(principal, &request.skill, &entity, &request.context)
            .map_err(Error::denied)?;
        model_allowed(&plan.skill, principal).map_err(Error::denied)?;
        Ok(plan)
    }

    /// The plan for a principal, skill, entity and context, or why there is none.
    pub(crate) fn plan(
        &self,
        principal: &Principal,
        skill: &Name,
        entity: &Name,
        context: &Name,
    ) -> Result<Arc<Plan>, Reason> {
        let query = PlanQuery {
            tenant: principal.tenant(),
            roles: principal.roles(),
            skill,
            entity,
            context,
        };
        if let Some(plan) = self.plans.get(&query) {
            return Ok(plan);
        }
        let admission = admit(
            &self.registry,
            &self.access,
            principal,
            skill,
            Some(&**entity),
        )?;
        let plan = Arc::new(Plan::new(PlanInput {
            policy: &self.policy,
            permissions: self.permissions(principal, &admission.roles, entity, context),
            skill: admission.skill,
            query,
        }));
        self.plans.insert(query.key(), plan.clone());
        Ok(plan)
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
