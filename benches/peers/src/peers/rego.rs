//! Rego in regorus: a partial set of the rules that hold, compiled once for its virtual machine, which
//! is several times faster here than its interpreter.

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::{Engine, Value};
use serde_json::json;

use crate::rules::{self, Rule};

const ENTRY: &str = "data.peers.found";

pub fn rules(given: &[Rule]) -> impl FnMut() -> usize + use<> {
    let mut text = String::from("package peers\n");
    for (i, rule) in given.iter().enumerate() {
        text += &format!(
            "found contains {i} if {{ input.entity == \"{}\"; input.amount > {}; input.role in {{\"{}\", \"{}\"}} }}\n",
            rule.entity, rule.above, rule.roles[0], rule.roles[1]
        );
    }
    let mut engine = Engine::new();
    engine
        .add_policy("peers.rego".to_owned(), text)
        .expect("regorus takes the rules");
    let compiled = engine
        .compile_with_entrypoint(&ENTRY.into())
        .expect("regorus compiles the rules");
    let input = json!({
        "entity": rules::ENTITY, "amount": rules::AMOUNT, "role": rules::ROLE,
    });
    let input = Value::from_json_str(&input.to_string()).expect("an input");
    let program = Compiler::compile_from_policy(&compiled, &[ENTRY]).expect("a program");
    let mut machine = RegoVM::new();
    machine.load_program(program);
    move || {
        machine.set_input(input.clone());
        let found = machine.execute().expect("regorus answers");
        found.as_set().expect("a set").len()
    }
}
