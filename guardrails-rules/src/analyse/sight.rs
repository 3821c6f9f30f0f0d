//! Who can ever see a field: for each role and AI context, in which disguise, and in which case.
//!
//! What the policy says, and no more: permission tables narrow it further, roles that inherit others
//! see what those see, and scripts on reading may refuse. A role is taken alone, as if nobody had
//! another one beside it.

use std::collections::BTreeSet;
use std::sync::Arc;

use guardrails_core::data::Access;
use guardrails_core::policy::{
    EffectKind, Expr, ExprKind, Grant, Mode, Path, Policy, Root, Type, ValueSet, Verb,
};
use guardrails_core::{Name, Place, Value};

use super::answer::{Answer, ask_within};
use super::formula::Claim;
use super::looking::{self, Looking, Restriction};
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

    /// How many AI contexts are told apart.
    pub(crate) fn contexts(&self) -> usize {
        self.named.len() + 1
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
        let from = Viewpoint::new(
            self.policy,
            self.entity,
            role,
            context,
            &self.about,
            &self.named,
        );
        let looking = from.looking(self.field);
        let found = sights_of(&looking, &from.fixed, &mut self.steps).into_iter();
        let sight = |(access, answer, because)| Sight {
            role: role.clone(),
            context: from.context.clone(),
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

/// One role alone in one AI context, and the grants on an entity that it has there.
pub(super) struct Viewpoint<'p> {
    policy: &'p Policy,
    entity: &'p str,
    pub(super) role: &'p Name,
    context: Context,
    grants: Vec<&'p Grant>,
    fixed: Vec<(Expr, Truths)>,
}

/// The viewpoints from which the grants on an entity tell a policy's roles and contexts apart.
pub(super) fn viewpoints<'p>(policy: &'p Policy, entity: &'p str) -> Vec<Viewpoint<'p>> {
    let Sights {
        about, named, left, ..
    } = Sights::new(policy, entity, "");
    left.map(|(role, context)| Viewpoint::new(policy, entity, role, context, &about, &named))
        .collect()
}

impl<'p> Viewpoint<'p> {
    fn new(
        policy: &'p Policy,
        entity: &'p str,
        role: &'p Name,
        context: Context,
        about: &[&'p Grant],
        named: &BTreeSet<&Name>,
    ) -> Self {
        let held = about.iter().copied();
        let grants = held.filter(|grant| grant.role == *role && holds_in(grant, &context));
        Self {
            grants: grants.collect(),
            fixed: fixed(policy, entity, role, &context, named),
            policy,
            entity,
            role,
            context,
        }
    }

    /// The paths that its grants name.
    pub(super) fn named(&self) -> impl Iterator<Item = &'p Name> {
        let clauses = self.grants.iter().flat_map(|grant| &grant.clauses);
        clauses.flat_map(|clause| clause.fields.names())
    }

    pub(super) fn looking<'a>(&self, field: &'a str) -> Looking<'a>
    where
        'p: 'a,
    {
        Looking {
            policy: self.policy,
            entity: self.entity,
            field,
            grants: self.grants.clone(),
            restrictions: restrictions(self.policy, self.entity, field),
        }
    }

    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    /// That the operation is one of this role alone in this context.
    pub(super) fn given(&self) -> Claim<'_> {
        given(&self.fixed)
    }
}

fn given(fixed: &[(Expr, Truths)]) -> Claim<'_> {
    let claims = fixed.iter();
    let claims = claims.map(|(expr, truths)| Claim::Comes(expr, *truths));
    Claim::All(claims.collect())
}

/// What is fixed: the context, where there are several, and that the actor has this role alone.
fn fixed(
    policy: &Policy,
    entity: &str,
    role: &Name,
    context: &Context,
    named: &BTreeSet<&Name>,
) -> Vec<(Expr, Truths)> {
    let context = match context {
        Context::Other if named.is_empty() => None,
        context => Some(in_context(context, named)),
    };
    let asked = roles_asked(policy, entity);
    context
        .into_iter()
        .chain(having_only(role, &asked))
        .collect()
}

pub(super) fn holds_in(grant: &Grant, context: &Context) -> bool {
    match context {
        Context::Named(name) => grant.is_for_context(name),
        Context::Other => grant.contexts.is_empty(),
    }
}

/// That the operation is in this AI context, and in none of the `named` ones where it is another.
pub(super) fn in_context(context: &Context, named: &BTreeSet<&Name>) -> (Expr, Truths) {
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
    match context {
        Context::Named(name) => (among(vec![Value::Text(name.clone())]), Truths::TRUE),
        Context::Other => {
            let names = named.iter().map(|name| Value::Text((*name).clone()));
            (among(names.collect()), Truths::NOT_TRUE)
        }
    }
}

/// That the actor has this role, and no other that is asked for.
pub(super) fn having_only(
    role: &Name,
    asked: &BTreeSet<Name>,
) -> impl Iterator<Item = (Expr, Truths)> {
    asked.iter().map(move |asked| {
        let has = ExprKind::HasRole(asked.clone());
        let truths = match asked == role {
            true => Truths::TRUE,
            false => Truths::FALSE,
        };
        (Expr::new(has, Place::default()), truths)
    })
}

/// The roles that conditions on reading ask for.
pub(super) fn roles_asked(policy: &Policy, entity: &str) -> BTreeSet<Name> {
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
    expr.walk(&mut |node| {
        if let ExprKind::HasRole(role) = &node.kind {
            out.insert(role.clone());
        }
    });
}

fn sights_of(
    looking: &Looking<'_>,
    fixed: &[(Expr, Truths)],
    steps: &mut usize,
) -> Vec<(Access, Answer, Vec<Place>)> {
    let scene = Scene {
        policy: looking.policy,
        entity: looking.entity,
        verb: Verb::Read,
    };
    let given = given(fixed);
    let levels = looking.levels().into_iter();
    levels
        .filter_map(|access| {
            let claim = Claim::All(vec![given.clone(), looking.comes_to(&access)]);
            let answer = ask_within(steps, scene, &claim);
            (!answer.is_never()).then(|| {
                let because = looking.because(&access);
                (access, answer, because)
            })
        })
        .collect()
}

/// What rules on reading make of the field: always-enforced ones that are in force for good.
fn restrictions<'p>(policy: &'p Policy, entity: &str, field: &str) -> Vec<Restriction<'p>> {
    let rules = policy.rules.iter().filter(|rule| {
        *rule.entity == *entity
            && rule.verbs.contains(&Verb::Read)
            && rule.mode == Mode::Enforced
            && rule.since.is_none()
            && rule.until.is_none()
            && rule.table.is_none()
    });
    let mut found = Vec::new();
    for rule in rules {
        for effect in &rule.effects {
            let access = match &effect.kind {
                EffectKind::Deny(..) | EffectKind::RequireApproval(_) => Some(Access::Hidden),
                other => looking::restricted(policy, entity, field, other),
            };
            found.extend(access.map(|access| Restriction {
                access,
                place: rule.origin.place.clone(),
                applies: Claim::comes(rule.when.as_ref(), Truths::APPLIES),
            }));
        }
    }
    found
}
