//! What the grammar did not accept, in the author's words: what stands there, what was due, and
//! the usual slip behind it.

use std::ops::Range;

use guardrails_core::{Diagnostic, Phrase, phrase};
use pest::error::{Error, ErrorVariant, InputLocation};

use super::context::ParseContext;
use super::grammar::{Rule, is_token};
use super::scan::DECLARATIONS;
use super::suggest;
use crate::codes;

/// More than this many choices are not told: the list would not help.
const CHOICES: usize = 7;

/// The diagnostic for a declaration that does not parse.
pub(super) fn syntax(
    context: ParseContext<'_>,
    text: &str,
    keyword: &str,
    fault: Error<Rule>,
) -> Diagnostic {
    let at = match fault.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let wanted = match fault.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => Vec::new(),
    };
    let found = found(text, at);
    let word = text.get(found.clone()).unwrap_or("");
    let expected = expected(&wanted);
    let what = if word.is_empty() {
        phrase!(
            "this `{keyword}` ends too early" | "这个 `{keyword}` 没有写完",
            keyword
        )
    } else {
        let word = shown(word);
        phrase!("`{word}` cannot stand here" | "这里不能写 `{word}`", word)
    };
    let message = if expected.is_empty() || expected.len() > CHOICES {
        what
    } else {
        phrase!(
            "{what}, expected {due}" | "{what}，应为{due}",
            what,
            due = suggest::joined(&expected)
        )
    };
    let help = own_line(word, at)
        .or_else(|| slip(text, &found))
        .or_else(|| needs_then(keyword, word, &wanted))
        .or_else(|| lacks_name(text.get(..at).unwrap_or("")))
        .or_else(|| meant(word, &wanted))
        .unwrap_or_else(|| {
            phrase!(
                "see how `{keyword}` is written in the language reference"
                    | "参看语言手册里 `{keyword}` 的写法",
                keyword
            )
        });
    Diagnostic::error(codes::SYNTAX, context.place(found), message).help(help)
}

/// A word that begins a declaration, in the middle of another one.
fn own_line(word: &str, at: usize) -> Option<Phrase> {
    let begins = at > 0 && DECLARATIONS.contains(&word);
    begins.then(|| {
        phrase!(
            "begin a new line with `{word}`: each declaration has lines of its own"
                | "让 `{word}` 另起一行：每个声明都单独成行",
            word
        )
    })
}

/// The word, number or character at a place; nothing at the end.
fn found(text: &str, at: usize) -> Range<usize> {
    let rest = text.get(at..).unwrap_or("");
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let length = match rest.chars().next() {
        None => 0,
        Some(first) if part_of_word(first) => rest.find(|c| !part_of_word(c)).unwrap_or(rest.len()),
        Some('"') => rest
            .find('\n')
            .unwrap_or(rest.len())
            .min(closing_quote(rest)),
        Some(first) => first.len_utf8(),
    };
    at..at + length
}

fn closing_quote(rest: &str) -> usize {
    let inside = rest.get(1..).unwrap_or("");
    inside.find('"').map_or(rest.len(), |at| at + 2)
}

/// Long words are cut: a message is a line, not a page.
fn shown(word: &str) -> String {
    let mut letters = word.chars();
    let head: String = letters.by_ref().take(40).collect();
    if letters.next().is_some() {
        format!("{head}…")
    } else {
        head
    }
}

fn expected(wanted: &[Rule]) -> Vec<Phrase> {
    let mut phrases: Vec<Phrase> = Vec::new();
    for phrase in wanted.iter().filter_map(|rule| called(*rule)) {
        if !phrases.contains(&phrase) {
            phrases.push(phrase);
        }
    }
    if phrases.iter().any(|phrase| *phrase == "a value") {
        let part_of_value = [
            "a name", "`(`", "`[`", "`days`", "`hour`", "`not`", "`some`", "`every`",
        ];
        phrases.retain(|phrase| !part_of_value.contains(&phrase.as_str()));
    }
    phrases.sort_by_key(|phrase| phrase.starts_with('`'));
    phrases
}

