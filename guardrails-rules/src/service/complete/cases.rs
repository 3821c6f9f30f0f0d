//! What may stand in the cases of a test: columns, then in each row a value of its column, then what is
//! expected.

use super::words::EXPECTATIONS;
use super::{Completion, Kind, Place, completion, listed, names};
use crate::service::schema::Shape;

/// What a column may be besides a field.
const COLUMNS: &[&str] = &["actor.roles", "at", "skill", "context", "old", "new"];

impl Place<'_> {
    /// What may stand here, when the place is among the cases of a test.
    pub(super) fn cases(&self) -> Option<Vec<Completion>> {
        let at = self.words.iter().rposition(|word| *word == "cases")?;
        if !self.declares("test") || self.open.len() < 2 {
            return None;
        }
        let inside = arrows(self.words.get(at + 2..)?);
        let Some(arrow) = inside.iter().position(|word| *word == "=>") else {
            return Some(self.columns());
        };
        let columns: Vec<&[&str]> = inside.get(..arrow)?.split(|word| *word == "|").collect();
        // Behind the head's own `=> expect`.
        let rows = inside.get(arrow + 2..).unwrap_or_default();
        let last = inside.last().copied().unwrap_or("");
        if matches!(last, "approval" | "rule" | "risk") {
            return None;
        }
        if matches!(last, "=>" | ",") && self.open.last() == Some(&"{") {
            return Some(listed(EXPECTATIONS, Kind::Keyword));
        }
        let since = rows.iter().rposition(|word| *word == "=>");
        let row = rows.get(since.map_or(0, |at| at + 1)..)?;
        let cell = row.iter().filter(|word| **word == "|").count();
        let written = row.rsplit(|word| *word == "|").next()?;
        match columns.get(cell) {
            Some(column) if written.is_empty() || *written == ["["] => Some(self.cell(column)),
            // The first cell of a row has nothing before it that would tell.
            Some(column) if cell == 0 && since.is_some() => {
                let mut all = self.cell(column);
                all.extend(listed(EXPECTATIONS, Kind::Keyword));
                Some(all)
            }
            _ => None,
        }
    }

    fn columns(&self) -> Vec<Completion> {
        let mut all = self.fields();
        all.extend(listed(COLUMNS, Kind::Value));
        all
    }

    fn cell(&self, column: &[&str]) -> Vec<Completion> {
        let path: Vec<&str> = column.iter().copied().filter(|word| *word != ".").collect();
        match (path.as_slice(), self.shape(&path)) {
            (_, Some(Shape::Enum(holder))) => {
                let members = self.schema.enums.get(&holder).into_iter().flatten();
                members
                    .map(|name| completion(name, Kind::Member, &holder))
                    .collect()
            }
            (["actor", "roles"], None) => names(&self.schema.roles, Kind::Role),
            (["skill"], None) => names(&self.schema.skills, Kind::Skill),
            _ => names(&self.schema.consts, Kind::Value),
        }
    }
}

/// With `=` and `>` as the one sign that they are here.
fn arrows<'w>(words: &[&'w str]) -> Vec<&'w str> {
    let mut joined: Vec<&str> = Vec::new();
    for word in words {
        match joined.last_mut() {
            Some(last) if *last == "=" && *word == ">" => *last = "=>",
            _ => joined.push(word),
        }
    }
    joined
}
