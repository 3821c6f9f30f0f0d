//! Cedar: one `permit` per line or rule. Requests and entities are made beforehand.

use std::collections::HashSet;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicyId, PolicySet, Request,
    RestrictedExpression,
};

use crate::rules::{self, Rule};
use crate::skills::{Case, LEAD};

/// One `permit` per line; answers by question.
pub fn skills(case: &Case) -> impl FnMut(usize) -> bool + use<> {
    let mut text = String::new();
    for line in &case.lines {
        text += &format!(
            "permit(principal in Role::\"{}\", action == Action::\"use\", resource == Skill::\"{}\");\n",
            line.role, line.skill
        );
    }
    let policies = parsed(&text);
    let entities = entities([
        Entity::with_uid(uid("Role", case.led())),
        Entity::new_no_attrs(uid("Role", LEAD), HashSet::from([uid("Role", case.led())])),
    ]);
    let requests: Vec<Request> = case
        .questions
        .iter()
        .map(|q| {
            request(
                uid("Role", &q.role),
                "use",
                uid("Skill", &q.skill),
                Context::empty(),
            )
        })
        .collect();
    let authorizer = Authorizer::new();
    move |at| {
        let response = authorizer.is_authorized(&requests[at], &policies, &entities);
        response.decision() == Decision::Allow
    }
}

/// One `permit` per rule; those that hold are the reasons of the answer.
pub fn rules(given: &[Rule]) -> impl FnMut() -> usize + use<> {
    let mut text = String::new();
    for rule in given {
        text += &format!(
            "permit(principal, action == Action::\"update\", resource is {})\n\
             when {{ context.amount > {} && principal in [Role::\"{}\", Role::\"{}\"] }};\n",
            rule.entity, rule.above, rule.roles[0], rule.roles[1]
        );
    }
    let policies = parsed(&text);
    let entities = entities([Entity::with_uid(uid("Role", rules::ROLE))]);
    let amount = RestrictedExpression::new_long(rules::AMOUNT);
    let context = Context::from_pairs([("amount".to_owned(), amount)]).expect("a context");
    let record = uid(rules::ENTITY, "q-1");
    let request = request(uid("Role", rules::ROLE), "update", record, context);
    let authorizer = Authorizer::new();
    move || {
        let response = authorizer.is_authorized(&request, &policies, &entities);
        let reasons: Vec<&PolicyId> = response.diagnostics().reason().collect();
        reasons.len()
    }
}

fn parsed(text: &str) -> PolicySet {
    text.parse().expect("cedar takes the policies")
}

fn entities<const N: usize>(given: [Entity; N]) -> Entities {
    Entities::from_entities(given, None).expect("cedar takes the entities")
}

fn request(principal: EntityUid, action: &str, resource: EntityUid, context: Context) -> Request {
    Request::new(principal, uid("Action", action), resource, context, None).expect("a request")
}

fn uid(kind: &str, id: &str) -> EntityUid {
    let kind = kind.parse().expect("a type's name");
    EntityUid::from_type_name_and_id(kind, cedar_policy::EntityId::new(id))
}
