//! Templates filled for one reader: what stands at each reference, as that person may see it.
//!
//! Reasons fill a [template](super::template) for the requester, approval cards for the approver, from
//! the same template and the same record.

use std::cell::RefCell;
use std::fmt;

use super::dependency::Dependency;
use super::evaluate::Witness;
use super::template::{MISSING, NO_ITEM, Template};
use crate::data::{FieldTable, HIDDEN, Sight};
use crate::facts::typed::{Types, as_declared};
use crate::facts::written::{Declared, written};
use crate::policy::{Policy, Root, Type};
use crate::value::{Fields, Name, Value};

/// Fills a template: `find` gives what stands for each reference.
pub(crate) fn fill(template: &str, find: &dyn Fn(&Reference) -> String) -> String {
    render(template, Braces::Single, find)
}

/// The same, and doubled braces stay doubled: what comes out is a template again.
pub(crate) fn rebind(template: &str, find: &dyn Fn(&Reference) -> String) -> String {
    render(template, Braces::Doubled, find)
}

/// How a literal brace comes out.
#[derive(Clone, Copy)]
enum Braces {
    Single,
    Doubled,
}

impl Braces {
    fn of(self, single: &'static str, doubled: &'static str) -> &'static str {
        match self {
            Self::Single => single,
            Self::Doubled => doubled,
        }
    }
}

fn render(template: &str, braces: Braces, find: &dyn Fn(&Reference) -> String) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (text, tail) = rest.split_at(at);
        out.push_str(text);
        rest = if let Some(tail) = tail.strip_prefix("{{") {
            out.push_str(braces.of("{", "{{"));
            tail
        } else if let Some(tail) = tail.strip_prefix("}}") {
            out.push_str(braces.of("}", "}}"));
            tail
        } else {
            reference(tail, &mut out, find)
        };
    }
    out.push_str(rest);
    out
}

/// Fills the reference at the front of `tail`, or passes its first character on as it is.
fn reference<'t>(tail: &'t str, out: &mut String, find: &dyn Fn(&Reference) -> String) -> &'t str {
    let inside = tail.strip_prefix('{').and_then(|tail| tail.split_once('}'));
    if let Some((inside, after)) = inside
        && let Some(reference) = Reference::parse(inside)
    {
        out.push_str(&find(&reference));
        return after;
    }
    let mut chars = tail.chars();
    out.extend(chars.next());
    chars.as_str()
}

/// Paths of the record that a template shows in any language, through lists as if through their items.
pub(super) fn references(template: &Template) -> Vec<Vec<Name>> {
    let paths = RefCell::new(Vec::new());
    for text in template.texts() {
        fill(text, &|reference| {
            paths.borrow_mut().push(reference.path());
            String::new()
        });
    }
    paths.into_inner()
}

/// A place in the record that a message shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    old: bool,
    keys: Vec<Name>,
    item: Option<Item>,
}

/// An item of a list, and a place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    /// None where no item of the list was chosen.
    index: Option<usize>,
    keys: Vec<Name>,
    /// What the choice depended on; none in templates stored before this was kept.
    chosen_by: Option<Vec<Dependency>>,
}

impl fmt::Display for Reference {
    /// As it stands between braces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let old = if self.old { "old." } else { "" };
        write!(f, "{old}{}", self.keys.join("."))?;
        let Some(item) = &self.item else {
            return Ok(());
        };
        match item.index {
            Some(index) => write!(f, "[{index}")?,
            None => f.write_str("[-")?,
        }
        if let Some(chosen_by) = &item.chosen_by {
            let places: Vec<String> = chosen_by.iter().map(ToString::to_string).collect();
            write!(f, "{CHOSEN_BY}{}", places.join(","))?;
        }
        f.write_str("]")?;
        item.keys.iter().try_for_each(|key| write!(f, ".{key}"))
    }
}

/// Stands between the number of an item and what the choice of it depended on.
const CHOSEN_BY: &str = " of ";

impl Reference {
    /// A place in the item that a condition chose.
    pub(crate) fn item(witness: &Witness<'_>, keys: &[Name]) -> Self {
        Self {
            old: witness.list.root == Root::Old,
            keys: witness.list.keys.clone(),
            item: Some(Item {
                index: witness.index,
                keys: keys.to_vec(),
                chosen_by: Some(witness.chosen_by.clone()),
            }),
        }
    }

