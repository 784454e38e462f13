//! `POST /v1/seats/borrow`: take the own seat along offline, bound to a key that was made in the
//! browser. `GET` lists what is out, and `DELETE /v1/seats/borrow/{id}` brings it back.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use licence_core::claims::{LeaseClaims, SignInClaims};
use licence_core::{Code, PublicKey, TokenId, UnixTime};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Borrow, BorrowedSeat, Borrowing, Command, Outcome, Refusal, ReturnSeat};
use crate::http::extract::{Fields, Now, PathId, Seated};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, done, not};
use crate::http::routes::v1::auth::refused;
use crate::state::AppState;

/// Bytes of a body: a number and a key.
const BODY_BYTES_MAX: usize = 8 * 1024;

pub(super) fn router() -> Routes {
    Routes::new()
        .routes(routes!(borrow, list))
        .routes(routes!(give_back))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

problems!(Refused:
    InvalidGrant, NoLicence, NotYetValid, LicenceExpired, Revoked, ExceedsLicence, NoSeat,
    TooManySessions, Conflict);

/// For how long a seat is taken along, and by which browser.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct BorrowRequest {
    /// Days, as many as the licence lends at most.
    #[schema(minimum = 1)]
    days: u32,
    /// The JWK of a public Ed25519 key that was made in the browser (RFC 8037); in a form as its text.
    #[schema(value_type = Object, example = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }))]
    key: String,
}

/// A seat that was taken along. Times are Unix seconds.
#[derive(Serialize, ToSchema)]
struct Borrowed {
    #[schema(format = "uuid")]
    id: String,
    /// `lease+jwt`: good without the server, beside the private half of the key in it.
    lease: String,
    #[schema(format = "unixtime")]
    expires_at: i64,
    /// The licence that the lease rests on, to verify it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    licence: Option<String>,
    #[schema(format = "unixtime")]
    server_time: i64,
}

#[utoipa::path(
    post,
    path = "/borrow",
    tag = "seats",
    operation_id = "borrow_seat",
    summary = "Take my seat along offline",
    description = "Whoever asks again with the same key, because the answer was lost, has the same lease.",
    request_body(content(
        (BorrowRequest = "application/x-www-form-urlencoded"),
        (BorrowRequest = "application/json"),
    )),
    security(("bearer" = ["seat"])),
    responses((status = 201, description = "A signed lease.", body = Borrowed), Refused),
)]
async fn borrow(
    State(state): State<AppState>,
    Now(now): Now,
    Seated(own): Seated,
    fields: Fields,
) -> Result<(StatusCode, Json<Borrowed>), Problem> {
    let (days, key) = (days(&fields)?, fields.public_key("key")?);
    let id = TokenId(state.rng().uuid(now)?);
    let outcome =
        state.submit(Command::Borrow(Borrow { session: own.sid, id, days, key: key.id() })).await?;
    let Outcome::Borrowed(seat) = outcome else { return Err(not_lent(outcome, now, &state)) };
    let file = state.shelf().find(seat.licence).map(|licence| licence.file.clone());
    let borrowed = Borrowed {
        id: seat.id.to_string(),
        lease: state.minter().finish(&lease(&seat, key, &state))?,
        expires_at: seat.end.secs(),
        // Text in UTF-8 is all that the verifier accepts.
        licence: file.map(|file| String::from_utf8_lossy(&file).into_owned()),
        // One that was lent before is told as it was.
        server_time: now.max(seat.start).secs(),
    };
    Ok((StatusCode::CREATED, Json(borrowed)))
}

fn days(fields: &Fields) -> Result<u32, Problem> {
    let days = fields.integer("days")?;
    let days = days.ok_or_else(|| Problem::invalid_request("`days` is missing"))?;
    u32::try_from(days)
        .ok()
        .filter(|days| *days > 0)
        .ok_or_else(|| Problem::invalid_request("`days` must be a whole number from 1 on"))
}

fn lease(seat: &BorrowedSeat, key: PublicKey, state: &AppState) -> LeaseClaims {
    LeaseClaims {
        iss: state.minter().issuer().clone(),
        product: state.minter().product().clone(),
        sub: seat.user,
        jti: seat.id,
        sid: seat.session,
        iat: seat.start,
        exp: seat.end,
        lic: seat.licence,
        key,
    }
}

