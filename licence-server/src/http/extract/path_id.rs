use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use licence_core::{Code, Uuid};

use crate::http::problem::Problem;

/// The id in a path. What is no id names nothing, so the answer is that there is no such thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PathId(pub(crate) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await.ok();
        let id = path.and_then(|Path(text)| Uuid::parse(&text));
        id.map(Self).ok_or_else(|| Problem::new(Code::NotFound))
    }
}