    /// The same for one who may see the choice: without what it depended on.
    pub(crate) fn plain(mut self) -> Self {
        if let Some(item) = &mut self.item {
            item.chosen_by = None;
        }
        self
    }

    /// A field as it will be.
    pub(crate) fn new(name: &Name) -> Self {
        Self {
            old: false,
            keys: vec![name.clone()],
            item: None,
        }
    }

    /// A field as it is.
    pub(crate) fn old(name: &Name) -> Self {
        Self {
            old: true,
            ..Self::new(name)
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let names = |text: &str| -> Option<Vec<Name>> {
            text.split('.')
                .map(|name| {
                    let plain =
                        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
                    plain.then(|| name.into())
                })
                .collect()
        };
        let (old, text) = match text.strip_prefix("old.") {
            Some(text) => (true, text),
            None => (false, text),
        };
        let Some((list, tail)) = text.split_once('[') else {
            let keys = names(text)?;
            return Some(Self {
                old,
                keys,
                item: None,
            });
        };
        let (index, tail) = tail.split_once(']')?;
        let (index, chosen_by) = match index.split_once(CHOSEN_BY) {
            Some((index, places)) => {
                let places = places.split(',').map(Dependency::parse).collect();
                (index, Some(places))
            }
            None => (index, None),
        };
        let index = match index {
            "-" => None,
            index => Some(index.parse().ok()?),
        };
        let keys = match tail.strip_prefix('.') {
            Some(tail) => names(tail)?,
            None if tail.is_empty() => Vec::new(),
            None => return None,
        };
        Some(Self {
            old,
            keys: names(list)?,
            item: Some(Item {
                index,
                keys,
                chosen_by,
            }),
        })
    }

    fn value(&self, fields: &Fields) -> Option<Value> {
        let value = fields.at(&self.keys)?;
        let Some(Item { index, keys, .. }) = &self.item else {
            return Some(value.clone());
        };
        let Value::List(items) = value else {
            return None;
        };
        let item = items.get((*index)?)?;
        if keys.is_empty() {
            return Some(item.clone());
        }
        item.as_object()?.at(keys).cloned()
    }

    /// What `record` has here, as `reader` may see it.
    pub(crate) fn show(&self, record: Changing<'_>, reader: Reader<'_>) -> String {
        if !self.names_visible_item(record, reader) {
            return HIDDEN.to_owned();
        }
        if self.item.as_ref().is_some_and(|item| item.index.is_none()) {
            return NO_ITEM.to_owned();
        }
        let changed = self
            .keys
            .first()
            .filter(|_| !self.old)
            .and_then(|first| record.set.filter(|set| set.value(first).is_some()));
        let value = match changed {
            Some(set) => self.value(set),
            None => self.value(record.before),
        };
        let Some(value) = value else {
            let (Reader::Requester(table) | Reader::Other(table)) = reader;
            // Whether a hidden field is empty is as hidden as what is in it.
            return match table.sight(&self.path()) {
                Sight::None if changed.is_none() => HIDDEN,
                _ => MISSING,
            }
            .to_owned();
        };
        let declared = record.schema.declared(self);
        let value = record.schema.as_declared(&value, declared);
        match reader {
            // Whoever proposed a value knows it.
            Reader::Requester(_) if changed.is_some() => declared
                .and_then(|declared| written(&value, declared))
                .unwrap_or_else(|| plain(&value)),
            Reader::Requester(table) | Reader::Other(table) => {
                table.show_as(&self.path(), &value, declared)
            }
        }
    }

    /// Whether the reader may learn which item this is, and that there is one: where everything may be
    /// seen that the choice depended on. True of what is no item.
    pub(crate) fn names_visible_item(&self, record: Changing<'_>, reader: Reader<'_>) -> bool {
        let Some(item) = &self.item else {
            return true;
        };
        let whole_list = || {
            vec![Dependency::Record {
                old: self.old,
                keys: self.keys.clone(),
                outline: false,
            }]
        };
        let chosen_by = item.chosen_by.clone().unwrap_or_else(whole_list);
        chosen_by.iter().all(|place| reader.sees(place, record))
    }

    /// The path whose permission counts, through lists.
    fn path(&self) -> Vec<Name> {
        let inner = self.item.iter().flat_map(|item| &item.keys);
        self.keys.iter().chain(inner).cloned().collect()
    }
}

/// A record and what changes of it.
#[derive(Clone, Copy)]
pub(crate) struct Changing<'a> {
    pub(crate) before: &'a Fields,
    pub(crate) set: Option<&'a Fields>,
    pub(crate) schema: Schema<'a>,
}

