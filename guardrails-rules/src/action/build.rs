//! Takes away what differs between one build of Rhai and another, so that a script that one accepts is
//! accepted by all, and takes no longer.
//!
//! Which features Rhai has is up to the whole program, and some of its methods are not there with some of
//! them. No feature of ours can say which, so whatever is found under a method's name is called, and traits
//! of this file stand in for what Rhai does not have: its own come before them.

use rhai::Engine;

/// Sets Rhai's limit of nesting and its optimizer aside.
///
/// The limit is 32 levels or 64 of Rhai's counting, by profile, and none with `unchecked`; scripts are held to
/// `action_depth` before they come here. The optimizer, which is not there with `no_optimize`, takes twice
/// the time for each level of nesting.
pub(super) fn level(engine: &mut Engine) {
    Engine::set_max_expr_depths.lift(engine);
    {
        // Rhai's type where there is one, since an inner scope comes first; else that of this file.
        #[allow(unused_imports, reason = "Rhai may have no optimizer")]
        use rhai::*;
        engine.set_optimization_level(OptimizationLevel::None);
    }
}

/// `set_max_expr_depths` has two parameters, and one with `no_function`.
trait DepthLimit<Parameters> {
    fn lift(self, engine: &mut Engine);
}

impl<F> DepthLimit<(usize, usize)> for F
where
    F: for<'e> Fn(&'e mut Engine, usize, usize) -> &'e mut Engine,
{
    fn lift(self, engine: &mut Engine) {
        self(engine, 0, 0);
    }
}

impl<F> DepthLimit<(usize,)> for F
where
    F: for<'e> Fn(&'e mut Engine, usize) -> &'e mut Engine,
{
    fn lift(self, engine: &mut Engine) {
        self(engine, 0);
    }
}

/// The level of a Rhai without an optimizer.
#[allow(dead_code, reason = "used only where Rhai has no optimizer")]
enum OptimizationLevel {
    None,
}

/// What Rhai does not have with `unchecked` and with `no_optimize`.
#[allow(dead_code, reason = "used only where Rhai has no such methods")]
trait Missing {
    fn set_max_expr_depths(&mut self, levels: usize) -> &mut Self;
    fn set_optimization_level(&mut self, level: OptimizationLevel) -> &mut Self;
}

impl Missing for Engine {
    fn set_max_expr_depths(&mut self, _levels: usize) -> &mut Self {
        self
    }

    fn set_optimization_level(&mut self, _level: OptimizationLevel) -> &mut Self {
        self
    }
}
