//! A quote, a representative, and ways to run a script over them.

use std::sync::Arc;

use chrono::DateTime;
use guardrails_core::policy::{
    Action, ActionEffect, ActionError, Currency, Entity, EnumType, Field, Origin, Sensitivity,
    Skill, SkillStatus, Type, Verb,
};
use guardrails_core::process::Facts;
use guardrails_core::{Diagnostic, Fields, Name, Place, Principal, Value};
use guardrails_rules::action;
use rust_decimal::Decimal;

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        ty,
        optional: true,
        sensitivity: Sensitivity::PUBLIC,
        pii: None,
        place: Place::default(),
    }
}

pub(crate) fn quote() -> Entity {
    let money = |code| Type::Money(Currency::from_code(code).unwrap());
    let stage = EnumType {
        name: "".into(),
        members: ["DRAFT", "SENT", "WON"].map(Name::from).to_vec(),
    };
    let mut fields = vec![
        field("amount", money("CNY")),
        field("budget", money("USD")),
        field("discount", Type::Percent),
        field("count", Type::Int),
        field("notes", Type::Text),
        field("stage", Type::Enum(Arc::new(stage))),
        field("urgent", Type::Bool),
        field("closes", Type::Date),
        field("signed", Type::DateTime),
        field("waits", Type::Duration),
        field("tags", Type::List(Arc::new(Type::Text))),
        field(
            "clauses",
            Type::List(Arc::new(Type::Entity("Clause".into()))),
        ),
        field("customer", Type::Entity("Customer".into())),
        field("折扣", Type::Percent),
    ];
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    Entity {
        name: "Quote".into(),
        doc: String::new(),
        fields,
        place: Place::default(),
    }
}

/// Scripts start here in their policy file.
pub(crate) fn start() -> Place {
    Place {
        file: "sales.guard".into(),
        line: 10,
        column: 9,
        start: 200,
        end: 200,
    }
}

pub(crate) fn compile(script: &str) -> Result<Arc<dyn Action>, Vec<Diagnostic>> {
    let chains = ["finance_chain", "discount_chain"].map(Name::from);
    action::compile(script, &start(), &quote(), &chains)
}

/// The findings of a script that must be refused.
pub(crate) fn refusal(script: &str) -> Vec<Diagnostic> {
    match compile(script) {
        Ok(_) => panic!("accepted: {script}"),
        Err(findings) => findings,
    }
}

pub(crate) fn record() -> Fields {
    Fields::from_iter([
        ("amount", Value::from("6000000.50")),
        ("discount", Value::from(20)),
        ("count", Value::from(3)),
        ("notes", Value::from("Größe 中文")),
        ("stage", Value::from("SENT")),
        ("urgent", Value::from(true)),
        ("closes", Value::from("2026-03-02")),
        ("signed", Value::from("2026-03-02T10:00:00.25+08:00")),
        ("waits", Value::from(90)),
        ("tags", Value::from(vec!["new", "vip"])),
        ("clauses", Value::from(vec![Fields::new(), Fields::new()])),
        ("折扣", Value::from(7)),
    ])
}

pub(crate) fn skill() -> Skill {
    Skill {
        origin: Origin {
            name: "quote.draft".into(),
            place: Place::default(),
        },
        title: String::new(),
        verb: Verb::Update,
        entities: vec!["Quote".into()],
        impact: 6,
        allow: Vec::new(),
        models: Vec::new(),
        limits: Vec::new(),
        budgets: Vec::new(),
        status: SkillStatus::Active,
    }
}

pub(crate) fn run_over(
    script: &str,
    before: &Fields,
    change: &Fields,
) -> Result<Vec<ActionEffect>, ActionError> {
    let action = compile(script).unwrap_or_else(|findings| panic!("{script}: {findings:?}"));
    run_action(&*action, before, change)
}

pub(crate) fn run_action(
    action: &dyn Action,
    before: &Fields,
    change: &Fields,
) -> Result<Vec<ActionEffect>, ActionError> {
    let rep = Principal::user("acme", "u-17")
        .role("SALES_REP")
        .attribute("region", "华东")
        .attribute("level", 3)
        .model("qwen:14b");
    let skill = skill();
    let now = DateTime::from_timestamp(1_772_416_800, 0).unwrap();
    let facts = Facts::new(&rep, &skill, before, now)
        .changed_by(change)
        .scored(Decimal::new(65, 1));
    action.run(&facts)
}

/// Runs a script over the standard record.
pub(crate) fn run(script: &str) -> Result<Vec<ActionEffect>, ActionError> {
    run_over(script, &record(), &Fields::new())
}

/// The message of a script that must fail, after its place.
pub(crate) fn failure(script: &str) -> String {
    let error = run(script).expect_err(script);
    format!(
        "{}:{} {}",
        error.place.line, error.place.column, error.message
    )
}

/// What an expression gives, as `to_text` shows it.
pub(crate) fn shown(expression: &str) -> String {
    let number = run(&format!("risk.add(\"x\", {expression});")).expect(expression);
    match number.as_slice() {
        [ActionEffect::Risk(number, _)] => number.to_string(),
        other => panic!("{expression}: {other:?}"),
    }
}

/// Whether a condition holds.
pub(crate) fn holds(condition: &str) -> bool {
    let script = format!("if {condition} {{ notify(\"yes\") }}");
    !run(&script).expect(condition).is_empty()
}
