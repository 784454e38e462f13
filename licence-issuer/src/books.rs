//! The whole ledger at a glance: how each licence stands, and what a revocation list has to say.

use std::collections::BTreeMap;

use licence_cli::Failure;
use licence_core::claims::{BannedKey, LicenceClaims, RevocationsClaims, RevokedLicence};
use licence_core::{KeyId, Serial, SignedDigest, UnixTime};

use crate::ledger::{Entry, Ledger, LicenceEntry, Recorded, Revocation, Revoked, SignedFile};
use crate::value::Standing;

/// Everything in the log.
#[derive(Debug, Default)]
pub(crate) struct Books {
    /// The licences, in the order in which they were signed.
    pub(crate) licences: Vec<Recorded<LicenceEntry>>,
    /// What was taken back, in the order in which it was decided.
    pub(crate) revocations: Vec<Recorded<Revocation>>,
    /// The last revocation list.
    pub(crate) list: Option<SignedFile<RevocationsClaims>>,
    /// The revisions of each series, and from when on they hold.
    series: BTreeMap<Serial, BTreeMap<u32, UnixTime>>,
    /// The digest of all that each key signed, with the number of its entry.
    signed: BTreeMap<KeyId, Vec<(u64, SignedDigest)>>,
}

impl Books {
    /// Reads them.
    pub(crate) fn read(ledger: &Ledger) -> Result<Self, Failure> {
        let mut books = Self::default();
        for Recorded { number, entry } in ledger.entries()? {
            books.take(number, entry);
        }
        Ok(books)
    }

    fn take(&mut self, number: u64, entry: Entry) {
        match entry {
            Entry::Licence(entry) => {
                let SignedFile { kid, claims, digest, .. } = &entry.signed;
                let revisions = self.series.entry(claims.serial).or_default();
                revisions.insert(claims.revision, claims.period.nbf());
                self.signed.entry(*kid).or_default().push((number, *digest));
                self.licences.push(Recorded { number, entry });
            }
            Entry::IssuingKey(certificate) => {
                let signed = self.signed.entry(certificate.kid).or_default();
                signed.push((number, certificate.digest));
            }
            Entry::Revocations(list) => self.list = Some(list),
            Entry::Revocation(entry) => self.revocations.push(Recorded { number, entry }),
        }
    }

    /// How a licence stands, by what the ledger knows: the institute may not have the newest list.
    pub(crate) fn standing(&self, licence: &Recorded<LicenceEntry>, now: UnixTime) -> Standing {
        if self.is_revoked(licence, now) {
            return Standing::Revoked;
        }
        let claims = &licence.entry.signed.claims;
        let has_begun = |from: UnixTime| !now.is_before(from, 0);
        let has_passed = |end: Option<UnixTime>| end.is_some_and(|end| now.is_expired(end));
        let period = &claims.period;
        let revisions = self.series.get(&claims.serial);
        let mut others = revisions.into_iter().flatten();
        let is_replaced = others.any(|(other, nbf)| *other > claims.revision && has_begun(*nbf));
        let is_first = revisions.and_then(|all| all.first_key_value()).map(|(first, _)| *first);
        match () {
            () if !has_begun(period.nbf()) && is_first == Some(claims.revision) => Standing::NotYet,
            () if !has_begun(period.nbf()) => Standing::Staged,
            () if is_replaced => Standing::Replaced,
            () if has_passed(period.last_end()) => Standing::Expired,
            () if has_passed(period.exp()) => Standing::Grace,
            () if has_passed(period.warn_at()) => Standing::Expiring,
            () => Standing::Valid,
        }
    }

    /// Whether it is the highest revision of its series.
    pub(crate) fn is_newest(&self, claims: &LicenceClaims) -> bool {
        let revisions = self.series.get(&claims.serial);
        revisions.and_then(|all| all.last_key_value()).map(|(last, _)| *last)
            == Some(claims.revision)
    }

    /// How many objects a key signed.
    pub(crate) fn signed_by(&self, kid: KeyId) -> usize {
        self.signed.get(&kid).map_or(0, Vec::len)
    }

