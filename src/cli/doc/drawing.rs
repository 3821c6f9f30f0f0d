//! Where things stand in a diagram. Widths of texts are estimated from their characters, since no font
//! is at hand; a Chinese character is as wide as it is high.

use super::page::{Box, Dot, Drawing, Line, Text};

impl Drawing {
    pub(super) fn line(&mut self, class: &'static str, from: (i64, i64), to: (i64, i64)) {
        self.lines.push(Line { class, from, to });
    }

    pub(super) fn rectangle(
        &mut self,
        class: &'static str,
        at: (i64, i64),
        size: (i64, i64),
        round: i64,
    ) {
        let (width, height) = size;
        self.boxes.push(Box {
            class,
            at,
            width,
            height,
            round,
        });
    }

    pub(super) fn dot(&mut self, class: &'static str, at: (i64, i64), radius: i64) {
        self.dots.push(Dot { class, at, radius });
    }

    pub(super) fn text(
        &mut self,
        class: &'static str,
        anchor: &'static str,
        at: (i64, i64),
        text: impl Into<String>,
    ) {
        let text = text.into();
        self.texts.push(Text {
            class,
            anchor,
            at,
            text,
        });
    }
}

/// How wide a text of this size is, rather too much than too little.
pub(super) fn width(text: &str, size: i64) -> i64 {
    let hundredths = |c: char| match c {
        '\u{1100}'.. => 100,
        'A'..='Z' | '_' | '@' | '%' => 70,
        'm' | 'w' => 85,
        'i' | 'l' | 'j' | '.' | ',' | ' ' | '\'' => 34,
        _ => 58,
    };
    let sum: i64 = text.chars().map(hundredths).sum();
    (sum * size + 99) / 100
}
