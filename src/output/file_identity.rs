//! The files of a command: which of them are the same, by any name or link. No output may be a file that
//! the command reads or keeps, or another output.

use std::fs;
use std::path::{Path, PathBuf};

use crate::output::encryption::Encryption;
use crate::output::output_error::OutputError;
use crate::output::output_file::{MayReplace, OutputFile, part_of, with_ending};
use crate::platform;

/// A file that no output may be.
struct TakenFile {
    path: PathBuf,
    /// Its place, with the links on the way to it resolved.
    place: PathBuf,
    role: FileRole,
    /// Whether all files are meant whose paths begin so.
    begins: bool,
}

/// The role of a file in a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileRole {
    /// The file of applicants.
    Input,
    /// The ledger, or a file beside it.
    Ledger,
    /// An output that was opened before.
    Output,
}

/// The files of a command. Each output is opened here, before anything is paid.
#[derive(Default)]
pub(crate) struct CommandFiles {
    taken: Vec<TakenFile>,
    /// Encrypts all outputs, if it must be.
    encryption: Option<Encryption>,
}

impl CommandFiles {
    /// Adds a file that no output may be. It need not exist.
    pub(crate) fn add(&mut self, path: &Path, role: FileRole) {
        let (path, place) = (path.to_owned(), place_of(path));
        self.taken.push(TakenFile { path, place, role, begins: false });
    }

    /// Adds all files whose paths begin so, also those that do not exist yet. Those that exist are known
    /// by their links too.
    pub(crate) fn add_all_of(&mut self, beginning: &Path, role: FileRole) {
        let (path, place) = (beginning.to_owned(), place_of(beginning));
        let all = TakenFile { path, place, role, begins: true };
        let folder = beginning.parent().map(fs::read_dir);
        for found in folder.into_iter().flatten().flatten().flatten() {
            if all.is(&place_of(&found.path())) {
                self.add(&found.path(), role);
            }
        }
        self.taken.push(all);
    }

    /// Encrypts all outputs that are opened from now on.
    pub(crate) fn encrypt(&mut self, encryption: Option<Encryption>) {
        self.encryption = encryption;
    }

    /// Opens an output, and keeps its names from the outputs after it.
    pub(crate) fn open(
        &mut self,
        path: &Path,
        may_replace: MayReplace,
    ) -> Result<OutputFile, OutputError> {
        let names_age = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("age"));
        match (&self.encryption, names_age) {
            (Some(_), false) => Err(OutputError::NotNamedAge(path.to_owned())),
            (None, true) => Err(OutputError::NoRecipient(path.to_owned())),
            (None, false) => self.open_plain(path, may_replace),
            (Some(encryption), true) => {
                let encryption = encryption.clone();
                let mut file = self.open_plain(path, may_replace)?;
                let unwritable = |why| OutputError::Unwritable { file: path.to_owned(), why };
                file.encrypt(&encryption).map_err(unwritable)?;
                Ok(file)
            }
        }
    }

    fn open_plain(
        &mut self,
        path: &Path,
        may_replace: MayReplace,
    ) -> Result<OutputFile, OutputError> {
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            // A device, a pipe or a folder.
            return OutputFile::open(path, may_replace);
        }
        let place = place_of(path);
        let own = [place.clone(), part_of(&place), with_ending(&place, ".new")];
        if let Some(taken) = self.taken.iter().find(|taken| own.iter().any(|own| taken.is(own))) {
            return Err(match taken.role {
                FileRole::Input => OutputError::IsInput(taken.path.clone()),
                FileRole::Ledger => OutputError::IsLedger(taken.path.clone()),
                FileRole::Output => OutputError::Twice(path.to_owned()),
            });
        }
        // Through a symbolic link an output goes to its target.
        let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
        let file = OutputFile::open(if is_link { &place } else { path }, may_replace)?;
        for own in &own {
            self.add(own, FileRole::Output);
        }
        Ok(file)
    }
}

impl TakenFile {
    fn is(&self, place: &Path) -> bool {
        if self.begins {
            let (place, beginning) = (place.as_os_str(), self.place.as_os_str());
            return place.as_encoded_bytes().starts_with(beginning.as_encoded_bytes());
        }
        self.place == place || platform::is_same_file(&self.path, place)
    }
}

/// The place of a file: its links resolved, also if it does not exist yet.
fn place_of(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    // A link that leads nowhere yet is followed by hand.
    for _ in 0..40 {
        if let Ok(place) = fs::canonicalize(&path) {
            return place;
        }
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    let (folder, name) = (path.parent().unwrap_or(Path::new("")), path.file_name());
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match (fs::canonicalize(folder), name) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => std::path::absolute(&path).unwrap_or(path),
    }
}
