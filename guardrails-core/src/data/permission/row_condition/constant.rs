//! What one member of a condition asks: `"OPEN"`, `["OPEN", "WON"]`, `{"ge": 10, "lt": 100}`.

use super::{node, path, shown, unknown_key};
use crate::diagnostic::Phrase;
use crate::facts::Datum;
use crate::phrase;
use crate::policy::{Comparison, Expr, ExprKind, Path, Root, Type};
use crate::value::{Name, Value};
use crate::zone::Zone;

/// What is compared.
pub(super) struct Operand {
    name: String,
    root: Root,
    keys: Vec<Name>,
    /// None for what is declared nowhere: it then has the type of the constant.
    ty: Option<Type>,
}

impl Operand {
    pub(super) fn typed(name: &str, root: Root, keys: Vec<Name>, ty: Type) -> Self {
        Self {
            ty: Some(ty),
            ..Self::untyped(name, root, keys)
        }
    }

    pub(super) fn untyped(name: &str, root: Root, keys: Vec<Name>) -> Self {
        Self {
            name: shown(name),
            root,
            keys,
            ty: None,
        }
    }

    fn path(&self, ty: Type) -> Path {
        path(self.root, self.keys.clone(), ty)
    }

    /// The declared type, or that of a constant.
    fn type_for(&self, constant: &Value) -> Result<Type, Phrase> {
        match (&self.ty, constant) {
            (Some(ty), _) => Ok(ty.clone()),
            (None, Value::Text(_)) => Ok(Type::Text),
            (None, Value::Number(_)) => Ok(Type::Decimal),
            (None, Value::Bool(_)) => Ok(Type::Bool),
            (None, _) => Err(self.unfit()),
        }
    }

    fn unfit(&self) -> Phrase {
        let name = &self.name;
        phrase!(
            "what `{name}` is compared with is not of its type"
                | "与 `{name}` 比较的值不是它的类型",
            name
        )
    }
}

/// The conditions that a member asks of its operand.
pub(super) fn tests(operand: &Operand, asked: &Value, zone: Zone) -> Result<Vec<Expr>, Phrase> {
    match asked {
        Value::Object(tests) => tests
            .iter()
            .map(|(test, constant)| one(operand, test, constant, zone))
            .collect(),
        Value::List(_) => Ok(vec![one_of(operand, asked, zone)?]),
        constant => Ok(vec![compared(operand, Comparison::Equal, constant, zone)?]),
    }
}

fn one(operand: &Operand, test: &str, constant: &Value, zone: Zone) -> Result<Expr, Phrase> {
    let comparison = match test {
        "eq" => Comparison::Equal,
        "ne" => Comparison::NotEqual,
        "lt" => Comparison::Less,
        "le" => Comparison::LessOrEqual,
        "gt" => Comparison::Greater,
        "ge" => Comparison::GreaterOrEqual,
        "in" => return one_of(operand, constant, zone),
        "missing" => return missing(operand, constant),
        _ => return Err(unknown_key(test)),
    };
    compared(operand, comparison, constant, zone)
}

fn one_of(operand: &Operand, constants: &Value, zone: Zone) -> Result<Expr, Phrase> {
    let Value::List(constants) = constants else {
        return Err(operand.unfit());
    };
    let each = constants.iter();
    let equal = each.map(|constant| compared(operand, Comparison::Equal, constant, zone));
    Ok(node(ExprKind::Any(equal.collect::<Result<_, _>>()?)))
}

/// `{"missing": true}`: whether there is nothing, which is never unknown.
fn missing(operand: &Operand, wanted: &Value) -> Result<Expr, Phrase> {
    let ty = operand.ty.clone().unwrap_or(Type::Text);
    let is_missing = node(ExprKind::IsMissing(operand.path(ty)));
    match wanted {
        Value::Bool(true) => Ok(is_missing),
        Value::Bool(false) => Ok(node(ExprKind::Not(Box::new(is_missing)))),
        _ => Err(operand.unfit()),
    }
}

fn compared(
    operand: &Operand,
    comparison: Comparison,
    constant: &Value,
    zone: Zone,
) -> Result<Expr, Phrase> {
    let ty = operand.type_for(constant)?;
    let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
    if ordered && !is_ordered(&ty) {
        return Err(operand.unfit());
    }
    let literal = literal(constant, &ty, zone).ok_or_else(|| operand.unfit())?;
    let left = node(ExprKind::Path(operand.path(ty)));
    Ok(node(ExprKind::Compare(
        comparison,
        Box::new(left),
        Box::new(literal),
    )))
}

/// As in policies: words and texts have no order.
fn is_ordered(ty: &Type) -> bool {
    !matches!(ty, Type::Bool | Type::Text | Type::Enum(_))
}

/// A constant, read as a record's value of this type would be.
fn literal(constant: &Value, ty: &Type, zone: Zone) -> Option<Expr> {
    let kind = match Datum::read(constant, ty, zone) {
        Datum::Bool(value) => ExprKind::Literal(Value::Bool(value)),
        Datum::Number(number) => ExprKind::Literal(Value::Number(number)),
        Datum::Text(text) => ExprKind::Literal(Value::from(text)),
        Datum::Moment(moment) => ExprKind::Moment(ty.clone(), moment),
        Datum::Missing | Datum::Invalid | Datum::List(..) | Datum::Object(_) => return None,
    };
    Some(node(kind))
}
