//! One file per peer: how it is given the question, and how it is asked.

pub mod article;
pub mod casbin;
pub mod cedar;
pub mod cel;
pub mod rego;
pub mod rhai;
pub mod zen;

/// `name version`, as this build has it.
pub fn named(name: &str) -> String {
    let lock = include_str!("../../Cargo.lock");
    let entry = format!("name = \"{name}\"\nversion = \"");
    let version = lock
        .split(&entry)
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    format!("{name} {}", version.unwrap_or("?"))
}
