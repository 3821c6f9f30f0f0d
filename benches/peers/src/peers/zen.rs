//! ZEN: one compiled expression per rule, run over the same input by one virtual machine.

use zen_expression::vm::VM;
use zen_expression::{Scope, Variable, compile_expression};

use crate::rules::{self, Rule};

pub fn rules(given: &[Rule]) -> impl FnMut() -> usize + use<> {
    let expressions: Vec<_> = given
        .iter()
        .map(|rule| {
            let text = format!(
                "entity == '{}' and record.amount > {} and role in ['{}', '{}']",
                rule.entity, rule.above, rule.roles[0], rule.roles[1]
            );
            compile_expression(&text).expect("zen takes the rule")
        })
        .collect();
    let input = serde_json::json!({
        "entity": rules::ENTITY, "role": rules::ROLE, "record": rules::record(),
    });
    let scope = Scope::new(Variable::from(input));
    let mut machine = VM::new();
    move || {
        let held = expressions.iter().filter(|expression| {
            let answer = expression.evaluate_with_scope(&scope, &mut machine);
            answer.expect("zen answers").as_bool() == Some(true)
        });
        held.count()
    }
}
