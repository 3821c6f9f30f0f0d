//! The codes of what can be wrong with a script, in one table.

/// The script is over a limit.
pub(super) const LIMIT: &str = "G0601";
/// The text does not read as a script.
pub(super) const SYNTAX: &str = "G0602";
/// A construct that scripts may not use.
pub(super) const REFUSED: &str = "G0603";
/// A name that nothing answers to.
pub(super) const UNKNOWN: &str = "G0604";
/// A value of another type, or another number of arguments.
pub(super) const TYPE: &str = "G0605";
/// An approval chain that is unknown, or not written out.
pub(super) const CHAIN: &str = "G0606";
/// The text of an effect that is not fixed when the policy is compiled.
pub(super) const EFFECT_TEXT: &str = "G0607";
/// A variable that cannot be declared or changed.
pub(super) const VARIABLE: &str = "G0608";
/// A statement without effect.
pub(super) const NO_EFFECT: &str = "G0609";
/// The engine refused what the checks let through.
pub(super) const ENGINE: &str = "G0610";

/// Code, title, explanation and a failing example of each finding about a `do { … }` script.
pub const CODES: &[(&str, &str, &str, &str)] = &[
    (
        LIMIT,
        "script over a limit",
        "A script has at most 4 KiB of text (`action_bytes`) and 64 levels of nesting \
         (`action_depth`); a long chain of operators or of `else if` nests too.",
        "let x = ((((…))));",
    ),
    (
        SYNTAX,
        "not a script",
        "The text does not follow the grammar of scripts: statements that end with `;`, blocks in \
         braces, texts in double quotes.",
        "let x = 1 +;",
    ),
    (
        REFUSED,
        "construct refused in scripts",
        "Scripts always end and reach nothing outside: no loops, functions, closures, imports, \
         `eval`, printing, exceptions or interpolated texts.",
        "while true { }",
    ),
    (
        UNKNOWN,
        "unknown name",
        "The name is neither a field of the entity, nor a variable of the script, nor one of the \
         names in reach such as `actor.id`.",
        "if amuont > 5 { }",
    ),
    (
        TYPE,
        "wrong type",
        "The value is not of the type needed here, or a call has another number of arguments.",
        "if amount > \"5\" { }",
    ),
    (
        CHAIN,
        "unknown approval chain",
        "`approvals.require` names a chain that is declared in the policy, written out as text, so \
         that the checker and the plan know it.",
        "approvals.require(\"nobody\", \"reason\");",
    ),
    (
        EFFECT_TEXT,
        "effect text not fixed",
        "Names, codes and channels are written out; a reason is built from fixed texts only, \
         because no mask is applied to what a script says.",
        "deny(\"TOO_MUCH\", \"amount \" + to_text(amount));",
    ),
    (
        VARIABLE,
        "variable cannot be declared or changed",
        "Fields are read-only, and a variable may not hide a field or another variable.",
        "amount = 5;",
    ),
    (
        NO_EFFECT,
        "statement without effect",
        "The value of this expression is not used.",
        "amount + 1;",
    ),
    (
        ENGINE,
        "script refused by the engine",
        "The script passed the checks and the script engine refused it all the same.",
        "",
    ),
];
