//! Field permission worked out the long way, one leaf at a time: no plan, no tree, no merging of
//! tables. The real thing is held equal to it.

use guardrails_core::data::{Access, Mask, Writable};
use guardrails_core::policy::{FieldSet, Grant, Permission, Policy, Sensitivity, WriteScope};
use guardrails_core::process::Truth;
use guardrails_core::{FieldPermission, RolePermission};

use super::world::{CUSTOMER, QUOTE};

/// One case: a policy, rows, and how the conditions come out.
pub(crate) struct Case<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) rows: &'a [FieldPermission],
    pub(crate) assigned: &'a [&'a str],
    pub(crate) inherited: &'a [&'a str],
    pub(crate) truth: &'a dyn Fn(&str) -> Truth,
}

/// What a leaf comes to; none when the record is out of scope.
pub(crate) fn leaf(case: &Case<'_>, path: &str) -> Option<Access> {
    let about: Vec<_> = case
        .policy
        .grants
        .iter()
        .filter(|g| &*g.entity == QUOTE)
        .collect();
    let holding: Vec<_> = about.iter().filter(|grant| holds(case, grant)).collect();
    if !about.is_empty() && holding.is_empty() {
        return None;
    }
    if prefixes(path).iter().any(|p| case.closed(QUOTE, p)) {
        return Some(Access::Hidden);
    }
    let sensitivity = case.sensitivity(path);
    let granted: Vec<Access> = if about.is_empty() {
        let roles = case.roles().into_iter();
        roles
            .filter(|role| prefixes(path).iter().any(|p| case.has_row(QUOTE, p, role)))
            .map(|role| case.narrowed(Access::Read, path, role, sensitivity))
            .collect()
    } else {
        let levels = holding.iter().filter_map(|grant| {
            let access = in_grant(case, grant, path, sensitivity)?;
            Some(case.narrowed(access, path, &grant.role, sensitivity))
        });
        levels.collect()
    };
    let best = granted.into_iter().min_by(|a, b| a.cmp_strictness(b));
    Some(case.inside(best.unwrap_or(Access::Hidden), path, sensitivity))
}

/// How far a field may be written: itself, and everything inside it.
pub(crate) fn writable(case: &Case<'_>, path: &str) -> Writable {
    // Deeper than this nothing speaks of a field by its own path.
    if path.split('.').count() > 4 {
        return Writable::BeyondScope;
    }
    let inside = inside(path).iter();
    let inside = inside.map(|name| writable(case, &format!("{path}.{name}")));
    inside.fold(written(case, path), Writable::min)
}

fn inside(path: &str) -> &'static [&'static str] {
    match path.rsplit('.').next() {
        Some("customer" | "parent") => &["name", "phone", "parent"],
        Some("clauses") => &["text"],
        _ => &[],
    }
}

/// The same of a field alone.
fn written(case: &Case<'_>, path: &str) -> Writable {
    let around = prefixes(path);
    let about = case.policy.grants.iter().filter(|g| &*g.entity == QUOTE);
    let closed = around.iter().any(|path| case.closed(QUOTE, path));
    let by_grants = about.clone().next().is_some();
    let given = match by_grants {
        true => {
            let holding = about
                .filter(|grant| holds(case, grant) && case.rows_let(path, &grant.role))
                .map(|grant| writes(case, grant, path));
            holding.max().unwrap_or(Writable::No)
        }
        false => {
            let roles = case.roles();
            let mut giving = roles.iter().filter(|role| {
                around.iter().any(|path| case.has_row(QUOTE, path, role))
                    && case.rows_let(path, role)
            });
            giving.next().map_or(Writable::No, |_| Writable::Yes)
        }
    };
    match closed || !case.nested_rows_let(path) {
        true => Writable::No,
        false => given,
    }
}

fn writes(case: &Case<'_>, grant: &Grant, path: &str) -> Writable {
    let about = grant.clauses.iter();
    let about = about.filter(|clause| covers(&clause.fields, path));
    let held = |when: Option<&_>| when.map_or(Truth::True, |when| truth(case, when));
    let mut found = Writable::No;
    for clause in about {
        match (&clause.permission, held(clause.when.as_ref())) {
            (Permission::Write(WriteScope::Within), Truth::True) => {
                found = found.max(Writable::Yes);
            }
            (Permission::Write(WriteScope::Beyond), Truth::True) => found = Writable::BeyondScope,
            (Permission::Hide, Truth::True | Truth::Unknown) => return Writable::No,
            _ => {}
        }
    }
    found
}

