//! The ledger's files: made so that nobody else can read them, on a disk whose locks hold, with a
//! reserve to give back when the disk is full.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::ledger::error::LedgerError;

/// Room for the answers that arrive when the disk is full already.
const RESERVE: usize = 256 * 1024;

/// A file beside the ledger, named after it.
pub(super) fn companion(ledger: &Path, suffix: &str) -> PathBuf {
    let mut name = ledger.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes the ledger's folders and its empty file, where they are missing.
pub(super) fn prepare(ledger: &Path) -> Result<(), LedgerError> {
    let fail = |error: io::Error| LedgerError::of_io(ledger, &error);
    let folder = folder_of(ledger);
    refuse_network(ledger, nearest(folder))?;
    make_folder(folder).map_err(fail)?;
    match create(ledger) {
        Ok(file) => file.sync_all().and_then(|()| sync_folder(folder)).map_err(fail),
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
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        made => made?,
    }
    #[cfg(unix)]
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    sync_folder(above)
}

/// Makes a file that was not there, 0600 whatever the umask; `-wal` and `-shm` take after it.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

/// Without this a power cut may take the new name away again.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Sets the reserve aside, where it is missing.
pub(super) fn create_reserve(ledger: &Path) -> Result<(), LedgerError> {
    let path = companion(ledger, "-reserve");
    if path.exists() {
        return Ok(());
    }
    let written = create(&path).and_then(|mut file| {
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

#[cfg(not(target_os = "linux"))]
fn refuse_network(_ledger: &Path, _folder: &Path) -> Result<(), LedgerError> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn refuse_network(ledger: &Path, folder: &Path) -> Result<(), LedgerError> {
    let Ok(found) = rustix::fs::statfs(folder) else { return Ok(()) };
    let mounts = || std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let device =
        || std::fs::metadata(folder).map_or(0, |it| std::os::unix::fs::MetadataExt::dev(&it));
    let name = match u64::try_from(found.f_type).unwrap_or_default() & 0xFFFF_FFFF {
        FUSE => network_fuse(&mounts(), device()),
        magic => NETWORK.iter().find(|(known, _)| *known == magic).map(|(_, name)| *name),
    };
    match name {
        Some(file_system) => Err(LedgerError::Network { path: ledger.to_owned(), file_system }),
        None => Ok(()),
    }
}

/// `f_type` of statfs(2) for file systems of more than one host.
#[cfg(target_os = "linux")]
const NETWORK: [(u64, &str); 14] = [
    (0x6969, "nfs"),
    (0x517B, "smb"),
    (0xFF53_4D42, "cifs"),
    (0xFE53_4D42, "smb2"),
    (0x564C, "ncp"),
    (0x5346_414F, "afs"),
    (0x6B41_4653, "afs"),
    (0x7375_7245, "coda"),
    (0x0102_1997, "9p"),
    (0x00C3_6400, "ceph"),
    (0x0BD0_0BD0, "lustre"),
    (0x4750_4653, "gpfs"),
    (0x0116_1970, "gfs2"),
    (0x7461_636F, "ocfs2"),
];

#[cfg(target_os = "linux")]
const FUSE: u64 = 0x6573_5546;

/// Local file systems go through FUSE too: only these names are of a network.
#[cfg(target_os = "linux")]
const NETWORK_FUSE: [&str; 12] = [
    "fuse.sshfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.gcsfuse",
    "fuse.glusterfs",
    "fuse.ceph-fuse",
    "fuse.ceph",
    "fuse.davfs",
    "fuse.curlftpfs",
    "fuse.goofys",
    "fuse.mount-s3",
    "fuse.juicefs",
];

/// The name of the network file system with this device number, in the text of mountinfo.
#[cfg(target_os = "linux")]
fn network_fuse(mounts: &str, device: u64) -> Option<&'static str> {
    let number = format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device));
    let line = mounts.lines().find(|line| line.split(' ').nth(2) == Some(&number))?;
    let kind = line.split(" - ").nth(1)?.split(' ').next()?;
    NETWORK_FUSE.into_iter().find(|name| *name == kind)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_fuse_mount_is_refused_only_when_its_name_is_of_a_network() {
        let mounts = "36 35 0:41 / /home/x/remote rw - fuse.sshfs host:/ rw\n\
                      37 35 0:42 / /home/x/vault rw shared:1 - fuse.gocryptfs /c rw\n";
        assert_eq!(network_fuse(mounts, rustix::fs::makedev(0, 41)), Some("fuse.sshfs"));
        assert_eq!(network_fuse(mounts, rustix::fs::makedev(0, 42)), None);
        assert_eq!(network_fuse(mounts, rustix::fs::makedev(0, 43)), None);
    }

    #[test]
    fn a_local_disk_is_not_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(refuse_network(folder.path(), folder.path()), Ok(()));
    }

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
