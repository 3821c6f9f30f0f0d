//! Expressions: names to slots, operators with the kinds of their operands.

use super::kind::Kind;
use super::names::{Unknown, suggestion};
use super::{Lower, Value};
use crate::action::codes;
use crate::action::slots::Fact;
use crate::action::span::Span;
use crate::action::tree::{Binary, Expr, ExprKind, Literal, Unary};
use guardrails_core::{Phrase, phrase};

impl Lower<'_> {
    pub(super) fn expression(&mut self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal, expr.span),
            ExprKind::Name(name) => self.name(name, expr),
            ExprKind::Property(..) => self.fact(expr),
            ExprKind::Call(receiver, name, arguments) => {
                self.call(receiver.as_deref(), name, arguments)
            }
            ExprKind::Unary(operator, operand) => self.unary(*operator, operand, expr.span),
            ExprKind::Binary(operator, sign, left, right) => {
                self.binary(*operator, *sign, left, right)
            }
            ExprKind::OneOf(item, list) => self.one_of(item, list, expr.span),
            ExprKind::If(_) | ExprKind::Switch(_) => {
                self.glue("(");
                let value = self.bare(expr);
                self.glue(")");
                value
            }
        }
    }

    /// An expression that decides: true or false.
    pub(super) fn condition(&mut self, expr: &Expr) -> Value {
        // What the engine computes itself is a truth value; what it finds may be absent.
        let found = matches!(
            expr.kind,
            ExprKind::Name(_)
                | ExprKind::Property(..)
                | ExprKind::If(_)
                | ExprKind::Switch(_)
                | ExprKind::Binary(Binary::Coalesce, ..)
        );
        if found {
            self.put(expr.span, "truth(");
        }
        let value = self.value(expr);
        if found {
            self.glue(")");
        }
        if !value.kind.may_be_truth() {
            return self.wrong(expr.span, Kind::Truth.word(), &value.kind);
        }
        value
    }

    pub(super) fn literal(&mut self, literal: &Literal, span: Span) -> Value {
        // Even `true`: an optimizer folds what it can read, with operators of its own.
        let slot = self.out.slots.literal(literal);
        self.put(span, &slot);
        Value::fixed(Kind::of_literal(literal))
    }

    fn name(&mut self, name: &str, expr: &Expr) -> Value {
        match self.names.local(name) {
            Some(local) => {
                let (kind, data, slot) = (local.kind.clone(), local.data, local.slot.clone());
                self.put(expr.span, &slot);
                Value { kind, data }
            }
            None => self.fact(expr),
        }
    }

    fn fact(&mut self, expr: &Expr) -> Value {
        match self.named(expr) {
            Some((fact, kind)) => {
                let slot = self.out.slots.fact(fact);
                self.put(expr.span, &slot);
                Value::data(kind)
            }
            None => Value::broken(),
        }
    }

    /// The fact that an expression names; a finding when it names none.
    pub(super) fn named(&mut self, expr: &Expr) -> Option<(Fact, Kind)> {
        let named = match &expr.kind {
            ExprKind::Name(name) if self.names.local(name).is_none() => self.names.fact(name),
            ExprKind::Property(of, part) => match &of.kind {
                ExprKind::Name(root) if self.names.local(root).is_none() => {
                    self.names.part(root, part)
                }
                ExprKind::Property(..) => {
                    // The part before it says what is wrong, when something is.
                    self.named(of)?;
                    Err(self.no_part(&part.text))
                }
                _ => Err(self.no_part(&part.text)),
            },
            _ => Err(Unknown {
                message: phrase!("expected the name of a field" | "这里应写字段的名称"),
                help: phrase!(
                    "name a field, such as `old.amount`" | "写一个字段，例如 `old.amount`"
                ),
                refused: false,
            }),
        };
        named
            .map_err(|unknown| self.unknown(unknown, expr.span))
            .ok()
    }

    fn no_part(&self, name: &str) -> Unknown {
        Unknown {
            message: phrase!(
                "there is no part `{name}` here" | "这里没有属性 `{name}`",
                name
            ),
            help: phrase!(
                "test nested fields in the rule's `when`" | "嵌套的字段写在规则的 `when` 里"
            ),
            refused: false,
        }
    }

    fn unknown(&mut self, unknown: Unknown, span: Span) {
        let code = if unknown.refused {
            codes::REFUSED
        } else {
            codes::UNKNOWN
        };
        self.finding(code, span, unknown.message, unknown.help);
    }

    pub(super) fn wrong(&mut self, span: Span, wanted: Phrase, found: &Kind) -> Value {
        let convertible = matches!(found, Kind::Number(_) | Kind::Truth);
        let help = if convertible && wanted == Kind::Text(None).word() {
            phrase!("write `to_text(…)` around it" | "用 `to_text(…)` 把它包起来")
        } else {
            phrase!("use a value of that type" | "用该类型的值")
        };
        let message = phrase!(
            "expected {wanted}, found {found}" | "应为{wanted}，却是{found}",
            wanted,
            found = found.word()
        );
        self.finding(codes::TYPE, span, message, help)
    }

    fn unary(&mut self, operator: Unary, operand: &Expr, span: Span) -> Value {
        let (sign, wanted) = match operator {
            Unary::Minus => ("-", Kind::Number(None).word()),
            Unary::Plus => ("+", Kind::Number(None).word()),
            Unary::Not => ("!", Kind::Truth.word()),
        };
        // What follows is a slot, a call, or in parentheses already.
        self.put(span, sign);
        let value = self.value(operand);
        let fits = match operator {
            Unary::Not => value.kind.may_be_truth(),
            Unary::Minus | Unary::Plus => value.kind.may_be_number(),
        };
        if !fits {
            return self.wrong(operand.span, wanted, &value.kind);
        }
        value
    }

    fn binary(&mut self, operator: Binary, sign: Span, left: &Expr, right: &Expr) -> Value {
        if operator == Binary::Coalesce {
            return self.coalesce(left, right);
        }
        let logical = matches!(operator, Binary::And | Binary::Or);
        self.glue("(");
        let a = if logical {
            self.condition(left)
        } else {
            self.value(left)
        };
        self.put(sign, operator.sign());
        let b = if logical {
            self.condition(right)
        } else {
            self.value(right)
        };
        self.glue(")");
        let data = a.data || b.data;
        let kind = if logical {
            Kind::Truth
        } else if operator.is_arithmetic() {
            self.arithmetic(operator, sign, &a.kind, &b.kind)
        } else {
            self.compared(operator, sign, &a.kind, &b.kind);
            self.member(&a.kind, right);
            self.member(&b.kind, left);
            Kind::Truth
        };
        Value { kind, data }
    }

    /// `field ?? value`. A chain stays flat, as the engine evaluates it.
    fn coalesce(&mut self, left: &Expr, right: &Expr) -> Value {
        self.glue("(");
        let value = self.alternatives(left, right);
        self.glue(")");
        value
    }

    fn alternatives(&mut self, left: &Expr, right: &Expr) -> Value {
        let Some((fact, kind)) = self.named(left) else {
            return Value::broken();
        };
        let slot = self.out.slots.fact(fact);
        self.put(left.span, &format!("known({slot})??"));
        let instead = match &right.kind {
            ExprKind::Binary(Binary::Coalesce, _, next, last) => self.alternatives(next, last),
            _ => self.value(right),
        };
        self.either(Value::data(kind), instead, left.span.to(right.span))
    }

    pub(super) fn arithmetic(&mut self, operator: Binary, sign: Span, a: &Kind, b: &Kind) -> Kind {
        let adds = matches!(operator, Binary::Add | Binary::Subtract | Binary::Remainder);
        if adds && self.apart(sign, a, b) {
            return Kind::Any;
        }
        match (a, b) {
            (Kind::Any, Kind::Any) => Kind::Any,
            (Kind::Text(_), Kind::Text(_)) if operator == Binary::Add => Kind::Text(None),
            (Kind::Text(_), Kind::Any) | (Kind::Any, Kind::Text(_)) if operator == Binary::Add => {
                Kind::Text(None)
            }
            (Kind::Number(a), Kind::Number(b)) => Kind::Number(match operator {
                Binary::Multiply if a.is_some() && b.is_some() => None,
                Binary::Divide if b.is_some() => None,
                _ => a.or(*b),
            }),
            (a, b) if a.may_be_number() && b.may_be_number() => Kind::Number(None),
            _ => {
                let message = phrase!(
                    "`{sign}` does not work on {a} and {b}" | "`{sign}` 不能用于{a}和{b}",
                    sign = operator.sign(),
                    a = a.word(),
                    b = b.word()
                );
                let help = phrase!(
                    "use two numbers, or join two texts; `to_text(…)` makes a text"
                        | "用两个数字，或者连接两段文本；`to_text(…)` 得到文本"
                );
                self.finding(codes::TYPE, sign, message, help).kind
            }
        }
    }

    /// Whether two amounts of different currencies meet; a finding then.
    pub(super) fn apart(&mut self, span: Span, a: &Kind, b: &Kind) -> bool {
        let Some((a, b)) = a.currencies_apart(b) else {
            return false;
        };
        let (a, b) = (a.to_string(), b.to_string());
        let message = phrase!(
            "an amount in {a} meets one in {b}" | "{a} 金额与 {b} 金额混用",
            a,
            b
        );
        let help = phrase!("use amounts of one currency" | "用同一种币种的金额");
        self.finding(codes::TYPE, span, message, help);
        true
    }

    fn compared(&mut self, operator: Binary, sign: Span, a: &Kind, b: &Kind) {
        if self.apart(sign, a, b) {
            return;
        }
        let equality = matches!(operator, Binary::Equal | Binary::NotEqual);
        let numbers = a.may_be_number() && b.may_be_number();
        let texts = a.may_be_text() && b.may_be_text();
        let truths = a.may_be_truth() && b.may_be_truth() && equality;
        if !numbers && !texts && !truths {
            let message = phrase!(
                "`{sign}` cannot compare {a} with {b}" | "`{sign}` 不能比较{a}和{b}",
                sign = operator.sign(),
                a = a.word(),
                b = b.word()
            );
            let help = phrase!("compare values of one type" | "比较同一类型的值");
            self.finding(codes::TYPE, sign, message, help);
        }
    }

    /// A text that is compared with a member of an enum must be a member itself.
    fn member(&mut self, kind: &Kind, other: &Expr) {
        if let ExprKind::Literal(literal) = &other.kind {
            self.case_fits(kind, literal, other.span);
        }
    }

    fn one_of(&mut self, item: &Expr, list: &[(Literal, Span)], span: Span) -> Value {
        let table = list.iter().map(|(literal, _)| literal.clone());
        let table = self.out.slots.table(table);
        self.put(span, "one_of(");
        self.glue(&table);
        self.glue(",");
        let item = self.value(item);
        self.glue(")");
        self.cases_fit(&item, list);
        Value {
            kind: Kind::Truth,
            data: item.data,
        }
    }

    pub(super) fn cases_fit(&mut self, subject: &Value, cases: &[(Literal, Span)]) {
        for (case, span) in cases {
            let kind = Kind::of_literal(case);
            let fits = match &subject.kind {
                Kind::Any => true,
                subject => subject.is_simple() && subject.clone().or(kind.clone()).is_some(),
            };
            if fits {
                self.case_fits(&subject.kind, case, *span);
            } else {
                let message = phrase!(
                    "{subject} cannot be {case}" | "{subject}不会是{case}",
                    subject = subject.kind.word(),
                    case = kind.word()
                );
                let help = phrase!(
                    "write a case of the type that is looked at" | "分支的类型要与所看的值相同"
                );
                self.finding(codes::TYPE, *span, message, help);
            }
        }
    }

    fn case_fits(&mut self, kind: &Kind, case: &Literal, span: Span) {
        let (Kind::Text(Some(members)), Literal::Text(text)) = (kind, case) else {
            return;
        };
        if members.members.iter().any(|member| **member == **text) {
            return;
        }
        let help = suggestion(text, members.members.iter().map(|member| &**member));
        let message = phrase!(
            "\"{text}\" is not among the values of this enum" | "这个枚举里没有 \"{text}\"",
            text
        );
        self.finding(codes::TYPE, span, message, help);
    }
}
