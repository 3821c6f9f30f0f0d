//! Random policies, rows and conditions: the views agree with the oracle, grants only add, rows
//! only take away, and what is hidden or masked is nowhere in a view.

use std::collections::BTreeMap;
use std::sync::Arc;

use guardrails_core::data::{Access, FieldTable, Mask, Writable, view};
use guardrails_core::policy::{
    ExprKind, FieldClause, FieldSet, Grant, Permission, Policy, Sensitivity, WriteScope,
};
use guardrails_core::process::Truth;
use guardrails_core::{FieldPermission, Fields, Name, Record, Value};
use proptest::prelude::*;

use super::oracle::{Case, leaf, writable};
use super::world::*;

/// Every leaf of [`secret_quote`], with the text that stands there.
const LEAVES: &[(&str, &str)] = &[
    ("id", "⟦机密编号甲⟧"),
    ("amount", "⟦机密金额乙⟧"),
    ("cost_price", "⟦机密成本丙⟧"),
    ("contact_phone", "⟦机密电话丁⟧"),
    ("notes", "⟦机密备注戊⟧"),
    ("customer.name", "⟦机密姓名己⟧"),
    ("customer.phone", "⟦机密手机庚⟧"),
    ("customer.parent.name", "⟦机密上级辛⟧"),
    ("customer.parent.phone", "⟦机密上级壬⟧"),
    ("clauses.text", "⟦机密条款癸⟧"),
];
/// What clauses and rows may speak of.
const PATHS: &[&str] = &[
    "id",
    "amount",
    "cost_price",
    "contact_phone",
    "notes",
    "customer",
    "customer.name",
    "customer.phone",
    "customer.parent",
    "customer.parent.name",
    "clauses",
    "clauses.text",
];
const ROLES: &[&str] = &["R", "S", "T"];
const CONDITIONS: &[&str] = &["c0", "c1", "c2"];

fn secret_quote() -> Record {
    let text = |path: &str| Value::from(LEAVES.iter().find(|(have, _)| *have == path).unwrap().1);
    let object = |fields: Vec<(&str, Value)>| Value::from(fields.into_iter().collect::<Fields>());
    let parent = object(vec![
        ("name", text("customer.parent.name")),
        ("phone", text("customer.parent.phone")),
    ]);
    let customer = object(vec![
        ("name", text("customer.name")),
        ("phone", text("customer.phone")),
        ("parent", parent),
        ("undeclared", Value::from("⟦机密未申报⟧")),
    ]);
    let top = LEAVES.iter().filter(|(path, _)| !path.contains('.'));
    let fields = top
        .map(|(path, text)| (*path, Value::from(*text)))
        .collect();
    Record::new(QUOTE, fields)
        .with("customer", customer)
        .with(
            "clauses",
            vec![object(vec![("text", text("clauses.text"))])],
        )
        .with("undeclared", "⟦机密未申报⟧")
}

fn pick(all: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(all)
}

fn some_paths() -> impl Strategy<Value = Vec<Name>> {
    proptest::collection::vec(pick(PATHS).prop_map(Name::from), 1..4)
}

fn some_clause() -> impl Strategy<Value = FieldClause> {
    let fields = prop_oneof![
        3 => some_paths().prop_map(FieldSet::Named),
        1 => some_paths().prop_map(FieldSet::AllExcept),
    ];
    let masks = proptest::sample::select(vec![
        Mask::Phone,
        Mask::Name,
        Mask::Redact,
        Mask::Partial(1, 1),
        Mask::Default(Sensitivity::PUBLIC),
    ]);
    let permission = prop_oneof![
        4 => Just(Permission::Read),
        2 => Just(Permission::Write(WriteScope::Within)),
        1 => Just(Permission::Write(WriteScope::Beyond)),
        2 => masks.prop_map(Permission::Mask),
        1 => Just(Permission::Hide),
    ];
    let when = proptest::option::weighted(0.3, pick(CONDITIONS).prop_map(condition));
    (fields, permission, when).prop_map(|(fields, permission, when)| FieldClause {
        when,
        ..clause(fields, permission)
    })
}

fn some_grant() -> impl Strategy<Value = Grant> {
    let clauses = proptest::collection::vec(some_clause(), 1..5);
    let scope = proptest::option::weighted(0.3, pick(CONDITIONS).prop_map(condition));
    let context = prop_oneof![4 => Just(None), 2 => Just(Some("sales")), 1 => Just(Some("mail"))];
    (pick(ROLES), clauses, scope, context).prop_map(|(role, clauses, scope, context)| Grant {
        scope,
        contexts: context.into_iter().map(Name::from).collect(),
        ..grant(role, clauses)
    })
}

