//! What scripts may not use, and what to write instead. INVARIANT: nothing listed here reaches Rhai.

use guardrails_core::{Phrase, phrase};

/// Keywords that no script may use, wherever they stand; with advice.
const KEYWORDS: &[(&str, Phrase)] = &[
    ("while", LOOP),
    ("loop", LOOP),
    ("for", LOOP),
    ("do", LOOP),
    ("until", LOOP),
    ("break", LOOP),
    ("continue", LOOP),
    ("fn", FUNCTION),
    ("private", FUNCTION),
    ("this", say("name the field itself", "直接写字段名")),
    ("import", OUTSIDE),
    ("export", OUTSIDE),
    ("return", ELSE),
    (
        "throw",
        say(
            "use `deny(\"CODE\", \"reason\")` to refuse",
            "要拒绝，写 `deny(\"代码\", \"理由\")`",
        ),
    ),
    ("try", FAILURE),
    ("catch", FAILURE),
    ("const", say("use `let`", "用 `let`")),
];

/// Names that authors know from elsewhere; refused unless a field has that name.
const NAMES: &[(&str, Phrase)] = &[
    ("Fn", FUNCTION),
    ("call", FUNCTION),
    ("curry", FUNCTION),
    ("is_def_fn", FUNCTION),
    ("is_def_var", FUNCTION),
    ("is_shared", FUNCTION),
    (
        "type_of",
        say(
            "types are known when the policy is compiled",
            "编译策略时已经知道类型",
        ),
    ),
    ("eval", OUTSIDE),
    ("print", OUTSIDE),
    ("debug", OUTSIDE),
    ("sleep", OUTSIDE),
    ("global", OUTSIDE),
    ("exit", ELSE),
    ("var", say("use `let`", "用 `let`")),
    ("match", say("use `switch`", "用 `switch`")),
    ("null", MISSING),
    ("nil", MISSING),
    (
        "new",
        say(
            "write `new.field`, or the field alone",
            "写 `new.字段`，或者只写字段名",
        ),
    ),
    ("old", say("write `old.field`", "写 `old.字段`")),
];

const fn say(en: &'static str, zh: &'static str) -> Phrase {
    Phrase::fixed(en, zh)
}

const MISSING: Phrase = say(
    "use `is_missing(field)` or `field ?? value`",
    "用 `is_missing(字段)` 或 `字段 ?? 值`",
);
const LOOP: Phrase = say(
    "write the steps out; use `some … in … satisfies` in the rule's `when` for lists",
    "把每一步写出来；列表在规则的 `when` 里用 `some … in … satisfies`",
);
const FUNCTION: Phrase = say(
    "write the expression where it is needed, or keep it in a `let` variable",
    "把表达式写在要用的地方，或者存进 `let` 变量",
);
const OUTSIDE: Phrase = say(
    "a script reads the operation's facts and nothing else",
    "脚本只能读取本次操作的数据",
);
const FAILURE: Phrase = say(
    "leave it out: when a script fails, the rule's restriction applies",
    "删去它：脚本出错时，规则的限制照样生效",
);
const ELSE: Phrase = say(
    "put the rest of the script into an `else` block",
    "把脚本余下的部分放进 `else` 块",
);
const RANGE: Phrase = say("compare with `>=` and `<=`", "用 `>=` 和 `<=` 比较");
const ASSIGN: Phrase = say("use `=`", "用 `=`");
const MULTIPLY: Phrase = say("multiply", "用乘法");
const COALESCE: Phrase = say("use `field ?? value`", "用 `字段 ?? 值`");
const QUOTES: Phrase = say("write text in double quotes", "文本写在双引号里");

/// Signs that Rhai knows and scripts may not use; longest first where one starts another.
pub(super) const SIGNS: &[(&str, Phrase)] = &[
    ("...", say("write the numbers out", "把数字写出来")),
    ("..=", RANGE),
    ("..", RANGE),
    ("===", say("use `==`", "用 `==`")),
    ("!==", say("use `!=`", "用 `!=`")),
    ("**", MULTIPLY),
    ("<<", MULTIPLY),
    (">>", say("divide", "用除法")),
    ("++", say("use `+= 1`", "用 `+= 1`")),
    ("--", say("use `-= 1`", "用 `-= 1`")),
    ("->", FUNCTION),
    ("<-", ASSIGN),
    (":=", ASSIGN),
    ("::", OUTSIDE),
    ("?.", COALESCE),
    ("?[", COALESCE),
    (
        "#{",
        say("keep the values in `let` variables", "把值存进 `let` 变量"),
    ),
    ("#", QUOTES),
    (
        "`",
        say(
            "write text in double quotes and join with `+`",
            "文本写在双引号里，用 `+` 连接",
        ),
    ),
    ("'", QUOTES),
    ("&=", say("use `&&`", "用 `&&`")),
    ("|=", say("use `||`", "用 `||`")),
    ("^", say("use `!=`", "用 `!=`")),
    ("~", say("use `!`", "用 `!`")),
    ("@", OUTSIDE),
    ("$", OUTSIDE),
];

/// The advice for a refused keyword.
pub(super) fn keyword(word: &str) -> Option<Phrase> {
    find(KEYWORDS, word)
}

/// The advice for a refused name.
pub(super) fn name(word: &str) -> Option<Phrase> {
    find(NAMES, word)
}

fn find(table: &[(&str, Phrase)], key: &str) -> Option<Phrase> {
    table
        .iter()
        .find_map(|(have, help)| (*have == key).then(|| help.clone()))
}

/// What is said of a word that scripts may not use.
pub(super) fn refusal(word: &str) -> Phrase {
    phrase!(
        "`{word}` may not be used in a script" | "脚本里不能用 `{word}`",
        word
    )
}
