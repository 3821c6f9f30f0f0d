//! The source article's way: for each field of the record, search the list of permission rows, and
//! build a new map. Written from its description, over `serde_json`.

use guardrails_core::FieldPermission;
use serde_json::{Map, Value};

/// The permission rows, as the article's service holds them.
pub struct Permissions {
    rows: Vec<Row>,
}

struct Row {
    entity: String,
    field: String,
    role: String,
    access: Access,
    sensitivity: i32,
    ai_access_allowed: bool,
}

#[derive(PartialEq)]
enum Access {
    Read,
    Masked,
    Hidden,
}

impl Permissions {
    pub fn new(rows: &[FieldPermission]) -> Self {
        let rows = rows.iter().flat_map(|row| {
            row.roles.iter().map(|role| Row {
                entity: row.entity.to_string(),
                field: row.field.to_string(),
                role: role.role.to_string(),
                access: match role.access.as_str() {
                    "READ" | "WRITE" => Access::Read,
                    "MASKED" => Access::Masked,
                    _ => Access::Hidden,
                },
                sensitivity: row.sensitivity,
                ai_access_allowed: role.ai_access_allowed,
            })
        });
        Self {
            rows: rows.collect(),
        }
    }

    /// The record as `role` may see it.
    pub fn show(
        &self,
        entity: &str,
        record: &Map<String, Value>,
        role: &str,
    ) -> Map<String, Value> {
        let mut shown = Map::new();
        for (field, value) in record {
            let of_field =
                |row: &&Row| row.field == *field && row.entity == entity && row.role == role;
            let Some(row) = self.rows.iter().find(of_field) else {
                continue;
            };
            if !row.ai_access_allowed {
                continue;
            }
            let value = match row.access {
                Access::Read => value.clone(),
                Access::Masked => Value::String(mask(value, row.sensitivity)),
                Access::Hidden => continue,
            };
            shown.insert(field.clone(), value);
        }
        shown
    }
}

fn mask(value: &Value, sensitivity: i32) -> String {
    if sensitivity >= 4 {
        return "[CONFIDENTIAL]".to_owned();
    }
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= 2 {
        return "***".to_owned();
    }
    let keep = (chars.len() / 3).min(3);
    let head: String = chars[..keep].iter().collect();
    let tail: String = chars[chars.len() - keep..].iter().collect();
    format!("{head}***{tail}")
}
