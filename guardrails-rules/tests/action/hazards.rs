//! One test per hazard of scripting, in a build that Casbin shares, where Cargo gives Rhai the features
//! `unchecked`, `only_i32`, `no_float`, `no_function` and more, and in one without Casbin.

use std::sync::Arc;

use guardrails_core::policy::ActionEffect;
use guardrails_core::{Fields, Severity};
use guardrails_rules::action;
use rhai::Engine;

use crate::fixture::{compile, failure, holds, record, refusal, run, run_action, shown};

fn codes(script: &str) -> Vec<&'static str> {
    refusal(script).iter().map(|finding| finding.code).collect()
}

/// The build under test is the one with Casbin in it.
#[cfg(feature = "casbin")]
#[test]
fn this_build_has_casbins_rhai() {
    use std::panic::{self, AssertUnwindSafe};

    let rhai = Engine::new();
    assert!(rhai.compile("fn f() { 1 }").is_err(), "no_function is off");
    assert!(rhai.compile("let x = 1.5e3;").is_err(), "no_float is off");
    assert_eq!(size_of::<rhai::INT>(), 4, "only_i32 is off");
    let overflow = AssertUnwindSafe(|| rhai.eval::<rhai::INT>("2147483647 + 1"));
    let wrapped = panic::catch_unwind(overflow);
    assert!(
        matches!(wrapped, Err(_) | Ok(Ok(rhai::INT::MIN))),
        "unchecked is off"
    );
}

/// The build under test is the one of a host that leaves Casbin out: Rhai counts, divides and parses as a
/// host's own scripts expect.
#[cfg(not(feature = "casbin"))]
#[test]
fn this_build_has_a_hosts_own_rhai() {
    let rhai = Engine::new();
    assert!(rhai.compile("fn f() { 1 }").is_ok(), "no_function is on");
    assert_eq!(
        rhai.eval::<rhai::INT>("2147483647 + 1").ok(),
        Some(2_147_483_648)
    );
    assert!(rhai.eval::<rhai::INT>("1 / 0").is_err(), "unchecked is on");
}

#[test]
fn the_self_test_passes() {
    action::self_test().unwrap();
}

#[test]
fn loops() {
    for script in [
        "while true { }",
        "loop { }",
        "for x in tags { }",
        "do { } while true;",
        "do { } until false;",
        "if urgent { loop { break; } }",
        "let x = loop { break 1; };",
    ] {
        assert!(codes(script).contains(&"G0603"), "{script}");
    }
}

#[test]
fn functions_and_closures() {
    for script in [
        "fn f() { 1 }",
        "private fn f() { }",
        "let f = |x| x + 1;",
        "let f = || 1;",
        "let f = Fn(\"min\");",
        "count.call(1);",
        "let f = curry(count, 1);",
        "this = 1;",
        "let x = this.amount;",
    ] {
        assert!(codes(script).contains(&"G0603"), "{script}");
    }
}

#[test]
fn reaching_outside() {
    for script in [
        "import \"os\" as os;",
        "export count;",
        "eval(\"1\");",
        "let x = eval(notes);",
        "print(notes);",
        "debug(notes);",
        "sleep(10);",
        "global::x;",
        "let x = type_of(count);",
        "exit();",
        "return;",
    ] {
        assert!(codes(script).contains(&"G0603"), "{script}");
    }
}

#[test]
fn exceptions_and_interpolation() {
    for script in [
        "throw \"x\";",
        "try { deny(\"A\", \"b\") } catch { }",
        "let x = `${amount}`;",
        "deny(\"A\", `amount ${amount}`);",
    ] {
        assert!(codes(script).contains(&"G0603"), "{script}");
    }
}

#[test]
fn indexing_maps_and_ranges() {
    for script in [
        "let x = notes[0];",
        "let x = [1, 2];",
        "let x = #{ a: 1 };",
        "let x = 1..5;",
        "let x = 2 ** 200;",
        "let x = 1 << 40;",
    ] {
        assert_eq!(codes(script), ["G0603"], "{script}");
    }
}

#[test]
fn division_by_zero() {
    assert_eq!(failure("let x = 1 / 0;"), "10:19 division by zero");
    assert_eq!(failure("let x = 1 % 0;"), "10:19 division by zero");
    assert_eq!(
        failure("let x = 1;\nx /= count - 3;"),
        "11:3 division by zero"
    );
    assert_eq!(failure("let x = 1; x %= 0.00;"), "10:22 division by zero");
}