/// How people call a rule.
fn called(rule: Rule) -> Option<Phrase> {
    if is_token(rule) {
        return token(rule).map(|token| Phrase::from(format!("`{token}`")));
    }
    Some(match rule {
        Rule::optional | Rule::percent | Rule::currency => return None,
        Rule::name
        | Rule::names
        | Rule::word
        | Rule::dotted
        | Rule::paths
        | Rule::rule_name
        | Rule::cases_head => {
            phrase!("a name" | "名称")
        }
        Rule::number | Rule::integer | Rule::amount => phrase!("a number" | "数字"),
        Rule::text => phrase!("text in quotes" | "引号里的文本"),
        Rule::duration => phrase!("a duration such as `4h`" | "时长，例如 `4h`"),
        Rule::day | Rule::instant => phrase!("a date" | "日期"),
        Rule::type_ref | Rule::named_type | Rule::list_type | Rule::enum_type => {
            phrase!("a type" | "类型")
        }
        Rule::fields | Rule::all_fields | Rule::star | Rule::masking => phrase!("fields" | "字段"),
        Rule::mask => phrase!("a mask" | "脱敏方式"),
        Rule::field => {
            phrase!("a field such as `amount : money(CNY)`" | "字段，例如 `amount : money(CNY)`")
        }
        Rule::annotation => "`@`".into(),
        Rule::arguments | Rule::lately => "`(`".into(),
        Rule::translation => "`/`".into(),
        Rule::object | Rule::members => "`{`".into(),
        Rule::data_list => "`[`".into(),
        Rule::window => phrase!("`minute`, `hour` or `day`" | "`minute`、`hour` 或 `day`"),
        other if is_value(other) => phrase!("a value" | "值"),
        other if is_operator(other) => phrase!("an operator" | "运算符"),
        other => format!("`{}`", opening(other)).into(),
    })
}

/// Whether a value begins with this.
fn is_value(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::expr
            | Rule::primary
            | Rule::reference
            | Rule::sum
            | Rule::group
            | Rule::literal
            | Rule::list
            | Rule::quantified
            | Rule::datum
            | Rule::cases_cell
            | Rule::cases_row
            | Rule::invert
            | Rule::minus
            | Rule::some
            | Rule::every
            | Rule::days_between
            | Rule::hour_of
            | Rule::negative
    )
}

/// Whether this stands between two values, or after one.
fn is_operator(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::either
            | Rule::both
            | Rule::not_in
            | Rule::within_list
            | Rule::contains
            | Rule::starts_with
            | Rule::ends_with
            | Rule::equal
            | Rule::not_equal
            | Rule::less
            | Rule::less_or_equal
            | Rule::greater
            | Rule::greater_or_equal
            | Rule::coalesce
            | Rule::add
            | Rule::subtract
            | Rule::multiply
            | Rule::divide
            | Rule::presence
            | Rule::has_role
            | Rule::between
            | Rule::matches
    )
}

/// The word that a clause begins with, from the rule's own name.
fn opening(rule: Rule) -> String {
    let name = format!("{rule:?}");
    let known = match rule {
        Rule::guarded => "when",
        Rule::scope => "where",
        Rule::audience => "for ai",
        Rule::rule_on => "on",
        Rule::script => "do",
        Rule::script_body => "}",
        Rule::overdue => "else",
        Rule::refuse => "deny",
        Rule::add_risk => "risk",
        Rule::list_inline => "=",
        Rule::list_file => "from",
        Rule::comprehension => "for",
        Rule::table_hit => "hit",
        Rule::zone_decl => "timezone",
        _ => {
            let plain = name
                .trim_start_matches("skill_")
                .trim_start_matches("test_");
            let plain = plain.trim_start_matches("expect_");
            return plain
                .trim_end_matches("_clause")
                .trim_end_matches("_effect")
                .trim_end_matches("_decl")
                .to_owned();
        }
    };
    known.to_owned()
}

