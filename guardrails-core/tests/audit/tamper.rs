//! What happens to the rows, and what verification says of it.

use guardrails_core::audit::{
    AuditReader, Checkpoint, Conclusion, EventKind, FindingKind, Inventory, Keys, Ledger,
    LogSummary, RecordedEvent, StoredEvent, VerifyReport, leaf_hash, verify, write_payload,
};
use guardrails_core::policy::Digest;
use guardrails_core::{ErrorKind, LogId};

use proptest::prelude::*;
use proptest::sample::Index;

use crate::events::{Rows, context, keys, log, one_of_each, operation, time};

const A: u128 = 1;
const B: u128 = 2;

/// Log A: 1 + 12 events, checkpoints at 5, 9 and 13. Log B: 1 + 4 events, names A's head.
fn rows() -> Rows {
    let mut rows = Rows::default();
    rows.write_log(log(A), 3);
    rows.write_log(log(B), 1);
    rows
}

fn check(rows: &Rows) -> VerifyReport {
    verify(rows, &keys().verifier()).unwrap()
}

type Found = (FindingKind, Option<LogId>, Option<u64>, Option<u64>);

fn found(report: &VerifyReport) -> Vec<Found> {
    let findings = report.findings.iter();
    findings
        .map(|finding| (finding.kind, finding.log, finding.seq, finding.through))
        .collect()
}

fn one(kind: FindingKind, log: LogId, first: u64, last: u64) -> Vec<Found> {
    vec![(kind, Some(log), Some(first), Some(last))]
}

/// Changes a payload so that it is still a payload, and still the same length.
fn edit(payload: &mut String) {
    assert!(payload.contains("u-17"));
    *payload = payload.replace("u-17", "u-18");
}

/// Changes payload and hash together, as somebody would who has read the format.
fn rewrite(rows: &mut Rows, of: u128, seq: u64) {
    let row = rows.row(log(of), seq);
    edit(&mut row.payload);
    row.leaf = leaf_hash(row.payload.as_bytes());
}

/// A row of a new event that is right in itself.
fn stranger(of: u128, seq: u64) -> StoredEvent {
    let mut event = one_of_each().remove(1).1;
    event.about = Some(context(77));
    let mut payload = String::new();
    write_payload(&mut payload, log(of), seq, &event);
    StoredEvent {
        log: log(of),
        seq,
        leaf: leaf_hash(payload.as_bytes()),
        payload,
    }
}

#[test]
fn an_untouched_audit_is_proven_whole() {
    let report = check(&rows());
    assert_eq!(found(&report), []);
    assert_eq!(report.unproven, [""; 0]);
    let proven: Vec<_> = report
        .logs
        .iter()
        .map(|log| (log.events, log.proven, log.checkpoints))
        .collect();
    assert_eq!(proven, [(13, 13, 3), (5, 5, 1)]);
    insta::assert_snapshot!("report_intact", report);
    report.into_result().unwrap();
}

#[test]
fn an_empty_audit_has_nothing_wrong() {
    assert_eq!(found(&check(&Rows::default())), []);
}

#[test]
fn every_edited_payload_is_named() {
    for seq in 1..13 {
        let mut rows = rows();
        edit(&mut rows.row(log(A), seq).payload);
        let report = check(&rows);
        assert_eq!(found(&report), one(FindingKind::Altered, log(A), seq, seq));
        let finding = &report.findings[0];
        let of = u128::from((seq - 1) / 4);
        assert_eq!(finding.operation, Some(operation(of)));
        assert!(
            finding.sentence.contains("its text was altered"),
            "{finding}"
        );
        assert_eq!(report.unproven, [""; 0]);
        let error = report.into_result().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tampered);
    }
}

/// One byte anywhere, also where it breaks the JSON: every fifth, to keep the test short.
#[test]
fn a_changed_byte_is_seen_anywhere() {
    let mut rows = Rows::default();
    rows.write_log(log(A), 1);
    let length = rows.of(log(A)).nth(2).unwrap().payload.len();
    for at in (0..length).step_by(5) {
        let mut rows = rows.clone();
        let row = rows.row(log(A), 2);
        let mut bytes = row.payload.clone().into_bytes();
        if !bytes[at].is_ascii() {
            continue;
        }
        bytes[at] ^= 1;
        row.payload = String::from_utf8(bytes).unwrap();
        assert_eq!(
            found(&check(&rows)),
            one(FindingKind::Altered, log(A), 2, 2)
        );
    }
}

