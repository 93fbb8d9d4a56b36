//! The flags of `idv completions` and `idv man`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::completion_values::commands;

pub(super) const COMPLETIONS_HELP: &str = "\
Examples:
  idv completions bash > ~/.local/share/bash-completion/completions/idv
  idv completions zsh > ~/.zfunc/_idv
  idv completions fish > ~/.config/fish/completions/idv.fish
  idv completions powershell >> $PROFILE";

pub(super) const MAN_HELP: &str = "\
Examples:
  idv man batch | man -l -
  idv man ledger bill
  idv man --output-dir ~/.local/share/man/man1";

/// A shell that completions are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// GNU bash
    Bash,
    /// The Z shell
    Zsh,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
}

/// `idv completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell that will read them
    #[arg(value_enum)]
    pub shell: Shell,
}

/// `idv man`.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The command whose page is wanted; that of idv itself by default
    #[arg(
        value_name = "COMMAND",
        conflicts_with = "output_dir",
        value_parser = commands(),
        hide_possible_values = true
    )]
    pub command: Vec<String>,
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "FOLDER", value_hint = clap::ValueHint::DirPath)]
    pub output_dir: Option<PathBuf>,
}
