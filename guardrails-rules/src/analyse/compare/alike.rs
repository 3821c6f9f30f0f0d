//! Whether two parts of policies say the same as they are written, names and texts for people aside:
//! what is equal here is asked no question.

use std::fmt::Write as _;

use guardrails_core::Name;
use guardrails_core::policy::{EffectKind, Expr, Rule, Term};

use crate::analyse::atom::shape;

/// A text that two conditions share only when they come to the same always. One that cannot be written
/// so is told by where it is kept, and equals nothing else.
pub(super) fn condition(expr: Option<&Expr>) -> String {
    match expr {
        None => String::new(),
        Some(expr) => shape(expr).unwrap_or_else(|| format!("at {expr:p}")),
    }
}

/// What a rule does, when, and for how long; its name and its texts left out.
pub(super) fn rule(rule: &Rule) -> String {
    let mut out = condition(rule.when.as_ref());
    // INVARIANT: writing to a String cannot fail.
    let _ = write!(out, " {:?} {:?} {:?}", rule.mode, rule.since, rule.until);
    let mut effects: Vec<String> = rule.effects.iter().map(|e| effect(&e.kind)).collect();
    effects.sort();
    out.extend(effects.iter().flat_map(|effect| [" ", effect]));
    out
}

/// What an effect does; codes and texts for people left out.
pub(super) fn effect(kind: &EffectKind) -> String {
    match kind {
        EffectKind::Deny(..) => "deny".to_owned(),
        EffectKind::RequireApproval(required) => format!("ask {:?}", required.chain),
        EffectKind::Mask(field, mask) => format!("mask {field:?} {mask:?}"),
        EffectKind::Hide(field) => format!("hide {field:?}"),
        EffectKind::Risk(points, _) => format!("risk {}", points.normalize()),
        EffectKind::Notify(channel) => format!("notify {channel:?}"),
        EffectKind::Oblige(duty) => format!("oblige {:?} {}", duty.name, terms(&duty.terms)),
        EffectKind::Do(action) if action.text().is_empty() => format!("do {action:p}"),
        EffectKind::Do(action) => format!("do {}", action.text()),
    }
}

/// The particulars of a duty; a text among them counts, since the host gets it.
fn terms(terms: &[(Name, Term)]) -> String {
    let one = |(name, value): &(Name, Term)| format!("{name:?}: {}", term(value));
    let mut all: Vec<String> = terms.iter().map(one).collect();
    all.sort();
    format!("{{ {} }}", all.join(", "))
}

fn term(value: &Term) -> String {
    match value {
        Term::Value(value) => {
            let mut out = String::new();
            value.write_json(&mut out);
            out
        }
        Term::Text(message) => format!("{message:?}"),
        Term::List(items) => {
            let items: Vec<String> = items.iter().map(term).collect();
            format!("[{}]", items.join(", "))
        }
        Term::Object(inner) => terms(inner),
    }
}