#[test]
fn an_edited_hash_is_told_from_an_edited_text() {
    let mut rows = rows();
    rows.row(log(A), 6).leaf = Digest([0; 32]);
    let report = check(&rows);
    assert_eq!(found(&report), one(FindingKind::Altered, log(A), 6, 6));
    assert!(
        report.findings[0]
            .sentence
            .contains("its stored hash was altered")
    );
}

#[test]
fn an_edit_with_its_hash_is_narrowed_to_the_checkpoint_interval() {
    for (seq, first, last) in [(2, 0, 4), (5, 5, 8), (8, 5, 8), (12, 9, 12)] {
        let mut rows = rows();
        rewrite(&mut rows, A, seq);
        let report = check(&rows);
        assert_eq!(
            found(&report),
            one(FindingKind::Altered, log(A), first, last)
        );
        assert_eq!(report.logs[0].proven, first);
        assert_eq!(report.unproven.is_empty(), last == 12, "{report}");
    }
}

#[test]
fn a_checkpoint_after_every_event_names_the_very_event() {
    let mut rows = Rows::default();
    let mut ledger = Ledger::new(log(A), keys());
    for _ in 0..6 {
        rows.seal(&mut ledger, EventKind::Intent, Some(context(0)));
        rows.checkpoints.push((log(A), ledger.checkpoint(time(0))));
    }
    rows.logs.push(LogSummary {
        log: log(A),
        opened: time(0),
        size: 6,
    });
    rewrite(&mut rows, A, 3);
    let report = check(&rows);
    assert_eq!(found(&report), one(FindingKind::Altered, log(A), 3, 3));
    assert!(
        report.findings[0].sentence.contains("event 3 of log"),
        "{report}"
    );
}

#[test]
fn a_deleted_record_is_named_also_when_the_rest_is_renumbered() {
    for renumbered in [false, true] {
        for (first, last) in [(0, 0), (1, 1), (6, 6), (5, 8), (11, 11)] {
            let mut rows = rows();
            rows.events
                .retain(|row| row.log != log(A) || row.seq < first || row.seq > last);
            if renumbered {
                rows.renumber(log(A));
            }
            let report = check(&rows);
            assert_eq!(
                found(&report),
                one(FindingKind::Deleted, log(A), first, last),
                "{report}"
            );
        }
    }
    let mut rows = rows();
    rows.events.retain(|row| row.log != log(A) || row.seq != 7);
    let report = check(&rows);
    assert_eq!(report.findings[0].operation, Some(operation(1)));
    insta::assert_snapshot!("report_deleted", report);
}

#[test]
fn a_record_written_twice_is_named() {
    let mut rows = rows();
    let copy = rows.row(log(A), 6).clone();
    rows.events.insert(7, copy);
    assert_eq!(
        found(&check(&rows)),
        one(FindingKind::Inserted, log(A), 6, 6)
    );
    rows.renumber(log(A));
    assert_eq!(
        found(&check(&rows)),
        one(FindingKind::Inserted, log(A), 6, 6)
    );
}

#[test]
fn an_invented_record_is_named_wherever_it_is_put() {
    // In the middle, the rest renumbered: two records claim one position.
    let mut rows = rows();
    rows.events.insert(6, stranger(A, 6));
    rows.renumber(log(A));
    assert_eq!(
        found(&check(&rows)),
        one(FindingKind::Inserted, log(A), 6, 6)
    );

    // At the end, and far beyond it.
    for seq in [13, 1_000_000, u64::MAX] {
        let mut rows = self::rows();
        rows.events.push(stranger(A, seq));
        let report = check(&rows);
        assert_eq!(found(&report), one(FindingKind::Inserted, log(A), seq, seq));
        assert_eq!(report.findings[0].operation, Some(operation(77)));
    }

    // Taken from another log.
    let mut rows = self::rows();
    let moved = rows.row(log(B), 3).clone();
    rows.events.push(StoredEvent {
        log: log(A),
        seq: 13,
        ..moved
    });
    rows.logs[0].size = 14;
    assert_eq!(
        found(&check(&rows)),
        one(FindingKind::Inserted, log(A), 13, 13)
    );
}

