//! The locked-down engine. Safe on its own: what the checks before it should have refused, it
//! refuses too.

use rhai::Engine;

use super::{build, functions, operators};

/// Words and signs of Rhai that the engine does not parse. Scripts are checked before they come
/// here; this is the second wall.
const DISABLED: &[&str] = &[
    "while",
    "loop",
    "for",
    "do",
    "until",
    "break",
    "continue",
    "return",
    "throw",
    "try",
    "catch",
    "fn",
    "private",
    "import",
    "export",
    "as",
    "const",
    "this",
    "global",
    "eval",
    "print",
    "debug",
    "Fn",
    "call",
    "curry",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "type_of",
    "in",
    "!in",
    "#{",
    "[",
    "?[",
    "?.",
    "**",
    "**=",
    "<<",
    "<<=",
    ">>",
    ">>=",
    "&",
    "&=",
    "|=",
    "^",
    "^=",
    "..",
    "..=",
    "::",
];

/// An engine without packages, with our operators and functions only.
pub(super) fn locked() -> Engine {
    // No package at all: the language core package has `sleep`.
    let mut engine = Engine::new_raw();
    for symbol in DISABLED {
        engine.disable_symbol(*symbol);
    }
    engine
        // Operators go through `operators`, which Rhai's own would otherwise come before.
        .set_fast_operators(false)
        .set_allow_looping(false)
        .set_allow_loop_expressions(false)
        .set_allow_shadowing(false)
        .set_strict_variables(true)
        // Interning takes a lock per text, and scripts share few.
        .set_max_strings_interned(0);
    operators::register(&mut engine);
    functions::register(&mut engine);
    build::level(&mut engine);
    engine
}
