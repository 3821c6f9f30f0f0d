//! Holds the plan's compiled conditions and index to the reference evaluator, on random rules and random records, with
//! missing fields, wrong types, overflow and division by zero among them.

mod items_and_time;
mod structure;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use proptest::prelude::*;
use rust_decimal::Decimal;

use self::items_and_time::{aggregate, date, instant, long};
use super::compiled::{Compiler, Frame, PlanConstants, Slots};
use super::evaluate;
use super::reference;
use super::review::review;
use super::risk::Scale;
use super::rules::RuleSet;
use crate::Principal;
use crate::diagnostic::Place;
use crate::facts::Facts;
use crate::policy::*;
use crate::value::{Fields, Name, Value};
use crate::{Activity, Zone};

pub(super) const ROLES: [&str; 3] = ["FINANCE", "MANAGER", "REP"];
const WORDS: [&str; 4] = ["a", "ab", "华东", ""];

fn expr(kind: ExprKind) -> Expr {
    Expr::new(kind, Place::default())
}

fn path(root: Root, key: &str, ty: Type) -> Path {
    Path {
        root,
        keys: vec![key.into()],
        ty,
    }
}

fn number_path() -> impl Strategy<Value = Path> {
    prop_oneof![
        4 => prop::sample::select(vec!["n", "m", "absent"])
            .prop_map(|key| path(Root::Record, key, Type::Decimal)),
        1 => Just(path(Root::Old, "n", Type::Decimal)),
        1 => Just(path(Root::Actor, "level", Type::Int)),
        1 => Just(path(Root::Skill, "impact", Type::Int)),
        1 => Just(path(Root::Data, "max_sensitivity", Type::Int)),
        1 => Just(path(Root::Risk, "score", Type::Decimal)),
        1 => Just(path(Root::Behaviour, "score", Type::Decimal)),
        1 => prop::sample::select(vec!["calls", "fields"]).prop_map(|what| Path {
            root: Root::Behaviour,
            keys: vec![what.into(), "10m".into()],
            ty: Type::Int,
        }),
    ]
}

fn text_path() -> impl Strategy<Value = Path> {
    prop_oneof![
        3 => prop::sample::select(vec!["t", "u"]).prop_map(|key| path(Root::Record, key, Type::Text)),
        1 => Just(path(Root::Ai, "context", Type::Text)),
        1 => Just(path(Root::Ai, "model", Type::Text)),
        1 => Just(path(Root::Actor, "id", Type::Text)),
        1 => Just(path(Root::Actor, "tenant", Type::Text)),
    ]
}

fn small_number() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        8 => (-3_i64..=3).prop_map(Decimal::from),
        1 => Just(Decimal::MAX),
        1 => Just(Decimal::new(25, 1)),
    ]
}

fn number() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        small_number().prop_map(|n| expr(ExprKind::Literal(n.into()))),
        number_path().prop_map(|path| expr(ExprKind::Path(path))),
        text_path().prop_map(|path| {
            let text = expr(ExprKind::Path(path));
            expr(ExprKind::Call(Function::Len, Box::new(text)))
        }),
        (date(), date())
            .prop_map(|(a, b)| { expr(ExprKind::DaysBetween(Box::new(a), Box::new(b))) }),
        instant().prop_map(|at| expr(ExprKind::Call(Function::HourOf, Box::new(at)))),
        instant().prop_map(|at| expr(ExprKind::Call(Function::MinuteOfDay, Box::new(at)))),
        aggregate(),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        let operation = prop::sample::select(vec![
            Arithmetic::Add,
            Arithmetic::Subtract,
            Arithmetic::Multiply,
            Arithmetic::Divide,
        ]);
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            (operation, pair.clone()).prop_map(|(operation, (a, b))| {
                expr(ExprKind::Arithmetic(operation, Box::new(a), Box::new(b)))
            }),
            inner.prop_map(|a| expr(ExprKind::Negate(Box::new(a)))),
            pair.prop_map(|(a, b)| expr(ExprKind::Coalesce(Box::new(a), Box::new(b)))),
        ]
    })
}

