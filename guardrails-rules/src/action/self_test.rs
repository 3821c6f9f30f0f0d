//! Proves the properties of the door on the build it runs in.
//!
//! Cargo unifies features: another crate of the user's build may switch on Rhai features that make
//! plain arithmetic wrap or panic, or bring functions and floats back. No test of ours can know that
//! build; so the guard asks each property at start-up, through the whole door and at the bare engine
//! behind it.

use std::panic::resume_unwind;
use std::sync::Arc;

use guardrails_core::policy::Entity;
use guardrails_core::{Diagnostic, Error, ErrorKind, Name, Place, Result};
use rhai::Dynamic;

use super::fault::{EFFECT_LIMIT, Fault, TEXT_LIMIT};
use super::script::Door;

/// One property, and the probe that finds out whether it holds.
pub(super) struct Check {
    /// The property, as a sentence that ends with what is wrong when it does not hold.
    pub(super) property: &'static str,
    pub(super) probe: fn(&Arc<Door>) -> Probed,
}

/// Nothing, or what was seen instead.
type Probed = std::result::Result<(), String>;

/// Every property.
pub(super) const CHECKS: &[Check] = &[
    Check {
        property: "loops are refused",
        probe: |door| {
            refused(
                door,
                &[
                    "while true {}",
                    "loop {}",
                    "for x in 9 {}",
                    "do {} while true",
                    "do {} until false",
                ],
            )
        },
    },
    Check {
        property: "functions and closures are refused",
        probe: |door| {
            // Where Rhai knows closures, the engine must not be able to call one.
            refused_by_checks(door, "let f = || 1;")?;
            refused(
                door,
                &[
                    "fn f() { }",
                    "let f = || 1; f.call()",
                    "let f = Fn(\"min\");",
                    "call(1)",
                ],
            )
        },
    },
    Check {
        property: "nothing outside is reached",
        probe: |door| {
            refused(
                door,
                &[
                    "import \"x\" as y;",
                    "eval(\"1\");",
                    "print(\"x\");",
                    "debug(\"x\");",
                ],
            )
        },
    },
    Check {
        property: "scripts cannot sleep",
        probe: |door| {
            refused_by_checks(door, "sleep(0);")?;
            fails(door, "sleep(0)")
        },
    },
    Check {
        property: "scripts raise and catch nothing",
        probe: |door| refused(door, &["throw 1;", "try { } catch { }"]),
    },
    Check {
        property: "interpolated texts are refused",
        probe: |door| refused_by_checks(door, "let x = `${1}`;"),
    },
    Check {
        property: "decimals are exact",
        probe: |door| {
            holds(door, "2.5 * 4 == 10")?;
            holds(door, "0.1 + 0.2 == 0.3")?;
            holds(door, "3000000000 + 0.01 == 3000000000.01")?;
            holds(door, "1 / 4 == 0.25")?;
            holds(door, "to_text(10.00) == \"10.00\"")
        },
    },
    Check {
        property: "overflow is an error",
        probe: |door| {
            for sign in ["+", "*"] {
                let most = "79228162514264337593543950335";
                faults(door, &format!("let x = {most} {sign} {most};"), "too large")?;
                faults(
                    door,
                    &format!("let x = {most}; x {sign}= {most};"),
                    "too large",
                )?;
            }
            faults(
                door,
                "let x = -79228162514264337593543950335 - 1;",
                "too large",
            )
        },
    },
    Check {
        property: "division by zero is an error",
        probe: |door| {
            for script in ["let x = 1 / 0;", "let x = 1 % 0;", "let x = 1; x /= 0;"] {
                faults(door, script, "division by zero")?;
            }
            fails(door, "1 / 0")
        },
    },
    Check {
        property: "whole numbers do not wrap",
        probe: |door| {
            gives(door, "2147483647 + 1", "2147483648")?;
            gives(door, "let x = 2147483647; x += 1; x", "2147483648")
        },
    },
    Check {
        property: "values of different types are not compared",
        probe: |door| {
            // Through variables, since an optimizer would fold two literals by itself.
            fails(door, "let x = 1; let y = \"1\"; x == y")?;
            fails(door, "let x = true; let y = false; x < y")
        },
    },
    Check {
        property: "texts do not grow without bound",
        probe: |door| {
            let text = "x".repeat(1000);
            let script = format!("let x = \"{text}\"; x += x; x += x; x += x; x += x;");
            faults(door, &script, &format!("`action_text` of {TEXT_LIMIT}"))
        },
    },
    Check {
        property: "effects do not grow without bound",
        probe: |door| {
            let script = "notify(\"x\");".repeat(EFFECT_LIMIT + 1);
            faults(door, &script, "`action_effects`")
        },
    },
    Check {
        property: "long scripts are refused",
        probe: |door| refused_by_checks(door, &" ".repeat(5000)),
    },
    Check {
        property: "deep scripts are refused",
        probe: |door| {
            let sum = format!("let x = 1{};", "+1".repeat(100));
            let nested = format!("let x = {}1{};", "(".repeat(100), ")".repeat(100));
            let unary = format!("let x = {}1;", "-(".repeat(100));
            let blocks = format!("{}{}", "{".repeat(100), "}".repeat(100));
            let chain = format!("if true {{}}{}", " else if true {}".repeat(100));
            [sum, nested, unary, blocks, chain]
                .iter()
                .try_for_each(|script| refused_by_checks(door, script))
        },
    },
    Check {
        property: "a panic inside stays inside",
        probe: panic_stays_inside,
    },
];

