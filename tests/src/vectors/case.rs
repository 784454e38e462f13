use licence_core::{Code, LicenceState, Part, PrivateKey, PublicKey, UnixTime, base64url};
use serde::{Deserialize, Serialize};

use super::{Facts, Input, Verdict};
use crate::world::{PRODUCT, SEATS, World, licence_id, now};

/// One input and what must be said of it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Vector {
    /// What it shows.
    pub name: String,
    /// What the input is taken for.
    pub verify: Verify,
    /// The bytes that are verified.
    pub input: Input,
    /// The licence file that an access token, a lease, a list of revoked tokens or a usage statement is
    /// verified under.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub licence: Option<Input>,
    /// The list of revoked tokens that an access token is verified with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub revoked: Option<Input>,
    /// The usage statement that another is said to follow.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub previous: Option<Input>,
    /// The pinned root keys.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub roots: Vec<Jwk>,
    /// What the licence must be for.
    #[serde(skip_serializing_if = "Policy::is_empty", default)]
    pub policy: Policy,
    /// Seconds since 1970.
    pub now: i64,
    /// The verdict.
    pub expect: Verdict,
}

/// What an input is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verify {
    /// A licence file.
    Licence,
    /// An access token.
    Access,
    /// An access token for the administration.
    Admin,
    /// A list of revoked tokens.
    Revoked,
    /// A lease.
    Lease,
    /// A checkpoint of an audit log.
    Checkpoint,
    /// A usage statement, with all that speaks against it.
    Usage,
    /// A request file.
    Request,
    /// A revocation list.
    Revocations,
    /// A public key.
    Key,
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Jwk {
    kty: String,
    crv: String,
    x: String,
}

impl From<&PublicKey> for Jwk {
    fn from(key: &PublicKey) -> Self {
        let x = base64url::encode(&key.to_bytes());
        Self { kty: "OKP".to_owned(), crv: "Ed25519".to_owned(), x }
    }
}

/// What a licence must be for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Policy {
    /// The product; any, where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The key of the site that verifies, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<Jwk>,
    /// Whether a licence may name no site.
    #[serde(skip_serializing_if = "is_false")]
    pub allow_unbound: bool,
    /// Whether a licence may be for tests.
    #[serde(skip_serializing_if = "is_false")]
    pub allow_test: bool,
    /// A revocation list that the verifier holds, verified before anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocations: Option<Input>,
}

impl Policy {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// A vector in the making: the world's roots, its product, now.
pub(super) struct Case {
    vector: Vector,
    root: licence_core::KeyId,
}

impl Case {
    fn new(world: &World, name: &str, verify: Verify, input: Input) -> Self {
        let vector = Vector {
            name: name.to_owned(),
            verify,
            input,
            licence: None,
            revoked: None,
            previous: None,
            roots: [&world.root, &world.spare].map(|key| key.public().into()).into(),
            policy: Policy::default(),
            now: now().secs(),
            expect: Verdict::refused(Part::File, Code::Malformed),
        };
        Self { vector, root: world.root.public().id() }
    }

    pub(super) fn licence(world: &World, name: &str, file: impl Into<Input>) -> Self {
        Self::new(world, name, Verify::Licence, file.into()).product(Some(PRODUCT))
    }

    /// An access token under the world's licence.
    pub(super) fn access(world: &World, name: &str, token: impl Into<Input>) -> Self {
        Self::below_the_licence(world, name, Verify::Access, token.into())
    }

    /// A list of revoked tokens, of the site that the world's licence names.
    pub(super) fn revoked(world: &World, name: &str, list: impl Into<Input>) -> Self {
        Self::below_the_licence(world, name, Verify::Revoked, list.into())
    }

    /// A lease under the world's licence.
    pub(super) fn lease(world: &World, name: &str, lease: impl Into<Input>) -> Self {
        Self::below_the_licence(world, name, Verify::Lease, lease.into())
    }