fn token(rule: Rule) -> Option<String> {
    let mark = match rule {
        Rule::p_open => "{",
        Rule::p_close => "}",
        Rule::p_lparen => "(",
        Rule::p_rparen => ")",
        Rule::p_lbracket => "[",
        Rule::p_rbracket => "]",
        Rule::p_comma => ",",
        Rule::p_colon => ":",
        Rule::p_equals => "=",
        Rule::p_bar => "|",
        Rule::p_arrow => "=>",
        Rule::p_at => "@",
        Rule::p_plus => "+",
        Rule::p_dot => ".",
        Rule::p_slash => "/",
        Rule::EOI => return None,
        other => return Some(format!("{other:?}").trim_start_matches("k_").to_owned()),
    };
    Some(mark.to_owned())
}

/// An effect without its `then`.
fn needs_then(keyword: &str, word: &str, wanted: &[Rule]) -> Option<Phrase> {
    let effects = [
        "allow", "deny", "hide", "mask", "notify", "oblige", "require", "risk",
    ];
    let due = wanted
        .iter()
        .any(|rule| matches!(rule, Rule::then | Rule::k_then));
    (keyword == "rule" && due && effects.contains(&word)).then(|| {
        phrase!(
            "write `then` before it: `then {word} …`" | "在前面写上 `then`：`then {word} …`",
            word
        )
    })
}

/// An effect without the name behind it: `before` ends where that was due.
fn lacks_name(before: &str) -> Option<Phrase> {
    let code = before.lines().filter_map(|line| line.split("//").next());
    let words: Vec<&str> = code.flat_map(str::split_whitespace).collect();
    match words.as_slice() {
        [.., "deny"] => Some(phrase!(
            "write a code after `deny`, such as `deny TOO_RISKY`"
                | "在 `deny` 后面写代码，例如 `deny TOO_RISKY`"
        )),
        [.., "require", "approval"] => Some(phrase!(
            "write the name of an approval chain after `require approval`"
                | "在 `require approval` 后面写审批链的名称"
        )),
        [.., "notify"] => Some(phrase!(
            r#"write a channel in quotes after `notify`, such as `notify "sales"`"#
                | r#"在 `notify` 后面写引号里的渠道，例如 `notify "sales"`"#
        )),
        _ => None,
    }
}

/// A word of the language that was probably meant.
fn meant(word: &str, wanted: &[Rule]) -> Option<Phrase> {
    let known: Vec<String> = wanted
        .iter()
        .filter_map(|rule| called(*rule))
        .map(|phrase| phrase.trim_matches('`').to_owned())
        .filter(|phrase| phrase.chars().all(char::is_alphanumeric))
        .collect();
    suggest::did_you_mean(word, known.iter().map(String::as_str))
}

/// Habits from other languages, and the word for it here.
fn slip(text: &str, found: &Range<usize>) -> Option<Phrase> {
    let rest = text.get(found.start..).unwrap_or("");
    let before = text.get(..found.start).unwrap_or("");
    let starts = |sign: &str| rest.starts_with(sign);
    Some(match () {
        () if starts("&&") => phrase!("write `and`" | "写 `and`"),
        () if starts("||") => phrase!("write `or`" | "写 `or`"),
        () if starts("!") && !starts("!=") => phrase!("write `not`" | "写 `not`"),
        () if starts(">") && before.ends_with('<') => {
            phrase!("write `!=` for \"is not equal to\"" | "“不等于”写 `!=`")
        }
        () if starts("=") && !starts("==") && !starts("=>") => {
            phrase!("write `==` to compare" | "比较写 `==`")
        }
        () if starts(";") => {
            phrase!("remove it: lines need no end mark" | "删去它：行末不用写符号")
        }
        () if starts("'") || starts("“") || starts("”") || starts("「") => {
            phrase!("write texts in `\"` quotation marks" | "文本写在半角引号 `\"` 里")
        }
        () if starts("，") || starts("、") => phrase!("write `,`" | "写半角逗号 `,`"),
        () if starts("：") => phrase!("write `:`" | "写半角冒号 `:`"),
        () if starts("（") || starts("）") => {
            phrase!("write `(` and `)`" | "写半角括号 `(` 和 `)`")
        }
        () if starts("｛") || starts("｝") => {
            phrase!("write `{` and `}`" | "写半角花括号 `{` 和 `}`")
        }
        () if starts("/*") || starts("#") => {
            phrase!("write remarks after `//`" | "注释写在 `//` 后面")
        }
        () => return None,
    })
}
