use licence_core::UnixTime;
use serde::{Deserialize, Serialize};

use super::Row;
use crate::domain::Hour;

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredHour {
    start: i64,
    peak: u32,
    wanted: u32,
    total: u32,
    refused: u32,
    refused_secs: u32,
    people: u32,
}

impl Row for Hour {
    const TABLE: &'static str = "usage";
    type Stored<'a> = StoredHour;

    fn to_stored(&self) -> StoredHour {
        let Self { start, peak, wanted, total, refused, refused_secs, people } = *self;
        StoredHour { start: start.secs(), peak, wanted, total, refused, refused_secs, people }
    }

    fn from_stored(stored: StoredHour) -> Option<Self> {
        let StoredHour { start, peak, wanted, total, refused, refused_secs, people } = stored;
        let start = UnixTime::from_secs(start)?;
        Some(Self { start, peak, wanted, total, refused, refused_secs, people })
    }
}
