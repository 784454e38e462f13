use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use licence_core::Code;

use super::{Bearer, LocalAdmin};
use crate::domain::Actor;
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::token::TokenClaims;

/// Whoever may administer the server: a command on its machine, or a person with an administrator's
/// token. A token for the application opens nothing here, whatever roles are in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Administrator(pub(crate) Actor);

impl FromRequestParts<AppState> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        if let Ok(LocalAdmin { .. }) = LocalAdmin::from_request_parts(parts, state).await {
            return Ok(Self(Actor::Local));
        }
        let Bearer(token) = Bearer::from_request_parts(parts, state).await?;
        match &token.claims {
            TokenClaims::Admin(claims) => Ok(Self(Actor::Admin(claims.sign_in.sub))),
            TokenClaims::Application(_) => Err(Problem::new(Code::Forbidden)
                .detail("administration needs a token that was asked for with `scope=admin`")
                .mend("sign in with `scope=admin`, as a person with the role `admin`")),
        }
    }
}
