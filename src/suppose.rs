//! "What if": one request with something in it set otherwise, before it is decided.
//!
//! A path names the place in the request's document: `changes.discount`, `record.lines[0].amount`,
//! `principal.roles`. Inside record and changes it is held to what the policy declares, so that a
//! misspelt field is told and not passed over. Nothing is decided here.

use guardrails_core::policy::{Policy, Type};
use guardrails_core::{Error, ErrorKind, Fields, JsonLimits, Name, Result, Value, parse_fields};

use crate::evaluation::MEMBERS;

/// The request with `value` at `path`; see [`evaluate`](crate::evaluate) for what a request is.
/// Objects on the way that are not there are made; a list can be added to at its end.
///
/// # Errors
/// [`ErrorKind::Input`] for a text that is no request, and for a path that leads nowhere, saying
/// where it ends.
pub fn suppose(
    policy: &Policy,
    request: &str,
    path: &str,
    value: impl Into<Value>,
) -> Result<String> {
    let mut document = parse_fields(request, JsonLimits::default())?;
    let steps = steps(path)?;
    expect_declared(policy, &document, path, &steps)?;
    set(&mut document, path, &steps, value.into())?;
    Ok(document.to_json())
}

/// A step of a path.
#[derive(Debug)]
enum Step {
    Member(Name),
    Item(usize),
}

/// `record.lines[0].amount` in steps.
fn steps(path: &str) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (name, mut rest) = part.split_at(part.find('[').unwrap_or(part.len()));
        if name.is_empty() {
            return Err(no_path(path));
        }
        steps.push(Step::Member(name.into()));
        while !rest.is_empty() {
            let inside = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
            let (number, after) = inside.ok_or_else(|| no_path(path))?;
            let number = number.parse().map_err(|_| no_path(path))?;
            steps.push(Step::Item(number));
            rest = after;
        }
    }
    Ok(steps)
}

/// Holds a path to the members of a request, and inside record and changes to the declared fields.
fn expect_declared(policy: &Policy, document: &Fields, path: &str, steps: &[Step]) -> Result<()> {
    let Some((Step::Member(first), inside)) = steps.split_first() else {
        return Err(no_path(path));
    };
    if !MEMBERS.contains(&&**first) {
        let text = format!("the request has no member `{first}`");
        return Err(
            nowhere(path, text).with_help(format!("the members are {}", MEMBERS.join(", ")))
        );
    }
    let entity = match &**first {
        "record" | "changes" => entity_of(policy, document),
        _ => None,
    };
    entity.map_or(Ok(()), |entity| expect_field(policy, &entity, path, inside))
}

/// The entity that is named, or the only one that the skill has.
fn entity_of(policy: &Policy, document: &Fields) -> Option<Name> {
    let text = |name| document.value(name).and_then(Value::as_text);
    let only = || policy.skills.get(text("skill")?)?.entity_for(None).cloned();
    text("entity").map(Name::from).or_else(only)
}

fn expect_field(policy: &Policy, entity: &str, path: &str, steps: &[Step]) -> Result<()> {
    let Some(declared) = policy.entities.get(entity) else {
        return Ok(());
    };
    let Some((Step::Member(name), mut rest)) = steps.split_first() else {
        return Ok(());
    };
    // A record may name itself and its tenant, whatever is declared.
    let undeclared = || matches!(&**name, "id" | "tenant_id");
    let Some(field) = declared.field(name) else {
        return match undeclared() {
            true => Ok(()),
            false => Err(no_field(declared, name, path)),
        };
    };
    let mut ty = &field.ty;
    while let (Type::List(item), Some((Step::Item(_), after))) = (ty, rest.split_first()) {
        (ty, rest) = (item, after);
    }
    match (ty, rest) {
        (_, []) => Ok(()),
        (Type::Entity(inner), [Step::Member(_), ..]) => expect_field(policy, inner, path, rest),
        _ => Err(nowhere(
            path,
            format!("`{name}` is {ty}, and has nothing inside it"),
        )),
    }
}

