//! A message once it is known *which* value stands where, and not yet what anybody may see of it.
//!
//! Text with references in braces: `{discount}`, `{old.amount}`, `{clauses[2 of clauses.text].text}`; a
//! literal brace is doubled. A reference to an item carries what the choice of the item depended on,
//! since who may not see that may not learn which item it is. INVARIANT: a template holds no value of
//! the record, so that it may be stored with a ticket.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::dependency::{Dependency, visit_uses};
use super::evaluate::{self, Witness};
use super::message::Reference;
use crate::data::HIDDEN;
use crate::diagnostic::{Language, Phrase};
use crate::facts::written::datum;
use crate::facts::{Datum, Facts};
use crate::phrase;
use crate::policy::{Expr, ExprKind, Message, MessagePart, Path, Root, speaks};
use crate::truth::Truth;
use crate::value::{Name, Value};

/// Stands where there is no value.
pub(super) const MISSING: &str = "‹missing›";
/// Stands where no single item is the reason.
pub(super) const NO_ITEM: &str = "‹…›";

/// A text with places for values, in each language that the policy has it in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Template {
    text: String,
    translations: Vec<(Name, String)>,
    unknown: Vec<UnknownPart>,
}

/// A part of a rule's condition, of those that must all hold, that could not be worked out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct UnknownPart {
    /// What is missing or not readable.
    names: Vec<String>,
    /// What its outcome depended on: who may not see all of it may not learn that it was unknown.
    reads: Vec<String>,
}

/// A template as it is stored: mostly a text, as it was before there were translations.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Text(String),
    Translated {
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        translations: Vec<(String, String)>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unknown: Vec<UnknownPart>,
    },
}

impl Template {
    /// The text in a language; the policy's first text when there is none in it.
    #[must_use]
    pub fn text(&self, language: &str) -> &str {
        let found = self
            .translations
            .iter()
            .find(|(have, _)| speaks(have, language));
        found.map_or(&self.text, |(_, text)| text)
    }

    /// The policy's first text: for whoever reads without a language, such as the audit.
    #[must_use]
    pub fn first(&self) -> &str {
        &self.text
    }

    /// The text in every language.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let translations = self.translations.iter().map(|(_, text)| text.as_str());
        std::iter::once(self.text.as_str()).chain(translations)
    }

    /// The template of a message: references to the record stay references, everything else (who
    /// asks, which skill) is filled in.
    pub(crate) fn bind(message: &Message, when: Option<&Expr>, facts: &Facts<'_>) -> Self {
        let witnesses = when.map_or_else(Vec::new, |when| evaluate::witnesses(when, facts));
        let translations = message.translations.iter().map(|translation| {
            (
                translation.language.clone(),
                bound(&translation.parts, &witnesses, facts),
            )
        });
        Self {
            text: bound(&message.parts, &witnesses, facts),
            translations: translations.collect(),
            unknown: Vec::new(),
        }
    }

    /// The same, which also notes for each reader what could not be worked out of the condition, as far
    /// as that reader may learn it. `names` are those of what is missing or not readable.
    pub(crate) fn noting_unknown(
        mut self,
        when: &Expr,
        names: &[String],
        facts: &Facts<'_>,
    ) -> Self {
        let parts = match &when.kind {
            ExprKind::All(parts) => parts.as_slice(),
            _ => std::slice::from_ref(when),
        };
        let unknown = parts.iter();
        let unknown = unknown.filter(|part| evaluate::holds(part, facts) == Truth::Unknown);
        self.unknown = unknown.map(|part| UnknownPart::of(part, names)).collect();
        self
    }

    /// The text as its reader may see it, what could not be worked out included. `sees` says whether the
    /// reader sees everything at a place.
    pub(super) fn for_reader(&self, sees: &dyn Fn(&Dependency) -> bool) -> Self {
        let seen = |part: &&UnknownPart| {
            let mut reads = part.reads.iter();
            reads.all(|place| sees(&Dependency::parse(place)))
        };
        let mut parts = self.unknown.iter().filter(seen).peekable();
        if parts.peek().is_none() {
            return self.clone();
        }
        let mut names: Vec<String> = Vec::new();
        for name in parts.flat_map(|part| &part.names) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        self.clone().followed_by(&could_not_be_known(&names))
    }

    /// The same with another sentence behind it; a text in a language that the product speaks has it
    /// in that language.
    pub(crate) fn followed_by(mut self, sentence: &Phrase) -> Self {
        self.text.push_str(sentence);
        for (language, text) in &mut self.translations {
            text.push_str(sentence.text(Language::from_tag(language).unwrap_or_default()));
        }
        self
    }

    /// The same, or `otherwise` where it says nothing.
    pub(crate) fn or(self, otherwise: &str) -> Self {
        if self.text.is_empty() {
            Self::from(otherwise)
        } else {
            self
        }
    }
}

