//! Certificates: a root key lets another key sign licences.

use licence_cli::{Failure, SiteKit, rng};
use licence_core::armour::{self, Label};
use licence_core::claims::{IssuerClaims, SeatCount};
use licence_core::{Code, Product, PublicKey, SignedDigest, TokenId, UnixTime};

use crate::ledger::SignedFile;
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
pub(crate) type Certificate = SignedFile<IssuerClaims>;

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
        let digest = SignedDigest::of_compact(text.as_bytes());
        Ok(Self { kid: root.public().id(), claims, digest, file })
    }
}

/// Refuses to let a key sign as a root that is none.
///
/// # Errors
/// `unknown_key`.
pub(crate) fn check_root(kit: &SiteKit, root: &PublicKey) -> Result<(), Failure> {
    if kit.roots.keys().contains(root) {
        return Ok(());
    }
    let sentence = format!("key `{}` is not a root key of {}", root.id(), kit.vendor);
    Err(Failure::coded(Code::UnknownKey, sentence)
        .mend("give --root the key of one of the roots in site-kit.json"))
}

fn check_roles(kit: &SiteKit, root: &PublicKey, key: &PublicKey) -> Result<(), Failure> {
    check_root(kit, root)?;
    if kit.roots.keys().contains(key) {
        let sentence = format!("key `{}` is a root key, and no key has two roles", key.id());
        return Err(Failure::coded(Code::UnknownKey, sentence)
            .mend("make a key of its own with `licence-issuer keygen`"));
    }
    Ok(())
}