#[test]
fn swapped_records_are_both_named() {
    for (a, b) in [(3, 4), (3, 5), (1, 12)] {
        let mut rows = rows();
        rows.row(log(A), a).seq = 100;
        rows.row(log(A), b).seq = a;
        rows.row(log(A), 100).seq = b;
        rows.events.sort_by_key(|row| (row.log, row.seq));
        let expected = [
            one(FindingKind::Reordered, log(A), a, a),
            one(FindingKind::Reordered, log(A), b, b),
        ];
        assert_eq!(found(&check(&rows)), expected.concat());
    }
}

#[test]
fn rows_given_out_of_order_are_named() {
    let mut rows = rows();
    rows.events.swap(3, 5);
    let report = check(&rows);
    assert!(!report.findings.is_empty());
    let kinds = report.findings.iter().map(|finding| finding.kind);
    assert!(
        kinds.into_iter().all(|kind| kind == FindingKind::Reordered),
        "{report}"
    );
}

#[test]
fn a_cut_tail_shows_by_count_checkpoint_or_later_log() {
    let cut = |count: u64, checkpoints: bool, opening: bool| {
        let mut rows = rows();
        rows.events.retain(|row| row.log != log(A) || row.seq < 9);
        rows.logs[0].size = count;
        if !checkpoints {
            rows.checkpoints.remove(2);
        }
        if !opening {
            rows.remove_log(log(B));
        }
        rows
    };
    for (count, checkpoints, opening, who) in [
        (13, false, false, "the store's own count"),
        (9, true, false, "the checkpoint signed"),
        (9, false, true, "the opening record of log"),
    ] {
        let report = check(&cut(count, checkpoints, opening));
        assert_eq!(found(&report), one(FindingKind::CutOff, log(A), 9, 12));
        assert!(report.findings[0].sentence.contains(who), "{report}");
    }
    // A cut of everything that tells of it cannot be seen, and the report says so.
    let report = check(&cut(9, false, false));
    assert_eq!(found(&report), []);
    assert!(report.to_string().contains("cut from the end"));
}

#[test]
fn a_log_that_is_gone_is_missed_by_the_next() {
    let mut rows = rows();
    rows.remove_log(log(A));
    assert_eq!(
        found(&check(&rows)),
        one(FindingKind::CutOff, log(A), 0, 12)
    );
    let mut rows = self::rows();
    rows.events.retain(|row| row.log != log(A));
    assert_eq!(
        found(&check(&rows)),
        one(FindingKind::CutOff, log(A), 0, 12)
    );
}

#[test]
fn rows_under_a_log_that_is_not_listed_are_named() {
    let unlisted = |log| vec![(FindingKind::Unlisted, Some(log), None, None)];
    // The list alone is emptied: all that it listed is there, and each log is named.
    let mut rows = rows();
    rows.logs.clear();
    let report = check(&rows);
    assert_eq!(
        found(&report),
        [unlisted(log(A)), unlisted(log(B))].concat()
    );
    assert_eq!(report.logs.len(), 2);
    assert_eq!(report.logs[0].opened, None);
    assert!(
        report.to_string().contains("13 events and 3 checkpoints"),
        "{report}"
    );

    // An operation invented under a log of its own, right in itself.
    for seq in [0, 1, 1_000_000, i64::MAX.unsigned_abs(), u64::MAX] {
        let mut rows = self::rows();
        rows.events.push(stranger(7, seq));
        let report = check(&rows);
        let kinds = report.findings.iter().map(|finding| finding.kind);
        assert!(
            kinds.into_iter().any(|kind| kind == FindingKind::Unlisted),
            "{report}"
        );
        assert!(
            report
                .findings
                .iter()
                .all(|finding| finding.log == Some(log(7)))
        );
    }

    // A checkpoint alone.
    let mut rows = self::rows();
    let note = rows.checkpoints[0].1.clone();
    rows.checkpoints.push((log(7), note));
    let kinds: Vec<_> = check(&rows)
        .findings
        .iter()
        .map(|finding| finding.kind)
        .collect();
    assert_eq!(
        kinds,
        [FindingKind::CheckpointForged, FindingKind::Unlisted]
    );
}

