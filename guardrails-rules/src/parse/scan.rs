//! Cuts a file into declarations before the grammar sees it, and bounds what the grammar may see.
//!
//! The grammar's parser recurses with the input and stops at the first mistake. So this pass, which
//! does neither, finds brackets that do not match, texts that do not end and nesting beyond
//! [`NESTING`]; and it gives each declaration to the grammar alone, so that one mistake does not
//! hide the others.

use std::ops::Range;

use guardrails_core::{Diagnostic, Name, Phrase, phrase};

use super::context::ParseContext;
use super::lexer::{Lexer, Token, TokenKind};
use super::suggest;
use super::tree::Built;
use crate::ast::Comment;
use crate::codes;

/// Brackets, `not`s and quantifiers inside each other (`nesting`).
pub(crate) const NESTING: usize = 64;

/// Words that begin a declaration.
pub(crate) const DECLARATIONS: &[&str] = &[
    "guard", "package", "timezone", "use", "entity", "enum", "const", "param", "list", "grant",
    "skill", "rule", "risk", "approval", "table", "test",
];

/// Declarations without a block: one line, as people write them.
const SINGLE_LINE: &[&str] = &[
    "guard", "package", "timezone", "use", "const", "param", "list",
];

/// The text of one declaration, well-bracketed, and the word it begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) range: Range<usize>,
    pub(super) keyword: &'static str,
}

/// What a file is made of.
#[derive(Default)]
pub(super) struct Scan {
    pub(super) chunks: Vec<Chunk>,
    pub(super) comments: Vec<Comment>,
    pub(super) findings: Vec<Diagnostic>,
    /// Names of declarations that are not among the chunks.
    pub(super) lost: Vec<Name>,
}

/// Cuts the text of `context` into declarations.
pub(super) fn scan(context: ParseContext<'_>) -> Scan {
    let mut scanner = Scanner {
        context,
        out: Scan::default(),
        open: Vec::new(),
        chunk: None,
        prefixes: 0,
        within: 0,
    };
    let mut from = 0;
    while let Some(next) = scanner.run(from) {
        from = next;
    }
    scanner.out
}

/// A bracket that waits for its other half.
struct Open {
    bracket: char,
    at: Range<usize>,
    /// Quantifiers and ranges of the level around it, to be taken up again when it closes.
    outer: usize,
}

struct Current {
    start: usize,
    keyword: Option<&'static str>,
    end: usize,
}

struct Scanner<'s> {
    context: ParseContext<'s>,
    out: Scan,
    open: Vec<Open>,
    chunk: Option<Current>,
    /// `not`s and minus signs in a row.
    prefixes: usize,
    /// Quantifiers and ranges at this level of brackets: they nest to the right without brackets.
    within: usize,
}

