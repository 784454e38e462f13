use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use licence_core::json;

use crate::http::extract::WholeBody;
use crate::http::problem::Problem;
use crate::state::AppState;

/// A body that is kept as it came: a JSON object, read strictly, of as many bytes as are configured.
pub(in crate::http::routes::v1) struct DataBody(String);

impl DataBody {
    /// Looks at the object, then gives its text up.
    ///
    /// # Errors
    /// `invalid_request` where it is no JSON object, and whatever `look` finds.
    pub(in crate::http::routes::v1) fn looked_at<T>(
        self,
        look: impl FnOnce(&json::Object<'_>) -> Result<T, Problem>,
    ) -> Result<(String, T), Problem> {
        let value = json::parse(self.0.as_bytes())
            .map_err(|flaw| Problem::invalid_request(format!("the body is not right: {flaw}")))?;
        let object = value
            .as_object()
            .ok_or_else(|| Problem::invalid_request("the body is not a JSON object"))?;
        let found = look(object)?;
        drop(value);
        Ok((self.0, found))
    }
}

impl FromRequest<AppState> for DataBody {
    type Rejection = Problem;

    async fn from_request(mut request: Request, state: &AppState) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::invalid_request("`Content-Type` must be application/json")
                .status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let bytes_max = state.config().session_data_bytes_max;
        DefaultBodyLimit::max(bytes_max).apply(&mut request);
        let WholeBody(body) = WholeBody::from_request(request, state)
            .await
            .map_err(|problem| problem.with("bytes_max", bytes_max))?;
        let text = String::from_utf8(body);
        text.map(Self)
            .map_err(|_| Problem::invalid_request("the body is not right: it is not UTF-8"))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
