//! Checks free disk space before a workbook is written: `rust_xlsxwriter` aborts when the disk is full.

use std::io;
use std::path::{Path, PathBuf};

use crate::platform;

/// Bytes that are written between two checks.
const STEP: usize = 2 << 20;

/// Bytes that must be free: much more than a step and a row take.
const MARGIN: u64 = 24 << 20;

/// The free space of a folder.
pub(crate) struct DiskSpace {
    folder: PathBuf,
    unseen: usize,
}

impl DiskSpace {
    /// Makes a check that looks at the first reservation.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), unseen: STEP }
    }

    /// Reserves so many bytes. Fails if the disk is nearly full.
    pub(crate) fn reserve(&mut self, bytes: usize) -> io::Result<()> {
        self.unseen += bytes;
        if self.unseen < STEP {
            return Ok(());
        }
        self.unseen = 0;
        match platform::free_space(&self.folder)? {
            Some(left) if left < MARGIN => Err(io::Error::new(
                io::ErrorKind::StorageFull,
                format!("there is no room for a workbook in {}", self.folder.display()),
            )),
            _ => Ok(()),
        }
    }
}
