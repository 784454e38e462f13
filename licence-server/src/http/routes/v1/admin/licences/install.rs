//! `POST /v1/admin/licences[?replace=true]`: install a licence, or a revocation list that came by
//! itself. The body is the file as it came.

use axum::Json;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::StatusCode;
use licence_core::claims::LicenceClaims;
use licence_core::limits::FILE_BYTES_MAX;
use licence_core::{Code, Part, UnixTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::standing::LicenceStanding;
use crate::domain::{
    Actor, Command, InstallLicence, InstallRevocations, Outcome, Refusal, Replace, Stored, Terms,
};
use crate::http::extract::{Administrator, Fields, Now, WholeBody};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, done, not};
use crate::shelf::{AdmittedList, ListAdmission};
use crate::soundness::{stored_licence, stored_list};
use crate::state::AppState;

/// One byte over the limit of the format, so that the verifier itself says that a file is too large.
const BODY_BYTES_MAX: usize = FILE_BYTES_MAX + 1;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(install)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

problems!(Refused:
    TooLarge, Malformed, WrongType, UnknownKey, BadSignature, UnsupportedVersion, WrongProduct, Unbound,
    WrongSite, TestLicence, NotYetValid, Expired, Revoked, ExceedsLicence, Conflict);

/// A licence that was installed. Times are Unix seconds.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct InstalledLicence {
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
    /// People active at once.
    pub seats: u32,
    /// When it begins.
    #[schema(format = "unixtime")]
    pub starts_at: i64,
    /// When it ends, if it does.
    #[schema(format = "unixtime")]
    pub expires_at: Option<i64>,
    /// Whether it is used, and why not.
    pub state: LicenceStanding,
}

/// A revocation list that was installed.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct InstalledRevocations {
    /// Its number: the highest one counts.
    pub list: u32,
    /// The ids of the installed licences that it takes back, or a newer one that counts.
    pub revoked: Vec<String>,
}

/// What was installed.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Installed {
    /// A licence.
    Licence(InstalledLicence),
    /// A revocation list.
    Revocations(InstalledRevocations),
}

#[utoipa::path(
    post,
    path = "/licences",
    tag = "house",
    operation_id = "install_licence",
    summary = "Install a licence, or a revocation list",
    request_body(content = String, content_type = "text/plain", description = "The file as it came"),
    params(
        ("replace" = Option<bool>, Query, description = "Let another series take the place of the one in force"),
    ),
    security(("bearer" = ["admin"])),
    responses((status = 201, description = "What was installed.", body = Installed), Refused),
)]
async fn install(
    Administrator(by): Administrator,
    State(state): State<AppState>,
    Now(now): Now,
    RawQuery(query): RawQuery,
    body: Result<WholeBody, Problem>,
) -> Result<(StatusCode, Json<Installed>), Problem> {
    let query = Fields::of_query(query.as_deref(), &["replace"])?;
    let is_any = query.switch("replace")?.unwrap_or(false);
    let replace = if is_any { Replace::AnySeries } else { Replace::SameSeries };
    let WholeBody(file) = body?;
    // On a task of its own, which a caller that hangs up does not end: what the rules have taken over, the
    // shelf must go by.
    let installing =
        tokio::spawn(async move { verify_and_take(file, replace, now, by, &state).await });
    let installed = installing.await.map_err(Problem::internal)??;
    Ok((StatusCode::CREATED, Json(installed)))
}

/// One after another: each is verified against what the one before has left.
async fn verify_and_take(
    file: Vec<u8>,
    replace: Replace,
    now: UnixTime,
    by: Actor,
    state: &AppState,
) -> Result<Installed, Problem> {
    let _turn = state.installations().lock().await;
    match admit_list(&file, now, state)? {
        Some(admission) => take_list(admission, file, by, state).await.map(Installed::Revocations),
        None => take_licence(file, replace, now, by, state).await.map(Installed::Licence),
    }
}

