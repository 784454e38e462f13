//! `clock`: what time the server goes by.

use licence_cli::{Facts, Failure};
use serde_json::json;

use super::admin_call::AdminCall;
use super::said::{Said, time};
use crate::cli::ClockVerb;
use crate::data_dir::DataDir;
use crate::http::admin::ClockShown;
use crate::http::paths;

pub(super) fn run(verb: &ClockVerb, data: &DataDir) -> Result<Said, Failure> {
    let path = |verb: &str| format!("{}/{verb}", paths::ADMIN_CLOCK);
    let call = match verb {
        ClockVerb::Show => AdminCall::get(paths::ADMIN_CLOCK),
        ClockVerb::Accept => AdminCall::post(&path("accept")),
        ClockVerb::Reset { reason } => {
            AdminCall::post_json(&path("reset"), &json!({ "reason": reason.as_str() }))
        }
    };
    let clock: ClockShown = call.send(data)?;
    let facts = Facts::new()
        .with("now", time(clock.now))
        .with("machine", time(clock.wall))
        .with("highest_trusted", time(clock.mark))
        .with("state", clock.state.as_str())
        .with_some("disputed_since", clock.disputed_since.map(time));
    Ok(Said::of(&facts)?.noting(advice(&clock.state)))
}

/// What to do about a clock that is not believed.
fn advice(state: &str) -> Option<&'static str> {
    match state {
        "behind" => Some(
            "this machine's clock is behind a time that was trusted: set it right, or if the time \
             that was trusted is wrong, `clock reset --reason TEXT`",
        ),
        "disputed" => Some(
            "this machine's clock is further ahead than can be believed: if it is right, `clock \
             accept`; if not, set it right",
        ),
        _ => None,
    }
}
