//! Who can ever see a field: for each role and AI context, in which disguise, and in which case.
//!
//! What the policy says, and no more: permission tables narrow it further, roles that inherit others
//! see what those see, and scripts on reading may refuse. A role is taken alone, as if nobody had
//! another one beside it.

use std::collections::BTreeSet;
use std::sync::Arc;

use guardrails_core::data::Access;
use guardrails_core::policy::{
    EffectKind, Expr, ExprKind, FieldClause, FieldSet, Grant, Mode, Path, Permission, Policy, Root,
    Rule, Sensitivity, Type, ValueSet, Verb,
};
use guardrails_core::{Name, Place, Value};

use super::answer::{Answer, ask_within};
use super::formula::Claim;
use super::scene::Scene;
use super::truths::Truths;

/// One way in which a role sees a field.
#[derive(Debug, Clone)]
pub struct Sight {
    /// The role.
    pub role: Name,
    /// The AI context.
    pub context: Context,
    /// What is seen.
    pub access: Access,
    /// An example, or why it cannot be told whether there is one. Never [`Answer::Never`]: what cannot
    /// happen is left out.
    pub answer: Answer,
    /// The clauses and rules that lead there; none for what nobody grants.
    pub because: Vec<Place>,
}

/// An AI context, as far as the policy tells them apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Context {
    /// One that a grant names.
    Named(Name),
    /// Any other, or none.
    Other,
}

/// Who can see `field` of `entity`, on data as declared. Nested fields are joined with dots. Empty for
/// an entity that no grant is about: the permission tables alone govern it.
#[must_use]
pub fn who_can_see(policy: &Policy, entity: &str, field: &str) -> Vec<Sight> {
    Sights::new(policy, entity, field).flatten().collect()
}

/// The same, role by role and context by context, as far as the caller asks: each item is all the ways
/// in which one role sees the field in one context, the least strict first.
#[derive(Debug)]
pub struct Sights<'p> {
    policy: &'p Policy,
    entity: &'p str,
    field: &'p str,
    about: Vec<&'p Grant>,
    named: BTreeSet<&'p Name>,
    left: std::vec::IntoIter<(&'p Name, Context)>,
    steps: usize,
}

impl<'p> Sights<'p> {
    /// As [`who_can_see`].
    #[must_use]
    pub fn new(policy: &'p Policy, entity: &'p str, field: &'p str) -> Self {
        let about = policy.grants.iter().map(|grant| &**grant);
        let about: Vec<&Grant> = about.filter(|grant| *grant.entity == *entity).collect();
        let roles: BTreeSet<&Name> = about.iter().map(|grant| &grant.role).collect();
        let named: BTreeSet<&Name> = about.iter().flat_map(|grant| &grant.contexts).collect();
        let contexts = named.iter().map(|name| Context::Named((*name).clone()));
        let contexts: Vec<Context> = contexts.chain([Context::Other]).collect();
        let left: Vec<(&Name, Context)> = roles
            .into_iter()
            .flat_map(|role| contexts.iter().map(move |context| (role, context.clone())))
            .collect();
        Self {
            policy,
            entity,
            field,
            about,
            named,
            left: left.into_iter(),
            steps: usize::MAX,
        }
    }

    /// With so many steps for all of it together, besides those that each question may take. What is
    /// asked when they are used up cannot be told.
    #[must_use]
    pub fn within(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }
}

