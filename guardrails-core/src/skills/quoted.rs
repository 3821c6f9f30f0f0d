//! Shows a name that came from outside: in back-ticks, on one line, cut short, nothing invisible.

use std::fmt;

use crate::diagnostic::{Language, Said};
use crate::naming::is_hidden;

/// How many characters are shown before the cut.
const SHOWN: usize = 48;

/// A name from a request or a table row, made safe to put into a sentence.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`")?;
        let mut rest = self.0.chars();
        for c in rest.by_ref().take(SHOWN) {
            if is_hidden(c) || c == '`' {
                write!(f, "{}", c.escape_unicode())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        if rest.next().is_some() {
            f.write_str("…")?;
        }
        f.write_str("`")
    }
}

impl Said for Quoted<'_> {
    fn said(&self, _: Language) -> impl fmt::Display {
        self
    }
}

/// Names one after the other with commas, at most five of them.
pub(super) fn list<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const MOST: usize = 5;
    let more = names.len().saturating_sub(MOST);
    let mut shown: Vec<String> = names.take(MOST).map(|n| Quoted(n).to_string()).collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_on_its_line_and_in_its_quotes() {
        assert_eq!(Quoted("a\nb`c").to_string(), "`a\\u{a}b\\u{60}c`");
        assert_eq!(Quoted("销售代表").to_string(), "`销售代表`");
        let long = "x".repeat(1_000_000);
        assert_eq!(Quoted(&long).to_string().chars().count(), SHOWN + 3);
    }

    #[test]
    fn a_long_list_is_counted_not_printed() {
        let names = ["a", "b", "c", "d", "e", "f", "g"];
        assert_eq!(list(names.into_iter()), "`a`, `b`, `c`, `d`, `e`, 2 more");
        assert_eq!(list(["a"].into_iter()), "`a`");
    }
}
