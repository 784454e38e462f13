//! The verifier of this project and, as its limit, the bare signature over the same bytes.

use std::env;
use std::error::Error;
use std::path::PathBuf;

use ed25519_dalek::{Signature, SignatureError, VerifyingKey};
use licence_core::{Policy, PublicKey, Roots, UnixTime, UnverifiedLicence, base64url};
use peer_protocol::{Contender, Texts, work};

fn main() -> Result<(), Box<dyn Error>> {
    let folder: PathBuf = env::args_os().nth(1).ok_or("say which folder holds the texts")?.into();
    let texts = Texts::read(&folder)?;
    let (root, site) =
        (PublicKey::parse(texts.root.as_bytes())?, PublicKey::parse(texts.site.as_bytes())?);
    let raw_licence = Raw::new(&texts.licence, &root)?;
    let raw_access = Raw::new(&texts.access, &site)?;
    let roots = Roots::new(vec![root]).ok_or("one root is enough")?;
    let policy = Policy { site: Some(site), ..Policy::default() };
    let file = UnverifiedLicence::parse(texts.licence_file.as_bytes())?;
    let accepted = file.accept(&roots, &policy)?;
    let now = UnixTime::from_secs(texts.now.parse()?).ok_or("the time is out of bounds")?;
    Contender::default()
        .with(work::LICENCE, || {
            UnverifiedLicence::parse(texts.licence_file.as_bytes())?.accept(&roots, &policy)
        })
        .with(work::ACCESS, || accepted.verify_access(texts.access.as_bytes(), now))
        .with(work::RAW_LICENCE, || raw_licence.verify())
        .with(work::RAW_ACCESS, || raw_access.verify())
        .serve()
}

/// A signature with everything around it done beforehand: key and signature are decoded, the signed
/// bytes lie ready.
struct Raw<'t> {
    key: VerifyingKey,
    signing_input: &'t [u8],
    signature: Signature,
}

impl<'t> Raw<'t> {
    fn new(compact: &'t str, key: &PublicKey) -> Result<Self, Box<dyn Error>> {
        let (signing_input, signature) = compact.rsplit_once('.').ok_or("it is no compact JWS")?;
        let signature = base64url::decode_array(signature).ok_or("it has no Ed25519 signature")?;
        Ok(Self {
            key: VerifyingKey::from_bytes(&key.to_bytes())?,
            signing_input: signing_input.as_bytes(),
            signature: Signature::from_bytes(&signature),
        })
    }

    fn verify(&self) -> Result<(), SignatureError> {
        self.key.verify_strict(self.signing_input, &self.signature)
    }
}
