//! Conditions that nothing can make true.

use guardrails_core::policy::{Expr, ExprKind, Policy, Rule, Verb};
use guardrails_core::{Diagnostic, Place, phrase};

use super::answer::{Reading, ask, satisfiable};
use super::example::Example;
use super::formula::Claim;
use super::scene::{Data, Scene};
use super::truths::Truths;
use crate::analyse::codes;

/// Parts of a condition that are tried in pairs to say which exclude each other.
const PARTS: usize = 24;

/// A condition in the places where it is asked.
struct Asked<'p> {
    policy: &'p Policy,
    entity: &'p str,
    verbs: &'p [Verb],
}

impl<'p> Asked<'p> {
    fn scenes(&self) -> impl Iterator<Item = Scene<'p>> {
        let (policy, entity) = (self.policy, self.entity);
        self.verbs.iter().map(move |verb| Scene {
            policy,
            entity,
            verb: *verb,
        })
    }

    fn is_never(&self, claim: &Claim<'_>) -> bool {
        self.scenes()
            .all(|scene| ask(scene, Data::AsDeclared, claim).is_never())
    }

    /// The parts that already exclude each other, or the whole condition.
    fn culprits<'e>(&self, condition: &'e Expr) -> Vec<&'e Expr> {
        let mut parts = Vec::new();
        conjuncts(condition, &mut parts);
        parts.truncate(PARTS);
        for part in &parts {
            if self.is_never(&Claim::Comes(part, Truths::TRUE)) {
                return vec![part];
            }
        }
        for (at, a) in parts.iter().enumerate() {
            for b in parts.iter().skip(at + 1) {
                let both = [a, b].map(|part| Claim::Comes(part, Truths::TRUE));
                if self.is_never(&Claim::All(both.into())) {
                    return vec![a, b];
                }
            }
        }
        vec![condition]
    }

    /// Where the rule applies all the same, since something cannot be known.
    fn unknown(&self, condition: &Expr) -> Option<Box<Example>> {
        self.scenes().find_map(|scene| {
            let answer = satisfiable(scene, Data::AsDeclared, condition, Reading::Applies);
            match answer {
                super::Answer::Example(example) => Some(example),
                _ => None,
            }
        })
    }
}

/// The parts that must all hold.
pub(super) fn conjuncts<'e>(expr: &'e Expr, out: &mut Vec<&'e Expr>) {
    match &expr.kind {
        ExprKind::All(parts) => parts.iter().for_each(|part| conjuncts(part, out)),
        _ => out.push(expr),
    }
}

/// Whether a rule's condition is true of no operation on data as declared.
pub(super) fn never_holds(policy: &Policy, rule: &Rule) -> bool {
    rule.when.as_ref().is_some_and(|when| {
        let asked = Asked {
            policy,
            entity: &rule.entity,
            verbs: &rule.verbs,
        };
        asked.is_never(&Claim::Comes(when, Truths::TRUE))
    })
}

/// Rules and grants with a condition that nothing makes true.
pub(super) fn findings(policy: &Policy, out: &mut Vec<Diagnostic>) {
    for rule in &policy.rules {
        if never_holds(policy, rule) {
            out.extend(of_rule(policy, rule));
        }
    }
    for grant in &policy.grants {
        let asked = Asked {
            policy,
            entity: &grant.entity,
            verbs: &[Verb::Read],
        };
        let scope = || Claim::comes(grant.scope.as_ref(), Truths::TRUE);
        if let Some(condition) = &grant.scope
            && asked.is_never(&scope())
        {
            let message = phrase!(
                "the grant to `{role}` never holds: nothing makes its `where` true"
                    | "授予 `{role}` 的权限永远不会生效：没有什么能使它的 `where` 成立",
                role = grant.role
            );
            out.push(told(&asked, condition, &condition.place, message));
            continue;
        }
        for condition in grant
            .clauses
            .iter()
            .filter_map(|clause| clause.when.as_ref())
        {
            let both = vec![scope(), Claim::Comes(condition, Truths::TRUE)];
            if asked.is_never(&Claim::All(both)) {
                let message = phrase!(
                    "this clause never holds: nothing makes its `when` true"
                        | "这一条永远不会生效：没有什么能使它的 `when` 成立"
                );
                out.push(told(&asked, condition, &condition.place, message));
            }
        }
    }
}

fn of_rule(policy: &Policy, rule: &Rule) -> Option<Diagnostic> {
    let asked = Asked {
        policy,
        entity: &rule.entity,
        verbs: &rule.verbs,
    };
    let condition = rule.when.as_ref()?;
    let name = &rule.origin.name;
    let message = match asked.unknown(condition) {
        Some(example) => phrase!(
            "the condition of `{name}` is never true: it applies only where something cannot be known, as in {example}"
                | "`{name}` 的条件永远不成立：只有在某些值无法得知时它才适用，例如 {example}",
            name,
            example = *example
        ),
        None => phrase!(
            "`{name}` never applies: nothing makes its condition true"
                | "`{name}` 永远不会适用：没有什么能使它的条件成立",
            name
        ),
    };
    Some(told(&asked, condition, &rule.origin.place, message))
}

fn told(
    asked: &Asked<'_>,
    condition: &Expr,
    place: &Place,
    message: guardrails_core::Phrase,
) -> Diagnostic {
    let mut finding = Diagnostic::warning(codes::NEVER_MATCHES, place.clone(), message);
    finding = match asked.culprits(condition).as_slice() {
        [a, b] => finding
            .note(a.place.clone(), phrase!("where this holds" | "这里成立时"))
            .note(b.place.clone(), phrase!("this does not" | "这里就不成立")),
        [only] if only.place != *place => finding.note(
            only.place.clone(),
            phrase!("this never holds" | "这里永远不成立"),
        ),
        _ => finding,
    };
    finding.help(phrase!(
        "correct the condition, or remove what depends on it" | "改正条件，或者去掉依赖它的内容"
    ))
}
