//! Our Casbin model, fixed: requests, lines, roles per tenant, effect and matcher.
//!
//! It is a constant on purpose. A model that came from outside could name an effect that Casbin
//! does not know (which panics when first asked), call `eval` on the text of a line (which can
//! hang), or lose the dots of a string literal (Casbin rewrites `r.` and `p.` inside them). None
//! of these can be written here by anybody but us, and a test loads it.

/// The model as Casbin reads it.
///
/// - A line's domain or skill may be `*`: every tenant, every skill. Nothing else is a pattern.
/// - `g` has no domain matching function, so a role is inherited in exactly the tenant named.
/// - `act` is always `use`. With no line at all Casbin tries the matcher once with empty values;
///   that `act` is never empty is what makes the answer no.
pub(super) const MODEL: &str = r#"
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
