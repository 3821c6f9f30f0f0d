//! Which process writes a log, and whether it still runs.
//!
//! On the same machine the kernel knows: a process is its number and its start time. Of other
//! machines only the lease is known that the writer renews. A wrong guess costs the writer its log
//! (it is fenced off and stops), never the log its truth.

use std::fs;

use chrono::{DateTime, Duration, Utc};

use crate::migration::shape::LABEL;
use crate::text;

/// How long a writer's word that it is alive holds.
pub(crate) const LEASE: Duration = Duration::seconds(10);
/// How often a writer gives it anew, also when it has nothing to write.
pub(crate) const RENEWAL: std::time::Duration = std::time::Duration::from_secs(2);

/// One process on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    /// Host name, boot, and space of process numbers; empty when the system does not tell.
    pub(crate) host: String,
    pub(crate) pid: i64,
    /// Clock ticks between boot and the process's start, as the kernel counts; empty when unknown.
    pub(crate) start: String,
}

/// What is known of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    Running,
    Over,
    /// It is on another machine, or this system does not tell.
    OutOfSight,
}

impl Process {
    /// This process.
    pub(crate) fn current() -> Self {
        let pid = i64::from(std::process::id());
        Self {
            host: host().unwrap_or_default(),
            pid,
            start: start_of(pid).unwrap_or_default(),
        }
    }

    /// Whether `self` runs, as seen from the process `here`.
    pub(crate) fn life_seen_from(&self, here: &Self) -> Life {
        if self.host.is_empty() || self.host != here.host || here.start.is_empty() {
            return Life::OutOfSight;
        }
        match start_of(self.pid) {
            Some(start) if start == self.start => Life::Running,
            _ => Life::Over,
        }
    }

    /// Whether a log of `self`, whose lease runs until `alive_until`, has lost its writer.
    pub(crate) fn is_over(
        &self,
        here: &Self,
        alive_until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> bool {
        match self.life_seen_from(here) {
            Life::Running => false,
            Life::Over => true,
            Life::OutOfSight => alive_until < now,
        }
    }
}

/// Two containers may share a host name and surely share a boot; the process-number space keeps
/// them apart.
fn host() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = fs::read_link("/proc/self/ns/pid").ok()?;
    let host = format!("{} {} {}", name.trim(), boot.trim(), space.display());
    Some(text::fit(&host, LABEL))
}

/// Field 22 of `/proc/PID/stat`; none for a process that is gone, or dead and not yet collected by
/// its parent.
fn start_of(pid: i64) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in field 2 may contain anything, parentheses too.
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X" | "x") {
        return None;
    }
    fields.nth(18).map(str::to_owned)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn knows_itself_and_nobody_else() {
        let here = Process::current();
        assert_eq!(here.life_seen_from(&here), Life::Running);
        let reused = Process {
            start: "1".to_owned(),
            ..here.clone()
        };
        assert_eq!(reused.life_seen_from(&here), Life::Over);
        let elsewhere = Process {
            host: "elsewhere".to_owned(),
            ..here.clone()
        };
        assert_eq!(elsewhere.life_seen_from(&here), Life::OutOfSight);
        let now = DateTime::UNIX_EPOCH;
        assert!(!elsewhere.is_over(&here, now, now));
        assert!(elsewhere.is_over(&here, now - LEASE, now));
    }
}
