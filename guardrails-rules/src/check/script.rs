//! The door to scripts of `do { … }`.

use std::sync::Arc;

use guardrails_core::policy::{Action, Entity};
use guardrails_core::{Diagnostic, Name, phrase};

use super::context::Context;
use crate::action;
use crate::ast::Script;
use crate::codes;

/// Compiles a script over the entity's fields and the bundle's approval chains.
pub(super) fn compile(
    cx: &Context<'_>,
    script: &Script,
    entity: &Entity,
) -> Result<Arc<dyn Action>, Vec<Diagnostic>> {
    if script.text.trim().is_empty() {
        let message = phrase!("this script is empty" | "这个脚本是空的");
        return Err(vec![
            cx.error(codes::INCOMPLETE, script.span, message)
                .help(phrase!(
                    "say what follows, or remove `do`" | "写出效果，或者删去 `do`"
                )),
        ]);
    }
    let chains: Vec<Name> = cx.symbols.chains.keys().cloned().collect();
    action::compile(&script.text, &cx.place(script.span), entity, &chains)
}
