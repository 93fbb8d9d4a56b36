//! The exit codes of the program; scripts depend on them.

use std::process::ExitCode;

/// The exit code, ordered by gravity: where two apply, the greater one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Everything was answered; for one record: it passed.
    Ok,
    /// Answered, and the verdict is not a pass.
    Mismatch,
    /// Some rows were held, refused or unavailable.
    Incomplete,
    /// Some calls may have been charged without a usable answer.
    Unknown,
    /// The run was stopped: account, quota, or an endpoint in trouble. Run again later.
    Stopped,
    /// Ctrl-C, SIGTERM or SIGHUP.
    Interrupted,
    /// The disk failed: the results are not whole.
    Disk,
    /// Usage or settings; nothing was sent.
    Usage,
}

impl Exit {
    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Mismatch => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::Unknown => 4,
            Self::Stopped => 5,
            Self::Disk => 6,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_wins() {
        let order = [6, 130, 5, 4, 3, 1, 0];
        let mut exits = [
            Exit::Ok,
            Exit::Stopped,
            Exit::Disk,
            Exit::Mismatch,
            Exit::Unknown,
            Exit::Interrupted,
            Exit::Incomplete,
        ];
        exits.sort_by(|a, b| b.cmp(a));
        assert_eq!(exits.map(Exit::code), order);
    }
}
