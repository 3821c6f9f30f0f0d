//! Reading a record and a change to it, and deciding the change.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guardrails_fuzz::bodies::record_and_change(data));