#[test]
fn overflow() {
    const MOST: &str = "79228162514264337593543950335";
    for (script, sign) in [
        (format!("let x = {MOST} + 1;"), "+"),
        (format!("let x = -{MOST} - 1;"), "-"),
        (format!("let x = {MOST} * 1.1;"), "*"),
        (format!("let x = {MOST} / 0.1;"), "/"),
        (format!("let x = {MOST}; x += 1;"), "+"),
        (format!("let x = {MOST}; x *= 2;"), "*"),
    ] {
        let failure = failure(&script);
        let message = format!("the result of `{sign}` is too large");
        assert!(failure.ends_with(&message), "{script}: {failure}");
    }
    // No 32-bit or 64-bit edge in between.
    assert_eq!(shown("2147483647 + 1"), "2147483648");
    assert_eq!(shown("9223372036854775807 + 1"), "9223372036854775808");
    assert_eq!(shown("-2147483648 - 1"), "-2147483649");
}

#[test]
fn numbers_are_exact() {
    assert_eq!(shown("3000000000"), "3000000000");
    assert_eq!(shown("2.5 * count"), "7.5");
    assert_eq!(shown("0.1 + 0.2"), "0.3");
    assert_eq!(shown("1 / 4"), "0.25");
    assert_eq!(shown("10.00"), "10.00");
    assert_eq!(shown("amount / 2500000.0"), "2.4000002");
    assert_eq!(shown("7 % 4"), "3");
    assert_eq!(
        shown("0.12345678901234567890123456"),
        "0.12345678901234567890123456"
    );
    assert!(holds("10 == 10.00"));
    assert!(holds("count < 3.5 && discount >= 20"));
}

#[test]
fn a_number_that_would_be_rounded_is_refused() {
    for script in [
        "let x = 0.123456789012345678901234567891;",
        "let x = 79228162514264337593543950336;",
        "let x = 1e3;",
        "let x = 0xFF;",
        "let x = 1.5e3;",
        "let x = 15CNY;",
    ] {
        assert_eq!(codes(script), ["G0602"], "{script}");
    }
}

#[test]
fn texts_do_not_grow() {
    let script = format!("let s = \"12345678\";{}", " s += s;".repeat(10));
    assert!(failure(&script).contains("`action_text` of 4096 bytes"));
    let script = format!("let s = \"12345678\";{}", " s = s + s;".repeat(300));
    assert!(failure(&script).contains("`action_text`"));
    let mut long = record();
    long.set("notes", "x".repeat(5000));
    let result = |script: &str| run_action(&*compile(script).unwrap(), &long, &Fields::new());
    // A long text may be read and searched; a script may not make one.
    assert!(result("if contains(notes, \"y\") { notify(\"x\") }").is_ok());
    assert!(
        result("let x = upper(notes);")
            .unwrap_err()
            .message
            .contains("`action_text`")
    );
}

#[test]
fn effects_are_counted() {
    assert_eq!(run(&"notify(\"x\");".repeat(64)).unwrap().len(), 64);
    assert!(failure(&"notify(\"x\");".repeat(65)).contains("`action_effects` of 64"));
}

#[test]
fn deep_scripts_name_the_limit() {
    let nested = |levels: usize| format!("{}{}", "if urgent { ".repeat(levels), "}".repeat(levels));
    assert!(compile(&nested(20)).is_ok());
    let findings = refusal(&nested(100));
    assert!(findings[0].message.contains("`action_depth` of 64"));
}

#[test]
fn long_scripts() {
    assert!(compile(&" ".repeat(4096)).is_ok());
    let findings = refusal(&" ".repeat(4097));
    assert_eq!(findings[0].code, "G0601");
    assert!(findings[0].message.contains("`action_bytes` of 4096"));
    assert_eq!(codes(&"(".repeat(5_000_000)), ["G0601"]);
}

/// Scripts that nest or chain `n` times, each in its own way.
fn deep(n: usize) -> Vec<String> {
    let wrap = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(n), close.repeat(n))
    };
    vec![
        format!("let x = {};", wrap("(", "1", ")")),
        format!("let x = {};", wrap("abs(", "1", ")")),
        format!("let x = {};", wrap("-(", "1", ")")),
        format!("let x = {}1;", "- ".repeat(n)),
        format!("let x = {}urgent;", "!".repeat(n)),
        format!("let x = 1{};", "+1".repeat(n)),
        format!("let x = 1{};", "*1".repeat(n)),
        format!("let x = true{};", "&&true".repeat(n)),
        format!("let x = true{};", "||true".repeat(n)),
        format!("let x = count{};", " ?? count".repeat(n)),
        format!("let x = notes{};", ".lower()".repeat(n)),
        format!("let x = notes{};", ".a".repeat(n)),
        wrap("{", "", "}"),
        wrap("if true {", "", "}"),
        format!("if true {{}}{}", " else if true {}".repeat(n)),
        format!("let x = {};", wrap("if true {", "1", "} else {1}")),
        format!("let x = {};", wrap("switch 1 {_=>", "1", "}")),
        format!(
            "let x = {};",
            wrap("switch 1 {1 if ", "true", "=>1,_=>2} == 1")
        ),
        wrap("(", "", ""),
        wrap("{", "", ""),
        wrap("if ", "", ""),
        wrap("let x = if true {", "", ""),
        wrap("[", "", ""),
        wrap("/*", "", ""),
    ]
}

