//! Recognises Windows paths of another computer: `\\server\share`, in all its spellings.

use std::path::Path;

/// Whether a path names a folder of another computer. A drive letter of a network drive is not seen:
/// canonicalize the path first.
pub(super) fn is_unc(path: &Path) -> bool {
    let text = path.to_string_lossy().replace('/', "\\");
    match text.strip_prefix(r"\\") {
        Some(rest) => match rest.strip_prefix(r"?\") {
            Some(verbatim) => verbatim.get(..4).is_some_and(|it| it.eq_ignore_ascii_case(r"UNC\")),
            None => !rest.starts_with(r".\"),
        },
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_another_computer_are_unc() {
        for path in [r"\\server\share\a.db", "//server/share/a.db", r"\\?\UNC\server\share\a.db"] {
            assert!(is_unc(Path::new(path)), "{path}");
        }
        for path in [r"C:\idv\a.db", r"\\?\C:\idv\a.db", r"\\.\pipe\a", r"\idv\a.db", "a.db", ""] {
            assert!(!is_unc(Path::new(path)), "{path}");
        }
    }
}
