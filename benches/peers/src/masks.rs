//! A record of 20 fields as an AI may see it, under the default masks, from `n` rows of the
//! permission tables: ten fields readable, five masked, five hidden. Our side is a whole `read`,
//! with the access on record.

use std::hint::black_box;
use std::time::{Duration, Instant};

use guardrails_core::data::View;
use guardrails_core::{FieldPermission, Operation, Record, Request, RolePermission};
use serde_json::{Map, Value};

use crate::fixture::{self, Bench};
use crate::measure::{self, Contender};
use crate::peers::article;
use crate::report::{Figure, Row};

const ENTITY: &str = "Quote";
const ROLE: &str = "SALES_REP";
const TENANT: &str = "acme";

/// Field, access and sensitivity.
const FIELDS: [(&str, &str, i32); 20] = [
    ("id", "READ", 1),
    ("owner", "READ", 1),
    ("stage", "READ", 1),
    ("title", "READ", 1),
    ("currency", "READ", 1),
    ("valid_days", "READ", 1),
    ("discount", "WRITE", 1),
    ("amount", "READ", 1),
    ("region", "READ", 1),
    ("channel", "READ", 1),
    ("contact_name", "MASKED", 3),
    ("contact_phone", "MASKED", 3),
    ("contact_email", "MASKED", 3),
    ("contact_id", "MASKED", 4),
    ("notes", "MASKED", 2),
    ("cost_price", "HIDDEN", 5),
    ("margin", "HIDDEN", 5),
    ("supplier", "HIDDEN", 5),
    ("bonus", "HIDDEN", 5),
    ("internal_note", "HIDDEN", 5),
];

/// No entity is declared: the tables alone govern.
const POLICY: &str = "guard 1\npackage peers\n
entity Quote { id : text }
skill quote.show { title \"Show\"\n does read on Quote\n impact 1\n allow SALES_REP }\n";

/// `n` rows: those of our entity, and as many entities more as it takes.
fn rows_of_tables(n: usize) -> Vec<FieldPermission> {
    let entities = n / FIELDS.len();
    // Ours is in the middle, so that nobody is lucky.
    let entity = |at: usize| match at == entities / 2 {
        true => ENTITY.to_owned(),
        false => format!("Entity{at}"),
    };
    let row = |at: usize, &(field, access, sensitivity): &(&str, &str, i32)| FieldPermission {
        tenant: TENANT.into(),
        entity: entity(at).into(),
        field: field.into(),
        sensitivity,
        pii: false,
        encryption_required: false,
        roles: vec![RolePermission {
            role: ROLE.into(),
            access: access.to_owned(),
            ai_access_allowed: true,
            conditions: None,
            aggregation: None,
        }],
    };
    (0..entities)
        .flat_map(|at| FIELDS.iter().map(move |field| (at, field)))
        .map(|(at, field)| row(at, field))
        .collect()
}

/// Our side: reads the record again and again, and forgets the audit outside the measured time.
struct Ours<F> {
    bench: Bench,
    operation: Operation,
    take: F,
}

impl<F: FnMut(View<'_>)> Ours<F> {
    fn new(rows: &[FieldPermission], take: F) -> Self {
        let store = fixture::store();
        for row in rows {
            store
                .set_field_permission(row.clone())
                .expect("the row is taken");
        }
        let record = Record::from_json(ENTITY, &fixture::record()).expect("a record");
        let bench = Bench::with(vec![POLICY.to_owned()], record, store);
        let request = Request::new(&bench.principal, "quote.show").entity(ENTITY);
        let operation = bench.guard.begin(request).expect("the operation begins");
        Self {
            bench,
            operation,
            take,
        }
    }

    fn read(&mut self) {
        let view = self.operation.read(&self.bench.record);
        (self.take)(view.expect("the record is in reach"));
    }
}

impl<F: FnMut(View<'_>)> Contender for Ours<F> {
    fn run(&mut self, times: u32) -> Duration {
        self.bench.forget();
        let began = Instant::now();
        for _ in 0..times {
            self.read();
        }
        began.elapsed()
    }
}

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for n in [20, 2_000] {
        let tables = rows_of_tables(n);
        let searched = article::Permissions::new(&tables);
        let record: Map<String, Value> =
            serde_json::from_str(&fixture::record()).expect("the record is well-formed");
        check(&tables, &searched, &record);
        let show = || searched.show(ENTITY, &record, ROLE);
        rows.push(against(
            "masking, borrowed",
            n,
            &tables,
            |view| _ = black_box(view),
            || {
                black_box(show());
            },
        ));
        rows.push(against(
            "masking, owned",
            n,
            &tables,
            |view| _ = black_box(view.to_fields()),
            || {
                black_box(show());
            },
        ));
        rows.push(against(
            "masking, JSON",
            n,
            &tables,
            |view| _ = black_box(view.to_json()),
            || {
                black_box(serde_json::to_string(&show()).expect("JSON"));
            },
        ));
    }
    rows
}

fn check(tables: &[FieldPermission], searched: &article::Permissions, record: &Map<String, Value>) {
    let mut ours = String::new();
    Ours::new(tables, |view| ours = view.to_json()).read();
    let ours: Value = serde_json::from_str(&ours).expect("JSON");
    assert_eq!(ours, Value::Object(searched.show(ENTITY, record, ROLE)));
    assert_eq!(ours.as_object().map(Map::len), Some(15));
}

fn against(
    name: &str,
    n: usize,
    tables: &[FieldPermission],
    take: impl FnMut(View<'_>),
    mut theirs: impl FnMut(),
) -> Row {
    let mut ours = Ours::new(tables, take);
    let (ours, time) = measure::both(&mut ours, &mut theirs);
    Row {
        name: name.to_owned(),
        n,
        ours: Figure::Nanos(ours),
        theirs: Some(("list search".to_owned(), Figure::Nanos(time))),
    }
}