fn not_lent(outcome: Outcome, now: UnixTime, state: &AppState) -> Problem {
    let Outcome::Refused(refusal) = outcome else { return not(outcome) };
    let problem = refused(&refusal, now, state);
    match refusal {
        Refusal::ExceedsLicence => {
            let limits = state.mirror().in_force(now).and_then(|terms| terms.seats.borrow);
            let days_max = limits.map_or(0, |limits| limits.days_max);
            problem
                .detail(format!("the licence lends a seat for at most {days_max} days"))
                .with("days_max", days_max)
                .mend("ask for fewer days, or ask the vendor for more")
        }
        Refusal::Conflict => problem
            .detail(
                "this account took a seat along already, or as many are out as may be; a seat that \
                 came back counts until its lease ends",
            )
            .mend("wait until the lease ends: its signed copy is good until then"),
        Refusal::InvalidGrant
        | Refusal::RefreshReused
        | Refusal::StoreBehind
        | Refusal::Forbidden
        | Refusal::NoSeat(_)
        | Refusal::TooManySessions(_)
        | Refusal::Licence(_)
        | Refusal::RegisteredFull
        | Refusal::Taken(_)
        | Refusal::Busy
        | Refusal::NotFound
        | Refusal::PreconditionFailed
        | Refusal::Retired => problem,
    }
}

/// The seats that a person took along, and whose signed copies may live. Times are Unix seconds.
#[derive(Serialize, ToSchema)]
struct OwnBorrowed {
    borrowed: Vec<OwnSeat>,
    #[schema(format = "unixtime")]
    server_time: i64,
}

#[derive(Serialize, ToSchema)]
struct OwnSeat {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    session: String,
    #[schema(format = "unixtime")]
    borrowed_at: i64,
    #[schema(format = "unixtime")]
    expires_at: i64,
    /// Whether it still holds a seat: it was neither brought back nor written off.
    is_out: bool,
}

#[utoipa::path(
    get,
    path = "/borrow",
    tag = "seats",
    operation_id = "list_my_borrowed_seats",
    summary = "The seats that I took along",
    security(("bearer" = ["seat"])),
    responses((status = 200, description = "Those whose signed copies may live.", body = OwnBorrowed)),
)]
async fn list(
    State(state): State<AppState>,
    Now(now): Now,
    Seated(own): Seated,
) -> Result<Json<OwnBorrowed>, Problem> {
    let rows = state.reader().borrowings()?.into_iter();
    let rows = rows.filter(|row| is_of(row, &own) && !now.is_expired(row.end));
    Ok(Json(OwnBorrowed { borrowed: rows.map(OwnSeat::from).collect(), server_time: now.secs() }))
}

fn is_of(row: &Borrowing, own: &SignInClaims) -> bool {
    row.user == own.sub
}

impl From<Borrowing> for OwnSeat {
    fn from(row: Borrowing) -> Self {
        Self {
            id: row.id.to_string(),
            session: row.session.to_string(),
            borrowed_at: row.start.secs(),
            expires_at: row.end.secs(),
            is_out: row.is_out,
        }
    }
}

/// The same answer however often it is asked.
#[utoipa::path(
    delete,
    path = "/borrow/{id}",
    tag = "seats",
    operation_id = "return_seat",
    summary = "Bring a seat back",
    params(
        ("id" = String, Path, format = "uuid", description = "The lease"),
    ),
    security(("bearer" = ["seat"])),
    responses((status = 204, description = "It is back.")),
)]
async fn give_back(
    State(state): State<AppState>,
    Seated(own): Seated,
    PathId(id): PathId,
) -> Result<StatusCode, Problem> {
    let give_back = ReturnSeat { id: TokenId(id), user: own.sub };
    done(state.submit(Command::ReturnSeat(give_back)).await?).map_err(|problem| {
        if problem.code() == Code::NotFound {
            problem.detail("no seat with that id was taken along by this account")
        } else {
            problem
        }
    })?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests;
