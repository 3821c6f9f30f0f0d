//! What is demanded of a coverage, and what of it is not met.

use clap::Args;
use guardrails_rules::{Coverage, Share};

/// How much the tests must reach.
#[derive(Debug, Args)]
pub(super) struct Demands {
    /// Fail when fewer of the rules ever held; implies `--coverage`
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(..=100))]
    fail_under: Option<u8>,
    /// Fail when fewer of the clauses were seen both true and false; implies `--coverage`
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(..=100))]
    fail_under_clauses: Option<u8>,
}

impl Demands {
    pub(super) fn any(&self) -> bool {
        self.fail_under.is_some() || self.fail_under_clauses.is_some()
    }

    /// What was demanded and is not so, one sentence each.
    pub(super) fn unmet(&self, coverage: Option<&Coverage>) -> Vec<String> {
        let Some(coverage) = coverage else {
            return Vec::new();
        };
        let (rules, clauses) = (coverage.rules_held(), coverage.clauses_seen());
        let demands = [
            ("rules", rules, self.fail_under),
            ("clauses", clauses, self.fail_under_clauses),
        ];
        demands
            .into_iter()
            .filter_map(|(what, share, least)| missed(what, share, least?))
            .collect()
    }
}

fn missed(what: &str, share: Share, least: u8) -> Option<String> {
    let Share { covered, total } = share;
    // Rounded down, so that 99.9 % are not enough where 100 % are asked for.
    (share.percent() < usize::from(least)).then(|| {
        format!(
            "{covered} of {total} {what} are covered: {}%, under the {least}% asked for",
            share.percent()
        )
    })
}