/// A revocation list, if that is what the file is. What is no list at all is left to the verifier of
/// licences, which says what is wrong with it.
fn admit_list(
    file: &[u8],
    now: UnixTime,
    state: &AppState,
) -> Result<Option<ListAdmission>, Problem> {
    match state.shelf().admit_list(file, now) {
        Ok(admission) => Ok(Some(admission)),
        Err(refusal) => {
            let is_form = matches!(
                refusal.code(),
                Code::TooLarge | Code::Malformed | Code::WrongType | Code::UnsupportedVersion
            );
            if refusal.at == Part::Revocations && !is_form { Err(refusal.into()) } else { Ok(None) }
        }
    }
}

async fn take_list(
    admission: ListAdmission,
    file: Vec<u8>,
    by: Actor,
    state: &AppState,
) -> Result<InstalledRevocations, Problem> {
    let stored = stored_list(state.reader(), state.signers().roots)?;
    let admitted = match admission {
        // No mistake: an administrator is unsure whether it worked.
        ListAdmission::Known(list) if stored == Stored::Sound => {
            return Ok(InstalledRevocations::new(&list));
        }
        ListAdmission::Older(list) if stored == Stored::Sound => {
            return Err(superseded(list.list_seq));
        }
        ListAdmission::Newer(list) | ListAdmission::Known(list) | ListAdmission::Older(list) => {
            list
        }
        ListAdmission::Other(counts) => return Err(superseded(counts)),
    };
    let (seq, list_seq) = (admitted.list.claims().seq, admitted.list_seq);
    let revoked = admitted.revoked.clone();
    let command = InstallRevocations { file, seq, stored, revoked, list_seq, by };
    let outcome = state.submit(Command::InstallRevocations(command)).await?;
    if outcome == Outcome::Refused(Refusal::Conflict) {
        return Err(superseded(state.mirror().site().list_seq));
    }
    done(outcome)?;
    state.shelf().take_list(&admitted);
    Ok(InstalledRevocations::new(&admitted))
}

async fn take_licence(
    file: Vec<u8>,
    replace: Replace,
    now: UnixTime,
    by: Actor,
    state: &AppState,
) -> Result<InstalledLicence, Problem> {
    let stored = stored_licence(&file, state.reader(), state.signers().roots)?;
    let admitted = match stored {
        Stored::Sound => state.shelf().admit(file.clone(), now)?,
        // It may have ended or been revoked since.
        Stored::Damaged => state.shelf().admit_again(file.clone(), now)?,
    };
    let terms = Terms::of(&admitted.licence.accepted);
    let (revoked, list_seq) = (admitted.revoked.clone(), admitted.list_seq);
    let install = InstallLicence { file, terms, stored, replace, revoked, list_seq, by };
    let command = Command::InstallLicence(install);
    let outcome = state.submit(command).await?;
    let Outcome::Installed { .. } = outcome else { return Err(refused(outcome)) };
    let (in_force, licences) = (state.mirror().in_force(now), state.mirror().licences());
    let standing = LicenceStanding::of(&terms, in_force.as_ref(), &licences, now);
    let installed = InstalledLicence::new(admitted.licence.accepted.signed().claims(), standing);
    state.shelf().take(&admitted);
    Ok(installed)
}

fn superseded(counts: u32) -> Problem {
    Problem::new(Code::Conflict)
        .detail(format!("revocation list {counts} counts, and this one is older or another one"))
        .mend("ask the vendor for the newest list")
        .with("list", counts)
}

fn refused(outcome: Outcome) -> Problem {
    if outcome != Outcome::Refused(Refusal::Conflict) {
        return not(outcome);
    }
    Problem::new(Code::Conflict).detail(
        "another series, or a revision as new as this one, is installed; --replace lets another \
         series take its place",
    )
}

impl InstalledRevocations {
    fn new(admitted: &AdmittedList) -> Self {
        Self {
            list: admitted.list.claims().seq,
            revoked: admitted.revoked.iter().map(ToString::to_string).collect(),
        }
    }
}

