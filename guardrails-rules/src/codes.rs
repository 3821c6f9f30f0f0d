//! The one table of diagnostic codes: each with a title, an explanation and an example.
//!
//! `G00` files and limits, `G01` syntax, `G02` names, `G03` types, `G04` declarations, `G05`
//! accepted but doubtful, `G06` scripts of `do`, `G09` this version.

use std::sync::LazyLock;

use crate::action;

/// What there is to know about one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The code, such as `G0201`.
    pub code: &'static str,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// What is wrong and why it matters.
    pub explanation: &'static str,
    /// Text that brings it about.
    pub example: &'static str,
}

/// All codes, in order.
#[must_use]
pub fn codes() -> &'static [Code] {
    static ALL: LazyLock<Vec<Code>> = LazyLock::new(all);
    &ALL
}

/// This table and the one of scripts, which lives behind their door.
fn all() -> Vec<Code> {
    let scripts = action::CODES
        .iter()
        .map(|(code, title, explanation, example)| Code {
            code,
            title,
            explanation,
            example,
        });
    let mut all: Vec<Code> = TABLE.iter().copied().chain(scripts).collect();
    all.sort_by_key(|entry| entry.code);
    all
}

/// The entry of a code.
#[must_use]
pub fn explain(code: &str) -> Option<&'static Code> {
    codes().iter().find(|entry| entry.code == code)
}

macro_rules! table {
    ($($name:ident = $code:literal, $title:literal, $explanation:literal, $example:literal;)*) => {
        $(pub(crate) const $name: &str = $code;)*
        const TABLE: &[Code] = &[$(Code {
            code: $code,
            title: $title,
            explanation: $explanation,
            example: $example,
        }),*];
    };
}

