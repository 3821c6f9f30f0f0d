//! Rhai: all rules in one script, compiled once. Casbin is in this build and sets Rhai's features
//! for everybody, among them `unchecked`, which makes it faster.

use rhai::{Engine, INT, Scope};

use crate::rules::{self, Rule};

pub fn rules(given: &[Rule]) -> impl FnMut() -> usize + use<> {
    let mut script = String::from("let found = [];\n");
    for (i, rule) in given.iter().enumerate() {
        script += &format!(
            "if entity == \"{}\" && amount > {} && (role == \"{}\" || role == \"{}\") {{ found.push({i}); }}\n",
            rule.entity, rule.above, rule.roles[0], rule.roles[1]
        );
    }
    script += "found.len()";
    let engine = Engine::new();
    let ast = engine.compile(script).expect("rhai takes the rules");
    let amount = INT::try_from(rules::AMOUNT).expect("a small amount");
    let mut scope = Scope::new();
    scope.push("entity", rules::ENTITY.to_owned());
    scope.push("amount", amount);
    scope.push("role", rules::ROLE.to_owned());
    let fresh = scope.len();
    move || {
        scope.rewind(fresh);
        let found: INT = engine
            .eval_ast_with_scope(&mut scope, &ast)
            .expect("rhai answers");
        usize::try_from(found).expect("a count")
    }
}