fn calculated(operation: Arithmetic, a: Expr, b: Expr) -> Expr {
    expr(ExprKind::Arithmetic(operation, Box::new(a), Box::new(b)))
}

fn text() -> impl Strategy<Value = Expr> {
    prop_oneof![
        prop::sample::select(WORDS.to_vec()).prop_map(|word| expr(ExprKind::Literal(word.into()))),
        text_path().prop_map(|path| expr(ExprKind::Path(path))),
        text_path().prop_map(|path| {
            let text = expr(ExprKind::Path(path));
            expr(ExprKind::Call(Function::Lower, Box::new(text)))
        }),
    ]
}

fn comparison() -> impl Strategy<Value = Comparison> {
    prop::sample::select(vec![
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
    ])
}

fn list() -> Expr {
    expr(ExprKind::Path(path(
        Root::Record,
        "list",
        Type::List(Arc::new(Type::Decimal)),
    )))
}

pub(super) fn condition() -> impl Strategy<Value = Expr> {
    let compare = |operand: BoxedStrategy<Expr>| {
        (comparison(), operand.clone(), operand).prop_map(|(comparison, a, b)| {
            expr(ExprKind::Compare(comparison, Box::new(a), Box::new(b)))
        })
    };
    let threshold = (comparison(), number_path(), small_number()).prop_map(|(comparison, p, n)| {
        let (p, n) = (expr(ExprKind::Path(p)), expr(ExprKind::Literal(n.into())));
        expr(ExprKind::Compare(comparison, Box::new(p), Box::new(n)))
    });
    let numbers = prop::collection::vec(small_number(), 0..4);
    let words = prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..4);
    let leaf = prop_oneof![
        6 => threshold,
        2 => compare(number().boxed()),
        2 => compare(text().boxed()),
        1 => compare(long().boxed()),
        1 => compare(instant().boxed()),
        1 => compare(date().boxed()),
        2 => prop::sample::select(ROLES.to_vec()).prop_map(|role| expr(ExprKind::HasRole(role.into()))),
        1 => number_path().prop_map(|path| expr(ExprKind::IsMissing(path))),
        1 => prop::sample::select(vec!["n", "t"])
            .prop_map(|key| expr(ExprKind::Changed(path(Root::Record, key, Type::Text)))),
        1 => (number_path(), numbers).prop_map(|(path, numbers)| {
            let set = ValueSet::new("", numbers.into_iter().map(Value::from));
            expr(ExprKind::InSet(Box::new(expr(ExprKind::Path(path))), Arc::new(set)))
        }),
        2 => (text_path(), words).prop_map(|(path, words)| {
            let set = ValueSet::new("", words.into_iter().map(Value::from));
            expr(ExprKind::InSet(Box::new(expr(ExprKind::Path(path))), Arc::new(set)))
        }),
        1 => number().prop_map(|item| expr(ExprKind::InList(Box::new(item), Box::new(list())))),
        1 => (text(), text()).prop_map(|(a, b)| {
            expr(ExprKind::Text(TextTest::Contains, Box::new(a), Box::new(b)))
        }),
        1 => (prop::bool::ANY, comparison(), number()).prop_map(|(some, comparison, bound)| {
            let item = expr(ExprKind::Path(Path {
                root: Root::Variable(0),
                keys: Vec::new(),
                ty: Type::Decimal,
            }));
            let test = expr(ExprKind::Compare(comparison, Box::new(item), Box::new(bound)));
            let quantifier = if some { Quantifier::Some } else { Quantifier::Every };
            expr(ExprKind::Quantified(quantifier, Box::new(list()), 0, Box::new(test)))
        }),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|parts| expr(ExprKind::All(parts))),
            prop::collection::vec(inner.clone(), 0..4).prop_map(|parts| expr(ExprKind::Any(parts))),
            inner.prop_map(|inner| expr(ExprKind::Not(Box::new(inner)))),
        ]
    })
}