impl Iterator for Sights<'_> {
    type Item = Vec<Sight>;

    fn next(&mut self) -> Option<Vec<Sight>> {
        let (role, context) = self.left.next()?;
        let held = self.about.iter().copied();
        let held: Vec<&Grant> = held
            .filter(|grant| grant.role == *role && holds_in(grant, &context))
            .collect();
        let looking = Looking {
            policy: self.policy,
            entity: self.entity,
            field: self.field,
            grants: &held,
            fixed: &fixed(self.policy, self.entity, role, &context, &self.named),
        };
        let found = looking.sights(&mut self.steps).into_iter();
        let sight = |(access, answer, because)| Sight {
            role: role.clone(),
            context: context.clone(),
            access,
            answer,
            because,
        };
        Some(found.map(sight).collect())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl ExactSizeIterator for Sights<'_> {}

fn holds_in(grant: &Grant, context: &Context) -> bool {
    let names = |name: &Name| grant.contexts.contains(name);
    grant.contexts.is_empty() || matches!(context, Context::Named(name) if names(name))
}

/// What is fixed: the context, and that the actor has this role and no other.
fn fixed(
    policy: &Policy,
    entity: &str,
    role: &Name,
    context: &Context,
    named: &BTreeSet<&Name>,
) -> Vec<(Expr, Truths)> {
    let read = ExprKind::Path(Path {
        root: Root::Ai,
        keys: vec!["context".into()],
        ty: Type::Text,
    });
    let node = |kind| Expr::new(kind, Place::default());
    let among = |names: Vec<Value>| {
        let set = Arc::new(ValueSet::new("", names));
        node(ExprKind::InSet(Box::new(node(read.clone())), set))
    };
    let mut fixed = Vec::new();
    match context {
        Context::Named(name) => {
            fixed.push((among(vec![Value::Text(name.clone())]), Truths::TRUE));
        }
        Context::Other if named.is_empty() => {}
        Context::Other => {
            let names = named.iter().map(|name| Value::Text((*name).clone()));
            fixed.push((among(names.collect()), Truths::NOT_TRUE));
        }
    }
    for asked in roles_asked(policy, entity) {
        let truths = if asked == *role {
            Truths::TRUE
        } else {
            Truths::FALSE
        };
        fixed.push((node(ExprKind::HasRole(asked)), truths));
    }
    fixed
}

/// The roles that conditions on reading ask for.
fn roles_asked(policy: &Policy, entity: &str) -> BTreeSet<Name> {
    let mut asked = BTreeSet::new();
    for grant in policy
        .grants
        .iter()
        .filter(|grant| *grant.entity == *entity)
    {
        let whens = grant
            .clauses
            .iter()
            .filter_map(|clause| clause.when.as_ref());
        grant
            .scope
            .iter()
            .chain(whens)
            .for_each(|expr| has_roles(expr, &mut asked));
    }
    for rule in policy.rules.iter().filter(|rule| *rule.entity == *entity) {
        rule.when
            .iter()
            .for_each(|when| has_roles(when, &mut asked));
    }
    asked
}

fn has_roles(expr: &Expr, out: &mut BTreeSet<Name>) {
    if let ExprKind::HasRole(role) = &expr.kind {
        out.insert(role.clone());
    }
    expr.children()
        .into_iter()
        .for_each(|child| has_roles(child, out));
}

/// One role in one context.
struct Looking<'p> {
    policy: &'p Policy,
    entity: &'p str,
    field: &'p str,
    grants: &'p [&'p Grant],
    fixed: &'p [(Expr, Truths)],
}

impl<'p> Looking<'p> {
    fn sights(&self, steps: &mut usize) -> Vec<(Access, Answer, Vec<Place>)> {
        let mut all: Vec<Access> = vec![Access::Hidden];
        let granted = self.grants.iter().flat_map(|grant| self.clauses(grant));
        let granted = granted.map(|(access, _)| access);
        let restricted = self.restrictions().into_iter().map(|(access, _)| access);
        for access in granted.chain(restricted) {
            if !all.contains(&access) {
                all.push(access);
            }
        }
        all.sort_by(Access::cmp_strictness);
        all.into_iter()
            .filter_map(|access| {
                let claim = Claim::All(vec![self.given(), self.comes_to(&access)]);
                let answer = ask_within(steps, self.scene(), &claim);
                (!answer.is_never()).then(|| {
                    let because = self.because(&access);
                    (access, answer, because)
                })
            })
            .collect()
    }

