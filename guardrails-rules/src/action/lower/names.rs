//! What a name in a script means: a variable of the script, or a fact of the operation.

use guardrails_core::policy::{Entity, Field, Path, Root, Type};
use guardrails_core::{Name, Phrase, phrase};

use super::kind::Kind;
use crate::action::refused;
use crate::action::slots::Fact;
use crate::action::tree::Word;

/// A variable declared with `let`.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether record data went into it.
    pub(super) data: bool,
    /// The variable's name in the engine; no two variables of a script share one.
    pub(super) slot: String,
}

/// Why a name means nothing.
pub(super) struct Unknown {
    pub(super) message: Phrase,
    pub(super) help: Phrase,
    /// Whether the name is one that scripts may not use.
    pub(super) refused: bool,
}

/// The names in reach at one point of a script.
pub(super) struct Names<'e> {
    entity: &'e Entity,
    locals: Vec<Local>,
    declared: usize,
}

/// A word before a dot, and what can be read from it.
struct Source {
    word: &'static str,
    root: Root,
    parts: &'static [(&'static str, Type)],
}

/// What can be read besides the record; from the actor, the host's attributes as well.
const ROOTS: &[Source] = &[
    Source {
        word: "actor",
        root: Root::Actor,
        parts: &[("id", Type::Text), ("tenant", Type::Text)],
    },
    Source {
        word: "ai",
        root: Root::Ai,
        parts: &[
            ("agent", Type::Text),
            ("model", Type::Text),
            ("context", Type::Text),
        ],
    },
    Source {
        word: "skill",
        root: Root::Skill,
        parts: &[("name", Type::Text), ("impact", Type::Int)],
    },
    Source {
        word: "behaviour",
        root: Root::Behaviour,
        parts: &[("score", Type::Decimal)],
    },
    Source {
        word: "risk",
        root: Root::Risk,
        parts: &[("score", Type::Decimal)],
    },
];

/// Facts with a name of one word.
const WORDS: &[(&str, Root, Type)] = &[
    ("now", Root::Now, Type::DateTime),
    ("today", Root::Now, Type::Date),
    ("max_sensitivity", Root::Data, Type::Int),
];

impl<'e> Names<'e> {
    pub(super) fn new(entity: &'e Entity) -> Self {
        Self {
            entity,
            locals: Vec::new(),
            declared: 0,
        }
    }

    /// The variable of this name.
    pub(super) fn local(&self, name: &str) -> Option<&Local> {
        self.locals.iter().rev().find(|local| local.name == name)
    }

    pub(super) fn local_mut(&mut self, name: &str) -> Option<&mut Local> {
        self.locals
            .iter_mut()
            .rev()
            .find(|local| local.name == name)
    }

    /// Declares a variable and gives its name in the engine.
    pub(super) fn declare(&mut self, name: &str, kind: Kind, data: bool) -> String {
        let slot = format!("v{}", self.declared);
        self.declared += 1;
        self.locals.push(Local {
            name: name.to_owned(),
            kind,
            data,
            slot: slot.clone(),
        });
        slot
    }

    /// How many variables are in reach; for [`Self::leave`].
    pub(super) fn depth(&self) -> usize {
        self.locals.len()
    }

    /// Forgets the variables declared since.
    pub(super) fn leave(&mut self, depth: usize) {
        self.locals.truncate(depth);
    }

    /// What else has the name, so that a variable may not: it would hide it.
    pub(super) fn taken(&self, name: &str) -> Option<Phrase> {
        let root = ROOTS.iter().any(|root| root.word == name);
        if self.local(name).is_some() {
            Some(phrase!("a variable" | "变量"))
        } else if self.entity.field(name).is_some() {
            Some(phrase!("a field" | "字段"))
        } else if root || word(name).is_some() || refused::name(name).is_some() {
            Some(phrase!("a name of the language" | "语言自带的名称"))
        } else {
            None
        }
    }

    /// The fact named by one word: a field, or `now` and the like.
    pub(super) fn fact(&self, name: &str) -> Result<(Fact, Kind), Unknown> {
        if let Some(field) = self.entity.field(name) {
            return typed(Root::Record, field);
        }
        if let Some((root, ty)) = word(name) {
            return plain(*root, None, ty);
        }
        if let Some(root) = ROOTS.iter().find(|root| root.word == name) {
            let first = root.parts.first().map_or("", |(part, _)| part);
            return Err(Unknown {
                message: phrase!("`{name}` is not a value" | "`{name}` 本身不是一个值", name),
                help: phrase!(
                    "read one of its parts, such as `{name}.{first}`"
                        | "写它的一个属性，例如 `{name}.{first}`",
                    name,
                    first
                ),
                refused: false,
            });
        }
        Err(self.unknown(name))
    }

    /// The fact named by a word, a dot and another word.
    pub(super) fn part(&self, of: &str, part: &Word) -> Result<(Fact, Kind), Unknown> {
        let name = part.text.as_str();
        match of {
            "old" | "new" if self.entity.field(of).is_none() => {
                let root = if of == "old" { Root::Old } else { Root::Record };
                let field = self.entity.field(name).ok_or_else(|| self.no_field(name))?;
                typed(root, field)
            }
            _ => match ROOTS.iter().find(|root| root.word == of) {
                Some(root) => root.part(name),
                None => self.fact(of).and_then(|_| Err(no_part(of, name))),
            },
        }
    }

