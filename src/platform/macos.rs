//! Finds out on macOS whether a folder is on the file system of another host.

use std::path::Path;

/// The flag of a file system on this machine (`MNT_LOCAL` of `sys/mount.h`).
const LOCAL: u32 = 0x1000;

/// The name of the network file system that holds a folder. `None` is a local one.
pub(super) fn network_file_system(folder: &Path) -> Option<&'static str> {
    let found = rustix::fs::statfs(folder).ok()?;
    (found.f_flags & LOCAL == 0).then_some("no disk of this Mac")
}
