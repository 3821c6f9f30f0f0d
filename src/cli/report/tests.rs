//! The shapes that other programs rely on, over texts that need escaping.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use guardrails_rules::{Bundle, SourceFile, compile};
use serde_json::Value;

use super::{Level, Report, Sources, Spot};
use crate::cli::arguments::Format;
use crate::{Diagnostic, Place};

const TEXT: &str = "guard 1\nrule 上限 {\n    on update of 报价单\n    then deny A\n}\n";

/// The findings of one wrong policy, in a file whose name needs escaping everywhere.
fn written(format: Format) -> String {
    let file = SourceFile::new("销售, 100%/a:b.guard", TEXT);
    let bundle = Bundle::from_files(vec![file]).unwrap();
    let found = compile(&bundle).diagnostics;
    let sources = Sources::new(Path::new("src"), Some(&bundle));
    let report = Report::new("check").diagnostics(&found, &sources);
    report.write(format).unwrap()
}

#[test]
fn plain_is_one_line_a_finding() {
    let said = written(Format::Plain);
    assert_eq!(
        said,
        "src/销售, 100%/a:b.guard:3:18: error[G0203]: there is no entity `报价单`"
    );
}

#[test]
fn github_escapes_what_ends_a_command_or_a_property() {
    let said = written(Format::Github);
    let head =
        "::error file=src/销售%2C 100%25/a%3Ab.guard,line=3,col=18,endColumn=21,title=G0203::";
    assert!(said.starts_with(head), "{said}");
    assert!(said.contains("%0Ahelp: "), "{said}");
    assert!(!said.contains('\n'), "{said}");
}

/// The properties that SARIF 2.1.0 requires (§3.13, §3.14, §3.19, §3.27, §3.29, §3.30).
#[test]
fn sarif_has_what_the_standard_requires() {
    let document: Value = serde_json::from_str(&written(Format::Sarif)).unwrap();
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "guard");
    let result = &run["results"][0];
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(driver["rules"][index]["id"], result["ruleId"]);
    assert!(driver["rules"][index]["shortDescription"]["text"].is_string());
    assert_eq!(result["ruleId"], "G0203");
    assert_eq!(result["level"], "error");
    assert!(
        result["message"]["text"]
            .as_str()
            .unwrap()
            .contains("报价单")
    );
    let location = &result["locations"][0]["physicalLocation"];
    let uri = "src/%E9%94%80%E5%94%AE%2C%20100%25/a%3Ab.guard";
    assert_eq!(location["artifactLocation"]["uri"], uri);
    let region = &location["region"];
    let ends = ["startLine", "startColumn", "endLine", "endColumn"].map(|end| &region[end]);
    assert_eq!(ends, [3, 18, 3, 21].map(Value::from).each_ref());
}

#[test]
fn junit_counts_a_finding_as_a_failure() {
    let said = written(Format::Junit);
    assert!(said.contains(r#"tests="1" failures="1""#), "{said}");
    assert!(said.contains(r#"<failure type="G0203""#), "{said}");
    assert!(
        said.contains(r#"file="src/销售, 100%/a:b.guard" line="3""#),
        "{said}"
    );
}

#[test]
fn junit_holds_nothing_that_xml_cannot() {
    let message = "<&\"'\u{1b}\u{ffff}";
    let found = [Diagnostic::error("G0999", Place::default(), message)];
    let sources = Sources::new(Path::new("none"), None);
    let report = Report::new("check").diagnostics(&found, &sources);
    let said = report.write(Format::Junit).unwrap();
    assert!(
        said.contains("message=\"&lt;&amp;&quot;&apos;\u{fffd}\u{fffd}\""),
        "{said}"
    );
}

#[test]
fn junit_has_a_case_where_nothing_is_wrong() {
    let said = Report::new("check").write(Format::Junit).unwrap();
    assert!(said.contains(r#"tests="1" failures="0""#), "{said}");
    assert!(said.contains(r#"name="check""#), "{said}");
}

/// Two findings of a command of its own: one that it fails for, one that is worth knowing.
fn compared(format: Format) -> String {
    let mut report = Report::new("diff");
    let line = Spot::line("logs\\march.jsonl", Some(3));
    report.finding((Level::Error, "widened-view"), line, "shown".to_owned());
    let whole = Spot::line("new", None);
    report.finding((Level::Note, "narrowed-skill"), whole, "gone".to_owned());
    report.write(format).unwrap()
}

#[test]
fn each_format_has_a_word_for_what_is_worth_knowing() {
    assert_eq!(
        compared(Format::Plain),
        "logs/march.jsonl:3:1: error[widened-view]: shown\nnew: note[narrowed-skill]: gone"
    );
    let said = compared(Format::Github);
    assert!(
        said.contains("::notice file=new,title=narrowed-skill::gone"),
        "{said}"
    );
    let said = compared(Format::Junit);
    assert!(said.contains(r#"tests="2" failures="1""#), "{said}");
    assert!(
        said.contains("<system-out>new: gone</system-out>"),
        "{said}"
    );
}

/// SARIF 2.1.0 §3.27.10: the levels are `none`, `note`, `warning` and `error`; §3.27.5: an id of a
/// rule that the driver declares, by its place.
#[test]
fn sarif_declares_every_kind_of_difference() {
    let document: Value = serde_json::from_str(&compared(Format::Sarif)).unwrap();
    let run = &document["runs"][0];
    assert_eq!(run["automationDetails"]["id"], "guard diff/");
    let levels = [0, 1].map(|at| run["results"][at]["level"].as_str().unwrap());
    assert_eq!(levels, ["error", "note"]);
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        let rule = &run["tool"]["driver"]["rules"][index];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["shortDescription"]["text"].is_string());
        assert!(result["message"]["text"].is_string());
        let location = &result["locations"][0]["physicalLocation"];
        assert!(location["artifactLocation"]["uri"].is_string());
    }
    let spot = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(spot["artifactLocation"]["uri"], "logs/march.jsonl");
    assert_eq!(spot["region"]["startLine"], 3);
}

#[test]
fn a_warning_that_a_command_fails_for_is_a_failure() {
    let found = [Diagnostic::warning("G0530", Place::default(), "no test")];
    let sources = Sources::new(Path::new("none"), None);
    let report = Report::new("lint").diagnostics(&found, &sources);
    let said = report
        .failing(|code| code == "G0530")
        .write(Format::Junit)
        .unwrap();
    assert!(said.contains(r#"failures="1""#), "{said}");
    assert!(said.contains(r#"<failure type="G0530""#), "{said}");
}
