//! What the grammar did not accept, in the author's words: what stands there, what was due, and
//! the usual slip behind it.

use std::ops::Range;

use guardrails_core::Diagnostic;
use pest::error::{Error, ErrorVariant, InputLocation};

use super::grammar::{Rule, is_token};
use super::{Home, suggest};
use crate::codes;

/// More than this many choices are not told: the list would not help.
const CHOICES: usize = 7;

/// The diagnostic for a declaration that does not parse.
pub(super) fn syntax(home: Home<'_>, text: &str, keyword: &str, fault: Error<Rule>) -> Diagnostic {
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
        format!("this `{keyword}` ends too early")
    } else {
        format!("`{}` cannot stand here", shown(word))
    };
    let message = if expected.is_empty() || expected.len() > CHOICES {
        what
    } else {
        format!("{what}, expected {}", suggest::joined(&expected))
    };
    let help = slip(text, &found)
        .map(str::to_owned)
        .or_else(|| needs_then(keyword, word, &wanted))
        .or_else(|| meant(word, &wanted))
        .unwrap_or_else(|| format!("see how `{keyword}` is written in the language reference"));
    Diagnostic::error(codes::SYNTAX, home.place(found), message).help(help)
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

fn expected(wanted: &[Rule]) -> Vec<String> {
    let mut phrases: Vec<String> = Vec::new();
    for phrase in wanted.iter().filter_map(|rule| phrase(*rule)) {
        if !phrases.contains(&phrase) {
            phrases.push(phrase);
        }
    }
    if phrases.iter().any(|phrase| phrase == "a value") {
        let part_of_value = [
            "a name", "`(`", "`[`", "`days`", "`hour`", "`not`", "`some`", "`every`",
        ];
        phrases.retain(|phrase| !part_of_value.contains(&phrase.as_str()));
    }
    phrases.sort_by_key(|phrase| phrase.starts_with('`'));
    phrases
}

/// How people call a rule.
fn phrase(rule: Rule) -> Option<String> {
    if is_token(rule) {
        return token(rule).map(|token| format!("`{token}`"));
    }
    let words = match rule {
        Rule::name | Rule::names | Rule::word | Rule::dotted | Rule::paths => "a name",
        Rule::expr | Rule::primary | Rule::reference | Rule::sum | Rule::group => "a value",
        Rule::literal | Rule::list | Rule::quantified | Rule::datum => "a value",
        Rule::invert | Rule::minus | Rule::some | Rule::every => "a value",
        Rule::days_between | Rule::hour_of | Rule::negative => "a value",
        Rule::number | Rule::integer | Rule::amount => "a number",
        Rule::text => "text in quotes",
        Rule::duration => "a duration such as `4h`",
        Rule::day | Rule::instant => "a date",
        Rule::type_ref | Rule::named_type | Rule::list_type | Rule::enum_type => "a type",
        Rule::fields | Rule::all_fields | Rule::star | Rule::masking => "fields",
        Rule::mask => "a mask",
        Rule::field => "a field such as `amount : money(CNY)`",
        Rule::annotation => "`@`",
        Rule::arguments => "`(`",
        Rule::optional => return None,
        Rule::translation => "`/`",
        Rule::either | Rule::both | Rule::not_in | Rule::within_list | Rule::contains => {
            "an operator"
        }
        Rule::starts_with | Rule::ends_with | Rule::equal | Rule::not_equal | Rule::less => {
            "an operator"
        }
        Rule::less_or_equal | Rule::greater | Rule::greater_or_equal | Rule::coalesce => {
            "an operator"
        }
        Rule::add | Rule::subtract | Rule::multiply | Rule::divide => "an operator",
        Rule::presence | Rule::has_role | Rule::between | Rule::matches => "an operator",
        Rule::object | Rule::members => "`{`",
        Rule::data_list => "`[`",
        Rule::window => "`minute`, `hour` or `day`",
        Rule::percent | Rule::currency => return None,
        other => return Some(format!("`{}`", opening(other))),
    };
    Some(words.to_owned())
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
fn needs_then(keyword: &str, word: &str, wanted: &[Rule]) -> Option<String> {
    let effects = [
        "allow", "deny", "hide", "mask", "notify", "oblige", "require", "risk",
    ];
    let due = wanted
        .iter()
        .any(|rule| matches!(rule, Rule::then | Rule::k_then));
    (keyword == "rule" && due && effects.contains(&word))
        .then(|| format!("write `then` before it: `then {word} …`"))
}

/// A word of the language that was probably meant.
fn meant(word: &str, wanted: &[Rule]) -> Option<String> {
    let known: Vec<String> = wanted
        .iter()
        .filter_map(|rule| phrase(*rule))
        .map(|phrase| phrase.trim_matches('`').to_owned())
        .filter(|phrase| phrase.chars().all(char::is_alphanumeric))
        .collect();
    suggest::did_you_mean(word, known.iter().map(String::as_str))
}

/// Habits from other languages, and the word for it here.
fn slip(text: &str, found: &Range<usize>) -> Option<&'static str> {
    let rest = text.get(found.start..).unwrap_or("");
    let before = text.get(..found.start).unwrap_or("");
    let starts = |sign: &str| rest.starts_with(sign);
    Some(match () {
        () if starts("&&") => "write `and`",
        () if starts("||") => "write `or`",
        () if starts("!") && !starts("!=") => "write `not`",
        () if starts(">") && before.ends_with('<') => "write `!=` for \"is not equal to\"",
        () if starts("=") && !starts("==") && !starts("=>") => "write `==` to compare",
        () if starts(";") => "remove it: lines need no end mark",
        () if starts("'") => "write texts in `\"` quotation marks",
        () if starts("“") || starts("”") || starts("「") => {
            "write texts in `\"` quotation marks"
        }
        () if starts("，") => "write `,`",
        () if starts("：") => "write `:`",
        () if starts("（") || starts("）") => "write `(` and `)`",
        () if starts("｛") || starts("｝") => "write `{` and `}`",
        () if starts("/*") => "write remarks after `//`",
        () if starts("#") => "write remarks after `//`",
        () => return None,
    })
}
