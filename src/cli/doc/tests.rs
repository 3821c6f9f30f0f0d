//! The page holds what the policy says, escaped, and nothing that is nobody's business; its matrix
//! says what a guard does.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod agreement;
mod cells;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use guardrails_core::audit::Keys;
use guardrails_core::{Guard, Language};
use guardrails_rules::{Bundle, SourceFile, compile};

use super::page::{Column, Entity, Field, Page};
use super::words::Words;
use super::{DocArgs, Policies, page, render};
use crate::policy::{Policy, SkillStatus, Type, Verb};
use crate::{
    CountingEntropy, Fields, FrozenClock, LogId, MemoryStore, Name, Principal, Record, Request,
    Value,
};

fn bundle(files: &[(&str, &str)]) -> Bundle {
    let files = files
        .iter()
        .map(|(path, text)| SourceFile::new(*path, text));
    Bundle::from_files(files.collect()).unwrap()
}

fn page_of(bundle: &Bundle, language: Language) -> Page {
    let compilation = compile(bundle);
    let Some(policy) = &compilation.policy else {
        panic!("{:?}", compilation.diagnostics)
    };
    let args = DocArgs {
        policies: Policies {
            policies: "policies".into(),
            set: crate::cli::arguments::Set::default(),
        },
        out: "policy.html".into(),
        title: None,
        date: None,
    };
    page(&args, policy, bundle, &compilation, &Words::new(language))
}

fn html(bundle: &Bundle, language: Language) -> String {
    render(&page_of(bundle, language)).unwrap()
}

const HOSTILE: &str = r#"guard 1
package evil.page

/// <script>alert("entity")</script> {{ 1234 * 1000 }}
entity Quote { id : text  notes : text  stage : enum { DRAFT } }
// </style><script>alert('rule')</script>
rule r @owner("<img src=x onerror=alert(1)>") @tags("\"><script>alert(2)</script>") {
    on update of Quote
    when notes == "</code><script>alert(3)</script>" or notes in WORDS
    then deny X because "<b>{notes}</b> {{% raw %}} {{{{ 1234 * 1000 }}}}" / en "'\"><script>alert(4)</script> {notes}"
    then notify "\" onmouseover=\"alert(5)"
}
list WORDS = ["<script>alert(6)</script>"]
const TEXT = "<script>alert(7)</script>"
grant REP on Quote for ai "<script>alert(8)</script>" where id == "<script>alert(9)</script>" {
    read id, notes when notes == "'\"<script>alert(10)</script>"
}
skill s { title "<script>alert(11)</script>" does update on Quote impact 1 allow REP models "<script>alert(12)</script>" }
approval a { step one 1 of REP within 1h else deny }
test "<script>alert(13)</script>" {
    actor { id: "u", roles: [REP] } skill s context "<script>alert(14)</script>"
    given Quote { notes: "<script>alert(15)</script>" } change { notes: "x" } expect deny
}
"#;

#[test]
fn whatever_the_policy_says_stays_text() {
    let html = html(&bundle(&[("a.guard", HOSTILE)]), Language::English);
    assert_eq!(html.matches("<script").count(), 1, "our own");
    assert_eq!(html.matches("</style").count(), 1, "our own");
    for tag in ["<img", "<b><", "onmouseover=\"", "alert(15)"] {
        assert!(!html.contains(tag), "{tag}");
    }
    assert!(html.contains("{{ 1234 * 1000 }}"));
    assert!(!html.contains("1234000"));
    for number in [2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14] {
        let escaped = format!("&lt;script&gt;alert({number})&lt;&#x2f;script&gt;");
        assert!(html.contains(&escaped), "{number}");
    }
}

const SMALL: &str = r#"guard 1
package desk.quotes

// Offers that we make.
/// A price offer.
entity Quote { id : text  owner : text  折扣 : percent @sensitivity(2)  phone : text? @sensitivity(4) @pii(phone) }

const LIMIT = 15%
list SECRET from "words.txt"
list OPEN = ["a", "b"]

grant REP on Quote for ai "copilot" where owner == actor.id { read id write 折扣 mask phone with phone }
grant BOSS on Quote { read * }
skill quote.draft { title "起草报价" does update on Quote impact 6 allow REP, BOSS limit 120 per minute per user }

