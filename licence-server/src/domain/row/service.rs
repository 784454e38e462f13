use std::collections::BTreeSet;
use std::fmt;

use licence_core::{Identifier, UnixTime, Uuid};

use crate::domain::refresh::SecretHash;

/// A program that calls the server with a key of its own, in nobody's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Which; it stands in the key.
    pub id: ServiceId,
    /// What people call it.
    pub name: ServiceName,
    /// The hash of the key's secret, which is all that is kept of it.
    pub secret: SecretHash,
    /// What the key opens.
    pub scopes: BTreeSet<ServiceScope>,
    /// When the key was made.
    pub created: UnixTime,
    /// When the key ends.
    pub end: UnixTime,
}

/// A service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceId(pub Uuid);

impl fmt::Display for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a service is called, which is its `client_id` in OAuth2's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceName(Identifier);

impl ServiceName {
    /// Reads a name by the rules of [`Identifier`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Identifier::parse(text).map(Self)
    }

    /// Whether people would take the two for one.
    #[must_use]
    pub fn reads_like(&self, other: &Self) -> bool {
        self.as_str().eq_ignore_ascii_case(other.as_str())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a service key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceScope {
    /// To ask whether a token is good.
    Introspect,
    /// To see how many seats are taken, and how many wait for one.
    Seats,
}

impl ServiceScope {
    /// Every scope.
    pub const ALL: [Self; 2] = [Self::Introspect, Self::Seats];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Introspect => "introspect",
            Self::Seats => "seats",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}
