//! The pages that are built in: `/set-password`, `/account` and `/admin`.
//!
//! They are plain files that stand in this program, and they ask this server alone. What they show they
//! fetch with the API that everyone has: there is nothing here that an application could not do.

mod files;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Router, routing};
use licence_core::Code;

use self::files::File;
use super::problem::Problem;
use crate::state::AppState;

/// What a page may do: its own scripts and styles, its picture, and calls to this server. Nothing inline,
/// no form that a browser sends by itself, and no text that becomes markup (Trusted Types).
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
    script-src 'self'; \
    style-src 'self'; \
    img-src 'self'; \
    connect-src 'self'; \
    base-uri 'none'; \
    form-action 'none'; \
    frame-ancestors 'none'; \
    require-trusted-types-for 'script'; \
    trusted-types 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The address of what a page is made of.
const PART: &str = "/built-in/{name}";

/// A page is not kept, also not by the button that goes back: what somebody saw goes with their sign-out.
const PAGE_CACHE: HeaderValue = HeaderValue::from_static("no-store");

/// What a page is made of is kept and asked after each time, so that a new release is seen at once.
const PART_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

/// The pages, and what they are made of. They are no part of the API and of its description.
pub(super) fn router() -> Router<AppState> {
    let pages = files::PAGES.iter().fold(Router::new(), |router, (path, page)| {
        router.route(path, routing::get(async || answer(page, PAGE_CACHE)))
    });
    pages.route(PART, routing::get(part))
}

/// The addresses at which they are.
pub(super) fn addresses() -> impl Iterator<Item = String> {
    files::PAGES.iter().map(|(path, _)| *path).chain([PART]).map(str::to_owned)
}

async fn part(
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // What is not in UTF-8 is nothing's name.
    let part = name.ok().and_then(|Path(name)| files::part(&name));
    let part = part.ok_or_else(|| Problem::new(Code::NotFound))?;
    let tag = part.tag();
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| knows(known, &tag));
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { answer(part, PART_CACHE) };
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Whether a browser says that it has what bears the tag (RFC 9110 section 13.1.2).
fn knows(known: &HeaderValue, tag: &str) -> bool {
    let mut known = known.to_str().unwrap_or_default().split(',').map(str::trim);
    known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

fn answer(file: &File, cache: HeaderValue) -> Response {
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    headers.insert(header::CACHE_CONTROL, cache);
    response
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::files;
    use crate::http::testing::World;

    #[tokio::test]
    async fn a_page_may_do_little_and_is_not_kept() {
        let world = World::new();
        for (path, _) in &files::PAGES {
            let page = world.get(path).send().await;
            assert_eq!(page.status, 200);
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
            assert_eq!(page.header("cache-control"), "no-store");
            assert_eq!(page.header("x-content-type-options"), "nosniff");
            assert_eq!(page.header("referrer-policy"), "no-referrer");
            let policy = page.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'; "), "{policy}");
            assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("unsafe"), "{policy}");
        }
    }

    #[tokio::test]
    async fn a_page_names_no_part_that_there_is_not_and_nothing_stands_inline() {
        let world = World::new();
        for (path, _) in &files::PAGES {
            let page = world.get(path).send().await.text;
            let parts = page.split('"').filter(|word| word.starts_with("/built-in/"));
            let parts: Vec<_> = parts.collect();
            assert!(parts.len() >= 3, "{path}: {parts:?}");
            for part in parts {
                assert_eq!(world.get(part).send().await.status, 200, "{part}");
            }
            for inline in ["<style", " style=", " onclick=", "<script>", "http://", "https://"] {
                assert!(!page.contains(inline), "{path}: {inline}");
            }
        }
    }

    #[tokio::test]
    async fn every_part_has_its_type_and_is_sent_once() {
        let world = World::new();
        for name in files::names() {
            let path = format!("/built-in/{name}");
            let part = world.get(&path).send().await;
            let media_type = match name.rsplit('.').next() {
                Some("js") => "text/javascript; charset=utf-8",
                Some("css") => "text/css; charset=utf-8",
                _ => "image/svg+xml",
            };
            assert_eq!((part.status.as_u16(), part.header("content-type")), (200, media_type));
            assert_eq!(part.header("cache-control"), "no-cache");
            let tag = part.header("etag").to_owned();
            let again = world.get(&path).header("if-none-match", &tag).send().await;
            assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
            let other = world.get(&path).header("if-none-match", "\"other\"").send().await;
            assert_eq!(other.status, 200);
        }
    }

    #[tokio::test]
    async fn every_module_that_a_script_imports_is_there() {
        for (name, text) in files::names().map(|name| (name, files::part(name).unwrap().bytes)) {
            let text = std::str::from_utf8(text).unwrap();
            for imported in text.lines().filter_map(|line| line.split_once("from \"./")) {
                let imported = imported.1.trim_end_matches("\";");
                assert!(files::part(imported).is_some(), "{name} imports {imported}");
            }
        }
    }

    #[tokio::test]
    async fn what_is_not_there_is_missing_and_nothing_is_sent_to_a_page() {
        let world = World::new();
        for path in
            ["/built-in/nothing", "/built-in/%ff", "/built-in/..%2Fmod.rs", "/built-in/", "/admin/"]
        {
            world.get(path).send().await.assert_problem(404, "not_found");
        }
        for (path, _) in &files::PAGES {
            let refused = world.call(Method::POST, path).send().await;
            refused.assert_problem(405, "invalid_request");
        }
    }
}
