//! Who sees a field, in words: what analysis makes of the policy, or, while the policy has mistakes, what
//! its grants say as they are written.
//!
//! Bounded in what it asks and in what it says, since an editor waits for it.

use std::collections::BTreeMap;

use guardrails_core::data::{Access, Mask};
use guardrails_core::policy::{Policy, Type, WriteScope};
use guardrails_core::{Name, Phrase, Place, phrase};

use super::Service;
use super::describe::{grants, joined, slice};
use crate::analyse::{Answer, Context, Sight, Sights, who_can_write_within};
use crate::ast::{ClauseKind, Fields, Grant, Ident};

/// Steps of analysis for one field.
const STEPS: usize = 40_000;
/// Roles in a context that are looked at.
const LOOKED_AT: usize = 24;
/// Fields around a nested one that are told of.
const AROUND: usize = 3;
/// Characters of an example.
const EXAMPLE: usize = 240;
/// Places that are named for one way of seeing.
const PLACES: usize = 3;

/// Markdown about a field of an entity.
pub(super) fn who_sees(service: &Service, entity: &Name, field: &Name) -> Phrase {
    let mut parts = match &service.policy {
        Some(policy) => analysed(policy, entity, field),
        None => vec![as_written(service, entity, field)],
    };
    parts.extend(match &service.policy {
        Some(policy) => who_writes(policy, entity, field),
        None => who_writes_as_written(service, entity, field),
    });
    joined(&parts, "\n\n")
}

/// What analysis knows of the field by itself, and as a part of others.
fn analysed(policy: &Policy, entity: &Name, field: &Name) -> Vec<Phrase> {
    let before = phrase!(
        "Who can see this, before permission tables, decision tables, scripts and dated rules narrow it:"
            | "谁能看到它（权限表、决策表、脚本和有期限的规则还可能收窄）："
    );
    let mut parts = vec![match seen(policy, entity, field) {
        Some(list) => joined(&[before, list], "\n"),
        None => phrase!(
            "No grant is about `{entity}` itself: the permission tables alone say who sees it."
                | "没有针对 `{entity}` 本身的授权：谁能看到它只由权限表决定。",
            entity
        ),
    }];
    for (outer, around) in holders(policy, entity).into_iter().take(AROUND) {
        let path = format!("{around}.{field}");
        if let Some(list) = seen(policy, &outer, &path) {
            let as_part = phrase!(
                "As `{outer}.{path}`:" | "作为 `{outer}.{path}`：",
                outer,
                path
            );
            parts.push(joined(&[as_part, list], "\n"));
        }
    }
    parts
}

/// Fields that hold an entity, or a list of it.
fn holders(policy: &Policy, entity: &Name) -> Vec<(Name, Name)> {
    let holds = |ty: &Type| match ty {
        Type::Entity(name) => name == entity,
        Type::List(item) => matches!(&**item, Type::Entity(name) if name == entity),
        _ => false,
    };
    let fields = policy.entities.iter().flat_map(|(name, outer)| {
        let fields = outer.fields.iter().filter(|field| holds(&field.ty));
        fields.map(|field| (name.clone(), field.name.clone()))
    });
    fields.collect()
}

/// A list of who sees it; none where no grant is about the entity.
fn seen(policy: &Policy, entity: &str, field: &str) -> Option<Phrase> {
    let mut all = Sights::new(policy, entity, field).within(STEPS);
    let looked: Vec<Vec<Sight>> = all.by_ref().take(LOOKED_AT).collect();
    let whole = all.len() == 0;
    let hidden = |ways: &Vec<Sight>| ways.iter().all(|way| way.access == Access::Hidden);
    if looked.is_empty() {
        return None;
    }
    if whole && looked.iter().all(hidden) {
        return Some(phrase!(
            "- nobody's AI: no grant shows it" | "- 任何人的 AI 都不能：没有授权显示它"
        ));
    }
    let by_role = looked.chunk_by(|a, b| role(a) == role(b));
    let mut lines: Vec<Phrase> = by_role.flat_map(of_role).collect();
    if !whole {
        lines.push(phrase!(
            "- and more roles, which are not looked at here" | "- 还有更多角色，这里没有逐一查看"
        ));
    }
    Some(joined(&lines, "\n"))
}

fn role(ways: &[Sight]) -> Option<&Name> {
    ways.first().map(|way| &way.role)
}

/// One role in each context; all contexts together where they make no difference.
fn of_role(contexts: &[Vec<Sight>]) -> Vec<Phrase> {
    let always = |ways: &[Sight]| match ways {
        [only] => Some(only.access.clone()),
        _ => None,
    };
    let first = contexts.first().map_or(&[][..], Vec::as_slice);
    let same = always(first).is_some() && contexts.iter().all(|ways| always(ways) == always(first));
    if same || contexts.len() == 1 {
        return in_context(first, &Phrase::default());
    }
    let lines = contexts.iter().flat_map(|ways| {
        let context = match ways.first().map(|way| &way.context) {
            Some(Context::Named(name)) => {
                phrase!(" for ai `{name}`" | "（AI 场景 `{name}`）", name)
            }
            _ => phrase!(" for any other ai" | "（其他 AI 场景）"),
        };
        in_context(ways, &context)
    });
    lines.collect()
}

