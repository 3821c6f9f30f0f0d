//! Rows of the permission tables with their conditions, and role lines.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guardrails_fuzz::bodies::permission_rows(data));
