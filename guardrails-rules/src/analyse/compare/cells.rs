//! Differences of the permission matrix, told together where they are the same for several fields or in
//! several contexts.

use guardrails_core::{Name, Phrase, phrase};

use super::change::Change;
use crate::analyse::sight::Context;

/// One difference for one role, context and field.
pub(super) struct Cell {
    pub(super) role: Name,
    pub(super) context: Context,
    pub(super) path: String,
    /// A figure of the field; empty for the field itself.
    pub(super) figure: &'static str,
    pub(super) change: Change,
}

impl Cell {
    /// Whether both tell the same, of whichever field or figure.
    pub(super) fn says_as(&self, other: &Self) -> bool {
        let (a, b) = (&self.change, &other.change);
        self.role == other.role
            && a.subject == b.subject
            && a.direction == b.direction
            && a.old == b.old
            && a.new == b.new
    }

    fn item(&self) -> String {
        match self.figure {
            "" => format!("`{}`", self.path),
            figure => format!("{figure}(`{}`)", self.path),
        }
    }
}

/// Cells that say the same.
struct Group {
    first: Cell,
    contexts: Vec<Context>,
    items: Vec<String>,
}

/// The changes of an entity with so many contexts, grouped by context and then by field.
pub(super) fn told(cells: Vec<Cell>, entity: &Name, contexts: usize) -> Vec<Change> {
    let mut by_field: Vec<Group> = Vec::new();
    for cell in cells {
        let same = |group: &&mut Group| {
            let first = &group.first;
            first.path == cell.path && first.figure == cell.figure && first.says_as(&cell)
        };
        match by_field.iter_mut().find(same) {
            Some(group) => group.contexts.push(cell.context),
            None => by_field.push(Group {
                contexts: vec![cell.context.clone()],
                items: vec![cell.item()],
                first: cell,
            }),
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    for group in by_field {
        let same = |have: &&mut Group| {
            have.contexts == group.contexts
                && have.first.says_as(&group.first)
                && shown(&have.first) == shown(&group.first)
        };
        match groups.iter_mut().find(same) {
            Some(have) => have.items.extend(group.items),
            None => groups.push(group),
        }
    }
    let one = |group: Group| group.told(entity, contexts);
    groups.into_iter().map(one).collect()
}

fn shown(cell: &Cell) -> (Option<String>, Option<&Phrase>) {
    let example = cell.change.example.as_ref();
    (
        example.map(|example| example.to_string()),
        cell.change.why.as_ref(),
    )
}

impl Group {
    fn told(self, entity: &Name, all: usize) -> Change {
        let items = Phrase::both(self.items.join(", "), self.items.join("、"));
        let role = &self.first.role;
        let contexts = match self.contexts.len() == all {
            true => Phrase::default(),
            false => self.contexts(),
        };
        Change {
            what: phrase!(
                "{items} of `{entity}` for `{role}`{contexts}"
                    | "`{role}`{contexts}的`{entity}`字段{items}",
                items,
                entity,
                role,
                contexts
            ),
            ..self.first.change
        }
    }

    fn contexts(&self) -> Phrase {
        let said = self.contexts.iter().map(|context| match context {
            Context::Named(name) => {
                let name = format!("\"{name}\"");
                phrase!("context {name}" | "AI 场景{name}", name)
            }
            Context::Other => phrase!("any other context" | "其他 AI 场景"),
        });
        let said: Vec<Phrase> = said.collect();
        let text = |language| {
            let said = said.iter().map(|one| one.text(language));
            said.collect::<Vec<_>>()
        };
        let en = text(guardrails_core::Language::English).join(" and ");
        let zh = text(guardrails_core::Language::Chinese).join("、");
        Phrase::both(format!(" in {en}"), format!("（{zh}）"))
    }
}