    fn scene(&self) -> Scene<'p> {
        Scene {
            policy: self.policy,
            entity: self.entity,
            verb: Verb::Read,
        }
    }

    fn given(&self) -> Claim<'_> {
        let fixed = self.fixed.iter();
        Claim::All(
            fixed
                .map(|(expr, truths)| Claim::Comes(expr, *truths))
                .collect(),
        )
    }

    /// The field's access comes to exactly this, grants and rules together.
    fn comes_to(&self, access: &Access) -> Claim<'_> {
        if *access == Access::Hidden {
            return self.shown_less_strictly(None).negated();
        }
        let not_stricter = self.shown_less_strictly(Some(access));
        let less = self.shown_below(access).negated();
        Claim::All(vec![not_stricter, less])
    }

    /// It is seen, and not more strictly than this.
    fn shown_less_strictly(&self, most: Option<&Access>) -> Claim<'_> {
        self.seen(|access| {
            *access != Access::Hidden && most.is_none_or(|most| access.cmp_strictness(most).is_le())
        })
    }

    fn shown_below(&self, access: &Access) -> Claim<'_> {
        self.seen(|other| other.cmp_strictness(access).is_lt())
    }

    /// What grants and rules come to passes the test; the test must hold of whatever is less strict
    /// than what it holds of.
    fn seen(&self, passes: impl Fn(&Access) -> bool) -> Claim<'_> {
        let mut claims = vec![Claim::Any(
            self.grants
                .iter()
                .map(|grant| self.granted(grant, &passes))
                .collect(),
        )];
        for (access, rule) in self.restrictions() {
            if !passes(&access) {
                claims.push(Claim::comes(rule.when.as_ref(), Truths::APPLIES).negated());
            }
        }
        Claim::All(claims)
    }

    /// Some clause of the grant surely gives the field, and the strictest that may count passes. What
    /// shows must hold; what disguises counts where it is unknown, too.
    fn granted<'a>(&'a self, grant: &'a Grant, passes: &impl Fn(&Access) -> bool) -> Claim<'a> {
        let mut claims = vec![Claim::comes(grant.scope.as_ref(), Truths::TRUE)];
        let mut some = Vec::new();
        for (access, clause) in self.clauses(grant) {
            let counts = match access {
                Access::Read => Truths::TRUE,
                Access::Masked(_) | Access::Hidden => Truths::APPLIES,
            };
            if passes(&access) {
                some.push(Claim::comes(clause.when.as_ref(), Truths::TRUE));
            } else {
                claims.push(Claim::comes(clause.when.as_ref(), counts).negated());
            }
        }
        claims.push(Claim::Any(some));
        Claim::All(claims)
    }

    /// The clauses of a grant on the field, with what each gives.
    fn clauses<'g>(&self, grant: &'g Grant) -> Vec<(Access, &'g FieldClause)> {
        let sensitivity = self.sensitivity();
        grant
            .clauses
            .iter()
            .filter(|clause| self.covers(&clause.fields))
            .filter_map(|clause| {
                let access = match &clause.permission {
                    Permission::Read | Permission::Write => Access::Read,
                    Permission::Mask(mask) => Access::Masked(mask.on(sensitivity)),
                    Permission::Hide => Access::Hidden,
                    // Shows nothing of a record, and takes nothing away.
                    Permission::Aggregate(_) => return None,
                };
                Some((access, clause))
            })
            .collect()
    }

    fn covers(&self, fields: &FieldSet) -> bool {
        let mut around = and_around(self.field);
        match fields {
            FieldSet::Named(names) => around.any(|path| names.iter().any(|name| **name == *path)),
            FieldSet::AllExcept(except) => {
                around.all(|path| except.iter().all(|name| **name != *path))
            }
        }
    }

    /// What rules on reading make of the field: always-enforced ones that are in force for good.
    fn restrictions(&self) -> Vec<(Access, &'p Rule)> {
        let mut found = Vec::new();
        let rules = self.policy.rules.iter().filter(|rule| {
            *rule.entity == *self.entity
                && rule.verbs.contains(&Verb::Read)
                && rule.mode == Mode::Enforced
                && rule.since.is_none()
                && rule.until.is_none()
                && rule.table.is_none()
        });
        for rule in rules {
            for effect in &rule.effects {
                let access = match &effect.kind {
                    EffectKind::Deny(..) | EffectKind::RequireApproval(_) => Access::Hidden,
                    EffectKind::Hide(name) if self.is_about(name) => Access::Hidden,
                    EffectKind::Mask(name, mask) if self.is_about(name) => {
                        Access::Masked(mask.on(self.sensitivity()))
                    }
                    _ => continue,
                };
                found.push((access, &**rule));
            }
        }
        found
    }

    fn is_about(&self, name: &Name) -> bool {
        and_around(self.field).any(|path| **name == *path)
    }

    fn because(&self, access: &Access) -> Vec<Place> {
        let mut places: Vec<Place> = self
            .grants
            .iter()
            .flat_map(|grant| self.clauses(grant))
            .filter(|(given, _)| given == access)
            .map(|(_, clause)| clause.place.clone())
            .collect();
        let rules = self.restrictions().into_iter();
        places.extend(
            rules
                .filter(|(made, _)| made == access)
                .map(|(_, rule)| rule.origin.place.clone()),
        );
        places
    }

    /// The highest sensitivity on the way to the field.
    fn sensitivity(&self) -> Sensitivity {
        let mut highest = Sensitivity::PUBLIC;
        let mut at: Option<Name> = Some(self.entity.into());
        for key in self.field.split('.') {
            let entity = at.and_then(|name| self.policy.entities.get(&name));
            let Some(field) = entity.and_then(|entity| entity.field(key)) else {
                return highest;
            };
            highest = highest.max(field.sensitivity);
            at = inner(&field.ty);
        }
        highest
    }
}

fn inner(ty: &Type) -> Option<Name> {
    match ty {
        Type::Entity(name) => Some(name.clone()),
        Type::List(item) => inner(item),
        _ => None,
    }
}

/// A path and the paths around it: `a.b`, `a`.
fn and_around(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| {
        path.rsplit_once('.').map(|(outer, _)| outer)
    })
}
