//! `idv completions` and `idv man`: generated from the clap types, so that they are always current.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::builder::PossibleValue;
use clap::{Command, CommandFactory as _};
use clap_complete::aot;
use clap_mangen::Man;

use crate::cli::{Cli, CompletionsArgs, ManArgs, Shell};
use crate::exit::Exit;
use crate::output;
use crate::output::progress::Progress;
use crate::words::Lang;

/// Prints completions for a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let shell = match args.shell {
        Shell::Bash => aot::Shell::Bash,
        Shell::Zsh => aot::Shell::Zsh,
        Shell::Fish => aot::Shell::Fish,
        Shell::Powershell => aot::Shell::PowerShell,
    };
    let mut script = Vec::new();
    let mut root = Cli::command();
    aot::generate(shell, &mut root, "idv", &mut script);
    let mut script = String::from_utf8(script).context("the completions are no text")?;
    for (command, word, help) in positional_values(&root) {
        add_value(args.shell, &mut script, &command, &word, &help);
    }
    output::print(script.as_bytes())?;
    Ok(Exit::Ok)
}

/// Lists the values of positional arguments: command, value, help.
fn positional_values(root: &Command) -> Vec<(String, String, String)> {
    let below = root.get_subcommands();
    let positional = below.flat_map(|c| c.get_positionals().map(move |arg| (c.get_name(), arg)));
    let words = positional.flat_map(|(command, arg)| {
        let word = move |value: PossibleValue| {
            let help = value.get_help().map(ToString::to_string).unwrap_or_default();
            (command.to_owned(), value.get_name().to_owned(), help)
        };
        arg.get_possible_values().into_iter().map(word)
    });
    words.filter(|(_, word, _)| word != "-").collect()
}

/// Adds a value of a positional argument for the two shells whose generators omit it.
fn add_value(shell: Shell, script: &mut String, command: &str, word: &str, help: &str) {
    match shell {
        Shell::Bash | Shell::Zsh => {}
        Shell::Fish => {
            let help = help.replace('\\', "\\\\").replace('\'', "\\'");
            let seen = format!("__fish_idv_using_subcommand {command}");
            // Writing to a String can't fail.
            let _ = writeln!(script, "complete -c idv -n \"{seen}\" -f -a {word} -d '{help}'");
        }
        Shell::Powershell => {
            let help = help.replace('\'', "''");
            let case = format!("'idv;{command}' {{\n");
            let value = format!(
                "            [CompletionResult]::new('{word}', '{word}', \
                 [CompletionResultType]::ParameterValue, '{help}')\n"
            );
            if let Some(at) = script.find(&case) {
                script.insert_str(at + case.len(), &value);
            }
        }
    }
}

/// Prints a manual page, or writes them all into a folder.
pub(crate) fn man(args: &ManArgs) -> anyhow::Result<Exit> {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    if let Some(folder) = &args.output_dir {
        return write_all(&root, folder);
    }
    output::print(&render(find(&root, &args.command)?.clone())?)?;
    Ok(Exit::Ok)
}

fn find<'a>(root: &'a Command, words: &[String]) -> anyhow::Result<&'a Command> {
    let mut command = root;
    for word in words {
        let Some(below) = command.find_subcommand(word) else {
            let names: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
            let hint = match names.as_slice() {
                [] => format!("it has no commands of its own: idv man {}", command.get_name()),
                names => format!("there are: {}", names.join(", ")),
            };
            bail!("{} has no command {word}\n\n  hint: {hint}", command.get_name());
        };
        command = below;
    }
    Ok(command)
}

fn render(command: Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command).manual("idv").render(&mut page)?;
    Ok(page)
}

fn write_all(root: &Command, folder: &Path) -> anyhow::Result<Exit> {
    let failed = || format!("can't write the pages into {}", folder.display());
    fs::create_dir_all(folder).with_context(failed)?;
    let pages = write_below(root, folder).with_context(failed)?;
    let said = format!("{pages} pages in {}", folder.display());
    Progress::messages(false, Lang::En).say(&said);
    Ok(Exit::Ok)
}

fn write_below(command: &Command, folder: &Path) -> io::Result<u32> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    fs::write(folder.join(format!("{name}.1")), render(command.clone())?)?;
    command.get_subcommands().try_fold(1, |pages, below| Ok(pages + write_below(below, folder)?))
}
