//! Why the guard refused, or asked for an approval: a code, a sentence, and the line of policy.

use std::fmt;

use crate::diagnostic::Place;
use crate::value::Name;

/// Why: a stable code, a sentence, and the line of policy it came from.
///
/// INVARIANT: the sentence shows no value that the principal may not see.
#[derive(Clone, PartialEq, Eq)]
pub struct Reason {
    code: Name,
    message: String,
    /// The message before values were filled in; none when there are none in it.
    template: Option<String>,
    rule: Name,
    place: Place,
    shadow: bool,
}

impl Reason {
    /// A reason with a code in capitals, such as `SKILL_SUSPENDED`, and a sentence.
    #[must_use]
    pub fn new(code: impl Into<Name>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            template: None,
            rule: Name::from(""),
            place: Place::default(),
            shadow: false,
        }
    }

    /// Names the rule, grant or skill it came from, and its place.
    #[must_use]
    pub fn from_policy(mut self, rule: Name, place: Place) -> Self {
        self.rule = rule;
        self.place = place;
        self
    }

    /// Gives the message before values were filled in.
    #[must_use]
    pub(crate) fn with_template(mut self, template: &str) -> Self {
        self.template = (template != self.message).then(|| template.to_owned());
        self
    }

    /// The sentence without any value of the record: for errors, logs and the audit.
    #[must_use]
    pub fn without_values(&self) -> &str {
        self.template.as_deref().unwrap_or(&self.message)
    }

    /// Marks the reason as recorded only (`@shadow`).
    #[must_use]
    pub(crate) fn in_shadow(mut self, shadow: bool) -> Self {
        self.shadow = shadow;
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The rule's name; empty when no rule is behind it.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The line of policy.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Whether it is recorded only and changed nothing.
    #[must_use]
    pub fn is_shadow(&self) -> bool {
        self.shadow
    }
}

impl Reason {
    fn write(&self, f: &mut fmt::Formatter<'_>, sentence: &str) -> fmt::Result {
        write!(f, "{}: {sentence}", self.code)?;
        match (self.rule.is_empty(), self.place.is_known()) {
            (true, false) => Ok(()),
            (true, true) => write!(f, " ({})", self.place),
            (false, false) => write!(f, " ({})", self.rule),
            (false, true) => write!(f, " ({} at {})", self.rule, self.place),
        }
    }
}

impl fmt::Display for Reason {
    /// `CODE: sentence (rule at file:line)`, for the principal: with the values it may see.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &self.message)
    }
}

impl fmt::Debug for Reason {
    /// As `Display`, without values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, self.without_values())
    }
}
