//! Runs the command that prints the partner key: a password manager, a vault, a keychain.

use std::io::Read as _;
use std::process::{Child, ExitStatus, Stdio};

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use crate::model::characters::{bare, shows_nothing};
use crate::platform;
use crate::settings::SettingsError;

/// The longest output that is read, in bytes.
const LONGEST: usize = 16 * 1024;

/// Runs a command in the system's shell and returns the one line of its stdout. Its stderr is shown,
/// its stdin is empty.
pub(super) fn run(command: &str) -> Result<SecretString, SettingsError> {
    let mut process = platform::shell_process(command);
    process.stdin(Stdio::null()).stdout(Stdio::piped());
    let started = process.spawn().map_err(|error| failed(&format!("can't be started: {error}")));
    let (output, status) =
        read(started?).map_err(|error| failed(&format!("can't be read: {error}")))?;
    if !status.success() && output.len() <= LONGEST {
        return Err(failed(&ending(status)));
    }
    key(&output).map(SecretString::from).map_err(failed)
}

/// Reads all output, or as much as proves that it is no key. Then the command is ended.
fn read(mut child: Child) -> std::io::Result<(Zeroizing<Vec<u8>>, ExitStatus)> {
    // With its whole capacity from the beginning, no copy of the key is left behind by growing.
    let mut output = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    if let Some(stdout) = child.stdout.take() {
        stdout.take(LONGEST as u64 + 1).read_to_end(&mut output)?;
    }
    if output.len() > LONGEST {
        child.kill()?;
    }
    let status = child.wait()?;
    Ok((output, status))
}

/// Takes the key from the output. The error does not quote it.
fn key(output: &[u8]) -> Result<&str, &'static str> {
    if output.len() > LONGEST {
        return Err("prints more than a key");
    }
    let text = std::str::from_utf8(output).map_err(|_| "prints bytes that are no text in UTF-8")?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if shows_nothing(line) {
        return Err("prints nothing");
    }
    if line.contains(['\r', '\n']) {
        return Err("prints more than one line");
    }
    if line.contains(char::is_control) {
        return Err("prints control characters");
    }
    Ok(bare(line))
}

fn ending(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("failed with exit code {code}"),
        None => "was ended by a signal".to_owned(),
    }
}

fn failed(why: &str) -> SettingsError {
    SettingsError::KeyCommand(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_line_of_text_is_a_key() {
        for (output, read) in [
            (&b"secret"[..], Ok("secret")),
            (b"secret\n", Ok("secret")),
            ("\u{feff}two words \r\n".as_bytes(), Ok("two words")),
            (b"", Err("prints nothing")),
            (b" \n", Err("prints nothing")),
            (b"a\nb\n", Err("prints more than one line")),
            (b"a\n\n", Err("prints more than one line")),
            (b"a\x1b[0m\n", Err("prints control characters")),
            (b"\xff\n", Err("prints bytes that are no text in UTF-8")),
            (&vec![b'a'; LONGEST + 1], Err("prints more than a key")),
        ] {
            assert_eq!(key(output), read);
        }
    }
}
