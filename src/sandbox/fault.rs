//! The faults the sandbox can play, in the order of their test phone numbers.

/// One way in which an answer goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing comes until the client gives up.
    Silence,
    /// Charged, then closed without a byte.
    ClosedCharged,
    /// Not charged, closed without a byte: from outside the same as the one before.
    ClosedUncharged,
    /// HTTP 200 with a body that isn't JSON.
    NotJson,
    /// The connection closes in the middle of the body.
    Cut,
    /// HTTP 500 with an HTML page.
    ServerError,
    /// HTTP 429 with `Retry-After: 1`, once for a record.
    TooMany,
    /// Code 600, twice for a record.
    Busy,
    /// HTTP 307 to another port.
    Redirect,
    /// A body that never ends.
    Endless,
    /// One byte a second.
    Drip,
    /// A code no guide documents.
    Undocumented,
    /// HTTP 503 with `Retry-After: 1`, once for a record.
    Overloaded,
    /// Headers, then a reset.
    Reset,
}

/// Each fault at its place: the first has the phone number 0800100001.
pub(super) const FAULTS: [Fault; 14] = [
    Fault::Silence,
    Fault::ClosedCharged,
    Fault::ClosedUncharged,
    Fault::NotJson,
    Fault::Cut,
    Fault::ServerError,
    Fault::TooMany,
    Fault::Busy,
    Fault::Redirect,
    Fault::Endless,
    Fault::Drip,
    Fault::Undocumented,
    Fault::Overloaded,
    Fault::Reset,
];

/// The guide's code for "the service is busy".
pub(super) const BUSY: u16 = 600;
/// A code seen in the wild that no guide documents.
pub(super) const UNDOCUMENTED: u16 = 12223;
/// The guide's code for an answer; the only documented one that is charged.
pub(super) const ANSWERED: u16 = 200;

impl Fault {
    /// The code that was decided behind it. What is charged was looked up, hence 200, even where
    /// nothing of the answer arrives.
    pub(super) const fn code(self) -> Option<u16> {
        match self {
            Self::Silence
            | Self::ClosedCharged
            | Self::NotJson
            | Self::Cut
            | Self::Endless
            | Self::Drip
            | Self::Reset => Some(ANSWERED),
            Self::Busy => Some(BUSY),
            Self::Undocumented => Some(UNDOCUMENTED),
            Self::ClosedUncharged
            | Self::ServerError
            | Self::TooMany
            | Self::Redirect
            | Self::Overloaded => None,
        }
    }

    /// Whether the provider charges although the answer goes wrong.
    pub(super) const fn is_charged(self) -> bool {
        matches!(self.code(), Some(ANSWERED | UNDOCUMENTED))
    }

    /// How often one record meets it before it is answered as usual; `None`: always.
    pub(super) const fn times(self) -> Option<u8> {
        match self {
            Self::TooMany | Self::Overloaded => Some(1),
            Self::Busy => Some(2),
            Self::Silence
            | Self::ClosedCharged
            | Self::ClosedUncharged
            | Self::NotJson
            | Self::Cut
            | Self::ServerError
            | Self::Redirect
            | Self::Endless
            | Self::Drip
            | Self::Undocumented
            | Self::Reset => None,
        }
    }
}
