//! The claims as an application would type them with serde. Nobody reads their fields here: what is
//! measured is that they are made.

#![expect(dead_code, reason = "the claims are made and dropped")]

use std::collections::BTreeMap;

use serde::Deserialize;

/// What says for whom a token is.
#[derive(Deserialize)]
pub struct Audience {
    pub iss: String,
    pub aud: String,
}

#[derive(Deserialize)]
pub struct Access {
    iss: String,
    aud: String,
    sub: String,
    client_id: String,
    iat: i64,
    exp: i64,
    jti: String,
    sid: String,
    auth_time: i64,
    scope: String,
    roles: Vec<String>,
    ext_id: Option<String>,
    lic: String,
    #[serde(default)]
    features: BTreeMap<String, Feature>,
    epoch: String,
    seq: u64,
    head: String,
}

#[derive(Deserialize)]
pub struct Licence {
    ver: u32,
    iss: String,
    sub: String,
    aud: String,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: Option<i64>,
    warn_at: Option<i64>,
    grace_until: Option<i64>,
    serial: String,
    revision: u32,
    institute: Institute,
    seats: Seats,
    #[serde(default)]
    features: BTreeMap<String, Feature>,
    cnf: Option<Confirmation>,
    revocations_min: Option<u32>,
    env: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Feature {
    Bool(bool),
    Integer(i64),
    String(String),
    List(Vec<String>),
}

#[derive(Deserialize)]
struct Institute {
    name: String,
    affiliation: Option<String>,
}

#[derive(Deserialize)]
struct Seats {
    active_max: u32,
    registered_max: Option<u32>,
    per: String,
    overage: u32,
    lease_secs: u32,
    idle_secs: u32,
    sessions_max: u32,
    borrow: Option<Borrow>,
}

#[derive(Deserialize)]
struct Borrow {
    days_max: u32,
    seats_max: u32,
}

#[derive(Deserialize)]
struct Confirmation {
    jwk: Jwk,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
}
