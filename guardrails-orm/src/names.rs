//! The names of the guard's tables.
//!
//! Tables with common names have a prefix, so that an application's own `audit_log` in the same
//! database stays its own. The tables that reports are written against (`data_field_permission`,
//! `ai_operation_audit` and so on) keep their names.

use std::sync::Arc;

use guardrails_core::{Error, ErrorKind, Result};

/// The prefix unless another is set. Entities and constant SQL are written with it.
pub(crate) const DEFAULT_PREFIX: &str = "guard_";
/// The tables with a prefix, by their names without it.
pub(crate) const PREFIXED: [&str; 12] = [
    "schema",
    "migration",
    "revision",
    "casbin_rule",
    "ai_skill_status",
    "approval_ticket",
    "ticket_approver",
    "limit_total",
    "limit_usage",
    "audit_log",
    "audit_event",
    "audit_checkpoint",
];
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

    /// The SQL with this store's names in place of the default ones.
    ///
    /// Statements hold no values but bound ones, so a word that is the default name of a table is
    /// nothing else; text between single quotes is left alone all the same.
    pub(crate) fn rename(&self, sql: &str) -> String {
        if &*self.prefix == DEFAULT_PREFIX {
            return sql.to_owned();
        }
        let mut out = String::with_capacity(sql.len());
        for (at, part) in sql.split('\'').enumerate() {
            if at > 0 {
                out.push('\'');
            }
            match at % 2 {
                0 => self.rename_words(part, &mut out),
                _ => out.push_str(part),
            }
        }
        out
    }

    fn rename_words(&self, sql: &str, out: &mut String) {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut rest = sql;
        while let Some(start) = rest.find(is_word) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|c| !is_word(c)).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            out.push_str(before);
            match word.strip_prefix(DEFAULT_PREFIX) {
                Some(base) if PREFIXED.contains(&base) => out.push_str(&self.of(base)),
                _ => out.push_str(word),
            }
            rest = after;
        }
        out.push_str(rest);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_renamed_and_nothing_else() {
        let names = Names::with_prefix("crm_").unwrap();
        for (sql, renamed) in [
            ("SELECT 1", "SELECT 1"),
            ("", ""),
            ("guard_audit_log", "crm_audit_log"),
            (
                "SELECT \"guard_audit_log\".\"size\" FROM `guard_audit_log` l, guard_revision",
                "SELECT \"crm_audit_log\".\"size\" FROM `crm_audit_log` l, crm_revision",
            ),
            (
                "guard_audit_logs xguard_audit_log guard_ guard_x ix_guard_audit_log",
                "guard_audit_logs xguard_audit_log guard_ guard_x ix_guard_audit_log",
            ),
            (
                "'guard_audit_log' guard_audit_log 'it''s guard_revision' guard_revision",
                "'guard_audit_log' crm_audit_log 'it''s guard_revision' crm_revision",
            ),
            ("“客户” guard_schema?", "“客户” crm_schema?"),
        ] {
            assert_eq!(names.rename(sql), renamed);
            assert_eq!(Names::default().rename(sql), sql);
        }
    }

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