/// Asks every property.
pub(super) fn run(door: &Arc<Door>) -> Result<()> {
    for check in CHECKS {
        (check.probe)(door).map_err(|seen| failed(check.property, &seen))?;
    }
    Ok(())
}

fn failed(property: &str, seen: &str) -> Error {
    let message = format!(
        "the action engine is not safe in this build: \"{property}\" does not hold: {seen}"
    );
    Error::new(ErrorKind::Setup, message).with_help(
        "look at the features of `rhai` and the panic strategy: `cargo tree -e features -i rhai`",
    )
}

/// `resume_unwind` unwinds without calling the panic hook, so that start-up prints nothing.
fn panic_stays_inside(door: &Arc<Door>) -> Probed {
    if cfg!(panic = "abort") {
        return Err("the build aborts on panic".to_owned());
    }
    let run = || (door.shield)(&mut || resume_unwind(Box::new("self-test")));
    match super::script::shield(&mut || {
        let _ = run();
    }) {
        Err(_) => Err("a panic came out".to_owned()),
        Ok(()) if run() == Err(Fault::Panic) => Ok(()),
        Ok(()) => Err("a panic went unnoticed".to_owned()),
    }
}

/// Each script is refused by the checks, and by the bare engine as well.
fn refused(door: &Arc<Door>, scripts: &[&str]) -> Probed {
    for script in scripts {
        refused_by_checks(door, script)?;
        if door.engine.compile(script).is_ok() {
            return Err(format!("the engine parses `{script}`"));
        }
    }
    Ok(())
}

fn refused_by_checks(door: &Arc<Door>, script: &str) -> Probed {
    match compile(door, script) {
        Err(_) => Ok(()),
        Ok(_) => Err(format!("the checks let `{}` through", shortened(script))),
    }
}

fn compile(
    door: &Arc<Door>,
    script: &str,
) -> std::result::Result<super::script::Script, Vec<Diagnostic>> {
    let entity = Entity {
        name: Name::from("Nothing"),
        doc: String::new(),
        fields: Vec::new(),
        place: Place::default(),
    };
    door.compile(script, &Place::default(), &entity, &[])
}

/// The script runs, and fails with this message.
fn faults(door: &Arc<Door>, script: &str, message: &str) -> Probed {
    let compiled = compile(door, script).map_err(|findings| first(&findings))?;
    match compiled.evaluate(None) {
        Err(error) if error.message.contains(message) => Ok(()),
        Err(error) => Err(format!("`{}` fails otherwise: {error}", shortened(script))),
        Ok(_) => Err(format!("`{}` runs through", shortened(script))),
    }
}

/// The condition is true.
fn holds(door: &Arc<Door>, condition: &str) -> Probed {
    let script = format!("if {condition} {{ notify(\"yes\"); }}");
    let compiled = compile(door, &script).map_err(|findings| first(&findings))?;
    match compiled.evaluate(None) {
        Ok(effects) if effects.len() == 1 => Ok(()),
        Ok(_) => Err(format!("`{condition}` is false")),
        Err(error) => Err(format!("`{condition}` fails: {error}")),
    }
}

/// The bare engine gives this, however it holds numbers.
fn gives(door: &Arc<Door>, script: &str, wanted: &str) -> Probed {
    match bare(door, script)? {
        Ok(value) if value.to_string() == wanted => Ok(()),
        Ok(_) => Err(format!("the engine computes `{script}` wrongly")),
        Err(()) => Err(format!("the engine fails at `{script}`")),
    }
}

/// The bare engine fails, without a panic.
fn fails(door: &Arc<Door>, script: &str) -> Probed {
    match bare(door, script)? {
        Err(()) => Ok(()),
        Ok(_) => Err(format!("the engine runs `{script}`")),
    }
}

