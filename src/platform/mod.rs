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

use jiff::tz::TimeZone;

pub(crate) use crate::platform::shell::ShellSyntax;
pub(crate) use crate::platform::system::{
    Signals, TOO_MANY_OPEN_FILES, built_in_certificates, check_replaceable, create_private_file,
    create_private_folder, disable_crash_dumps, end_after_panic, file_marks, file_marks_at,
    file_size_limit, free_space, has_colors, home_folder, host_name, is_open_at,
    is_readable_by_others, is_same_file, network_file_system, outlive_file_size_limit,
    state_folder, stdout, sync_folder, uptime, user_name,
};
pub(crate) use crate::platform::system::{is_own_file, shell_process};

/// The locale of messages: `id_ID.UTF-8`. Where the environment names none, Windows and macOS are
/// asked.
pub(crate) fn locale() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).or_else(system_locale)
}

#[cfg(any(windows, target_os = "macos"))]
fn system_locale() -> Option<String> {
    sys_locale::get_locale()
}

#[cfg(not(any(windows, target_os = "macos")))]
fn system_locale() -> Option<String> {
    None
}

/// The time zone that the environment variable TZ names. `None` if it is not set, or names none.
pub(crate) fn chosen_time_zone() -> Option<TimeZone> {
    let name = std::env::var("TZ").ok().filter(|name| !name.is_empty())?;
    let name = name.trim_start_matches(':');
    TimeZone::get(name).or_else(|_| TimeZone::posix(name)).ok()
}
