//! What an allow releases: the changes as they were judged, which is what the host applies.
//!
//! A host that applied its own changes could apply something else than what was evaluated, shown to an
//! approver and bound by a ticket. A release is made by the guard alone.

use std::fmt;

use crate::change::Changes;
use crate::policy::Verb;
use crate::value::{Fields, Name};

/// What the host may apply.
///
/// It does: carry each changed field in its declared type, so that the text `"1200.50"` for a decimal is
/// the number, and an instant is RFC 3339 in UTC. It does not: hold a field that the policy does not
/// declare, or one that the principal may not write.
///
/// | declared as | in a release |
/// |---|---|
/// | `int`, `decimal`, `percent`, `money` | a number, without its unit |
/// | `bool` | true or false |
/// | `text`, an enum | a text |
/// | `date` | a text, `2026-03-02` |
/// | `datetime` | a text, RFC 3339 in UTC: `2026-03-02T02:00:00Z` |
/// | `duration` | a number of seconds |
/// | a list, a nested entity | the same, inside |
#[must_use = "a release is what the host applies to the CRM; dropped, the change that was allowed is not made"]
#[derive(Clone, PartialEq, Eq)]
pub struct Release {
    changes: Changes,
}

impl Release {
    /// Releases changes that were judged.
    pub(crate) fn new(changes: Changes) -> Self {
        Self { changes }
    }

    /// The changes to apply.
    #[must_use]
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Create, update or delete.
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.changes.verb()
    }

    /// The entity.
    #[must_use]
    pub fn entity(&self) -> &Name {
        self.changes.entity()
    }

    /// The key of the record to change or remove; none for a new record.
    #[must_use]
    pub fn record(&self) -> Option<Name> {
        match self.verb() {
            Verb::Create => None,
            Verb::Read | Verb::Update | Verb::Delete => self.changes.before().id().ok(),
        }
    }

    /// The fields that get a new value.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        self.changes.fields()
    }

    /// The fields that get a new value, as one canonical JSON object.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.fields().to_json()
    }
}

impl fmt::Debug for Release {
    /// Names only; never a value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<&Name> = self.fields().iter().map(|(name, _)| name).collect();
        f.debug_struct("Release")
            .field("verb", &self.verb())
            .field("entity", self.entity())
            .field("fields", &fields)
            .finish_non_exhaustive()
    }
}
