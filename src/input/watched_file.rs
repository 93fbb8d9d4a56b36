//! A file that is watched while it is read: what was read after a change is not used.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::platform;

/// Size, times and identity of a regular file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileStamp([i64; 7]);

impl FileStamp {
    /// The stamp of a regular file. `None` for a pipe or a device, which can't be read twice.
    fn of(file: &File) -> io::Result<Option<Self>> {
        platform::file_marks(file).map(|marks| marks.map(Self))
    }

    fn of_path(path: &Path) -> Option<Self> {
        platform::file_marks_at(path).ok().flatten().map(Self)
    }
}

/// A regular file with the stamp that it had at first.
pub(crate) struct WatchedFile {
    file: File,
    path: PathBuf,
    stamp: FileStamp,
    changed: ChangeFlag,
}

/// Whether a watched file has changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChangeFlag(Arc<AtomicBool>);

impl ChangeFlag {
    /// Whether a change was seen.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl WatchedFile {
    /// Watches a file from now on. `None` if it is no regular file.
    pub(crate) fn new(file: File, path: &Path) -> io::Result<Result<Self, File>> {
        let Some(stamp) = FileStamp::of(&file)? else { return Ok(Err(file)) };
        let changed = ChangeFlag::default();
        Ok(Ok(Self { file, path: path.to_owned(), stamp, changed }))
    }

    /// Its stamp.
    pub(crate) const fn stamp(&self) -> FileStamp {
        self.stamp
    }

    /// Tells whether a change was seen.
    pub(crate) fn change_flag(&self) -> ChangeFlag {
        self.changed.clone()
    }

    /// Returns an error if the file has changed, or if another one has its name now.
    pub(crate) fn ensure_unchanged(&self) -> io::Result<()> {
        let is_same = FileStamp::of(&self.file)? == Some(self.stamp)
            && FileStamp::of_path(&self.path) == Some(self.stamp);
        if is_same {
            return Ok(());
        }
        self.changed.0.store(true, Ordering::Relaxed);
        Err(io::Error::other("the file was changed"))
    }
}

/// What is read together with a change, or after it, is an error.
impl Read for WatchedFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buf)?;
        self.ensure_unchanged()?;
        Ok(read)
    }
}

impl Seek for WatchedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::SystemTime;

    use super::*;

    fn watched(path: &Path) -> WatchedFile {
        WatchedFile::new(File::open(path).unwrap(), path).unwrap().ok().unwrap()
    }

    #[test]
    fn what_is_read_after_a_change_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let other = folder.path().join("b.csv");
        let append = |path: &Path| fs::write(path, "nik\n1\n2\n").unwrap();
        let touch = |path: &Path| {
            let file = File::options().append(true).open(path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        };
        let replace = |path: &Path| {
            fs::write(&other, "nik\n9\n").unwrap();
            fs::rename(&other, path).unwrap();
        };
        let remove = |path: &Path| fs::remove_file(path).unwrap();
        for change in [&append as &dyn Fn(&Path), &touch, &replace, &remove] {
            fs::write(&path, "nik\n1\n").unwrap();
            let mut file = watched(&path);
            assert_eq!(file.read(&mut [0; 2]).unwrap(), 2);
            change(&path);
            assert!(file.read(&mut [0; 2]).is_err());
            assert!(file.change_flag().is_set());
        }
    }

    #[test]
    fn a_pipe_is_not_watched() {
        let folder = tempfile::tempdir().unwrap();
        let directory = File::open(folder.path()).unwrap();
        assert!(WatchedFile::new(directory, folder.path()).unwrap().is_err());
    }
}
