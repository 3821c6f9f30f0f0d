//! `Debug` goes into logs: it shows no value of a record, in whatever type the value is carried.

use std::fmt::Debug;

use crm_guardrails::audit::AuditReader;
use crm_guardrails::policy::Aggregation;
use crm_guardrails::*;

use super::fixture::*;

const WORD: &str = "q7z3x9canary";
const NUMBER: &str = "13572468";

/// Every value in this policy may be seen by its reader, so that nothing but `Debug` holds it back.
const OPEN: &str = r#"guard 1
entity Line { name : text  cost : money(CNY) }
entity Deal {
    id    : text
    word  : text
    note  : text
    cost  : money(CNY)
    lines : [Line]
}
grant SALES_REP on Deal { read *  write word, cost }
grant SALES_MANAGER on Deal { read *  aggregate cost by sum min_group 2 }
skill deal.write { does update on Deal impact 3 allow SALES_REP, SALES_MANAGER }
approval finance_approval { step finance 1 of SALES_MANAGER within 1d else deny  expires 3d  execute within 1h }
rule weighed { on update of Deal when word != "x" do { risk.add("size", cost / 3717114.66); } }
rule shown {
    on update of Deal
    when word != "x" and (some l in lines satisfies l.cost > 1 CNY)
    then require approval finance_approval because "{word} {cost} {l.name} {old.word}",
         oblige "note" { word: "{word}", lines: ["{l.name}"] }
}
rule watched @shadow { on update of Deal when cost > 1 CNY then deny WATCHED because "{word} {cost}" }
rule near { on update of Deal when word == "x" and cost > 2 CNY then deny NEAR because "{word}" }
rule sealed { on read of Deal when note == "sealed" then deny SEALED because "{word}" }
"#;

fn deal() -> Record {
    let line = Fields::from_iter([("name", Value::from(WORD)), ("cost", Value::from(NUMBER))]);
    Record::new("Deal", Fields::new())
        .with("id", "d-1")
        .with("word", WORD)
        .with("note", "plain")
        .with("cost", NUMBER)
        .with("lines", vec![Value::from(line)])
}

#[derive(Default)]
struct Printed(Vec<String>);

impl Printed {
    fn take(&mut self, value: &dyn Debug) {
        self.0.push(format!("{value:?}"));
        self.0.push(format!("{value:#?}"));
    }

    fn all<T: Debug>(&mut self, values: &[T]) {
        assert!(
            !values.is_empty(),
            "nothing to print of {}",
            std::any::type_name::<T>()
        );
        values.iter().for_each(|value| self.take(value));
    }

    fn explanation(&mut self, explanation: &process::Explanation) {
        self.take(explanation);
        self.all(&explanation.rules);
        self.take(&explanation.near_misses);
        self.take(&explanation.remedies);
        self.take(&explanation.risk);
        self.take(&explanation.fields);
        self.take(&explanation.refusals);
        let conditions = explanation.rules.iter().chain(&explanation.near_misses);
        for clause in conditions.filter_map(|rule| rule.condition.as_ref()) {
            self.take(clause);
            self.take(&clause.readings);
        }
    }
}

#[test]
fn no_debug_form_shows_a_value_of_a_record() {
    let world = world_with(OPEN);
    let mut printed = Printed::default();
    let record = deal();
    let changes = Changes::update(&record).set("word", format!("{WORD}2"));
    let rep = rep().attribute("secret", WORD);
    let request = Request::new(&rep, "deal.write").context("sales_copilot");
    printed.take(&record);
    printed.take(record.fields());
    printed.take(&Value::from(WORD));
    printed.take(&changes);
    printed.take(&rep);
    printed.take(&request);
    let mut operation = world.guard.begin(request.clone()).unwrap();
    let view = operation.read(&record).unwrap();
    assert!(view.to_json().contains(WORD));
    printed.take(&view);
    printed.take(&view.to_fields());
    printed.take(&view.into_owned());
    let decision = operation.propose(&changes).unwrap();
    assert!(decision.reasons()[0].message().contains(NUMBER));
    printed.take(&decision);
    printed.take(decision.outcome());
    printed.all(decision.reasons());
    printed.all(decision.shadows());
    printed.take(decision.risk());
    printed.all(decision.verdicts());
    printed.all(decision.obligations());
    printed.take(decision.obligations()[0].terms());
    let explanation = decision.explain();
    assert!(
        explanation
            .to_text(Language::English, process::Marks::Words)
            .contains(NUMBER)
    );
    printed.explanation(&explanation);
    printed.take(&operation);
    let Outcome::NeedsApproval(ticket) = decision.outcome() else {
        panic!("{decision:?}");
    };
    let approvals = world.guard.approvals();
    let card = approvals.approve(ticket.id(), &manager(), WORD).unwrap();
    assert!(card.because[0].contains(WORD) && card.changes[0].before.contains(WORD));
    printed.take(&card);
    printed.all(&card.changes);
    printed.all(&card.decisions);
    printed.take(&approvals);
    for read in [WORD, "sealed"] {
        let mut operation = world.guard.begin(request.clone()).unwrap();
        let bad = record.clone().with("cost", read).with("note", read);
        match operation.read(&bad) {
            Ok(view) => printed.take(&view),
            Err(error) => printed.take(&error),
        }
        let refused = operation.propose(&Changes::update(&record).set("cost", WORD));
        printed.take(&refused);
    }
    let manager = manager();
    let mut operation = world
        .guard
        .begin(Request::new(&manager, "deal.write"))
        .unwrap();
    let other = deal().with("id", "d-2").with("cost", 0);
    let figure = operation
        .aggregate(&[record, other], "cost", Aggregation::Sum)
        .unwrap();
    assert_eq!(figure.value.to_string(), NUMBER);
    printed.take(&figure);
    for event in world
        .store
        .events(world.store.logs().unwrap()[0].log, 0, 1_000)
        .unwrap()
    {
        printed.take(&event);
    }
    for text in printed.0 {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        assert!(!text.contains(WORD), "{text}");
        assert!(!text.contains(NUMBER) && !digits.contains(NUMBER), "{text}");
        assert!(!text.contains("3.65"), "a share of the risk in {text}");
    }
}
