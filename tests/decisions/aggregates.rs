//! Figures over many records, for whoever may not see the records' values.

use crm_guardrails::policy::Aggregation;
use crm_guardrails::*;
use rust_decimal::Decimal;

use super::fixture::{codes, world_with};

const POLICY: &str = r#"guard 1
entity Deal {
    id     : text
    owner  : text
    amount : money(CNY)  @sensitivity(4)
    margin : percent?
    note   : text
}
grant ANALYST on Deal where owner != "boss" {
    read      id
    aggregate amount by sum, avg, max min_group 3
    aggregate margin by avg min_group 2
    aggregate note by count
}
grant CLERK on Deal { read id, amount }
grant STRICT on Deal { read id  aggregate amount by sum min_group 2  hide amount when ai.context == "mail" }
skill deal.look { does read on Deal impact 1 allow ANALYST, CLERK, STRICT }
rule audited { on read of Deal when note == "secret" then hide amount }
"#;

fn deal(id: &str, owner: &str, amount: &str) -> Record {
    let fields = [
        ("id", id),
        ("owner", owner),
        ("amount", amount),
        ("note", "x"),
    ];
    Record::new("Deal", Fields::from_iter(fields))
}

fn deals() -> Vec<Record> {
    vec![
        deal("d-1", "u-1", "10.50"),
        deal("d-2", "u-2", "20.25"),
        deal("d-3", "u-3", "0.25"),
        deal("d-4", "boss", "1000000"),
    ]
}

fn take(role: &str, records: &[Record], field: &str, figure: Aggregation) -> Result<Figure> {
    let world = world_with(POLICY);
    let principal = Principal::user("acme", "u-9").role(role);
    let request = Request::new(&principal, "deal.look").context("sales");
    let mut operation = world.guard.begin(request).unwrap();
    operation.aggregate(records, field, figure)
}

fn refused(figure: Result<Figure>) -> Vec<String> {
    let error = figure.unwrap_err();
    let codes = codes(error.reasons()).into_iter().map(str::to_owned);
    codes.collect()
}

#[test]
fn a_figure_is_exact_and_of_the_records_in_reach() {
    let of = |figure| take("ANALYST", &deals(), "amount", figure).unwrap();
    assert_eq!(of(Aggregation::Sum).value, Decimal::new(3100, 2));
    assert_eq!(of(Aggregation::Greatest).value, Decimal::new(2025, 2));
    assert_eq!(
        of(Aggregation::Sum).records,
        3,
        "the boss's deal is out of reach"
    );
}

#[test]
fn a_group_that_is_too_small_says_nothing() {
    let few = &deals()[1..];
    let figure = take("ANALYST", few, "amount", Aggregation::Sum);
    assert_eq!(refused(figure), ["GROUP_TOO_SMALL"]);
    let none = take("ANALYST", &[], "amount", Aggregation::Sum);
    assert_eq!(none.unwrap_err().kind(), ErrorKind::Denied);
}

#[test]
fn a_record_counts_once() {
    let twice = vec![
        deal("d-1", "u", "1"),
        deal("d-1", "u", "1"),
        deal("d-2", "u", "1"),
    ];
    let figure = take("ANALYST", &twice, "amount", Aggregation::Sum);
    assert_eq!(figure.unwrap_err().kind(), ErrorKind::Input);
}

#[test]
fn only_the_figures_that_are_granted_are_taken() {
    let figure = take("ANALYST", &deals(), "amount", Aggregation::Least);
    assert_eq!(refused(figure), ["FIELD_NOT_AGGREGABLE"]);
    let figure = take("ANALYST", &deals(), "owner", Aggregation::Count);
    assert_eq!(refused(figure), ["FIELD_NOT_AGGREGABLE"]);
    let text = take("ANALYST", &deals(), "note", Aggregation::Sum);
    assert_eq!(text.unwrap_err().kind(), ErrorKind::Input);
}

#[test]
fn whoever_reads_a_field_may_count_it_up() {
    let one = vec![deal("d-1", "u-1", "10.50")];
    let figure = take("CLERK", &one, "amount", Aggregation::Least).unwrap();
    assert_eq!((figure.value, figure.records), (Decimal::new(1050, 2), 1));
}

#[test]
fn records_without_a_value_do_not_make_a_group() {
    let figure = take("ANALYST", &deals(), "margin", Aggregation::Average);
    assert_eq!(refused(figure), ["GROUP_TOO_SMALL"]);
    let mut wrong = deals();
    wrong.push(deal("d-5", "u-5", "much"));
    let figure = take("ANALYST", &wrong, "amount", Aggregation::Sum);
    assert_eq!(figure.unwrap_err().kind(), ErrorKind::Input);
}

