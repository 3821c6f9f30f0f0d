//! A guard with its index, held to the oracle.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guardrails_fuzz::bodies::index_against_oracle(data));
