//! Opens what the rows are read from: a file, or standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::error::InputError;

/// What the messages call the source.
pub fn name_of(path: &Path) -> String {
    if is_stdin(path) {
        "standard input".to_owned()
    } else {
        super::shape::printable(&path.to_string_lossy())
    }
}

/// Whether the path stands for standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens the source for one pass.
pub fn open(path: &Path, name: &str) -> Result<Box<dyn Read + Send>, InputError> {
    if is_stdin(path) {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|error| open_error(error, name))?;
    let is_dir = file.metadata().map_err(|error| open_error(error, name))?.is_dir();
    if is_dir {
        return Err(InputError::Directory { file: name.to_owned() });
    }
    Ok(Box::new(file))
}

fn open_error(source: io::Error, name: &str) -> InputError {
    let file = name.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound => InputError::NotFound { file },
        io::ErrorKind::IsADirectory => InputError::Directory { file },
        _ => InputError::Open { file, source },
    }
}
