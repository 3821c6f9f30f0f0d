//! Paths: what a name in an expression stands for.
//!
//! Looked up in this order: variables, words of the enum it is compared with, what the language
//! itself provides, fields of the entity, consts, words of a named enum.

use guardrails_core::policy::{EnumType, ExprKind, Path, Root, Type};
use guardrails_core::{Name, Value};

use super::condition::{Checker, Reach};
use super::types::{Ty, Typed, described};
use crate::ast::{Ident, Span};
use crate::codes;
use crate::parse::suggest;

/// Names from one field to the next (`path_length`).
const PATH_LENGTH: usize = 16;

/// What the language provides beside the record's own fields.
const PROVIDED: &[&str] = &[
    "actor",
    "ai",
    "skill",
    "behaviour",
    "risk",
    "old",
    "new",
    "now",
    "today",
    "max_sensitivity",
];

impl Checker<'_, '_> {
    /// The value of a path; `hint` is the type it is compared with, when that is known.
    pub(super) fn path(&mut self, parts: &[Ident], span: Span, hint: Option<&Type>) -> Typed {
        let Some((first, rest)) = parts.split_first() else {
            return Typed::bad(self.cx.place(span));
        };
        if let Some(found) = self.variable(first, rest, span) {
            return found;
        }
        if let (Some(Type::Enum(members)), []) = (hint, rest)
            && members.members.contains(&first.text)
        {
            return self.member(first, members, span);
        }
        if let Some(found) = self.provided(first, rest, span) {
            return found;
        }
        if self.is_field(&first.text) {
            return self.field(Root::Record, parts, span);
        }
        self.declared(first, rest, span)
            .unwrap_or_else(|| self.unknown_name(first, span, hint))
    }

    /// Whether a lone name means nothing by itself, so that it can only be a word of an enum.
    pub(super) fn is_bare_word(&self, parts: &[Ident]) -> bool {
        let [only] = parts else {
            return false;
        };
        let name = &only.text;
        !self.variables.iter().any(|(known, _)| known == name)
            && !PROVIDED.contains(&&**name)
            && !self.is_field(name)
            && !self.cx.symbols.consts.contains_key(name)
    }

    fn is_field(&self, name: &str) -> bool {
        let entity = self.entity.as_ref();
        entity.is_some_and(|entity| entity.field(name).is_some())
    }

    fn variable(&mut self, first: &Ident, rest: &[Ident], span: Span) -> Option<Typed> {
        let known = self
            .variables
            .iter()
            .rposition(|(name, _)| *name == first.text)?;
        let item = self.variables.get(known).map(|(_, ty)| ty.clone())?;
        let root = Root::Variable(u8::try_from(known).unwrap_or(u8::MAX));
        Some(self.walk(root, &first.text, item, rest, span))
    }

    /// The path of a variable in a message, which stands outside of the quantifier.
    pub(super) fn met_variable(&mut self, parts: &[Ident], span: Span) -> Option<Typed> {
        let (first, rest) = parts.split_first()?;
        let (_, item, depth) = self
            .met
            .iter()
            .find(|(name, ..)| *name == first.text)?
            .clone();
        Some(self.walk(Root::Variable(depth), &first.text, item, rest, span))
    }

    fn member(&self, word: &Ident, members: &std::sync::Arc<EnumType>, span: Span) -> Typed {
        let kind = ExprKind::Literal(Value::Text(word.text.clone()));
        Typed::known(kind, Type::Enum(members.clone()), self.cx.place(span))
    }

    fn provided(&mut self, first: &Ident, rest: &[Ident], span: Span) -> Option<Typed> {
        let found = match (&*first.text, rest) {
            ("now", []) => self.read(Root::Now, &[], Type::DateTime, span),
            ("today", []) => self.read(Root::Now, &[], Type::Date, span),
            ("max_sensitivity", []) if self.reach == Reach::Grant => {
                self.out_of_reach(first, "is known only when a change is proposed")
            }
            ("max_sensitivity", []) => {
                self.read(Root::Data, std::slice::from_ref(first), Type::Int, span)
            }
            ("actor", [_, ..]) => self.actor(rest, span),
            ("ai", [_, ..]) => {
                self.words(Root::Ai, "ai", &["agent", "model", "context"], rest, span)
            }
            ("skill", [_, ..]) => self.skill(rest, span),
            ("behaviour", [_, ..]) => self.behaviour(rest, span),
            ("risk", [_, ..]) => self.risk(first, rest, span),
            ("new", [_, ..]) => self.field(Root::Record, rest, span),
            ("old", [_, ..]) if self.reach == Reach::Rule => self.field(Root::Old, rest, span),
            ("old", [_, ..]) => self.out_of_reach(first, "has a value only in rules"),
            (word, []) if PROVIDED.contains(&word) && !self.is_field(word) => {
                let message = format!("`{word}` is not a value by itself");
                let help = match word {
                    "actor" => "name a part of it, such as `actor.id`, or write `actor has ROLE`",
                    "risk" | "behaviour" => "write `risk.score` or `behaviour.score`",
                    _ => "name a part of it after a dot",
                };
                self.wrong(span, message, help);
                Typed::bad(self.cx.place(span))
            }
            _ => return None,
        };
        Some(found)
    }

