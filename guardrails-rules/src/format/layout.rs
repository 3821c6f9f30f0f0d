//! Chooses where lines end, so that as little as possible goes beyond [`WIDTH`] columns.
//!
//! Each choice looks ahead one line at most, so the time is in proportion to the text.

use super::doc::{Doc, Lines, columns};

/// Columns of a line that is not too long.
pub(super) const WIDTH: usize = 100;

/// The text of a piece, without a line end behind it.
pub(super) fn lay_out(doc: &Doc) -> String {
    let mut page = Page {
        out: String::new(),
        column: 0,
        pending: 0,
        fresh: true,
        commented: false,
        remarked: false,
    };
    let mut todo = vec![(0, Mode::Broken, Work::Doc(doc))];
    while let Some((indent, mode, work)) = todo.pop() {
        match work {
            Work::Doc(doc) => page.put(indent, mode, doc, &mut todo),
            Work::Fill(docs) => page.fill(indent, docs, &mut todo),
        }
    }
    page.out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Flat,
    Broken,
}

#[derive(Clone, Copy)]
enum Work<'d> {
    Doc(&'d Doc),
    /// What is left of a fill, from a piece on.
    Fill(&'d [Doc]),
}

/// How far further lines are indented, whether lines end, and what is to be set.
type Item<'d> = (usize, Mode, Work<'d>);
type Todo<'d> = Vec<Item<'d>>;

struct Page {
    out: String,
    column: usize,
    /// Blanks that are written once something follows them.
    pending: usize,
    /// Nothing stands on this line yet.
    fresh: bool,
    /// The line holds a comment, and nothing may follow.
    commented: bool,
    /// The line was begun behind comments on lines of their own.
    remarked: bool,
}

