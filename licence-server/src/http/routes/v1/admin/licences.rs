//! `POST /v1/admin/licences[?replace=true]`: install a licence. The body is the file as it came.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::StatusCode;
use axum::{Json, Router, routing};
use licence_core::claims::LicenceClaims;
use licence_core::limits::FILE_BYTES_MAX;
use licence_core::{Code, UnixTime};
use serde::{Deserialize, Serialize};

use crate::domain::{Command, InstallLicence, Outcome, Refusal, Replace, Terms};
use crate::http::extract::{LocalAdmin, unread};
use crate::http::problem::Problem;
use crate::state::AppState;

/// One byte over the limit of the format, so that the verifier itself says that a file is too large.
const BODY_BYTES_MAX: usize = FILE_BYTES_MAX + 1;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/licences", routing::post(install))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// Whether a licence that was installed is used already.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LicenceInstallation {
    /// It is.
    InForce,
    /// It takes over at its beginning.
    Staged,
}

/// A licence that was installed. Times are Unix seconds.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct InstalledLicence {
    /// Its id.
    pub id: String,
    /// Its series.
    pub serial: String,
    /// Its place in the series.
    pub revision: u32,
    /// The application it is for.
    pub product: String,
    /// Who may use it.
    pub institute: String,
    /// People active at once.
    pub seats: u32,
    /// When it begins.
    pub starts_at: i64,
    /// When it ends, if it does.
    pub expires_at: Option<i64>,
    /// Whether it is used already.
    pub state: LicenceInstallation,
}

async fn install(
    _: LocalAdmin,
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<InstalledLicence>), Problem> {
    let now = state.now();
    let replace = replace(query.as_deref())?;
    let file = body.map_err(unread)?.to_vec();
    let licence = state.shelf().admit(file.clone(), now)?;
    let claims = licence.accepted.signed().claims();
    let terms = Terms::of(claims);
    let command = Command::InstallLicence(InstallLicence { file, terms, replace });
    match state.submit(command).await? {
        Outcome::Installed { from } => {
            Ok((StatusCode::CREATED, Json(InstalledLicence::new(claims, from, now))))
        }
        Outcome::Refused(refusal) => Err(refused(&refusal)),
        other => Err(Problem::internal(format!("an installation came to {other:?}"))),
    }
}

fn replace(query: Option<&str>) -> Result<Replace, Problem> {
    let mut replace = Replace::SameSeries;
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        replace = match (&*name, &*value) {
            ("replace", "true") => Replace::AnySeries,
            ("replace", "false") => Replace::SameSeries,
            _ => return Err(Problem::invalid_request("the query may say `replace=true` only")),
        };
    }
    Ok(replace)
}

fn refused(refusal: &Refusal) -> Problem {
    match refusal {
        Refusal::Conflict => Problem::new(Code::Conflict).detail(
            "another series, or a revision as new as this one, is installed; --replace lets another \
             series take its place",
        ),
        other => Problem::new(other.code()),
    }
}

impl InstalledLicence {
    fn new(claims: &LicenceClaims, from: UnixTime, now: UnixTime) -> Self {
        Self {
            id: claims.jti.to_string(),
            serial: claims.serial.to_string(),
            revision: claims.revision,
            product: claims.product.to_string(),
            institute: claims.institute.name.to_string(),
            seats: claims.seats.active_max.number(),
            starts_at: claims.period.nbf().secs(),
            expires_at: claims.period.exp().map(UnixTime::secs),
            state: if now.is_before(from, 0) {
                LicenceInstallation::Staged
            } else {
                LicenceInstallation::InForce
            },
        }
    }
}
