//! A file that several readers read at places of their own.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use crate::input::watched_file::WatchedFile;

/// A reader with a position of its own. All clones read one open file.
#[derive(Clone)]
pub(super) struct SharedFile {
    file: Arc<Mutex<WatchedFile>>,
    position: u64,
}

impl SharedFile {
    /// Reads a file from its beginning.
    pub(super) fn new(file: WatchedFile) -> Self {
        Self { file: Arc::new(Mutex::new(file)), position: 0 }
    }
}

impl Read for SharedFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.position))?;
        let read = file.read(buf)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for SharedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        self.position = match to {
            SeekFrom::Start(position) => position,
            SeekFrom::End(_) => file.seek(to)?,
            SeekFrom::Current(by) => self
                .position
                .checked_add_signed(by)
                .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?,
        };
        Ok(self.position)
    }
}
