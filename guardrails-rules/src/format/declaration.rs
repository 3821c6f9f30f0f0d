//! A whole file: one declaration after the other, and the empty lines between them.

use super::block::Block;
use super::doc::{Doc, columns};
use super::layout::{WIDTH, lay_out};
use super::piece::{Join, Printer};
use crate::parse::Part;

/// The text so far.
#[derive(Default)]
pub(super) struct Page {
    text: String,
    /// The last declaration takes several lines.
    tall: bool,
}

impl Page {
    /// Adds a declaration with the comments above it.
    pub(super) fn declaration(&mut self, printer: &mut Printer<'_>, part: &Part) {
        let parted = printer
            .around(part)
            .map(|around| (around.parted(), around.apart));
        let (parted, apart) = parted.unwrap_or_default();
        let above = printer.take_above(part);
        let body = body(printer, part);
        let tall = body.contains('\n');
        // An empty line around whatever takes several lines; else where its author left one.
        if !self.text.is_empty() && (parted || tall || self.tall) {
            self.text.push('\n');
        }
        if !above.is_empty() {
            self.text.push_str(&lay_out(&Doc::Above(above)));
            if apart {
                self.text.push('\n');
            }
        }
        self.text.push_str(&body);
        self.text.push('\n');
        self.tall = tall;
    }

    /// The text, with the comments at the end of the file.
    pub(super) fn finish(mut self, printer: &mut Printer<'_>) -> String {
        let last = printer.take_last();
        if let Some(first) = last.first() {
            if !self.text.is_empty() && (first.apart || self.tall) {
                self.text.push('\n');
            }
            self.text.push_str(&lay_out(&Doc::Above(last)));
        }
        self.text
    }
}

fn body(printer: &mut Printer<'_>, part: &Part) -> String {
    let behind = printer.take_behind(part);
    let doc = match Block::of(part) {
        None => printer.run(&part.parts, Join::Apart).indent(4),
        Some(block) if printer.is_low(&block) => {
            let low = lay_out(&printer.low(part.rule, &block));
            if columns(&low) <= WIDTH && !low.contains('\n') {
                return with_behind(low, behind);
            }
            printer.tall_block(part.rule, &block)
        }
        Some(block) => printer.tall_block(part.rule, &block),
    };
    with_behind(lay_out(&doc), behind)
}

fn with_behind(text: String, behind: Option<String>) -> String {
    match behind {
        Some(comment) => format!("{text}  {comment}"),
        None => text,
    }
}
