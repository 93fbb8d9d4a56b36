//! Whether a run lives: each run holds the lock of one file of its own for as long as it lives, and
//! the system lets go of it however the run dies. Time says nothing: a run may be stopped for hours.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::ledger::file::{companion, make_folder};
use crate::platform;

/// The lock of a living run. Taken before the run's row exists, so that nobody sees a row without it.
#[derive(Debug)]
pub(super) struct RunLock {
    _file: File,
    path: PathBuf,
    token: String,
}

impl RunLock {
    /// Makes and locks a file that nobody else knows yet.
    pub(super) fn take(ledger: &Path) -> io::Result<Self> {
        let token = random_token()?;
        let path = path_of(ledger, &token);
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        let file = platform::create_private_file(&path)?;
        file.try_lock().map_err(io::Error::from)?;
        Ok(Self { _file: file, path, token })
    }

    /// The name of the file, as it stands in the run's row.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Takes the file away while its lock is still held, then lets go.
    pub(super) fn remove(self) {
        // A file left behind is free, and a free lock says the same as none.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn random_token() -> io::Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(format!("{:016x}", u64::from_be_bytes(bytes)))
}

fn path_of(ledger: &Path, token: &str) -> PathBuf {
    companion(ledger, "-runs").join(token)
}

/// Whether somebody holds the lock. When in doubt, yes: then nothing is sent.
pub(super) fn is_held(ledger: &Path, token: &str) -> bool {
    match File::open(path_of(ledger, token)) {
        Err(error) => error.kind() != io::ErrorKind::NotFound,
        // Shared, so that two who look don't take each other for the run.
        Ok(file) => match file.try_lock_shared() {
            Ok(()) => false,
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => true,
        },
    }
}

/// Takes away the file that a dead run left behind. Tokens are never used again, so no other run
/// can hold a file of this name.
pub(super) fn clear(ledger: &Path, token: &str) {
    if token.bytes().all(|byte| byte.is_ascii_hexdigit()) && !is_held(ledger, token) {
        let _ = std::fs::remove_file(path_of(ledger, token));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_until_its_owner_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger.db");
        let lock = RunLock::take(&ledger).unwrap();
        let token = lock.token().to_owned();
        assert!(is_held(&ledger, &token));
        clear(&ledger, &token);
        assert!(is_held(&ledger, &token));
        drop(lock);
        assert!(!is_held(&ledger, &token));
        clear(&ledger, &token);
        assert!(!path_of(&ledger, &token).exists());
    }

    #[test]
    fn a_run_that_ends_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger.db");
        let lock = RunLock::take(&ledger).unwrap();
        let token = lock.token().to_owned();
        lock.remove();
        assert!(!is_held(&ledger, &token));
        assert_eq!(std::fs::read_dir(companion(&ledger, "-runs")).unwrap().count(), 0);
    }
}
