//! Reading, printing, and reading what was printed.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guardrails_fuzz::bodies::format(data));
