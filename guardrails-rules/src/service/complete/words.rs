//! Words of the language by the place they stand in, as they are offered.

pub(super) const TYPES: &[&str] = &[
    "bool", "int", "decimal", "percent", "money", "text", "date", "datetime", "duration", "enum",
];
pub(super) const MASKS: &[&str] = &[
    "default",
    "phone",
    "email",
    "name",
    "id",
    "bank_card",
    "partial",
    "scrub",
    "redact",
];
pub(super) const PROVIDED: &[&str] = &[
    "actor",
    "ai",
    "skill",
    "behaviour",
    "now",
    "today",
    "old",
    "new",
    "risk",
    "max_sensitivity",
];
pub(super) const FUNCTIONS: &[&str] = &[
    "len", "lower", "changed", "count", "sum", "avg", "min", "max",
];
pub(super) const CONDITION: &[&str] = &["not", "some", "every", "true", "false"];
pub(super) const JOINTS: &[&str] = &[
    "and",
    "or",
    "in",
    "not in",
    "between",
    "contains",
    "starts with",
    "ends with",
    "matches",
    "is missing",
    "is present",
    "has",
];
pub(super) const EFFECTS: &[&str] = &[
    "allow",
    "deny",
    "require approval",
    "mask",
    "hide",
    "risk",
    "notify",
    "oblige",
];
pub(super) const ANNOTATIONS: &[&str] = &["sensitivity", "pii", "doc"];
pub(super) const RULE_ANNOTATIONS: &[&str] = &[
    "owner", "since", "until", "shadow", "severity", "tags", "doc",
];
pub(super) const EXPECTATIONS: &[&str] = &[
    "allow",
    "deny",
    "approval",
    "rule",
    "risk",
    "view",
    "message contains",
    "notify",
    "oblige",
    "not",
];
