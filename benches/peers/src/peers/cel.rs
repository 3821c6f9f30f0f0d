//! CEL: one compiled program per rule, executed over the same context.

use std::sync::Arc;

use cel::{Context, Env, Value};

use crate::rules::{self, Rule};

pub fn rules(given: &[Rule]) -> impl FnMut() -> usize + use<> {
    let env = Arc::new(Env::stdlib());
    let programs: Vec<_> = given
        .iter()
        .map(|rule| {
            let text = format!(
                "entity == '{}' && record.amount > {} && role in ['{}', '{}']",
                rule.entity, rule.above, rule.roles[0], rule.roles[1]
            );
            env.compile(&text).expect("cel takes the rule")
        })
        .collect();
    let mut context = Context::with_env(env);
    let record = cel::to_value(rules::record()).expect("a record");
    context.add_variable_from_value("entity", rules::ENTITY);
    context.add_variable_from_value("role", rules::ROLE);
    context.add_variable_from_value("record", record);
    move || {
        let held = programs
            .iter()
            .filter(|program| program.execute(&context).expect("cel answers") == Value::Bool(true));
        held.count()
    }
}
