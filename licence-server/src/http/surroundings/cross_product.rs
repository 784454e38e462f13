//! Every kind of request that a browser or a program can send, against the rule said once more in other
//! words: what a page says of itself, its method, and what it brings along.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::Response;
use tower::ServiceExt as _;

use crate::http::testing::{Answer, PASSWORD, World};
use crate::http::{App, app};

const OWN: &str = "https://seats.example.org";
const APP: &str = "https://app.example.org";
const EVIL: &str = "https://evil.example.net";

/// Where all methods are tried; two of them it does not take.
const PATH: &str = "/v1/session/data";
const METHODS: [Method; 6] =
    [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::POST, Method::PATCH];

const SITES: [Option<&str>; 6] = [
    None,
    Some("same-origin"),
    Some("same-site"),
    Some("cross-site"),
    Some("none"),
    Some("some-new-word"),
];
const ORIGINS: [Option<&str>; 9] = [
    None,
    Some(OWN),
    Some(APP),
    Some(EVIL),
    Some("null"),
    Some("http://seats.example.org"),
    Some("https://seats.example.org:8443"),
    Some("https://app.example.org.evil.example.net"),
    Some(""),
];
const CLIENTS: [Option<&str>; 3] = [None, Some("1"), Some("0")];

/// What a request brings to say who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Credential {
    None,
    /// Another application's cookie, and the one that makes a browser known.
    ForeignCookie,
    RefreshCookie,
    AccessCookie,
    Bearer,
    /// A header that is no token, beside a cookie that is one.
    WrongHeaderAndAccessCookie,
    BearerAndCookies,
}

const CREDENTIALS: [Credential; 7] = [
    Credential::None,
    Credential::ForeignCookie,
    Credential::RefreshCookie,
    Credential::AccessCookie,
    Credential::Bearer,
    Credential::WrongHeaderAndAccessCookie,
    Credential::BearerAndCookies,
];

/// What a page says of itself.
#[derive(Clone, Copy, Debug)]
struct Page {
    site: Option<&'static str>,
    origin: Option<&'static str>,
    client: Option<&'static str>,
}

fn pages() -> impl Iterator<Item = Page> {
    SITES.into_iter().flat_map(|site| {
        ORIGINS.into_iter().flat_map(move |origin| {
            CLIENTS.into_iter().map(move |client| Page { site, origin, client })
        })
    })
}

/// The rule: a page from nowhere may not; our own, a named one and a program that says it is one may.
fn may_use_cookies(page: Page) -> bool {
    let is_named = [Some(OWN), Some(APP)].contains(&page.origin);
    let is_program = (page.site, page.origin, page.client) == (None, None, Some("1"));
    page.origin != Some("null") && (page.site == Some("same-origin") || is_named || is_program)
}

fn brings_our_cookie(credential: Credential) -> bool {
    use Credential::{AccessCookie, BearerAndCookies, RefreshCookie, WrongHeaderAndAccessCookie};
    [RefreshCookie, AccessCookie, WrongHeaderAndAccessCookie, BearerAndCookies]
        .contains(&credential)
}

fn is_somebody(credential: Credential) -> bool {
    [Credential::AccessCookie, Credential::Bearer, Credential::BearerAndCookies]
        .contains(&credential)
}

/// Who stands at the door with what.
struct Door {
    app: App,
    access: String,
    cookies: Vec<String>,
    _world: World,
}

impl Door {
    async fn open() -> Self {
        let world = World::with(
            OWN,
            &format!("origins = ['{APP}']\naccess_cookie = true\nchanges_burst = 1000"),
        );
        world.furnish(1, 1).await;
        let form =
            format!("grant_type=password&username=user1&password={PASSWORD}&delivery=cookie");
        let signed_in = world.post("/v1/auth/token", &form).header("origin", OWN).send().await;
        let cookies = given(&signed_in);
        assert_eq!(cookies.len(), 3, "refresh, access, device: {cookies:?}");
        let access = signed_in.string("access_token");
        Self { app: app(world.state.clone()), access, cookies, _world: world }
    }

    fn cookie(&self, name: &str) -> &str {
        let start = format!("__Host-{name}-");
        self.cookies.iter().find(|cookie| cookie.starts_with(&start)).unwrap()
    }

