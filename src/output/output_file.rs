//! An output file: written as `FILE.part`, which is locked, readable by its owner alone, and renamed
//! when complete. A file that idv did not write is not replaced.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use crate::model::warning::Warning;
use crate::output::encryption::{EncryptedFile, Encryption};
use crate::output::existing_output::{is_check, is_idv_output};
use crate::output::output_error::OutputError;
use crate::output::{Writer, text};
use crate::platform;

/// The files that an output may replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MayReplace {
    /// A file that idv wrote.
    IdvOutput,
    /// A file that a check wrote. Results are paid for and are not replaced by a check.
    Checks,
    /// Any file.
    Anything,
}

impl MayReplace {
    /// For results, with `--force` or without.
    pub(crate) const fn of_results(force: bool) -> Self {
        if force { Self::Anything } else { Self::IdvOutput }
    }

    /// For the rows of a check, with `--force` or without.
    pub(crate) const fn of_checks(force: bool) -> Self {
        if force { Self::Anything } else { Self::Checks }
    }

    fn allows(self, path: &Path) -> io::Result<bool> {
        match self {
            Self::IdvOutput => Ok(is_idv_output(path)? || is_check(path)?),
            Self::Checks => is_check(path),
            Self::Anything => Ok(true),
        }
    }
}

/// A file that is being written: as `FILE.part` beside it, and discarded when dropped unless it is
/// persisted.
#[derive(Debug)]
pub(crate) struct OutputFile {
    path: PathBuf,
    /// The part file. `None` for a device or a pipe, which is written to directly, and after the
    /// part was persisted or left.
    part: Option<PathBuf>,
    file: File,
    /// The file that will be replaced, locked: it may be the part of another run by a hard link.
    replaced: Option<File>,
    /// Encrypts what is written, if it must be.
    encrypted: Option<(Encryption, EncryptedFile)>,
}

