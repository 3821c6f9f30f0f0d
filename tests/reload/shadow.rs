//! Shadow policies from files: watched, refused and swapped like the one in force, without touching it.

use std::fs;

use crm_guardrails::audit::{AuditReader as _, RecordedEvent, RecordedKind};

use super::*;

/// A guard with a shadow policy in a folder of its own.
struct Shadowed {
    running: Running,
}

impl Shadowed {
    fn open(shadow: &str, finished: impl FnOnce(GuardBuilder) -> GuardBuilder) -> Self {
        let folder = folder();
        let path = folder.path().join("shadow");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("sales.guard"), shadow).unwrap();
        let builder = builder(folder.path(), BeforeSwap::RunTests).shadow_policies(path);
        let guard = finished(builder).open().unwrap();
        Self {
            running: Running { folder, guard },
        }
    }

    fn write(&self, policy: &str) {
        let path = self.running.folder.path().join("shadow/sales.guard");
        fs::write(path, policy).unwrap();
    }

    fn guard(&self) -> &Guard {
        &self.running.guard
    }

    fn wait_for(&self, such: impl Fn(&Reload) -> bool) -> Arc<Reload> {
        wait_for(|| self.guard().last_shadow_reload(), such)
    }

    /// Everything on record so far.
    fn events(&self) -> Vec<RecordedKind> {
        let database = self.guard().database();
        let logs = database.logs().unwrap();
        let events = logs.iter().flat_map(|log| {
            let stored = database.events(log.log, 0, 10_000).unwrap();
            stored.into_iter()
        });
        events
            .map(|event| RecordedEvent::read(&event.payload).unwrap().kind)
            .collect()
    }

    fn differences(&self) -> Vec<String> {
        let events = self.events().into_iter();
        events
            .filter_map(|kind| match kind {
                RecordedKind::Shadow { difference, .. } => Some(difference.to_string()),
                _ => None,
            })
            .collect()
    }
}

#[test]
fn a_shadow_is_opened_watched_refused_and_swapped_beside_the_policy_in_force() {
    let shadowed = Shadowed::open(&stricter(), |builder| builder);
    let digest = shadowed.guard().policy_digest().to_string();
    let first = shadowed.guard().shadow_policy_digest().unwrap();
    assert!(swapped(&shadowed.guard().last_shadow_reload().unwrap()));
    shadowed.running.assert_unmoved(&digest);

    shadowed.write(&talkative());
    let failed =
        shadowed.wait_for(|reload| refused(reload).is_some_and(|(_, tests)| tests.len() == 1));
    assert_ne!(failed.bundle, Some(first));
    assert_eq!(shadowed.guard().shadow_policy_digest(), Some(first));

    // Changed, and its test with it: nothing but the shadow now shows the owner.
    shadowed.write(&talkative().replace("owner: hidden", "owner: \"u-17\""));
    shadowed.wait_for(swapped);
    assert_ne!(shadowed.guard().shadow_policy_digest(), Some(first));
    shadowed.running.assert_unmoved(&digest);
    assert!(shadowed.guard().last_reload().is_none());
    shadowed
        .guard()
        .begin(request(&rep()))
        .unwrap()
        .complete("")
        .unwrap();

    assert_eq!(shadowed.differences(), ["narrower", "wider"]);
    let events = shadowed.events();
    let changed = events.iter().filter_map(|kind| match kind {
        RecordedKind::PolicyChanged { from, what, .. } => Some((what.as_str(), from.is_some())),
        _ => None,
    });
    assert_eq!(
        changed.collect::<Vec<_>>(),
        [("shadow", false), ("shadow", true)]
    );
}

#[test]
fn a_broken_shadow_keeps_nothing_from_opening_and_is_on_record() {
    let broken = POLICY.replace("read id, stage", "read id, stagee");
    let shadowed = Shadowed::open(&broken, GuardBuilder::without_watching);
    assert_eq!(shadowed.guard().shadow_policy_digest(), None);
    let last = shadowed.guard().last_shadow_reload().unwrap();
    assert_eq!(refused(&last), Some((vec!["G0202"], vec![])));
    let digest = shadowed.guard().policy_digest().to_string();
    shadowed.running.assert_unmoved(&digest);

    shadowed.write(&stricter());
    shadowed.guard().reload_shadow().unwrap();
    assert!(shadowed.guard().shadow_policy_digest().is_some());
    let refused: Vec<_> = shadowed
        .events()
        .into_iter()
        .filter_map(|kind| match kind {
            RecordedKind::PolicyRefused {
                codes, what, found, ..
            } => Some((what, codes, found.is_some())),
            _ => None,
        })
        .collect();
    let expected = ("shadow".to_owned(), vec!["G0202".to_owned()], true);
    assert_eq!(refused, [expected]);
}

#[test]
fn a_refused_policy_is_on_record() {
    let shadowed = Shadowed::open(POLICY, GuardBuilder::without_watching);
    shadowed.running.write(&talkative());
    let error = shadowed.guard().reload().unwrap_err();
    let recorded = shadowed.events().into_iter().find_map(|kind| match kind {
        RecordedKind::PolicyRefused {
            message,
            what,
            codes,
            found,
        } => Some((message, what, codes, found)),
        _ => None,
    });
    let last = shadowed.guard().last_reload().unwrap();
    assert_eq!(
        recorded,
        Some((error.to_string(), "policy".to_owned(), vec![], last.bundle))
    );
}

#[test]
fn without_shadow_policies_there_is_nothing_to_read_again() {
    let running = Running::unwatched(BeforeSwap::Compile);
    assert!(running.guard.last_shadow_reload().is_none());
    let error = running.guard.reload_shadow().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
}

#[test]
fn parameters_hold_for_the_shadow_as_well() {
    let shadow = POLICY.replace(
        "package reload",
        "package reload\nparam LIMIT : percent = 10%",
    );
    let folder = folder();
    let path = folder.path().join("shadow");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("sales.guard"), &shadow).unwrap();
    fs::write(file(folder.path()), &shadow).unwrap();
    let guard = builder(folder.path(), BeforeSwap::Compile)
        .shadow_policies(&path)
        .parameter("LIMIT", 20)
        .without_watching();
    let guard = guard.open().unwrap();
    assert_eq!(guard.shadow_policy_digest(), Some(guard.policy_digest()));
}
