//! What may stand at a place, told from the words before it.
//!
//! The declaration at hand is usually broken while it is written, so this reads its words and not its
//! tree; what can be named comes from all that could be read.

mod cases;
mod words;

use words::{
    ANNOTATIONS, CONDITION, EFFECTS, EXPECTATIONS, FUNCTIONS, JOINTS, MASKS, PROVIDED,
    RULE_ANNOTATIONS, TYPES,
};

use super::schema::{Field, Schema, Shape};
use crate::parse::{DECLARATIONS, Lexer, TokenKind};

/// Something that may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What to write.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// More about it, such as a type; may be empty.
    pub detail: String,
}

/// What a completion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is the language's own word")]
pub enum CompletionKind {
    Keyword,
    Type,
    Entity,
    Field,
    Member,
    Value,
    Function,
    Rule,
    Chain,
    Skill,
    Role,
    Mask,
    Annotation,
}

use CompletionKind as Kind;

/// The words of the declaration at hand, up to the place.
struct Before<'t> {
    words: Vec<&'t str>,
    /// Brackets that are open, in order.
    open: Vec<&'t str>,
}

pub(super) fn complete(schema: &Schema, text: &str, offset: usize) -> Vec<Completion> {
    let Some(head) = text.get(..offset.min(text.len())) else {
        return Vec::new();
    };
    // The word that is being written is not there yet.
    let written = head.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
    let before = Before::of(declaration(written));
    let place = Place {
        schema,
        words: &before.words,
        open: &before.open,
    };
    if before.inside_remark(written) {
        return place.in_braces(written);
    }
    // At the margin, outside of braces, something new begins.
    if before.open.is_empty() && (written.is_empty() || written.ends_with('\n')) {
        return listed(DECLARATIONS, Kind::Keyword);
    }
    place.completions()
}

/// From the beginning of the declaration that the text ends in.
fn declaration(text: &str) -> &str {
    let mut start = 0;
    let mut line = 0;
    for piece in text.split_inclusive('\n') {
        let word = piece
            .split(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or("");
        if DECLARATIONS.contains(&word) {
            start = line;
        }
        line += piece.len();
    }
    text.get(start..).unwrap_or("")
}

impl<'t> Before<'t> {
    fn of(text: &'t str) -> Self {
        let mut lexer = Lexer::new(text, 0);
        let mut found = Self {
            words: Vec::new(),
            open: Vec::new(),
        };
        while let Some(token) = lexer.next() {
            let word = text.get(token.range.clone()).unwrap_or("");
            match token.kind {
                TokenKind::Comment { .. } => continue,
                TokenKind::Open(_) => found.open.push(word),
                TokenKind::Close(_) => drop(found.open.pop()),
                _ => {}
            }
            found.words.push(word);
        }
        found
    }

    fn inside_remark(&self, text: &str) -> bool {
        let line = text.rsplit('\n').next().unwrap_or("");
        let quotes =
            line.matches('"').count() - line.matches("\\\"").count().min(line.matches('"').count());
        quotes % 2 == 1 || (quotes == 0 && line.contains("//"))
    }
}

struct Place<'p> {
    schema: &'p Schema,
    words: &'p [&'p str],
    open: &'p [&'p str],
}

