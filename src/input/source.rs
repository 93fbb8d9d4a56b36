//! Opens the source of an input: a file, or standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::input::detected_format::printable;
use crate::input::error::InputError;
use crate::input::watched_file::WatchedFile;

/// A source of bytes.
pub(crate) enum Source {
    /// A regular file, which can be read several times.
    File(WatchedFile),
    /// A stream, which can be read once.
    Stream(Box<dyn Read + Send>),
}

/// The name of the source in messages.
pub(crate) fn name_of(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { printable(&path.to_string_lossy()) }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens the source for one pass.
pub(crate) fn open(path: &Path, name: &str) -> Result<Source, InputError> {
    if is_stdin(path) {
        return Ok(Source::Stream(Box::new(io::stdin())));
    }
    let file = File::open(path).map_err(|error| open_error(error, path, name))?;
    let metadata = file.metadata().map_err(|error| open_error(error, path, name))?;
    if metadata.is_dir() {
        return Err(InputError::Directory { file: name.to_owned() });
    }
    let watched = WatchedFile::new(file, path).map_err(|error| open_error(error, path, name))?;
    Ok(match watched {
        Ok(file) => Source::File(file),
        Err(pipe) => Source::Stream(Box::new(pipe)),
    })
}

/// Windows denies access to a folder that is opened as a file.
fn open_error(source: io::Error, path: &Path, name: &str) -> InputError {
    let file = name.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound => InputError::NotFound { file },
        io::ErrorKind::IsADirectory => InputError::Directory { file },
        io::ErrorKind::PermissionDenied if path.is_dir() => InputError::Directory { file },
        _ => InputError::Open { file, source },
    }
}
