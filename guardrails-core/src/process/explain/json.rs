//! An explanation as data, for machines and bindings. `docs/explanations.md` is the reference.

use crate::diagnostic::{Phrase, Place};
use crate::explanation::{
    Clause, Explanation, FactorExplained, FieldExplained, LevelExplained, Reading, Refusal, Remedy,
    RiskExplained, RuleExplained, Searched, Seen, Standing, Step,
};
use crate::reason::Reason;
use crate::risk::RiskLevel;
use crate::truth::Truth;
use crate::value::{Fields, Name, Value};

impl Explanation {
    /// The explanation as canonical JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_fields().to_json()
    }

    /// The explanation as data.
    #[must_use]
    pub fn to_fields(&self) -> Fields {
        let mut out = Fields::new();
        out.set("outcome", self.outcome.as_str());
        out.set("chain", text(&self.chains.to_string()));
        out.set("policy", self.policy.to_string());
        out.set("reasons", list(&self.reasons, reason));
        out.set("refusals", list(&self.refusals, refusal));
        out.set("rules", list(&self.rules, rule));
        out.set("near_misses", list(&self.near_misses, rule));
        out.set("further", count(self.further));
        out.set("remedies", list(&self.remedies, remedy));
        out.set("searched_all", self.searched == Searched::Whole);
        out.set("risk", self.risk.as_ref().map(risk));
        out.set("fields", list(&self.fields, field));
        out
    }
}

fn list<T>(items: &[T], one: fn(&T) -> Fields) -> Value {
    Value::from(items.iter().map(one).collect::<Vec<_>>())
}

fn text(text: &str) -> Value {
    match text {
        "" => Value::Null,
        text => text.into(),
    }
}

fn names(names: &[Name]) -> Value {
    Value::from(names.to_vec())
}

fn phrases(phrases: &[Phrase]) -> Value {
    let texts: Vec<&str> = phrases.iter().map(Phrase::as_str).collect();
    Value::from(texts)
}

fn count(count: usize) -> Value {
    Value::from(u64::try_from(count).unwrap_or(u64::MAX))
}

fn place(place: &Place) -> Value {
    if !place.is_known() {
        return Value::Null;
    }
    let mut out = Fields::new();
    out.set("file", &*place.file);
    out.set("line", place.line);
    out.set("column", place.column);
    Value::from(out)
}

fn reason(reason: &Reason) -> Fields {
    let mut out = Fields::new();
    out.set("code", reason.code());
    out.set("message", reason.message());
    out.set("rule", text(reason.rule()));
    out.set("place", place(reason.place()));
    out
}

fn refusal(refusal: &Refusal) -> Fields {
    let mut out = Fields::new();
    out.set("code", refusal.code.clone());
    out.set("message", refusal.message.as_str());
    out.set("source", text(&refusal.source));
    out.set("remedy", text(refusal.remedy.as_str()));
    out
}

fn rule(rule: &RuleExplained) -> Fields {
    let mut out = Fields::new();
    out.set("rule", rule.rule.clone());
    out.set("place", place(&rule.place));
    out.set("standing", rule.standing.as_str());
    if let Standing::Inert(why) = &rule.standing {
        out.set("inert", why.as_str());
    }
    out.set("shadow", rule.shadow);
    out.set("table", rule.row.as_ref().map(|(table, _)| table.clone()));
    out.set("row", rule.row.as_ref().map(|(_, row)| *row));
    out.set("effects", phrases(&rule.effects));
    out.set("condition", rule.condition.as_ref().map(clause));
    out.set("distance", count(rule.distance));
    out
}

fn truth(truth: Option<Truth>) -> &'static str {
    match truth {
        Some(Truth::True) => "true",
        Some(Truth::False) => "false",
        Some(Truth::Unknown) => "unknown",
        None => "hidden",
    }
}

fn clause(clause: &Clause) -> Fields {
    let mut out = Fields::new();
    out.set("kind", clause.kind.as_str());
    out.set("text", text(&clause.text));
    out.set("place", place(&clause.place));
    out.set("truth", truth(clause.truth));
    out.set("decides", clause.decides);
    out.set("readings", list(&clause.readings, reading));
    out.set("hidden", names(&clause.hidden));
    out.set("parts", list(&clause.parts, self::clause));
    out.set("left_out", count(clause.left_out));
    out
}

fn reading(reading: &Reading) -> Fields {
    let mut out = Fields::new();
    out.set("name", reading.name.as_str());
    out.set("seen", reading.seen.as_str());
    match &reading.seen {
        Seen::Value(value) | Seen::Masked(value) => out.set("value", value.as_str()),
        Seen::Unreadable(ty) => out.set("expected", ty.as_str()),
        Seen::Hidden | Seen::Missing => {}
    }
    out
}

fn remedy(remedy: &Remedy) -> Fields {
    Fields::from_iter([("steps", list(&remedy.steps, step))])
}

fn step(step: &Step) -> Fields {
    let mut out = Fields::new();
    out.set("say", step.say.as_str());
    out.set("clause", text(&step.clause));
    out.set("wanted", step.wanted);
    out.set("now", step.now.as_ref().map(reading));
    out.set("hidden", names(&step.hidden));
    out.set("place", place(&step.place));
    out
}

fn risk(risk: &RiskExplained) -> Fields {
    let mut out = Fields::new();
    out.set("score", risk.score);
    out.set("level", risk.level.map(RiskLevel::as_str));
    out.set("factors", list(&risk.factors, factor));
    out.set("levels", list(&risk.levels, level));
    out
}

fn factor(factor: &FactorExplained) -> Fields {
    let mut out = Fields::new();
    out.set("name", factor.name.clone());
    out.set("share", factor.share);
    out.set("formula", text(&factor.formula));
    out.set("readings", list(&factor.readings, reading));
    out
}

fn level(level: &LevelExplained) -> Fields {
    let mut out = Fields::new();
    out.set("level", level.level.as_str());
    out.set("at", level.at);
    out.set("reached", level.reached);
    out.set("effects", phrases(&level.effects));
    out.set("place", place(&level.place));
    out
}

fn field(field: &FieldExplained) -> Fields {
    let mut out = Fields::new();
    out.set("field", field.field.clone());
    out.set("access", field.access.as_str());
    out.set("source", field.source.as_str());
    out
}
