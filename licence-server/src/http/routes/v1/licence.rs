//! `GET /v1/licence`: the licence in force, as it was signed, so that everyone can verify it; and
//! where it stands. How many seats are taken is told to whoever is signed in, and to services that may
//! know.

use axum::Json;
use axum::extract::{FromRequestParts, OptionalFromRequestParts, State};
use axum::http::request::Parts;
use licence_core::claims::LicenceClaims;
use licence_core::{Code, UnixTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::state_name;
use crate::domain::ServiceScope;
use crate::http::extract::{Bearer, Now, ServiceCaller};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::Problem;
use crate::shelf::ShelvedLicence;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(licence))
}

problems!(Refused: NoLicence, Forbidden);

/// The licence in force. Times are Unix seconds.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct LicenceInForce {
    /// Its id.
    #[schema(format = "uuid")]
    pub id: String,
    /// Its series.
    pub serial: String,
    /// Its place in the series.
    pub revision: u32,
    /// The application it is for.
    pub product: String,
    /// Who may use it.
    pub institute: String,
    /// `not_yet`, `valid`, `expiring`, `grace`, `expired` or `revoked`.
    pub state: String,
    /// When it begins.
    #[schema(format = "unixtime")]
    pub starts_at: i64,
    /// From when on its end is announced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "unixtime")]
    pub warn_at: Option<i64>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "unixtime")]
    pub expires_at: Option<i64>,
    /// Until when everything still works after the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "unixtime")]
    pub grace_until: Option<i64>,
    /// How many seats there are.
    pub seats: SeatsInUse,
    /// The licence file: RFC 7468 text, or the bare compact form if that is what was installed.
    pub file: String,
    /// The newest revocation list, where it is newer than the one in the file; in its compact form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocations: Option<String>,
    /// When this was said.
    #[schema(format = "unixtime")]
    pub server_time: i64,
}

/// How many seats there are, how many of them are taken, and how many wait for one.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
pub struct SeatsInUse {
    /// Seats there are.
    pub total: u32,
    /// Seats taken; told to whoever is signed in, and to services with the scope `seats`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_use: Option<u32>,
    /// Places in the queue for a seat; told to the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u32>,
}

/// Whoever may know how many seats are taken. What is shown for it must be good.
struct Insider;

impl OptionalFromRequestParts<AppState> for Insider {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Option<Self>, Problem> {
        if ServiceCaller::is_in(parts) {
            let caller = ServiceCaller::from_request_parts(parts, state).await?;
            return caller.may(ServiceScope::Seats).map(|()| Some(Self));
        }
        let token = <Bearer as OptionalFromRequestParts<_>>::from_request_parts(parts, state);
        Ok(token.await?.map(|_| Self))
    }
}

#[utoipa::path(
    get,
    path = "/licence",
    tag = "proof",
    operation_id = "licence",
    summary = "The licence in force",
    security((), ("bearer" = []), ("service" = [])),
    responses((status = 200, description = "The file as it was signed, and where it stands.", body = LicenceInForce), Refused),
)]
async fn licence(
    State(state): State<AppState>,
    Now(now): Now,
    insider: Option<Insider>,
) -> Result<Json<LicenceInForce>, Problem> {
    let terms = state.mirror().in_force(now).ok_or_else(|| Problem::new(Code::NoLicence))?;
    let licence = state.shelf().find(terms.id).ok_or_else(|| Problem::new(Code::NoLicence))?;
    let (in_use, waiting) = match insider {
        Some(_) => {
            let mirror = state.mirror();
            (Some(mirror.seats_in_use(now)), Some(mirror.site().waiting))
        }
        None => (None, None),
    };
    let seats = SeatsInUse { total: terms.seats_total(), in_use, waiting };
    let newest = state.shelf().newest_list().filter(|list| list.seq > terms.list_seq);
    let revocations = newest.map(|list| list.text.to_string());
    Ok(Json(LicenceInForce::new(&licence, seats, revocations, now)))
}