    fn read(&self, root: Root, keys: &[Ident], ty: Type, span: Span) -> Typed {
        let keys = keys.iter().map(|key| key.text.clone()).collect();
        let path = Path {
            root,
            keys,
            ty: ty.clone(),
        };
        Typed::known(ExprKind::Path(path), ty, self.cx.place(span))
    }

    fn out_of_reach(&self, name: &Ident, why: &str) -> Typed {
        let message = format!("`{}` {why}", name.text);
        self.report(
            self.cx
                .error(codes::OUT_OF_REACH, name.span, message)
                .help("read something that is known in this place"),
        );
        Typed::bad(self.cx.place(name.span))
    }

    fn actor(&mut self, rest: &[Ident], span: Span) -> Typed {
        match rest {
            [only] if matches!(&*only.text, "id" | "tenant") => {
                self.read(Root::Actor, rest, Type::Text, span)
            }
            [only] if &*only.text == "roles" => {
                let message = "roles are not read as a list".to_owned();
                self.wrong(span, message, "write `actor has ROLE`");
                Typed::bad(self.cx.place(span))
            }
            _ => Typed {
                ty: Ty::Open,
                ..self.read(Root::Actor, rest, Type::Text, span)
            },
        }
    }

    /// Texts under one root.
    fn words(&mut self, root: Root, of: &str, known: &[&str], rest: &[Ident], span: Span) -> Typed {
        match rest {
            [only] if known.contains(&&*only.text) => self.read(root, rest, Type::Text, span),
            [only, ..] => self.unknown_part(of, only, known),
            [] => Typed::bad(self.cx.place(span)),
        }
    }

    fn unknown_part(&self, of: &str, part: &Ident, known: &[&str]) -> Typed {
        let kind = format!("part of `{of}` called");
        self.cx.unknown(
            codes::UNKNOWN_NAME,
            part,
            &kind,
            known.iter().copied(),
            || format!("`{of}` has {}", suggest::listed(known)),
        );
        Typed::bad(self.cx.place(part.span))
    }

    fn skill(&mut self, rest: &[Ident], span: Span) -> Typed {
        match rest {
            [only] if &*only.text == "name" => self.read(Root::Skill, rest, Type::Text, span),
            [only] if &*only.text == "impact" => self.read(Root::Skill, rest, Type::Int, span),
            [only, ..] => self.unknown_part("skill", only, &["name", "impact"]),
            [] => Typed::bad(self.cx.place(span)),
        }
    }

    fn behaviour(&mut self, rest: &[Ident], span: Span) -> Typed {
        match rest {
            [only] if &*only.text == "score" => {
                self.read(Root::Behaviour, rest, Type::Decimal, span)
            }
            [only, ..] if matches!(&*only.text, "calls" | "denials" | "fields") => {
                let what = format!("`behaviour.{}`", only.text);
                self.report(
                    self.cx
                        .unavailable(span, &what)
                        .help("use `behaviour.score`, which the host reports"),
                );
                Typed::bad(self.cx.place(span))
            }
            [only, ..] => self.unknown_part("behaviour", only, &["score"]),
            [] => Typed::bad(self.cx.place(span)),
        }
    }

    fn risk(&mut self, first: &Ident, rest: &[Ident], span: Span) -> Typed {
        match rest {
            [only] if &*only.text == "score" => {
                if self.reach != Reach::Rule {
                    return self.out_of_reach(first, "has a value only in rules");
                }
                self.reads_risk = true;
                self.read(Root::Risk, rest, Type::Decimal, span)
            }
            [only, ..] => self.unknown_part("risk", only, &["score"]),
            [] => Typed::bad(self.cx.place(span)),
        }
    }

    /// A field of the entity at hand, of the old or the new record.
    fn field(&mut self, root: Root, parts: &[Ident], span: Span) -> Typed {
        let Some(entity) = self.entity.clone() else {
            let message = "no record's fields are in reach here";
            self.report(
                self.cx
                    .error(codes::OUT_OF_REACH, span, message)
                    .help("read `actor`, `ai`, `skill`, `behaviour` or `max_sensitivity`"),
            );
            return Typed::bad(self.cx.place(span));
        };
        let ty = Type::Entity(entity.name.clone());
        let prefix = if root == Root::Old { "old" } else { "" };
        self.walk(root, prefix, ty, parts, span)
    }