impl Place<'_> {
    fn completions(&self) -> Vec<Completion> {
        let last = self.back(0);
        if last == "." {
            return self.after_dot();
        }
        if self.open.is_empty() && (self.words.is_empty() || last == "}") {
            return listed(DECLARATIONS, Kind::Keyword);
        }
        if last == "@" {
            let field = self.declares("entity");
            let words = if field { ANNOTATIONS } else { RULE_ANNOTATIONS };
            return listed(words, Kind::Annotation);
        }
        self.cases()
            .or_else(|| self.by_word(last))
            .unwrap_or_else(|| self.by_clause())
    }

    /// In the braces of a message: a field that is shown.
    fn in_braces(&self, text: &str) -> Vec<Completion> {
        let line = text.rsplit('\n').next().unwrap_or("");
        let message = line.rsplit('"').next().unwrap_or("");
        if line.contains("because") && message.ends_with('{') && !message.ends_with("{{") {
            return self.fields();
        }
        Vec::new()
    }

    /// The word `steps` back from the place.
    fn back(&self, steps: usize) -> &str {
        let at = self.words.len().checked_sub(steps + 1);
        at.and_then(|at| self.words.get(at)).copied().unwrap_or("")
    }

    fn declares(&self, keyword: &str) -> bool {
        self.words.first() == Some(&keyword)
    }

    /// Where the last word alone tells what comes.
    fn by_word(&self, last: &str) -> Option<Vec<Completion>> {
        let schema = self.schema;
        let found = match last {
            ":" if self.declares("entity") => self.types(),
            "[" if self.declares("entity") => self.types(),
            "of" if self.declares("approval") => names(&schema.roles, Kind::Role),
            "of" | "given" => names(schema.entities.keys(), Kind::Entity),
            "on" if self.declares("grant") || self.declares("skill") => {
                names(schema.entities.keys(), Kind::Entity)
            }
            "on" => listed(&["create", "update", "delete", "read"], Kind::Keyword),
            "does" => listed(&["create", "update", "delete", "read"], Kind::Keyword),
            "with" if !matches!(self.back(1), "starts" | "ends") => listed(MASKS, Kind::Mask),
            "has" | "escalate" => names(&schema.roles, Kind::Role),
            "allow" | "grant" if !self.declares("rule") => names(&schema.roles, Kind::Role),
            "approval" if !self.open.is_empty() => names(&schema.chains, Kind::Chain),
            "require" => listed(&["approval"], Kind::Keyword),
            "skill" if self.declares("test") => names(&schema.skills, Kind::Skill),
            "rule" if self.declares("test") => names(&schema.rules, Kind::Rule),
            "then" if !self.declares("table") => listed(EFFECTS, Kind::Keyword),
            "expect" => listed(EXPECTATIONS, Kind::Keyword),
            "==" | "=" | "in" | "!=" if self.words.len() > 3 => self.compared(),
            "when" | "where" | "and" | "or" | "not" | "satisfies" | "(" | "<" | ">" | "+" | "*" => {
                self.values()
            }
            _ => return None,
        };
        Some(found)
    }

    /// Where the clause tells.
    fn by_clause(&self) -> Vec<Completion> {
        const CLAUSES: &[&str] = &[
            "read",
            "write",
            "mask",
            "hide",
            "aggregate",
            "when",
            "where",
            "given",
            "change",
            "create",
            "view",
            "roles",
            "then",
            "expect",
            "allow",
        ];
        let last = self.back(0);
        let clause = self
            .words
            .iter()
            .rev()
            .find(|word| CLAUSES.contains(word))
            .copied();
        let within = self.open.last().copied().unwrap_or("");
        match clause {
            Some("given" | "change" | "create" | "view")
                if within == "{" && matches!(last, "{" | ",") =>
            {
                self.fields()
            }
            Some("given" | "change" | "create" | "view") if last == ":" => self.compared(),
            Some("roles") if within == "[" => names(&self.schema.roles, Kind::Role),
            _ if within == "[" && matches!(last, "[" | ",") => self.compared(),
            _ if matches!(last, "{" | "}") => self.items(),
            Some("write") if self.declares("grant") && last == "beyond" => {
                listed(&["scope"], Kind::Keyword)
            }
            Some("read" | "write" | "mask" | "hide" | "aggregate")
                if self.declares("grant")
                    && matches!(
                        last,
                        "read" | "write" | "mask" | "hide" | "aggregate" | "," | "except" | "by"
                    ) =>
            {
                self.fields()
            }
            Some("write") if self.declares("grant") && last != "scope" => {
                let mut all = listed(&["beyond scope"], Kind::Keyword);
                all.extend(self.items());
                all
            }
            Some("mask" | "hide") if matches!(last, "mask" | "hide") => self.fields(),
            Some("allow") if self.declares("skill") && last == "," => {
                names(&self.schema.roles, Kind::Role)
            }
            Some("then") if last == "," => listed(EFFECTS, Kind::Keyword),
            Some("when" | "where") => {
                let mut all = listed(JOINTS, Kind::Keyword);
                all.extend(self.items());
                all
            }
            _ => self.items(),
        }
    }

    /// What begins an item of the block at hand.
    fn items(&self) -> Vec<Completion> {
        let words: &[&str] = match self.words.first().copied().unwrap_or("") {
            "grant" => &[
                "read",
                "write",
                "mask",
                "hide",
                "aggregate",
                "where",
                "when",
            ],
            "skill" => &[
                "title", "does", "impact", "allow", "models", "limit", "budget", "status",
            ],
            "rule" => &["on", "when", "then", "do"],
            "risk" => &["factor"],
            "approval" => &["step", "never", "expires", "execute within"],
            "test" => &[
                "at", "actor", "skill", "given", "change", "create", "delete", "cases", "expect",
            ],
            "" => DECLARATIONS,
            _ => &[],
        };
        listed(words, Kind::Keyword)
    }

    /// The entity the declaration is about.
    fn entity(&self) -> Option<&str> {
        let marker = if self.declares("grant") {
            "on"
        } else if self.declares("test") {
            "given"
        } else {
            "of"
        };
        let at = self.words.iter().position(|word| *word == marker)?;
        self.words.get(at + 1).copied()
    }

    fn types(&self) -> Vec<Completion> {
        let mut all = listed(TYPES, Kind::Type);
        all.extend(names(self.schema.entities.keys(), Kind::Entity));
        all.extend(names(
            self.schema.enums.keys().filter(|name| !name.contains('.')),
            Kind::Type,
        ));
        all
    }

    fn fields(&self) -> Vec<Completion> {
        let fields = self
            .entity()
            .and_then(|entity| self.schema.entities.get(entity));
        fields.into_iter().flatten().map(field).collect()
    }

    /// What a condition may begin with.
    fn values(&self) -> Vec<Completion> {
        let mut all = self.fields();
        all.extend(names(&self.schema.consts, Kind::Value));
        all.extend(listed(PROVIDED, Kind::Value));
        all.extend(listed(FUNCTIONS, Kind::Function));
        all.extend(listed(CONDITION, Kind::Keyword));
        all
    }

    /// What a value may be compared with: first the words of its enum.
    fn compared(&self) -> Vec<Completion> {
        let operators = ["=", "!", "==", "in", "not", "[", ",", ":"];
        let mut words = self.words.iter().rev().copied().peekable();
        // Back over the operator, and over items of a list that are there already.
        let member = |word: &str| {
            self.schema
                .enums
                .values()
                .flatten()
                .any(|known| &**known == word)
        };
        while words
            .next_if(|word| operators.contains(word) || member(word))
            .is_some()
        {}
        let mut path = Vec::new();
        while let Some(word) = words.next() {
            path.push(word);
            if words.next_if(|word| *word == ".").is_none() {
                break;
            }
        }
        path.reverse();
        let mut all = match self.shape(&path) {
            Some(Shape::Enum(holder)) => {
                let members = self.schema.enums.get(&holder);
                members
                    .into_iter()
                    .flatten()
                    .map(|name| completion(name, Kind::Member, &holder))
                    .collect()
            }
            _ => Vec::new(),
        };
        if all.is_empty() {
            all = self.values();
            all.extend(names(&self.schema.lists, Kind::Value));
        }
        all
    }

    fn after_dot(&self) -> Vec<Completion> {
        let mut path = Vec::new();
        let mut words = self.words.iter().rev().copied().peekable();
        while words.next_if(|word| *word == ".").is_some() {
            path.extend(words.next());
        }
        path.reverse();
        let provided: &[&str] = match path.as_slice() {
            ["actor"] if self.declares("test") => &["id", "roles"],
            ["actor"] => &["id", "tenant"],
            ["ai"] => &["agent", "model", "context"],
            ["skill"] => &["name", "impact"],
            ["behaviour"] => &["score"],
            ["risk"] => &["score"],
            _ => &[],
        };
        if !provided.is_empty() {
            return listed(provided, Kind::Field);
        }
        match self.shape(&path) {
            Some(Shape::Entity(entity)) => {
                let fields = self.schema.entities.get(&entity);
                fields.into_iter().flatten().map(field).collect()
            }
            _ => {
                let members = path.first().and_then(|name| self.schema.enums.get(*name));
                let members = members.into_iter().flatten();
                members
                    .map(|name| completion(name, Kind::Member, ""))
                    .collect()
            }
        }
    }

    fn shape(&self, path: &[&str]) -> Option<Shape> {
        let entity = self.entity()?;
        let (first, rest) = path.split_first()?;
        if matches!(*first, "old" | "new") {
            return self.schema.follow(entity, rest.iter().copied());
        }
        match self.variable(first) {
            Some(Shape::Entity(item)) => self.schema.follow(&item, rest.iter().copied()),
            Some(shape) => rest.is_empty().then_some(shape),
            None => self.schema.follow(entity, path.iter().copied()),
        }
    }

    /// What a `some x in list` or `for x in list` before the place makes of a name.
    fn variable(&self, name: &str) -> Option<Shape> {
        let at = self.words.windows(4).rposition(|words| match words {
            [word, variable, "in", _] => {
                matches!(*word, "some" | "every" | "for") && *variable == name
            }
            _ => false,
        })?;
        let list = self.words.get(at + 3)?;
        match self.schema.follow(self.entity()?, [*list])? {
            Shape::List(item) => Some(*item),
            _ => None,
        }
    }
}

fn field(field: &Field) -> Completion {
    let parts = [field.ty.as_str()]
        .into_iter()
        .chain(field.annotations.iter().map(String::as_str));
    completion(
        &field.name,
        Kind::Field,
        &parts.collect::<Vec<_>>().join(" "),
    )
}

fn completion(label: &str, kind: Kind, detail: &str) -> Completion {
    Completion {
        label: label.to_owned(),
        kind,
        detail: detail.to_owned(),
    }
}

fn listed(words: &[&str], kind: Kind) -> Vec<Completion> {
    words
        .iter()
        .map(|word| completion(word, kind, ""))
        .collect()
}

fn names<N: AsRef<str>>(names: impl IntoIterator<Item = N>, kind: Kind) -> Vec<Completion> {
    names
        .into_iter()
        .map(|name| completion(name.as_ref(), kind, ""))
        .collect()
}