#[test]
fn a_store_that_names_no_other_rows_proves_less() {
    struct Partial(Rows);
    impl AuditReader for Partial {
        fn logs(&self) -> guardrails_core::Result<Vec<LogSummary>> {
            self.0.logs()
        }
        fn events(
            &self,
            log: LogId,
            from: u64,
            limit: usize,
        ) -> guardrails_core::Result<Vec<StoredEvent>> {
            self.0.events(log, from, limit)
        }
        fn checkpoints(&self, log: LogId) -> guardrails_core::Result<Vec<String>> {
            self.0.checkpoints(log)
        }
        fn operation(
            &self,
            tenant: &str,
            operation: guardrails_core::OperationId,
        ) -> guardrails_core::Result<Vec<StoredEvent>> {
            self.0.operation(tenant, operation)
        }
        fn derived_rows_that_differ(&self) -> guardrails_core::Result<Vec<String>> {
            Ok(Vec::new())
        }
    }
    let report = verify(&Partial(rows()), &keys().verifier()).unwrap();
    assert_eq!(found(&report), []);
    assert_eq!(report.conclusion(), Conclusion::NotProven);
    assert_eq!(check(&rows()).conclusion(), Conclusion::Proven);
    assert_eq!(check(&Rows::default()).conclusion(), Conclusion::NotProven);
}

#[test]
fn what_cannot_be_read_is_named_and_ends_nothing() {
    let mut rows = rows();
    rows.unreadable
        .push("table `audit_event`, row ?: `log_id`".into());
    rows.row(log(A), 4).payload = String::new();
    let report = check(&rows);
    let kinds: Vec<_> = report.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::Altered, FindingKind::Unreadable]);
    assert_eq!(report.conclusion(), Conclusion::Findings);
}

#[test]
fn a_lowered_count_is_named() {
    for size in [0, 5, 12] {
        let mut rows = rows();
        rows.logs[0].size = size;
        let report = check(&rows);
        let kinds: Vec<_> = report.findings.iter().map(|finding| finding.kind).collect();
        assert_eq!(kinds, [FindingKind::DerivedRowDiffers], "{report}");
    }
}

/// What is appended while a verification reads is proven by the checkpoint that came with it.
#[test]
fn a_log_that_is_signed_while_it_is_verified_is_proven() {
    struct Busy(std::sync::Mutex<(Rows, Ledger)>);
    impl Busy {
        fn grow(&self) -> Rows {
            let mut inner = self.0.lock().unwrap();
            let (rows, ledger) = &mut *inner;
            rows.seal(ledger, EventKind::Intent, Some(context(1)));
            let note = ledger.checkpoint(time(0));
            // As the journal does, the next checkpoint replaces the last.
            rows.checkpoints = vec![(ledger.log(), note)];
            rows.logs[0].size = ledger.size();
            rows.clone()
        }
    }
    impl AuditReader for Busy {
        fn logs(&self) -> guardrails_core::Result<Vec<LogSummary>> {
            self.grow().logs()
        }
        fn inventory(&self) -> guardrails_core::Result<Option<Inventory>> {
            self.grow().inventory()
        }
        fn events(
            &self,
            log: LogId,
            from: u64,
            limit: usize,
        ) -> guardrails_core::Result<Vec<StoredEvent>> {
            self.grow().events(log, from, limit)
        }
        fn checkpoints(&self, log: LogId) -> guardrails_core::Result<Vec<String>> {
            self.grow().checkpoints(log)
        }
        fn operation(
            &self,
            tenant: &str,
            operation: guardrails_core::OperationId,
        ) -> guardrails_core::Result<Vec<StoredEvent>> {
            self.grow().operation(tenant, operation)
        }
        fn derived_rows_that_differ(&self) -> guardrails_core::Result<Vec<String>> {
            Ok(Vec::new())
        }
    }
    let mut rows = Rows::default();
    let ledger = rows.write_log(log(A), 2);
    let busy = Busy(std::sync::Mutex::new((rows, ledger)));
    for _ in 0..20 {
        let report = verify(&busy, &keys().verifier()).unwrap();
        assert_eq!(report.conclusion(), Conclusion::Proven, "{report}");
    }
}

