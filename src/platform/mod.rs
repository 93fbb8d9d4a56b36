//! Everything that differs between operating systems. Each system has a file with the same functions.

mod shell;
#[cfg(any(windows, test))]
mod unc_path;

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod file_systems;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod file_systems;
#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

pub(crate) use crate::platform::shell::ShellSyntax;
pub(crate) use crate::platform::system::{
    Signals, TOO_MANY_OPEN_FILES, built_in_certificates, check_replaceable, create_private_file,
    create_private_folder, disable_crash_dumps, end_after_panic, free_space, has_colors, host_name,
    is_same_file, network_file_system, state_folder, stdout, sync_folder, user_name,
};