table! {
    FILE_TOO_LARGE = "G0001", "file too large",
        "A policy file is larger than the limit `file_bytes` of 1 MiB. Nobody reads a rule in such a file; most often it is not a policy at all.",
        "a file of 5 MB named sales.guard";
    BUNDLE_TOO_LARGE = "G0002", "bundle too large",
        "All files of a bundle together are over the limit `bundle_bytes` of 64 MiB.",
        "seventy files of 1 MB";
    NUL_BYTE = "G0003", "NUL byte in a file",
        "Text holds no NUL bytes; the file is binary, or was saved as UTF-16.",
        "const A = \u{2400}1";
    NOT_UTF8 = "G0004", "file is not UTF-8",
        "Policies are UTF-8 text. A file in GBK or Latin-1 would be read as something its author did not write.",
        "a file saved as GB18030";
    BAD_PATH = "G0005", "path is not inside the bundle",
        "Paths of a bundle are relative, use `/`, stay inside the bundle's folder, and appear once.",
        "list WORDS from \"../secret.txt\"";
    TOO_MANY = "G0006", "too many declarations or findings",
        "A bundle holds at most 100,000 rules (`rules`), and at most 1,000 findings are told at a time (`findings`).",
        "a generated bundle of 200,000 rules";
    SYNTAX = "G0101", "text does not follow the grammar",
        "Something stands where the language has no place for it. The rest of the declaration was not read; the following ones were.",
        "rule a { when discount > 15 }";
    UNKNOWN_DECLARATION = "G0102", "not a declaration",
        "Each declaration begins with its word: entity, enum, const, list, grant, skill, rule, risk, approval, table, test, use, package, guard.",
        "rul discount_limit { }";
    UNBALANCED = "G0103", "brackets do not match",
        "A bracket is closed by another kind, is never closed, or closes nothing.",
        "grant SALES on Quote { read id";
    TEXT_NOT_CLOSED = "G0104", "text does not end",
        "A text in quotation marks ends on the line it begins on.",
        "notify \"risk-desk";
    NESTING = "G0105", "nested too deep",
        "Brackets, `not`s and quantifiers stand inside each other beyond the limit `nesting` of 64.",
        "when ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((( a";
    EXPRESSION_TOO_DEEP = "G0106", "too many operators",
        "A condition stacks more operators than the limit `expression_depth` of 128. Chains of `and` and `or` count once, however long.",
        "when a + a + a + … > 1";
    BAD_LITERAL = "G0107", "value cannot be read",
        "A number has more digits than are kept exactly, a date is not in the calendar, a text holds an unknown escape, or a duration is too long.",
        "const DAY = 2026-02-30";
    NO_VERSION = "G0108", "`guard 1` is missing",
        "Each file says which version of the language it is written in, so that a later version cannot change its meaning.",
        "package crm.sales";
    UNKNOWN_VERSION = "G0109", "unknown language version",
        "This release reads version 1 of the language.",
        "guard 2";
    MISPLACED_HEADER = "G0110", "header line out of place",
        "`guard` and `package` stand once, at the top of a file.",
        "package a package b";
    UNKNOWN_NAME = "G0201", "unknown name",
        "A condition reads something that is not a field of the entity, a const, or one of actor, ai, skill, behaviour, risk, now and today.",
        "when discuont > 15";
    UNKNOWN_FIELD = "G0202", "unknown field",
        "The entity declares no such field. A grant for a field that does not exist would silently grant nothing.",
        "read cost_prise";
    UNKNOWN_ENTITY = "G0203", "unknown entity",
        "No file of the bundle declares this entity.",
        "grant SALES on Qoute { }";
    UNKNOWN_TYPE = "G0204", "unknown type",
        "Types are bool, int, decimal, percent, money(CUR), text, date, datetime, duration, an enum, an entity, or a list of one of them.",
        "amount : monney(CNY)";
    UNKNOWN_SKILL = "G0205", "unknown skill",
        "No file of the bundle declares this skill.",
        "skill quote.drafft";
    UNKNOWN_CHAIN = "G0206", "unknown approval chain",
        "No file of the bundle declares this chain; nobody could ever approve.",
        "then require approval discount_chian";
    NO_LIST_FILE = "G0207", "list file is missing",
        "The file that a list is read from is not in the bundle's folder.",
        "list WORDS from \"wrods.txt\"";
    UNKNOWN_MASK = "G0208", "unknown mask",
        "Masks are default, phone, email, name, id, scrub, redact and partial(head, tail).",
        "mask contact_phone with fone";
    UNKNOWN_ANNOTATION = "G0209", "unknown annotation",
        "The annotation does not exist, or not in this place. It would be silently without effect.",
        "cost_price : money(CNY) @sensitivty(5)";
    UNKNOWN_WORD = "G0210", "unknown word",
        "One of a fixed set of words was due: an operation, a unit, a status, a risk level, a class of personal data.",
        "on updaet of Quote";
    UNKNOWN_MEMBER = "G0211", "value is not in the enum",
        "The field can never hold this value, so the comparison could never be what its author meant.",
        "when stage == WONN";
    UNKNOWN_FUNCTION = "G0212", "unknown function",
        "Functions are len, lower and changed.",
        "when length(name) > 3";
    UNKNOWN_PACKAGE = "G0213", "unknown package",
        "No file of the bundle belongs to the package that `use` names.",
        "use crm.comon";
    UNKNOWN_ROLE = "G0214", "role is named nowhere else",
        "Roles come from the host, so this is only a warning; but another role of the bundle is spelled almost like it.",
        "when actor has SALES_REPP";
    UNKNOWN_RULE = "G0215", "unknown rule",
        "A test expects a rule that no file of the bundle declares; it could never pass.",
        "expect rule max_discuont";
    DUPLICATE = "G0216", "declared twice",
        "Two declarations share a name; which one counts would depend on chance. Names are shared by all files of a bundle.",
        "const A = 1 const A = 2";
    DUPLICATE_PART = "G0217", "written twice",
        "A field, member, clause or annotation that stands once is written twice.",
        "entity Quote { id : text id : int }";
    OUT_OF_REACH = "G0218", "name is not in reach here",
        "The name exists and has no value in this place: `old` in a grant, fields in the risk model, `risk.score` before the risk is known.",
        "factor a weight 1 = amount";
    WRONG_TYPE = "G0301", "wrong type",
        "An operator was given a type it is not for, or two types that cannot meet.",
        "when discount > \"15\"";
    MONEY_AND_NUMBER = "G0302", "money meets a plain number",
        "An amount of money is compared with, or added to, a number without a currency.",
        "when amount > 100_000";
    TWO_CURRENCIES = "G0303", "two currencies meet",
        "Amounts of different currencies are compared or added; no rate is known here.",
        "when amount > 100 USD";
    PERCENT_AND_NUMBER = "G0304", "percent meets a plain number",
        "A percent holds 15 for 15 %. A plain number beside it is read in the same way, which may not be what was meant.",
        "when discount > 0.15";
    MAY_BE_MISSING = "G0305", "value may be missing",
        "The field is optional and its absence is not handled. A condition that cannot be known counts as true in a rule that restricts, and as false in a grant.",
        "when notes contains \"refund\"";
    BAD_PATTERN = "G0306", "regular expression is not valid",
        "The pattern does not parse, or compiles to more than the limit of 1 MiB.",
        "when name matches \"(\"";
    BAD_ARGUMENT = "G0307", "wrong argument of an annotation or mask",
        "The annotation or mask takes other arguments, or another number of them.",
        "@owner(5)";
    BAD_PLACEHOLDER = "G0308", "placeholder cannot be read",
        "A message holds a `{` without its `}`, or something other than a path between them. Write `{{` for a brace.",
        "because \"limit is {\"";
    BAD_SENSITIVITY = "G0401", "sensitivity is not 1 to 5",
        "Sensitivity runs from 1 (public) to 5 (secret).",
        "@sensitivity(7)";
    BAD_IMPACT = "G0402", "impact is not 1 to 10",
        "The impact of a skill's operation runs from 1 to 10.",
        "impact 11";
    NO_STEPS = "G0403", "chain without steps",
        "An approval chain needs at least one step, or nobody could approve.",
        "approval senior { expires 3d }";
    BAD_QUORUM = "G0404", "quorum is not 1 to 100",
        "A step needs the word of at least one person, and of no more people than a company could ask.",
        "step manager 0 of SALES_MANAGER";
    INCOMPLETE = "G0405", "something is missing",
        "The declaration leaves out a part without which it means nothing.",
        "skill quote.draft { impact 3 }";
    REPEATED = "G0406", "clause is repeated",
        "A clause that stands once in a declaration is written again.",
        "impact 3 impact 4";
    OUT_OF_RANGE = "G0407", "value is out of range",
        "A number, duration or limit is outside of what makes sense in its place.",
        "limit 0 per minute per user";
    MISPLACED_EFFECT = "G0408", "effect has nothing to act on",
        "`mask` and `hide` change what is read, so they follow only from `on read`; and what has come before the risk score cannot depend on it.",
        "on update of Quote then hide amount";
    NEVER_IN_FORCE = "G0409", "rule is never in force",
        "The first day of the rule (`@since`) is after its last (`@until`).",
        "rule a @since(2026-02-01) @until(2026-01-01)";
    LIST_TOO_LONG = "G0410", "list is too long",
        "A list from a file holds at most 1,000,000 entries (`list_entries`).",
        "list WORDS from \"everything.txt\"";
    UNUSED = "G0501", "declared and never used",
        "Nothing reads this const or list.",
        "const LIMIT = 15%";
    UNMASKED_PII = "G0502", "personal data is granted unmasked",
        "The grant shows a field that is marked as personal data as it is.",
        "read contact_phone";
    UNUSABLE_SKILL = "G0503", "skill that no role may use",
        "The skill has no `allow`; only roles that the store adds may use it.",
        "skill a { does read on Quote impact 1 }";
    ODD_WEIGHTS = "G0504", "weights do not add up to 1",
        "The score then does not run from 0 to 10, and the thresholds mean something else.",
        "factor a weight 0.4 = 1";
    TRANSLATION_UNUSED = "G0505", "translation is not shown",
        "This version shows the first text of a message to everyone.",
        "because \"折扣过高\" / en \"discount too high\"";
    UNAVAILABLE = "G0901", "not available in this version",
        "The language has it, this release reads it and cannot carry it out. It is refused, so that no policy is weaker than it reads.",
        "table t on update of Quote { … }";
    INTERNAL = "G0999", "mistake in the compiler",
        "Parts of the compiler disagree about a text. Please report it.",
        "none is known";
}

#[cfg(test)]
mod tests {
    use super::codes;

    #[test]
    fn codes_are_in_order_and_unique() {
        let all: Vec<&str> = codes().iter().map(|entry| entry.code).collect();
        let mut sorted = all.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(all, sorted);
    }
}
