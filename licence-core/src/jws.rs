//! Compact JWS (RFC 7515) in one strict profile: three segments, Ed25519, three header members.
//!
//! Whatever a header could ask of a verifier beyond that (`crit`, `b64`, `jwk`, `jku`, `x5c`, `zip`)
//! is how JOSE libraries were broken, so a header that asks for anything is refused unread.

use crate::base64url;
use crate::id::KeyId;
use crate::json::{self, Object};
use crate::key::PublicKey;
use crate::limits::{ACCESS_BYTES_MAX, HEADER_BYTES_MAX, OBJECT_BYTES_MAX, REVOCATIONS_BYTES_MAX};
use crate::refusal::{Flaw, Part, Reason, Refusal};
use crate::signed_digest::SignedDigest;

/// The kinds of signed objects. What one kind grants, another never does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An issuing key, delegated by a root key.
    Issuer,
    /// A licence.
    Licence,
    /// A revocation list.
    Revocations,
    /// A site's request for a licence.
    Request,
    /// An access token.
    Access,
    /// A list of a site's revoked tokens.
    Revoked,
    /// A lease of a seat that was taken along.
    Lease,
    /// A checkpoint of a site's audit log.
    Checkpoint,
    /// A statement of how a site's seats were used.
    Usage,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Issuer,
        Self::Licence,
        Self::Revocations,
        Self::Request,
        Self::Access,
        Self::Revoked,
        Self::Lease,
        Self::Checkpoint,
        Self::Usage,
    ];

    /// The header's `typ`.
    #[must_use]
    pub const fn typ(self) -> &'static str {
        match self {
            Self::Issuer => "issuer+jwt",
            Self::Licence => "licence+jwt",
            Self::Revocations => "revocations+jwt",
            Self::Request => "request+jwt",
            Self::Access => "at+jwt",
            Self::Revoked => "revoked+jwt",
            Self::Lease => "lease+jwt",
            Self::Checkpoint => "checkpoint+jwt",
            Self::Usage => "usage+jwt",
        }
    }

    /// Where a refusal of it is said to be.
    #[must_use]
    pub const fn part(self) -> Part {
        match self {
            Self::Issuer => Part::Issuer,
            Self::Licence => Part::Licence,
            Self::Revocations => Part::Revocations,
            Self::Request => Part::Request,
            Self::Access => Part::Access,
            Self::Revoked => Part::Revoked,
            Self::Lease => Part::Lease,
            Self::Checkpoint => Part::Checkpoint,
            Self::Usage => Part::Usage,
        }
    }

    /// The size of its compact form at most.
    #[must_use]
    pub const fn bytes_max(self) -> usize {
        match self {
            Self::Access => ACCESS_BYTES_MAX,
            Self::Revocations | Self::Revoked => REVOCATIONS_BYTES_MAX,
            Self::Issuer
            | Self::Licence
            | Self::Request
            | Self::Lease
            | Self::Checkpoint
            | Self::Usage => OBJECT_BYTES_MAX,
        }
    }
}

pub(crate) use read::{Envelope, open};
pub use read::{UnverifiedParts, unverified_parts};
pub use write::SigningInput;

mod read {
    use super::{
        Flaw, HEADER_BYTES_MAX, KeyId, Kind, Object, PublicKey, Reason, Refusal, base64url, json,
    };