pub(super) fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => small_number().prop_map(Value::from),
        3 => prop::sample::select(WORDS.to_vec()).prop_map(Value::from),
        1 => Just(Value::Null),
        1 => Just(Value::Bool(true)),
        1 => Just(Value::from("2")),
        1 => Just(Value::from("2027-01-15")),
        1 => Just(Value::from("2027-01-15T02:30:00")),
        1 => Just(Value::from("PT36H")),
        1 => Just(Value::from(1_800_000_000_000_i64)),
        1 => prop::collection::vec(small_number(), 0..3).prop_map(Value::from),
    ]
}

pub(super) fn fields() -> impl Strategy<Value = Fields> {
    let name = prop::sample::select(vec!["n", "m", "t", "u", "span", "list"]);
    prop::collection::vec((name, any_value()), 0..6).prop_map(|pairs| pairs.into_iter().collect())
}

fn effect(name: &Name, which: u8) -> Effect {
    let because = Message {
        parts: vec![
            MessagePart::Text("n is ".to_owned()),
            MessagePart::Value(path(Root::Record, "n", Type::Decimal)),
            MessagePart::Text(", by item ".to_owned()),
            MessagePart::Value(Path {
                root: Root::Variable(0),
                keys: Vec::new(),
                ty: Type::Decimal,
            }),
        ],
        translations: Vec::new(),
    };
    let kind = match which % 5 {
        0 => EffectKind::Deny("NO".into(), because),
        1 => EffectKind::RequireApproval(Requirement {
            chain: "chain".into(),
            code: Requirement::CODE.into(),
            because,
        }),
        2 => EffectKind::Risk(Decimal::ONE, name.clone()),
        3 => EffectKind::Oblige(Arc::new(Duty {
            name: "log".into(),
            terms: vec![("why".into(), Term::Text(because))],
        })),
        _ => EffectKind::Notify(name.clone()),
    };
    Effect {
        kind,
        place: Place::default(),
    }
}

fn rule(number: usize, when: Option<Expr>, which: u8, shadow: bool) -> Rule {
    let name = Name::from(format!("r{number}"));
    Rule {
        effects: vec![effect(&name, which)],
        origin: Origin {
            name,
            place: Place::default(),
        },
        verbs: vec![Verb::Update],
        entity: "E".into(),
        when,
        mode: if shadow { Mode::Shadow } else { Mode::Enforced },
        since: which
            .is_multiple_of(5)
            .then(|| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()),
        until: which
            .is_multiple_of(7)
            .then(|| NaiveDate::from_ymd_opt(2026, 6, 30).unwrap()),
        owner: "".into(),
        severity: None,
        tags: Vec::new(),
        doc: "".into(),
        table: None,
    }
}

/// Rows of one table: each a cell of its own, effects that rows may well share, and sometimes none.
fn table() -> impl Strategy<Value = Vec<Rule>> {
    let hit = prop::sample::select(vec![Hit::Unique, Hit::First, Hit::Any, Hit::Collect]);
    let row = (
        prop::option::weighted(0.9, condition()),
        prop::collection::vec(any::<u8>(), 0..3),
    );
    let rows = prop::collection::vec(row, 1..6);
    (hit, rows, prop::bool::weighted(0.1)).prop_map(|(hit, rows, shadow)| {
        let reads_risk = rows.iter().any(|(cell, _)| {
            let mut reads = false;
            if let Some(cell) = cell {
                cell.visit_paths(&mut |path| reads |= path.root == Root::Risk);
            }
            reads
        });
        let table = Arc::new(Table {
            origin: Origin {
                name: "t".into(),
                place: Place::default(),
            },
            hit,
            columns: vec![Column::Role],
            reads_risk,
        });
        let rows = (1..).zip(rows);
        rows.map(|(row, (cell, effects))| {
            let shared = Name::from("shared");
            Rule {
                effects: effects
                    .iter()
                    .map(|which| effect(&shared, *which))
                    .collect(),
                table: Some(Arc::new(TableRow {
                    table: table.clone(),
                    row,
                    cells: vec![cell.clone()],
                })),
                since: None,
                until: None,
                ..rule(0, cell, 1, shadow)
            }
        })
        .collect()
    })
}