fn some_row() -> impl Strategy<Value = FieldPermission> {
    let field = prop_oneof![
        4 => pick(PATHS).prop_map(|path| (QUOTE, path)),
        1 => pick(&["name", "phone", "parent"]).prop_map(|field| (CUSTOMER, field)),
        1 => Just(("Clause", "text")),
    ];
    let access = pick(&["READ", "WRITE", "MASKED", "HIDDEN", "AGGREGATED", "?"]);
    let conditions = proptest::option::weighted(
        0.4,
        pick(&[
            "{}",
            r#"{"ai_context":"sales"}"#,
            r#"{"ai_context":"mail"}"#,
            "broken",
        ]),
    );
    let tenant = prop_oneof![5 => Just("acme"), 1 => Just("globex")];
    (
        field,
        pick(ROLES),
        access,
        conditions,
        prop::bool::weighted(0.9),
        0..7_i32,
        tenant,
    )
        .prop_map(
            |((entity, field), role, access, conditions, allowed, sensitivity, tenant)| {
                let mut row = row(entity, field, role, access);
                row.tenant = tenant.into();
                row.sensitivity = sensitivity;
                row.roles[0].conditions = conditions.map(str::to_owned);
                row.roles[0].ai_access_allowed = allowed;
                row
            },
        )
}

/// Any row that a table may hold: of every tenant, under any condition, garbage included.
fn any_row() -> impl Strategy<Value = FieldPermission> {
    let fields = pick(&[
        "amount",
        "customer.phone",
        "customer",
        "id",
        "notes.",
        "",
        "a..b",
        ".",
        "nobody",
    ]);
    let conditions = pick(&[
        r#"{"record": {"amount": 7}}"#,
        r#"{"record": {"notes": ["a", "b"]}}"#,
        r#"{"record": {"customer.name": {"missing": true}}}"#,
        r#"{"actor": {"region": "east"}, "time": {"from": "09:00"}}"#,
        r#"{"ai_context": "sales", "record": {"id": "q-1"}}"#,
        r#"{"record": {"nobody": 1}}"#,
        r#"{"record": {"amount": 7}, "record": {}}"#,
        "null",
        "\u{0}",
    ]);
    let odd = (
        some_row(),
        fields,
        proptest::option::weighted(0.7, conditions),
        pick(&["acme", "*"]),
    );
    let odd = odd.prop_map(|(mut row, field, conditions, tenant)| {
        row.tenant = tenant.into();
        row.entity = QUOTE.into();
        row.field = field.into();
        row.roles[0].conditions = conditions.map(str::to_owned);
        row
    });
    prop_oneof![1 => some_row(), 2 => odd]
}

fn some_truths() -> impl Strategy<Value = [Truth; 3]> {
    let truth = || proptest::sample::select(vec![Truth::True, Truth::False, Truth::Unknown]);
    [truth(), truth(), truth()]
}

/// Assigned and inherited roles.
fn some_roles() -> impl Strategy<Value = (Vec<&'static str>, Vec<&'static str>)> {
    let any = || proptest::sample::subsequence(ROLES.to_vec(), 0..=2);
    (proptest::sample::subsequence(ROLES.to_vec(), 1..=2), any())
}

struct World {
    policy: Policy,
    rows: Vec<FieldPermission>,
    roles: (Vec<&'static str>, Vec<&'static str>),
    truths: [Truth; 3],
}

impl World {
    fn truth(&self, name: &str) -> Truth {
        let at = CONDITIONS.iter().position(|have| *have == name).unwrap();
        self.truths[at]
    }

    fn table(&self) -> Arc<FieldTable> {
        let permissions = permissions_of(&self.policy, &self.rows, &self.roles.0, &self.roles.1);
        let truths: Vec<Truth> = permissions
            .conditions()
            .iter()
            .map(|condition| match &condition.kind {
                ExprKind::HasRole(name) => self.truth(name),
                // The same condition comes out the same in each world.
                _ => self.truths[condition.to_string().len() % 3],
            })
            .collect();
        Arc::new(permissions.table(&truths))
    }

    fn expected(&self, path: &str) -> Option<Access> {
        self.asked(|case| leaf(case, path))
    }

    fn may_write(&self, field: &str) -> Writable {
        self.asked(|case| writable(case, field))
    }

