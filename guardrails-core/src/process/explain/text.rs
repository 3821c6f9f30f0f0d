//! An explanation as text for people: what came of it, why, what would have to change, and what
//! nearly mattered. Fits 100 columns.

use std::fmt;

use super::page::{Page, columns};
use super::rows::{now, read, rows};
use crate::diagnostic::{Language, Phrase, Place};
use crate::explanation::{
    Explanation, FactorExplained, LevelExplained, Refusal, Remedy, RiskExplained, RuleExplained,
    Searched, Standing, Step,
};
use crate::outcome_kind::OutcomeKind;
use crate::phrase;
use crate::risk::RiskLevel;

pub use super::page::Marks;

impl Explanation {
    /// The explanation as text for people.
    #[must_use]
    pub fn to_text(&self, language: Language, marks: Marks) -> String {
        let mut page = Page::new(language, marks);
        self.write_outcome(&mut page);
        self.write_rules(&mut page);
        self.write_remedies(&mut page);
        self.write_near(&mut page);
        if let Some(risk) = &self.risk {
            write_risk(&mut page, risk);
        }
        self.write_fields(&mut page);
        page.out.truncate(page.out.trim_end().len());
        page.out
    }

    fn write_outcome(&self, page: &mut Page) {
        let chain = &self.chains.to_string();
        let outcome = match self.outcome {
            OutcomeKind::Allow => phrase!("allowed" | "允许"),
            OutcomeKind::NeedsApproval => {
                phrase!("needs approval by {chain}" | "须经 {chain} 审批", chain)
            }
            OutcomeKind::Deny => phrase!("denied" | "拒绝"),
        };
        page.say(0, &outcome);
        let mut told: Vec<&Refusal> = Vec::new();
        for reason in &self.reasons {
            let because = reason.to_string();
            page.say(
                2,
                &phrase!("because {because}" | "原因：{because}", because),
            );
            let refusal = self.refusals.iter().find(|refusal| {
                *refusal.code == *reason.code() && refusal.message == reason.without_values()
            });
            if let Some(refusal) = refusal.filter(|refusal| !told.contains(refusal)) {
                told.push(refusal);
                write_refusal(page, refusal);
            }
        }
    }

    fn write_rules(&self, page: &mut Page) {
        if self.rules.is_empty() {
            return;
        }
        page.heading(&phrase!("rules that apply" | "适用的规则"));
        self.rules.iter().for_each(|rule| write_rule(page, rule));
    }

    fn write_near(&self, page: &mut Page) {
        if !self.near_misses.is_empty() {
            let untold = |rule: &RuleExplained| rule.standing == Standing::Untold;
            page.heading(&match self.near_misses.iter().any(untold) {
                false => phrase!("near misses: rules that do not apply" | "险些适用的规则"),
                true => phrase!(
                    "near misses: rules that do not apply, or of which that is not told"
                        | "险些适用或不便告知是否适用的规则"
                ),
            });
            self.near_misses
                .iter()
                .for_each(|rule| write_rule(page, rule));
        }
        let count = self.further;
        match (count, self.near_misses.is_empty()) {
            (0, _) => {}
            (_, true) => {
                let one = phrase!("1 rule does not apply" | "有 1 条规则不适用");
                let more = phrase!(
                    "{count} rules do not apply" | "有 {count} 条规则不适用",
                    count
                );
                page.heading(if count == 1 { &one } else { &more });
            }
            (_, false) => {
                let one = phrase!("and 1 more rule does not apply" | "另有 1 条规则不适用");
                let more = phrase!(
                    "and {count} more rules do not apply" | "另有 {count} 条规则不适用",
                    count
                );
                page.say(2, if count == 1 { &one } else { &more });
            }
        }
    }

