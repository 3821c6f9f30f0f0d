//! Which names stand where, and what each stands for.

use std::collections::BTreeMap;

use guardrails_core::Name;

use crate::ast::Span;

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Symbol {
    Entity(Name),
    Enum(Name),
    /// Of an entity.
    Field(Name, Name),
    /// Of an enum; one written in place is called after its field, `Quote.stage`.
    Member(Name, Name),
    Const(Name),
    List(Name),
    Rule(Name),
    Chain(Name),
    Skill(Name),
    Role(Name),
    Mask(Name),
    /// Of a `some`, an `every` or a `for`, by where it is introduced.
    Variable(Name, u32, u32),
}

/// A name that stands somewhere.
#[derive(Debug)]
pub(super) struct Mention {
    pub(super) symbol: Symbol,
    pub(super) span: Span,
    pub(super) declares: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// By file and offset; names do not overlap.
    all: BTreeMap<(u32, u32), Mention>,
}

impl Mentions {
    pub(super) fn add(&mut self, symbol: Symbol, span: Span, declares: bool) {
        let mention = Mention {
            symbol,
            span,
            declares,
        };
        self.all.insert((span.file, span.start), mention);
    }

    /// The name at an offset; its end still belongs to it.
    pub(super) fn at(&self, file: u32, offset: u32) -> Option<&Mention> {
        let (_, mention) = self.all.range(..=(file, offset)).next_back()?;
        let span = mention.span;
        (span.file == file && offset <= span.end).then_some(mention)
    }

    /// Where a symbol stands.
    pub(super) fn of(&self, symbol: &Symbol) -> impl Iterator<Item = &Mention> {
        self.all
            .values()
            .filter(move |mention| mention.symbol == *symbol)
    }

    /// For each name in its order, the number of the first one that stands for the same, and whether it
    /// declares: what stays as it is whatever the names are.
    pub(super) fn alike(&self) -> Vec<(usize, bool)> {
        let mut first: BTreeMap<&Symbol, usize> = BTreeMap::new();
        let names = self.all.values().enumerate();
        names
            .map(|(at, mention)| {
                let number = *first.entry(&mention.symbol).or_insert(at);
                (number, mention.declares)
            })
            .collect()
    }
}