#[test]
fn deep_scripts_are_refused_and_stay_off_the_stack() {
    // Half of a Rust thread's stack, in a debug build, whose frames are several times as large.
    let small = std::thread::Builder::new().stack_size(1024 * 1024);
    let run = small.spawn(|| {
        for n in [65, 100, 250, 500, 1000, 4000] {
            for script in deep(n) {
                let _ = refusal(&script);
            }
        }
    });
    run.unwrap().join().unwrap();
}

#[test]
fn the_deepest_scripts_that_are_accepted_run_on_a_common_stack() {
    let common = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let run = common.spawn(|| {
        let mut ran = 0;
        for script in (1..=64).flat_map(deep) {
            if let Ok(action) = compile(&script) {
                let _ = run_action(&*action, &record(), &Fields::new());
                ran += 1;
            }
        }
        ran
    });
    assert!(run.unwrap().join().unwrap() > 500);
}

#[test]
fn many_cases_do_not_nest() {
    let arms: String = (0..150).map(|n| format!("{n} => 2,")).collect();
    assert_eq!(shown(&format!("switch count {{ {arms} _ => 0 }}")), "2");
}

#[test]
fn strange_bytes() {
    for script in [
        "\0",
        "let x = 1;\0",
        "\u{feff}",
        "let x = \"\0\";",
        "\u{202e}",
        "let é\u{301} = 1;",
    ] {
        if let Err(findings) = compile(script) {
            assert!(findings.iter().all(|f| f.severity == Severity::Error));
        }
    }
}

#[test]
fn a_failed_run_leaves_nothing_behind() {
    let action = compile("notify(\"a\"); let x = 1 / count; notify(\"b\");").unwrap();
    let mut zero = record();
    zero.set("count", 0);
    let fine = vec![
        ActionEffect::Notify("a".into()),
        ActionEffect::Notify("b".into()),
    ];
    for _ in 0..3 {
        assert!(run_action(&*action, &zero, &Fields::new()).is_err());
        assert_eq!(
            run_action(&*action, &record(), &Fields::new()).unwrap(),
            fine
        );
    }
}

#[test]
fn threads_share_a_script() {
    let action = compile("let x = amount * 2; risk.add(\"a\", x);").unwrap();
    let runs: Vec<_> = (0..8_u32)
        .map(|n| {
            let action = Arc::clone(&action);
            std::thread::spawn(move || {
                let mine = Fields::from_iter([("amount", n)]);
                for _ in 0..200 {
                    let effects = run_action(&*action, &mine, &Fields::new()).unwrap();
                    assert_eq!(effects, [ActionEffect::Risk((n * 2).into(), "a".into())]);
                }
            })
        })
        .collect();
    for run in runs {
        run.join().unwrap();
    }
}

#[test]
fn debug_and_errors_show_no_value() {
    let mut secret = record();
    secret.set("notes", "TOP-SECRET");
    secret.set("amount", "hunter2");
    let action = compile("let x = notes; let y = amount; let z = y + 1;").unwrap();
    let error = run_action(&*action, &secret, &Fields::new()).unwrap_err();
    let shown = format!("{action:?} {error} {error:?}");
    assert!(
        !shown.contains("SECRET") && !shown.contains("hunter2"),
        "{shown}"
    );
    assert_eq!(error.message, "`amount` is not of its declared type");
}

/// Without loops, the work of a script is bounded by its length: each step by the longest text.
#[test]
fn the_longest_scripts_end() {
    let step = "if contains(notes, s) || \"y\" in notes { n += 1; }\n";
    let start = format!("let n = 0; let s = \"{}\";\n", "x".repeat(1000));
    let steps = step.repeat((4096 - start.len()) / step.len());
    let script = format!("{start}{steps}");
    let mut long = record();
    long.set(
        "notes",
        format!("{}{}", "x".repeat(999), "zx".repeat(100_000)),
    );
    let action = compile(&script).unwrap();
    assert_eq!(run_action(&*action, &long, &Fields::new()).unwrap(), []);
}

#[test]
fn a_script_says_what_it_reads() {
    let action = compile("if actor.has(\"A\") && risk.score > 5 && actor.level > 1 { }").unwrap();
    let reads: Vec<String> = action.reads().iter().map(ToString::to_string).collect();
    assert_eq!(reads, ["risk.score", "actor.level"]);
}
