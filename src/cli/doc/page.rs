//! What the page says, as data: the template shows it and decides nothing.
//!
//! Everything here is text for people or a place in the policy. Values of records, and the entries
//! of word lists that are files of their own, are not among it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::source::Code;

/// The whole page.
#[derive(Serialize)]
pub(super) struct Page {
    /// BCP 47 tag of the page's fixed words.
    pub(super) language: &'static str,
    /// The fixed words by their key.
    pub(super) words: BTreeMap<&'static str, &'static str>,
    pub(super) title: String,
    pub(super) digest: String,
    /// As the host gave it; a page has no time of its own.
    pub(super) date: Option<String>,
    pub(super) version: &'static str,
    pub(super) files: Vec<File>,
    pub(super) warnings: usize,
    pub(super) roles: Vec<Role>,
    pub(super) entities: Vec<Entity>,
    pub(super) rules: Vec<RuleGroup>,
    pub(super) rule_count: usize,
    pub(super) tables: Vec<Table>,
    pub(super) skills: Vec<Skill>,
    pub(super) chains: Vec<Chain>,
    pub(super) risk: Risk,
    pub(super) constants: Vec<Constant>,
    pub(super) lists: Vec<List>,
    pub(super) tests: Vec<Test>,
}

#[derive(Serialize)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) package: String,
}

/// What one role may do at all.
#[derive(Serialize)]
pub(super) struct Role {
    pub(super) name: String,
    /// Entities that a grant opens to it.
    pub(super) entities: Vec<String>,
    /// Contexts that those grants name.
    pub(super) contexts: Vec<String>,
    /// Whether some of those grants are for every context.
    pub(super) any_context: bool,
    pub(super) skills: Vec<String>,
    /// Chains and steps it decides.
    pub(super) decides: Vec<Link>,
    /// Rules that ask for it by name.
    pub(super) rules: Vec<Link>,
}

/// Text that leads somewhere on the page.
#[derive(Serialize, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) to: String,
    pub(super) text: String,
}

#[derive(Serialize)]
pub(super) struct Entity {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) place: String,
    /// Roles and the columns that each has.
    pub(super) heads: Vec<Head>,
    pub(super) columns: Vec<Column>,
    pub(super) fields: Vec<Field>,
    pub(super) notes: Vec<Note>,
    pub(super) nested_only: bool,
}

#[derive(Serialize)]
pub(super) struct Head {
    pub(super) role: String,
    pub(super) span: usize,
}

/// One AI context of one role.
#[derive(Serialize)]
pub(super) struct Column {
    /// None for every context, or for every other one.
    pub(super) context: Option<String>,
    pub(super) is_rest: bool,
    /// The number of the note with the row scope, when one scope is on all of the column.
    pub(super) scope: Option<usize>,
    /// The notes of rules on reading that may refuse the whole record.
    pub(super) rules: Vec<usize>,
    /// The first column of its role.
    pub(super) first: bool,
}

#[derive(Serialize)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) nested: bool,
    pub(super) ty: String,
    pub(super) members: Vec<String>,
    pub(super) optional: bool,
    pub(super) sensitivity: u8,
    pub(super) pii: Option<&'static str>,
    pub(super) cells: Vec<Cell>,
}

#[derive(Serialize)]
pub(super) struct Cell {
    /// Nothing means hidden.
    pub(super) marks: Vec<Mark>,
    /// The notes of rules on reading that may mask or hide it.
    pub(super) rules: Vec<usize>,
    pub(super) first: bool,
}

#[derive(Debug, Serialize, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// `read`, `write`, `mask`, `hide` or `aggregate`.
    pub(super) kind: &'static str,
    /// The mask, or the sums that are allowed.
    pub(super) with: String,
    pub(super) notes: Vec<usize>,
    /// Whether it comes from another grant than the mark before: of what one grant says of a field the
    /// strictest counts, of what several say the most permissive.
    pub(super) apart: bool,
}

/// A condition or a rule on reading that a matrix refers to.
#[derive(Serialize)]
pub(super) struct Note {
    pub(super) number: usize,
    /// Whether it says which rows, or when a clause holds.
    pub(super) is_scope: bool,
    /// The rule on reading, where it is one; `code` is then its condition.
    pub(super) rule: Option<Link>,
    pub(super) code: Code,
    pub(super) place: String,
}

#[derive(Serialize)]
pub(super) struct RuleGroup {
    pub(super) entity: String,
    pub(super) rules: Vec<Rule>,
}

#[derive(Serialize)]
pub(super) struct Rule {
    pub(super) anchor: String,
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) verbs: Vec<&'static str>,
    pub(super) when: Option<Code>,
    pub(super) effects: Vec<Effect>,
    pub(super) standing: Standing,
    pub(super) place: String,
    pub(super) tests: Vec<Link>,
}

/// What the annotations of a rule or a table say.
#[derive(Serialize)]
pub(super) struct Standing {
    pub(super) shadow: bool,
    pub(super) owner: String,
    pub(super) since: String,
    pub(super) until: String,
    pub(super) severity: Option<&'static str>,
    pub(super) tags: Vec<String>,
}