impl LicenceInForce {
    fn new(
        licence: &ShelvedLicence,
        seats: SeatsInUse,
        revocations: Option<String>,
        now: UnixTime,
    ) -> Self {
        let LicenceClaims { jti, serial, revision, product, institute, period, .. } =
            licence.accepted.signed().claims();
        Self {
            id: jti.to_string(),
            serial: serial.to_string(),
            revision: *revision,
            product: product.to_string(),
            institute: institute.name.to_string(),
            state: state_name(&licence.accepted, now).to_owned(),
            starts_at: period.nbf().secs(),
            warn_at: period.warn_at().map(UnixTime::secs),
            expires_at: period.exp().map(UnixTime::secs),
            grace_until: period.grace_until().map(UnixTime::secs),
            seats,
            // Text in UTF-8 is all that the verifier accepts.
            file: String::from_utf8_lossy(&licence.file).into_owned(),
            revocations,
            server_time: now.secs(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use licence_core::claims::{RevocationsClaims, RevokedLicence};

    use crate::domain::{Actor, Command, InstallRevocations, Outcome, Stored};
    use crate::http::testing::{World, claims, sign_as_root, start};
    use crate::shelf::ListAdmission;

    #[tokio::test]
    async fn everyone_gets_the_file_and_the_signed_in_the_seats_in_use() {
        let world = World::licensed(2, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        let licence = world.get("/v1/licence").send().await;
        assert_eq!(licence.string("file"), world.licence(2, 1));
        assert_eq!(licence.string("state"), "valid");
        assert_eq!(licence.json()["seats"], serde_json::json!({ "total": 2 }));
        let licence = world.get("/v1/licence").bearer(&token).send().await;
        assert_eq!(
            licence.json()["seats"],
            serde_json::json!({ "total": 2, "in_use": 1, "waiting": 0 })
        );
        let refused = world.get("/v1/licence").bearer("x").send().await;
        refused.assert_problem(401, "invalid_token");
    }

    #[tokio::test]
    async fn an_ended_licence_is_shown_as_such() {
        let world = World::licensed(1, 0).await;
        world.clock.advance(366 * 86_400);
        assert_eq!(world.get("/v1/licence").send().await.string("state"), "expired");
    }

    #[tokio::test]
    async fn how_many_wait_is_told_to_the_signed_in() {
        let world = World::licensed(1, 2).await;
        let token = world.sign_in("user1").await.string("access_token");
        world.sign_in("user2").await.assert_problem(409, "no_seat");
        let licence = world.get("/v1/licence").bearer(&token).send().await;
        assert_eq!(licence.json()["seats"]["waiting"], 1);
    }

    /// Installs a list that takes back the licence of these tests.
    async fn revoke(world: &World) -> String {
        let list = sign_as_root(&RevocationsClaims {
            iss: claims(1, 1, None).iss,
            iat: start(),
            seq: 3,
            licences: vec![RevokedLicence::One(claims(1, 1, None).jti)],
            keys: vec![],
        });
        let (state, now) = (&world.state, world.state.now());
        let admitted = state.shelf().admit_list(list.as_bytes(), now).unwrap();
        let ListAdmission::Newer(admitted) = admitted else { panic!("{admitted:?}") };
        assert_eq!(admitted.revoked, BTreeSet::from([claims(1, 1, None).jti]));
        let install = InstallRevocations {
            file: admitted.file.clone(),
            seq: 3,
            stored: Stored::Sound,
            revoked: admitted.revoked.clone(),
            list_seq: admitted.list_seq,
            by: Actor::Local,
        };
        let installed = state.submit(Command::InstallRevocations(install)).await;
        assert_eq!(installed, Ok(Outcome::Done));
        state.shelf().take_list(&admitted);
        list
    }

    #[tokio::test]
    async fn a_list_that_is_newer_than_the_file_is_told_and_so_is_what_it_revokes() {
        let world = World::licensed(1, 0).await;
        let before = world.get("/v1/licence").send().await;
        assert_eq!(before.json().get("revocations"), None);
        let list = revoke(&world).await;
        let revoked = world.get("/v1/licence").send().await;
        assert_eq!(revoked.string("state"), "revoked");
        assert_eq!(revoked.string("revocations"), list);
        let again = world.restarted().await.get("/v1/licence").send().await;
        assert_eq!(again.json(), revoked.json(), "after a restart, too");
    }

    #[tokio::test]
    async fn without_a_licence_that_is_said() {
        World::new().get("/v1/licence").send().await.assert_problem(403, "no_licence");
    }
}
