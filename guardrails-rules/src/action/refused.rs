//! What scripts may not use, and what to write instead. INVARIANT: nothing listed here reaches Rhai.

/// Keywords that no script may use, wherever they stand; with advice.
const KEYWORDS: &[(&str, &str)] = &[
    ("while", LOOP),
    ("loop", LOOP),
    ("for", LOOP),
    ("do", LOOP),
    ("until", LOOP),
    ("break", LOOP),
    ("continue", LOOP),
    ("fn", FUNCTION),
    ("private", FUNCTION),
    ("this", "name the field itself"),
    ("import", OUTSIDE),
    ("export", OUTSIDE),
    ("return", "put the rest of the script into an `else` block"),
    ("throw", "use `deny(\"CODE\", \"reason\")` to refuse"),
    ("try", FAILURE),
    ("catch", FAILURE),
    ("const", "use `let`"),
];

/// Names that authors know from elsewhere; refused unless a field has that name.
const NAMES: &[(&str, &str)] = &[
    ("Fn", FUNCTION),
    ("call", FUNCTION),
    ("curry", FUNCTION),
    ("is_def_fn", FUNCTION),
    ("is_def_var", FUNCTION),
    ("is_shared", FUNCTION),
    ("type_of", "types are known when the policy is compiled"),
    ("eval", OUTSIDE),
    ("print", OUTSIDE),
    ("debug", OUTSIDE),
    ("sleep", OUTSIDE),
    ("global", OUTSIDE),
    ("exit", "put the rest of the script into an `else` block"),
    ("var", "use `let`"),
    ("match", "use `switch`"),
    ("null", MISSING),
    ("nil", MISSING),
    ("new", "write `new.field`, or the field alone"),
    ("old", "write `old.field`"),
];

const MISSING: &str = "use `is_missing(field)` or `field ?? value`";
const LOOP: &str =
    "write the steps out; use `some … in … satisfies` in the rule's `when` for lists";
const FUNCTION: &str = "write the expression where it is needed, or keep it in a `let` variable";
const OUTSIDE: &str = "a script reads the operation's facts and nothing else";
const FAILURE: &str = "leave it out: when a script fails, the rule's restriction applies";

/// Signs that Rhai knows and scripts may not use; longest first where one starts another.
pub(super) const SIGNS: &[(&str, &str)] = &[
    ("...", "write the numbers out"),
    ("..=", "compare with `>=` and `<=`"),
    ("..", "compare with `>=` and `<=`"),
    ("===", "use `==`"),
    ("!==", "use `!=`"),
    ("**", "multiply"),
    ("<<", "multiply"),
    (">>", "divide"),
    ("++", "use `+= 1`"),
    ("--", "use `-= 1`"),
    ("->", FUNCTION),
    ("<-", "use `=`"),
    (":=", "use `=`"),
    ("::", OUTSIDE),
    ("?.", "use `field ?? value`"),
    ("?[", "use `field ?? value`"),
    ("#{", "keep the values in `let` variables"),
    ("#", "write text in double quotes"),
    ("`", "write text in double quotes and join with `+`"),
    ("'", "write text in double quotes"),
    ("&=", "use `&&`"),
    ("|=", "use `||`"),
    ("^", "use `!=`"),
    ("~", "use `!`"),
    ("@", OUTSIDE),
    ("$", OUTSIDE),
];

/// The advice for a refused keyword.
pub(super) fn keyword(word: &str) -> Option<&'static str> {
    find(KEYWORDS, word)
}

/// The advice for a refused name.
pub(super) fn name(word: &str) -> Option<&'static str> {
    find(NAMES, word)
}

fn find(table: &[(&str, &'static str)], key: &str) -> Option<&'static str> {
    table
        .iter()
        .find_map(|(have, help)| (*have == key).then_some(*help))
}