    /// A usage statement of the site that the world's licence names.
    pub(super) fn usage(world: &World, name: &str, statement: impl Into<Input>) -> Self {
        Self::below_the_licence(world, name, Verify::Usage, statement.into())
    }

    fn below_the_licence(world: &World, name: &str, verify: Verify, input: Input) -> Self {
        let case = Self::new(world, name, verify, input).product(Some(PRODUCT));
        case.under(world.licence_text())
    }

    /// An administrator's token that comes back to the world's site.
    pub(super) fn admin(world: &World, name: &str, token: impl Into<Input>) -> Self {
        Self::at_the_site(world, name, Verify::Admin, token.into())
    }

    /// A checkpoint of the world's site.
    pub(super) fn checkpoint(world: &World, name: &str, text: impl Into<Input>) -> Self {
        Self::at_the_site(world, name, Verify::Checkpoint, text.into())
    }

    fn at_the_site(world: &World, name: &str, verify: Verify, input: Input) -> Self {
        let case = Self::new(world, name, verify, input).roots(&[]);
        case.product(Some(PRODUCT)).site(&world.site)
    }

    pub(super) fn revocations(world: &World, name: &str, list: impl Into<Input>) -> Self {
        Self::new(world, name, Verify::Revocations, list.into())
    }

    pub(super) fn request(world: &World, name: &str, request: impl Into<Input>) -> Self {
        Self::new(world, name, Verify::Request, request.into()).roots(&[])
    }

    pub(super) fn key(world: &World, name: &str, key: impl Into<Input>) -> Self {
        Self::new(world, name, Verify::Key, key.into()).roots(&[])
    }

    pub(super) fn roots(mut self, keys: &[&PrivateKey]) -> Self {
        self.vector.roots = keys.iter().map(|key| key.public().into()).collect();
        self
    }

    pub(super) fn under(mut self, licence: impl Into<Input>) -> Self {
        self.vector.licence = Some(licence.into());
        self
    }

    /// With a list of revoked tokens at hand.
    pub(super) fn unless(mut self, revoked: impl Into<Input>) -> Self {
        self.vector.revoked = Some(revoked.into());
        self
    }

    /// With the usage statement before at hand.
    pub(super) fn after(mut self, previous: impl Into<Input>) -> Self {
        self.vector.previous = Some(previous.into());
        self
    }

    pub(super) fn product(mut self, product: Option<&str>) -> Self {
        self.vector.policy.product = product.map(str::to_owned);
        self
    }

    pub(super) fn site(mut self, site: &PrivateKey) -> Self {
        self.vector.policy.site = Some(site.public().into());
        self
    }

    pub(super) fn allow_unbound(mut self) -> Self {
        self.vector.policy.allow_unbound = true;
        self
    }

    pub(super) fn allow_test(mut self) -> Self {
        self.vector.policy.allow_test = true;
        self
    }

    pub(super) fn holding(mut self, list: impl Into<Input>) -> Self {
        self.vector.policy.revocations = Some(list.into());
        self
    }

    pub(super) fn at(mut self, now: UnixTime) -> Self {
        self.vector.now = now.secs();
        self
    }

    /// Which root is at the top of the chain that must be accepted.
    pub(super) fn below(mut self, root: &PrivateKey) -> Self {
        self.root = root.public().id();
        self
    }

    pub(super) fn refused(self, at: Part, code: Code) -> Vector {
        self.expect(Verdict::refused(at, code))
    }

    pub(super) fn ok(self, facts: Facts) -> Vector {
        self.expect(Verdict::Ok(facts))
    }

    /// The world's licence is accepted.
    pub(super) fn granted(self, state: LicenceState) -> Vector {
        self.granted_seats(state, SEATS)
    }

    /// The world's licence is accepted, with another number of seats.
    pub(super) fn granted_seats(self, state: LicenceState, seats: u32) -> Vector {
        let root = self.root;
        self.ok(Facts::licence(state, licence_id(), seats, root))
    }

    fn expect(mut self, expect: Verdict) -> Vector {
        self.vector.expect = expect;
        self.vector
    }
}
