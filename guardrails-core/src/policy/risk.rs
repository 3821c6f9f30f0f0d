//! How risk is scored, and what follows from a score.

use rust_decimal::Decimal;

use super::expr::{Arithmetic, Expr, ExprKind, Path, Root};
use super::schema::Type;
use crate::diagnostic::Place;
use crate::risk::RiskLevel;
use crate::value::{Name, Value};

/// Weighted factors and the levels their sum reaches.
#[derive(Debug, Clone)]
pub struct RiskModel {
    /// Factors; each is held to 0 – 10 before it is weighted.
    pub factors: Vec<RiskFactor>,
    /// Levels above LOW, highest first.
    pub thresholds: Vec<RiskThreshold>,
    /// Where it is written; nowhere for the standard model.
    pub place: Place,
}

/// One factor of the score.
#[derive(Debug, Clone)]
pub struct RiskFactor {
    /// Its name.
    pub name: Name,
    /// Its weight, usually below 1.
    pub weight: Decimal,
    /// Its value, 0 – 10; unknown counts as 10.
    pub value: Expr,
    /// Where it is written.
    pub place: Place,
}

/// A level, the score it starts at, and what follows.
#[derive(Debug, Clone)]
pub struct RiskThreshold {
    /// Which level.
    pub level: RiskLevel,
    /// The lowest score that reaches it.
    pub at: Decimal,
    /// What follows.
    pub effects: Vec<LevelEffect>,
    /// Where it is written.
    pub place: Place,
}

/// What reaching a level brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LevelEffect {
    /// Wait for an approval.
    RequireApproval {
        /// The chain that must agree.
        chain: Name,
        /// The code of the reason; `RISK_NEEDS_APPROVAL` unless the policy names one.
        code: Name,
    },
    /// Refuse, with a code.
    Deny(Name),
    /// Tell a channel.
    Notify(Name),
}

impl RiskModel {
    /// The standard formula: data sensitivity × 0.4 + operation impact × 0.4 + user × 0.2, each on
    /// a scale of 0 to 10; HIGH from 8, MEDIUM from 5.
    #[must_use]
    pub fn standard() -> Self {
        let nowhere = Place::default;
        let read = |root, key: &str, ty| {
            let keys = vec![Name::from(key)];
            Expr::new(ExprKind::Path(Path { root, keys, ty }), nowhere())
        };
        let twice = |value| {
            let two = Expr::new(ExprKind::Literal(Value::from(2)), nowhere());
            let product =
                ExprKind::Arithmetic(Arithmetic::Multiply, Box::new(two), Box::new(value));
            Expr::new(product, nowhere())
        };
        let factor = |name: &str, tenths, value| RiskFactor {
            name: name.into(),
            weight: Decimal::new(tenths, 1),
            value,
            place: nowhere(),
        };
        let threshold = |level, at: i64| RiskThreshold {
            level,
            at: Decimal::from(at),
            effects: Vec::new(),
            place: nowhere(),
        };
        Self {
            factors: vec![
                factor(
                    "data_sensitivity",
                    4,
                    twice(read(Root::Data, "max_sensitivity", Type::Int)),
                ),
                factor("impact", 4, read(Root::Skill, "impact", Type::Int)),
                factor("user", 2, read(Root::Behaviour, "score", Type::Decimal)),
            ],
            thresholds: vec![
                threshold(RiskLevel::High, 8),
                threshold(RiskLevel::Medium, 5),
            ],
            place: nowhere(),
        }
    }
}
