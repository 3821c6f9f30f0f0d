//! The shapes that other programs rely on, over texts that need escaping.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use guardrails_rules::{Bundle, SourceFile, compile};
use serde_json::Value;

use super::{Report, Sources};
use crate::cli::Format;
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