pub(super) fn rules() -> impl Strategy<Value = Vec<Arc<Rule>>> {
    let one = (
        prop::option::weighted(0.95, condition()),
        any::<u8>(),
        prop::bool::weighted(0.1),
    );
    let alone = one.prop_map(|(when, which, shadow)| vec![rule(0, when, which, shadow)]);
    let blocks = prop_oneof![4 => alone.boxed(), 2 => table().boxed()];
    prop::collection::vec(blocks, 0..10).prop_map(|blocks| {
        let rules = blocks.into_iter().flatten().enumerate();
        rules
            .map(|(number, mut rule)| {
                rule.origin.name = Name::from(format!("r{number}"));
                Arc::new(rule)
            })
            .collect()
    })
}

pub(super) fn skill() -> Skill {
    Skill {
        origin: Origin {
            name: "s".into(),
            place: Place::default(),
        },
        title: String::new(),
        verb: Verb::Update,
        entities: vec!["E".into()],
        impact: 6,
        allow: Vec::new(),
        models: Vec::new(),
        limits: Vec::new(),
        budgets: Vec::new(),
        status: SkillStatus::Active,
    }
}

pub(super) fn principal(roles: &[&str]) -> Principal {
    roles
        .iter()
        .fold(Principal::user("a", "ab"), |principal, role| {
            principal.role(*role)
        })
        .attribute("level", 2)
        .observed(Activity::Calls, std::time::Duration::from_secs(600), 2)
}

fn zone() -> impl Strategy<Value = Zone> {
    prop::sample::select(vec!["UTC", "Asia/Shanghai", "-03:30"])
        .prop_map(|name| Zone::named(name).unwrap())
}

pub(super) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn index_and_reference_agree(
        rules in rules(),
        before in fields(),
        set in fields(),
        roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3),
        context in prop::sample::select(vec!["", "a", "华东"]),
        has_old in prop::bool::weighted(0.8),
        max_sensitivity in 0_u8..=5,
        zone in zone(),
    ) {
        let (skill, principal) = (skill(), principal(&roles));
        let facts = Facts {
            before: &before,
            set: Some(&set),
            has_old,
            principal: &principal,
            context,
            skill: &skill,
            now: now(),
            zone,
            max_sensitivity,
            risk_score: None,
        };
        let mut compiler = Compiler {
            constants: PlanConstants {
                roles: principal.roles(),
                tenant: principal.tenant(),
                context,
                skill: &skill,
            },
            slots: Slots::default(),
        };
        let risk = Arc::new(RiskModel::standard());
        let ready = RuleSet::new(&rules, Verb::Update, "E", &mut compiler);
        let scale = Scale::new(&risk, &mut compiler);
        let slots = compiler.slots;
        let policy = Policy {
            rules,
            risk,
            entities: BTreeMap::new(),
            ..Policy::empty()
        };
        let show = |_: &super::message::Reference| "shown".to_owned();
        let fast = review(&ready, &scale, &slots, &facts, &show);
        let plain = reference::review(&policy, Verb::Update, "E", &facts, &show);
        prop_assert_eq!(fast, plain);
    }

    #[test]
    fn compiled_and_evaluated_conditions_agree(condition in condition(), before in fields(), roles in prop::sample::subsequence(ROLES.to_vec(), 0..=3), zone in zone()) {
        let (skill, principal) = (skill(), principal(&roles));
        let facts = Facts {
            before: &before,
            set: None,
            has_old: true,
            principal: &principal,
            context: "a",
            skill: &skill,
            now: now(),
            zone,
            max_sensitivity: 3,
            risk_score: Some(Decimal::TWO),
        };
        let mut compiler = Compiler {
            constants: PlanConstants { roles: principal.roles(), tenant: principal.tenant(), context: "a", skill: &skill },
            slots: Slots::default(),
        };
        let predicate = compiler.predicate(&condition);
        let slots = compiler.slots;
        prop_assert_eq!(predicate.holds(&Frame::new(&facts, &slots)), evaluate::holds(&condition, &facts));
    }
}
