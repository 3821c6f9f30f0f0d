//! One finding per line, for `grep` and for editors: `file:line:column: severity[CODE]: message`.

use super::{Finding, Report};

pub(super) fn write(report: &Report) -> String {
    report.findings().map(line).collect::<Vec<_>>().join("\n")
}

fn line(found: &Finding) -> String {
    let at = match found.spot.region {
        Some(region) => format!(":{}:{}", region.line, region.column),
        None => String::new(),
    };
    let message = found.message.replace(['\n', '\r'], " ");
    format!(
        "{}{at}: {}[{}]: {message}",
        found.spot.path, found.level, found.code
    )
}
