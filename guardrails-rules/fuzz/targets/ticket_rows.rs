//! Rows of approval tickets that somebody edited, and everybody who deals with them.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guardrails_fuzz::bodies::ticket_rows(data));