impl Page {
    fn put<'d>(&mut self, indent: usize, mode: Mode, doc: &'d Doc, todo: &mut Todo<'d>) {
        match doc {
            Doc::Nothing => {}
            Doc::Text(text) => self.text(indent, text),
            Doc::Verbatim(text) => self.verbatim(indent, text),
            Doc::Space(blanks) => self.pending += if self.fresh { 0 } else { *blanks },
            Doc::Line if mode == Mode::Flat && !self.commented => {
                self.pending += usize::from(!self.fresh);
            }
            Doc::Line | Doc::Hard if self.remarked => self.restart(indent),
            Doc::Line | Doc::Hard => self.end_line(indent),
            Doc::Above(remarks) => self.above(indent, remarks),
            Doc::Behind(blanks, text) => self.behind(*blanks, text),
            Doc::Fill(docs) if mode == Mode::Broken => todo.push((indent, mode, Work::Fill(docs))),
            Doc::Concat(docs) | Doc::Fill(docs) => {
                let pieces = docs.iter().rev();
                todo.extend(pieces.map(|piece| (indent, mode, Work::Doc(piece))));
            }
            Doc::Group(inner, lines) => {
                let flat = (indent, Mode::Flat, Work::Doc(inner));
                let fits = *lines == Lines::IfRoom && self.fits(&[flat], todo);
                let mode = if fits { Mode::Flat } else { Mode::Broken };
                todo.push((indent, mode, Work::Doc(inner)));
            }
            Doc::Indent(by, inner) => todo.push((indent + by, mode, Work::Doc(inner))),
            Doc::Align(inner) => {
                let here = self.column + self.pending;
                let indent = if self.commented { indent } else { here };
                todo.push((indent, mode, Work::Doc(inner)));
            }
        }
    }

    fn fill<'d>(&self, indent: usize, docs: &'d [Doc], todo: &mut Todo<'d>) {
        let in_mode = |mode, doc: &'d Doc| (indent, mode, Work::Doc(doc));
        let [piece, rest @ ..] = docs else { return };
        let flat = in_mode(Mode::Flat, piece);
        let alone = self.fits(&[flat], if rest.is_empty() { todo } else { &[] });
        let alone = if alone { Mode::Flat } else { Mode::Broken };
        if let [separator, following @ ..] = rest {
            let next = following.first().unwrap_or(&Doc::Nothing);
            let both = [
                flat,
                in_mode(Mode::Flat, separator),
                in_mode(Mode::Flat, next),
            ];
            // What stands behind the last piece needs room too.
            let room = self.fits(&both, if following.len() > 1 { &[] } else { todo });
            let between = if room { Mode::Flat } else { Mode::Broken };
            todo.push((indent, Mode::Broken, Work::Fill(following)));
            todo.push(in_mode(between, separator));
        }
        todo.push(in_mode(alone, piece));
    }

    /// Whether the line at hand has room for a piece and what must stand behind it.
    fn fits(&self, pieces: &[Item<'_>], rest: &[Item<'_>]) -> bool {
        let mut column = self.column + self.pending;
        let mut rest = rest.iter().rev();
        let mut todo: Vec<Item<'_>> = pieces.iter().rev().copied().collect();
        while column <= WIDTH {
            let Some((indent, mode, work)) = todo.pop().or_else(|| rest.next().copied()) else {
                return true;
            };
            let doc = match work {
                Work::Doc(doc) => doc,
                Work::Fill([first, ..]) => first,
                Work::Fill([]) => continue,
            };
            match doc {
                Doc::Nothing => {}
                Doc::Text(text) => column += columns(text),
                Doc::Verbatim(text) => {
                    column += columns(text.split('\n').next().unwrap_or(""));
                    if text.contains('\n') {
                        return column <= WIDTH;
                    }
                }
                Doc::Space(blanks) => column += blanks,
                Doc::Line if mode == Mode::Flat => column += 1,
                Doc::Line | Doc::Hard | Doc::Above(_) | Doc::Behind(..) => return true,
                Doc::Concat(docs) | Doc::Fill(docs) => {
                    let pieces = docs.iter().rev();
                    todo.extend(pieces.map(|piece| (indent, mode, Work::Doc(piece))));
                }
                Doc::Group(inner, lines) => {
                    let broken = *lines == Lines::Broken;
                    let mode = if broken { Mode::Broken } else { mode };
                    todo.push((indent, mode, Work::Doc(inner)));
                }
                Doc::Indent(_, inner) | Doc::Align(inner) => {
                    todo.push((indent, mode, Work::Doc(inner)));
                }
            }
        }
        false
    }

    fn text(&mut self, indent: usize, text: &str) {
        if self.commented {
            self.end_line(indent);
        }
        self.flush();
        self.out.push_str(text);
        self.column += columns(text);
        self.fresh = text.is_empty() && self.fresh;
        self.remarked = false;
    }

    fn verbatim(&mut self, indent: usize, text: &str) {
        self.text(indent, text);
        if let Some((_, last)) = text.rsplit_once('\n') {
            self.column = columns(last);
        }
    }

    fn above(&mut self, indent: usize, remarks: &[super::lexeme::Remark]) {
        if !self.fresh {
            self.end_line(indent);
        }
        for (number, remark) in remarks.iter().enumerate() {
            if remark.apart && number > 0 {
                self.end_line(indent);
            }
            self.text(indent, &remark.text);
            self.end_line(indent);
        }
        self.remarked = true;
    }

    fn behind(&mut self, blanks: usize, text: &str) {
        self.pending = if self.fresh { self.pending } else { blanks };
        self.flush();
        self.out.push_str(text);
        self.fresh = false;
        self.remarked = false;
        self.commented = true;
    }

    fn flush(&mut self) {
        self.out.extend(std::iter::repeat_n(' ', self.pending));
        self.column += self.pending;
        self.pending = 0;
    }

    /// The line that comments ended is the new line.
    fn restart(&mut self, indent: usize) {
        self.pending = indent;
        self.remarked = false;
    }

    fn end_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.column = 0;
        self.pending = indent;
        self.fresh = true;
        self.commented = false;
    }
}