fn no_field(declared: &guardrails_core::policy::Entity, name: &str, path: &str) -> Error {
    let text = format!("`{}` has no field `{name}`", declared.name);
    let fields: Vec<&str> = declared.fields.iter().map(|field| &*field.name).collect();
    nowhere(path, text).with_help(format!("its fields are {}", fields.join(", ")))
}

fn set(document: &mut Fields, path: &str, steps: &[Step], value: Value) -> Result<()> {
    let Some((Step::Member(name), rest)) = steps.split_first() else {
        return Err(no_path(path));
    };
    let have = document.value(name).cloned().unwrap_or(Value::Null);
    document.set(name.clone(), put(have, path, name, rest, value)?);
    Ok(())
}

/// `have` with `value` at the end of the steps; `at` is the place that `have` stands at.
fn put(have: Value, path: &str, at: &str, steps: &[Step], value: Value) -> Result<Value> {
    match (steps, have) {
        ([], _) => Ok(value),
        ([Step::Member(_), ..], Value::Null) => inside(Fields::new(), path, steps, value),
        ([Step::Member(_), ..], Value::Object(fields)) => {
            inside(Fields::clone(&fields), path, steps, value)
        }
        ([Step::Item(number), rest @ ..], Value::List(items)) => {
            let mut items = items.to_vec();
            let count = items.len();
            if *number == count {
                items.push(Value::Null);
            }
            let Some(item) = items.get_mut(*number) else {
                let text = format!("`{at}` has {count} items, numbered from 0");
                return Err(nowhere(path, text));
            };
            *item = put(std::mem::replace(item, Value::Null), path, at, rest, value)?;
            Ok(Value::from(items))
        }
        ([Step::Item(_), ..], _) => Err(nowhere(path, format!("`{at}` is no list"))),
        ([Step::Member(_), ..], _) => Err(nowhere(path, format!("`{at}` is no object"))),
    }
}

fn inside(mut fields: Fields, path: &str, steps: &[Step], value: Value) -> Result<Value> {
    set(&mut fields, path, steps, value)?;
    Ok(Value::from(fields))
}

fn nowhere(path: &str, why: String) -> Error {
    Error::new(
        ErrorKind::Input,
        format!("`{path}` leads nowhere in the request: {why}"),
    )
}

fn no_path(path: &str) -> Error {
    Error::new(
        ErrorKind::Input,
        format!("`{path}` is no path in a request"),
    )
    .with_help("name members and items, such as `changes.discount` or `record.lines[0].amount`")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn supposed(request: &str, path: &str, value: impl Into<Value>) -> String {
        suppose(&Policy::empty(), request, path, value).unwrap()
    }

    fn refused(request: &str, path: &str) -> String {
        let refused = suppose(&Policy::empty(), request, path, 1);
        refused.unwrap_err().to_string()
    }

    #[test]
    fn what_is_there_is_replaced_and_what_is_not_is_made() {
        let request = r#"{"changes":{"a":1},"record":{"l":[{"n":1}]}}"#;
        assert_eq!(
            supposed(request, "changes.a", "10%"),
            r#"{"changes":{"a":"10%"},"record":{"l":[{"n":1}]}}"#
        );
        assert_eq!(
            supposed(request, "record.l[0].n", 2),
            r#"{"changes":{"a":1},"record":{"l":[{"n":2}]}}"#
        );
        assert_eq!(
            supposed(request, "record.l[1].n", 2),
            r#"{"changes":{"a":1},"record":{"l":[{"n":1},{"n":2}]}}"#
        );
        assert_eq!(
            supposed("{}", "principal.attributes.region", "East"),
            r#"{"principal":{"attributes":{"region":"East"}}}"#
        );
    }

    #[test]
    fn a_path_that_leads_nowhere_says_where_it_ends() {
        let request = r#"{"record":{"l":[1],"t":"x"}}"#;
        for (path, why) in [
            ("recrod.t", "no member `recrod`"),
            ("record.l[5]", "`l` has 1 items"),
            ("record.l.n", "`l` is no object"),
            ("record.t[0]", "`t` is no list"),
            ("record..t", "is no path"),
            ("record.l[x]", "is no path"),
            ("", "is no path"),
        ] {
            let refused = refused(request, path);
            assert!(refused.contains(why), "{refused}");
        }
    }
}
