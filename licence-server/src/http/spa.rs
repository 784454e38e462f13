//! The folder of a single-page application, served beside the API.

use std::convert::Infallible;
use std::path::Path;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Router, routing};
use tower::ServiceExt as _;
use tower_http::services::{ServeDir, ServeFile};

use super::routes;

/// What a page of ours may do. Scripts come from this server alone; `wasm-unsafe-eval` lets them
/// compile WebAssembly and nothing else. Style may stand inline, because frameworks put it there,
/// and it can send nothing anywhere.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; \
    script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; \
    connect-src 'self'; \
    object-src 'none'; \
    base-uri 'none'; \
    form-action 'self'; \
    frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    // Kept by the browser and asked after each time, so that a new release is seen at once.
    (header::CACHE_CONTROL, "no-cache"),
];

/// Serves the folder. A page that the application routes by itself (`/projects/7`) gets its
/// `index.html`; a missing script or picture is missing.
pub(super) fn service(folder: &Path) -> Router {
    let files = ServeDir::new(folder);
    let page = ServeFile::new(folder.join("index.html"));
    Router::new().fallback_service(routing::any(move |request: Request| {
        let (files, page) = (files.clone(), page.clone());
        async move { serve(request, files, page).await }
    }))
}

async fn serve(request: Request, files: ServeDir, page: ServeFile) -> Response {
    let path = request.uri().path();
    if path.starts_with("/v1/") || path.starts_with("/.well-known/") {
        return routes::not_found().await.into_response();
    }
    let for_page = for_page(&request);
    let mut response = infallible(files.oneshot(request).await);
    if let (StatusCode::NOT_FOUND, Some(request)) = (response.status(), for_page) {
        response = infallible(page.oneshot(request).await);
    }
    if response.status() == StatusCode::NOT_FOUND {
        response = routes::not_found().await.into_response();
    }
    guard(response.headers_mut());
    response
}

/// The same request once more, if whoever sent it is a browser that goes to a page.
fn for_page(request: &Request) -> Option<Request> {
    let accept = request.headers().get(header::ACCEPT)?.to_str().ok()?;
    let is_visit = *request.method() == Method::GET && accept.contains("text/html");
    let mut again = Request::new(Body::empty());
    again.headers_mut().clone_from(request.headers());
    is_visit.then_some(again)
}

fn infallible<B>(answer: Result<Response<B>, Infallible>) -> Response
where
    B: axum::body::HttpBody<Data = axum::body::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    match answer {
        Ok(response) => response.map(Body::new),
    }
}

fn guard(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use crate::config::{Config, Origin, Settings};
    use crate::http::testing::{Answer, World};

    fn world() -> (TempDir, World) {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("app");
        fs::create_dir(&app).unwrap();
        fs::write(app.join("index.html"), "<!doctype html>").unwrap();
        fs::write(app.join("verifier.wasm"), b"\0asm").unwrap();
        fs::write(folder.path().join("secret"), "secret").unwrap();
        let mut config = Config::new(Settings::default(), Origin::localhost(8080));
        config.app = Some(app);
        (folder, World::by(config))
    }

    async fn visit(world: &World, path: &str) -> Answer {
        world.get(path).header("accept", "text/html,*/*").send().await
    }

    #[tokio::test]
    async fn a_page_may_do_little() {
        let (_folder, world) = world();
        let page = visit(&world, "/").await;
        assert_eq!(page.text, "<!doctype html>");
        let policy = page.header("content-security-policy");
        for rule in ["script-src 'self' 'wasm-unsafe-eval'", "frame-ancestors 'none'"] {
            assert!(policy.contains(rule), "{policy}");
        }
        assert_eq!(page.header("cache-control"), "no-cache");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
    }

    #[tokio::test]
    async fn webassembly_has_the_type_that_browsers_compile_while_it_loads() {
        let (_folder, world) = world();
        let module = world.get("/verifier.wasm").send().await;
        assert_eq!(module.header("content-type"), "application/wasm");
    }

    #[tokio::test]
    async fn the_applications_own_routes_lead_to_its_page() {
        let (_folder, world) = world();
        let page = visit(&world, "/projects/7").await;
        assert_eq!((page.status.as_u16(), page.text.as_str()), (200, "<!doctype html>"));
        world.get("/missing.js").send().await.assert_problem(404, "not_found");
    }

    #[tokio::test]
    async fn the_api_is_not_hidden_behind_the_page() {
        let (_folder, world) = world();
        visit(&world, "/v1/nothing").await.assert_problem(404, "not_found");
        visit(&world, "/.well-known/nothing").await.assert_problem(404, "not_found");
        assert_eq!(world.get("/healthz").send().await.json()["status"], "ok");
    }

    #[tokio::test]
    async fn nothing_outside_the_folder_is_served() {
        let (_folder, world) = world();
        for path in ["/../secret", "/%2e%2e/secret", "/..%2fsecret", "//secret"] {
            world.get(path).send().await.assert_problem(404, "not_found");
        }
    }
}
