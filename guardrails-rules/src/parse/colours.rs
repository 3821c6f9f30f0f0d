//! Holds the TextMate grammar in `docs/editors` to the words of the language.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;

use serde_json::Value;

const GRAMMAR: &str = include_str!("guard.pest");
const COLOURS: &str = include_str!("../../../docs/editors/guard.tmLanguage.json");

fn colours() -> Value {
    serde_json::from_str(COLOURS).unwrap()
}

/// The words of an alternative such as `(?:a|b|c)`.
fn words(pattern: &str, opening: &str) -> BTreeSet<String> {
    let (_, inside) = pattern.split_once(opening).unwrap();
    let (inside, _) = inside.split_once(')').unwrap();
    inside.split('|').map(str::to_owned).collect()
}

#[test]
fn each_word_of_the_language_has_its_colour() {
    let lines = GRAMMAR.lines().filter(|line| line.starts_with("k_"));
    let known: BTreeSet<String> = lines
        .map(|line| line.split('"').nth(1).unwrap().to_owned())
        .collect();
    let keyword = colours();
    let keyword = keyword["repository"]["keyword"]["match"].as_str().unwrap();
    let keyword = keyword.strip_prefix(r"(?<![\p{L}\p{N}_.])").unwrap();
    assert_eq!(
        words(keyword, "(?:"),
        known,
        "each `k_…` of `guard.pest`, and nothing else"
    );
}

#[test]
fn each_declaration_has_its_colour() {
    let declaration = colours();
    let declaration = declaration["repository"]["declaration"]["match"]
        .as_str()
        .unwrap();
    let known = super::DECLARATIONS
        .iter()
        .map(|word| (*word).to_owned())
        .collect();
    assert_eq!(words(declaration, "("), known);
}

/// Every reference leads somewhere, and every pattern is one: `regex` has no look-around, so that is
/// taken out before it reads the rest.
#[test]
fn patterns_are_well_formed() {
    let grammar = colours();
    let repository = grammar["repository"].as_object().unwrap();
    let look_around =
        regex::Regex::new(r"\(\?<?[=!](?:\\.|\[(?:[^\]\\]|\\.)*\]|[^()\[\]\\])*\)").unwrap();
    let mut open = vec![&grammar];
    let mut patterns = 0;
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => {
                for (key, value) in fields {
                    match (key.as_str(), value) {
                        ("include", Value::String(to)) => {
                            assert!(repository.contains_key(to.trim_start_matches('#')), "{to}");
                        }
                        ("match" | "begin" | "end", Value::String(pattern)) => {
                            let plain = look_around.replace_all(pattern, "");
                            assert!(regex::Regex::new(&plain).is_ok(), "{pattern} as {plain}");
                            patterns += 1;
                        }
                        _ => open.push(value),
                    }
                }
            }
            _ => {}
        }
    }
    assert!(patterns > 20, "{patterns}");
}
