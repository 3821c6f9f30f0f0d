//! Whatever the text, compiling ends with a policy or with findings, and rendering with a text.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

use guardrails_core::Language;
use guardrails_rules::{Bundle, SourceFile, Style, compile, render, to_json};
use proptest::prelude::*;

fn take(text: &str) {
    let Ok(bundle) = Bundle::from_files(vec![SourceFile::new("any.guard", text)]) else {
        return;
    };
    let compiled = compile(&bundle);
    let errors = compiled
        .diagnostics
        .iter()
        .any(|finding| finding.severity == guardrails_core::Severity::Error);
    assert_eq!(compiled.policy.is_none(), errors);
    assert!(
        compiled
            .diagnostics
            .iter()
            .all(|finding| finding.code != "G0999")
    );
    for style in [Style::Plain, Style::Colour] {
        let rendered = render(&compiled.diagnostics, &bundle, style, Language::English);
        assert_eq!(rendered.is_empty(), compiled.diagnostics.is_empty());
    }
    assert!(to_json(&compiled.diagnostics, Language::English).starts_with('['));
}

/// Pieces of the language, so that texts get further than the first word.
const PIECES: &[&str] = &[
    "guard 1",
    "package a.b",
    "use a.b",
    "entity E",
    "enum S",
    "const C =",
    "list L = [",
    "grant R on E",
    "skill s.t",
    "rule r",
    "risk",
    "approval a",
    "table t on update of E",
    "hit first",
    "f => then",
    "actor.role | f => then",
    "- | 1 .. 5%",
    "=> allow",
    "as CODE",
    "because \"{f}\" / en \"{f}\"",
    "oblige \"x\" { a: [1, \"{f}\"] }",
    "test \"t\"",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    "=",
    "==",
    "=>",
    "|",
    "-",
    "+",
    "*",
    "/",
    "??",
    "<",
    ">=",
    "!=",
    "@",
    ".",
    "%",
    "?",
    "\"text\"",
    "\"{f}\"",
    "\"",
    "\\",
    "15%",
    "3 CNY",
    "4h",
    "2026-03-02",
    "2026-03-02T10:00Z",
    "1.5",
    "99",
    "id : text",
    "f : percent",
    "m : money(CNY)",
    "l : [text]",
    "e : enum { A, B }",
    "on update of E",
    "when",
    "then",
    "deny X",
    "require approval a",
    "because",
    "mask f with phone",
    "hide f",
    "notify \"x\"",
    "risk +1",
    "do {",
    "risk.add(\"x\", 1.0);",
    "read *",
    "write f",
    "except",
    "where",
    "for ai \"x\"",
    "f",
    "id",
    "m",
    "l",
    "actor",
    "has R",
    "and",
    "or",
    "not",
    "in",
    "between",
    "contains",
    "starts with",
    "matches \"(\"",
    "is missing",
    "is present",
    "some x in l satisfies",
    "every",
    "old.f",
    "new.f",
    "changed(f)",
    "len(",
    "lower(",
    "count(",
    "days between",
    "hour of",
    "factor a weight 1 =",
    "HIGH at 8",
    "step a 1 of R within 4h",
    "else escalate R",
    "never requester",
    "expires 3d",
    "execute within 1h",
    "does update on E",
    "impact 3",
    "allow R",
    "limit 5 per minute per user",
    "given E {",
    "change {",
    "actor {",
    "expect",
    "view {",
    "at",
    "//",
    "///",
    "\n",
    "\r\n",
    "折扣",
    "é",
    "\u{200B}",
    "'",
    "`",
    "/*",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_ends_well(text in "\\PC{0,200}") {
        take(&text);
    }

    #[test]
    fn any_bytes_of_ascii_end_well(text in "[ -~\n]{0,400}") {
        take(&text);
    }

    #[test]
    fn any_pieces_of_the_language_end_well(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..80),
    ) {
        take(&format!("guard 1\nentity E {{ f : percent }}\n{}", pieces.join(" ")));
    }

    /// A right policy with one stretch cut out, doubled or replaced.
    #[test]
    fn any_damage_ends_well(start in 0_usize..2_600, length in 0_usize..60, piece in prop::sample::select(PIECES)) {
        let text = include_str!("cases/ok/tests.guard");
        let boundary = |mut at: usize| { at = at.min(text.len()); while !text.is_char_boundary(at) { at -= 1; } at };
        let (start, end) = (boundary(start), boundary(start + length));
        let (head, tail) = (text.get(..start).unwrap_or(""), text.get(end.max(start)..).unwrap_or(""));
        take(&format!("{head}{tail}"));
        take(&format!("{head}{piece}{tail}"));
        take(&format!("{head}{}{}{tail}", piece, text.get(start..end.max(start)).unwrap_or("")));
    }
}