impl Scanner<'_> {
    /// Scans from `from`; answers where to start again after a mistake that loses the structure.
    fn run(&mut self, from: usize) -> Option<usize> {
        let text = self.context.text();
        let mut lexer = Lexer::new(text, from);
        while let Some(token) = lexer.next() {
            if let TokenKind::Comment { documents } = token.kind {
                let span = self.context.span(token.range);
                self.out.comments.push(Comment { span, documents });
                continue;
            }
            if let Err(fault) = self.take(&token, &mut lexer) {
                return self.recover(*fault, token.range.start);
            }
        }
        match self.open.last() {
            Some(open) => self.recover(self.unclosed(open), text.len()),
            None => {
                self.finish();
                None
            }
        }
    }

    /// One token; an error when brackets no longer tell where declarations end.
    fn take(&mut self, token: &Token, lexer: &mut Lexer<'_>) -> Built<()> {
        self.begin_if_needed(token);
        if let Some(chunk) = &mut self.chunk {
            chunk.end = token.range.end;
        }
        self.count_prefixes(token);
        match token.kind {
            TokenKind::Open(bracket) => self.push(bracket, token),
            TokenKind::Close(bracket) => self.pop(bracket, token, lexer)?,
            TokenKind::Unended => return Err(self.unended(token)),
            TokenKind::Word => self.count_word(token),
            TokenKind::Mark => self.count_mark(token),
            TokenKind::Text | TokenKind::Comment { .. } => {}
        }
        if self.open.len() + self.within + self.prefixes > NESTING {
            return Err(self.nesting(token));
        }
        Ok(())
    }

    /// After a mistake: where to start again. When another declaration seems to begin between the
    /// start of this one and the mistake, then this one was never closed, and that is the mistake.
    fn recover(&mut self, fault: Diagnostic, at: usize) -> Option<usize> {
        let start = self.chunk.as_ref().map_or(at, |chunk| chunk.start);
        let next = self.next_declaration(start).filter(|line| *line < at);
        let (fault, resume) = match (next, self.open.first()) {
            (Some(line), Some(open)) => (self.unclosed(open), Some(line)),
            _ => (fault, self.next_declaration(at)),
        };
        self.out.findings.push(fault);
        if let Some(chunk) = self.chunk.take() {
            self.lose(chunk.start);
        }
        self.open.clear();
        self.prefixes = 0;
        if let Some(line) = resume {
            // What follows is read once more, its comments too.
            let offset = self.context.span(line..line).start;
            let comments = &mut self.out.comments;
            let kept = comments.partition_point(|comment| comment.span.start < offset);
            comments.truncate(kept);
        }
        resume
    }

    /// The next line after `at` that begins with a declaration's word, at its first column.
    fn next_declaration(&self, at: usize) -> Option<usize> {
        let text = self.context.text();
        let mut line = at;
        loop {
            line += text.get(line..)?.find('\n')? + 1;
            let rest = text.get(line..)?;
            let word = rest.split(|c: char| !c.is_alphanumeric()).next()?;
            if DECLARATIONS.contains(&word) && declares(text, line + word.len()) {
                return Some(line);
            }
        }
    }

    fn word<'t>(&'t self, token: &Token) -> &'t str {
        self.context.text().get(token.range.clone()).unwrap_or("")
    }

    fn begin_if_needed(&mut self, token: &Token) {
        let word = self.word(token);
        let keyword = DECLARATIONS.iter().find(|known| **known == word).copied();
        let begins = self.open.is_empty()
            && token.first_on_line
            && keyword.is_some()
            && declares(self.context.text(), token.range.end);
        if begins || self.line_is_over(token) {
            self.finish();
        }
        if self.chunk.is_none() {
            self.within = 0;
            self.chunk = Some(Current {
                start: token.range.start,
                keyword,
                end: token.range.end,
            });
        }
    }

    /// Whether a declaration of one line has ended: the next line begins with a word of its own.
    fn line_is_over(&self, token: &Token) -> bool {
        let text = self.context.text();
        let margin = token
            .range
            .start
            .checked_sub(1)
            .and_then(|at| text.get(at..=at));
        let single = self.chunk.as_ref().and_then(|chunk| chunk.keyword);
        self.open.is_empty()
            && token.kind == TokenKind::Word
            && margin == Some("\n")
            && self.word(token) != "from"
            && single.is_some_and(|keyword| SINGLE_LINE.contains(&keyword))
    }

    /// Ends the declaration at hand and gives it out, or reports what stands there instead.
    fn finish(&mut self) {
        let Some(chunk) = self.chunk.take() else {
            return;
        };
        let range = chunk.start..chunk.end;
        match chunk.keyword {
            Some(keyword) => self.out.chunks.push(Chunk { range, keyword }),
            None => self.report_unknown(range),
        }
    }

    fn push(&mut self, bracket: char, token: &Token) {
        self.open.push(Open {
            bracket,
            at: token.range.clone(),
            outer: self.within,
        });
    }

    fn pop(&mut self, bracket: char, token: &Token, lexer: &mut Lexer<'_>) -> Built<()> {
        let Some(open) = self.open.last() else {
            return Err(self.stray(token));
        };
        if closing(open.bracket) != bracket {
            return Err(self.mismatch(open, token));
        }
        self.within = open.outer;
        self.open.pop();
        lexer.leave_script(self.open.len());
        if self.open.is_empty() && bracket == '}' {
            self.finish();
        }
        Ok(())
    }

    fn count_prefixes(&mut self, token: &Token) {
        if matches!(self.word(token), "not" | "-") {
            self.prefixes += 1;
        } else {
            self.prefixes = 0;
        }
    }

    fn count_word(&mut self, token: &Token) {
        match self.word(token) {
            "satisfies" | "between" => self.within += 1,
            "when" | "then" | "factor" => self.within = 0,
            _ => {}
        }
    }

    fn count_mark(&mut self, token: &Token) {
        let text = self.context.text();
        // The arrow of a table's row ends its last cell.
        let arrow =
            self.word(token) == ">" && text.get(..token.range.start).is_some_and(ends_in_equals);
        if arrow || matches!(self.word(token), "," | "|") {
            self.within = 0;
        }
    }

    fn nesting(&self, token: &Token) -> Box<Diagnostic> {
        let message = phrase!(
            "this is nested deeper than the limit `nesting` of {most}"
                | "这里的嵌套超过上限 `nesting`（{most} 层）",
            most = NESTING
        );
        let help = phrase!(
            "say it with fewer brackets, or split the declaration"
                | "少用括号，或者把这个声明拆成几个"
        );
        self.fault(codes::NESTING, token, message).help(help).into()
    }

    fn fault(&self, code: &'static str, token: &Token, message: Phrase) -> Diagnostic {
        Diagnostic::error(code, self.context.place(token.range.clone()), message)
    }

    fn unclosed(&self, open: &Open) -> Diagnostic {
        let (bracket, other) = (open.bracket, closing(open.bracket));
        let place = self.context.place(open.at.clone());
        let message = phrase!(
            "this `{bracket}` is never closed" | "这个 `{bracket}` 没有闭合",
            bracket
        );
        let help = phrase!("add the missing `{other}`" | "补上缺少的 `{other}`", other);
        Diagnostic::error(codes::UNBALANCED, place, message).help(help)
    }

    fn mismatch(&self, open: &Open, token: &Token) -> Box<Diagnostic> {
        let due = closing(open.bracket);
        let message = phrase!(
            "found `{word}` where `{due}` was due" | "这里应为 `{due}`，却是 `{word}`",
            word = self.word(token),
            due
        );
        let bracket = open.bracket;
        let note = phrase!(
            "this `{bracket}` is still open" | "这个 `{bracket}` 还没有闭合",
            bracket
        );
        self.fault(codes::UNBALANCED, token, message)
            .note(self.context.place(open.at.clone()), note)
            .help(phrase!(
                "close it with `{due}` first" | "先用 `{due}` 闭合它",
                due
            ))
            .into()
    }

    fn stray(&self, token: &Token) -> Box<Diagnostic> {
        let word = self.word(token);
        let message = phrase!(
            "this `{word}` closes nothing" | "这个 `{word}` 没有对应的开括号",
            word
        );
        let help = phrase!(
            "remove it, or add the bracket it should close" | "删去它，或者补上它要闭合的括号"
        );
        self.fault(codes::UNBALANCED, token, message)
            .help(help)
            .into()
    }

    fn unended(&self, token: &Token) -> Box<Diagnostic> {
        let message = phrase!("this text does not end on its line" | "这段文本没有在本行结束");
        let help = phrase!(
            "close it with `\"`; inside a text write `\\\"` for a quotation mark"
                | "用 `\"` 结束它；文本里的引号写 `\\\"`"
        );
        self.fault(codes::TEXT_NOT_CLOSED, token, message)
            .help(help)
            .into()
    }

    /// Keeps the name of a declaration that cannot be read, so that its uses are not reported too.
    fn lose(&mut self, start: usize) {
        let text = self.context.text().get(start..).unwrap_or("");
        self.out.lost.extend(declared_name(text));
    }

    fn report_unknown(&mut self, range: Range<usize>) {
        self.lose(range.start);
        let text = self.context.text().get(range.clone()).unwrap_or("");
        let word: &str = text
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .next()
            .unwrap_or("");
        let width = match word.len() {
            0 => text.chars().next().map_or(0, char::len_utf8),
            length => length,
        };
        let first = text.get(..width).unwrap_or("");
        let place = self.context.place(range.start..range.start + width);
        let message = phrase!(
            "`{first}` does not begin a declaration" | "声明不以 `{first}` 开头",
            first
        );
        let help = suggest::did_you_mean(word, DECLARATIONS.iter().copied()).unwrap_or_else(|| {
            phrase!(
                "begin with one of {words}" | "以 {words} 之一开头",
                words = suggest::listed(DECLARATIONS)
            )
        });
        self.out
            .findings
            .push(Diagnostic::error(codes::UNKNOWN_DECLARATION, place, message).help(help));
    }
}

fn ends_in_equals(text: &str) -> bool {
    text.ends_with('=')
}

/// Whether what follows a declaration's word looks like one: blanks and then a name, a number, a
/// text or a block. So `list in FIELD` inside a scope does not end a grant.
fn declares(text: &str, after: usize) -> bool {
    let rest = text.get(after..).unwrap_or("");
    let next = rest.trim_start();
    let word = next.split(|c: char| !c.is_alphanumeric()).next();
    next.len() < rest.len()
        && !matches!(
            word,
            Some("in" | "is" | "and" | "or" | "not" | "has" | "between")
        )
        && next.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | '{'))
}

/// What the second word of a declaration names.
pub(super) fn declared_name(text: &str) -> Option<Name> {
    let part_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let name = text.trim_start_matches(part_of_name).trim_start();
    let end = name.find(|c| !part_of_name(c)).unwrap_or(name.len());
    name.get(..end)
        .filter(|name| !name.is_empty())
        .map(Name::from)
}

fn closing(bracket: char) -> char {
    match bracket {
        '{' => '}',
        '[' => ']',
        _ => ')',
    }
}
