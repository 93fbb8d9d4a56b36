//! The functions of Windows.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal as _};
use std::os::windows::io::AsHandle as _;
use std::os::windows::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use etcetera::BaseStrategy as _;
use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close,
    ctrl_logoff, ctrl_shutdown,
};

use crate::platform::unc_path::is_unc;

/// The error of a process that has too many open sockets (`WSAEMFILE`).
pub(crate) const TOO_MANY_OPEN_FILES: i32 = 10024;

/// The exit code after a panic, as the standard library has it.
const PANICKED: i32 = 101;

/// The folder for files that a program keeps between its runs: `%LOCALAPPDATA%`, which stays on this
/// computer. `%APPDATA%` is copied to a server when the user logs off.
pub(crate) fn state_folder() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.cache_dir())
}

/// The home folder of this user.
pub(crate) fn home_folder() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.home_dir().to_owned())
}

/// Whether other users than the owner may read a file. A profile's files are private.
pub(crate) fn is_readable_by_others(_: &Path) -> bool {
    false
}

/// A time that goes on while the machine sleeps: the system's counter does.
pub(crate) fn uptime() -> std::time::Duration {
    static BEGUN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    BEGUN.get_or_init(std::time::Instant::now).elapsed()
}

/// Returns the name of the user that runs this process.
pub(crate) fn user_name() -> Option<String> {
    std::env::var("USERNAME").ok()
}

/// Returns the name of this machine.
pub(crate) fn host_name() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}

/// Returns a process that runs a command line in the system's shell. `cmd` reads its line as it is.
pub(crate) fn shell_process(command: &str) -> Command {
    let mut process = Command::new("cmd");
    process.raw_arg("/d /s /c").raw_arg(format!("\"{command}\""));
    process
}

/// Whether a file belongs to this user. Windows does not tell
/// without unsafe code.
pub(crate) fn is_own_file(_: &Path) -> bool {
    true
}

/// The name of the network file system that holds a folder. `None` is a local one. The canonical
/// path of a network drive begins with the name of its server.
pub(crate) fn network_file_system(folder: &Path) -> Option<&'static str> {
    let is_remote = is_unc(folder) || fs::canonicalize(folder).is_ok_and(|path| is_unc(&path));
    is_remote.then_some("a network share")
}

/// Bytes that are free in a folder. `None` if the system does not tell.
pub(crate) fn free_space(folder: &Path) -> io::Result<Option<u64>> {
    fs4::available_space(folder).map(Some)
}

/// Whether two paths lead to one file, by a hard link too.
pub(crate) fn is_same_file(a: &Path, b: &Path) -> bool {
    same_file::is_same_file(a, b).unwrap_or(false)
}

/// What a regular file is and when it was changed last: its size, volume and index, and when it was
/// made and written. `None` for a pipe or a device.
pub(crate) fn file_marks(file: &File) -> io::Result<Option<[i64; 7]>> {
    use std::os::windows::fs::MetadataExt as _;
    let found = file.metadata()?;
    if !found.is_file() {
        return Ok(None);
    }
    let identity = winapi_util::file::information(file)?;
    let marks = [
        found.file_size(),
        identity.volume_serial_number(),
        identity.file_index(),
        found.creation_time(),
        found.last_write_time(),
        0,
        0,
    ];
    Ok(Some(marks.map(u64::cast_signed)))
}

/// The same of the file that has this path now.
pub(crate) fn file_marks_at(path: &Path) -> io::Result<Option<[i64; 7]>> {
    file_marks(&File::open(path)?)
}

/// Whether an open file is the one of this name.
pub(crate) fn is_open_at(file: &File, path: &Path) -> bool {
    let open = file.try_clone().and_then(same_file::Handle::from_file);
    matches!((open, same_file::Handle::from_path(path)), (Ok(open), Ok(named)) if open == named)
}

/// Creates a file. It takes the access rights of its folder, which in a user's profile are private.
pub(crate) fn create_private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).open(path)
}

/// Creates a folder. It takes the access rights of the one above it.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// Does nothing: a folder can't be synced.
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Checks that no other program, such as Excel, keeps this file from being replaced.
pub(crate) fn check_replaceable(file: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(file).map(drop)
}

/// Standard output. A file or a pipe is written to without the line buffer of the standard library;
/// a console needs that library to show letters that are not ASCII.
pub(crate) fn stdout() -> io::Result<Box<dyn io::Write + Send>> {
    let stdout = io::stdout();
    if stdout.is_terminal() {
        return Ok(Box::new(stdout));
    }
    Ok(Box::new(File::from(stdout.as_handle().try_clone_to_owned()?)))
}

/// Whether the console shows colours. An old console shows them only after they are switched on.
pub(crate) fn has_colors() -> bool {
    anstyle_query::windows::enable_ansi_colors() == Some(true)
}

/// Does nothing: Windows keeps no memory of a process that exits by itself, see `end_after_panic`.
pub(crate) fn disable_crash_dumps() {}

/// There is no limit on the size of files.
pub(crate) fn outlive_file_size_limit() {}

/// There is no limit on the size of files.
pub(crate) fn file_size_limit() -> Option<u64> {
    None
}

/// Ends the process after a panic. Otherwise the abort that follows may leave a memory dump.
pub(crate) fn end_after_panic() {
    if cfg!(panic = "abort") {
        std::process::exit(PANICKED);
    }
}

/// Certificates in the program. Windows has its own.
pub(crate) fn built_in_certificates() -> impl Iterator<Item = &'static [u8]> {
    std::iter::empty()
}

/// The events that ask a process to end: Ctrl-C, Ctrl-Break, the closed window, log-off, shutdown.
/// After the last three Windows ends the process within seconds.
pub(crate) struct Signals {
    interrupt: CtrlC,
    stop: CtrlBreak,
    close: CtrlClose,
    log_off: CtrlLogoff,
    shut_down: CtrlShutdown,
}

impl Signals {
    /// Installs the handlers.
    pub(crate) fn install() -> io::Result<Self> {
        Ok(Self {
            interrupt: ctrl_c()?,
            stop: ctrl_break()?,
            close: ctrl_close()?,
            log_off: ctrl_logoff()?,
            shut_down: ctrl_shutdown()?,
        })
    }

    /// Waits for an event.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.stop.recv() => {}
            _ = self.close.recv() => {}
            _ = self.log_off.recv() => {}
            _ = self.shut_down.recv() => {}
        }
    }
}
