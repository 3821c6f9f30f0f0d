//! SARIF 2.1.0 (OASIS), which code hosts and editors read. Columns are code points, and the run says
//! so; paths are relative URIs, so that a host finds the files in its own copy.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Finding, Report, Spot};
use crate::{Error, ErrorKind, Result};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(super) fn write(report: &Report) -> Result<String> {
    let codes: BTreeSet<&str> = report.findings().map(|found| found.code.as_str()).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let results = report.findings().map(|found| result(found, &codes));
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "guard",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(code)).collect::<Vec<_>>(),
            }},
            "automationDetails": { "id": format!("guard {}/", report.command) },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    });
    serde_json::to_string_pretty(&document).map_err(|error| {
        Error::new(ErrorKind::Setup, "the result cannot be written as SARIF").with_source(error)
    })
}

/// What a code means: a diagnostic's own page, or for a command's findings their name.
fn rule(code: &str) -> Value {
    match guardrails_rules::explain(code) {
        Some(known) => json!({
            "id": code,
            "shortDescription": { "text": known.title.as_str() },
            "fullDescription": { "text": known.why.as_str() },
            "help": { "text": known.fix.as_str() },
        }),
        None => json!({ "id": code, "shortDescription": { "text": code.replace('-', " ") } }),
    }
}

fn result(found: &Finding, codes: &[&str]) -> Value {
    json!({
        "ruleId": found.code,
        "ruleIndex": codes.iter().position(|code| **code == *found.code),
        "level": found.level.to_string(),
        "message": { "text": found.advice() },
        "locations": [{ "physicalLocation": location(&found.spot) }],
    })
}

fn location(spot: &Spot) -> Value {
    let artifact = json!({ "uri": uri(&spot.path) });
    let Some(region) = spot.region else {
        return json!({ "artifactLocation": artifact });
    };
    json!({
        "artifactLocation": artifact,
        "region": {
            "startLine": region.line,
            "startColumn": region.column,
            "endLine": region.end_line,
            "endColumn": region.end_column,
        },
    })
}

/// A path as a URI reference (RFC 3986): what is not unreserved is percent-encoded, byte by byte.
fn uri(path: &str) -> String {
    let mut uri = match path.starts_with('/') {
        true => String::from("file://"),
        false => String::new(),
    };
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