    /// The list as it is to be signed now: all that was taken back and is due.
    pub(crate) fn next_list(
        &self,
        vendor: licence_core::Vendor,
        now: UnixTime,
    ) -> RevocationsClaims {
        let mut licences = Vec::new();
        let mut keys: Vec<BannedKey> = Vec::new();
        for Recorded { number, entry: revocation } in &self.revocations {
            match revocation.what {
                Revoked::Licence(what) if !now.is_before(revocation.due, 0) => {
                    add(&mut licences, what);
                }
                Revoked::Licence(_) => {}
                Revoked::Key(kid) if keys.iter().any(|key| key.kid == kid) => {}
                Revoked::Key(kid) => keys.push(BannedKey { kid, keep: self.kept(kid, *number) }),
            }
        }
        let seq = self.list.as_ref().map_or(0, |list| list.claims.seq).saturating_add(1);
        RevocationsClaims { iss: vendor, iat: now, seq, licences, keys }
    }

    /// What was taken back from a later day on.
    pub(crate) fn not_due(&self, now: UnixTime) -> impl Iterator<Item = &Revocation> {
        let revocations = self.revocations.iter().map(|recorded| &recorded.entry);
        revocations.filter(move |revocation| now.is_before(revocation.due, 0))
    }

    /// What a key signed before it was banned, in rising order. The ledger alone tells it from
    /// forgeries, which can bear any date and any id.
    fn kept(&self, kid: KeyId, banned: u64) -> Vec<SignedDigest> {
        let signed = self.signed.get(&kid).into_iter().flatten();
        let mut kept: Vec<_> =
            signed.filter(|(number, _)| *number < banned).map(|(_, digest)| *digest).collect();
        kept.sort_unstable();
        kept
    }

    fn is_revoked(&self, licence: &Recorded<LicenceEntry>, now: UnixTime) -> bool {
        let SignedFile { kid, claims, .. } = &licence.entry.signed;
        let is_meant = |revocation: &Recorded<Revocation>| match revocation.entry.what {
            Revoked::Licence(RevokedLicence::One(jti)) => jti == claims.jti,
            Revoked::Licence(RevokedLicence::Below(serial, below)) => {
                serial == claims.serial && claims.revision < below
            }
            Revoked::Key(banned) => banned == *kid && licence.number > revocation.number,
        };
        let is_due = |revocation: &&Recorded<Revocation>| !now.is_before(revocation.entry.due, 0);
        self.revocations.iter().filter(is_due).any(is_meant)
    }
}

/// Adds what is not said yet: of a series, the highest revision alone counts.
fn add(licences: &mut Vec<RevokedLicence>, what: RevokedLicence) {
    let RevokedLicence::Below(serial, below) = what else {
        if !licences.contains(&what) {
            licences.push(what);
        }
        return;
    };
    let same = licences.iter_mut().find_map(|entry| match entry {
        RevokedLicence::Below(own, below) if *own == serial => Some(below),
        RevokedLicence::Below(..) | RevokedLicence::One(_) => None,
    });
    match same {
        Some(own) => *own = below.max(*own),
        None => licences.push(what),
    }
}

#[cfg(test)]
mod tests {
    use licence_core::armour::{self, Label};
    use licence_core::claims::{
        Affiliated, Claims as _, Features, Period, RevokedLicence, SeatCount, Seats,
    };
    use licence_core::{
        Institute, LicenceId, OwnerId, PrivateKey, Product, Serial, UnixTime, Uuid, Vendor,
    };

    use super::*;

    fn day(number: i64) -> UnixTime {
        UnixTime::MIN.plus(number * 86_400)
    }

    fn key() -> PrivateKey {
        PrivateKey::from_seed(&[1; 32]).unwrap()
    }

    /// A revision that holds for ten days, with a warning after eight and two days of grace.
    fn revision(revision: u32, from: i64) -> Entry {
        let period =
            Period::limited(day(from), day(from + 10), Some(day(from + 8)), Some(day(from + 12)));
        let claims = LicenceClaims {
            iss: Vendor::parse("Acme").unwrap(),
            sub: OwnerId(Uuid::from_bytes([1; 16])),
            product: Product::parse("viewer").unwrap(),
            jti: LicenceId(Uuid::from_bytes([u8::try_from(revision).unwrap(); 16])),
            iat: day(0),
            period: period.unwrap(),
            serial: Serial::from_random([1; 15]),
            revision,
            institute: Affiliated { name: Institute::parse("X").unwrap(), affiliation: None },
            seats: Seats::new(SeatCount::new(3).unwrap()),
            features: Features::default(),
            site: None,
            revocations_min: None,
            is_test: false,
        };
        let kid = key().public().id();
        let text = key().sign(claims.signing_input(kid));
        let file = armour::write(&[(Label::Licence, text.as_bytes())]);
        let digest = SignedDigest::of_compact(text.as_bytes());
        let signed = SignedFile { kid, claims, digest, file };
        Entry::Licence(LicenceEntry { signed, order: None })
    }