impl InstalledLicence {
    fn new(claims: &LicenceClaims, state: LicenceStanding) -> Self {
        Self {
            id: claims.jti.to_string(),
            serial: claims.serial.to_string(),
            revision: claims.revision,
            product: claims.product.to_string(),
            institute: claims.institute.name.to_string(),
            seats: claims.seats.active_max.number(),
            starts_at: claims.period.nbf().secs(),
            expires_at: claims.period.exp().map(UnixTime::secs),
            state,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use licence_core::claims::{LicenceClaims, Period};
    use licence_core::{PrivateKey, Serial};

    use crate::http::paths;
    use crate::http::testing::{World, claims, sign, start};

    #[tokio::test]
    async fn nobody_installs_a_licence_over_the_network() {
        let world = World::new();
        let call = world.call(Method::POST, paths::ADMIN_LICENCES).body(world.licence(1, 1));
        call.send().await.assert_problem(401, "invalid_token");
        world.get("/v1/licence").send().await.assert_problem(403, "no_licence");
    }

    #[tokio::test]
    async fn what_the_verifier_refuses_is_not_installed() {
        let world = World::new();
        let site = world.state.site_key();
        let other = PrivateKey::from_seed(&[8; 32]).unwrap();
        let of = |site| claims(1, 1, site);
        let bound = || of(Some(site.clone()));
        let last_year = Period::limited(start().plus(-86_400), start(), None, None).unwrap();
        let stranger = |claims: &LicenceClaims| {
            use licence_core::claims::Claims as _;
            other.sign(claims.signing_input(other.public().id()))
        };
        for (file, status, code) in [
            (String::new(), 400, "malformed"),
            ("x".repeat((2 << 20) + 1), 413, "too_large"),
            ("x".repeat(4 << 20), 413, "too_large"),
            (stranger(&bound()), 401, "unknown_key"),
            (sign(&of(None)), 403, "unbound"),
            (sign(&of(Some(other.public().clone()))), 403, "wrong_site"),
            (sign(&LicenceClaims { is_test: true, ..bound() }), 403, "test_licence"),
            (sign(&LicenceClaims { period: last_year, ..bound() }), 401, "expired"),
        ] {
            world.install(&file).await.assert_problem(status, code);
        }
        world.get("/v1/licence").send().await.assert_problem(403, "no_licence");
    }

    #[tokio::test]
    async fn settings_let_a_trial_in() {
        let world =
            World::with("http://localhost:8080", "test_licences = true\nunbound_licences = true\n");
        let licence = sign(&LicenceClaims { is_test: true, ..claims(1, 1, None) });
        assert_eq!(world.install(&licence).await.status, 201);
        world.add_users(1).await;
        let token = world.sign_in("user1").await.string("access_token");
        assert_eq!(world.me(&token).await.status, 200);
    }

    #[tokio::test]
    async fn a_renewal_that_has_not_begun_is_staged() {
        let world = World::licensed(1, 0).await;
        let period = Period::perpetual(start().plus(30 * 86_400));
        let site = Some(world.state.site_key().clone());
        let renewal = LicenceClaims { period, ..claims(9, 2, site) };
        assert_eq!(world.install(&sign(&renewal)).await.string("state"), "staged");
        let in_force = |text: &str| text.contains("\"revision\":2");
        assert!(!in_force(&world.get("/v1/licence").send().await.text));
        world.clock.advance(30 * 86_400);
        assert!(in_force(&world.get("/v1/licence").send().await.text));
    }

    #[tokio::test]
    async fn another_series_needs_a_word() {
        let world = World::licensed(1, 0).await;
        let site = Some(world.state.site_key().clone());
        let serial = Serial::from_random([9; 15]);
        let other = sign(&LicenceClaims { serial, ..claims(9, 2, site) });
        world.install(&other).await.assert_problem(409, "conflict");
        let path = format!("{}?replace=true", paths::ADMIN_LICENCES);
        assert_eq!(world.admin_body(&path, &other).await.status, 201);
        let path = format!("{}?replace=maybe", paths::ADMIN_LICENCES);
        world.admin_body(&path, &other).await.assert_problem(400, "invalid_request");
    }

    #[tokio::test]
    async fn installed_licences_are_verified_again_at_every_start() {
        let world = World::licensed(3, 1).await.restarted().await;
        assert_eq!(world.get("/v1/licence").send().await.string("state"), "valid");
        assert_eq!(world.sign_in("user1").await.status, 200);
    }
}
