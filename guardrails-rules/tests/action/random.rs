//! Random scripts: no panic, no hang, arithmetic as `rust_decimal` checks it.

use guardrails_core::Place;
use guardrails_core::policy::ActionEffect;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::fixture::{compile, run};

/// Pieces of scripts, good and bad.
const PIECES: &[&str] = &[
    "let",
    "x",
    "y",
    "=",
    "1",
    "2.5",
    "0",
    "3000000000",
    "\"a\"",
    "\"中\"",
    "+",
    "-",
    "*",
    "/",
    "%",
    "==",
    "<",
    "&&",
    "||",
    "!",
    "??",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ";",
    ",",
    ".",
    "if",
    "else",
    "switch",
    "_",
    "=>",
    "|",
    "in",
    "!in",
    "amount",
    "notes",
    "urgent",
    "tags",
    "old",
    "actor",
    "has",
    "risk",
    "add",
    "deny",
    "notify",
    "min",
    "len",
    "true",
    "while",
    "fn",
    "`",
    "'",
    "#{",
    "..",
    "**",
    "+=",
    "//",
    "/*",
    "*/",
    "\n",
    "\\",
    "\0",
    "is_missing",
    "approvals",
    "require",
];

/// Pieces that fit together more often than not.
const STATEMENTS: &[&str] = &[
    "let x = 1;",
    "let y = amount;",
    "x += 1.5;",
    "x = x * x;",
    "x = x / (x - x);",
    "y = \"a\";",
    "let s = \"ab\";",
    "s += s;",
    "s = upper(s) + s;",
    "if urgent {",
    "if x > 3 {",
    "} else {",
    "}",
    "switch stage { \"SENT\" => {",
    "} _ => {",
    "}}",
    "notify(\"a\");",
    "deny(\"A\", s);",
    "risk.add(\"r\", x);",
    "x = min(x, count ?? 1);",
    "x = -x;",
    "if len(s) in [1, 2] {",
    "x = if urgent { 1 } else { 2 };",
    "{ let z = x; z *= z; x = z; }",
    "x = round(x, 2);",
];

fn soup(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop::sample::select(pieces);
    let between = prop::sample::select(&["", " ", "  "][..]);
    let soup = prop::collection::vec((piece, between), 0..60);
    soup.prop_map(|pieces| pieces.iter().map(|(a, b)| format!("{a}{b}")).collect())
}

/// Whatever happens is a result; the places of what is wrong lie within the script.
fn survives(script: &str) -> Result<(), TestCaseError> {
    match compile(script) {
        Ok(action) => {
            let _ = crate::fixture::run_action(
                &*action,
                &crate::fixture::record(),
                &guardrails_core::Fields::new(),
            );
        }
        Err(findings) => {
            prop_assert!(!findings.is_empty());
            for finding in findings {
                let Place { start, end, .. } = finding.place;
                prop_assert!(start >= 200 && start <= end, "{}", finding);
                prop_assert!(end as usize <= 200 + script.len(), "{}", finding);
                prop_assert!(!finding.help.is_empty(), "{}", finding);
            }
        }
    }
    Ok(())
}

fn number() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        (-1000_i64..1000).prop_map(Decimal::from),
        (any::<i64>(), 0_u32..12).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        (
            any::<u32>(),
            any::<u32>(),
            any::<u32>(),
            any::<bool>(),
            0_u32..28
        )
            .prop_map(|(a, b, c, negative, scale)| Decimal::from_parts(a, b, c, negative, scale)),
    ]
}

proptest! {
    #[test]
    fn any_text_survives(script in "\\PC{0,200}") {
        survives(&script)?;
    }

    #[test]
    fn any_tokens_survive(script in soup(PIECES)) {
        survives(&script)?;
    }

    #[test]
    fn any_statements_survive(script in soup(STATEMENTS)) {
        survives(&format!("let x = 2; let s = \"b\"; {script}"))?;
    }

    #[test]
    fn arithmetic_is_rust_decimals(a in number(), b in number(), which in 0_usize..5) {
        let (sign, wanted) = [
            ("+", a.checked_add(b)),
            ("-", a.checked_sub(b)),
            ("*", a.checked_mul(b)),
            ("/", a.checked_div(b)),
            ("%", a.checked_rem(b)),
        ][which];
        for script in [
            format!("risk.add(\"x\", ({a}) {sign} ({b}));"),
            format!("let x = {a}; x {sign}= {b}; risk.add(\"x\", x);"),
        ] {
            match (run(&script), wanted) {
                (Ok(effects), Some(wanted)) => {
                    let [ActionEffect::Risk(number, _)] = effects.as_slice() else {
                        panic!("{script}");
                    };
                    prop_assert_eq!(number.to_string(), wanted.to_string(), "{}", script);
                }
                (Err(_), None) => {}
                (result, wanted) => prop_assert!(false, "{script}: {result:?}, not {wanted:?}"),
            }
        }
    }

    #[test]
    fn comparison_is_rust_decimals(a in number(), b in number()) {
        let script = format!(
            "if {a} < {b} {{ notify(\"<\") }} if {a} <= {b} {{ notify(\"<=\") }}
             if {a} == {b} {{ notify(\"==\") }} if {a} != {b} {{ notify(\"!=\") }}
             if {a} > {b} {{ notify(\">\") }} if {a} >= {b} {{ notify(\">=\") }}"
        );
        let wanted = [("<", a < b), ("<=", a <= b), ("==", a == b), ("!=", a != b), (">", a > b), (">=", a >= b)];
        let wanted: Vec<_> = wanted
            .into_iter()
            .filter(|(_, holds)| *holds)
            .map(|(sign, _)| ActionEffect::Notify(sign.into()))
            .collect();
        prop_assert_eq!(run(&script).unwrap(), wanted);
    }
}
