//! `GET` and `POST /v1/admin/services`, `DELETE /v1/admin/services/{which}`: programs that call the
//! server with a key of their own.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use licence_core::{Code, UnixTime, Uuid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::page::{Page, not_found};
use crate::domain::{
    AddService, Command, Outcome, Refusal, RevokeService, SERVICES_MAX, Service, ServiceId,
    ServiceName, ServiceScope,
};
use crate::http::extract::{Administrator, Fields};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, done, not};
use crate::state::AppState;
use crate::token::ServiceKey;

#[cfg(test)]
mod tests;

/// Days for which a key is good where nobody says: someone has to look after it once a year.
const DAYS: i64 = 365;

/// Days for which a key may be good at most: ten years.
const DAYS_MAX: i64 = 3650;

const DAY_SECS: i64 = 86_400;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(list, add)).routes(routes!(revoke))
}

problems!(Refused: Conflict);

/// A service to give a key to.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct AddServiceRequest {
    /// What it is called; its `client_id` where it says who it is by name and key.
    #[schema(min_length = 1, max_length = 64, example = "lab-api")]
    name: String,
    /// What its key opens: `introspect`, `seats`.
    #[schema(min_items = 1)]
    scopes: Vec<String>,
    /// For how many days the key is good; a year where nothing is said.
    #[schema(minimum = 1, maximum = 3650)]
    days: Option<i64>,
}

/// A service, without its key. Times are Unix seconds.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ServiceRow {
    /// Its id.
    #[schema(format = "uuid")]
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What its key opens.
    pub scopes: Vec<String>,
    /// When the key was made.
    #[schema(format = "unixtime")]
    pub created_at: i64,
    /// When the key ends.
    #[schema(format = "unixtime")]
    pub ends_at: i64,
}

/// A service that was given a key. It is not printed.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
pub struct NewService {
    /// The service.
    #[serde(flatten)]
    pub service: ServiceRow,
    /// The key. It is shown this once, and nobody can show it again.
    pub key: String,
}

#[utoipa::path(
    get,
    path = "/services",
    tag = "house",
    operation_id = "list_services",
    summary = "Which programs have a key?",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "All of them, without their keys.", body = Page<ServiceRow>)),
)]
async fn list(
    _: Administrator,
    State(state): State<AppState>,
) -> Result<Json<Page<ServiceRow>>, Problem> {
    let services = state.mirror().services();
    Ok(Json(Page::whole(services.iter().map(ServiceRow::new).collect())))
}

#[utoipa::path(
    post,
    path = "/services",
    tag = "house",
    operation_id = "add_service",
    summary = "Give a program a key",
    request_body(content((AddServiceRequest = "application/json"))),
    security(("bearer" = ["admin"])),
    responses((status = 201, description = "The key, this once.", body = NewService), Refused),
)]
async fn add(
    Administrator(by): Administrator,
    State(state): State<AppState>,
    fields: Fields,
) -> Result<(StatusCode, Json<NewService>), Problem> {
    let name = fields.parsed("name", NAME, ServiceName::parse)?;
    let name = name.ok_or_else(|| Problem::invalid_request("`name` is missing"))?;
    let (scopes, life_secs) = (scopes(&fields)?, days(&fields)? * DAY_SECS);
    let id = ServiceId(state.rng().uuid(state.now())?);
    let key = ServiceKey::new(id, state.rng().secret()?);
    let secret = key.secret_hash();
    let add = AddService { id, name: name.clone(), secret, scopes, life_secs, by };
    let outcome = state.submit(Command::AddService(add)).await?;
    if outcome == Outcome::Refused(Refusal::Conflict) {
        return Err(conflict(&name, &state));
    }
    done(outcome)?;
    let service = state.mirror().service(id);
    let service = service.ok_or_else(|| not(Outcome::Refused(Refusal::NotFound)))?;
    let key = key.write().to_string();
    Ok((StatusCode::CREATED, Json(NewService { service: ServiceRow::new(&service), key })))
}

const NAME: &str = "1 to 64 characters of `A-Z a-z 0-9 . _ -`, the first a letter or a digit";

fn scopes(fields: &Fields) -> Result<BTreeSet<ServiceScope>, Problem> {
    let wrong = || {
        let known = ServiceScope::ALL.map(|scope| format!("`{}`", scope.name())).join(", ");
        Problem::invalid_request(format!("`scopes` must be one or more of {known}"))
    };
    let names = fields.list("scopes")?.iter();
    let scopes = names.map(|name| ServiceScope::parse(name).ok_or_else(wrong));
    let scopes: BTreeSet<_> = scopes.collect::<Result<_, _>>()?;
    if scopes.is_empty() { Err(wrong()) } else { Ok(scopes) }
}

fn days(fields: &Fields) -> Result<i64, Problem> {
    let days = fields.integer("days")?.unwrap_or(DAYS);
    if (1..=DAYS_MAX).contains(&days) {
        return Ok(days);
    }
    Err(Problem::invalid_request(format!("`days` must be a number from 1 to {DAYS_MAX}")))
}

/// A name is taken, or there is no room for another one.
fn conflict(name: &ServiceName, state: &AppState) -> Problem {
    let services = state.mirror().services();
    let problem = Problem::new(Code::Conflict);
    if services.iter().any(|service| service.name.reads_like(name)) {
        problem
            .detail(format!("there is a service `{name}` already"))
            .mend("revoke its key with `licence-server service revoke`, or take another name")
    } else {
        problem
            .detail(format!("there are {SERVICES_MAX} services, and no room for more"))
            .mend("revoke keys that nobody uses with `licence-server service revoke`")
    }
}

#[utoipa::path(
    delete,
    path = "/services/{which}",
    tag = "house",
    operation_id = "revoke_service",
    summary = "Take a program's key back",
    params(("which" = String, Path, description = "Its id, or its name")),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The service as it was.", body = ServiceRow)),
)]
async fn revoke(
    Administrator(by): Administrator,
    State(state): State<AppState>,
    which: Result<Path<String>, PathRejection>,
) -> Result<Json<ServiceRow>, Problem> {
    let gone = || {
        not_found(
            "there is no service of that name or id".to_owned(),
            "see which there are with `licence-server service list`",
        )
    };
    let Path(which) = which.map_err(|_| gone())?;
    let service = find(&which, &state).ok_or_else(gone)?;
    let revoke = RevokeService { id: service.id, by };
    let outcome = state.submit(Command::RevokeService(revoke)).await?;
    if outcome == Outcome::Refused(Refusal::NotFound) {
        return Err(gone());
    }
    done(outcome)?;
    Ok(Json(ServiceRow::new(&service)))
}

/// The service of that id or name.
fn find(which: &str, state: &AppState) -> Option<Service> {
    let by_id = Uuid::parse(which).and_then(|id| state.mirror().service(ServiceId(id)));
    by_id.or_else(|| {
        let name = ServiceName::parse(which)?;
        state.mirror().services().into_iter().find(|service| service.name.reads_like(&name))
    })
}

impl ServiceRow {
    fn new(service: &Service) -> Self {
        Self {
            id: service.id.to_string(),
            name: service.name.to_string(),
            scopes: service.scopes.iter().map(|scope| scope.name().to_owned()).collect(),
            created_at: UnixTime::secs(service.created),
            ends_at: UnixTime::secs(service.end),
        }
    }
}