    fn headers(&self, credential: Credential) -> HeaderMap {
        let bearer = format!("Bearer {}", self.access);
        let foreign = format!("theirs=1; {}", self.cookie("device"));
        let both = format!("{}; {}", self.cookie("refresh"), self.cookie("access"));
        let rows: &[(&str, &str)] = match credential {
            Credential::None => &[],
            Credential::ForeignCookie => &[("cookie", &foreign)],
            Credential::RefreshCookie => &[("cookie", self.cookie("refresh"))],
            Credential::AccessCookie => &[("cookie", self.cookie("access"))],
            Credential::Bearer => &[("authorization", &bearer)],
            Credential::WrongHeaderAndAccessCookie => {
                &[("authorization", "Basic YTpi"), ("cookie", self.cookie("access"))]
            }
            Credential::BearerAndCookies => &[("authorization", &bearer), ("cookie", &both)],
        };
        let row = |(name, value): &(&str, &str)| (name.parse().unwrap(), value.parse().unwrap());
        rows.iter().map(row).collect()
    }

    async fn send(&self, page: Page, method: &Method, credential: Credential) -> Response {
        let mut request = Request::builder().method(method).uri(PATH);
        *request.headers_mut().unwrap() = self.headers(credential);
        self.ask(page, request.header("content-type", "application/json"), "{}").await
    }

    async fn ask(&self, page: Page, mut request: Builder, body: &str) -> Response {
        let said = [
            ("sec-fetch-site", page.site),
            ("origin", page.origin),
            ("x-licence-client", page.client),
        ];
        for (name, value) in said {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        self.app.clone().oneshot(request).await.unwrap()
    }
}

type Builder = axum::http::request::Builder;

/// What a browser keeps of an answer.
fn given(answer: &Answer) -> Vec<String> {
    let set = answer.headers.get_all("set-cookie").iter();
    set.map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned()).collect()
}

fn expected(page: Page, method: &Method, credential: Credential) -> &'static [u16] {
    let reads = [Method::GET, Method::HEAD].contains(method);
    if !reads && brings_our_cookie(credential) && !may_use_cookies(page) {
        return &[403];
    }
    if [Method::POST, Method::PATCH].contains(method) {
        return &[405];
    }
    // There may be nothing to read or to take away.
    if is_somebody(credential) { &[200, 204, 404] } else { &[401] }
}

/// What every answer says to the page that asked, refusals too.
#[track_caller]
fn assert_cors(page: Page, headers: &HeaderMap, told: &str) {
    let named = page.origin.filter(|origin| [OWN, APP].contains(origin));
    let allowed = headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap());
    assert_eq!(allowed, named, "{told}");
    let varies =
        headers.get_all("vary").iter().any(|value| value.to_str().unwrap().contains("origin"));
    assert!(varies, "{told}");
    let credentials = headers.get("access-control-allow-credentials");
    assert_eq!(credentials.is_some_and(|value| value == "true"), named.is_some(), "{told}");
}

#[tokio::test]
async fn every_request_passes_or_is_refused_as_the_rule_says() {
    let door = Door::open().await;
    for page in pages() {
        for method in &METHODS {
            for credential in CREDENTIALS {
                let told = format!("{method} {credential:?} {page:?}");
                let answer = door.send(page, method, credential).await;
                let allowed = expected(page, method, credential);
                assert!(allowed.contains(&answer.status().as_u16()), "{told}: {}", answer.status());
                assert_cors(page, answer.headers(), &told);
            }
        }
    }
}

