//! The approval chains that one decision waits for, and the text that stands for them outside.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::Name;

/// Joins the names in text; no identifier of the language contains it.
const SEPARATOR: char = '+';

/// Names of approval chains, all of which must agree; none where no approval is needed.
///
/// Stored tickets, the audit and JSON have them as one text, joined by `+`: that is what `Display` and serde
/// write and [`ApprovalChains::parse`] reads.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ApprovalChains(Arc<[Name]>);

impl ApprovalChains {
    /// Reads what `Display` writes. An empty text stands for no chain.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "" => Self::default(),
            text => text.split(SEPARATOR).map(Name::from).collect(),
        }
    }

    /// The names, in the order of the decision: by name.
    #[must_use]
    pub fn names(&self) -> &[Name] {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Name> for ApprovalChains {
    fn from_iter<I: IntoIterator<Item = Name>>(names: I) -> Self {
        Self(names.into_iter().collect())
    }
}

impl fmt::Display for ApprovalChains {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.iter().enumerate() {
            if at > 0 {
                write!(f, "{SEPARATOR}")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ApprovalChains {
    /// As text, in quotation marks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl Serialize for ApprovalChains {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ApprovalChains {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::parse(&text))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_it_is_written() {
        for text in ["", "one", "one+two"] {
            let chains = ApprovalChains::parse(text);
            assert_eq!(chains.to_string(), text);
            assert_eq!(chains.is_empty(), text.is_empty());
            let json = serde_json::to_string(&chains).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            let read: ApprovalChains = serde_json::from_str(&json).unwrap();
            assert_eq!(read, chains);
        }
        assert_eq!(ApprovalChains::parse("one+two").names().len(), 2);
    }
}
