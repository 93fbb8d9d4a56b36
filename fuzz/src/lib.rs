//! What each target does with its bytes: the promises that must hold whatever they are. A target in
//! `fuzz_targets/` hands over what libFuzzer makes up; `tests/corpus.rs` hands over what is kept, to
//! the same functions.

pub mod answer;
pub mod escape;
pub mod plain;
pub mod reader;
pub mod settings;