    /// Follows names from a type through nested entities.
    fn walk(&mut self, root: Root, prefix: &str, from: Type, rest: &[Ident], span: Span) -> Typed {
        let place = self.cx.place(span);
        let (mut ty, mut keys, mut optional) = (from, Vec::<Name>::new(), false);
        for part in rest {
            let Some(field) = self.step(&ty, part) else {
                return Typed::bad(place);
            };
            keys.push(part.text.clone());
            optional |= field.1;
            ty = field.0;
        }
        if keys.len() > PATH_LENGTH {
            let message =
                format!("this path is longer than the limit `path_length` of {PATH_LENGTH}");
            self.wrong(span, message, "name a nearer field");
            return Typed::bad(place);
        }
        if optional {
            let dot = if prefix.is_empty() { "" } else { "." };
            let shown = format!("{prefix}{dot}{}", keys.join("."));
            self.bare.push((shown, span));
        }
        let path = Path {
            root,
            keys,
            ty: ty.clone(),
        };
        Typed::known(ExprKind::Path(path), ty, place)
    }

    /// Type and optionality of one part of a value of type `ty`.
    fn step(&self, ty: &Type, part: &Ident) -> Option<(Type, bool)> {
        let name = match ty {
            Type::Entity(name) => name,
            Type::List(_) => {
                let message = format!("this is {}: it has no `{}`", described(ty), part.text);
                let help = "look at each item with `some x in … satisfies x.…`";
                self.wrong(part.span, message, help);
                return None;
            }
            other => {
                let message = format!("{} has no part `{}`", described(other), part.text);
                self.wrong(part.span, message, "remove what follows the dot");
                return None;
            }
        };
        // An entity that is not there was reported where the field is declared.
        let entity = self.cx.symbols.entities.get(name)?;
        let field = entity.field(&part.text);
        if field.is_none() {
            let known = entity.fields.iter().map(|field| &*field.name);
            let kind = format!("field of `{name}` called");
            self.cx
                .unknown(codes::UNKNOWN_NAME, part, &kind, known, || {
                    format!("declare it in `entity {name}`")
                });
        }
        field.map(|field| (field.ty.clone(), field.optional))
    }

    /// A const, a word of a named enum, or a list out of its place.
    fn declared(&mut self, first: &Ident, rest: &[Ident], span: Span) -> Option<Typed> {
        let place = self.cx.place(span);
        match rest {
            [] => {
                if let Some(constant) = self.cx.symbols.consts.get(&first.text) {
                    self.cx.mark_used(&first.text);
                    if matches!(constant.kind, ExprKind::Literal(Value::Null)) {
                        // Reported where it is declared.
                        return Some(Typed::bad(place));
                    }
                    return Some(Typed::known(
                        constant.kind.clone(),
                        constant.ty.clone(),
                        place,
                    ));
                }
                self.cx.symbols.lists.get(&first.text)?;
                self.cx.mark_used(&first.text);
                let message = format!("`{}` is a list of constants", first.text);
                self.wrong(span, message, "use it after `in` or `not in`");
                Some(Typed::bad(place))
            }
            [member] => {
                let members = self.cx.symbols.enums.get(&first.text)?;
                if members.members.contains(&member.text) {
                    return Some(self.member(member, members, span));
                }
                self.unknown_member(member, members);
                Some(Typed::bad(place))
            }
            _ => None,
        }
    }

    pub(super) fn unknown_member(&self, word: &Ident, members: &EnumType) {
        let known: Vec<&str> = members.members.iter().map(|member| &**member).collect();
        let help = suggest::did_you_mean(&word.text, known.iter().copied())
            .unwrap_or_else(|| format!("it is one of {}", suggest::listed(&known)));
        let message = format!("`{}` is not a value of this field", word.text);
        self.report(
            self.cx
                .error(codes::UNKNOWN_MEMBER, word.span, message)
                .help(help),
        );
    }

    fn unknown_name(&self, first: &Ident, span: Span, hint: Option<&Type>) -> Typed {
        let place = self.cx.place(span);
        if let Some(Type::Enum(members)) = hint {
            self.unknown_member(first, members);
            return Typed::bad(place);
        }
        if self.entity.is_none() && self.somebodys_field(&first.text) {
            return self.out_of_reach(first, "is a field of a record, and none is in reach here");
        }
        let fields = self.entity.iter().flat_map(|entity| &entity.fields);
        let known: Vec<&str> = fields
            .map(|field| &*field.name)
            .chain(self.variables.iter().map(|(name, _)| &**name))
            .chain(self.cx.symbols.consts.keys().map(|name| &**name))
            .chain(PROVIDED.iter().copied())
            .collect();
        self.cx.unknown(
            codes::UNKNOWN_NAME,
            first,
            "value called",
            known,
            || match &self.entity {
                Some(entity) => format!("declare it in `entity {}`", entity.name),
                None => "read `actor`, `ai`, `skill` or `behaviour`".to_owned(),
            },
        );
        Typed::bad(place)
    }

    fn somebodys_field(&self, name: &str) -> bool {
        let mut entities = self.cx.symbols.entities.values();
        entities.any(|entity| entity.field(name).is_some())
    }
}
