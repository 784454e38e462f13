//! A dry run: everything that signing would find, and nothing signed by a key of the vendor.
//!
//! What signs is an issuing key made for the occasion, with the limits of the real one, under a root
//! made for the occasion. So the licences are judged whole, by the one verifier that there is, and no
//! signature that the ledger does not know can leave the vendor's house: nobody trusts that root.

use licence_cli::Failure;
use licence_cli::files::Source;
use licence_core::claims::{Claims as _, IssuerClaims};
use licence_core::{Kind, PublicKey, Reason, Refusal, Roots, base64url, json, unverified_parts};

use super::{Issuer, certificate, key_file, refuse_banned};
use crate::cli::SigningArgs;
use crate::key_pair::{KeyPair, public_path};
use crate::ledger::Ledger;
use crate::signer::Signer;
use crate::trust;
use crate::vendor_dir::VendorDir;

impl<'v> Issuer<'v> {
    /// As [`open`](Self::open), without the private key: another stands in for it.
    ///
    /// # Errors
    /// Those of [`open`](Self::open) that do not need the private key. Where its public half is not
    /// beside it, it is opened for that.
    pub(crate) fn rehearse(
        args: &SigningArgs,
        vendor: &'v VendorDir,
        ledger: &Ledger,
    ) -> Result<Self, Failure> {
        let key = public_half(&key_file(args, vendor), args)?;
        refuse_banned(&key, ledger)?;
        let certificate = certificate(args, vendor, &key)?;
        let (kit, signer) = (vendor.kit(), Signer::from(KeyPair::draw()?));
        let Some(certificate) = certificate else {
            let roots = trust::roots(vec![signer.public().clone()])?;
            return Ok(Self { kit, key, signer, certificate: None, roots });
        };
        // One that no root stands behind, or that is another key's, is refused as it is: by the real
        // roots, before the licence is looked at.
        let Some(claims) = genuine(&certificate, &kit.roots).filter(|claims| claims.key == key)
        else {
            let roots = kit.roots.clone();
            return Ok(Self { kit, key, signer, certificate: Some(certificate), roots });
        };
        let root = Signer::from(KeyPair::draw()?);
        let certificate = root.sign(&IssuerClaims { key: signer.public().clone(), ..claims })?;
        let roots = trust::roots(vec![root.public().clone()])?;
        Ok(Self { kit, key, signer, certificate: Some(certificate.into_bytes()), roots })
    }

    /// A refusal in the words it has when the real key signs.
    pub(super) fn as_signed(&self, refusal: Refusal) -> Refusal {
        let stand_in = Reason::UnknownKey { kid: self.signer.public().id() };
        if refusal.reason != stand_in {
            return refusal;
        }
        Refusal { reason: Reason::UnknownKey { kid: self.key.id() }, ..refusal }
    }
}

/// The public half of a key: the file beside it that `keygen` made, or the key itself.
fn public_half(file: &Source, args: &SigningArgs) -> Result<PublicKey, Failure> {
    if let (Source::File(path), None) = (file, &args.signer.signer) {
        let public = public_path(path);
        if public.is_file() {
            return trust::public_key(&Source::File(public));
        }
    }
    Ok(Signer::open(file, &args.signer)?.public().clone())
}

/// What a certificate says that one of the roots signed.
fn genuine(text: &[u8], roots: &Roots) -> Option<IssuerClaims> {
    let (signing_input, signature) = std::str::from_utf8(text).ok()?.rsplit_once('.')?;
    let signature = base64url::decode_array(signature)?;
    let holds = |root: &PublicKey| root.verifies(signing_input.as_bytes(), &signature);
    if !roots.keys().iter().any(holds) {
        return None;
    }
    let claims = unverified_parts(text, Kind::Issuer).ok()?.unverified_claims;
    IssuerClaims::read(json::parse(claims.as_bytes()).ok()?.as_object()?).ok()
}
