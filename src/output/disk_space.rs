//! DiskSpace on a disk. The part that makes workbooks leaves the program where its disk is full, so
//! there must be room before it is given anything.

use std::io;
use std::path::{Path, PathBuf};

/// How many bytes are written before it is looked again.
const STEP: usize = 2 << 20;

/// How much must be left on the disk: much more than a step and a row take.
const MARGIN: u64 = 24 << 20;

/// The room in a folder.
pub(crate) struct DiskSpace {
    folder: PathBuf,
    unseen: usize,
}

impl DiskSpace {
    /// Nothing is looked at before something is taken.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), unseen: STEP }
    }

    /// Fails when so many bytes more might not find room.
    pub(crate) fn reserve(&mut self, bytes: usize) -> io::Result<()> {
        self.unseen += bytes;
        if self.unseen < STEP {
            return Ok(());
        }
        self.unseen = 0;
        match left(&self.folder)? {
            Some(left) if left < MARGIN => Err(io::Error::new(
                io::ErrorKind::StorageFull,
                format!("there is no room for a workbook in {}", self.folder.display()),
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(unix)]
fn left(folder: &Path) -> io::Result<Option<u64>> {
    let found = rustix::fs::statvfs(folder)?;
    Ok(Some(found.f_bavail.saturating_mul(found.f_frsize)))
}

/// Not known there.
#[cfg(not(unix))]
fn left(_: &Path) -> io::Result<Option<u64>> {
    Ok(None)
}
