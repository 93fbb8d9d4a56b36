//! The functions of Linux, macOS and other kinds of Unix.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};
use std::process::Command;

use etcetera::BaseStrategy as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The error of a process that has too many open files (`EMFILE`).
pub(crate) const TOO_MANY_OPEN_FILES: i32 = 24;

/// The folder for files that a program keeps between its runs.
pub(crate) fn state_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.state_dir().unwrap_or_else(|| base.data_dir()))
}

/// The home folder of this user.
pub(crate) fn home_folder() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.home_dir().to_owned())
}

/// Whether other users than the owner may read a file that exists.
pub(crate) fn is_readable_by_others(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.mode() & 0o077 != 0)
}

/// The time since this machine was started, sleep included.
#[cfg(target_os = "linux")]
pub(crate) fn uptime() -> std::time::Duration {
    uptime_by(rustix::time::ClockId::Boottime)
}

/// The time since this machine was started, sleep included.
#[cfg(not(target_os = "linux"))]
pub(crate) fn uptime() -> std::time::Duration {
    uptime_by(rustix::time::ClockId::Monotonic)
}

fn uptime_by(clock: rustix::time::ClockId) -> std::time::Duration {
    std::time::Duration::try_from(rustix::time::clock_gettime(clock)).unwrap_or_default()
}

/// Returns the name of the user that runs this process.
pub(crate) fn user_name() -> Option<String> {
    let id = rustix::process::getuid().as_raw().to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = users.lines().find(|line| line.split(':').nth(2) == Some(&id));
    let name = line.and_then(|line| line.split(':').next()).map(str::to_owned);
    name.or_else(|| std::env::var("USER").ok()).or_else(|| Some(format!("uid {id}")))
}

/// Returns the name of this machine.
pub(crate) fn host_name() -> Option<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Some(name).filter(|name| !name.is_empty())
}

/// Returns a process that runs a command line in the system's shell.
pub(crate) fn shell_process(command: &str) -> Command {
    let mut process = Command::new("/bin/sh");
    process.arg("-c").arg(command);
    process
}

/// Whether a file belongs to this user or to the administrator, and not everybody may write it.
pub(crate) fn is_own_file(path: &Path) -> bool {
    let user = rustix::process::getuid().as_raw();
    fs::metadata(path).is_ok_and(|file| [0, user].contains(&file.uid()) && file.mode() & 0o002 == 0)
}

/// The name of the network file system that holds a folder. `None` is a local one.
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub(crate) fn network_file_system(folder: &Path) -> Option<&'static str> {
    crate::platform::file_systems::network_file_system(folder)
}

/// The name of the network file system that holds a folder. Not known on this system.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(crate) fn network_file_system(_: &Path) -> Option<&'static str> {
    None
}

/// Bytes that are free in a folder. `None` if the system does not tell.
pub(crate) fn free_space(folder: &Path) -> io::Result<Option<u64>> {
    let found = rustix::fs::statvfs(folder)?;
    Ok(Some(found.f_bavail.saturating_mul(found.f_frsize)))
}

/// Whether two paths lead to one file, by a hard link too.
pub(crate) fn is_same_file(a: &Path, b: &Path) -> bool {
    let node = |path| fs::metadata(path).map(|found| (found.dev(), found.ino()));
    matches!((node(a), node(b)), (Ok(a), Ok(b)) if a == b)
}

/// What a regular file is and when it was changed last: its size, device and inode, and the times of
/// its content and of its status. `None` for a pipe or a device.
pub(crate) fn file_marks(file: &File) -> io::Result<Option<[i64; 7]>> {
    file.metadata().map(|found| marks(&found))
}

/// The same of the file that has this path now.
pub(crate) fn file_marks_at(path: &Path) -> io::Result<Option<[i64; 7]>> {
    fs::metadata(path).map(|found| marks(&found))
}

fn marks(found: &fs::Metadata) -> Option<[i64; 7]> {
    found.is_file().then(|| {
        [
            found.len().cast_signed(),
            found.dev().cast_signed(),
            found.ino().cast_signed(),
            found.mtime(),
            found.mtime_nsec(),
            found.ctime(),
            found.ctime_nsec(),
        ]
    })
}

/// Whether an open file is the one of this name.
pub(crate) fn is_open_at(file: &File, path: &Path) -> bool {
    let node = |found: fs::Metadata| (found.dev(), found.ino());
    let named = fs::symlink_metadata(path).map(node);
    matches!((file.metadata().map(node), named), (Ok(open), Ok(named)) if open == named)
}

/// Creates a file that only its owner may read and write, whatever the umask.
pub(crate) fn create_private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create_new(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

/// Creates a folder that only its owner may enter, whatever the umask.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o700))
}

/// Syncs a folder: otherwise a power cut may take a new name in it away again.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Checks that another program lets this file be replaced. It always does on Unix.
#[expect(clippy::unnecessary_wraps, reason = "Windows returns an error")]
pub(crate) fn check_replaceable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Standard output without the line buffer of the standard library, which costs a system call a row.
pub(crate) fn stdout() -> io::Result<Box<dyn io::Write + Send>> {
    Ok(Box::new(File::from(io::stdout().as_fd().try_clone_to_owned()?)))
}

/// Whether the terminal shows colours.
pub(crate) fn has_colors() -> bool {
    true
}

/// Turns off core files: they would hold the whole memory of the process.
pub(crate) fn disable_crash_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // A process may always lower its limit. A system without such a limit returns an error, which
    // is ignored.
    let _ = setrlimit(Resource::Core, none);
}

/// Lets a write beyond the limit on the size of files fail, where it would end the process otherwise.
/// It needs the event loop.
pub(crate) fn outlive_file_size_limit() {
    // The number of SIGXFSZ on Linux, macOS and the BSDs. Its handler stays when this value is dropped.
    let _ = signal(SignalKind::from_raw(25));
}

/// The largest size of a file that this process may write.
pub(crate) fn file_size_limit() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Fsize).current
}

/// Ends the process after a panic if the system would keep its memory. No core file is written here.
pub(crate) fn end_after_panic() {}

/// Certificates in the program, for a system that has none: Mozilla's list.
#[cfg(target_os = "linux")]
pub(crate) fn built_in_certificates() -> impl Iterator<Item = &'static [u8]> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(AsRef::as_ref)
}

/// Certificates in the program. This system has its own.
#[cfg(not(target_os = "linux"))]
pub(crate) fn built_in_certificates() -> impl Iterator<Item = &'static [u8]> {
    std::iter::empty()
}

/// The signals that ask a process to end.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// `None` under `nohup`: the run then outlives its terminal.
    hang_up: Option<Signal>,
}

impl Signals {
    /// Installs the signal handlers.
    pub(crate) fn install() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if ignores_hang_up() { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    /// Waits for a signal.
    pub(crate) async fn next(&mut self) {
        let hung_up = async {
            match &mut self.hang_up {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            () = hung_up => {}
        }
    }
}

/// Whether the parent process set SIGHUP to be ignored, as `nohup` does. Linux shows it in the mask
/// `SigIgn`; other systems show it only to unsafe code.
fn ignores_hang_up() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 > 0)
}
