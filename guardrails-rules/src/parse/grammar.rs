//! The parser that pest derives from the grammar.

#![allow(
    missing_docs,
    unreachable_pub,
    reason = "pest derives public items without documentation; none leaves the parser's room"
)]

#[derive(pest_derive::Parser)]
#[grammar = "parse/guard.pest"]
pub(super) struct Grammar;

/// Whether a rule is a word, a punctuation mark or the end: told in errors, passed over in trees.
pub(super) fn is_token(rule: Rule) -> bool {
    rule == Rule::EOI || (Rule::p_open..=Rule::k_write).contains(&rule)
}

#[cfg(test)]
mod tests {
    use super::{Rule, is_token};

    #[test]
    fn tokens_are_those_with_a_prefix() {
        for rule in Rule::all_rules() {
            let name = format!("{rule:?}");
            let prefixed = name.starts_with("k_") || name.starts_with("p_") || name == "EOI";
            assert_eq!(is_token(*rule), prefixed, "{name}");
        }
    }
}
