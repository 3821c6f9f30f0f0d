//! JUnit's XML, which build servers show as tests. Each test is a case; each diagnostic is one too,
//! so that a server that only counts tests counts findings. What the command does not fail for is a case
//! that passes, and says what it has to say as output.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::{Case, Finding, Report, Spot};
use crate::{Error, ErrorKind, Result};

pub(super) fn write(report: &Report) -> Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    suites(&mut xml, report).map_err(unwritten)?;
    String::from_utf8(xml.into_inner()).map_err(unwritten)
}

fn suites(xml: &mut Writer<Vec<u8>>, report: &Report) -> io::Result<()> {
    let nothing = Case {
        name: report.command.to_owned(),
        spot: Spot {
            path: String::new(),
            region: None,
        },
        found: Vec::new(),
    };
    // A suite without a case counts as one that was never run.
    let cases = match report.cases.as_slice() {
        [] => std::slice::from_ref(&nothing),
        cases => cases,
    };
    let failed = cases.iter().filter(|case| !case.passed()).count();
    let (tests, failures) = (cases.len().to_string(), failed.to_string());
    let counts = [
        ("tests", tests.as_str()),
        ("failures", failures.as_str()),
        ("errors", "0"),
    ];
    let suite = format!("guard {}", report.command);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.write_event(Event::Start(
        BytesStart::new("testsuites").with_attributes(counts),
    ))?;
    let head = BytesStart::new("testsuite").with_attributes([("name", suite.as_str())]);
    xml.write_event(Event::Start(head.with_attributes(counts)))?;
    for each in cases {
        case(xml, &suite, each)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuite")))?;
    xml.write_event(Event::End(BytesEnd::new("testsuites")))
}

fn case(xml: &mut Writer<Vec<u8>>, suite: &str, case: &Case) -> io::Result<()> {
    let mut head = BytesStart::new("testcase");
    head.push_attribute(("classname", suite));
    head.push_attribute(("name", legal(&case.name).as_str()));
    if !case.spot.path.is_empty() {
        head.push_attribute(("file", legal(&case.spot.path).as_str()));
    }
    if let Some(region) = case.spot.region {
        head.push_attribute(("line", region.line.to_string().as_str()));
    }
    if case.found.is_empty() {
        return xml.write_event(Event::Empty(head));
    }
    xml.write_event(Event::Start(head))?;
    for found in &case.found {
        finding(xml, found)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

fn finding(xml: &mut Writer<Vec<u8>>, found: &Finding) -> io::Result<()> {
    let name = match found.fails {
        true => "failure",
        false => "system-out",
    };
    let mut head = BytesStart::new(name);
    if found.fails {
        head.push_attribute(("type", found.code.as_str()));
        head.push_attribute(("message", legal(&found.message).as_str()));
    }
    let at = match found.spot.region {
        Some(region) => format!("{}:{}: ", found.spot.path, region.line),
        None => format!("{}: ", found.spot.path),
    };
    xml.write_event(Event::Start(head))?;
    let text = legal(&format!("{at}{}", found.advice()));
    xml.write_event(Event::Text(BytesText::new(&text)))?;
    xml.write_event(Event::End(BytesEnd::new(name)))
}

impl Case {
    fn passed(&self) -> bool {
        !self.found.iter().any(|found| found.fails)
    }
}

/// XML 1.0 §2.2 has no way to write these characters, not even escaped.
fn legal(text: &str) -> String {
    let forbidden = |c: char| {
        (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{7f}'..='\u{9f}'))
            || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    text.replace(forbidden, "\u{fffd}")
}

fn unwritten(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Setup, "the result cannot be written as XML").with_source(error)
}