/// What follows from a rule, or from a level of risk.
#[derive(Serialize, Default)]
pub(super) struct Effect {
    /// `deny`, `approval`, `mask`, `hide`, `risk`, `notify`, `oblige`, `script` or `allow`.
    pub(super) kind: &'static str,
    /// The code, chain, field, amount or channel.
    pub(super) what: String,
    /// The part of the page that tells more.
    pub(super) link: Option<String>,
    /// The mask, or the name of a risk.
    pub(super) with: String,
    pub(super) message: Vec<Said>,
    pub(super) script: Option<Code>,
}

/// A message in one language; the first one has no tag.
#[derive(Serialize)]
pub(super) struct Said {
    pub(super) language: String,
    pub(super) bits: Vec<MessageBit>,
}

#[derive(Serialize)]
pub(super) struct MessageBit {
    pub(super) is_value: bool,
    pub(super) text: String,
}

/// A decision table.
#[derive(Serialize)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) entity: String,
    pub(super) verbs: Vec<&'static str>,
    pub(super) hit: &'static str,
    pub(super) standing: Standing,
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<TableRow>,
    pub(super) place: String,
}

#[derive(Serialize)]
pub(super) struct TableRow {
    pub(super) number: usize,
    /// None where the row takes anything.
    pub(super) cells: Vec<Option<Code>>,
    pub(super) effects: Vec<Effect>,
    pub(super) place: String,
    pub(super) tests: Vec<Link>,
}

#[derive(Serialize)]
pub(super) struct Skill {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) doc: String,
    pub(super) verb: &'static str,
    pub(super) entities: Vec<String>,
    pub(super) impact: u8,
    pub(super) roles: Vec<String>,
    pub(super) models: Vec<String>,
    pub(super) limits: Vec<Limit>,
    pub(super) status: &'static str,
    /// The same in the page's language.
    pub(super) status_word: String,
    pub(super) place: String,
}

#[derive(Serialize)]
pub(super) struct Limit {
    pub(super) number: String,
    /// Tokens, not calls.
    pub(super) tokens: bool,
    /// A word such as `minute` in the page's language, or a length of time.
    pub(super) window: String,
    /// Of whom, in the page's language.
    pub(super) per: String,
}

#[derive(Serialize)]
pub(super) struct Chain {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) steps: Vec<Step>,
    pub(super) never_twice: bool,
    pub(super) expires: String,
    pub(super) execute_within: String,
    pub(super) asked_by: Vec<Link>,
    pub(super) drawing: Drawing,
    pub(super) place: String,
}

#[derive(Serialize)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) quorum: u32,
    pub(super) role: String,
    pub(super) within: String,
    /// The role that may decide once the step is late; none when the ticket then expires.
    pub(super) escalate: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Risk {
    pub(super) doc: String,
    pub(super) written: bool,
    pub(super) factors: Vec<Factor>,
    pub(super) levels: Vec<Level>,
    pub(super) drawing: Drawing,
    pub(super) place: String,
}

#[derive(Serialize)]
pub(super) struct Factor {
    pub(super) name: String,
    pub(super) weight: String,
    pub(super) share: i64,
    pub(super) code: Code,
    pub(super) place: String,
}

#[derive(Serialize)]
pub(super) struct Level {
    pub(super) name: &'static str,
    pub(super) at: String,
    pub(super) effects: Vec<Effect>,
}

#[derive(Serialize)]
pub(super) struct Constant {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) code: Code,
    pub(super) place: String,
}

#[derive(Serialize)]
pub(super) struct List {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) count: usize,
    /// The first entries, for a list that is written in the policy.
    pub(super) entries: Vec<Code>,
    pub(super) more: usize,
    pub(super) file: Option<String>,
    pub(super) place: String,
}

#[derive(Serialize)]
pub(super) struct Test {
    pub(super) anchor: String,
    pub(super) name: String,
    pub(super) roles: Vec<String>,
    pub(super) skill: String,
    pub(super) context: String,
    pub(super) entity: String,
    pub(super) verb: &'static str,
    pub(super) expects: Vec<Expected>,
    pub(super) place: String,
}

#[derive(Serialize)]
pub(super) struct Expected {
    /// `allow`, `deny`, `approval`, `rule`, `risk`, `view` or `message`.
    pub(super) kind: &'static str,
    pub(super) what: String,
}

/// A diagram: lines first, then boxes, then texts.
#[derive(Serialize, Default)]
pub(super) struct Drawing {
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) lines: Vec<Line>,
    pub(super) boxes: Vec<Box>,
    pub(super) dots: Vec<Dot>,
    pub(super) texts: Vec<Text>,
}

#[derive(Serialize)]
pub(super) struct Line {
    pub(super) class: &'static str,
    pub(super) from: (i64, i64),
    pub(super) to: (i64, i64),
}

#[derive(Serialize)]
pub(super) struct Box {
    pub(super) class: &'static str,
    pub(super) at: (i64, i64),
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) round: i64,
}

#[derive(Serialize)]
pub(super) struct Dot {
    pub(super) class: &'static str,
    pub(super) at: (i64, i64),
    pub(super) radius: i64,
}

#[derive(Serialize)]
pub(super) struct Text {
    pub(super) class: &'static str,
    /// `start`, `middle` or `end`.
    pub(super) anchor: &'static str,
    pub(super) at: (i64, i64),
    pub(super) text: String,
}
