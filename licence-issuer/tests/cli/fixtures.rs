//! The files that the golden tests read: `tests/cmd/*.in`.
//!
//! Signatures are made with seeds and dates that are written here, so they are the same on every
//! machine, and a change of a format shows as a change of these files. `FIXTURES=write` writes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use licence_core::armour::{self, Label};
use licence_core::claims::{
    Affiliated, Claims, Features, IssuerClaims, LicenceClaims, Nonce, Period, RequestClaims,
    RevocationsClaims, RevokedLicence, SeatCount, Seats,
};
use licence_core::{
    Institute, LicenceId, OwnerId, PrivateKey, Product, Serial, TokenId, UnixTime, Uuid, Vendor,
    base64url,
};

const ROOT: u8 = 1;
const ISSUING: u8 = 2;
const SITE: u8 = 3;
const OTHER_ROOT: u8 = 4;
const OTHER_SITE: u8 = 5;

/// Compares the files on disk with what this module makes of its seeds.
#[track_caller]
pub(crate) fn check() {
    let is_writing = std::env::var_os("FIXTURES").is_some_and(|value| value == "write");
    for (path, content) in files() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd").join(path);
        if is_writing {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &content).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(found, content, "{}: run once with FIXTURES=write", path.display());
    }
}

fn files() -> BTreeMap<PathBuf, String> {
    let verify = [
        ("root.pub", key(ROOT).public().to_pem()),
        ("other-root.pub", key(OTHER_ROOT).public().to_pem()),
        ("site.pub", key(SITE).public().to_pem()),
        ("other-site.pub", key(OTHER_SITE).public().to_pem()),
        ("good.licence", licence(&good())),
        ("unbound.licence", licence(&LicenceClaims { site: None, ..good() })),
        ("test.licence", licence(&LicenceClaims { is_test: true, ..good() })),
        (
            "perpetual.licence",
            licence(&LicenceClaims { period: Period::perpetual(day(0)), ..good() }),
        ),
        (
            "root-signed.licence",
            armour::write(&[(Label::Licence, signed(ROOT, &good()).as_bytes())]),
        ),
        ("flipped.licence", flipped()),
        ("too-many-seats.licence", licence(&LicenceClaims { seats: seats(11), ..good() })),
        ("other-product.licence", licence(&LicenceClaims { product: product("editor"), ..good() })),
        ("late.licence", licence(&LicenceClaims { iat: day(1095), ..good() })),
        ("site-signed.licence", site_signed()),
        ("mislabelled.licence", armour::write(&[(Label::Licence, request().as_bytes())])),
        ("cut.licence", licence(&good()).chars().take(500).collect()),
        ("letter.licence", format!("Dear customer,\n\n{}", licence(&good()))),
        ("empty.licence", String::new()),
        ("revoked.list", revocations()),
    ];
    let issue = [
        ("request.txt", request_file()),
        ("stolen-request.txt", stolen_request()),
        ("passphrase", "correct horse battery staple\n".to_owned()),
    ];
    let inspect = [
        ("good.licence", licence(&good())),
        ("request.txt", request_file()),
        ("compact.txt", signed(ROOT, &good()) + "\n"),
        ("root.pub", key(ROOT).public().to_pem()),
        ("notes.txt", "not a signed file\n".to_owned()),
    ];
    let renew = [("request.txt", request_file()), ("other-request.txt", other_request())];
    let requests = ["list.in", "import.in"]
        .map(|folder| (Path::new(folder).join("request.txt"), request_file()));
    let in_folder = |folder: &'static str, files: Vec<(&'static str, String)>| {
        files.into_iter().map(move |(name, content)| (Path::new(folder).join(name), content))
    };
    in_folder("verify.in", verify.into())
        .chain(in_folder("issue.in", issue.into()))
        .chain(in_folder("inspect.in", inspect.into()))
        .chain(in_folder("renew.in", renew.into()))
        .chain(requests)
        .collect()
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_seed(&[seed; 32]).unwrap()
}

fn signed(seed: u8, claims: &impl Claims) -> String {
    let key = key(seed);
    key.sign(claims.signing_input(key.public().id()))
}

/// A day after 2026 began.
fn day(number: i64) -> UnixTime {
    UnixTime::from_date("2026-01-01").unwrap().plus(number * 86_400)
}

