//! Replays the mask corpus: what each mask makes of each value, and what is found in free text.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use guardrails_core::data::{Mask, find};
use guardrails_core::policy::Sensitivity;
use guardrails_core::{JsonLimits, Value, parse_fields};
use serde_json::Value as Json;

fn cases(text: &str) -> Vec<Json> {
    serde_json::from_str(text).unwrap()
}

/// A JSON value as the guard reads it.
fn value(json: &Json) -> Value {
    let fields = parse_fields(&format!("{{\"v\":{json}}}"), JsonLimits::default()).unwrap();
    fields.value("v").unwrap().clone()
}

fn text(value: &Value) -> String {
    let mut out = String::new();
    value.write_json(&mut out);
    out
}

/// `default:4` is the default mask of a field of that sensitivity.
fn mask(word: &str) -> Mask {
    match word.split_once(':') {
        Some((word, level)) => {
            let sensitivity = Sensitivity::new(level.parse().unwrap()).unwrap();
            Mask::from_word(word).unwrap().on(sensitivity)
        }
        None => Mask::from_word(word).unwrap_or_else(|| panic!("no mask {word}")),
    }
}

#[test]
fn every_mask_case_holds() {
    let cases = cases(include_str!("cases/data/masks.json"));
    assert!(cases.len() >= 80);
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let mask = mask(case["mask"].as_str().unwrap());
            let got = text(&mask.apply(&value(&case["in"])));
            let expected = text(&value(&case["out"]));
            (got != expected).then(|| format!("{case} gave {got}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_free_text_case_holds() {
    let wrong: Vec<String> = cases(include_str!("cases/data/pii.json"))
        .iter()
        .filter_map(|case| {
            let text = case["text"].as_str().unwrap();
            let found: Vec<Json> = find(text)
                .iter()
                .map(|f| Json::from(vec![f.kind.as_str(), &text[f.start..f.end]]))
                .collect();
            (case["found"] != Json::from(found.clone()))
                .then(|| format!("{case} gave {}", Json::from(found)))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_word_is_a_mask_of_that_name() {
    for word in Mask::WORDS {
        assert_eq!(Mask::from_word(word).unwrap().name(), *word);
    }
    for word in [
        "",
        "Phone",
        "partial(1)",
        "partial(1,2",
        "partial(-1,2)",
        "partial(1,999)",
    ] {
        assert_eq!(Mask::from_word(word), None, "{word}");
    }
}
