//! The names of the guard's tables.
//!
//! Tables with common names have a prefix, so that an application's own `audit_log` in the same
//! database stays its own. The tables that reports are written against (`data_field_permission`,
//! `ai_operation_audit` and so on) keep their names.

use std::sync::Arc;

use guardrails_core::{Error, ErrorKind, Result};

/// The prefix unless another is set. Entities and constant SQL are written with it.
pub(crate) const DEFAULT_PREFIX: &str = "guard_";
/// PostgreSQL cuts names at 63 bytes, and the longest of ours has 37 after the prefix.
const MAX_PREFIX: usize = 24;

/// The names of one store's tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names {
    prefix: Arc<str>,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            prefix: DEFAULT_PREFIX.into(),
        }
    }
}

impl Names {
    /// # Errors
    /// [`ErrorKind::Setup`] for a prefix that is not a short lower-case identifier.
    pub(crate) fn with_prefix(prefix: &str) -> Result<Self> {
        let is_letter = |c: char| c.is_ascii_lowercase() || c == '_';
        let is_sound = prefix.len() <= MAX_PREFIX
            && prefix.starts_with(is_letter)
            && prefix.chars().all(|c| is_letter(c) || c.is_ascii_digit())
            // SQLite keeps these names for itself.
            && !prefix.starts_with("sqlite_");
        if is_sound {
            return Ok(Self {
                prefix: prefix.into(),
            });
        }
        Err(Error::new(
            ErrorKind::Setup,
            format!("a table prefix has 1 to {MAX_PREFIX} characters from `a-z`, `0-9` and `_`"),
        )
        .with_help(
            "start it with a letter or `_`, and not with `sqlite_`; the default is `guard_`",
        ))
    }

    /// The name of the table, index, trigger or function whose name without prefix is `base`.
    pub(crate) fn of(&self, base: &str) -> String {
        format!("{}{base}", self.prefix)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_short_lower_case_identifier() {
        for good in ["guard_", "g", "_", "crm2_", "abcdefghijklmnopqrstuvwx"] {
            let names = Names::with_prefix(good).unwrap();
            assert_eq!(names.of("audit_log"), format!("{good}audit_log"));
        }
        for bad in [
            "",
            "2crm_",
            "Guard_",
            "a-b",
            "a b",
            "a\"b",
            "a;",
            "客户_",
            "a.b",
            "sqlite_x",
            "abcdefghijklmnopqrstuvwxy",
        ] {
            let error = Names::with_prefix(bad).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Setup, "{bad}");
        }
    }
}