    /// A compact JWS whose form is right and whose signature nobody has looked at.
    pub(crate) struct Envelope<'a> {
        kind: Kind,
        kid: KeyId,
        signing_input: &'a [u8],
        payload: Vec<u8>,
        signature: [u8; 64],
    }

    /// Reads a compact JWS of a kind and checks its signature by the key that `key_of` gives for the one
    /// it names.
    ///
    /// One function for every kind and, behind a pointer, for every way to find a key: the browser's module
    /// would carry its copies.
    pub(crate) fn open<'a, 'k>(
        text: &'a [u8],
        kind: Kind,
        key_of: &dyn Fn(KeyId) -> Option<&'k PublicKey>,
    ) -> Result<SignedBytes<'a>, Refusal> {
        let envelope = Envelope::parse(text, kind)?;
        let key = key_of(envelope.kid);
        envelope.open(key)
    }

    /// What stands in a JWS whose signature holds. Only [`Envelope::open`] makes it.
    pub(crate) struct SignedBytes<'a> {
        signer: KeyId,
        signing_input: &'a [u8],
        payload: Vec<u8>,
    }

    impl<'a> SignedBytes<'a> {
        /// The key that signed them.
        pub(crate) const fn signer(&self) -> KeyId {
            self.signer
        }

        /// The bytes that the signature is over.
        pub(crate) const fn signing_input(&self) -> &'a [u8] {
            self.signing_input
        }

        /// The claims' JSON.
        pub(crate) fn payload(&self) -> &[u8] {
            &self.payload
        }
    }

    impl<'a> Envelope<'a> {
        /// Reads a compact JWS of a kind: size, form, header, in this order.
        pub(crate) fn parse(text: &'a [u8], kind: Kind) -> Result<Self, Refusal> {
            Self::read(text, kind).map_err(|reason| Refusal { at: kind.part(), reason })
        }

        fn read(text: &'a [u8], kind: Kind) -> Result<Self, Reason> {
            if text.len() > kind.bytes_max() {
                return Err(Reason::TooLarge { bytes_max: kind.bytes_max() });
            }
            let segments = Segments::split(text).map_err(Reason::Malformed)?;
            let header = segments.header().map_err(Reason::Malformed)?;
            let payload = decode(segments.payload).map_err(Reason::Malformed)?;
            let signature = segments.signature().map_err(Reason::Malformed)?;
            let header =
                json::parse(&header).map_err(|flaw| Reason::Malformed(Flaw::Json(flaw)))?;
            let (typ, kid) = profile(&header).map_err(Reason::Malformed)?;
            if typ != kind.typ() {
                return Err(Reason::WrongType { expected: kind.typ() });
            }
            Ok(Self {
                kind,
                kid,
                signing_input: segments.signing_input.as_bytes(),
                payload,
                signature,
            })
        }

        /// The payload before anyone has checked the signature.
        pub(crate) fn unverified_payload(&self) -> &[u8] {
            &self.payload
        }

        /// What was signed, if `key` is the one it names and the signature holds.
        pub(crate) fn open(self, key: Option<&PublicKey>) -> Result<SignedBytes<'a>, Refusal> {
            let refuse = |reason| Refusal { at: self.kind.part(), reason };
            let key = key.filter(|key| key.id() == self.kid);
            let key = key.ok_or_else(|| refuse(Reason::UnknownKey { kid: self.kid }))?;
            if !key.verifies(self.signing_input, &self.signature) {
                return Err(refuse(Reason::BadSignature));
            }
            let Self { kid: signer, signing_input, payload, .. } = self;
            Ok(SignedBytes { signer, signing_input, payload })
        }
    }

    struct Segments<'a> {
        header: &'a str,
        payload: &'a str,
        signature: &'a str,
        signing_input: &'a str,
    }

    impl<'a> Segments<'a> {
        fn split(text: &'a [u8]) -> Result<Self, Flaw> {
            // As text, whose search for a character takes a word at a time.
            let text = core::str::from_utf8(text).map_err(|_| Flaw::Base64)?;
            let mut parts = text.split('.');
            let (Some(header), Some(payload), Some(signature), None) =
                (parts.next(), parts.next(), parts.next(), parts.next())
            else {
                return Err(Flaw::Segments);
            };
            let signing_input =
                text.get(..header.len() + 1 + payload.len()).ok_or(Flaw::Segments)?;
            Ok(Self { header, payload, signature, signing_input })
        }

        /// Straight into its 64 bytes; another length is told apart from another spelling.
        fn signature(&self) -> Result<[u8; 64], Flaw> {
            match base64url::decode_array(self.signature) {
                Some(signature) => Ok(signature),
                None => decode(self.signature).and(Err(Flaw::SignatureLength)),
            }
        }

        fn header(&self) -> Result<Vec<u8>, Flaw> {
            if self.header.len() > (HEADER_BYTES_MAX * 4).div_ceil(3) {
                return Err(Flaw::Header);
            }
            decode(self.header)
        }
    }

    fn decode(segment: &str) -> Result<Vec<u8>, Flaw> {
        base64url::decode(segment).ok_or(Flaw::Base64)
    }

    /// `typ` and `kid` of a header that has exactly the three members of the profile.
    fn profile<'v>(header: &'v json::Value<'_>) -> Result<(&'v str, KeyId), Flaw> {
        let header: &Object<'_> = header.as_object().ok_or(Flaw::Header)?;
        let member = |name| header.value(name).and_then(json::Value::as_str).ok_or(Flaw::Header);
        let (alg, typ, kid) = (member("alg")?, member("typ")?, member("kid")?);
        if header.members().len() != 3 {
            return Err(Flaw::Header);
        }
        // RFC 9864 gave Ed25519 a name of its own; both names mean the same signature.
        if !matches!(alg, "EdDSA" | "Ed25519") {
            return Err(Flaw::Algorithm);
        }
        Ok((typ, KeyId::parse(kid).ok_or(Flaw::Header)?))
    }

    /// Header and claims of a compact JWS as text, with nothing checked but the form.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct UnverifiedParts {
        /// The header's JSON as it was written.
        pub unverified_header: String,
        /// The claims' JSON as it was written.
        pub unverified_claims: String,
    }

    /// Takes a compact JWS of any kind apart without trusting any of it.
    ///
    /// # Errors
    /// `too_large` and `malformed`, in the name of `kind`.
    pub fn unverified_parts(text: &[u8], kind: Kind) -> Result<UnverifiedParts, Refusal> {
        let refuse = |reason| Refusal { at: kind.part(), reason };
        if text.len() > kind.bytes_max() {
            return Err(refuse(Reason::TooLarge { bytes_max: kind.bytes_max() }));
        }
        let read = || {
            let segments = Segments::split(text)?;
            let (header, payload) = (segments.header()?, decode(segments.payload)?);
            Ok(UnverifiedParts {
                unverified_header: json_text(header)?,
                unverified_claims: json_text(payload)?,
            })
        };
        read().map_err(|flaw| refuse(Reason::Malformed(flaw)))
    }

    fn json_text(bytes: Vec<u8>) -> Result<String, Flaw> {
        json::parse(&bytes).map_err(Flaw::Json)?;
        String::from_utf8(bytes).map_err(|_| Flaw::Json(json::JsonFlaw::Encoding))
    }
}

mod write {
    use super::{KeyId, Kind, SignedDigest, base64url, json};

    /// The bytes that are signed: header and claims, each in base64url.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SigningInput(String);

    impl SigningInput {
        pub(crate) fn new(kind: Kind, kid: KeyId, claims: &str) -> Self {
            let header = json::object(|header| {
                header.string("typ", kind.typ());
                header.string("alg", "EdDSA");
                header.string("kid", kid);
            });
            let segments = [header.as_bytes(), claims.as_bytes()].map(base64url::encode);
            Self(segments.join("."))
        }

        /// What the key signs.
        #[must_use]
        pub const fn as_bytes(&self) -> &[u8] {
            self.0.as_bytes()
        }

        /// What a revocation list names it by.
        #[must_use]
        pub fn digest(&self) -> SignedDigest {
            SignedDigest::of(self.as_bytes())
        }

        /// The compact JWS with the signature that a key made over [`as_bytes`](Self::as_bytes).
        #[must_use]
        pub fn finish(self, signature: &[u8; 64]) -> String {
            [self.0, base64url::encode(signature)].join(".")
        }
    }
}
