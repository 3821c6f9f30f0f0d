//! Rego in regorus: a partial set of the rules that hold, compiled once for its virtual machine, which
//! is several times faster here than its interpreter. In two forms: a Rego rule for each rule, and one
//! Rego rule over data that is filed by entity and role, as its users do when there are many.

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::{Engine, Value};
use serde_json::json;

use crate::rules::{self, Rule};

const ENTRY: &str = "data.peers.found";
/// A file of regorus holds 1 MiB.
const RULES_PER_FILE: usize = 2_000;

pub fn rules(given: &[Rule]) -> impl FnMut() -> usize + use<> {
    let rule = |(i, rule): (usize, &Rule)| {
        format!(
            "found contains {i} if {{ input.entity == \"{}\"; input.record.amount > {}; input.role in {{\"{}\", \"{}\"}} }}\n",
            rule.entity, rule.above, rule.roles[0], rule.roles[1]
        )
    };
    let written: Vec<String> = given.iter().enumerate().map(rule).collect();
    let files = written.chunks(RULES_PER_FILE);
    let files = files.map(|rules| format!("package peers\n{}", rules.concat()));
    asked(files.collect(), None)
}

const INDEXED: &str = "package peers
found contains rule.id if {
    some rule in data.filed[input.entity][input.role]
    input.record.amount > rule.above
}
";

pub fn indexed(given: &[Rule]) -> impl FnMut() -> usize + use<> {
    let mut filed = json!({});
    for (i, rule) in given.iter().enumerate() {
        for role in rule.roles {
            let file = &mut filed[rule.entity][role];
            let entry = json!({ "id": i, "above": rule.above });
            match file.as_array_mut() {
                Some(file) => file.push(entry),
                None => *file = json!([entry]),
            }
        }
    }
    asked(vec![INDEXED.to_owned()], Some(json!({ "filed": filed })))
}

/// How many rules the policy finds, asked again and again.
fn asked(files: Vec<String>, data: Option<serde_json::Value>) -> impl FnMut() -> usize {
    let value = |json: &serde_json::Value| Value::from_json_str(&json.to_string()).expect("JSON");
    let mut engine = Engine::new();
    for (at, text) in files.into_iter().enumerate() {
        engine
            .add_policy(format!("{at}.rego"), text)
            .expect("regorus takes the rules");
    }
    let compiled = engine
        .compile_with_entrypoint(&ENTRY.into())
        .expect("regorus compiles the rules");
    let program = Compiler::compile_from_policy(&compiled, &[ENTRY]).expect("a program");
    let mut machine = RegoVM::new();
    machine.load_program(program);
    if let Some(data) = data {
        machine
            .set_data(value(&data))
            .expect("regorus takes the data");
    }
    let input = value(&json!({
        "entity": rules::ENTITY, "role": rules::ROLE, "record": rules::record(),
    }));
    move || {
        machine.set_input(input.clone());
        let found = machine.execute().expect("regorus answers");
        found.as_set().expect("a set").len()
    }
}