/// 超过上限要审批。
rule 折扣上限 @owner("销售") @since(2026-01-01) {
    on   update of Quote
    when 折扣 > LIMIT
     and id not in SECRET and id not in OPEN
    then require approval chain because "折扣 {折扣} 太深" / en "{折扣} is too deep"
}
approval chain {
    step manager 2 of BOSS within 4h else escalate HEAD
    step head 1 of HEAD within 1d else deny
    never requester, same_person_twice
}
table terms on update of Quote hit first {
    actor.role | 折扣    => then
    REP        | <= 5%   => allow
    -          | > 40%   => deny TOO_DEEP
}
test "二十" {
    actor { id: "u", roles: [REP] } skill quote.draft context "copilot"
    given Quote { owner: "u", 折扣: 5%, phone: "13800001111" } change { 折扣: 20% }
    expect approval chain, rule 折扣上限
}
"#;

fn small() -> Bundle {
    bundle(&[
        ("desk.guard", SMALL),
        ("words.txt", "# secrets\nhush-hush\nnever\n\nmore\n"),
    ])
}

/// The page without its style and script, which say nothing about the policy.
fn body(html: &str) -> String {
    let (head, rest) = html.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (rest, _) = rest.rsplit_once("<script>").unwrap();
    format!("{head}{rest}")
}

#[test]
fn the_page_reads_as_it_did() {
    let mut page = page_of(&small(), Language::English);
    // What the checker remarks on is its own business, and grows.
    page.warnings = 0;
    insta::assert_snapshot!("small", body(&render(&page).unwrap()));
    assert_eq!(
        html(&small(), Language::English),
        html(&small(), Language::English)
    );
}

#[test]
fn its_fixed_words_speak_chinese_too() {
    let html = html(&small(), Language::Chinese);
    assert!(html.contains("<html lang=\"zh-CN\">"));
    for word in ["<h2>数据</h2>", "脱敏", "逾期后", "审批链"] {
        assert!(html.contains(word), "{word}");
    }
    for english in ["<h2>Data", ">masked<", "if late", "Tested by"] {
        assert!(!html.contains(english), "{english}");
    }
}

#[test]
fn values_and_the_words_of_a_file_are_not_on_it() {
    let html = html(&small(), Language::English);
    for secret in ["hush-hush", "13800001111", "never</", "secrets"] {
        assert!(!html.contains(secret), "{secret}");
    }
    assert!(html.contains("<b>3</b> in the file <span class=\"file\">words.txt</span>"));
}

/// A value of this type that a mask changes.
fn value(ty: &Type) -> Value {
    match ty {
        Type::Enum(members) => Value::Text(members.members[0].clone()),
        Type::Date => "2026-03-02".into(),
        Type::List(_) => Value::List(Vec::new().into()),
        Type::Text => "13812345678 li.wei@example.com".into(),
        _ => 15.into(),
    }
}

/// How a guard shows each field of a full record, to a user whose own record it is.
fn shown(
    policy: &Policy,
    entity: &str,
    role: &str,
    context: &str,
) -> BTreeMap<String, &'static str> {
    let declared = &policy.entities[entity];
    let mut fields: Fields = declared
        .fields
        .iter()
        .map(|field| (field.name.clone(), value(&field.ty)))
        .collect();
    for (name, value) in [("owner", "u-1"), ("tenant_id", "acme"), ("id", "r-1")] {
        fields.set(name, value);
    }
    let keys = Arc::new(Keys::from_seed([7; 32]));
    let log: LogId = "00000000-0000-0000-0000-000000000000".parse().unwrap();
    let guard = Guard::builder()
        .policy(policy.clone())
        .store(Arc::new(MemoryStore::new(keys.clone(), log)))
        .clock(Arc::new(FrozenClock::at(chrono::DateTime::UNIX_EPOCH)))
        .entropy(Arc::new(CountingEntropy::default()))
        .keys(keys)
        .open()
        .unwrap();
    let person = Principal::user("acme", "u-1").role(role);
    let record = Record::new(entity, fields.clone());
    let request = Request::new(&person, "look")
        .entity(entity)
        .context(context);
    let mut operation = guard.begin(request).unwrap();
    let seen = operation.read(&record).unwrap().to_fields();
    let how = |name: &Name| match seen.value(name) {
        None => "hidden",
        Some(value) if Some(value) == fields.value(name) => "plain",
        Some(_) => "masked",
    };
    declared
        .fields
        .iter()
        .map(|field| (field.name.to_string(), how(&field.name)))
        .collect()
}