#[test]
fn a_forged_checkpoint_is_named_and_does_not_count() {
    let forger = Keys::from_seed([1; 32]);
    let mut rows = rows();
    let head = Checkpoint::verify(&rows.checkpoints[1].1, &keys().verifier()).unwrap();
    rows.checkpoints[1].1 = head.sign(&forger);
    rows.checkpoints[2].1 = rows.checkpoints[2].1.replace("\n13\n", "\n14\n");
    let other = rows.checkpoints[3].1.clone();
    rows.checkpoints.push((log(A), other));
    let report = check(&rows);
    let kinds: Vec<_> = report.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::CheckpointForged; 3]);
    assert_eq!(report.logs[0].proven, 5);
}

#[test]
fn two_histories_signed_by_one_key_are_named() {
    let mut rows = rows();
    let verifier = keys().verifier();
    let head = Checkpoint::verify(&rows.checkpoints[1].1, &verifier).unwrap();
    let root = Digest([9; 32]);
    let other = Checkpoint { root, ..head }.sign(&keys());
    rows.checkpoints.insert(1, (log(A), other));
    let kinds: Vec<_> = check(&rows)
        .findings
        .iter()
        .map(|finding| finding.kind)
        .collect();
    assert_eq!(kinds, [FindingKind::CheckpointForged]);
}

#[test]
fn stale_checkpoints_leave_a_tail_that_is_called_unproven() {
    let mut rows = rows();
    rows.remove_log(log(B));
    rows.checkpoints.truncate(1);
    rewrite(&mut rows, A, 10);
    let report = check(&rows);
    // Nothing signed covers event 10, so the rewrite cannot show; the report must not claim it.
    assert_eq!(found(&report), []);
    assert_eq!((report.logs[0].events, report.logs[0].proven), (13, 5));
    assert_eq!(report.unproven.len(), 1);
    assert!(report.unproven[0].contains("events 5 – 12"), "{report}");
}

#[test]
fn a_false_opening_record_is_blamed_not_the_log_it_speaks_of() {
    let mut rows = rows();
    let row = rows.row(log(B), 0);
    let RecordedEvent { kind, .. } = RecordedEvent::read(&row.payload).unwrap();
    assert_eq!(kind.as_str(), "log_opened");
    let at = row.payload.find("\"root\":\"sha256:").unwrap() + 15;
    row.payload.replace_range(at..at + 2, "00");
    row.leaf = leaf_hash(row.payload.as_bytes());
    let blamed: Vec<_> = check(&rows)
        .findings
        .iter()
        .map(|finding| finding.log)
        .collect();
    assert!(!blamed.is_empty() && blamed.iter().all(|of| *of == Some(log(B))));
}

#[test]
fn what_broke_before_hides_nothing_of_what_is_edited_after() {
    let mut rows = rows();
    rows.events.retain(|row| row.log != log(A) || row.seq != 2);
    edit(&mut rows.row(log(A), 7).payload);
    let report = check(&rows);
    let mut kinds = found(&report);
    kinds.sort_by_key(|finding| finding.2);
    assert_eq!(
        kinds,
        [
            one(FindingKind::Deleted, log(A), 2, 2),
            one(FindingKind::Altered, log(A), 7, 7)
        ]
        .concat()
    );
    assert_eq!(report.unproven.len(), 1);
}

#[test]
fn a_log_that_grows_while_it_is_verified_is_no_finding() {
    let mut rows = rows();
    // The count read first is older than the events read after it.
    struct Growing(Rows, std::cell::Cell<u64>);
    // `AuditReader` is shared between threads; the test is not.
    struct Shared(std::sync::Mutex<Growing>);
    impl AuditReader for Shared {
        fn logs(&self) -> guardrails_core::Result<Vec<LogSummary>> {
            let inner = self.0.lock().unwrap();
            let calls = inner.1.get();
            inner.1.set(calls + 1);
            let mut logs = inner.0.logs.clone();
            if calls == 0 {
                logs[0].size = 9;
            }
            Ok(logs)
        }
        fn events(
            &self,
            log: LogId,
            from: u64,
            limit: usize,
        ) -> guardrails_core::Result<Vec<StoredEvent>> {
            self.0.lock().unwrap().0.events(log, from, limit)
        }
        fn checkpoints(&self, log: LogId) -> guardrails_core::Result<Vec<String>> {
            self.0.lock().unwrap().0.checkpoints(log)
        }
        fn operation(
            &self,
            tenant: &str,
            operation: guardrails_core::OperationId,
        ) -> guardrails_core::Result<Vec<StoredEvent>> {
            self.0.lock().unwrap().0.operation(tenant, operation)
        }
        fn derived_rows_that_differ(&self) -> guardrails_core::Result<Vec<String>> {
            Ok(Vec::new())
        }
    }
    rows.remove_log(log(B));
    rows.checkpoints.truncate(1);
    let reader = Shared(std::sync::Mutex::new(Growing(rows, 0.into())));
    let report = verify(&reader, &keys().verifier()).unwrap();
    assert_eq!(found(&report), []);
}

