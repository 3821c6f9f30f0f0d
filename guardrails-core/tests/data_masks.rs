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
use proptest::prelude::*;
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

/// Every mask that must never show a whole text, whatever it is.
fn hiding_masks() -> Vec<Mask> {
    let mut masks: Vec<Mask> = Mask::WORDS
        .iter()
        .filter(|word| **word != "scrub")
        .filter_map(|word| Mask::from_word(word))
        .collect();
    masks.extend([
        Mask::Partial(0, 0),
        Mask::Partial(200, 255),
        Mask::Partial(3, 4),
    ]);
    masks
}

fn masked(mask: &Mask, text: &str) -> String {
    mask.apply(&Value::from(text)).as_text().unwrap().to_owned()
}

fn digits(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

/// Stars are what masks are made of, so a text of stars has nothing to hide.
const NO_STARS: &str = "[^*]{1,40}";
/// Texts that look like names, numbers and addresses, in several scripts, with accents and joiners.
const LIKELY: &str = "([0-9]{1,12}|[a-zé\u{301}]{1,6}|[张欧阳王李\u{4e00}-\u{4eff}]{1,4}|[0-9]{1,4}|\u{200d}|👩|·|@|\\.| |-|\\+86){1,6}";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn no_mask_shows_the_whole_text(text in prop_oneof![NO_STARS, LIKELY]) {
        for mask in hiding_masks() {
            let shown = masked(&mask, &text);
            prop_assert!(!shown.contains(text.trim()) || "[CONFIDENTIAL]".contains(text.trim()),
                "{} shows {text:?} as {shown:?}", mask.name());
        }
    }

    #[test]
    fn what_is_between_the_ends_is_nowhere(
        order in Just((0x4e00_u32..0x4e40).collect::<Vec<_>>()).prop_shuffle(),
        length in 3_usize..40,
        head in 0_u8..10,
        tail in 0_u8..10,
    ) {
        // Each character once, so that one which is hidden can only show by a leak.
        let text: Vec<char> = order.iter().take(length).filter_map(|c| char::from_u32(*c)).collect();
        let whole: String = text.iter().collect();
        let kept = |shown: &str| shown.chars().filter(|c| text.contains(c)).count();
        let third = (length / 3).min(3);
        let default = masked(&Mask::from_word("default").unwrap(), &whole);
        prop_assert_eq!(kept(&default), 2 * third);
        let middle: Vec<char> = text[third..length - third].to_vec();
        prop_assert!(!default.contains(|c| middle.contains(&c)));
        let partial = masked(&Mask::Partial(head, tail), &whole);
        prop_assert!(kept(&partial) <= length / 2);
        prop_assert!(kept(&partial) <= usize::from(head) + usize::from(tail));
        let name = masked(&Mask::Name, &whole);
        prop_assert!(kept(&name) <= 2);
    }

    #[test]
    fn a_phone_shows_seven_of_eleven_digits_at_most(
        number in "1[3-9][0-9]{9}",
        spelling in 0_usize..6,
    ) {
        let (a, b, c) = (&number[..3], &number[3..7], &number[7..]);
        let text = match spelling {
            0 => number.clone(),
            1 => format!("+86 {a} {b} {c}"),
            2 => format!("{a}-{b}-{c}"),
            3 => format!("0086{number}"),
            4 => number.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect(),
            _ => format!("(+86){a}.{b}.{c}"),
        };
        prop_assert_eq!(masked(&Mask::Phone, &text), format!("{a}****{c}"));
        let note = format!("客户电话{text}请回");
        prop_assert_eq!(masked(&Mask::Scrub, &note), format!("客户电话{a}****{c}请回"));
    }

    #[test]
    fn any_digits_as_phone_or_id_are_mostly_hidden(number in "[0-9]{1,24}") {
        prop_assert!(digits(&masked(&Mask::Phone, &number)) <= 7);
        prop_assert!(digits(&masked(&Mask::Id, &number)) <= 4);
        prop_assert!(digits(&masked(&Mask::BankCard, &number)) <= 4);
    }

    #[test]
    fn an_id_never_shows_its_birth_date(
        region in "[1-6][1-5][0-9]{4}", year in 1900_u32..2026, month in 1_u32..13, day in 1_u32..29,
        rest in "[0-9]{3}[0-9X]",
    ) {
        let id = format!("{region}{year}{month:02}{day:02}{rest}");
        let stars = "*".repeat(14);
        prop_assert_eq!(masked(&Mask::Id, &id), format!("{}{stars}{}", &id[..3], &id[17..]));
    }

    #[test]
    fn an_address_shows_one_character_of_its_local_part(
        local in "[a-z\u{4e00}-\u{4eff}][a-z0-9.\u{4e00}-\u{4eff}]{1,20}",
        domain in "[a-z]{2,10}\\.[a-z]{2,6}",
    ) {
        let shown = masked(&Mask::Email, &format!("{local}@{domain}"));
        let first = local.chars().next().unwrap();
        prop_assert_eq!(shown, format!("{first}***@{domain}"));
    }

    #[test]
    fn free_text_keeps_nothing_that_was_planted(
        before in "[\u{4e00}-\u{4eff}，。 ]{0,8}",
        mobile in "1[3-9][0-9]{9}",
        between in "[\u{4e10}-\u{4eff}，。]{1,8}",
        id in resident_id(),
        after in "[\u{4e00}-\u{4eff}，。 ]{0,8}",
        local in "[a-z]{2,12}",
    ) {
        let text = format!("{before}{mobile}{between}{id}{after}{local}@example.com{between}");
        let shown = masked(&Mask::Scrub, &text);
        prop_assert!(!shown.contains(&mobile), "{shown}");
        prop_assert!(!shown.contains(&id), "{shown}");
        prop_assert!(!shown.contains(&id[6..14]), "{shown}");
        prop_assert!(!shown.contains(&format!("{local}@")), "{shown}");
        prop_assert!(shown.starts_with(&before) && shown.ends_with(&between));
    }

    #[test]
    fn any_text_is_read_to_its_end(text in ".{0,200}", likely in LIKELY) {
        for text in [text.clone(), likely.clone(), format!("{text}{likely}{text}")] {
            let mut end = 0;
            for finding in find(&text) {
                prop_assert!(end <= finding.start && finding.start < finding.end);
                prop_assert!(text.get(finding.start..finding.end).is_some());
                end = finding.end;
            }
        }
    }
}

