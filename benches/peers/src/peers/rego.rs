//! Rego in regorus: a partial set of the rules that hold, compiled once for its virtual machine, which
//! is several times faster here than its interpreter. In two forms: a Rego rule for each rule, and one
//! Rego rule over data that is filed by entity and role, as its users do when there are many.

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::{CompiledPolicy, Engine, Value};
use serde_json::json;

use crate::rules::{self, Rule};

const ENTRY: &str = "data.peers.found";
/// A file of regorus holds 1 MiB.
const RULES_PER_FILE: usize = 2_000;
/// A program of its machine has at most 65,535 instructions, 19 of them for each such rule.
pub const MOST_RULES_OF_THE_MACHINE: usize = 3_000;

/// A Rego rule for each rule, on the virtual machine.
pub fn rules(given: &[Rule]) -> impl FnMut() -> usize + use<> {
    run(&compiled(written(given)), None)
}

/// The same, interpreted.
pub fn interpreted(given: &[Rule]) -> impl FnMut() -> usize + use<> {
    let compiled = compiled(written(given));
    let input = input();
    move || {
        let found = compiled.eval_with_input(input.clone());
        count(&found.expect("regorus answers"))
    }
}

fn written(given: &[Rule]) -> Vec<String> {
    let rule = |(i, rule): (usize, &Rule)| {
        format!(
            "found contains {i} if {{ input.entity == \"{}\"; input.record.amount > {}; input.role in {{\"{}\", \"{}\"}} }}\n",
            rule.entity, rule.above, rule.roles[0], rule.roles[1]
        )
    };
    let written: Vec<String> = given.iter().enumerate().map(rule).collect();
    let files = written.chunks(RULES_PER_FILE);
    let files = files.map(|rules| format!("package peers\n{}", rules.concat()));
    files.collect()
}

const INDEXED: &str = "package peers
found contains rule.id if {
    some rule in data.filed[input.entity][input.role]
    input.record.amount > rule.above
}
";

/// One Rego rule over filed data, on the virtual machine.
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
    let data = json!({ "filed": filed });
    run(&compiled(vec![INDEXED.to_owned()]), Some(value(&data)))
}

fn compiled(files: Vec<String>) -> CompiledPolicy {
    let mut engine = Engine::new();
    for (at, text) in files.into_iter().enumerate() {
        engine
            .add_policy(format!("{at}.rego"), text)
            .expect("regorus takes the rules");
    }
    engine
        .compile_with_entrypoint(&ENTRY.into())
        .expect("regorus compiles the rules")
}

/// How many rules the policy finds, asked again and again.
fn run(policy: &CompiledPolicy, data: Option<Value>) -> impl FnMut() -> usize + use<> {
    let program = Compiler::compile_from_policy(policy, &[ENTRY]).expect("a program");
    let mut machine = RegoVM::new();
    machine.load_program(program);
    if let Some(data) = data {
        machine.set_data(data).expect("regorus takes the data");
    }
    let input = input();
    move || {
        machine.set_input(input.clone());
        count(&machine.execute().expect("regorus answers"))
    }
}

fn count(found: &Value) -> usize {
    found.as_set().expect("a set").len()
}

fn input() -> Value {
    value(&json!({
        "entity": rules::ENTITY, "role": rules::ROLE, "record": rules::record(),
    }))
}

fn value(json: &serde_json::Value) -> Value {
    Value::from_json_str(&json.to_string()).expect("JSON")
}
