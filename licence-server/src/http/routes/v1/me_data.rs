//! `/v1/me/data`: what an application keeps for a person, whatever device they use.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use utoipa_axum::routes;

use super::data::{self, DataBody};
use crate::domain::DataOwner;
use crate::http::extract::Bearer;
use crate::http::openapi::{Routes, problems};
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::token::VerifiedToken;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(read, write, remove))
}

problems!(ReadRefused: NotFound);
problems!(WriteRefused: InvalidRequest, PreconditionFailed);

#[utoipa::path(
    get,
    path = "/me/data",
    tag = "me",
    operation_id = "read_my_data",
    summary = "What the application keeps for me",
    security(("bearer" = [])),
    params(
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the version at hand: 304 where it is the newest"),
    ),
    responses(
        (status = 200, description = "The object, as it was written.", body = inline(Object), headers(("ETag" = String, description = "The version, in quotes"))),
        (status = 304, description = "It is the version at hand."),
        ReadRefused,
    ),
)]
async fn read(
    State(state): State<AppState>,
    Bearer(token): Bearer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    data::read(of(&token), &headers, &state)
}

#[utoipa::path(
    put,
    path = "/me/data",
    tag = "me",
    operation_id = "write_my_data",
    summary = "Keep a JSON object for me",
    security(("bearer" = [])),
    params(
        ("If-Match" = Option<String>, Header, description = "Write only over a version with this `ETag`; `*`: over any"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: write only where there is nothing"),
    ),
    request_body(content = inline(Object), description = "A JSON object; its size is bounded by a setting, 64 KiB by default"),
    responses((status = 204, description = "It is kept.", headers(("ETag" = String, description = "The version, in quotes"))), WriteRefused),
)]
async fn write(
    State(state): State<AppState>,
    Bearer(token): Bearer,
    headers: HeaderMap,
    body: DataBody,
) -> Result<Response, Problem> {
    let (json, ()) = body.looked_at(|_| Ok(()))?;
    data::write(of(&token), &headers, json, None, &state).await
}

#[utoipa::path(
    delete,
    path = "/me/data",
    tag = "me",
    operation_id = "remove_my_data",
    summary = "Take my data away",
    security(("bearer" = [])),
    params(
        ("If-Match" = Option<String>, Header, description = "Write only over a version with this `ETag`; `*`: over any"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: write only where there is nothing"),
    ),
    responses((status = 204, description = "There is none any more."), WriteRefused),
)]
async fn remove(
    State(state): State<AppState>,
    Bearer(token): Bearer,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    data::remove(of(&token), &headers, &state).await
}

fn of(token: &VerifiedToken) -> DataOwner {
    DataOwner::Person(token.claims.sign_in().sub)
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use crate::http::testing::World;

    const DATA: &str = "/v1/me/data";

    #[tokio::test]
    async fn a_persons_data_is_there_on_every_device_and_after_every_sign_in() {
        let world = World::licensed(2, 2).await;
        let first = world.sign_in("user1").await;
        let call = world.call(Method::PUT, DATA).header("content-type", "application/json");
        let call = call.bearer(&first.string("access_token"));
        let written = call.body(r#"{"theme":"dark"}"#).send().await;
        assert_eq!(written.status, 204, "{}", written.text);
        world.sign_out(&first.string("refresh_token")).await;
        let world = world.restarted().await;
        let again = world.sign_in("user1").await.string("access_token");
        let read = world.get(DATA).bearer(&again).send().await;
        assert_eq!(read.text, r#"{"theme":"dark"}"#);
        assert_eq!(read.header("etag"), written.header("etag"));
        let other = world.sign_in("user2").await.string("access_token");
        world.get(DATA).bearer(&other).send().await.assert_problem(404, "not_found");
    }

    #[tokio::test]
    async fn an_administrator_keeps_data_without_a_seat() {
        let world = World::new();
        let token = world.admin_token().await;
        let call = world.call(Method::PUT, DATA).header("content-type", "application/json");
        assert_eq!(call.bearer(&token).body("{}").send().await.status, 204);
        let removed = world.call(Method::DELETE, DATA).bearer(&token).send().await;
        assert_eq!(removed.status, 204);
        world.get(DATA).bearer(&token).send().await.assert_problem(404, "not_found");
    }

    #[tokio::test]
    async fn nothing_of_it_is_public() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        let call = world.call(Method::PUT, DATA).header("content-type", "application/json");
        let written = call.bearer(&token).body(r#"{"public":1}"#).send().await;
        assert_eq!(written.status, 204, "a member like any other");
    }
}
