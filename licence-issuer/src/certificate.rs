//! Certificates: a root key lets another key sign licences.

use licence_cli::{Failure, SiteKit, rng};
use licence_core::armour::{self, Label};
use licence_core::claims::{IssuerClaims, SeatCount};
use licence_core::{Code, Product, PublicKey, TokenId, UnixTime};

use crate::ledger::{Entry, Signed};
use crate::signer::Signer;
use crate::value::Days;

/// What a key is to be allowed.
pub(crate) struct Delegation {
    /// The key.
    pub(crate) key: PublicKey,
    /// For how long it may sign; what it has signed outlives it.
    pub(crate) days: Days,
    /// What it may sign for.
    pub(crate) products: Vec<Product>,
    /// How many seats a licence may have.
    pub(crate) seats_max: Option<SeatCount>,
}

/// A certificate that was signed and is not recorded yet.
pub(crate) struct Certificate {
    pub(crate) claims: IssuerClaims,
    pub(crate) entry: Entry,
}

impl Certificate {
    /// Signs a delegation with one of the vendor's root keys.
    ///
    /// # Errors
    /// `unknown_key` where `root` is not a root key of the vendor, or the key is one: no key has two
    /// roles.
    pub(crate) fn sign(
        delegation: Delegation,
        kit: &SiteKit,
        root: &Signer,
        now: UnixTime,
    ) -> Result<Self, Failure> {
        check_roles(kit, root.public(), &delegation.key)?;
        let claims = IssuerClaims {
            iss: kit.vendor.clone(),
            jti: TokenId(rng::uuid(now)?),
            iat: now,
            nbf: now,
            exp: now.plus(delegation.days.secs()),
            key: delegation.key,
            products: Some(delegation.products),
            seats_max: delegation.seats_max,
        };
        let text = root.sign(&claims)?;
        let file = armour::write(&[(Label::IssuerKey, text.as_bytes())]);
        let entry = Entry { kid: root.public().id(), signed: Signed::from(&claims), file };
        Ok(Self { claims, entry })
    }
}

fn check_roles(kit: &SiteKit, root: &PublicKey, key: &PublicKey) -> Result<(), Failure> {
    let is_root = |key| kit.roots.keys().contains(key);
    if !is_root(root) {
        let sentence = format!("key `{}` is not a root key of {}", root.id(), kit.vendor);
        return Err(Failure::coded(Code::UnknownKey, sentence)
            .mend("give --root the private key of one of the roots in site-kit.json"));
    }
    if is_root(key) {
        let sentence = format!("key `{}` is a root key, and no key has two roles", key.id());
        return Err(Failure::coded(Code::UnknownKey, sentence)
            .mend("make a key of its own with `licence-issuer keygen`"));
    }
    Ok(())
}