fn holds(case: &Case<'_>, grant: &Grant) -> bool {
    case.roles().contains(&&*grant.role)
        && (grant.contexts.is_empty() || grant.contexts.iter().any(|c| &**c == "sales"))
        && grant
            .scope
            .as_ref()
            .is_none_or(|s| truth(case, s) == Truth::True)
}

fn truth(case: &Case<'_>, condition: &guardrails_core::policy::Expr) -> Truth {
    match &condition.kind {
        guardrails_core::policy::ExprKind::HasRole(name) => (case.truth)(name),
        _ => Truth::Unknown,
    }
}

fn in_grant(case: &Case<'_>, grant: &Grant, path: &str, level: Sensitivity) -> Option<Access> {
    let mut seen = Vec::new();
    let mut gives = false;
    for clause in grant
        .clauses
        .iter()
        .filter(|clause| covers(&clause.fields, path))
    {
        let held = clause
            .when
            .as_ref()
            .map_or(Truth::True, |when| truth(case, when));
        match (&clause.permission, held) {
            (_, Truth::False) | (Permission::Read | Permission::Write(_), Truth::Unknown) => {}
            (Permission::Read | Permission::Write(_), Truth::True) => {
                gives = true;
                seen.push(Access::Read);
            }
            (Permission::Mask(mask), held) => {
                gives |= held == Truth::True;
                seen.push(Access::Masked(mask.on(level)));
            }
            (Permission::Hide, _) => return Some(Access::Hidden),
            // Gives figures, and nothing of a record.
            (Permission::Aggregate(_), _) => {}
        }
    }
    let strictest = seen.into_iter().max_by(|a, b| a.cmp_strictness(b));
    strictest.filter(|_| gives)
}

fn covers(fields: &FieldSet, path: &str) -> bool {
    let around = prefixes(path);
    match fields {
        FieldSet::Named(names) => names.iter().any(|name| around.contains(&&**name)),
        FieldSet::AllExcept(names) => !names.iter().any(|name| around.contains(&&**name)),
    }
}

/// `a`, `a.b`, `a.b.c`.
pub(crate) fn prefixes(path: &str) -> Vec<&str> {
    let dots = path.match_indices('.').map(|(at, _)| &path[..at]);
    dots.chain([path]).collect()
}

