//! The kind of a ledger: live or sandbox.

/// What is behind the endpoint. Live and sandbox calls never share a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An endpoint on loopback: nothing is real, nothing is paid.
    Sandbox,
    /// Any other endpoint.
    Live,
}

impl Kind {
    /// The kind of an endpoint: only a sandbox is on this machine.
    pub(crate) const fn of_endpoint(loopback: bool) -> Self {
        if loopback { Self::Sandbox } else { Self::Live }
    }

    /// Returns the word that stands in the file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Live => "live",
        }
    }
}