/// One role in one context.
fn in_context(ways: &[Sight], context: &Phrase) -> Vec<Phrase> {
    let role = role(ways).map_or("", |role| role);
    if let [only] = ways {
        let (access, places) = (access(&only.access), places(&only.because));
        return vec![phrase!(
            "- `{role}`{context}: always {access}{places}"
                | "- `{role}`{context}：始终{access}{places}",
            role,
            context,
            access,
            places
        )];
    }
    let mut lines = vec![phrase!(
        "- `{role}`{context}:" | "- `{role}`{context}：",
        role,
        context
    )];
    lines.extend(ways.iter().map(way));
    lines
}

fn way(sight: &Sight) -> Phrase {
    let (access, places) = (access(&sight.access), places(&sight.because));
    match &sight.answer {
        Answer::Example(example) => {
            let example = quoted(&example.to_string());
            phrase!(
                "  - {access}{places}, as in {example}" | "  - {access}{places}，例如 {example}",
                access,
                places,
                example
            )
        }
        Answer::CannotTell(unclear) => {
            let why = &unclear.why;
            phrase!(
                "  - perhaps {access}{places}: cannot tell, since {why}"
                    | "  - 可能{access}{places}：无法判定，因为{why}",
                access,
                places,
                why
            )
        }
        Answer::Never => Phrase::default(),
    }
}

fn access(access: &Access) -> Phrase {
    match access {
        Access::Read => phrase!("readable" | "可读"),
        Access::Masked(mask) => {
            phrase!("masked with {mask}" | "以 {mask} 脱敏", mask = mask.name())
        }
        Access::Hidden => phrase!("hidden" | "隐藏"),
    }
}

/// ` (rules.guard:5)`
fn places(places: &[Place]) -> Phrase {
    let known = places.iter().filter(|place| place.is_known());
    let mut named: Vec<String> = known
        .map(|place| format!("{}:{}", place.file, place.line))
        .collect();
    named.dedup();
    let more = if named.len() > PLACES { ", …" } else { "" };
    named.truncate(PLACES);
    if named.is_empty() {
        return Phrase::default();
    }
    let named = named.join(", ");
    Phrase::both(format!(" ({named}{more})"), format!("（{named}{more}）"))
}

/// As code, and not too long.
fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(EXAMPLE).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    if shown.contains('`') {
        format!("`` {shown} ``")
    } else {
        format!("`{shown}`")
    }
}

/// Roles that may write the field, as analysis knows.
fn who_writes(policy: &Policy, entity: &Name, field: &Name) -> Option<Phrase> {
    let writers = who_can_write_within(policy, entity, field, STEPS);
    let mut roles: Vec<(String, bool)> = Vec::new();
    for of_role in writers.chunk_by(|a, b| a.role == b.role) {
        let contexts = Sights::new(policy, entity, field).contexts();
        let is_always = of_role.len() == contexts && of_role.iter().all(|own| own.is_always);
        let scope = of_role.iter().map(|own| own.scope).max();
        let role = of_role.first().map_or("", |own| &own.role);
        roles.push((with_scope(format!("`{role}`"), scope), is_always));
    }
    let named = |always: bool| -> Vec<String> {
        let roles = roles.iter().filter(|(_, is_always)| *is_always == always);
        roles.map(|(role, _)| role.clone()).collect()
    };
    let (always, sometimes) = (named(true), named(false));
    let lines = [
        (!always.is_empty()).then(|| {
            Phrase::both(
                format!("Always writable by {}.", always.join(", ")),
                format!("{}始终可写。", chinese(&always)),
            )
        }),
        (!sometimes.is_empty()).then(|| {
            Phrase::both(
                format!("Writable in some cases by {}.", sometimes.join(", ")),
                format!("{}在部分情况下可写。", chinese(&sometimes)),
            )
        }),
    ];
    let lines: Vec<Phrase> = lines.into_iter().flatten().collect();
    (!lines.is_empty()).then(|| joined(&lines, " "))
}

