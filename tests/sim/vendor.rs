//! The vendor: signs licences, and takes some back. They go through the real verifier.

use std::collections::{BTreeMap, BTreeSet};

use licence_core::claims::{LicenceClaims, Period, Seats};
use licence_core::{LicenceId, Policy, Roots, Serial, UnixTime, UnverifiedLicence, Uuid};
use licence_server::domain::{Licences, Terms};
use licence_tests::world::{PRODUCT, World, product, signed};

/// A licence that the vendor signed.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    pub(crate) id: LicenceId,
    pub(crate) series: u8,
    pub(crate) serial: Serial,
    pub(crate) iat: UnixTime,
    pub(crate) revision: u32,
    pub(crate) period: Period,
    /// What was agreed, whatever the file says.
    pub(crate) seats: Seats,
    pub(crate) file: Vec<u8>,
    pub(crate) terms: Terms,
}

/// The vendor, with everything that was signed.
pub(crate) struct Vendor {
    world: World,
    roots: Roots,
    policy: Policy,
    deeds: BTreeMap<LicenceId, Deed>,
    lists: Vec<BTreeSet<LicenceId>>,
    /// Seats that a licence file has more than was agreed: a fault of the simulator's own.
    seats_too_many: u32,
}

impl Vendor {
    pub(crate) fn new(seats_too_many: u32) -> Self {
        let world = World::default();
        let roots = Roots::new(vec![world.root.public().clone()]).unwrap();
        let policy = Policy {
            product: Some(product(PRODUCT)),
            site: Some(world.site.public().clone()),
            ..Policy::default()
        };
        let (deeds, lists) = (BTreeMap::new(), vec![BTreeSet::new()]);
        Self { world, roots, policy, deeds, lists, seats_too_many }
    }

    pub(crate) fn issue(
        &mut self,
        (series, revision): (u8, u32),
        seats: Seats,
        period: Period,
        iat: UnixTime,
    ) -> Deed {
        let number = u64::try_from(self.deeds.len()).unwrap();
        let id = LicenceId(Uuid::v7(1_890_000_000_000 + number, [0; 10]));
        let serial = Serial::from_random([series; 15]);
        let written = self.written(seats);
        let claims = LicenceClaims {
            jti: id,
            iat,
            period,
            serial,
            revision,
            seats: written,
            ..self.world.licence()
        };
        let file = signed(&claims, &self.world.root).into_bytes();
        let licence = UnverifiedLicence::parse(&file).unwrap();
        let terms = Terms::of(&licence.accept(&self.roots, &self.policy).unwrap());
        let deed = Deed { id, series, iat, serial, revision, period, seats, file, terms };
        self.deeds.insert(id, deed.clone());
        deed
    }

    fn written(&self, mut seats: Seats) -> Seats {
        seats.overage += self.seats_too_many;
        seats
    }

    pub(crate) fn deed(&self, id: LicenceId) -> &Deed {
        self.deeds.get(&id).unwrap()
    }

    pub(crate) fn id_of(&self, file: &[u8]) -> LicenceId {
        self.deeds.values().find(|deed| deed.file == file).unwrap().id
    }

    /// Takes a licence back: the number of the list that says so.
    pub(crate) fn revoke(&mut self, id: LicenceId) -> u32 {
        let mut list = self.lists.last().unwrap().clone();
        list.insert(id);
        self.lists.push(list);
        u32::try_from(self.lists.len() - 1).unwrap()
    }

    /// The list with a number, whole.
    pub(crate) fn list(&self, seq: u32) -> &BTreeSet<LicenceId> {
        self.lists.get(usize::try_from(seq).unwrap()).unwrap()
    }

    pub(crate) fn is_revoked(&self, id: LicenceId) -> bool {
        self.lists.last().unwrap().contains(&id)
    }

    /// The licences of a store that is opened, verified again.
    pub(crate) fn licences(&self, files: &[Vec<u8>], list: Option<Vec<u8>>) -> Licences {
        let mut licences = Licences::default();
        let known = |file: &Vec<u8>| self.deeds.values().find(|deed| deed.file == *file);
        files.iter().for_each(|file| licences.add(known(file).unwrap().terms));
        let list = list.map(|list| u32::from_be_bytes(list.try_into().unwrap()));
        let list = list.and_then(|seq| self.lists.get(usize::try_from(seq).unwrap()));
        licences.revoke(list.cloned().unwrap_or_default());
        licences
    }
}
