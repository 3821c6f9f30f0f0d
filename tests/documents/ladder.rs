//! The examples that show one idea each: they print what their first lines say, in Rust and in Python alike (pytest
//! runs the Python), and `examples/README.md` lists them in order.

use std::error::Error;
use std::io::Write;

use super::fences::{path, read};

#[path = "../../examples/approve.rs"]
mod approve;
#[path = "../../examples/audit.rs"]
mod audit;
#[path = "../../examples/explain.rs"]
mod explain;
#[path = "../../examples/mask.rs"]
mod mask;
#[path = "../../examples/refuse.rs"]
mod refuse;
#[path = "../../examples/row_scope.rs"]
mod row_scope;
#[path = "../../examples/shadow.rs"]
mod shadow;
#[path = "../../examples/tables.rs"]
mod tables;

type Run = fn(&mut dyn Write) -> Result<(), Box<dyn Error>>;

/// The rungs, from the first one on.
const RUNGS: [(&str, Run); 8] = [
    ("mask", mask::run),
    ("row_scope", row_scope::run),
    ("refuse", refuse::run),
    ("approve", approve::run),
    ("explain", explain::run),
    ("tables", tables::run),
    ("audit", audit::run),
    ("shadow", shadow::run),
];

/// The lines of a text without blanks in front of them, and without empty ones.
fn flat<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    let lines = lines.map(str::trim).filter(|line| !line.is_empty());
    lines.fold(String::new(), |flat, line| flat + line + "\n")
}

/// The block of a file's first comment that says what it prints.
fn said_in_rust(name: &str) -> String {
    let text = read(&format!("examples/{name}.rs"));
    let block = text.split("//! ```").nth(1).unwrap();
    let lines = block.lines().skip(1);
    flat(lines.map(|line| line.trim_start_matches("//!")))
}

#[test]
fn each_prints_what_it_says() {
    let mut differences = Vec::new();
    for (name, run) in RUNGS {
        let mut printed = Vec::new();
        run(&mut printed).unwrap_or_else(|error| panic!("{name}: {error}"));
        let printed = String::from_utf8(printed).unwrap();
        if flat(printed.lines()) != said_in_rust(name) {
            differences.push(format!("examples/{name}.rs prints\n{printed}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn each_has_a_python_twin_that_says_the_same() {
    for (name, _) in RUNGS {
        let python = read(&format!("examples/python/{name}.py"));
        let docstring = python.split("\"\"\"").nth(1).unwrap();
        let said = docstring.lines().filter(|line| line.starts_with("    "));
        assert_eq!(flat(said), said_in_rust(name), "examples/python/{name}.py");
    }
}

#[test]
fn the_list_has_them_in_order() {
    let list = read("examples/README.md");
    let mut rest = &*list;
    for (name, _) in RUNGS {
        let row = format!("[`{name}`]({name}.rs)");
        let (_, after) = rest
            .split_once(&row)
            .unwrap_or_else(|| panic!("{row} is missing"));
        rest = after;
    }
    for entry in std::fs::read_dir(path("examples")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            list.contains(&format!("({name}")) || name == "README.md",
            "{name}"
        );
    }
}
