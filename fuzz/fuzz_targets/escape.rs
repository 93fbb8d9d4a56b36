//! Hands what libFuzzer makes up to the body of this target.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| idv_fuzz::escape::run(bytes));
