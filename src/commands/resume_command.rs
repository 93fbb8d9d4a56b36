//! Makes the command that resumes a run: the same arguments, quoted for a shell. It holds no key,
//! since no flag takes one, and no personal data, since they are in a file. A command with the
//! password of a proxy, or with the command that prints the key, is not shown.

use std::ffi::OsString;

use jiff::Timestamp;

use crate::platform::ShellSyntax;

/// Returns the command that resumes a run with these arguments. `--max-age` with the start of the
/// run replaces `--fresh`. Returns `None` if an argument is not UTF-8 or holds a password.
pub(crate) fn command(
    args: impl IntoIterator<Item = OsString>,
    fresh: Option<Timestamp>,
) -> Option<String> {
    let mut words = Vec::new();
    for arg in args {
        match (arg.into_string().ok()?, fresh) {
            (arg, _) if holds_a_password(&arg) => return None,
            (arg, Some(begun)) if arg == "--fresh" => {
                words.extend(["--max-age".to_owned(), format!("{begun:.3}")]);
            }
            (arg, _) => words.push(arg),
        }
    }
    Some(ShellSyntax::current().command(&words))
}

/// Returns whether the argument has a part of the form `user:password@host`, or a command after it
/// that may hold a key.
fn holds_a_password(word: &str) -> bool {
    let user =
        |before: &str| before.rsplit_once("://").map_or(before.to_owned(), |(_, it)| it.to_owned());
    word.starts_with("--partner-key-command")
        || word.rsplit_once('@').is_some_and(|(before, _)| user(before).contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(args: &[&str], fresh: Option<&str>) -> Option<String> {
        let fresh = fresh.map(|stamp| stamp.parse().unwrap());
        command(args.iter().map(|arg| OsString::from(*arg)), fresh)
    }

    #[test]
    fn a_shell_reads_back_what_was_typed() {
        for (args, command) in [
            (&["idv", "batch", "a.csv", "-c", "4"][..], "idv batch a.csv -c 4"),
            (
                &["./idv", "batch", "dua puluh.csv", "--map", "name=Nama"],
                "./idv batch 'dua puluh.csv' --map name=Nama",
            ),
            (&["idv", "", "it's", "$x", "*", "a;b"], r"idv '' 'it'\''s' '$x' '*' 'a;b'"),
        ] {
            assert_eq!(again(args, None).as_deref(), Some(command));
        }
    }

    #[test]
    fn a_fresh_run_goes_on_from_its_beginning() {
        let args = ["idv", "batch", "a.csv", "--fresh"];
        let command = again(&args, Some("2026-11-25T08:00:00Z")).unwrap();
        assert_eq!(command, "idv batch a.csv --max-age 2026-11-25T08:00:00.000Z");
    }

    #[test]
    fn a_password_is_not_repeated() {
        for flag in [
            "--proxy=http://user:s3cret@h:1",
            "user:s3cret@h",
            "http://user:s3@cret@h/",
            "--partner-key-command",
        ] {
            assert_eq!(again(&["idv", "batch", "a.csv", flag], None), None, "{flag}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_text_is_not_repeated() {
        use std::os::unix::ffi::OsStringExt as _;
        assert_eq!(command([OsString::from_vec(vec![0xff])], None), None);
    }
}
