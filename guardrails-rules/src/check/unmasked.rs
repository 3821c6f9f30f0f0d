//! Personal data that a grant shows and does not mask, wherever in the record it is: a warning, since
//! now and then that is wanted.

use guardrails_core::data::{Access, ClauseEffect, StaticTruth, shown_in_grant};
use guardrails_core::policy::{Entity, Field, FieldClause, FieldSet, Permission, Type};
use guardrails_core::{Diagnostic, Name, phrase};

use super::context::Context;
use crate::{ast, codes};

/// Entities inside each other that are looked into.
const MAX_DEPTH: usize = 16;
/// Places in a record that are looked at for one grant.
const MAX_PLACES: usize = 10_000;

/// Warns of each field of personal data that some clause shows and no unconditional clause masks or
/// hides, in nested entities and lists of them too.
pub(super) fn warn(
    cx: &Context<'_>,
    entity: &Entity,
    written: &ast::Grant,
    clauses: &[FieldClause],
) {
    let mut search = Search {
        cx,
        role: written.roles.first().map_or("", |role| &role.text),
        clauses,
        places: MAX_PLACES,
        seen: Vec::new(),
    };
    let record = Nested {
        entity: entity.name.clone(),
        covered: Vec::new(),
        named_inside: true,
    };
    search.look_into(
        entity,
        &Around {
            met: vec![record],
            ..Around::default()
        },
    );
}

struct Search<'c, 'b> {
    cx: &'c Context<'b>,
    role: &'c str,
    clauses: &'c [FieldClause],
    /// How many more places may be looked at.
    places: usize,
    /// What was looked into, wherever in the record it is.
    seen: Vec<Nested>,
}

/// Where in the record a nested entity is.
#[derive(Clone, Default)]
struct Around {
    /// The paths of the fields around, outermost first.
    paths: Vec<Name>,
    /// The record and the nested entities on the way, this one included.
    met: Vec<Nested>,
    /// Whether one of them nests in itself.
    recurs: bool,
    /// The outermost list on the way.
    list: Option<Name>,
}

/// An entity at a place of the record, and what the grant says of that place. At two places that agree
/// in all of it the same fields are shown: an entity that nests in itself is looked into until the
/// grant has nothing new to say.
#[derive(Clone, PartialEq, Eq)]
struct Nested {
    entity: Name,
    /// Which clauses cover the whole of it.
    covered: Vec<bool>,
    /// Whether some clause names a field further inside.
    named_inside: bool,
}

impl Around {
    /// The path of a field in here, and of all that is around it.
    fn and(&self, field: &Field) -> Vec<Name> {
        let mut paths = self.paths.clone();
        paths.push(match self.paths.last() {
            Some(around) => format!("{around}.{}", field.name).into(),
            None => field.name.clone(),
        });
        paths
    }
}

impl Search<'_, '_> {
    fn look_into(&mut self, entity: &Entity, around: &Around) {
        let cx = self.cx;
        for field in &entity.fields {
            let Some(places) = self.places.checked_sub(1) else {
                return;
            };
            self.places = places;
            let paths = around.and(field);
            if field.pii.is_some() {
                self.look_at(field, &paths, around.list.as_ref());
            }
            let nested = inner(&field.ty).and_then(|name| cx.symbols.entities.get(name));
            let Some(nested) = nested else {
                continue;
            };
            let here = self.nested(&nested.name, &paths);
            let recurs = around.recurs || around.met.iter().any(|met| met.entity == here.entity);
            // What an entity nests in itself once more is not reported once more.
            let met = if recurs { &self.seen } else { &around.met };
            let is_new = here.named_inside || !met.contains(&here);
            if is_new && paths.len() < MAX_DEPTH && self.shown(&paths, Whole::OrPart).is_some() {
                let list = matches!(field.ty, Type::List(_)).then(|| paths.last().cloned());
                let list = around.list.clone().or(list.flatten());
                let mut met = around.met.clone();
                met.push(here.clone());
                self.seen.push(here);
                let inside = Around {
                    paths,
                    met,
                    recurs,
                    list,
                };
                self.look_into(nested, &inside);
            }
        }
    }

    fn nested(&self, entity: &Name, paths: &[Name]) -> Nested {
        let path = paths.last().map_or("", |path| path);
        let fields = || self.clauses.iter().map(|clause| &clause.fields);
        Nested {
            entity: entity.clone(),
            covered: fields().map(|fields| fields.covers(path)).collect(),
            named_inside: fields().any(|fields| fields.names_inside(path)),
        }
    }

    fn look_at(&self, field: &Field, paths: &[Name], list: Option<&Name>) {
        let Some(path) = paths.last() else {
            return;
        };
        let clauses = self.clauses.iter();
        let clauses = clauses.filter(|clause| clause.fields.covers(path));
        let effects: Vec<(ClauseEffect, StaticTruth)> = clauses
            .map(|clause| {
                let effect = ClauseEffect::of(&clause.permission, field.sensitivity);
                (effect, StaticTruth::of(clause.when.as_ref()))
            })
            .collect();
        let effects = effects.iter().map(|(effect, when)| (effect, *when));
        let unmasked = shown_in_grant(effects, |access| *access == Access::Read);
        if let Some(shown) = self.shown(paths, Whole::Only)
            && unmasked.restricts()
        {
            self.report(field, path, list, shown);
        }
    }

    /// The first clause that shows the field at the end of `paths`, or if that will do, anything in it.
    fn shown(&self, paths: &[Name], whole: Whole) -> Option<&FieldClause> {
        let path = paths.last()?;
        self.clauses.iter().find(|clause| {
            let inside = || whole == Whole::OrPart && names_inside(&clause.fields, path);
            matches!(clause.permission, Permission::Read | Permission::Write(_))
                && (clause.fields.covers(path) || inside())
        })
    }

    fn report(&self, field: &Field, path: &Name, list: Option<&Name>, shown: &FieldClause) {
        let class = field.pii.map_or("", |class| class.as_str());
        let role = self.role;
        let message = phrase!(
            "`{path}` is personal data ({class}) and `{role}` sees it unmasked"
                | "`{path}` 是个人信息（{class}），而 `{role}` 看到的未经脱敏",
            path,
            class,
            role
        );
        let help = match list {
            None => phrase!(
                "add `mask {path} with …` or `hide {path}`"
                    | "加上 `mask {path} with …` 或 `hide {path}`",
                path
            ),
            Some(list) => phrase!(
                "add `mask {list} with …` or `hide {list}`: the items of a list are masked together"
                    | "加上 `mask {list} with …` 或 `hide {list}`：列表的各项只能一起脱敏",
                list
            ),
        };
        self.cx.report(
            Diagnostic::warning(codes::UNMASKED_PII, shown.place.clone(), message)
                .note(
                    field.place.clone(),
                    phrase!("it is marked here" | "在这里标注"),
                )
                .help(help),
        );
    }
}

/// Whether a clause must be about all of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whole {
    Only,
    OrPart,
}

/// Whether a clause is about something inside of a field.
fn names_inside(fields: &FieldSet, path: &str) -> bool {
    matches!(fields, FieldSet::Named(_)) && fields.names_inside(path)
}

fn inner(ty: &Type) -> Option<&Name> {
    match ty {
        Type::Entity(name) => Some(name),
        Type::List(item) => inner(item),
        _ => None,
    }
}
