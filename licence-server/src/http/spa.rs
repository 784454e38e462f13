//! The folder of a single-page application, served beside the API.

use std::io;
use std::path::Path;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Router, routing};
use licence_core::Code;
use tower_http::services::fs::ServeFileSystemResponseBody;
use tower_http::services::{ServeDir, ServeFile};

use super::problem::Problem;
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

/// What the addresses of the API begin with.
const API: [&str; 2] = ["v1", ".well-known"];

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    // Kept by the browser and asked after each time, so that a new release is seen at once.
    (header::CACHE_CONTROL, "no-cache"),
];

/// Serves the folder. A page that the application routes by itself (`/projects/7`) gets its
/// `index.html`; a missing script or picture is missing.
///
/// A link in the folder is followed, also out of it: whoever may write into the folder decides what
/// is served.
pub(super) fn service(folder: &Path) -> Router {
    let files = ServeDir::new(folder);
    let page = ServeFile::new(folder.join("index.html"));
    Router::new().fallback_service(routing::any(move |request: Request| {
        let (files, page) = (files.clone(), page.clone());
        async move { serve(request, files, page).await }
    }))
}

async fn serve(request: Request, mut files: ServeDir, mut page: ServeFile) -> Response {
    if !is_of_app(request.uri().path()) {
        return routes::not_found().await.into_response();
    }
    let for_page = for_page(&request);
    let mut response = answered(files.try_call(request)).await;
    if let (StatusCode::NOT_FOUND, Some(request)) = (response.status(), for_page) {
        response = answered(page.try_call(request)).await;
    }
    let mut response = explained(response).await;
    guard(response.headers_mut());
    response
}

/// Whether an address is the application's and not the API's, however it is written.
///
/// One that begins with `//` is nobody's: sent back in a redirect, it would name another host.
fn is_of_app(path: &str) -> bool {
    let rest = path.strip_prefix('/').unwrap_or(path);
    let first = rest.split('/').next().unwrap_or_default();
    // A form decodes `%76%31` as an address does.
    let is_of_api = form_urlencoded::parse(first.as_bytes())
        .next()
        .is_some_and(|(name, _)| API.contains(&&*name));
    !is_of_api && !rest.starts_with('/')
}

/// The same request once more, if whoever sent it is a browser that goes to a page.
fn for_page(request: &Request) -> Option<Request> {
    let accept = request.headers().get(header::ACCEPT)?.to_str().ok()?;
    let is_visit = *request.method() == Method::GET && accept.contains("text/html");
    let mut again = Request::new(Body::empty());
    again.headers_mut().clone_from(request.headers());
    is_visit.then_some(again)
}

/// What a file service answers, with what failed in it told apart: a name that no file can have is
/// missing, like any other.
async fn answered(
    answer: impl Future<Output = io::Result<Response<ServeFileSystemResponseBody>>>,
) -> Response {
    match answer.await {
        Ok(response) => response.map(Body::new),
        Err(error) if is_missing(&error) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => Problem::internal(error).into_response(),
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidFilename
            | io::ErrorKind::PermissionDenied
    )
}

/// Says what a file service says by its status alone, and keeps what its headers say of it.
async fn explained(response: Response) -> Response {
    let problem = match response.status() {
        StatusCode::NOT_FOUND => routes::not_found().await,
        StatusCode::METHOD_NOT_ALLOWED => routes::wrong_method().await,
        StatusCode::PRECONDITION_FAILED => Problem::new(Code::PreconditionFailed),
        status @ StatusCode::RANGE_NOT_SATISFIABLE => {
            Problem::invalid_request("the file has no such range of bytes")
                .status(status)
                .mend("ask for bytes within the length that `Content-Range` gives")
        }
        _ => return response,
    };
    let kept = [header::ALLOW, header::CONTENT_RANGE].into_iter().filter_map(|name| {
        let value = response.headers().get(&name)?.clone();
        Some((name, value))
    });
    kept.fold(problem, |problem, (name, value)| problem.header(name, value)).into_response()
}

fn guard(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use axum::http::Method;
    use tempfile::TempDir;

    use crate::config::{Config, Origin, Settings};
    use crate::http::testing::{Answer, World};

    fn world() -> (TempDir, World) {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("app");
        fs::create_dir_all(app.join("sub")).unwrap();
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
        for path in [
            "/v1",
            "/v1/",
            "/v1/nothing",
            "/%76%31/me",
            "/v%31",
            "/.well-known",
            "/.well-known/nothing",
            "/%2Ewell-known/nothing",
        ] {
            visit(&world, path).await.assert_problem(404, "not_found");
        }
        assert_eq!(visit(&world, "/v10").await.text, "<!doctype html>");
        assert_eq!(world.get("/healthz").send().await.json()["status"], "ok");
    }

    #[tokio::test]
    async fn a_folder_is_never_taken_for_another_host() {
        let (_folder, world) = world();
        let redirect = world.get("/sub").send().await;
        assert_eq!((redirect.status.as_u16(), redirect.header("location")), (307, "/sub/"));
        world.get("//sub").send().await.assert_problem(404, "not_found");
    }

    #[tokio::test]
    async fn a_name_that_no_file_can_have_is_missing() {
        let (_folder, world) = world();
        let path = format!("/{}", "a".repeat(300));
        world.get(&path).send().await.assert_problem(404, "not_found");
        assert_eq!(visit(&world, &path).await.text, "<!doctype html>");
        world.get("/verifier.wasm/x").send().await.assert_problem(404, "not_found");
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_read_is_a_failure_of_ours() {
        let (folder, world) = world();
        // A link to itself: the system follows it until it gives up.
        let link = folder.path().join("app/loop");
        std::os::unix::fs::symlink(&link, &link).unwrap();
        world.get("/loop").send().await.assert_problem(500, "internal");
    }

    #[tokio::test]
    async fn what_a_file_cannot_do_is_said() {
        let (_folder, world) = world();
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            let refused = world.call(method, "/").send().await;
            refused.assert_problem(405, "invalid_request");
            assert_eq!(refused.header("allow"), "GET,HEAD");
            assert!(refused.string("mend").contains("`Allow`"));
        }
        let call = world.get("/verifier.wasm").header("range", "bytes=9-");
        let refused = call.send().await;
        refused.assert_problem(416, "invalid_request");
        assert_eq!(refused.header("content-range"), "bytes */4");
        let call = world.get("/verifier.wasm");
        let old = call.header("if-unmodified-since", "Thu, 01 Jan 1970 00:00:00 GMT");
        old.send().await.assert_problem(412, "precondition_failed");
    }

    #[tokio::test]
    async fn nobody_gets_through_to_another_host() {
        let (_folder, world) = world();
        for world in [world, World::new()] {
            for target in ["seats.example.org:443", "/"] {
                let refused = world.call(Method::CONNECT, target).send().await;
                assert!(refused.status.is_client_error());
                assert_eq!(refused.header("content-type"), "application/problem+json");
            }
        }
    }

    #[tokio::test]
    async fn nothing_outside_the_folder_is_served() {
        let (_folder, world) = world();
        for path in ["/../secret", "/%2e%2e/secret", "/..%2fsecret", "//secret"] {
            world.get(path).send().await.assert_problem(404, "not_found");
        }
    }
}