impl From<&str> for Template {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Template {
    fn from(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}

impl From<Stored> for Template {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Text(text) => text.into(),
            Stored::Translated {
                text,
                translations,
                unknown,
            } => Self {
                text,
                translations: translations
                    .into_iter()
                    .map(|(language, text)| (language.into(), text))
                    .collect(),
                unknown,
            },
        }
    }
}

impl From<Template> for Stored {
    fn from(template: Template) -> Self {
        let Template {
            text,
            translations,
            unknown,
        } = template;
        if translations.is_empty() && unknown.is_empty() {
            return Self::Text(text);
        }
        let translations = translations
            .into_iter()
            .map(|(language, text)| (language.to_string(), text));
        Self::Translated {
            text,
            translations: translations.collect(),
            unknown,
        }
    }
}

impl UnknownPart {
    fn of(part: &Expr, names: &[String]) -> Self {
        let mut found = Self {
            names: Vec::new(),
            reads: Vec::new(),
        };
        visit_uses(part, &mut Vec::new(), &mut |how, path, lists| {
            let name = path.to_string();
            if names.contains(&name) && !found.names.contains(&name) {
                found.names.push(name);
            }
            let place = Dependency::of(how, path, lists).map(|place| place.to_string());
            let place = place.filter(|place| !found.reads.contains(place));
            found.reads.extend(place);
        });
        found
    }
}

/// That a rule applies since its condition could not be worked out.
pub(super) fn could_not_be_known(names: &[String]) -> Phrase {
    if names.is_empty() {
        return phrase!(
            " (the condition could not be worked out, so the rule applies)"
                | "（条件无法判断，因此规则适用）"
        );
    }
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    let (listed, enumerated) = (names.join(", "), names.join("、"));
    phrase!(
        " ({listed} missing or not readable, so the rule applies)"
            | "（{enumerated} 缺失或无法读取，因此规则适用）",
        listed,
        enumerated
    )
}

fn bound(parts: &[MessagePart], witnesses: &[Option<Witness<'_>>], facts: &Facts<'_>) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            MessagePart::Text(text) => out.push_str(&escaped(text)),
            MessagePart::Value(path) => bind_path(path, witnesses, facts, &mut out),
        }
    }
    out
}

fn bind_path(path: &Path, witnesses: &[Option<Witness<'_>>], facts: &Facts<'_>, out: &mut String) {
    // INVARIANT: writing to a String cannot fail.
    let _ = match path.root {
        Root::Record => write!(out, "{{{}}}", path.keys.join(".")),
        Root::Old => write!(out, "{{old.{}}}", path.keys.join(".")),
        Root::Variable(number) => match witnesses.get(usize::from(number)) {
            Some(Some(witness)) if matches!(witness.list.root, Root::Record | Root::Old) => {
                write!(out, "{{{}}}", Reference::item(witness, &path.keys))
            }
            _ => out.write_str(NO_ITEM),
        },
        // Every rule's sentence is said after the risk is scored; one that may not be told is left out.
        Root::Risk if facts.risk_score.is_none() => out.write_str(HIDDEN),
        _ => match facts.read(path) {
            Datum::Text(text) => out.write_str(&escaped(text)),
            known => {
                let text = datum(known, &path.ty, facts.zone).or_else(|| attribute(path, facts));
                out.write_str(text.as_deref().unwrap_or(MISSING))
            }
        },
    };
}

/// An attribute that is no text: nothing in a message says of which type it is.
fn attribute(path: &Path, facts: &Facts<'_>) -> Option<String> {
    match (path.root, path.keys.as_slice()) {
        (Root::Actor, [name]) => match facts.principal.attributes().value(name)? {
            Value::Number(number) => Some(number.normalize().to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            _ => None,
        },
        _ => None,
    }
}

fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_stored_as_a_text_and_read_back() {
        let plain = Template::from("a {discount}");
        assert_eq!(serde_json::to_string(&plain).unwrap(), "\"a {discount}\"");
        let translated = Template {
            text: "折扣 {discount}".to_owned(),
            translations: vec![("en".into(), "discount {discount}".to_owned())],
            ..Template::default()
        };
        let noted = Template {
            unknown: vec![UnknownPart {
                names: vec!["amount".to_owned()],
                reads: vec!["amount".to_owned(), "old.cost".to_owned()],
            }],
            ..plain.clone()
        };
        for template in [plain, translated, noted] {
            let stored = serde_json::to_string(&template).unwrap();
            let read: Template = serde_json::from_str(&stored).unwrap();
            assert_eq!(read, template);
        }
    }

    #[test]
    fn a_reader_is_met_in_their_language() {
        let template = Template {
            text: "折扣".to_owned(),
            translations: vec![("en".into(), "discount".to_owned())],
            ..Template::default()
        };
        assert_eq!(template.text("en-GB"), "discount");
        assert_eq!(template.text("fr"), "折扣");
        assert_eq!(template.text(""), "折扣");
        let told = template.followed_by(&crate::phrase!(" (unknown)" | "（未知）"));
        assert_eq!(told.first(), "折扣 (unknown)");
    }
}