#[test]
fn a_rule_that_hides_the_field_hides_it_from_figures() {
    let mut records = deals();
    let fields = [
        ("id", "d-6"),
        ("owner", "u"),
        ("amount", "1"),
        ("note", "secret"),
    ];
    records.push(Record::new("Deal", Fields::from_iter(fields)));
    let figure = take("ANALYST", &records, "amount", Aggregation::Sum);
    assert_eq!(refused(figure), ["FIELD_NOT_AGGREGABLE"]);
}

#[test]
fn a_view_says_what_may_be_taken_and_the_audit_what_was() {
    let world = world_with(POLICY);
    let principal = Principal::user("acme", "u-9").role("ANALYST");
    let mut operation = world
        .guard
        .begin(Request::new(&principal, "deal.look"))
        .unwrap();
    let record = deal("d-1", "u-1", "10.50");
    let notes: Vec<String> = {
        let view = operation.read(&record).unwrap();
        assert_eq!(view.to_fields().value("amount"), None);
        view.notes().map(|note| note.to_string()).collect()
    };
    assert!(
        notes
            .contains(&"`amount` may be aggregated: sum over 3, avg over 3, max over 3".to_owned()),
        "{notes:?}"
    );
    operation
        .aggregate(&deals(), "amount", Aggregation::Sum)
        .unwrap();
    let refusal = operation.aggregate(&deals()[2..], "amount", Aggregation::Sum);
    assert!(refusal.is_err());
    operation.complete("done").unwrap();
    let audit = world.audit_text();
    assert!(
        audit.contains(r#""access":"aggregated","field":"amount","mask":"sum","sensitivity":4"#),
        "{audit}"
    );
    assert!(audit.contains("GROUP_TOO_SMALL"), "{audit}");
    assert!(
        !audit.contains("31.00") && !audit.contains("10.50"),
        "{audit}"
    );
}

#[test]
fn the_tables_may_leave_figures_alone() {
    let row = |access: &str| FieldPermission {
        tenant: "acme".into(),
        entity: "Deal".into(),
        field: "amount".into(),
        sensitivity: 1,
        pii: false,
        encryption_required: false,
        roles: vec![RolePermission {
            role: "CLERK".into(),
            access: access.to_owned(),
            conditions: None,
            ai_access_allowed: true,
            aggregation: None,
        }],
    };
    let policy = super::fixture::policy(POLICY);
    let table_of = |rows: &[FieldPermission]| {
        let asked = data::PermissionQuery {
            policy: &policy,
            rows,
            tenant: "acme",
            roles: &["CLERK".into()],
            inherited: &[],
            entity: "Deal",
            context: "",
        };
        data::Permissions::resolve(&asked).table(&[])
    };
    let table = |access: &str| table_of(&[row(access)]);
    let figures = |access: &str| {
        table(access)
            .row("amount")
            .unwrap()
            .aggregable()
            .to_string()
    };
    assert_eq!(
        *table("AGGREGATED").row("amount").unwrap().access(),
        data::Access::Hidden
    );
    assert_eq!(
        figures("AGGREGATED"),
        "count over 5, sum over 5, avg over 5, min over 5, max over 5"
    );
    assert_eq!(figures("HIDDEN"), "");
    assert_eq!(figures("MASKED"), "");
    assert!(figures("READ").starts_with("count over 1"));
    // The column says which figures; of several rows each takes away.
    let named = |types: &[&str]| {
        let mut row = row("AGGREGATED");
        let one = row.roles.remove(0);
        row.roles
            .extend(types.iter().map(|aggregation| RolePermission {
                aggregation: Some((*aggregation).to_owned()),
                ..one.clone()
            }));
        let table = table_of(&[row]);
        table.row("amount").unwrap().aggregable().to_string()
    };
    assert_eq!(named(&["AVG"]), "avg over 5");
    assert_eq!(named(&["SUM, COUNT"]), "count over 5, sum over 5");
    assert_eq!(named(&["SUM,AVG", "AVG,MAX"]), "avg over 5");
    assert_eq!(named(&["", "MIN"]), "min over 5");
    for nothing in ["avg", "MEDIAN", "AVG,?", "unreadable"] {
        assert_eq!(named(&[nothing]), "");
    }
    assert_eq!(named(&["SUM", "AVG"]), "");
}