/// A valid resident ID: weights of GB 11643, worked out apart from the code under test.
fn resident_id() -> impl Strategy<Value = String> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let region = proptest::sample::select(vec!["110101", "310115", "440305", "510107", "650102"]);
    (region, 1930_u32..2025, 1_u32..13, 1_u32..29, 0_u32..1000).prop_map(
        |(region, year, month, day, sequence)| {
            let body = format!("{region}{year}{month:02}{day:02}{sequence:03}");
            let sum: u32 = body
                .chars()
                .zip(WEIGHTS)
                .map(|(c, weight)| c.to_digit(10).unwrap() * weight)
                .sum();
            let check = b"10X98765432"[(sum % 11) as usize] as char;
            format!("{body}{check}")
        },
    )
}

/// Time must follow the length of the text: these would take minutes if it did not.
#[test]
fn long_and_hostile_texts_are_read_in_one_pass() {
    let long = 1 << 16;
    for piece in [
        "1 ",
        "@",
        "a@",
        "联系人",
        "1-",
        "138",
        "张",
        "姓名：",
        "a",
        "+86 ",
        "a.b@c.",
        "１",
    ] {
        let text = piece.repeat(long / piece.len());
        let _ = find(&text);
        for mask in hiding_masks() {
            assert!(
                masked(&mask, &text).len() < 2000,
                "{} of {piece}",
                mask.name()
            );
        }
    }
}
