//! What the asker may see of what a condition reads.
//!
//! INVARIANT: whether something is shown is decided from the field table and from what the asker
//! proposed, never from a hidden value; and where a condition reads something hidden, neither its
//! outcome nor the constants beside it are told, since they would bound the value.

use super::super::dependency::{Target, Use, visit_uses};
use super::super::evaluate::{self, Items};
use super::super::template::MISSING;
use crate::data::{FieldTable, Sight};
use crate::explanation::{Reading, Seen};
use crate::facts::{Datum, Facts};
use crate::policy::{Expr, Path, Root, Type, variable, write_moment, write_number};
pub(crate) use crate::process::dependency::Lists;
use crate::value::Name;
use crate::zone::Zone;

/// Characters of a value that are shown at most.
const VALUE_SHOWN: usize = 60;

/// The asker's eye on one operation.
#[derive(Clone, Copy)]
pub(crate) struct Eye<'a> {
    pub(crate) table: &'a FieldTable,
    pub(crate) facts: Facts<'a>,
    /// How much may be seen of the risk score.
    pub(crate) score: Sight,
}

impl<'a> Eye<'a> {
    /// Names of what a condition reads and the asker may not wholly see, each once.
    pub(crate) fn withheld(&self, expr: &'a Expr, lists: &Lists<'a>) -> Vec<Name> {
        let mut names = Vec::new();
        visit_uses(expr, &mut lists.clone(), &mut |how, path, lists| {
            note(&mut names, self.sight_of(how, path, lists), path, lists);
        });
        names
    }

    /// How much the asker may see of what a condition reads at a path.
    pub(super) fn sight_of(&self, how: Use, path: &Path, lists: &Lists<'a>) -> Sight {
        match how {
            Use::Value => self.sight(path, lists),
            Use::Outline => self.outline(path, lists),
            // Whoever proposes a value learns from this what the old one was.
            Use::Change => self.sight_of_old(path),
        }
    }

    /// How much the asker may see of what stands at a path.
    pub(crate) fn sight(&self, path: &Path, lists: &Lists<'a>) -> Sight {
        self.look(path, lists, FieldTable::sight)
    }

    fn outline(&self, path: &Path, lists: &Lists<'a>) -> Sight {
        self.look(path, lists, FieldTable::outline)
    }

    fn look(
        &self,
        path: &Path,
        lists: &Lists<'a>,
        look: fn(&FieldTable, &[Name]) -> Sight,
    ) -> Sight {
        match self.origin(path, lists) {
            Origin::Score => self.score,
            Origin::Open | Origin::Proposed => Sight::Whole,
            Origin::Record(keys) => look(self.table, &keys),
            Origin::Nowhere => Sight::None,
        }
    }

    fn sight_of_old(&self, path: &Path) -> Sight {
        if self.facts.has_old {
            self.table.sight(&path.keys)
        } else {
            Sight::Whole
        }
    }

    /// Where a path leads, through the lists around it; whoever proposed a value knows it.
    fn origin(&self, path: &Path, lists: &Lists<'a>) -> Origin {
        match Target::of(path, lists) {
            Target::Record { old: false, keys } if self.is_proposed(&keys) => Origin::Proposed,
            Target::Record { keys, .. } => Origin::Record(keys),
            Target::Score => Origin::Score,
            Target::Open => Origin::Open,
            Target::Nowhere => Origin::Nowhere,
        }
    }

    fn is_proposed(&self, keys: &[Name]) -> bool {
        let set = self.facts.set.zip(keys.first());
        set.is_some_and(|(set, first)| set.value(first).is_some())
    }

    /// What stands at a path, as the asker may see it.
    pub(super) fn reading(&self, path: &'a Path, lists: &Lists<'a>, items: &Items<'a>) -> Reading {
        let seen = match self.sight(path, lists) {
            Sight::None => Seen::Hidden,
            Sight::Whole => seen(
                evaluate::read_among(path, &self.facts, items),
                &path.ty,
                self.facts.zone,
            ),
            Sight::Part => self.masked(path, lists, items),
        };
        Reading {
            name: spelled(path, &[]),
            seen,
        }
    }

    /// What stood at the path of a `changed(…)`, as the asker may see it.
    pub(super) fn reading_of_old(&self, path: &'a Path) -> Reading {
        let seen = match self.sight_of_old(path) {
            Sight::Whole => seen(self.facts.old(path), &path.ty, self.facts.zone),
            Sight::Part | Sight::None => Seen::Hidden,
        };
        Reading {
            name: format!("old.{}", path.keys.join(".")),
            seen,
        }
    }

    fn masked(&self, path: &Path, lists: &Lists<'a>, items: &Items<'a>) -> Seen {
        let Origin::Record(keys) = self.origin(path, lists) else {
            return Seen::Hidden;
        };
        let value = match path.root {
            Root::Variable(depth) => items.get(usize::from(depth)).and_then(|(item, _)| {
                if path.keys.is_empty() {
                    Some(*item)
                } else {
                    item.as_object()?.at(&path.keys)
                }
            }),
            _ => self.facts.before.at(&path.keys),
        };
        // A mask may hide that there is no value.
        match value.map(|value| self.table.show(&keys, value)) {
            None => Seen::Missing,
            Some(shown) if shown == MISSING => Seen::Missing,
            Some(shown) => Seen::Masked(shortened(&shown)),
        }
    }
}

/// Where a path leads.
enum Origin {
    /// To the risk score, which may be worked out from what the asker may not see.
    Score,
    /// To what the asker knows of itself.
    Open,
    /// To what the asker proposed.
    Proposed,
    /// Into the record.
    Record(Vec<Name>),
    /// To nothing that is known here.
    Nowhere,
}

fn note(names: &mut Vec<Name>, sight: Sight, path: &Path, lists: &Lists<'_>) {
    if sight == Sight::Whole {
        return;
    }
    let name = Name::from(spelled(path, lists));
    if !names.contains(&name) {
        names.push(name);
    }
}

/// A path for people; one that starts at an item by the list that the item is of.
fn spelled(path: &Path, lists: &[&Path]) -> String {
    let Root::Variable(depth) = path.root else {
        return path.to_string();
    };
    let start = match lists.get(usize::from(depth)) {
        Some(list) => spelled(list, lists.get(..usize::from(depth)).unwrap_or_default()),
        None => variable(depth).to_owned(),
    };
    path.keys
        .iter()
        .fold(start, |out, key| format!("{out}.{key}"))
}

/// A datum that may be seen, with the unit of its type.
pub(super) fn seen(datum: Datum<'_>, ty: &Type, zone: Zone) -> Seen {
    let mut out = String::new();
    // INVARIANT: writing to a String cannot fail.
    let _ = match datum {
        Datum::Missing => return Seen::Missing,
        Datum::Invalid | Datum::Object(_) => return Seen::Unreadable(ty.to_string()),
        Datum::Bool(value) => return Seen::Value(value.to_string()),
        Datum::Number(number) => write_number(&mut out, number, Some(ty)),
        Datum::Text(text) => {
            let text = shortened(text);
            return Seen::Value(match ty {
                Type::Enum(_) => text,
                _ => format!("{text:?}"),
            });
        }
        Datum::Moment(moment) => write_moment(&mut out, ty, moment, zone),
        Datum::List(items, _) => return Seen::Value(counted(items.len())),
    };
    Seen::Value(out)
}

fn counted(count: usize) -> String {
    match count {
        0 => "[]".to_owned(),
        1 => "[1 item]".to_owned(),
        count => format!("[{count} items]"),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(VALUE_SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