    fn revoked(what: Revoked, due: i64) -> Entry {
        Entry::Revocation(Revocation { what, decided: day(0), due: day(due), reason: None })
    }

    fn books(entries: impl IntoIterator<Item = Entry>) -> Books {
        let mut books = Books::default();
        entries.into_iter().zip(1..).for_each(|(entry, number)| books.take(number, entry));
        books
    }

    #[track_caller]
    fn states(books: &Books, now: i64) -> String {
        let state = |licence| books.standing(licence, day(now)).name();
        books.licences.iter().map(state).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_licence_goes_through_its_states() {
        let books = books([revision(1, 5)]);
        for (now, state) in
            [(4, "not_yet"), (5, "valid"), (13, "expiring"), (15, "grace"), (17, "expired")]
        {
            assert_eq!(states(&books, now), state, "day {now}");
        }
    }

    #[test]
    fn a_higher_revision_is_staged_and_then_takes_over() {
        let books = books([revision(1, 0), revision(2, 10)]);
        assert_eq!(states(&books, 9), "expiring staged");
        assert_eq!(states(&books, 10), "replaced valid");
        let newest: Vec<_> =
            books.licences.iter().map(|l| books.is_newest(&l.entry.signed.claims)).collect();
        assert_eq!(newest, [false, true]);
    }

    #[test]
    fn what_was_taken_back_is_revoked_from_its_day_on() {
        let below = RevokedLicence::Below(Serial::from_random([1; 15]), 2);
        let books = books([revision(1, 0), revision(2, 0), revoked(Revoked::Licence(below), 3)]);
        assert_eq!(states(&books, 2), "replaced valid");
        assert_eq!(states(&books, 3), "revoked valid");
        let vendor = || Vendor::parse("Acme").unwrap();
        assert!(books.next_list(vendor(), day(2)).licences.is_empty());
        assert_eq!(books.not_due(day(2)).count(), 1);
        assert_eq!(books.next_list(vendor(), day(3)).licences, [below]);
    }

    #[test]
    fn a_banned_key_keeps_what_it_signed_before() {
        let kid = key().public().id();
        let books =
            books([revision(2, 0), revision(1, 0), revoked(Revoked::Key(kid), 0), revision(3, 0)]);
        assert_eq!(states(&books, 1), "replaced replaced revoked");
        let list = books.next_list(Vendor::parse("Acme").unwrap(), day(1));
        let [key] = list.keys.as_slice() else { panic!() };
        let mut kept: Vec<_> =
            books.licences.iter().take(2).map(|licence| licence.entry.signed.digest).collect();
        kept.sort_unstable();
        assert_eq!(key.keep, kept, "in order");
    }

    #[test]
    fn a_list_says_each_thing_once_and_its_number_rises() {
        let serial = Serial::from_random([1; 15]);
        let below = |below| Revoked::Licence(RevokedLicence::Below(serial, below));
        let one = Revoked::Licence(RevokedLicence::One(LicenceId(Uuid::from_bytes([1; 16]))));
        let decided = [below(2), one, below(4), below(3), one].map(|what| revoked(what, 0));
        let mut books = books(decided);
        let list = books.next_list(Vendor::parse("Acme").unwrap(), day(0));
        assert_eq!(list.licences.len(), 2);
        assert_eq!(list.licences[0], RevokedLicence::Below(serial, 4));
        assert_eq!(list.seq, 1);
        let signed = SignedFile {
            kid: key().public().id(),
            claims: list,
            digest: SignedDigest::of(b"a list"),
            file: String::new(),
        };
        books.take(9, Entry::Revocations(signed));
        assert_eq!(books.next_list(Vendor::parse("Acme").unwrap(), day(0)).seq, 2);
    }
}