/// What the matrix tells somebody whose own record it is, so that every scope is met: plain where a
/// grant shows it, unless that same grant masks it.
fn told(field: &Field, column: usize) -> &'static str {
    let marks = &field.cells[column].marks;
    let masks: Vec<_> = marks.iter().filter(|mark| mark.kind == "mask").collect();
    let plain = marks.iter().any(|mark| match mark.kind {
        "read" => true,
        "write" => masks.iter().all(|mask| mask.notes != mark.notes),
        _ => false,
    });
    match (plain, masks.is_empty()) {
        (true, _) => "plain",
        (false, false) => "masked",
        (false, true) => "hidden",
    }
}

fn heads(entity: &Entity) -> Vec<(String, &Column)> {
    let roles = entity
        .heads
        .iter()
        .flat_map(|head| vec![head.role.clone(); head.span]);
    roles.zip(&entity.columns).collect()
}

/// A policy with a skill that may look at everything.
fn with_a_look(bundle: &Bundle) -> Policy {
    let mut policy = compile(bundle).policy.unwrap();
    let mut skill = policy.skills.values().next().unwrap().as_ref().clone();
    skill.origin.name = "look".into();
    skill.verb = Verb::Read;
    skill.entities = policy.entities.keys().cloned().collect();
    skill.allow = policy
        .grants
        .iter()
        .map(|grant| grant.role.clone())
        .collect();
    skill.models.clear();
    skill.limits.clear();
    skill.budgets.clear();
    skill.status = SkillStatus::Active;
    policy.skills.insert("look".into(), skill.into());
    policy
}

#[test]
fn the_matrix_says_what_may_be_written_beyond_the_row_scope() {
    let text = r#"guard 1
entity Deal { id : text  owner : text  a : text  b : text }
grant REP on Deal where owner == actor.id {
    write owner
    write owner beyond scope
    write a beyond scope when b == "x"
    write b
}
skill s { title "S" does update on Deal impact 1 allow REP }
"#;
    let bundle = bundle(&[("deal.guard", text)]);
    let page = page_of(&bundle, Language::English);
    let marks = |name: &str| {
        let mut fields = page.entities[0].fields.iter();
        let field = fields.find(|field| *field.name == *name).unwrap();
        let marks = field.cells[0].marks.iter();
        marks
            .map(|mark| format!("{} {}", mark.kind, mark.with))
            .collect::<Vec<_>>()
    };
    assert_eq!(marks("owner"), ["write beyond scope"]);
    assert_eq!(marks("a"), ["write beyond scope"]);
    assert_eq!(marks("b"), ["write "]);
    assert!(html(&bundle, Language::Chinese).contains("beyond scope"));
}

#[test]
fn the_matrix_says_what_a_guard_shows() {
    let crm = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/crm/policies");
    let mixed = r#"guard 1
entity Deal { id : text  owner : text  a : text  b : text  c : text  d : text  e : text @sensitivity(5) }
grant REP on Deal for ai "x", "y" where owner == actor.id {
    read * except e
    mask b with scrub
    hide c when ai.context == "y"
    read e when ai.context == "y" or ai.context == "z"
    write d mask d with redact
}
grant REP on Deal { mask c with redact, b with redact }
grant BOSS on Deal for ai "x", "z" { read * hide a, b when ai.context != "x" }
skill s { title "S" does update on Deal impact 1 allow REP, BOSS }
"#;
    for bundle in [
        Bundle::read(crm).unwrap(),
        bundle(&[("mixed.guard", mixed)]),
    ] {
        let (page, policy) = (page_of(&bundle, Language::English), with_a_look(&bundle));
        for entity in &page.entities {
            for (column, (role, head)) in heads(entity).into_iter().enumerate() {
                let context = head.context.as_deref().unwrap_or("some other");
                let shown = shown(&policy, &entity.name, &role, context);
                for field in entity.fields.iter().filter(|field| !field.nested) {
                    assert_eq!(
                        told(field, column),
                        shown[&field.name],
                        "{} to {role} in {context}",
                        field.name
                    );
                }
            }
        }
    }
}
