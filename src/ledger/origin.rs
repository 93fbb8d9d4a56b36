//! Who started a run, where, and why.

/// The origin of a run. No field holds personal data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunOrigin {
    /// The command: `verify`, `batch`, `find` ...
    pub command: String,
    /// Its arguments, without personal data.
    pub arguments: Option<String>,
    /// The person or the job that ran it.
    pub operator: Option<String>,
    /// The machine.
    pub host: Option<String>,
    /// The version of idv.
    pub version: Option<String>,
    /// The user's own reference, such as a case number.
    pub reference: Option<String>,
    /// Why the records were checked.
    pub purpose: Option<String>,
}

/// An origin of which only the command is known.
impl From<&str> for RunOrigin {
    fn from(command: &str) -> Self {
        Self { command: command.to_owned(), ..Self::default() }
    }
}