/// Roles that some grant lets write the field, and those that may do so beyond the row scope, while the policy
/// has mistakes.
fn who_writes_as_written(service: &Service, entity: &Name, field: &Name) -> Option<Phrase> {
    let mut granted: BTreeMap<String, WriteScope> = BTreeMap::new();
    for grant in about(service, entity) {
        let scopes = grant
            .clauses
            .iter()
            .filter_map(|clause| match &clause.kind {
                ClauseKind::Write(fields, scope) if covers(fields, field) => Some(*scope),
                _ => None,
            });
        let Some(scope) = scopes.max() else { continue };
        for role in roles(&grant.roles) {
            let widest = granted.entry(role).or_insert(scope);
            *widest = scope.max(*widest);
        }
    }
    let named = granted.into_iter();
    let named = named.map(|(role, scope)| with_scope(role, Some(scope)));
    let named: Vec<String> = named.collect();
    (!named.is_empty()).then(|| {
        Phrase::both(
            format!("Granted to write: {}.", named.join(", ")),
            format!("授予写权限：{}。", chinese(&named)),
        )
    })
}

/// A role, and that it may write beyond the row scope.
fn with_scope(role: String, scope: Option<WriteScope>) -> String {
    match scope {
        Some(WriteScope::Beyond) => format!("{role} (`beyond scope`)"),
        Some(WriteScope::Within) | None => role,
    }
}

/// The same as a list in Chinese.
fn chinese(roles: &[String]) -> String {
    let roles = roles.join("、");
    roles.replace(" (`beyond scope`)", "（`beyond scope`）")
}

/// What each grant gives of a field: the strictest of its clauses.
fn as_written(service: &Service, entity: &Name, field: &Name) -> Phrase {
    let mut lines = vec![phrase!(
        "The policy has mistakes, so who can see this is not worked out. Its grants, as they are written:"
            | "策略有错误，因此没有推算谁能看到它。以下是授权的原文："
    )];
    for grant in about(service, entity) {
        let Some(seen) = given(service, grant, field) else {
            continue;
        };
        let named = roles(&grant.roles);
        let mut line = joined(
            &[
                Phrase::both(
                    format!("- {}: ", named.join(", ")),
                    format!("- {}：", named.join("、")),
                ),
                seen,
            ],
            "",
        );
        if !grant.contexts.is_empty() {
            let contexts: Vec<&str> = grant.contexts.iter().map(|text| &*text.text).collect();
            let contexts = contexts.join(", ");
            line = phrase!(
                "{line}, for ai {contexts}" | "{line}，AI 场景 {contexts}",
                line,
                contexts
            );
        }
        if let Some(scope) = &grant.scope {
            let scope = slice(service, scope.span);
            line = phrase!(
                "{line}, where `{scope}`" | "{line}，其中 `{scope}`",
                line,
                scope
            );
        }
        lines.push(line);
    }
    if lines.len() == 1 {
        lines.push(phrase!("- none shows it" | "- 没有授权显示它"));
    }
    joined(&lines, "\n")
}

fn given(service: &Service, grant: &Grant, field: &Name) -> Option<Phrase> {
    let mut best: Option<(u8, Phrase)> = None;
    for clause in &grant.clauses {
        let Some((rank, mut said)) = said(&clause.kind, field) else {
            continue;
        };
        if let Some(when) = &clause.when {
            let when = slice(service, when.span);
            said = phrase!("{said} when `{when}`" | "`{when}` 时{said}", said, when);
        }
        if best.as_ref().is_none_or(|(known, _)| rank >= *known) {
            best = Some((rank, said));
        }
    }
    best.map(|(_, said)| said)
}

/// What a clause makes of a field, and how strict that is.
fn said(kind: &ClauseKind, field: &Name) -> Option<(u8, Phrase)> {
    match kind {
        ClauseKind::Hide(fields) if covers(fields, field) => {
            Some((Access::Hidden.strictness(), access(&Access::Hidden)))
        }
        ClauseKind::Mask(maskings) => {
            let mut from = maskings
                .iter()
                .skip_while(|masking| !covers(&masking.fields, field))
                .peekable();
            from.peek()?;
            // A field without a mask of its own shares the next one's.
            let mask = from.find_map(|masking| masking.mask.as_ref());
            let mask = mask.map_or("default", |mask| &*mask.name.text);
            let strictness = Mask::from_word(mask).map_or(0, |mask| mask.strictness());
            Some((
                strictness,
                phrase!("masked with {mask}" | "以 {mask} 脱敏", mask),
            ))
        }
        ClauseKind::Read(fields) | ClauseKind::Write(fields, _) if covers(fields, field) => {
            Some((Access::Read.strictness(), access(&Access::Read)))
        }
        _ => None,
    }
}

fn covers(fields: &Fields, field: &Name) -> bool {
    match fields {
        Fields::Named(paths) => paths
            .iter()
            .any(|path| path.parts.first().is_some_and(|part| part.text == *field)),
        Fields::AllExcept(paths, _) => !paths.iter().any(|path| path.joined() == *field),
    }
}

fn about<'s>(service: &'s Service, entity: &'s Name) -> impl Iterator<Item = &'s Grant> {
    grants(service).filter(|grant| grant.entity.text == *entity)
}

fn roles(written: &[Ident]) -> Vec<String> {
    let roles = written.iter().map(|role| format!("`{}`", role.text));
    roles.collect()
}
