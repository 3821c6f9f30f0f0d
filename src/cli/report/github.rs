//! Workflow commands, by which GitHub Actions marks the lines of a change:
//! `::error file=…,line=…,col=…,title=…::message`.

use super::{Finding, Level, Report};

pub(super) fn write(report: &Report) -> String {
    report
        .findings()
        .map(command)
        .collect::<Vec<_>>()
        .join("\n")
}

fn command(found: &Finding) -> String {
    let mut properties = format!("file={}", property(&found.spot.path));
    if let Some(region) = found.spot.region {
        properties.push_str(&format!(",line={},col={}", region.line, region.column));
        // A column's end is only read where it is on the line of its beginning.
        if region.end_line == region.line && region.end_column > region.column {
            properties.push_str(&format!(",endColumn={}", region.end_column));
        }
    }
    format!(
        "::{} {properties},title={}::{}",
        word(found.level),
        property(&found.code),
        data(&found.advice())
    )
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    }
}

/// What would end the message or begin another command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The same for a property, which also ends at a colon or a comma.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
