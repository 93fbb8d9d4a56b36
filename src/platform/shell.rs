//! Writes words and commands so that the user's shell reads them back unchanged.

use std::borrow::Cow;

/// The shell that a shown command is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShellSyntax {
    /// sh, bash, zsh and others of Unix.
    Posix,
    /// cmd.exe.
    Cmd,
    /// PowerShell of any version.
    PowerShell,
}

impl ShellSyntax {
    /// The shell that started this process. On Windows, PowerShell adds the user's modules to
    /// `PSModulePath`, which has two folders otherwise.
    pub(crate) fn current() -> Self {
        if cfg!(unix) {
            return Self::Posix;
        }
        let folders = std::env::var_os("PSModulePath")
            .map_or(0, |paths| std::env::split_paths(&paths).count());
        if folders > 2 { Self::PowerShell } else { Self::Cmd }
    }

    /// Quotes a word of a command line, if needed.
    pub(crate) fn quote(self, word: &str) -> Cow<'_, str> {
        let plain = |c: char| c.is_alphanumeric() || self.plain_marks().contains(c);
        if !word.is_empty() && word.chars().all(plain) {
            return word.into();
        }
        match self {
            Self::Posix => format!("'{}'", word.replace('\'', "'\\''")).into(),
            Self::Cmd => format!("\"{}\"", word.replace('"', "\\\"")).into(),
            Self::PowerShell => format!("'{}'", word.replace('\'', "''")).into(),
        }
    }

    /// Joins words to one command.
    pub(crate) fn command(self, words: &[String]) -> String {
        let quoted: Vec<_> = words.iter().map(|word| self.quote(word)).collect();
        let program_is_quoted = quoted.first().is_some_and(|program| program.starts_with('\''));
        let call = if self == Self::PowerShell && program_is_quoted { "& " } else { "" };
        format!("{call}{}", quoted.join(" "))
    }

    /// The commands that set environment variables, a line each.
    pub(crate) fn set_variables(self, variables: &[(&str, &str)]) -> String {
        let each = |set: fn(&(&str, &str)) -> String, between| {
            variables.iter().map(set).collect::<Vec<_>>().join(between)
        };
        match self {
            Self::Posix => {
                format!("export {}", each(|(name, value)| format!("{name}={value}"), " "))
            }
            Self::Cmd => each(|(name, value)| format!("set {name}={value}"), "\n  "),
            Self::PowerShell => each(|(name, value)| format!("$env:{name}='{value}'"), "\n  "),
        }
    }

    fn plain_marks(self) -> &'static str {
        match self {
            Self::Posix => "-_./,:=+@%",
            Self::Cmd => "-_./,:=+@\\",
            Self::PowerShell => "-_./:=+\\",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_quotes_what_it_would_read_otherwise() {
        for (word, posix, cmd, power_shell) in [
            ("/tmp/a-b_c.db", "/tmp/a-b_c.db", "/tmp/a-b_c.db", "/tmp/a-b_c.db"),
            (r"C:\idv\a.db", r"'C:\idv\a.db'", r"C:\idv\a.db", r"C:\idv\a.db"),
            ("my ledger", "'my ledger'", "\"my ledger\"", "'my ledger'"),
            ("it's $HOME", "'it'\\''s $HOME'", "\"it's $HOME\"", "'it''s $HOME'"),
            ("a,b", "a,b", "a,b", "'a,b'"),
            ("", "''", "\"\"", "''"),
            ("a&b", "'a&b'", "\"a&b\"", "'a&b'"),
        ] {
            assert_eq!(ShellSyntax::Posix.quote(word), posix);
            assert_eq!(ShellSyntax::Cmd.quote(word), cmd);
            assert_eq!(ShellSyntax::PowerShell.quote(word), power_shell);
        }
    }

    #[test]
    fn a_quoted_program_is_called_in_power_shell() {
        let words = [r"C:\Program Files\idv.exe", "batch"].map(str::to_owned);
        assert_eq!(ShellSyntax::PowerShell.command(&words), r"& 'C:\Program Files\idv.exe' batch");
        assert_eq!(ShellSyntax::Cmd.command(&words), r#""C:\Program Files\idv.exe" batch"#);
    }

    #[test]
    fn each_shell_sets_variables_in_its_own_way() {
        let set = |shell: ShellSyntax| shell.set_variables(&[("A", "1"), ("B", "2")]);
        assert_eq!(set(ShellSyntax::Posix), "export A=1 B=2");
        assert_eq!(set(ShellSyntax::Cmd), "set A=1\n  set B=2");
        assert_eq!(set(ShellSyntax::PowerShell), "$env:A='1'\n  $env:B='2'");
    }
}
