use core::fmt;

use super::{Flaw, Object, ObjectWriter, need, parsed};
use crate::hash_chain::ChainHead;

/// Where an audit log stands: a roll-back or a fork of the store shows in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogPosition {
    /// Which life of the store.
    pub epoch: Epoch,
    /// How many entries.
    pub seq: u64,
    /// The head of their hash chain.
    pub head: ChainHead,
}

/// One life of a store, new when it is made and when a backup is restored: a counter and eight random
/// bytes, written as `1-0011223344556677`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// Rises with each restore, from 1.
    pub counter: u32,
    /// Tells two restores of one backup apart.
    pub tag: u64,
}

impl Epoch {
    /// Reads the canonical text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (counter, tag) = text.split_once('-')?;
        let epoch =
            Self { counter: counter.parse().ok()?, tag: u64::from_str_radix(tag, 16).ok()? };
        // Written again, so that `01-…`, `+1-…` and upper case are no second spelling.
        (epoch.to_string() == text).then_some(epoch)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:016x}", self.counter, self.tag)
    }
}

impl LogPosition {
    pub(super) fn read(claims: &Object<'_>) -> Result<Self, Flaw> {
        Ok(Self {
            epoch: need(claims, "epoch", parsed(Epoch::parse))?,
            seq: need(claims, "seq", |value| u64::try_from(value.as_integer()?).ok())?,
            head: need(claims, "head", parsed(ChainHead::parse))?,
        })
    }

    pub(super) fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.string("epoch", self.epoch);
        claims.integer("seq", i64::try_from(self.seq).unwrap_or(i64::MAX));
        claims.string("head", self.head);
    }
}
