//! What a run did to its disk and what it sent, in the order in which it did it: `journal.c`, loaded
//! before the program, has noted it.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// One thing that was done. A node is what the disk calls a file by.
#[derive(Debug)]
pub enum Event {
    /// A new file; one without a name belongs to no folder.
    Made { node: u64, path: Option<PathBuf> },
    /// A new folder.
    Folder { path: PathBuf },
    /// Bytes in a file.
    Wrote { node: u64, at: usize, bytes: Vec<u8> },
    /// A file was cut, or made longer.
    Length { node: u64, length: usize },
    /// A name was taken away.
    Removed { path: PathBuf },
    /// A name was given to what had another.
    Renamed { from: PathBuf, to: PathBuf },
    /// A sync of a file, or of a folder's names, was asked for.
    SyncBegan { sync: i64, node: u64, folder: Option<PathBuf> },
    /// It returned.
    SyncEnded { sync: i64 },
    /// What went out on a connection.
    Sent { socket: u64, bytes: Vec<u8> },
}

/// Runs a command to its end and gives what it did. `journal` is a file that is not there yet.
pub fn record(mut command: Command, library: &Path, journal: &Path) -> (Output, Vec<Event>) {
    let output = command.env("LD_PRELOAD", library).env("IDV_JOURNAL", journal).output().unwrap();
    let bytes = std::fs::read(journal).expect("the library was not loaded");
    (output, read(&bytes))
}

fn read(mut bytes: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_at(32);
        let number = |at: usize| u64::from_ne_bytes(head[at..at + 8].try_into().unwrap());
        let (data, rest) = rest.split_at(usize::try_from(number(24)).unwrap());
        let what = char::from(u8::try_from(number(0)).unwrap());
        events.push(event(what, number(8), number(16).cast_signed(), data));
        bytes = rest;
    }
    events
}

fn event(what: char, node: u64, at: i64, data: &[u8]) -> Event {
    let bytes = || data.to_vec();
    let offset = || usize::try_from(at).unwrap();
    match what {
        'c' => Event::Made { node, path: (!data.is_empty()).then(|| path(data)) },
        'd' => Event::Folder { path: path(data) },
        'w' => Event::Wrote { node, at: offset(), bytes: bytes() },
        't' => Event::Length { node, length: offset() },
        'u' => Event::Removed { path: path(data) },
        'r' => {
            let middle = data.iter().position(|byte| *byte == 0).unwrap();
            Event::Renamed { from: path(&data[..middle]), to: path(&data[middle + 1..]) }
        }
        'b' => {
            let folder = (!data.is_empty()).then(|| path(data));
            Event::SyncBegan { sync: at, node, folder }
        }
        'e' => Event::SyncEnded { sync: at },
        's' => Event::Sent { socket: node, bytes: bytes() },
        other => panic!("journal.c writes no {other:?}"),
    }
}

fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes.to_vec()))
}