    fn asked<T>(&self, ask: impl FnOnce(&Case<'_>) -> T) -> T {
        ask(&Case {
            policy: &self.policy,
            rows: &self.rows,
            assigned: &self.roles.0,
            inherited: &self.roles.1,
            truth: &|name| self.truth(name),
        })
    }
}

/// How much of a leaf a view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    Nothing,
    Masked,
    Whole,
}

fn shown(table: &Arc<FieldTable>) -> Vec<Shown> {
    let record = secret_quote();
    let fields = view(&record, table).to_fields();
    LEAVES
        .iter()
        .map(|(path, text)| match leaf_in(&fields, path) {
            None => Shown::Nothing,
            Some(value) if value.as_text() == Some(text) => Shown::Whole,
            Some(_) => Shown::Masked,
        })
        .collect()
}

/// The value of a leaf in a view.
fn leaf_in(fields: &Fields, path: &str) -> Option<Value> {
    path.split('.')
        .try_fold(Value::from(fields.clone()), |value, key| {
            let value = match value {
                Value::List(items) => items.first()?.clone(),
                other => other,
            };
            value.as_object()?.value(key).cloned()
        })
}

/// What a mask leaves of a leaf: of an amount nothing, since no mask is made for one.
fn disguised(mask: &Mask, path: &str, text: &str) -> Value {
    let masked = mask.apply(&Value::from(text));
    match path {
        "amount" | "cost_price" if masked != Mask::Redact.apply(&Value::Null) => Value::from("***"),
        _ => masked,
    }
}

/// Strictness of each row for a field that is no nested entity, and how far it is writable, by name.
fn levels(table: &FieldTable) -> BTreeMap<Name, (u8, Writable)> {
    let rows = table.rows().iter();
    rows.filter(|row| !matches!(&**row.name(), "customer" | "clauses"))
        .map(|row| {
            let level = (row.access().strictness(), row.writable());
            (row.name().clone(), level)
        })
        .collect()
}