fn bare(
    door: &Arc<Door>,
    script: &str,
) -> std::result::Result<std::result::Result<Dynamic, ()>, String> {
    let mut value = Err(());
    super::script::shield(&mut || {
        value = door.engine.eval::<Dynamic>(script).map_err(drop);
    })
    .map_err(|_| format!("the engine panics at `{script}`"))?;
    Ok(value)
}

fn first(findings: &[Diagnostic]) -> String {
    findings
        .first()
        .map_or_else(String::new, ToString::to_string)
}

fn shortened(script: &str) -> String {
    script.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::engine;
    use crate::action::lower::Lowered;
    use crate::action::script::Limits;
    use crate::action::slots::Slots;
    use rhai::Engine;

    fn probe(door: Door, property: &str) -> Probed {
        let check = CHECKS.iter().find(|check| check.property == property);
        (check.unwrap().probe)(&Arc::new(door))
    }

    /// Rhai as it comes, with its standard packages.
    fn rhai_as_it_comes() -> Door {
        Door::new(Engine::new())
    }

    #[test]
    fn the_standard_door_passes() {
        run(&Door::standard()).unwrap();
    }

    #[test]
    fn what_fails_is_named() {
        let error = run(&Arc::new(rhai_as_it_comes())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setup);
        assert!(error.to_string().contains("loops are refused"), "{error}");
    }

    #[test]
    fn rhai_as_it_comes_fails_what_its_engine_should_hold() {
        for property in [
            "loops are refused",
            "nothing outside is reached",
            "scripts cannot sleep",
            "scripts raise and catch nothing",
            "overflow is an error",
            "division by zero is an error",
            "whole numbers do not wrap",
            "values of different types are not compared",
            "texts do not grow without bound",
        ] {
            assert!(probe(rhai_as_it_comes(), property).is_err(), "{property}");
        }
    }

    /// Scripts go to Rhai as they are written.
    fn without_checks() -> Door {
        Door {
            read: |source, _, _, _| {
                Ok(Lowered {
                    text: source.text().to_owned(),
                    spans: Vec::new(),
                    slots: Slots::default(),
                    chains: Vec::new(),
                })
            },
            ..rhai_as_it_comes()
        }
    }

    #[test]
    fn a_door_without_checks_fails_what_they_should_hold() {
        for property in [
            "loops are refused",
            "functions and closures are refused",
            "nothing outside is reached",
            "scripts cannot sleep",
            "scripts raise and catch nothing",
            "interpolated texts are refused",
            "long scripts are refused",
            "deep scripts are refused",
        ] {
            assert!(probe(without_checks(), property).is_err(), "{property}");
        }
    }

    #[test]
    fn an_engine_that_rounds_fails() {
        let mut engine = engine::locked();
        type Decimal = rust_decimal::Decimal;
        engine.register_fn("*", |a: Decimal, b: Decimal| (a * b).round() + Decimal::ONE);
        assert!(probe(Door::new(engine), "decimals are exact").is_err());
    }

    #[test]
    fn an_engine_with_endless_effects_fails() {
        let mut engine = engine::locked();
        engine.register_fn(
            "notify",
            |_: &mut super::super::functions::Sink, _: rhai::ImmutableString| {},
        );
        assert!(probe(Door::new(engine), "effects do not grow without bound").is_err());
    }

    #[test]
    fn a_door_without_limits_fails() {
        let open = || Door {
            limits: Limits {
                bytes: usize::MAX,
                depth: 1000,
            },
            ..Door::new(engine::locked())
        };
        assert!(probe(open(), "long scripts are refused").is_err());
        assert!(probe(open(), "deep scripts are refused").is_err());
    }

    #[test]
    fn a_door_without_shield_fails() {
        let door = Door {
            shield: |run| {
                run();
                Ok(())
            },
            ..Door::new(engine::locked())
        };
        let property = "a panic inside stays inside";
        assert_eq!(probe(door, property), Err("a panic came out".to_owned()));
        let deaf = Door {
            shield: |run| super::super::script::shield(run).or(Ok(())),
            ..Door::new(engine::locked())
        };
        assert_eq!(
            probe(deaf, property),
            Err("a panic went unnoticed".to_owned())
        );
    }

    #[test]
    fn every_property_is_tested_above() {
        let source = include_str!("self_test.rs");
        for check in CHECKS {
            let named = source.matches(check.property).count();
            assert!(named > 1, "no unsafe door for: {}", check.property);
        }
    }
}
