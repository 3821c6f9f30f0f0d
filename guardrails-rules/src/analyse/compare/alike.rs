//! Whether two parts of policies say the same as they are written, names and texts for people aside:
//! what is equal here is asked no question.

use chrono::NaiveDate;
use guardrails_core::Name;
use guardrails_core::policy::{EffectKind, Expr, Mode, Rule, Term};

/// What a rule does, when, and for how long; its name and its texts left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct RuleMeaning<'p> {
    when: Option<&'p Expr>,
    mode: Mode,
    since: Option<NaiveDate>,
    until: Option<NaiveDate>,
    /// In the order of their texts.
    effects: Vec<String>,
}

impl<'p> RuleMeaning<'p> {
    pub(super) fn of(rule: &'p Rule) -> Self {
        let mut effects: Vec<String> = rule.effects.iter().map(|e| effect(&e.kind)).collect();
        effects.sort();
        Self {
            when: rule.when.as_ref(),
            mode: rule.mode,
            since: rule.since,
            until: rule.until,
            effects,
        }
    }
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
