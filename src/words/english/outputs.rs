//! English sentences about an output that can't be written.

use crate::words::OutputWords;
use crate::words::english::English;

impl OutputWords for English {
    fn output_is_input(&self, file: &str) -> String {
        format!("{file} is the input: the results need a file of their own")
    }

    fn output_not_named_age(&self, file: &str) -> String {
        format!("{file} would be encrypted, and its name must say so\n\n  hint: write {file}.age")
    }

    fn output_without_recipient(&self, file: &str) -> String {
        format!(
            "{file} is named as an encrypted file, and no recipient is given\n\n  \
             hint: add --encrypt-to with the public key of the person who will read it, or leave \
             out .age"
        )
    }

    fn output_is_ledger(&self, file: &str) -> String {
        format!("{file} belongs to the ledger: the results need a file of their own")
    }

    fn output_is_database(&self, file: &str) -> String {
        format!(
            "{file} is a database, and perhaps a ledger: it is never replaced\n\n  \
             hint: choose another name"
        )
    }

    fn output_locked(&self, file: &str) -> String {
        format!(
            "another run is writing {file}\n\n  \
             hint: wait until it has ended, or choose another name"
        )
    }

    fn output_named_twice(&self, file: &str) -> String {
        format!("{file} is named for two outputs: give each a file of its own")
    }

    fn output_not_ours(&self, file: &str) -> String {
        format!(
            "{file} exists and holds no results of idv\n\n  \
             hint: choose another name, or replace it with --force"
        )
    }

    fn output_in_use(&self, file: &str, why: &str) -> String {
        format!(
            "can't replace {file}: {why}\n\n  \
             hint: close it in Excel or another program, or choose another name"
        )
    }

    fn output_unwritable(&self, file: &str, why: &str) -> String {
        format!(
            "can't write {file}: {why}\n\n  \
             hint: choose a file in a folder that you may write to"
        )
    }
}