fn vendor() -> Vendor {
    Vendor::parse("Acme GmbH").unwrap()
}

fn product(name: &str) -> Product {
    Product::parse(name).unwrap()
}

fn seats(number: u32) -> Seats {
    Seats::new(SeatCount::new(number).unwrap())
}

fn institute() -> Affiliated {
    Affiliated { name: Institute::parse("Institut für Physik").unwrap(), affiliation: None }
}

fn good() -> LicenceClaims {
    LicenceClaims {
        iss: vendor(),
        sub: OwnerId(Uuid::v7(1_767_225_600_000, [1; 10])),
        product: product("viewer"),
        jti: LicenceId(Uuid::v7(1_767_225_600_000, [2; 10])),
        iat: day(0),
        period: Period::limited(day(0), day(365), Some(day(335)), Some(day(379))).unwrap(),
        serial: Serial::from_random([7; 15]),
        revision: 1,
        institute: institute(),
        seats: Seats { registered_max: Some(8), ..seats(3) },
        features: Features::default(),
        site: Some(key(SITE).public().clone()),
        revocations_min: None,
        is_test: false,
    }
}

fn certificate() -> String {
    let claims = IssuerClaims {
        iss: vendor(),
        jti: TokenId(Uuid::v7(1_767_225_600_000, [3; 10])),
        iat: day(0),
        nbf: day(0),
        exp: day(1095),
        key: key(ISSUING).public().clone(),
        products: Some(vec![product("viewer")]),
        seats_max: SeatCount::new(10),
    };
    signed(ROOT, &claims)
}

fn licence(claims: &LicenceClaims) -> String {
    file(&signed(ISSUING, claims))
}

fn file(licence: &str) -> String {
    let certificate = certificate();
    armour::write(&[
        (Label::Licence, licence.as_bytes()),
        (Label::IssuerKey, certificate.as_bytes()),
    ])
}

/// Three seats made eight after the licence was signed.
fn flipped() -> String {
    let (more, good) = (LicenceClaims { seats: seats(8), ..good() }, signed(ISSUING, &good()));
    let (_, signature) = good.rsplit_once('.').unwrap();
    let more = signed(ISSUING, &more);
    let (signing_input, _) = more.rsplit_once('.').unwrap();
    file(&format!("{signing_input}.{signature}"))
}

/// A site that signs a licence for itself.
fn site_signed() -> String {
    armour::write(&[(Label::Licence, signed(SITE, &good()).as_bytes())])
}

fn request_claims() -> RequestClaims {
    RequestClaims {
        product: product("viewer"),
        iat: day(0),
        nonce: Nonce([9; 16]),
        institute: institute(),
        site: key(SITE).public().clone(),
    }
}

/// The root of these files, as `LICENCE_ROOTS` names it.
pub(crate) fn pinned_root() -> String {
    base64url::encode(&key(ROOT).public().to_bytes())
}

/// A request file as an institute sends it.
pub(crate) fn request_file() -> String {
    armour::write(&[(Label::Request, request().as_bytes())])
}

fn request() -> String {
    signed(SITE, &request_claims())
}

/// A request as whoever holds that key can send it.
pub(crate) fn request_of(key: &PrivateKey) -> String {
    let claims = RequestClaims { site: key.public().clone(), ..request_claims() };
    let text = key.sign(claims.signing_input(key.public().id()));
    armour::write(&[(Label::Request, text.as_bytes())])
}

/// A request for a licence bound to a key that its sender does not hold.
fn stolen_request() -> String {
    armour::write(&[(Label::Request, signed(OTHER_SITE, &request_claims()).as_bytes())])
}

/// The same institute asks again, with a new key.
pub(crate) fn other_request() -> String {
    let claims = RequestClaims { site: key(OTHER_SITE).public().clone(), ..request_claims() };
    armour::write(&[(Label::Request, signed(OTHER_SITE, &claims).as_bytes())])
}

fn revocations() -> String {
    let claims = RevocationsClaims {
        iss: vendor(),
        iat: day(10),
        seq: 1,
        licences: vec![RevokedLicence::One(good().jti)],
        keys: Vec::new(),
    };
    armour::write(&[(Label::Revocations, signed(ROOT, &claims).as_bytes())])
}
