//! `POST /v1/seats/release`: give the seat back and stay signed in. The next refresh takes one again.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::routes;

use crate::domain::Command;
use crate::http::extract::Seated;
use crate::http::openapi::Routes;
use crate::http::problem::{Problem, done};
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(release))
}

/// The access token that asks opens nothing any more once this is answered.
#[utoipa::path(
    post,
    path = "/release",
    tag = "seats",
    operation_id = "release_my_seat",
    summary = "Give the seat back and stay signed in",
    security(("bearer" = ["seat"])),
    responses((status = 204, description = "The seat is free.")),
)]
async fn release(
    State(state): State<AppState>,
    Seated(own): Seated,
) -> Result<StatusCode, Problem> {
    done(state.submit(Command::Park(own.sid)).await?)?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use crate::http::testing::{Answer, World};

    const RELEASE: &str = "/v1/seats/release";

    async fn release(world: &World, token: &str) -> Answer {
        world.call(Method::POST, RELEASE).bearer(token).send().await
    }

    #[tokio::test]
    async fn a_seat_that_is_given_back_is_anothers_and_the_login_stays() {
        let world = World::licensed(1, 2).await;
        let ann = world.sign_in("user1").await;
        let token = ann.string("access_token");
        let released = release(&world, &token).await;
        assert_eq!((released.status.as_u16(), released.text.as_str()), (204, ""));
        world.me(&token).await.assert_problem(401, "invalid_token");
        release(&world, &token).await.assert_problem(401, "invalid_token");
        let bob = world.sign_in("user2").await;
        assert_eq!(bob.status, 200, "{}", bob.text);
        world.refresh(&ann.string("refresh_token")).await.assert_problem(409, "no_seat");
        release(&world, &bob.string("access_token")).await;
        let back = world.refresh(&ann.string("refresh_token")).await;
        assert_eq!(back.status, 200, "{}", back.text);
        assert_eq!(world.me(&back.string("access_token")).await.status, 200);
    }

    #[tokio::test]
    async fn a_seat_that_was_given_back_stays_so_over_a_restart() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        release(&world, &token).await;
        let world = world.restarted().await;
        assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 0);
        world.me(&token).await.assert_problem(401, "invalid_token");
    }

    #[tokio::test]
    async fn only_who_sits_gives_a_seat_back() {
        let world = World::licensed(1, 0).await;
        let admin = world.admin_token().await;
        release(&world, &admin).await.assert_problem(403, "forbidden");
        release(&world, "x").await.assert_problem(401, "invalid_token");
        world.call(Method::POST, RELEASE).send().await.assert_problem(401, "invalid_token");
        world.get(RELEASE).send().await.assert_problem(405, "invalid_request");
    }
}
