//! The sentences about an output that can't be written. All but the last two are found before
//! anything is sent.

/// The sentences about an output that can't be written, each with what to do next.
pub(crate) trait OutputWords {
    /// The output would replace the input.
    fn output_is_input(&self, file: &str) -> String;
    /// An encrypted output whose name does not say so.
    fn output_not_named_age(&self, file: &str) -> String;
    /// An output is named as an encrypted file, and nobody could read it.
    fn output_without_recipient(&self, file: &str) -> String;
    /// The output would replace the ledger, or a file beside it.
    fn output_is_ledger(&self, file: &str) -> String;
    /// The output is a database, perhaps a ledger.
    fn output_is_database(&self, file: &str) -> String;
    /// Another run writes the output.
    fn output_locked(&self, file: &str) -> String;
    /// Two outputs would go to one file.
    fn output_named_twice(&self, file: &str) -> String;
    /// The file was not written by idv.
    fn output_not_ours(&self, file: &str) -> String;
    /// Another program keeps the file.
    fn output_in_use(&self, file: &str, why: &str) -> String;
    /// The file can't be written.
    fn output_unwritable(&self, file: &str, why: &str) -> String;
}