    fn write_remedies(&self, page: &mut Page) {
        let Some(first) = self.remedies.first() else {
            if self.searched == Searched::Cut {
                page.heading(&phrase!(
                    "what would have to change: more than can be told in a few clauses"
                        | "须改变之处过多，无法以少数条件说明"
                ));
            }
            return;
        };
        let besides = !self.refusals.is_empty();
        let heading = match (self.remedies.len(), first.steps.len()) {
            (1, _) if besides => phrase!("what would have to change besides" | "此外须改变之处"),
            (_, _) if besides => phrase!(
                "what would have to change besides: any one of these"
                    | "此外须改变之处（任选其一）"
            ),
            (1, 1) => phrase!("what would have to change" | "须改变之处"),
            (1, _) => phrase!("what would have to change, all of it" | "须改变之处（全部）"),
            _ => phrase!("what would have to change: any one of these" | "须改变之处（任选其一）"),
        };
        page.heading(&heading);
        for (at, remedy) in self.remedies.iter().enumerate() {
            let number = at.saturating_add(1);
            let text = remedy_text(remedy, page.language);
            match self.remedies.len() {
                1 => page.line(2, &text),
                _ => page.line(2, &format!("{number}. {text}")),
            }
        }
        if self.searched == Searched::Cut {
            page.say(
                2,
                &phrase!(
                    "(there may be a smaller way: the search was cut short)"
                        | "（搜索已提前结束，或有更小的改动）"
                ),
            );
        }
    }

    fn write_fields(&self, page: &mut Page) {
        if self.fields.is_empty() {
            return;
        }
        page.heading(&phrase!(
            "fields you do not see as they are" | "不能完整查看的字段"
        ));
        let widest = |width: fn(&crate::explanation::FieldExplained) -> usize| {
            self.fields.iter().map(width).max().unwrap_or(0)
        };
        let (names, accesses) = (
            widest(|field| columns(&field.field)),
            widest(|field| columns(&field.access)),
        );
        for field in &self.fields {
            let name_gap = names
                .saturating_sub(columns(&field.field))
                .saturating_add(3);
            let gap = accesses
                .saturating_sub(columns(&field.access))
                .saturating_add(3);
            page.line(
                2,
                &format!(
                    "{}{}{}{}{}",
                    field.field,
                    " ".repeat(name_gap),
                    field.access,
                    " ".repeat(gap),
                    field.source
                ),
            );
        }
    }
}

/// Who refused, and what would pass.
fn write_refusal(page: &mut Page, refusal: &Refusal) {
    let (source, remedy) = (&refusal.source, &refusal.remedy);
    // A place that stands in the reason already is not told again.
    if !source.is_empty() && refusal.code.starts_with("FIELD") {
        page.say(
            4,
            &phrase!("who says so: {source}" | "依据：{source}", source),
        );
    }
    if !remedy.is_empty() {
        page.say(
            4,
            &phrase!("what would pass: {remedy}" | "可行的做法：{remedy}", remedy),
        );
    }
}

fn write_rule(page: &mut Page, rule: &RuleExplained) {
    page.say(2, &title(rule));
    if let Some(condition) = &rule.condition {
        let rows = rows(condition, page.language);
        page.tree(4, &rows);
    }
}

/// `max_discount (sales.guard:40): require approval discount_chain`.
fn title(rule: &RuleExplained) -> Phrase {
    let name = match &rule.row {
        Some((table, row)) => {
            phrase!(
                "row {row} of table {table}" | "表 {table} 第 {row} 行",
                row,
                table
            )
        }
        None => Phrase::both(rule.rule.to_string(), rule.rule.to_string()),
    };
    let place = place(&rule.place);
    let effects = effects(&rule.effects);
    let title = match &rule.standing {
        Standing::Held => phrase!(
            "{name}{place}: {effects}" | "{name}{place}：{effects}",
            name,
            place,
            effects
        ),
        Standing::Unknown => phrase!(
            "{name}{place} cannot be known, and so applies: {effects}"
                | "{name}{place} 无法判定，因此适用：{effects}",
            name,
            place,
            effects
        ),
        Standing::NotHeld => phrase!(
            "{name}{place} would {effects}" | "{name}{place} 本会：{effects}",
            name,
            place,
            effects
        ),
        Standing::Untold => phrase!(
            "{name}{place} may apply, which turns on what you may not see: {effects}"
                | "{name}{place} 是否适用取决于无权查看的内容：{effects}",
            name,
            place,
            effects
        ),
        Standing::PassedOver => phrase!(
            "{name}{place} is passed over for an earlier row"
                | "{name}{place} 因前面的行已命中而略过",
            name,
            place
        ),
        Standing::Inert(why) => phrase!(
            "{name}{place} is {why}, and would {effects}" | "{name}{place} {why}，否则：{effects}",
            name,
            place,
            why,
            effects
        ),
    };
    if rule.shadow {
        return phrase!(
            "{title} (in shadow, without effect)" | "{title}（影子规则，不生效）",
            title
        );
    }
    title
}

