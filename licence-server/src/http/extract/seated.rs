use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use licence_core::Code;
use licence_core::claims::SignInClaims;

use super::Bearer;
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::token::TokenClaims;

/// Whoever uses the application, on a seat. An administrator's token has none.
pub(crate) struct Seated(pub(crate) SignInClaims);

impl FromRequestParts<AppState> for Seated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Bearer(token) = Bearer::from_request_parts(parts, state).await?;
        match &token.claims {
            TokenClaims::Application(claims) => Ok(Self(claims.sign_in.clone())),
            TokenClaims::Admin(_) => Err(Problem::new(Code::Forbidden)
                .detail(
                    "this needs a sign-in to the application, and the token is an administrator's",
                )
                .mend("sign in without `scope=admin`")),
        }
    }
}
