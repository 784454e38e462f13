//! A promise that was not kept.

use std::fmt;

/// What is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// No more seats are held than there are.
    Seats,
    /// No more people (or sessions) hold a live access token than there are seats.
    Tokens,
    /// No more people are registered than the licence allows, and nobody else is turned away.
    Registered,
    /// What was acknowledged or shown survives, and nothing is half done.
    Durable,
    /// Nobody is turned away while a seat is free.
    NoFalseDenial,
    /// First come, first served.
    NobodyOvertakes,
    /// A token that was taken back is refused from then on, and no other is.
    Revocation,
    /// A command's work does not grow with the house.
    BoundedWork,
    /// Time goes by the rule of the two clocks.
    Time,
    /// An honest client is not signed out.
    HonestStays,
    /// A session ends at its time, whatever the clock said in between.
    Ends,
    /// A thief who does not follow closely is caught.
    ThiefIsCaught,
    /// A rotation has one child.
    OneChild,
}

/// A promise that was not kept, and how.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) promise: Promise,
    pub(crate) how: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.promise, self.how)
    }
}

/// Checks a promise.
pub(crate) fn check(
    is_kept: bool,
    promise: Promise,
    how: impl FnOnce() -> String,
) -> Result<(), Broken> {
    if is_kept { Ok(()) } else { Err(Broken { promise, how: how() }) }
}
