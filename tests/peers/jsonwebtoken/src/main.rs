//! jsonwebtoken as a careful application uses it: one algorithm, issuer and audience and times
//! checked without leeway, claims into types, the key made once.
//!
//! Two packages build this file, one for each backend.

mod claims;

use std::env;
use std::error::Error;
use std::path::PathBuf;

use jsonwebtoken::errors::Result as JwtResult;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use peer_protocol::{Contender, Texts, work};
use serde::de::DeserializeOwned;

use claims::{Access, Audience, Licence};

fn main() -> Result<(), Box<dyn Error>> {
    let folder: PathBuf = env::args_os().nth(1).ok_or("say which folder holds the texts")?.into();
    let texts = Texts::read(&folder)?;
    let licence = Verifier::new(&texts.licence, &texts.root, &["exp", "nbf", "aud", "iss"])?;
    let access = Verifier::new(&texts.access, &texts.site, &["exp", "aud", "iss", "sub"])?;
    Contender::default()
        .with(work::LICENCE, || licence.verify::<Licence>())
        .with(work::ACCESS, || access.verify::<Access>())
        .serve()
}

struct Verifier<'t> {
    compact: &'t str,
    key: DecodingKey,
    validation: Validation,
}

impl<'t> Verifier<'t> {
    /// Prepares everything but the text. Who issued it and for whom is learnt from the text itself,
    /// which stands for what an application has in its configuration.
    fn new(compact: &'t str, jwk: &str, required: &[&str]) -> Result<Self, Box<dyn Error>> {
        let Audience { iss, aud } = jsonwebtoken::dangerous::insecure_decode(compact)?.claims;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[iss]);
        validation.set_audience(&[aud]);
        validation.set_required_spec_claims(required);
        validation.validate_nbf = true;
        validation.leeway = 0;
        Ok(Self { compact, key: DecodingKey::from_jwk(&serde_json::from_str(jwk)?)?, validation })
    }

    fn verify<C: DeserializeOwned>(&self) -> JwtResult<C> {
        decode(self.compact, &self.key, &self.validation).map(|token| token.claims)
    }
}
