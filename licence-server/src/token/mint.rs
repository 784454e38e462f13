//! Access tokens: made after the commit that granted them, and off the writer's thread.

use std::cell::RefCell;

use jsonwebtoken::crypto::JwtSigner;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, EncodingKey};
use licence_core::armour;
use licence_core::claims::{AccessClaims, Claims as _, Features};
use licence_core::{KeyId, PrivateKey, Product, Text, keyfile};
use thiserror::Error;

use crate::domain::Grant;

/// An access token could not be signed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the access token could not be signed")]
pub struct MintFailed;

/// What signs the site's access tokens.
#[derive(Debug)]
pub struct Minter {
    issuer: Text,
    product: Product,
    /// RFC 9068 asks for one. The sign-in is first-party: the application is the only client.
    client: Text,
    kid: KeyId,
    key: EncodingKey,
}

thread_local! {
    /// A parsed key, one to a thread, because jsonwebtoken's signers stay on theirs. To parse the key
    /// means to compute its public half, which costs as much as a signature.
    static SIGNER: RefCell<Option<(KeyId, Box<dyn JwtSigner>)>> = const { RefCell::new(None) };
}

impl Minter {
    /// Signs with the site's key in the name of `issuer`.
    ///
    /// # Errors
    /// [`MintFailed`] where the cryptographic library does not take the key.
    pub fn new(issuer: Text, product: Product, key: &PrivateKey) -> Result<Self, MintFailed> {
        let file = keyfile::write(key);
        let blocks = armour::parse(file.as_bytes()).map_err(|_| MintFailed)?;
        let [(_, der)] = blocks.as_slice() else { return Err(MintFailed) };
        let client = Text::parse(product.as_str()).ok_or(MintFailed)?;
        let (kid, key) = (key.public().id(), EncodingKey::from_ed_der(der));
        let minter = Self { issuer, product, client, kid, key };
        // Now and not at the first sign-in.
        minter.signer()?;
        Ok(minter)
    }

    /// Makes the access token of a grant.
    ///
    /// # Errors
    /// [`MintFailed`].
    pub fn mint(&self, grant: &Grant) -> Result<String, MintFailed> {
        let input = self.claims(grant).signing_input(self.kid);
        let signature = self.sign(input.as_bytes())?;
        Ok(input.finish(&signature))
    }

    fn claims(&self, grant: &Grant) -> AccessClaims {
        AccessClaims {
            iss: self.issuer.clone(),
            product: self.product.clone(),
            sub: grant.user,
            client_id: self.client.clone(),
            iat: grant.iat,
            exp: grant.exp,
            jti: grant.jti,
            sid: grant.session,
            auth_time: grant.auth_time,
            scope: grant.scope.clone(),
            roles: grant.roles.clone(),
            ext_id: grant.ext_id.clone(),
            lic: grant.licence,
            features: Features::default(),
            position: grant.position,
        }
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], MintFailed> {
        SIGNER.with_borrow_mut(|held| {
            let signer = match held {
                Some((kid, signer)) if *kid == self.kid => signer,
                _ => &mut held.insert((self.kid, self.signer()?)).1,
            };
            let signature = signer.try_sign(message).map_err(|_| MintFailed)?;
            signature.try_into().map_err(|_| MintFailed)
        })
    }

    fn signer(&self) -> Result<Box<dyn JwtSigner>, MintFailed> {
        (DEFAULT_PROVIDER.signer_factory)(&Algorithm::EdDSA, &self.key).map_err(|_| MintFailed)
    }
}
