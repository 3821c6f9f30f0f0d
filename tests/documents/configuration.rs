//! docs/configuration.md has each setting there is: those of the builder, of Python's `open`, and the variables of the command.

use std::path::Path;

use super::fences::{path, read};

const PAGE: &str = "docs/configuration.md";

fn assert_named(setting: &str, from: &str) {
    let page = read(PAGE);
    assert!(
        page.contains(&format!("`{setting}`")),
        "{PAGE} does not name `{setting}` of {from}"
    );
}

#[test]
fn each_method_of_the_builder_is_there() {
    const BUILDER: &str = "src/guard.rs";
    let source = read(BUILDER);
    let methods: Vec<&str> = source
        .split("\n    pub fn ")
        .skip(1)
        .filter_map(|method| method.split_once("(mut self"))
        .map(|(name, _)| name)
        .filter(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
        .collect();
    assert!(methods.len() > 10, "{methods:?}");
    for method in methods {
        assert_named(method, BUILDER);
    }
}

#[test]
fn each_argument_in_python_is_there() {
    const STUB: &str = "guardrails-py/python/crm_guardrails/_native.pyi";
    let stub = read(STUB);
    let (_, open) = stub.split_once("    def open(\n        *,\n").unwrap();
    let (arguments, _) = open.split_once("    ) -> \"Guard\"").unwrap();
    let names: Vec<&str> = arguments
        .lines()
        .filter_map(|line| line.trim().split_once(':'))
        .map(|(name, _)| name)
        .collect();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        assert_named(name, STUB);
    }
}

#[test]
fn each_variable_of_the_command_is_there() {
    let mut count = 0;
    let mut folders = vec!["src/cli".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(path(&folder)).unwrap() {
            let file = format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy());
            if path(&file).is_dir() {
                folders.push(file);
            } else if Path::new(&file).extension().is_some_and(|end| end == "rs") {
                for rest in read(&file).split("env = \"").skip(1) {
                    assert_named(rest.split('"').next().unwrap(), &file);
                    count += 1;
                }
            }
        }
    }
    assert!(count >= 3, "{count}");
}
