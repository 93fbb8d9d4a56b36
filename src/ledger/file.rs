//! The ledger's files: made so that nobody else can read them, on a disk whose locks hold, with a
//! reserve to give back when the disk is full.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::ledger::error::LedgerError;
use crate::platform;

/// Room for the answers that arrive when the disk is full already.
const RESERVE: usize = 256 * 1024;

/// A file beside the ledger, named after it.
pub(super) fn companion(ledger: &Path, suffix: &str) -> PathBuf {
    let mut name = ledger.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The ledger with the files beside it, whether they exist or not.
pub(crate) fn files_of(ledger: &Path) -> Vec<PathBuf> {
    let beside = ["-wal", "-shm", "-journal", "-reserve", "-runs"];
    let mut files = vec![ledger.to_owned()];
    files.extend(beside.map(|suffix| companion(ledger, suffix)));
    files
}

/// Makes the ledger's folders and its empty file, where they are missing.
pub(super) fn prepare(ledger: &Path) -> Result<(), LedgerError> {
    let fail = |error: io::Error| LedgerError::of_io(ledger, &error);
    let folder = folder_of(ledger);
    refuse_network(ledger, nearest(folder))?;
    make_folder(folder).map_err(fail)?;
    match platform::create_private_file(ledger) {
        Ok(file) => file.sync_all().and_then(|()| platform::sync_folder(folder)).map_err(fail),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(fail(error)),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn nearest(folder: &Path) -> &Path {
    folder.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(Path::new("."))
}

/// Makes a folder and those above it, each 0700 whatever the umask, and survives a power cut.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = folder_of(folder);
    make_folder(above)?;
    match platform::create_private_folder(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        made => made?,
    }
    platform::sync_folder(above)
}

/// Sets the reserve aside, where it is missing.
pub(super) fn create_reserve(ledger: &Path) -> Result<(), LedgerError> {
    let path = companion(ledger, "-reserve");
    if path.exists() {
        return Ok(());
    }
    let written = platform::create_private_file(&path).and_then(|mut file| {
        file.write_all(&vec![0xA5; RESERVE])?;
        file.sync_all()
    });
    match written {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => {
            release_reserve(ledger);
            Err(LedgerError::of_io(ledger, &error))
        }
        Ok(()) => Ok(()),
    }
}

/// Gives the reserve's space back to the disk; says whether there was any.
pub(super) fn release_reserve(ledger: &Path) -> bool {
    std::fs::remove_file(companion(ledger, "-reserve")).is_ok()
}

/// Locks and shared memory don't hold on a network file system.
fn refuse_network(ledger: &Path, folder: &Path) -> Result<(), LedgerError> {
    let found =
        platform::network_file_system(ledger).or_else(|| platform::network_file_system(folder));
    match found {
        Some(file_system) => Err(LedgerError::Network { path: ledger.to_owned(), file_system }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_set_aside_once_and_given_back_once() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger.db");
        create_reserve(&ledger).unwrap();
        create_reserve(&ledger).unwrap();
        assert!(release_reserve(&ledger));
        assert!(!release_reserve(&ledger));
    }
}
