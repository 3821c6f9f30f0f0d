//! Casbin: its own interpreter, and its cache of past answers. The model is the one we run.

use std::future::Future;

use casbin::{CachedEnforcer, CoreApi, DefaultModel, Enforcer, StringAdapter};

use crate::skills::{Case, LEAD, TENANT};

const MODEL: &str = r#"
[request_definition]
r = sub, dom, skill, act

[policy_definition]
p = sub, dom, skill, act, eft

[role_definition]
g = _, _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = g(r.sub, p.sub, r.dom) && (p.dom == "*" || p.dom == r.dom) && (p.skill == "*" || p.skill == r.skill) && r.act == p.act
"#;

/// Interprets the matcher for each line, each time.
pub fn plain(case: &Case) -> impl FnMut(usize) -> bool + use<> {
    asking(case, made(case, |model, lines| Enforcer::new(model, lines)))
}

/// Answers what it was asked before from its cache.
pub fn cached(case: &Case) -> impl FnMut(usize) -> bool + use<> {
    asking(
        case,
        made(case, |model, lines| CachedEnforcer::new(model, lines)),
    )
}

fn made<E, F>(case: &Case, make: impl FnOnce(DefaultModel, StringAdapter) -> F) -> E
where
    F: Future<Output = casbin::Result<E>>,
{
    let mut lines = String::new();
    for line in &case.lines {
        lines += &format!("p, {}, {TENANT}, {}, use, allow\n", line.role, line.skill);
    }
    lines += &format!("g, {LEAD}, {}, {TENANT}\n", case.led());
    wait(async {
        let model = DefaultModel::from_str(MODEL).await?;
        make(model, StringAdapter::new(lines)).await
    })
    .expect("casbin takes the lines")
}

fn asking<E: CoreApi>(case: &Case, enforcer: E) -> impl FnMut(usize) -> bool + use<E> {
    let questions: Vec<(String, String)> = case
        .questions
        .iter()
        .map(|question| (question.role.to_string(), question.skill.clone()))
        .collect();
    move |at| {
        let (role, skill) = &questions[at];
        let request = (role.as_str(), TENANT, skill.as_str(), "use");
        enforcer.enforce(request).expect("casbin answers")
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(future)
}
