use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use licence_core::UnixTime;

use crate::http::visit::Visit;
use crate::state::AppState;

/// The time to judge a request by: the same for all that is taken from the request and for its
/// handler, so that a token which was good is not ended a line later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Now(pub(crate) UnixTime);

impl Now {
    /// Reads the clock for whoever asks first.
    pub(super) fn of(parts: &mut Parts, state: &AppState) -> UnixTime {
        *Visit::of(&mut parts.extensions).now.get_or_insert_with(|| state.now())
    }
}

impl FromRequestParts<AppState> for Now {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self(Self::of(parts, state)))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;
    use crate::http::extract::Bearer;
    use crate::http::testing::World;

    #[tokio::test]
    async fn a_request_reads_the_clock_once() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        let request = Request::builder().header("authorization", format!("Bearer {token}"));
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let Ok(first) = Now::from_request_parts(&mut parts, &world.state).await;
        world.clock.advance(900);
        let bearer = Bearer::from_request_parts(&mut parts, &world.state).await;
        assert!(bearer.is_ok(), "the token ended after the request had come");
        assert_eq!(Now::from_request_parts(&mut parts, &world.state).await, Ok(first));
    }
}
