//! Verifying an audit whose rows were edited.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guardrails_fuzz::bodies::audit_rows(data));