/// `less` shows and allows no more than `more`.
fn assert_no_wider(less: &Arc<FieldTable>, more: &Arc<FieldTable>) -> Result<(), TestCaseError> {
    if !less.is_out_of_scope() {
        prop_assert!(!more.is_out_of_scope());
    }
    for ((a, b), (path, _)) in shown(less).iter().zip(&shown(more)).zip(LEAVES) {
        prop_assert!(a <= b, "{path} is {a:?} with less and {b:?} with more");
    }
    // A field without a row is hidden, and may not be written.
    let none = (Access::Hidden.strictness(), Writable::No);
    let (less, more) = (levels(less), levels(more));
    for name in less.keys().chain(more.keys()) {
        let of =
            |levels: &BTreeMap<Name, (u8, Writable)>| levels.get(name).copied().unwrap_or(none);
        let ((strict, writes), (loose, may_write)) = (of(&less), of(&more));
        prop_assert!(strict >= loose, "{name}");
        prop_assert!(writes <= may_write, "{name}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn views_agree_with_the_oracle(
        grants in proptest::collection::vec(some_grant(), 0..4),
        rows in proptest::collection::vec(some_row(), 0..6),
        roles in some_roles(),
        truths in some_truths(),
    ) {
        let world = World { policy: policy(grants), rows, roles, truths };
        let table = world.table();
        let record = secret_quote();
        let fields = view(&record, &table).to_fields();
        for (path, text) in LEAVES {
            let expected = world.expected(path);
            prop_assert_eq!(expected.is_none(), table.is_out_of_scope());
            let wanted = match expected {
                None | Some(Access::Hidden) => None,
                Some(Access::Masked(mask)) => Some(disguised(&mask, path, text)),
                Some(Access::Read) => Some(Value::from(*text)),
            };
            let seen = leaf_in(&fields, path);
            // A default mask on a whole nested entity is chosen by the entity's sensitivity and gets
            // stricter with the field's; it may then be stricter than another grant's mask.
            let redacted = seen == Some(Mask::Redact.apply(&Value::Null));
            let stricter = matches!(world.expected(path), Some(Access::Masked(_))) && redacted;
            prop_assert!(seen == wanted || stricter, "{} is not {:?}", path, world.expected(path));
        }
        for row in table.rows() {
            prop_assert_eq!(row.writable(), world.may_write(row.name()), "{}", row.name());
        }
    }

    #[test]
    fn a_grant_more_never_narrows_and_one_less_never_widens(
        grants in proptest::collection::vec(some_grant(), 1..4),
        one in some_grant(),
        rows in proptest::collection::vec(some_row(), 0..5),
        roles in some_roles(),
        truths in some_truths(),
    ) {
        let mut more = grants.clone();
        more.push(one);
        let less = World { policy: policy(grants), rows: rows.clone(), roles: roles.clone(), truths };
        let more = World { policy: policy(more), rows, roles, truths };
        assert_no_wider(&less.table(), &more.table())?;
    }

    #[test]
    fn the_first_row_of_a_role_on_a_field_never_widens_what_grants_give(
        grants in proptest::collection::vec(some_grant(), 1..4),
        rows in proptest::collection::vec(some_row(), 0..5),
        one in some_row(),
        roles in some_roles(),
        truths in some_truths(),
    ) {
        // A second row of the same role may hold in a context where the first does not.
        let same = |row: &FieldPermission| {
            row.entity == one.entity && row.field == one.field && row.roles[0].role == one.roles[0].role
        };
        prop_assume!(!rows.iter().any(same));
        let mut narrower = rows.clone();
        narrower.push(one);
        let more = World { policy: policy(grants.clone()), rows, roles: roles.clone(), truths };
        let less = World { policy: policy(grants), rows: narrower, roles, truths };
        assert_no_wider(&less.table(), &more.table())?;
    }

    #[test]
    fn any_row_that_is_the_first_of_its_kind_never_widens(
        grants in proptest::collection::vec(some_grant(), 1..4),
        rows in proptest::collection::vec(any_row(), 0..5),
        one in any_row(),
        roles in some_roles(),
        truths in some_truths(),
    ) {
        let same = |row: &FieldPermission| {
            row.entity == one.entity
                && row.field == one.field
                && row.tenant == one.tenant
                && row.roles[0].role == one.roles[0].role
        };
        prop_assume!(!rows.iter().any(same));
        let mut narrower = rows.clone();
        narrower.push(one);
        let more = World { policy: policy(grants.clone()), rows, roles: roles.clone(), truths };
        let less = World { policy: policy(grants), rows: narrower, roles, truths };
        assert_no_wider(&less.table(), &more.table())?;
    }

    #[test]
    fn a_row_that_hides_or_is_garbage_never_widens(
        grants in proptest::collection::vec(some_grant(), 0..4),
        rows in proptest::collection::vec(any_row(), 1..6),
        one in any_row(),
        garbage in pick(&["HIDDEN", "hidden", "", "\u{0}"]),
        roles in some_roles(),
        truths in some_truths(),
    ) {
        let mut one = one;
        one.roles[0].access = garbage.to_owned();
        let mut narrower = rows.clone();
        narrower.push(one);
        let more = World { policy: policy(grants.clone()), rows, roles: roles.clone(), truths };
        let less = World { policy: policy(grants), rows: narrower, roles, truths };
        assert_no_wider(&less.table(), &more.table())?;
    }

    #[test]
    fn all_rows_together_never_widen_what_grants_give(
        grants in proptest::collection::vec(some_grant(), 1..4),
        rows in proptest::collection::vec(any_row(), 0..8),
        roles in some_roles(),
        truths in some_truths(),
    ) {
        let more = World { policy: policy(grants.clone()), rows: Vec::new(), roles: roles.clone(), truths };
        let less = World { policy: policy(grants), rows, roles, truths };
        let (less, more) = (less.table(), more.table());
        for ((a, b), (path, _)) in shown(&less).iter().zip(&shown(&more)).zip(LEAVES) {
            prop_assert!(a <= b, "{path}");
        }
    }

    #[test]
    fn what_is_not_whole_is_nowhere_in_the_view(
        grants in proptest::collection::vec(some_grant(), 0..4),
        rows in proptest::collection::vec(some_row(), 0..6),
        roles in some_roles(),
        truths in some_truths(),
    ) {
        let world = World { policy: policy(grants), rows, roles, truths };
        let table = world.table();
        let record = secret_quote();
        let seen = view(&record, &table);
        let notes: String = seen.notes().map(|note| note.to_string()).collect();
        let said = format!("{}{:?}{notes}{:?}", seen.to_json(), seen, table);
        let debug = format!("{seen:?}");
        prop_assert!(!debug.contains('⟦'));
        prop_assert!(!said.contains("⟦机密未申报⟧"));
        for ((path, text), level) in LEAVES.iter().zip(shown(&table)) {
            prop_assert!(level == Shown::Whole || !said.contains(text), "{path}");
            let keys: Vec<Name> = path.split('.').map(Name::from).collect();
            let message = table.show(&keys, &Value::from(*text));
            prop_assert!(level == Shown::Whole || !message.contains(text), "{path}");
            prop_assert!(level != Shown::Whole || message == *text, "{path}");
        }
        prop_assert_eq!(seen.to_json(), seen.to_fields().to_json());
    }
}