impl<'a> Case<'a> {
    fn roles(&self) -> Vec<&'a str> {
        let mut roles = [self.assigned, self.inherited].concat();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    fn rows(&self, entity: &str, field: &str) -> Vec<&'a FieldPermission> {
        let rows = self.rows.iter();
        rows.filter(|row| &*row.tenant == "acme" && &*row.entity == entity && &*row.field == field)
            .collect()
    }

    fn role_rows(&self, entity: &str, field: &str, role: &str) -> Vec<&'a RolePermission> {
        let rows = self
            .rows(entity, field)
            .into_iter()
            .flat_map(|row| &row.roles);
        rows.filter(|row| &*row.role == role).collect()
    }

    fn has_row(&self, entity: &str, field: &str, role: &str) -> bool {
        !self.role_rows(entity, field, role).is_empty()
    }

    fn closed(&self, entity: &str, field: &str) -> bool {
        self.roles().iter().any(|role| {
            let rows = self.role_rows(entity, field, role);
            rows.iter()
                .any(|row| !row.ai_access_allowed && applies(row) != Some(false))
        })
    }

    fn sensitivity(&self, path: &str) -> Sensitivity {
        let around = prefixes(path).into_iter();
        around.map(|path| self.own_sensitivity(path)).max().unwrap()
    }

    fn own_sensitivity(&self, path: &str) -> Sensitivity {
        let (entity, field) = nested_name(path);
        let declared = &self.policy.entities[entity]
            .field(field)
            .unwrap()
            .sensitivity;
        let stored = [self.rows(QUOTE, path), self.rows(entity, field)].concat();
        let stored = stored.iter().map(|row| match row.sensitivity {
            level @ 1..=5 => Sensitivity::new(level as u8).unwrap(),
            _ => Sensitivity::new(5).unwrap(),
        });
        stored.chain([*declared]).max().unwrap()
    }

    /// Strictness of what one role's rows leave: 0 all, 1 masked, 2 nothing; none without rows.
    fn row_level(&self, entity: &str, field: &str, role: &str) -> Option<u8> {
        let rows = self.role_rows(entity, field, role);
        if rows.is_empty() {
            return None;
        }
        let levels = rows
            .iter()
            .filter_map(|row| match (applies(row), row.access.as_str()) {
                (Some(false), _) => None,
                (Some(true), "READ" | "WRITE") => Some(0),
                (Some(true), "MASKED") => Some(1),
                _ => Some(2),
            });
        Some(levels.max().unwrap_or(2))
    }

    fn narrowed(&self, access: Access, path: &str, role: &str, level: Sensitivity) -> Access {
        let mut roles = vec![role];
        if !self.assigned.contains(&role) {
            roles.extend(self.assigned);
        }
        let worst = roles
            .iter()
            .flat_map(|role| prefixes(path).into_iter().map(move |p| (role, p)))
            .filter_map(|(role, path)| self.row_level(QUOTE, path, role))
            .max();
        lowered(access, worst, level)
    }

    /// Whether one role's rows on a field, if there are some, let it be written.
    fn row_lets(&self, entity: &str, field: &str, role: &str) -> bool {
        let rows = self.role_rows(entity, field, role);
        let counting = |row: &&&RolePermission| applies(row) != Some(false);
        let mut some = rows.iter().filter(counting).peekable();
        let lets = |row: &&RolePermission| applies(row).is_some() && row.access == "WRITE";
        rows.is_empty() || some.peek().is_some() && some.all(lets)
    }

    fn rows_let(&self, path: &str, role: &str) -> bool {
        let mut roles = vec![role];
        if !self.assigned.contains(&role) {
            roles.extend(self.assigned);
        }
        let around = prefixes(path);
        let mut each = roles
            .iter()
            .flat_map(|role| around.iter().map(move |path| (role, path)));
        each.all(|(role, path)| self.row_lets(QUOTE, path, role))
    }

    fn nested_rows_let(&self, path: &str) -> bool {
        prefixes(path).into_iter().skip(1).all(|outer| {
            let (entity, field) = nested_name(outer);
            let mut roles = self.roles().into_iter();
            !self.closed(entity, field) && roles.all(|role| self.row_lets(entity, field, role))
        })
    }

    /// Rows on the nested entities themselves, for every role.
    fn inside(&self, access: Access, path: &str, level: Sensitivity) -> Access {
        let mut worst = None;
        for outer in prefixes(path).into_iter().skip(1) {
            let (entity, field) = nested_name(outer);
            for role in self.roles() {
                worst = worst.max(self.row_level(entity, field, role));
            }
            if self.closed(entity, field) {
                worst = Some(2);
            }
        }
        match (worst, access) {
            (Some(1), Access::Masked(mask)) => {
                let masks = [Access::Masked(mask), Access::Masked(Mask::Default(level))];
                masks
                    .into_iter()
                    .max_by(|a, b| a.cmp_strictness(b))
                    .unwrap()
            }
            (worst, access) => lowered(access, worst, level),
        }
    }
}

fn lowered(access: Access, worst: Option<u8>, level: Sensitivity) -> Access {
    match (worst, access) {
        (Some(2), _) => Access::Hidden,
        (Some(1), Access::Read) => Access::Masked(Mask::Default(level)),
        (_, access) => access,
    }
}

/// The entity and the field that a path ends in.
fn nested_name(path: &str) -> (&str, &str) {
    match path.rsplit_once('.') {
        None => (QUOTE, path),
        Some(("clauses", field)) => ("Clause", field),
        Some((_, field)) => (CUSTOMER, field),
    }
}

/// Whether a row's conditions hold; none when they cannot be read.
fn applies(row: &RolePermission) -> Option<bool> {
    match row.conditions.as_deref() {
        None | Some("{}" | r#"{"ai_context":"sales"}"#) => Some(true),
        Some(r#"{"ai_context":"mail"}"#) => Some(false),
        Some(_) => None,
    }
}
