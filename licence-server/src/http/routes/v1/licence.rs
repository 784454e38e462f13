//! `GET /v1/licence`: the licence in force, as it was signed, so that everyone can verify it; and
//! where it stands. How many seats are taken is told to whoever is signed in.

use axum::extract::State;
use axum::{Json, Router, routing};
use licence_core::claims::LicenceClaims;
use licence_core::{Code, UnixTime};
use serde::Serialize;

use super::state_name;
use crate::domain::Terms;
use crate::http::extract::Bearer;
use crate::http::problem::Problem;
use crate::shelf::ShelvedLicence;
use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/licence", routing::get(licence))
}

/// Times are Unix seconds.
#[derive(Serialize)]
struct LicenceInForce {
    id: String,
    serial: String,
    revision: u32,
    product: String,
    institute: String,
    /// `not_yet`, `valid`, `expiring`, `grace`, `expired` or `revoked`.
    state: &'static str,
    starts_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    warn_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grace_until: Option<i64>,
    seats: SeatsInUse,
    /// The licence file: RFC 7468 text, or the bare compact form if that is what was installed.
    file: String,
    server_time: i64,
}

#[derive(Serialize)]
struct SeatsInUse {
    total: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_use: Option<u32>,
}

async fn licence(
    State(state): State<AppState>,
    token: Option<Bearer>,
) -> Result<Json<LicenceInForce>, Problem> {
    let now = state.now();
    let terms = state.mirror().in_force(now).ok_or_else(|| Problem::new(Code::NoLicence))?;
    let licence = state.shelf().find(terms.id).ok_or_else(|| Problem::new(Code::NoLicence))?;
    let in_use = token.map(|_| state.mirror().seats_in_use());
    Ok(Json(LicenceInForce::new(&licence, &terms, in_use, now)))
}

impl LicenceInForce {
    fn new(licence: &ShelvedLicence, terms: &Terms, in_use: Option<u32>, now: UnixTime) -> Self {
        let LicenceClaims { jti, serial, revision, product, institute, period, .. } =
            licence.accepted.signed().claims();
        Self {
            id: jti.to_string(),
            serial: serial.to_string(),
            revision: *revision,
            product: product.to_string(),
            institute: institute.name.to_string(),
            state: state_name(&licence.accepted, now),
            starts_at: period.nbf().secs(),
            warn_at: period.warn_at().map(UnixTime::secs),
            expires_at: period.exp().map(UnixTime::secs),
            grace_until: period.grace_until().map(UnixTime::secs),
            seats: SeatsInUse { total: terms.seats_total(), in_use },
            // Text in UTF-8 is all that the verifier accepts.
            file: String::from_utf8_lossy(&licence.file).into_owned(),
            server_time: now.secs(),
        }
    }
}
