//! Whether a request that brings our cookie was sent by a page that may send it.
//!
//! A browser adds the cookie to what any page of the same site sends, asked or not. What the page
//! cannot forge are the headers with which the browser says who it is.

use axum::http::{HeaderMap, Method, header};

use crate::config::Origin;

/// What the page says of itself, where a browser is too old to say it.
const CLIENT_HEADER: &str = "x-licence-client";

/// The request came from a page that may not send it, or nobody says where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Forged;

/// Whether the request has to do with the cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CookieUse {
    /// It brings one, or asks for one.
    Some,
    /// Neither.
    None,
}

/// Judges a request by its method and what its browser says.
///
/// `origins` are those whose pages may call, the server's own among them.
///
/// # Errors
/// [`Forged`].
pub(super) fn check(
    method: &Method,
    headers: &HeaderMap,
    cookie: CookieUse,
    origins: &[Origin],
) -> Result<(), Forged> {
    if cookie == CookieUse::None {
        return Ok(());
    }
    // A page may always read; that changes nothing, and CORS says who sees the answer.
    let is_reading = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if is_reading && !opens_socket(headers) {
        return Ok(());
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let passes = match (text(header::ORIGIN.as_str()), text("sec-fetch-site")) {
        // A sandboxed frame or a page from a file, which could be anyone's.
        (Some("null"), _) => false,
        (_, Some("same-origin")) => true,
        (Some(origin), _) => origins.iter().any(|own| own.to_string() == origin),
        (None, Some(_)) => false,
        // No browser of the last years: a program, which a page cannot give this header to without
        // asking first (a CORS preflight, which only the origins above pass).
        (None, None) => text(CLIENT_HEADER) == Some("1"),
    };
    if passes { Ok(()) } else { Err(Forged) }
}

/// A WebSocket begins as a GET and is a way in both directions, which CORS does not guard.
fn opens_socket(headers: &HeaderMap) -> bool {
    let is_mode = headers.get("sec-fetch-mode").is_some_and(|mode| mode == "websocket");
    is_mode || headers.contains_key(header::SEC_WEBSOCKET_KEY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "https://seats.example.org";
    const APP: &str = "https://app.example.org";
    const EVIL: &str = "https://evil.example.net";

    /// `Sec-Fetch-Site`, `Origin`, `X-Licence-Client`, and whether a POST with the cookie passes.
    type Row = (Option<&'static str>, Option<&'static str>, Option<&'static str>, bool);

    const TABLE: &[Row] = &[
        // Our own page.
        (Some("same-origin"), Some(OWN), None, true),
        (Some("same-origin"), None, None, true),
        // A page that an administrator named, on the same site or another.
        (Some("same-site"), Some(APP), None, true),
        (Some("cross-site"), Some(APP), None, true),
        // An old browser, which sends the origin alone.
        (None, Some(OWN), None, true),
        (None, Some(APP), None, true),
        // Everyone else's page.
        (Some("same-site"), Some("https://other.example.org"), None, false),
        (Some("cross-site"), Some(EVIL), None, false),
        (None, Some(EVIL), None, false),
        (None, Some("https://seats.example.org.evil.example.net"), None, false),
        (None, Some("http://seats.example.org"), None, false),
        (None, Some("https://seats.example.org:444"), None, false),
        // The client's header is for those without the others, and opens nothing else.
        (Some("cross-site"), Some(EVIL), Some("1"), false),
        (None, Some(EVIL), Some("1"), false),
        (Some("cross-site"), None, Some("1"), false),
        (Some("same-site"), None, Some("1"), false),
        (Some("none"), None, Some("1"), false),
        // Nobody's page.
        (Some("same-origin"), Some("null"), None, false),
        (Some("cross-site"), Some("null"), Some("1"), false),
        (None, Some("null"), Some("1"), false),
        // A program.
        (None, None, Some("1"), true),
        (None, None, Some("0"), false),
        (None, None, None, false),
        (Some("none"), None, None, false),
    ];

    fn headers((site, origin, client, _): &Row) -> HeaderMap {
        let rows = [("sec-fetch-site", site), ("origin", origin), (CLIENT_HEADER, client)];
        rows.into_iter()
            .filter_map(|(name, value)| Some((name.parse().unwrap(), (*value)?.parse().unwrap())))
            .collect()
    }

    fn passes(method: &Method, row: &Row, cookie: CookieUse) -> bool {
        let origins = [OWN.parse().unwrap(), APP.parse().unwrap()];
        check(method, &headers(row), cookie, &origins).is_ok()
    }

    #[test]
    fn a_request_with_the_cookie_passes_as_the_table_says() {
        for row in TABLE {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                assert_eq!(passes(&method, row, CookieUse::Some), row.3, "{method} {row:?}");
            }
        }
    }

    #[test]
    fn a_request_that_reads_or_has_no_cookie_always_passes() {
        for row in TABLE {
            assert!(passes(&Method::GET, row, CookieUse::Some), "{row:?}");
            assert!(passes(&Method::HEAD, row, CookieUse::Some), "{row:?}");
            assert!(passes(&Method::POST, row, CookieUse::None), "{row:?}");
        }
    }

    #[test]
    fn a_page_elsewhere_opens_no_socket_with_the_cookie() {
        let judge = |origin: &'static str, (name, value): (&'static str, &'static str)| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ORIGIN, origin.parse().unwrap());
            headers.insert(name, value.parse().unwrap());
            let own = [OWN.parse().unwrap()];
            check(&Method::GET, &headers, CookieUse::Some, &own)
        };
        for says in
            [("sec-fetch-mode", "websocket"), ("sec-websocket-key", "AQIDBAUGBwgJCgsMDQ4PEA==")]
        {
            assert_eq!(judge(EVIL, says), Err(Forged));
            assert_eq!(judge(OWN, says), Ok(()));
        }
        assert_eq!(judge(EVIL, ("sec-fetch-mode", "cors")), Ok(()));
    }
}
