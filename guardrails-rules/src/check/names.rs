//! Paths: what a name in an expression stands for.
//!
//! Looked up in this order: variables, words of the enum it is compared with, what the language
//! itself provides, fields of the entity, consts, words of a named enum.

use guardrails_core::policy::{EnumType, ExprKind, Path, Root, Type, Verb};
use guardrails_core::{Name, Phrase, Value, phrase};

use super::condition::{Absent, Checker, Reach};
use super::context::{declare_field, field_of};
use super::data::one_of;
use super::presence::is_there;
use super::symbols::Space;
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

    /// The path of a variable in a message, which stands outside of the quantifier and names it by its
    /// number.
    pub(super) fn met_variable(&mut self, parts: &[Ident], span: Span) -> Option<Typed> {
        let (first, rest) = parts.split_first()?;
        let number = self.met.iter().position(|(name, _)| *name == first.text)?;
        let (_, item) = self.met.get(number)?.clone();
        let root = Root::Variable(u8::try_from(number).unwrap_or(u8::MAX));
        Some(self.walk(root, &first.text, item, rest, span))
    }

    fn member(&self, word: &Ident, members: &std::sync::Arc<EnumType>, span: Span) -> Typed {
        let kind = ExprKind::Literal(Value::Text(word.text.clone()));
        Typed::known(kind, Type::Enum(members.clone()), self.cx.place(span))
    }

    fn provided(&mut self, first: &Ident, rest: &[Ident], span: Span) -> Option<Typed> {
        let found = match (&*first.text, rest) {
            ("now", []) => self.read(Root::Now, &[], Type::DateTime, span),
            ("today", []) => self.read(Root::Now, &[], Type::Date, span),
            ("max_sensitivity", []) if self.reach == Reach::Grant => self.out_of_reach(
                first,
                phrase!("is known only when a change is proposed" | "只在提出修改时才有值"),
            ),
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
            ("old", [_, ..]) => self.out_of_reach(first, only_in_rules()),
            (word, []) if PROVIDED.contains(&word) && !self.is_field(word) => {
                let message = phrase!(
                    "`{word}` is not a value by itself" | "`{word}` 本身不是一个值",
                    word
                );
                let help = match word {
                    "actor" => phrase!(
                        "name a part of it, such as `actor.id`, or write `actor has ROLE`"
                            | "写它的一个属性，例如 `actor.id`，或者写 `actor has ROLE`"
                    ),
                    "risk" | "behaviour" => phrase!(
                        "write `risk.score` or `behaviour.score`"
                            | "写 `risk.score` 或 `behaviour.score`"
                    ),
                    _ => phrase!("name a part of it after a dot" | "在点号后面写它的一个属性"),
                };
                self.wrong(span, message, help);
                Typed::bad(self.cx.place(span))
            }
            _ => return None,
        };
        Some(found)
    }

    pub(super) fn read(&self, root: Root, keys: &[Ident], ty: Type, span: Span) -> Typed {
        let keys = keys.iter().map(|key| key.text.clone()).collect();
        let path = Path {
            root,
            keys,
            ty: ty.clone(),
        };
        Typed::known(ExprKind::Path(path), ty, self.cx.place(span))
    }

    fn out_of_reach(&self, name: &Ident, why: Phrase) -> Typed {
        let text = &name.text;
        let message = phrase!("`{text}` {why}" | "`{text}`{why}", text, why);
        let help = phrase!("read something that is known in this place" | "改用在这里有值的名称");
        self.report(
            self.cx
                .error(codes::OUT_OF_REACH, name.span, message)
                .help(help),
        );
        Typed::bad(self.cx.place(name.span))
    }

    fn actor(&mut self, rest: &[Ident], span: Span) -> Typed {
        match rest {
            [only] if matches!(&*only.text, "id" | "tenant") => {
                self.read(Root::Actor, rest, Type::Text, span)
            }
            [only] if &*only.text == "roles" => {
                let message = phrase!("roles are not read as a list" | "角色不作为列表读取");
                let help = phrase!("write `actor has ROLE`" | "写 `actor has ROLE`");
                self.wrong(span, message, help);
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

    pub(super) fn unknown_part(&self, of: &str, part: &Ident, known: &[&str]) -> Typed {
        let kind = phrase!("part of `{of}` called" | "`{of}` 属性", of);
        self.cx.unknown(
            codes::UNKNOWN_NAME,
            part,
            kind,
            known.iter().copied(),
            || {
                phrase!(
                    "name one of {parts}" | "写 {parts} 之一",
                    of,
                    parts = suggest::listed(known)
                )
            },
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

    fn risk(&mut self, first: &Ident, rest: &[Ident], span: Span) -> Typed {
        match rest {
            [only] if &*only.text == "score" => {
                if self.reach != Reach::Rule {
                    return self.out_of_reach(first, only_in_rules());
                }
                if self.verbs.contains(&Verb::Read) {
                    let why =
                        phrase!("has no score where a record is read" | "在读取记录时没有评分");
                    return self.out_of_reach(first, why);
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
            let message =
                phrase!("no record's fields are in reach here" | "这里没有记录，读不到字段");
            let help = phrase!(
                "read `actor`, `ai`, `skill`, `behaviour` or `max_sensitivity`"
                    | "改读 `actor`、`ai`、`skill`、`behaviour` 或 `max_sensitivity`"
            );
            self.report(self.cx.error(codes::OUT_OF_REACH, span, message).help(help));
            return Typed::bad(self.cx.place(span));
        };
        let ty = Type::Entity(entity.name.clone());
        let prefix = if root == Root::Old { "old" } else { "" };
        self.walk(root, prefix, ty, parts, span)
    }

    /// Follows names from a type through nested entities.
    fn walk(&mut self, root: Root, prefix: &str, from: Type, rest: &[Ident], span: Span) -> Typed {
        let place = self.cx.place(span);
        let (mut ty, mut keys, mut optional) = (from, Vec::<Name>::new(), Vec::new());
        for part in rest {
            let Some(field) = self.step(&ty, part) else {
                return Typed::bad(place);
            };
            keys.push(part.text.clone());
            if field.1 {
                optional.push(keys.len());
            }
            ty = field.0;
        }
        if keys.len() > PATH_LENGTH {
            let message = phrase!(
                "this path is longer than the limit `path_length` of {most}"
                    | "这个路径超过上限 `path_length`（{most}）",
                most = PATH_LENGTH
            );
            let help = phrase!("name a nearer field" | "写一个更近的字段");
            self.wrong(span, message, help);
            return Typed::bad(place);
        }
        if self.cx.is_unknown(&ty) {
            return Typed::bad(place);
        }
        // A record that is created was not there before.
        let created = root == Root::Old && self.verbs.contains(&Verb::Create);
        if created && optional.first() != Some(&1) {
            optional.insert(0, 1);
        }
        let path = Path {
            root,
            keys,
            ty: ty.clone(),
        };
        if !is_there(&self.known, &path, &optional) {
            let dot = if prefix.is_empty() { "" } else { "." };
            let shown = format!("{prefix}{dot}{}", path.keys.join("."));
            let absent = match created {
                true => Absent::Before(shown),
                false => Absent::Field(shown),
            };
            self.bare.push((absent, span));
        }
        Typed::known(ExprKind::Path(path), ty, place)
    }

    /// Type and optionality of one part of a value of type `ty`.
    fn step(&self, ty: &Type, part: &Ident) -> Option<(Type, bool)> {
        let name = match ty {
            Type::Entity(name) => name,
            Type::List(_) => {
                let message = phrase!(
                    "this is {what}: it has no `{text}`" | "这是{what}，没有 `{text}`",
                    what = described(ty),
                    text = &part.text
                );
                let help = phrase!(
                    "look at each item with `some x in … satisfies x.…`"
                        | "用 `some x in … satisfies x.…` 逐项检查"
                );
                self.wrong(part.span, message, help);
                return None;
            }
            other => {
                let message = phrase!(
                    "{what} has no part `{text}`" | "{what}没有属性 `{text}`",
                    what = described(other),
                    text = &part.text
                );
                let help = phrase!("remove what follows the dot" | "删去点号和后面的内容");
                self.wrong(part.span, message, help);
                return None;
            }
        };
        // An entity that is not there was reported where the field is declared.
        let entity = self.cx.symbols.entities.get(name)?;
        let field = entity.field(&part.text);
        if field.is_none() {
            let known = entity.fields.iter().map(|field| &*field.name);
            self.cx
                .unknown(codes::UNKNOWN_NAME, part, field_of(name), known, || {
                    declare_field(name)
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
                    self.cx.mark_used(&first.text, first.span);
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
                self.cx.mark_used(&first.text, first.span);
                let text = &first.text;
                let message = phrase!(
                    "`{text}` is a list of constants" | "`{text}` 是常量列表",
                    text
                );
                let help =
                    phrase!("use it after `in` or `not in`" | "把它写在 `in` 或 `not in` 后面");
                self.wrong(span, message, help);
                Some(Typed::bad(place))
            }
            [member] => {
                let members = self.cx.symbols.enums.get(&first.text)?;
                self.cx.refer(Space::Type, &first.text, first.span);
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
            .unwrap_or_else(|| one_of(&known));
        let text = &word.text;
        let message = phrase!(
            "`{text}` is not a value of this field" | "`{text}` 不是这个字段的值",
            text
        );
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
            return self.out_of_reach(
                first,
                phrase!(
                    "is a field of a record, and none is in reach here"
                        | "是记录的字段，而这里没有记录"
                ),
            );
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
            phrase!("value called" | "值"),
            known,
            || match &self.entity {
                Some(entity) => declare_field(&entity.name),
                None => phrase!(
                    "read `actor`, `ai`, `skill` or `behaviour`"
                        | "改读 `actor`、`ai`、`skill` 或 `behaviour`"
                ),
            },
        );
        Typed::bad(place)
    }

    fn somebodys_field(&self, name: &str) -> bool {
        let mut entities = self.cx.symbols.entities.values();
        entities.any(|entity| entity.field(name).is_some())
    }
}

fn only_in_rules() -> Phrase {
    phrase!("has a value only in rules" | "只在规则里有值")
}