impl OutputFile {
    /// Opens a file whose place is not yet taken by another file of the command.
    pub(super) fn open(path: &Path, may_replace: MayReplace) -> Result<Self, OutputError> {
        let unwritable = |why| OutputError::Unwritable { file: path.to_owned(), why };
        let existing = match fs::metadata(path) {
            Ok(existing) => Some(existing),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unwritable(error)),
        };
        if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
            let file = OpenOptions::new().write(true).open(path).map_err(unwritable)?;
            return Ok(Self {
                path: path.to_owned(),
                part: None,
                file,
                replaced: None,
                encrypted: None,
            });
        }
        let mut replaced = None;
        if existing.is_some() {
            if !may_replace.allows(path).map_err(unwritable)? {
                return Err(OutputError::NotOurs(path.to_owned()));
            }
            if is_database(path).map_err(unwritable)? {
                return Err(OutputError::IsDatabase(path.to_owned()));
            }
            let in_use = |why| OutputError::InUse { file: path.to_owned(), why };
            platform::check_replaceable(path).map_err(in_use)?;
            replaced = lock_replaced(path)?;
        }
        let part = part_of(path);
        let file = create_locked(&part, path)?;
        Ok(Self { path: path.to_owned(), part: Some(part), file, replaced, encrypted: None })
    }

    /// Encrypts all that is written from now on.
    pub(super) fn encrypt(&mut self, encryption: &Encryption) -> io::Result<()> {
        let stream = encryption.begin_readable(self.file.try_clone()?)?;
        self.encrypted = Some((encryption.clone(), stream));
        Ok(())
    }

    /// A handle to write with.
    pub(crate) fn writer(&self) -> io::Result<Writer> {
        Ok(match &self.encrypted {
            Some((_, stream)) => Box::new(stream.clone()),
            None => Box::new(self.file.try_clone()?),
        })
    }

    /// Empties the file, so that it is written from its beginning again.
    pub(crate) fn restart(&self) -> io::Result<()> {
        let mut file = self.file.try_clone()?;
        file.set_len(0)?;
        file.rewind()?;
        if let Some((encryption, stream)) = &self.encrypted {
            stream.restart(&encryption.begin_readable(file)?);
        }
        Ok(())
    }

    /// Whether what is written is encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.encrypted.is_some()
    }

    /// The file that holds what was written so far.
    pub(crate) fn part(&self) -> &Path {
        self.part.as_deref().unwrap_or(&self.path)
    }

    /// Puts the file in its place and returns its path. Everything must have been flushed. If the
    /// place is taken meanwhile, the file gets a number: `results (2).csv`. If that fails too, the
    /// part stays.
    pub(crate) fn persist(mut self) -> io::Result<PathBuf> {
        self.finish_encryption()?;
        let Some(part) = self.part.take() else { return Ok(self.path.clone()) };
        self.file.sync_all()?;
        self.replaced = None;
        let place = match fs::rename(&part, &self.path) {
            Ok(()) => self.path.clone(),
            Err(error) => rename_numbered(&part, &self.path).ok_or(error)?,
        };
        if place != self.path {
            let name = |path: &Path| text::path(path);
            Warning::NotReplaced { wanted: name(&self.path), place: name(&place) }.tell();
        }
        // A power cut may undo the rename otherwise. A file system that can't sync a folder goes on.
        let _ = platform::sync_folder(parent(&self.path));
        Ok(place)
    }

    /// Makes another file from the part, and puts that in its place. If that fails, the part stays.
    pub(crate) fn persist_made(
        mut self,
        make: impl FnOnce(Box<dyn Read>, Writer) -> io::Result<()>,
    ) -> io::Result<PathBuf> {
        self.finish_encryption()?;
        let Some(part) = self.part.take() else {
            make(Box::new(self.file.try_clone()?), self.writer()?)?;
            return Ok(self.path.clone());
        };
        let made = create_private(&with_ending(&self.path, ".new"))?;
        let made = Self {
            path: self.path.clone(),
            part: Some(with_ending(&self.path, ".new")),
            encrypted: self.encryption_of(&made)?,
            file: made,
            replaced: None,
        };
        make(self.rewound()?, made.writer()?)?;
        let place = made.persist()?;
        fs::remove_file(part)?;
        Ok(place)
    }

    /// Leaves the part where it is, for a run that ends before its results are whole.
    pub(crate) fn leave_part(mut self) {
        // Without its last chunk the part is readable up to it.
        let _ = self.finish_encryption();
        self.part = None;
    }

    fn finish_encryption(&self) -> io::Result<()> {
        self.encrypted.as_ref().map_or(Ok(()), |(_, stream)| stream.finish())
    }

    /// The encryption of a file that replaces this one: for the recipients only.
    fn encryption_of(&self, file: &File) -> io::Result<Option<(Encryption, EncryptedFile)>> {
        let Some((encryption, _)) = &self.encrypted else { return Ok(None) };
        Ok(Some((encryption.clone(), encryption.begin(file.try_clone()?)?)))
    }

    /// Reads what was written so far.
    fn rewound(&self) -> io::Result<Box<dyn Read>> {
        let mut file = self.file.try_clone()?;
        file.rewind()?;
        Ok(match &self.encrypted {
            Some((encryption, _)) => Box::new(encryption.read(file)?),
            None => Box::new(file),
        })
    }

    /// The folder of the file. `None` for a device or a pipe.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.part.as_ref().map(|_| parent(&self.path))
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            // The next run replaces a part that can't be removed.
            let _ = fs::remove_file(part);
        }
    }
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Writes a text to stdout. A closed pipe (`| head`) is no error.
pub(crate) fn print(text: &[u8]) -> io::Result<()> {
    match platform::stdout()?.write_all(text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Renames a file to the first free of `results (2).csv`, `results (3).csv`, ... `None` if none works.
fn rename_numbered(part: &Path, path: &Path) -> Option<PathBuf> {
    let (stem, ending) = (path.file_stem()?, path.extension());
    (2..100).find_map(|number| {
        let mut name = stem.to_owned();
        name.push(format!(" ({number})"));
        if let Some(ending) = ending {
            name.push(".");
            name.push(ending);
        }
        let place = path.with_file_name(name);
        platform::create_private_file(&place).ok()?;
        fs::rename(part, &place).ok()?;
        Some(place)
    })
}

pub(super) fn part_of(path: &Path) -> PathBuf {
    with_ending(path, ".part")
}

pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Creates a new file, so that neither the mode of an old file nor a link decides who may read it.
fn create_private(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    platform::create_private_file(path)
}

/// Creates the part of an output and locks it, so that another run with this output is refused. A part
/// that a killed run left is replaced.
fn create_locked(part: &Path, path: &Path) -> Result<File, OutputError> {
    let unwritable = |why| OutputError::Unwritable { file: path.to_owned(), why };
    // Another run may create or remove the part between two steps, so they are tried again.
    for _ in 0..100 {
        match platform::create_private_file(part) {
            Ok(file) => {
                lock(&file, path)?;
                if platform::is_open_at(&file, part) {
                    return Ok(file);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                remove_unlocked(part, path)?;
            }
            Err(error) => return Err(unwritable(error)),
        }
    }
    Err(OutputError::Locked(path.to_owned()))
}

/// Removes the part of a run that has ended.
fn remove_unlocked(part: &Path, path: &Path) -> Result<(), OutputError> {
    let unwritable = |why| OutputError::Unwritable { file: path.to_owned(), why };
    let is_regular = fs::symlink_metadata(part).is_ok_and(|found| found.is_file());
    let locked = match File::open(part) {
        Ok(file) if is_regular => {
            lock(&file, path)?;
            Some(file)
        }
        _ => None,
    };
    if locked.as_ref().is_some_and(|file| !platform::is_open_at(file, part)) {
        return Ok(());
    }
    match fs::remove_file(part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(error)),
        _ => Ok(()),
    }
}

/// Locks a file, unless another run has. A file system without locks does what it can.
fn lock(file: &File, path: &Path) -> Result<(), OutputError> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(OutputError::Locked(path.to_owned())),
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// Locks the file that will be replaced. On Windows a lock would keep others from reading it.
fn lock_replaced(path: &Path) -> Result<Option<File>, OutputError> {
    if cfg!(windows) {
        return Ok(None);
    }
    let Ok(file) = File::open(path) else { return Ok(None) };
    lock(&file, path)?;
    Ok(Some(file))
}

/// Whether a file is an `SQLite` database or its log.
fn is_database(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(16).read_to_end(&mut head)?;
    Ok(head.starts_with(b"SQLite format 3\0")
        || matches!(head[..], [0x37, 0x7f, 0x06, 0x82 | 0x83, ..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::file_identity::{CommandFiles, FileRole};

    #[test]
    fn only_what_idv_wrote_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("results.csv");
        for (text, ours) in [
            ("", true),
            ("nik,idv_row,idv_outcome,idv_code,idv_charged\n1,1,pass,200,yes\n", true),
            ("{\"row\":1,\"outcome\":\"pass\",\"charged\":\"yes\"}\n", true),
            ("PASS  they belong together\n\n  id_number     1\n\n  charged       yes\n", true),
            ("PASS  the exam\n\n  charged       yes\n", false),
            ("passed\n\n  id_number     1\n\n  charged       yes\n", false),
            ("nik,nama\n1,2\n", false),
            ("{}\n", false),
        ] {
            fs::write(&file, text).unwrap();
            assert_eq!(is_idv_output(&file).unwrap(), ours, "{text}");
            assert_eq!(OutputFile::open(&file, MayReplace::IdvOutput).is_ok(), ours, "{text}");
            assert!(OutputFile::open(&file, MayReplace::Anything).is_ok(), "{text}");
        }
    }

    #[test]
    fn neither_the_file_nor_its_part_may_be_the_input() {
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join("a.csv.part");
        fs::write(&part, "nik\n").unwrap();
        let open = |output: &str| {
            let mut files = CommandFiles::default();
            files.add(&part, FileRole::Input);
            files.open(&folder.path().join(output), MayReplace::Anything)
        };
        assert!(matches!(open("a.csv.part"), Err(OutputError::IsInput(_))));
        assert!(matches!(open("a.csv"), Err(OutputError::IsInput(_))));
        assert_eq!(fs::read_to_string(&part).unwrap(), "nik\n");
    }

    #[test]
    fn a_file_whose_place_is_taken_gets_a_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.csv");
        fs::write(folder.path().join("results (2).csv"), "kept").unwrap();
        let file = OutputFile::open(&path, MayReplace::IdvOutput).unwrap();
        file.writer().unwrap().write_all(b"rows").unwrap();
        fs::create_dir(&path).unwrap();
        let place = file.persist().unwrap();
        assert_eq!(place, folder.path().join("results (3).csv"));
        assert_eq!(fs::read_to_string(place).unwrap(), "rows");
        assert_eq!(fs::read_to_string(folder.path().join("results (2).csv")).unwrap(), "kept");
    }
}