/// The same rows as somebody would write them down, one by one.
#[tokio::test]
async fn a_few_requests_by_hand() {
    use Credential::{AccessCookie, Bearer, BearerAndCookies, ForeignCookie, None as Nobody};
    use Credential::{RefreshCookie, WrongHeaderAndAccessCookie};
    let door = Door::open().await;
    let rows: [(&str, &str, &str, Method, Credential, u16); 16] = [
        // Our own page, by its cookie and by its header.
        ("same-origin", OWN, "", Method::PUT, AccessCookie, 204),
        ("same-origin", "", "", Method::GET, AccessCookie, 200),
        ("same-origin", OWN, "", Method::PUT, Bearer, 204),
        // A named page on another site, and one that nobody named.
        ("cross-site", APP, "", Method::PUT, AccessCookie, 204),
        ("cross-site", EVIL, "", Method::PUT, AccessCookie, 403),
        ("same-site", "https://other.example.org", "", Method::DELETE, RefreshCookie, 403),
        // It may send what is no cookie of ours; whether it may read the answer, CORS says.
        ("cross-site", EVIL, "", Method::PUT, ForeignCookie, 401),
        ("cross-site", EVIL, "", Method::PUT, Bearer, 204),
        // A cookie that comes along is judged, whatever else comes.
        ("cross-site", EVIL, "", Method::PUT, BearerAndCookies, 403),
        // The header is for programs, which say nothing else.
        ("", "", "1", Method::PUT, AccessCookie, 204),
        ("", "", "", Method::PUT, AccessCookie, 403),
        ("cross-site", "", "1", Method::PUT, AccessCookie, 403),
        // A page from nowhere.
        ("same-origin", "null", "1", Method::PUT, AccessCookie, 403),
        // `Authorization` goes before a cookie, also where it is wrong.
        ("same-origin", OWN, "", Method::GET, WrongHeaderAndAccessCookie, 401),
        // The refresh token's cookie opens no route but its own.
        ("same-origin", OWN, "", Method::PUT, RefreshCookie, 401),
        ("", "", "", Method::PUT, Nobody, 401),
    ];
    for (site, origin, client, method, credential, status) in rows {
        let said = |text: &'static str| Some(text).filter(|text| !text.is_empty());
        let page = Page { site: said(site), origin: said(origin), client: said(client) };
        let answer = door.send(page, &method, credential).await;
        assert_eq!(answer.status().as_u16(), status, "{method} {credential:?} {page:?}");
    }
}

#[tokio::test]
async fn whoever_asks_for_a_cookie_must_be_a_page_that_may_have_one() {
    let door = Door::open().await;
    let form = "grant_type=password&username=nobody&password=not+the+right+one";
    for page in pages() {
        for (delivery, is_asked) in
            [("&delivery=cookie", true), ("&delivery=body", false), ("", false)]
        {
            let request = Request::builder().method(Method::POST).uri("/v1/auth/token");
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            let answer = door.ask(page, request, &format!("{form}{delivery}")).await;
            let is_refused = answer.status() == StatusCode::FORBIDDEN;
            let told = format!("{delivery} {page:?}: {}", answer.status());
            assert_eq!(is_refused, is_asked && !may_use_cookies(page), "{told}");
            assert_cors(page, answer.headers(), &told);
        }
    }
}

#[tokio::test]
async fn a_preflight_asks_for_no_credential_and_lets_named_pages_alone_do_what_they_need() {
    let door = Door::open().await;
    for page in pages() {
        for method in &METHODS {
            let request = Request::builder().method(Method::OPTIONS).uri(PATH);
            let request = request.header("access-control-request-method", method.as_str());
            let request = request
                .header("access-control-request-headers", "authorization,content-type,if-match");
            let answer = door.ask(page, request, "").await;
            let told = format!("{method} {page:?}");
            assert_eq!(answer.status(), StatusCode::OK, "{told}");
            assert_cors(page, answer.headers(), &told);
            let is_named = [Some(OWN), Some(APP)].contains(&page.origin);
            if !is_named {
                assert!(!answer.headers().contains_key("access-control-allow-methods"), "{told}");
                assert!(!answer.headers().contains_key("access-control-allow-headers"), "{told}");
                continue;
            }
            let listed = |name: &str| answer.headers()[name].to_str().unwrap().to_lowercase();
            if *method != Method::HEAD {
                let methods = listed("access-control-allow-methods");
                assert!(methods.contains(&method.as_str().to_lowercase()), "{methods}");
            }
            let names = listed("access-control-allow-headers");
            for name in ["authorization", "content-type", "if-match", "x-licence-client"] {
                assert!(names.contains(name), "{names}");
            }
        }
    }
}

#[tokio::test]
async fn where_the_switch_is_off_a_cookie_with_an_access_token_is_nobodys() {
    let world = World::with(OWN, "");
    world.furnish(1, 1).await;
    let token = world.sign_in("user1").await.string("access_token");
    let key: String = world.state.site_key().id().to_string().chars().take(8).collect();
    let cookie = format!("__Host-access-{key}={token}");
    let read = world.get("/v1/me").header("cookie", &cookie).header("origin", OWN).send().await;
    read.assert_problem(401, "invalid_token");
    let call = world.call(Method::PUT, PATH).header("cookie", &cookie).header("origin", EVIL);
    call.send().await.assert_problem(401, "invalid_token");
}
