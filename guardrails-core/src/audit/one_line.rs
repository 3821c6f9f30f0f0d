//! Text for people that keeps to its line.
//!
//! What a host, a policy or a changed database brought is written with its control characters
//! escaped, so that a purpose cannot pose as an event, and a row cannot steer a terminal.

use std::fmt::{self, Write as _};

/// Writes on the current line, come what may.
pub(super) fn say(f: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>) -> fmt::Result {
    OneLine(f).write_fmt(text)
}

struct OneLine<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl fmt::Write for OneLine<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| match c {
            c if c.is_control() || is_steering(c) => write!(self.0, "{}", c.escape_unicode()),
            c => self.0.write_char(c),
        })
    }
}

/// Line separators, and the marks that turn the direction of writing (Unicode TR 36 §3.5).
fn is_steering(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
