//! Compiling a script, and running it.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guardrails_fuzz::bodies::action(data));