#[test]
fn rows_derived_from_events_are_asked_for() {
    let mut rows = rows();
    rows.derived
        .push("row 5 of `ai_operation_audit` says `\u{1b}[2Jdone`".into());
    let report = check(&rows);
    assert_eq!(report.findings[0].kind, FindingKind::DerivedRowDiffers);
    let text = report.to_string();
    assert!(text.contains("ai_operation_audit") && !text.contains('\u{1b}'));
}

#[test]
fn a_report_is_json_for_machines() {
    let mut rows = rows();
    edit(&mut rows.row(log(A), 3).payload);
    let json = serde_json::to_value(check(&rows)).unwrap();
    assert_eq!(json["findings"][0]["kind"], "altered");
    assert_eq!(json["findings"][0]["seq"], 3);
    assert_eq!(json["logs"][0]["proven"], 3);
}

/// One thing somebody does to the rows.
#[derive(Debug, Clone)]
enum Blow {
    Delete(Index),
    Copy(Index, u64),
    Renumber(Index, u64),
    Swap(Index, Index),
    Edit(Index, Index, u8),
    EditWithHash(Index),
    Leaf(Index),
}

fn blow() -> impl Strategy<Value = Blow> {
    let index = any::<Index>;
    let seq = prop_oneof![0_u64..20, Just(u64::MAX), any::<u64>()];
    prop_oneof![
        index().prop_map(Blow::Delete),
        (index(), seq.clone()).prop_map(|(at, seq)| Blow::Copy(at, seq)),
        (index(), seq).prop_map(|(at, seq)| Blow::Renumber(at, seq)),
        (index(), index()).prop_map(|(a, b)| Blow::Swap(a, b)),
        (index(), index(), 1_u8..32).prop_map(|(at, byte, by)| Blow::Edit(at, byte, by)),
        index().prop_map(Blow::EditWithHash),
        index().prop_map(Blow::Leaf),
    ]
}

fn strike(rows: &mut Vec<StoredEvent>, blow: &Blow) {
    let count = rows.len();
    if count == 0 {
        return;
    }
    match blow {
        Blow::Delete(at) => {
            rows.remove(at.index(count));
        }
        Blow::Copy(at, seq) => {
            let row = rows[at.index(count)].clone();
            rows.push(StoredEvent { seq: *seq, ..row });
        }
        Blow::Renumber(at, seq) => rows[at.index(count)].seq = *seq,
        Blow::Swap(a, b) => {
            let (a, b) = (a.index(count), b.index(count));
            let seq = rows[a].seq;
            rows[a].seq = std::mem::replace(&mut rows[b].seq, seq);
        }
        Blow::Edit(at, byte, by) => {
            let payload = &mut rows[at.index(count)].payload;
            let mut bytes = payload.clone().into_bytes();
            let at = byte.index(bytes.len());
            bytes[at] ^= by;
            if let Ok(edited) = String::from_utf8(bytes) {
                *payload = edited;
            }
        }
        Blow::EditWithHash(at) => {
            let row = &mut rows[at.index(count)];
            row.payload = row.payload.replace("u-17", "u-18");
            row.leaf = leaf_hash(row.payload.as_bytes());
        }
        Blow::Leaf(at) => rows[at.index(count)].leaf = Digest([3; 32]),
    }
    rows.sort_by_key(|row| row.seq);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever is done to the rows of a log that checkpoints cover, something is found; and
    /// nothing is found when it came to nothing.
    #[test]
    fn no_change_of_covered_rows_goes_unseen(blows in proptest::collection::vec(blow(), 0..6)) {
        let mut rows = Rows::default();
        rows.write_log(log(A), 2);
        let before = rows.events.clone();
        for blow in &blows {
            strike(&mut rows.events, blow);
        }
        let report = check(&rows);
        prop_assert_eq!(report.findings.is_empty(), rows.events == before, "{}", report);
    }
}
