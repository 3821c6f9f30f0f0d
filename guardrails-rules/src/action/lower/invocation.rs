//! Calls: functions by the table, effects with their texts written out.

use guardrails_core::{Name, Phrase, phrase};

use super::kind::Kind;
use super::names::suggestion;
use super::signature::{Gives, SIGNATURES, Signature, Takes};
use super::{Lower, Value};
use crate::action::slots::{Fact, SINK};
use crate::action::span::Span;
use crate::action::tree::{Expr, ExprKind, Literal, Word};
use crate::action::{codes, refused};

impl Lower<'_> {
    /// `name(…)`, `of.name(…)`, or an effect such as `risk.add(…)`.
    pub(super) fn call(&mut self, receiver: Option<&Expr>, name: &Word, given: &[Expr]) -> Value {
        let root = match receiver.map(|of| &of.kind) {
            Some(ExprKind::Name(root)) if self.names.local(root).is_none() => root.as_str(),
            _ => "",
        };
        if root == "actor" {
            return self.role(name, given);
        }
        let (full, receiver) = if Signature::is_namespace(root) {
            (format!("{root}.{}", name.text), None)
        } else {
            (name.text.clone(), receiver)
        };
        let arguments: Vec<&Expr> = receiver.into_iter().chain(given).collect();
        match Signature::find(&full, arguments.len()) {
            Some(signature) if receiver.is_some() && signature.gives == Gives::Effect => {
                let message = phrase!("`{full}` stands alone" | "`{full}` 要单独写", full);
                self.finding(codes::TYPE, name.span, message, signature.advice())
            }
            Some(signature) => self.invoke(signature, name.span, &arguments),
            None => self.not_callable(&full, name.span),
        }
    }

    fn not_callable(&mut self, name: &str, span: Span) -> Value {
        if let Some(help) = refused::name(name) {
            return self.finding(codes::REFUSED, span, refused::refusal(name), help);
        }
        let known = SIGNATURES.iter().map(|signature| signature.name);
        let message = phrase!(
            "there is no function `{name}`" | "没有名为 `{name}` 的函数",
            name
        );
        self.finding(codes::UNKNOWN, span, message, suggestion(name, known))
    }

    /// `actor.has("ROLE")`
    fn role(&mut self, name: &Word, given: &[Expr]) -> Value {
        match (
            name.text.as_str(),
            given.iter().map(text).collect::<Option<Vec<_>>>(),
        ) {
            ("has", Some(roles)) if roles.len() == 1 => {
                let role = roles.first().map_or("", |role| role);
                let slot = self.out.slots.fact(Fact::Role(Name::from(role)));
                self.put(name.span, &slot);
                Value::data(Kind::Truth)
            }
            _ => {
                let message = phrase!(
                    "only `actor.has(\"ROLE\")` can be asked of the actor"
                        | "对操作者只能问 `actor.has(\"角色\")`"
                );
                let help =
                    phrase!("write the role out, in double quotes" | "在双引号里直接写出角色");
                self.finding(codes::TYPE, name.span, message, help)
            }
        }
    }

    fn invoke(&mut self, signature: &Signature, span: Span, arguments: &[&Expr]) -> Value {
        if arguments.len() != signature.takes.len() {
            let name = signature.name;
            let message = match arguments.len() {
                1 => phrase!(
                    "`{name}` does not take 1 argument" | "`{name}` 的参数不是 1 个",
                    name
                ),
                count => phrase!(
                    "`{name}` does not take {count} arguments" | "`{name}` 的参数不是 {count} 个",
                    name,
                    count
                ),
            };
            return self.finding(codes::TYPE, span, message, signature.advice());
        }
        self.put(span, signature.native);
        self.glue("(");
        if signature.gives == Gives::Effect {
            self.glue(SINK);
            self.glue(",");
        }
        let mut values: Vec<Value> = Vec::new();
        for (at, (takes, argument)) in signature.takes.iter().zip(arguments).enumerate() {
            if at > 0 {
                self.glue(",");
            }
            let value = self.argument(*takes, argument, values.first(), signature);
            values.push(value);
        }
        self.glue(")");
        self.result(signature, span, &values)
    }

    fn result(&mut self, signature: &Signature, span: Span, values: &[Value]) -> Value {
        if let (Gives::Number, [a, b]) = (signature.gives, values) {
            self.apart(span, &a.kind, &b.kind);
        }
        let currency = values.first().and_then(|value| match value.kind {
            Kind::Number(currency) => currency,
            _ => None,
        });
        Value {
            kind: signature.gives.kind(currency),
            data: values.iter().any(|value| value.data),
        }
    }

    fn argument(
        &mut self,
        takes: Takes,
        expr: &Expr,
        before: Option<&Value>,
        signature: &Signature,
    ) -> Value {
        match takes {
            Takes::Label => self.label(expr, signature),
            Takes::Chain => self.chain(expr),
            Takes::Reason => self.reason(expr),
            Takes::Field => self.field(expr),
            Takes::Places => self.places(expr),
            Takes::Number => self.simple(expr, Kind::Number(None).word(), Kind::may_be_number),
            Takes::Text => self.simple(expr, Kind::Text(None).word(), Kind::may_be_text),
            Takes::Simple => {
                self.simple(expr, phrase!("a simple value" | "简单值"), Kind::is_simple)
            }
            Takes::Measured => self.simple(
                expr,
                phrase!("a text or a list" | "文本或列表"),
                |kind| kind.may_be_text() || matches!(kind, Kind::List(_)),
            ),
            Takes::Whole => self.simple(
                expr,
                phrase!("a text or a list of simple values" | "文本，或者由简单值组成的列表"),
                |kind| kind.may_be_text() || matches!(kind, Kind::List(Some(_))),
            ),
            Takes::Part => self.part(expr, before),
        }
    }

    fn simple(&mut self, expr: &Expr, wanted: Phrase, fits: impl Fn(&Kind) -> bool) -> Value {
        let value = self.value(expr);
        if fits(&value.kind) {
            value
        } else {
            self.wrong(expr.span, wanted, &value.kind)
        }
    }

    /// What may be in a text, or in a list of these items.
    fn part(&mut self, expr: &Expr, whole: Option<&Value>) -> Value {
        match whole.map(|whole| &whole.kind) {
            Some(Kind::List(Some(item))) => {
                let word = item.word();
                let item = (**item).clone();
                self.simple(expr, word, |kind| item.clone().or(kind.clone()).is_some())
            }
            _ => self.simple(expr, Kind::Text(None).word(), Kind::may_be_text),
        }
    }

    fn field(&mut self, expr: &Expr) -> Value {
        match self.named(expr) {
            Some((fact, kind)) => {
                let slot = self.out.slots.fact(fact);
                self.put(expr.span, &slot);
                Value::data(kind)
            }
            None => Value::broken(),
        }
    }

    fn places(&mut self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Literal(Literal::Number(places))
                if places.fract().is_zero() && *places <= 28.into() =>
            {
                self.value(expr)
            }
            _ => {
                let message =
                    phrase!("expected the number of places, 0 to 28" | "这里应写小数位数，0 到 28");
                let help = phrase!("write the number out" | "直接写出这个数字");
                self.finding(codes::TYPE, expr.span, message, help)
            }
        }
    }

    /// A name, code or channel: fixed, so that it can be found by reading the policy.
    fn label(&mut self, expr: &Expr, signature: &Signature) -> Value {
        match text(expr) {
            Some(label) if !label.trim().is_empty() => self.value(expr),
            _ => {
                let message = phrase!(
                    "`{name}` needs a fixed text here" | "`{name}` 在这里需要固定的文字",
                    name = signature.name
                );
                let help = phrase!(
                    "write it out: `{usage}`" | "直接写出来：`{usage}`",
                    usage = signature.usage
                );
                self.finding(codes::EFFECT_TEXT, expr.span, message, help)
            }
        }
    }

    fn chain(&mut self, expr: &Expr) -> Value {
        let Some(chain) = text(expr) else {
            let message =
                phrase!("the approval chain must be written out" | "审批链要直接写出名称");
            let help = phrase!(
                "write its name in double quotes, and choose with `if`"
                    | "在双引号里写它的名称，用 `if` 选择"
            );
            return self.finding(codes::CHAIN, expr.span, message, help);
        };
        let Some(known) = self.declared_chains.iter().find(|name| ***name == *chain) else {
            let message = phrase!(
                "there is no approval chain `{chain}`" | "没有名为 `{chain}` 的审批链",
                chain
            );
            let help = suggestion(chain, self.declared_chains.iter().map(|name| &**name));
            return self.finding(codes::CHAIN, expr.span, message, help);
        };
        if !self.out.chains.contains(known) {
            self.out.chains.push(known.clone());
        }
        self.value(expr)
    }

    /// INVARIANT: no record data in it. A reason leaves the guard, and no mask is applied to it.
    fn reason(&mut self, expr: &Expr) -> Value {
        let value = self.simple(expr, Kind::Text(None).word(), Kind::may_be_text);
        if value.data {
            let message =
                phrase!("the reason is built from record data" | "这个理由用到了记录里的数据");
            let help = phrase!(
                "write a fixed text; values belong into `because \"… {field}\"`, which shows them \
                 as the reader may see them"
                    | "写固定的文字；字段的值写在 `because \"… {field}\"` 里，它会按读者的权限显示"
            );
            return self.finding(codes::EFFECT_TEXT, expr.span, message, help);
        }
        value
    }
}

/// The text of a literal.
fn text(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(Literal::Text(text)) => Some(text),
        _ => None,
    }
}
