//! Text for people that keeps to its line.
//!
//! What a host, a policy or a changed database brought is written with its control characters
//! escaped, so that a purpose cannot pose as an event, a record's value as a reason, and a row cannot
//! steer a terminal.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// Writes on the current line, come what may.
pub(crate) fn say(f: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>) -> fmt::Result {
    OneLine(f).write_fmt(text)
}

struct OneLine<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl fmt::Write for OneLine<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write_str(&one_line(text))
    }
}

/// The text with its control characters, line ends and marks that turn the direction of writing made
/// visible, as `\u{a}`: for a line of a terminal or a log that shows what others wrote.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().saturating_add(8));
    for c in text.chars() {
        if steers(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Whether a character does something to the line instead of standing in it: control characters, line
/// separators, and the marks that turn the direction of writing (Unicode TR 36 §3.5).
#[must_use]
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn what_steers_is_made_visible_and_the_rest_is_left() {
        assert_eq!(one_line("折扣 20% 😀"), "折扣 20% 😀");
        assert_eq!(
            one_line("a\n  because\u{1b}[31m\u{202e}\u{85}"),
            r"a\u{a}  because\u{1b}[31m\u{202e}\u{85}"
        );
    }
}
