//! Whether anybody is told of what is warned of.

use super::{Check, Finding};
use crate::alarm::Trouble;
use crate::config::HookUrl;
use crate::state::AppState;

pub(super) fn check(state: &AppState) -> Check {
    let url = state.config().hook.as_ref().map(|hook| &hook.url);
    Check::new("webhook", arrival(url, state.alarm().trouble()))
}

/// Of the address only the host is told: what stands behind it is often what lets a message in.
fn arrival(url: Option<&HookUrl>, trouble: Option<Trouble>) -> Finding {
    let Some(url) = url else {
        return Finding::Well(
            "no webhook is set: warnings are in the log and on the page".to_owned(),
        );
    };
    let Some(Trouble { since, cause }) = trouble else {
        return Finding::Well(format!(
            "{url} took the last warning that was sent to it, or was sent none yet"
        ));
    };
    Finding::mend(
        format!("the webhook at {url} has taken nothing since {since}: {cause}"),
        "mend what listens there, or `webhook_url`, `webhook_secret_file` and `webhook_ca`; after the next start \
         it is sent what is still warned of",
    )
}
