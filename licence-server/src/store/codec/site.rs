use licence_core::claims::{Epoch, LogPosition};
use licence_core::{ChainHead, Serial, UnixTime};
use serde::{Deserialize, Serialize};

use super::usage::StoredHour;
use super::{Row, each};
use crate::domain::{ClockDoubt, Hour, SetBack, Site};

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredSite {
    mark: i64,
    doubt: Option<StoredDoubt>,
    epoch_counter: u32,
    epoch_tag: u64,
    seq: u64,
    head: [u8; 16],
    set_back: Option<StoredSetBack>,
    access_from: u64,
    revoked: u32,
    restored: Option<i64>,
    backed_up: Option<i64>,
    retired: Option<i64>,
    serial: Option<String>,
    list_seq: u32,
    unlicensed_secs: i64,
    over_since: Option<i64>,
    users: u32,
    applicants: u32,
    users_seated: u32,
    sessions_seated: u32,
    borrowed: u32,
    lent_until: Option<i64>,
    waiting: u32,
    data_version: u64,
    hour: StoredHour,
}

#[derive(Serialize, Deserialize)]
enum StoredDoubt {
    Behind,
    Ahead { since: i64, ahead_secs: i64 },
}

#[derive(Serialize, Deserialize)]
struct StoredSetBack {
    times: u32,
    to: i64,
    unlicensed_secs: i64,
}

impl Row for Site {
    const TABLE: &'static str = "site";
    type Stored<'a> = StoredSite;

    fn to_stored(&self) -> StoredSite {
        let LogPosition { epoch, seq, head } = self.position;
        StoredSite {
            mark: self.mark.secs(),
            doubt: self.doubt.map(|doubt| match doubt {
                ClockDoubt::Behind => StoredDoubt::Behind,
                ClockDoubt::Ahead { since, ahead_secs } => {
                    StoredDoubt::Ahead { since: since.secs(), ahead_secs }
                }
            }),
            epoch_counter: epoch.counter,
            epoch_tag: epoch.tag,
            seq,
            head: head.to_bytes(),
            set_back: self.set_back.map(|set_back| StoredSetBack {
                times: set_back.times,
                to: set_back.to.secs(),
                unlicensed_secs: set_back.unlicensed_secs,
            }),
            access_from: self.access_from,
            revoked: self.revoked,
            restored: self.restored.map(UnixTime::secs),
            backed_up: self.backed_up.map(UnixTime::secs),
            retired: self.retired.map(UnixTime::secs),
            serial: self.serial.map(|serial| serial.to_string()),
            list_seq: self.list_seq,
            unlicensed_secs: self.unlicensed_secs,
            over_since: self.over_since.map(UnixTime::secs),
            users: self.users,
            applicants: self.applicants,
            users_seated: self.users_seated,
            sessions_seated: self.sessions_seated,
            borrowed: self.borrowed,
            lent_until: self.lent_until.map(UnixTime::secs),
            waiting: self.waiting,
            data_version: self.data_version,
            hour: self.hour.to_stored(),
        }
    }

    fn from_stored(stored: StoredSite) -> Option<Self> {
        let epoch = Epoch { counter: stored.epoch_counter, tag: stored.epoch_tag };
        let head = ChainHead::from_bytes(stored.head);
        let doubt = |doubt| match doubt {
            StoredDoubt::Behind => Some(ClockDoubt::Behind),
            StoredDoubt::Ahead { since, ahead_secs } => {
                let since = UnixTime::from_secs(since)?;
                Some(ClockDoubt::Ahead { since, ahead_secs })
            }
        };
        let set_back = |StoredSetBack { times, to, unlicensed_secs }| {
            Some(SetBack { times, to: UnixTime::from_secs(to)?, unlicensed_secs })
        };
        Some(Self {
            mark: UnixTime::from_secs(stored.mark)?,
            doubt: each(stored.doubt, doubt)?,
            position: LogPosition { epoch, seq: stored.seq, head },
            set_back: each(stored.set_back, set_back)?,
            access_from: stored.access_from,
            revoked: stored.revoked,
            restored: each(stored.restored, UnixTime::from_secs)?,
            backed_up: each(stored.backed_up, UnixTime::from_secs)?,
            retired: each(stored.retired, UnixTime::from_secs)?,
            serial: each(stored.serial.as_deref(), Serial::parse)?,
            list_seq: stored.list_seq,
            unlicensed_secs: stored.unlicensed_secs,
            over_since: each(stored.over_since, UnixTime::from_secs)?,
            users: stored.users,
            applicants: stored.applicants,
            users_seated: stored.users_seated,
            sessions_seated: stored.sessions_seated,
            borrowed: stored.borrowed,
            lent_until: each(stored.lent_until, UnixTime::from_secs)?,
            waiting: stored.waiting,
            data_version: stored.data_version,
            hour: Hour::from_stored(stored.hour)?,
        })
    }
}
