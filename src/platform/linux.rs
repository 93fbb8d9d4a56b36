//! Finds out on Linux whether a folder is on the file system of another host.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// The name of the network file system that holds a folder. `None` is a local one.
pub(super) fn network_file_system(folder: &Path) -> Option<&'static str> {
    let found = rustix::fs::statfs(folder).ok()?;
    match u64::try_from(found.f_type).unwrap_or_default() & 0xFFFF_FFFF {
        FUSE => {
            let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
            network_fuse(&mounts, std::fs::metadata(folder).map_or(0, |folder| folder.dev()))
        }
        magic => NETWORK.iter().find(|(known, _)| *known == magic).map(|(_, name)| *name),
    }
}

/// `f_type` of statfs(2) for file systems of more than one host.
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

const FUSE: u64 = 0x6573_5546;

/// Local file systems go through FUSE too: only these names are of a network.
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
fn network_fuse(mounts: &str, device: u64) -> Option<&'static str> {
    let number = format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device));
    let line = mounts.lines().find(|line| line.split(' ').nth(2) == Some(&number))?;
    let kind = line.split(" - ").nth(1)?.split(' ').next()?;
    NETWORK_FUSE.into_iter().find(|name| *name == kind)
}

#[cfg(test)]
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
        assert_eq!(network_file_system(tempfile::tempdir().unwrap().path()), None);
    }
}