fn place(place: &Place) -> String {
    match place.is_known() {
        true => format!(" ({place})"),
        false => String::new(),
    }
}

fn effects(effects: &[Phrase]) -> Phrase {
    let joined = |language, separator| {
        let texts: Vec<&str> = effects.iter().map(|effect| effect.text(language)).collect();
        texts.join(separator)
    };
    Phrase::both(
        joined(Language::English, ", "),
        joined(Language::Chinese, "，"),
    )
}

fn remedy_text(remedy: &Remedy, language: Language) -> String {
    let steps: Vec<String> = remedy
        .steps
        .iter()
        .map(|step| step_text(step, language))
        .collect();
    steps.join(phrase!("; and " | "；并且").text(language))
}

fn step_text(step: &Step, language: Language) -> String {
    let say = step.say.text(language);
    match &step.now {
        None => say.to_owned(),
        Some(reading) => {
            let now = now(reading);
            phrase!("{say} ({now})" | "{say}（{now}）", say, now)
                .text(language)
                .to_owned()
        }
    }
}

fn write_risk(page: &mut Page, risk: &RiskExplained) {
    let score = risk.score.map(|score| score.normalize());
    page.heading(&match (score, risk.level.map(RiskLevel::as_str)) {
        (Some(score), Some(level)) => phrase!(
            "risk {score} {level}" | "风险 {score} {level}",
            score,
            level
        ),
        (_, Some(level)) => phrase!(
            "risk {level}, by a score that depends on what you may not see"
                | "风险 {level}（分值取决于无权查看的内容）",
            level
        ),
        (_, None) => phrase!(
            "risk, by a score that depends on what you may not see"
                | "风险（分值取决于无权查看的内容）"
        ),
    });
    for factor in &risk.factors {
        let text = factor_text(factor, page.language);
        page.line(2, &text);
    }
    for level in &risk.levels {
        page.say(2, &level_text(level));
    }
}

fn factor_text(factor: &FactorExplained, language: Language) -> String {
    let name = &factor.name;
    let Some(share) = factor.share else {
        let hidden = phrase!(
            "{name} depends on what you may not see" | "{name} 取决于无权查看的内容",
            name
        );
        return hidden.text(language).to_owned();
    };
    let readings: Vec<String> = factor
        .readings
        .iter()
        .map(|reading| read(reading).text(language).to_owned())
        .collect();
    let readings = match readings.is_empty() {
        true => String::new(),
        false => format!("   {}", readings.join(", ")),
    };
    match factor.formula.as_str() {
        "" => format!("{name} {}", share.normalize()),
        formula => format!("{name} {} = {formula}{readings}", share.normalize()),
    }
}

fn level_text(level: &LevelExplained) -> Phrase {
    let (name, at) = (level.level.as_str(), level.at.normalize());
    let effects = effects(&level.effects);
    let Some(reached) = level.reached else {
        return phrase!(
            "{name} from {at}: depends on what you may not see"
                | "{name} 自 {at} 起：取决于无权查看的内容",
            name,
            at
        );
    };
    match (reached, level.effects.is_empty()) {
        (true, true) => phrase!(
            "{name} from {at}: reached" | "{name} 自 {at} 起：已达到",
            name,
            at
        ),
        (false, true) => {
            phrase!(
                "{name} from {at}: not reached" | "{name} 自 {at} 起：未达到",
                name,
                at
            )
        }
        (true, false) => phrase!(
            "{name} from {at}: reached, {effects}" | "{name} 自 {at} 起：已达到，{effects}",
            name,
            at,
            effects
        ),
        (false, false) => phrase!(
            "{name} from {at}: not reached, would {effects}"
                | "{name} 自 {at} 起：未达到，本会{effects}",
            name,
            at,
            effects
        ),
    }
}

impl fmt::Display for Explanation {
    /// In English, with symbols; [`Explanation::to_text`] has the choice.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(Language::English, Marks::Symbols))
    }
}