/// Where the types of a record are declared.
#[derive(Clone, Copy)]
pub(crate) struct Schema<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) entity: &'a str,
}

impl<'a> Schema<'a> {
    fn declared(self, reference: &Reference) -> Option<Declared<'a>> {
        let ty = self.type_of(reference)?;
        let zone = self.policy.zone;
        Some(Declared { ty, zone })
    }

    /// A value in one form, whichever way a host sent it: what is equal looks equal.
    fn as_declared(self, value: &Value, declared: Option<Declared<'_>>) -> Value {
        let types = Types {
            entities: &self.policy.entities,
            zone: self.policy.zone,
        };
        as_declared(value, declared.map(|declared| declared.ty), types)
    }

    /// The declared type of what a reference names; none when nothing is declared there.
    fn type_of(self, reference: &Reference) -> Option<&'a Type> {
        let declared = self.walk(self.entity, &reference.keys)?;
        match (&reference.item, declared) {
            (None, ty) => Some(ty),
            (Some(inside), Type::List(item)) => match (inside.keys.as_slice(), &**item) {
                ([], item) => Some(item),
                (keys, Type::Entity(entity)) => self.walk(entity, keys),
                _ => None,
            },
            _ => None,
        }
    }

    fn walk(self, entity: &str, keys: &[Name]) -> Option<&'a Type> {
        let (first, rest) = keys.split_first()?;
        let ty = &self.policy.entities.get(entity)?.field(first)?.ty;
        match (rest, ty) {
            ([], ty) => Some(ty),
            (rest, Type::Entity(inner)) => self.walk(inner, rest),
            _ => None,
        }
    }
}

/// Who reads a message.
#[derive(Clone, Copy)]
pub(crate) enum Reader<'a> {
    /// The one who proposed the change.
    Requester(&'a FieldTable),
    /// Anyone else.
    Other(&'a FieldTable),
}

impl Reader<'_> {
    /// Whether the reader sees everything at a place that the choice of an item depended on.
    pub(super) fn sees(&self, place: &Dependency, record: Changing<'_>) -> bool {
        let Dependency::Record { old, keys, outline } = place else {
            return false;
        };
        let table = match self {
            // Whoever proposed a value knows it.
            Self::Requester(_) if !old && record.sets(keys) => return true,
            Self::Requester(table) | Self::Other(table) => table,
        };
        let sight = match outline {
            true => table.outline(keys),
            false => table.sight(keys),
        };
        sight == Sight::Whole
    }
}

impl Changing<'_> {
    fn sets(&self, keys: &[Name]) -> bool {
        let set = self.set.zip(keys.first());
        set.is_some_and(|(set, first)| set.value(first).is_some())
    }
}

/// A value as text, unguarded.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        other => {
            let mut out = String::new();
            other.write_json(&mut out);
            out
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn references_are_filled_and_braces_kept() {
        let find = |reference: &Reference| format!("<{}>", reference.keys.join("/"));
        assert_eq!(fill("a {discount} b", &find), "a <discount> b");
        assert_eq!(fill("{{x}} {a.b} {", &find), "{x} <a/b> {");
        assert_eq!(fill("{not a name}", &find), "{not a name}");
        assert_eq!(fill("{条款[2].文本}", &find), "<条款>");
    }

    #[test]
    fn references_read_back() {
        let reference = Reference::parse("old.clauses[3].text").unwrap();
        assert!(reference.old);
        let item = reference.item.clone().unwrap();
        assert_eq!((item.index, item.chosen_by), (Some(3), None));
        assert_eq!(item.keys, vec![Name::from("text")]);
        assert_eq!(Reference::parse("a[x]"), None);
        for text in [
            "a.b",
            "old.clauses[3].text",
            "clauses[2 of #clauses,clauses.text,old.amount].text",
            "old.clauses[- of #old.clauses,?]",
        ] {
            assert_eq!(Reference::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Reference::parse("a..b"), None);
    }
}
