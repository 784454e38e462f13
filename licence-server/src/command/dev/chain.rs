use licence_cli::{Failure, rng};
use licence_core::claims::{
    Affiliated, Claims as _, Features, LicenceClaims, Period, SeatCount, Seats,
};
use licence_core::{
    Institute, LicenceId, OwnerId, PrivateKey, Product, PublicKey, Roots, Serial, UnixTime, Vendor,
};

use crate::data_dir::SiteFile;

/// Days that the licence lasts: nobody leaves a throw-away server running for longer.
const DAYS: i64 = 30;

/// A vendor for one run: a root key that nobody else has or trusts.
pub(super) struct Chain {
    root: PrivateKey,
}

impl Chain {
    pub(super) fn draw() -> Result<Self, Failure> {
        let root = PrivateKey::from_seed(&*rng::secret()?);
        let root = root.ok_or_else(|| Failure::usage("the drawn key is unsound").mend("try again"));
        Ok(Self { root: root? })
    }

    pub(super) const fn root(&self) -> &PublicKey {
        self.root.public()
    }

    /// A site that trusts this vendor.
    pub(super) fn site(&self, product: Product, key: &PrivateKey) -> Option<SiteFile> {
        let roots = Roots::new(vec![self.root().clone()])?;
        SiteFile::new(Some(vendor()?), product, roots, key.public().id())
    }

    /// A licence for tests, bound to the site.
    pub(super) fn licence(
        &self,
        seats: SeatCount,
        product: &Product,
        site: &PublicKey,
        now: UnixTime,
    ) -> Result<String, Failure> {
        let unnamed = || Failure::usage("the throw-away licence cannot be written");
        let period = Period::limited(now, now.plus(DAYS * 86_400), None, None);
        let claims = LicenceClaims {
            iss: vendor().ok_or_else(unnamed)?,
            sub: OwnerId(rng::uuid(now)?),
            product: product.clone(),
            jti: LicenceId(rng::uuid(now)?),
            iat: now,
            period: period.ok_or_else(unnamed)?,
            serial: Serial::from_random(rng::bytes()?),
            revision: 1,
            institute: Affiliated {
                name: Institute::parse("Throw-away institute").ok_or_else(unnamed)?,
                affiliation: None,
            },
            seats: Seats::new(seats),
            features: Features::default(),
            site: Some(site.clone()),
            revocations_min: None,
            is_test: true,
        };
        Ok(self.root.sign(claims.signing_input(self.root().id())))
    }
}

fn vendor() -> Option<Vendor> {
    Vendor::parse("Throw-away vendor")
}
