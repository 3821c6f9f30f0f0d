//! `timezone "Asia/Shanghai"`: the zone in which all files of the bundle mean days and hours.

use guardrails_core::{Diagnostic, Zone, phrase};

use super::symbols::Collector;
use crate::ast::{Declaration, File, Text};
use crate::codes;
use crate::parse::suggest;

/// Takes the zone that the files name; every file that names one must name the same.
pub(super) fn collect(collector: &mut Collector<'_>, files: &[File]) {
    let mut first: Option<(Zone, &Text)> = None;
    for declaration in files.iter().flat_map(|file| &file.declarations) {
        let Declaration::Zone(written) = declaration else {
            continue;
        };
        match (Zone::named(&written.text), first) {
            (None, _) => unknown(collector, written),
            (Some(zone), None) => first = Some((zone, written)),
            (Some(zone), Some((other, earlier))) if zone != other => {
                let message = phrase!(
                    "this bundle has two time zones: `{other}` and `{zone}`"
                        | "这个策略包有两个时区：`{other}` 和 `{zone}`",
                    other = earlier.text,
                    zone = written.text
                );
                let place = collector.bundle.place(written.span);
                let earlier = collector.bundle.place(earlier.span);
                collector.symbols.findings.push(
                    Diagnostic::error(codes::TWO_ZONES, place, message)
                        .note(earlier, phrase!("the other one is here" | "另一个在这里"))
                        .help(phrase!(
                            "keep one `timezone` in the bundle: all its files mean the same days"
                                | "一个策略包只保留一个 `timezone`：所有文件里的日期含义相同"
                        )),
                );
            }
            (Some(_), Some(_)) => {}
        }
    }
    if let Some((zone, _)) = first {
        collector.symbols.zone = zone;
    }
}

fn unknown(collector: &mut Collector<'_>, written: &Text) {
    let message = phrase!(
        "there is no time zone `{name}`" | "没有名为 `{name}` 的时区",
        name = written.text
    );
    let help = match suggest::nearest(&written.text, Zone::names()) {
        Some(meant) => phrase!("did you mean `{meant}`?" | "是否想写 `{meant}`？", meant),
        None => phrase!(
            "write an IANA name such as `Asia/Shanghai`, an offset such as `+08:00`, or `UTC`"
                | "写 IANA 时区名，例如 `Asia/Shanghai`，或者偏移量，例如 `+08:00`，或者 `UTC`"
        ),
    };
    let place = collector.bundle.place(written.span);
    let finding = Diagnostic::error(codes::UNKNOWN_ZONE, place, message);
    collector.symbols.findings.push(finding.help(help));
}
