//! What an answer says of its own cost (W3C Server Timing), where an administrator asks for it.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use crate::clock::Stopwatch;

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// What takes time while a request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Waiting for the writer's turn, and its commit.
    Store,
    /// Signing an access token.
    Sign,
    /// Checking a password, the queue for it included.
    Hash,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Sign => "sign",
            Self::Hash => "hash",
        }
    }
}

tokio::task_local! {
    static PARTS: RefCell<Vec<(Part, Duration)>>;
}

/// Notes what a part took, where the request that is being answered is to say so.
pub(crate) fn note(part: Part, took: Duration) {
    let _ = PARTS.try_with(|parts| parts.borrow_mut().push((part, took)));
}

/// Has an answer say how long it took, and each part of that.
pub(super) async fn told(answer: impl Future<Output = Response>) -> Response {
    let answer = async {
        let watch = Stopwatch::start();
        let mut response = answer.await;
        let mut text = metric("total", watch.elapsed());
        for (part, took) in PARTS.with(RefCell::take) {
            // Writing into a String cannot fail.
            let _ = write!(text, ", {}", metric(part.name(), took));
        }
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().insert(SERVER_TIMING, value);
        }
        response
    };
    PARTS.scope(RefCell::default(), answer).await
}

/// In milliseconds, as the specification has it.
fn metric(name: &str, took: Duration) -> String {
    format!("{name};dur={:.3}", took.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use crate::http::testing::{Answer, PASSWORD, World};

    fn parts(answer: &Answer) -> Vec<String> {
        let metrics = answer.header("server-timing").split(", ");
        let name = |metric: &str| {
            let (name, millis) = metric.split_once(";dur=").unwrap();
            assert!(millis.parse::<f64>().unwrap() >= 0.0, "{metric}");
            name.to_owned()
        };
        metrics.map(name).collect()
    }

    #[tokio::test]
    async fn an_answer_says_what_it_spent_its_time_on_where_that_is_asked_for() {
        let world = World::with("http://localhost:8080", "server_timing = true");
        world.furnish(1, 1).await;
        let signed_in = world.sign_in("user1").await;
        assert_eq!(parts(&signed_in), ["total", "hash", "store", "sign"]);
        let refreshed = world.refresh(&signed_in.string("refresh_token")).await;
        assert_eq!(parts(&refreshed), ["total", "store", "sign"]);
        assert_eq!(parts(&world.me(&refreshed.string("access_token")).await), ["total"]);
        assert_eq!(parts(&world.get("/nothing").send().await), ["total"]);
    }

    #[tokio::test]
    async fn an_answer_says_nothing_of_it_otherwise() {
        let world = World::licensed(1, 1).await;
        let form = format!("grant_type=password&username=user1&password={PASSWORD}");
        let answer = world.post("/v1/auth/token", &form).send().await;
        assert!(!answer.headers.contains_key("server-timing"));
    }
}
