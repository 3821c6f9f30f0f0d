//! The `conditions` column of a permission row: JSON, read once into the policy's own conditions.
//!
//! ```json
//! { "ai_context": ["sales_copilot"],
//!   "record": { "stage": "OPEN", "amount": { "lt": 1000 } },
//!   "actor":  { "region": "east" },
//!   "time":   { "from": "09:00", "to": "18:00", "after": "2026-01-01" } }
//! ```
//!
//! All of it must hold. Constants are read as the declared type of their field, by the code that reads
//! records; what comes of it is evaluated by the evaluator of `.guard` conditions. INVARIANT: what is
//! not understood is an error, and the caller closes the row: a key that is passed over in silence
//! would be a restriction that nobody applies.

mod constant;
mod time;

use std::sync::Arc;

use self::constant::{Operand, tests};
use crate::diagnostic::{Phrase, Place};
use crate::one_line::one_line;
use crate::phrase;
use crate::policy::{Entity, Expr, ExprKind, Path, Policy, Root, Type};
use crate::value::{Fields, JsonLimits, Name, Value, parse_fields};
use crate::zone::Zone;

/// The longest `conditions` of one row, in bytes (`row_condition_bytes`).
const MAX_CONDITION_BYTES: usize = 4_096;
/// Keys and list items of one row's conditions altogether (`row_condition_items`).
const MAX_ITEMS: usize = 128;
/// Objects and lists inside each other.
const MAX_DEPTH: usize = 4;

/// When a row holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowCondition {
    /// The AI contexts it holds in; none for all.
    pub(crate) contexts: Option<Vec<Name>>,
    /// What must be true of record, actor and time; none when nothing must.
    pub(crate) expr: Option<Expr>,
}

/// Reads the condition of a row on `entity`.
///
/// # Errors
/// What is not understood, in a sentence; it names keys and fields, and shows no value.
pub(crate) fn read(
    text: Option<&str>,
    entity: &str,
    policy: &Policy,
) -> Result<RowCondition, Phrase> {
    let text = text.unwrap_or_default().trim();
    if text.is_empty() || text == "null" {
        return Ok(RowCondition::default());
    }
    let limits = JsonLimits {
        bytes: MAX_CONDITION_BYTES,
        depth: MAX_DEPTH,
        items: MAX_ITEMS,
    };
    let members = parse_fields(text, limits).map_err(|_| {
        phrase!("it is no JSON object within the limits" | "它不是限额之内的 JSON 对象")
    })?;
    let reader = Reader {
        entity: policy.entities.get(entity),
        policy,
    };
    reader.condition(&members)
}

struct Reader<'a> {
    entity: Option<&'a Arc<Entity>>,
    policy: &'a Policy,
}

impl Reader<'_> {
    fn condition(&self, members: &Fields) -> Result<RowCondition, Phrase> {
        let mut condition = RowCondition::default();
        let mut parts = Vec::new();
        for (key, value) in members {
            match &**key {
                "ai_context" => condition.contexts = Some(contexts(value)?),
                "record" => parts.extend(self.all(key, value, |name| self.field(name))?),
                "actor" => parts.extend(self.all(key, value, attribute)?),
                "time" => parts.extend(time::conditions(object(key, value)?, self.policy.zone)?),
                _ => return Err(unknown_key(key)),
            }
        }
        condition.expr = (!parts.is_empty()).then(|| all(parts));
        Ok(condition)
    }

    /// The tests of each member.
    fn all(
        &self,
        key: &str,
        value: &Value,
        operand: impl Fn(&str) -> Result<Operand, Phrase>,
    ) -> Result<Vec<Expr>, Phrase> {
        let members = object(key, value)?.iter();
        let each = members.map(|(name, value)| tests(&operand(name)?, value, self.zone()));
        Ok(each.collect::<Result<Vec<_>, _>>()?.concat())
    }

    fn zone(&self) -> Zone {
        self.policy.zone
    }

    /// A declared field, through nested entities.
    fn field(&self, name: &str) -> Result<Operand, Phrase> {
        let mut entity = self.entity.ok_or_else(|| no_entity(name))?;
        let mut keys = Vec::new();
        let mut names = name.split('.');
        loop {
            let key = names.next().unwrap_or_default();
            let field = entity.field(key).ok_or_else(|| no_field(name))?;
            keys.push(field.name.clone());
            match &field.ty {
                Type::Entity(inner) => {
                    entity = self
                        .policy
                        .entities
                        .get(inner)
                        .ok_or_else(|| no_field(name))?;
                }
                Type::List(_) => return Err(in_a_list(name)),
                ty if names.next().is_none() => {
                    return Ok(Operand::typed(name, Root::Record, keys, ty.clone()));
                }
                _ => return Err(no_field(name)),
            }
        }
    }
}

/// `actor.id`, `actor.tenant`, or an attribute of the host's, whose type its constant has.
fn attribute(name: &str) -> Result<Operand, Phrase> {
    let keys: Vec<Name> = name.split('.').map(Name::from).collect();
    if keys.iter().any(|key| key.is_empty()) {
        return Err(unknown_key(name));
    }
    Ok(match name {
        "id" | "tenant" => Operand::typed(name, Root::Actor, keys, Type::Text),
        _ => Operand::untyped(name, Root::Actor, keys),
    })
}

fn contexts(value: &Value) -> Result<Vec<Name>, Phrase> {
    let name = |value: &Value| value.as_text().map(Name::from);
    let names = match value {
        Value::Text(context) => Some(vec![context.clone()]),
        Value::List(all) => all.iter().map(name).collect(),
        _ => None,
    };
    names.ok_or_else(|| {
        phrase!(
            "`ai_context` is neither a text nor a list of texts"
                | "`ai_context` 既不是文本也不是文本列表"
        )
    })
}

fn object<'v>(key: &str, value: &'v Value) -> Result<&'v Fields, Phrase> {
    value
        .as_object()
        .ok_or_else(|| phrase!("`{key}` is no JSON object" | "`{key}` 不是 JSON 对象", key))
}

fn node(kind: ExprKind) -> Expr {
    Expr::new(kind, Place::default())
}

fn all(mut parts: Vec<Expr>) -> Expr {
    match parts.len() {
        1 => parts.remove(0),
        _ => node(ExprKind::All(parts)),
    }
}

fn path(root: Root, keys: Vec<Name>, ty: Type) -> Path {
    Path { root, keys, ty }
}

/// A name from a row, on one line and cut short.
fn shown(name: &str) -> String {
    one_line(&name.chars().take(48).collect::<String>()).into_owned()
}

fn unknown_key(key: &str) -> Phrase {
    let key = shown(key);
    phrase!(
        "the key `{key}` is not understood" | "不理解键 `{key}`",
        key
    )
}

fn no_entity(name: &str) -> Phrase {
    let name = shown(name);
    phrase!(
        "the field `{name}` has no type, since the policy declares no such entity"
            | "策略没有声明这个实体，所以字段 `{name}` 没有类型",
        name
    )
}

fn no_field(name: &str) -> Phrase {
    let name = shown(name);
    phrase!(
        "the entity declares no field `{name}` that can be compared"
            | "实体没有声明可以比较的字段 `{name}`",
        name
    )
}

fn in_a_list(name: &str) -> Phrase {
    let name = shown(name);
    phrase!(
        "the field `{name}` is a list or inside one, which a row cannot compare"
            | "字段 `{name}` 是列表或者在列表里，权限行不能比较它",
        name
    )
}

#[cfg(test)]
mod tests;
