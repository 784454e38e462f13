//! Access tokens: signed off the writer's thread, and given away after the commit that granted them.

use std::cell::RefCell;

use jsonwebtoken::crypto::JwtSigner;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, EncodingKey};
use licence_core::claims::{AccessClaims, AdminClaims, Claims, Features, SignInClaims};
use licence_core::{KeyId, PrivateKey, Product, Text, keyfile};
use thiserror::Error;

use super::TokenClaims;
use crate::domain::{Grant, SeatGrant};

/// An access token could not be signed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the access token could not be signed")]
pub struct MintFailed;

/// An access token that was just signed.
pub struct Minted {
    /// As it travels.
    pub text: String,
    /// What it says.
    pub claims: TokenClaims,
}

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
        let client = Text::parse(product.as_str()).ok_or(MintFailed)?;
        let (kid, key) = (key.public().id(), EncodingKey::from_ed_der(&keyfile::der(key)));
        let minter = Self { issuer, product, client, kid, key };
        // Now and not at the first sign-in.
        minter.signer()?;
        Ok(minter)
    }

    /// Makes the access token of a grant.
    ///
    /// # Errors
    /// [`MintFailed`].
    pub fn mint(&self, grant: &Grant) -> Result<Minted, MintFailed> {
        let (sign_in, product) = (self.sign_in(grant)?, self.product.clone());
        let position = grant.position;
        match grant.seat {
            None => {
                let claims = AdminClaims { sign_in, product, position };
                Ok(Minted { text: self.finish(&claims)?, claims: TokenClaims::Admin(claims) })
            }
            Some(SeatGrant { licence: lic, .. }) => {
                let (features, dat) = (Features::default(), grant.public.clone());
                let claims = AccessClaims { sign_in, product, lic, features, dat, position };
                Ok(Minted { text: self.finish(&claims)?, claims: TokenClaims::Application(claims) })
            }
        }
    }

    /// Signs whatever a site's key signs.
    ///
    /// # Errors
    /// [`MintFailed`].
    pub fn finish(&self, claims: &impl Claims) -> Result<String, MintFailed> {
        let input = claims.signing_input(self.kid);
        let signature = self.sign(input.as_bytes())?;
        Ok(input.finish(&signature))
    }

    /// In whose name it signs.
    #[must_use]
    pub const fn issuer(&self) -> &Text {
        &self.issuer
    }

    /// Which client the tokens are given to.
    #[must_use]
    pub const fn client(&self) -> &Text {
        &self.client
    }

    /// For which application.
    #[must_use]
    pub const fn product(&self) -> &Product {
        &self.product
    }

    fn sign_in(&self, grant: &Grant) -> Result<SignInClaims, MintFailed> {
        Ok(SignInClaims {
            iss: self.issuer.clone(),
            sub: grant.user,
            client_id: self.client.clone(),
            iat: grant.iat,
            exp: grant.exp,
            jti: grant.jti,
            sid: grant.session,
            auth_time: grant.auth_time,
            scope: Text::parse(grant.scope.name()).ok_or(MintFailed)?,
            roles: grant.roles.clone(),
            ext_id: grant.ext_id.clone(),
        })
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

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation, decode};
    use licence_core::PublicKey;
    use serde_json::Value;

    use super::*;
    use crate::token::testing::{claims, grant};

    fn minter(seed: u8) -> (Minter, PublicKey) {
        let key = PrivateKey::from_seed(&[seed; 32]).unwrap();
        let minter = Minter::new(claims().sign_in.iss, claims().product, &key).unwrap();
        (minter, key.public().clone())
    }

    /// It does not compile where a part that is secret is left behind.
    #[test]
    fn the_key_is_wiped_when_it_is_dropped() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        let (Minter { issuer: _, product: _, client: _, kid: _, key }, _) = minter(7);
        is_wiped(&key);
    }

    /// The claims, if another library finds the signature right.
    fn verified(token: &str, key: &PublicKey) -> Option<Value> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&["app"]);
        // The grant is from 2020.
        validation.validate_exp = false;
        let key = DecodingKey::from_ed_der(&key.to_bytes());
        decode::<Value>(token, &key, &validation).ok().map(|token| token.claims)
    }

    #[test]
    fn another_library_verifies_what_was_minted() {
        let (minter, key) = minter(1);
        let claims = verified(&minter.mint(&grant()).unwrap().text, &key).unwrap();
        assert_eq!(claims["sub"], grant().user.to_string());
        assert_eq!(claims["client_id"], "app");
        assert_eq!(claims["roles"], serde_json::json!(["editor"]));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    }

    #[test]
    fn two_sites_in_one_process_keep_their_keys_apart() {
        let ((one, one_key), (two, two_key)) = (minter(1), minter(2));
        for _ in 0..2 {
            let (of_one, of_two) =
                (one.mint(&grant()).unwrap().text, two.mint(&grant()).unwrap().text);
            assert!(verified(&of_one, &one_key).is_some());
            assert!(verified(&of_two, &two_key).is_some());
            assert!(verified(&of_one, &two_key).is_none());
        }
    }
}