    fn no_field(&self, name: &str) -> Unknown {
        let fields = self.entity.fields.iter().map(|field| &*field.name);
        Unknown {
            message: phrase!(
                "`{entity}` has no field `{name}`" | "`{entity}` 没有字段 `{name}`",
                entity = &self.entity.name,
                name
            ),
            help: suggestion(name, fields),
            refused: false,
        }
    }

    fn unknown(&self, name: &str) -> Unknown {
        if let Some(help) = refused::name(name) {
            return Unknown {
                message: refused::refusal(name),
                help,
                refused: true,
            };
        }
        let fields = self.entity.fields.iter().map(|field| &*field.name);
        let locals = self.locals.iter().map(|local| local.name.as_str());
        let words = WORDS.iter().map(|(word, ..)| *word);
        let words = words.chain(ROOTS.iter().map(|root| root.word));
        Unknown {
            message: phrase!("unknown name `{name}`" | "未知的名称 `{name}`", name),
            help: suggestion(name, fields.chain(locals).chain(words)),
            refused: false,
        }
    }
}

fn word(name: &str) -> Option<(&'static Root, &'static Type)> {
    WORDS
        .iter()
        .find_map(|(have, root, ty)| (*have == name).then_some((root, ty)))
}

fn typed(root: Root, field: &Field) -> Result<(Fact, Kind), Unknown> {
    plain(root, Some(&field.name), &field.ty)
}

fn plain(root: Root, key: Option<&Name>, ty: &Type) -> Result<(Fact, Kind), Unknown> {
    let path = Path {
        root,
        keys: key.into_iter().cloned().collect(),
        ty: ty.clone(),
    };
    match Kind::of(ty) {
        Some(kind) => Ok((Fact::Typed(path), kind)),
        None => Err(Unknown {
            message: phrase!(
                "`{path}` is a nested `{ty}`, which scripts cannot read"
                    | "`{path}` 是嵌套的 `{ty}`，脚本不能读取",
                path = path.to_string(),
                ty = ty.to_string()
            ),
            help: phrase!("test it in the rule's `when`" | "在规则的 `when` 里检查它"),
            refused: false,
        }),
    }
}

impl Source {
    fn part(&self, name: &str) -> Result<(Fact, Kind), Unknown> {
        let key = Name::from(name);
        if let Some((_, ty)) = self.parts.iter().find(|(have, _)| *have == name) {
            return plain(self.root, Some(&key), ty);
        }
        if self.root == Root::Actor && !matches!(name, "roles" | "has") {
            let reading = |ty| Path {
                root: self.root,
                keys: vec![key.clone()],
                ty,
            };
            let readings = [Type::Text, Type::Decimal, Type::Bool].map(reading);
            return Ok((Fact::Attribute(readings), Kind::Any));
        }
        let help = match self.root {
            Root::Actor => {
                phrase!("write `actor.has(\"ROLE\")`" | "写 `actor.has(\"角色\")`")
            }
            _ => suggestion(name, self.parts.iter().map(|(part, _)| *part)),
        };
        Err(Unknown {
            message: has_no_part(self.word, name),
            help,
            refused: false,
        })
    }
}

fn no_part(of: &str, name: &str) -> Unknown {
    Unknown {
        message: has_no_part(of, name),
        help: phrase!("name the field alone" | "只写字段名"),
        refused: false,
    }
}

fn has_no_part(of: &str, name: &str) -> Phrase {
    phrase!(
        "`{of}` has no part `{name}`" | "`{of}` 没有属性 `{name}`",
        of,
        name
    )
}

/// "did you mean", or what there is when nothing comes close.
pub(super) fn suggestion<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Phrase {
    let mut known: Vec<&str> = known.collect();
    known.dedup();
    let close = known
        .iter()
        .map(|have| (distance(name, have), *have))
        .filter(|(distance, have)| *distance <= have.chars().count().max(2).div_ceil(3))
        .min();
    match close {
        Some((_, have)) => phrase!("did you mean `{have}`?" | "是否想写 `{have}`？", have),
        None if known.is_empty() => Phrase::default(),
        None => {
            let shown: Vec<String> = known.iter().take(12).map(|n| format!("`{n}`")).collect();
            let (en, zh) = (shown.join(", "), shown.join("、"));
            Phrase::both(format!("known here: {en}"), format!("这里可用：{zh}"))
        }
    }
}

/// How many characters to change, add or drop (Levenshtein), letter case aside; letters in another
/// order count as one change.
fn distance(a: &str, b: &str) -> usize {
    let [a, b] = [a, b].map(|name| name.to_lowercase().chars().collect::<Vec<char>>());
    if sorted(&a) == sorted(&b) {
        return usize::from(a != b);
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for ((b, above), diagonal) in b.iter().zip(row.iter().skip(1)).zip(&row) {
            let left = next.last().copied().unwrap_or(0);
            let change = diagonal + usize::from(a != b);
            next.push(change.min(left + 1).min(above + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

fn sorted(letters: &[char]) -> Vec<char> {
    let mut letters = letters.to_vec();
    letters.sort_unstable();
    letters
}
