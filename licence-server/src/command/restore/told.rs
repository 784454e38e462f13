//! What is told of a restore: what it made, and what it means for people.

use std::path::Path;

use licence_cli::Facts;

use super::Begun;
use crate::backup::Copied;
use crate::domain::Site;

const MINUTE_SECS: i64 = 60;
const HOUR_SECS: i64 = 3600;
const DAY_SECS: i64 = 86_400;

pub(super) fn facts(path: &Path, copied: &Copied, begun: &Begun) -> Facts {
    let site = &begun.site;
    Facts::new()
        .with_text("data", path.display())
        .with_text("product", &copied.about.product)
        .with_text("site_key", copied.about.site_key)
        .with_text("taken", copied.about.taken)
        .with_some("restored", site.restored.map(|at| at.to_string()))
        .with("lost_secs", if begun.is_first { 0 } else { lost_secs(copied, site) })
        .with_text("epoch", site.position.epoch)
        .with("people", site.users)
        .with("borrowed_seats", site.borrowed)
        .with_some("log_broken_at", begun.log_broken_at)
}

fn lost_secs(copied: &Copied, site: &Site) -> i64 {
    site.restored.map_or(0, |at| at.since(copied.about.taken).max(0))
}

/// A span of time as people say it.
fn span(secs: i64) -> String {
    match secs {
        ..120 => format!("{secs} seconds"),
        120..7200 => format!("{} minutes", secs / MINUTE_SECS),
        7200..172_800 => format!("{} hours", secs / HOUR_SECS),
        _ => format!("{} days", secs / DAY_SECS),
    }
}

/// What the interval that is lost means.
pub(super) fn advice(copied: &Copied, begun: &Begun) -> String {
    let mut advice = match (begun.was_final, begun.is_first) {
        (true, true) => {
            "this is the first restore of the final backup, so nothing is lost: start the server here, and delete \
             the old data directory"
                .to_owned()
        }
        (true, false) => {
            "this is a final backup: if it was restored nowhere before, nothing is lost; else all that happened \
             there is. Never let two servers run of one"
                .to_owned()
        }
        (false, _) => lost(copied, &begun.site),
    };
    if !begun.is_first && !begun.has_licence {
        advice.push_str(
            ". A licence that was installed since is not in it, and what it lent is not held back: was there one, \
             restore once more, into another folder, with --licence FILE",
        );
    }
    if begun.site.borrowed > 0 && !begun.is_first {
        advice.push_str(
            ". Seats that are lent, or may have been since, stay counted: `licence-server seat list` shows them. \
             Where you know that no more were lent, `seat write-off --held-back` frees all of those at once",
        );
    }
    if begun.log_broken_at.is_some() {
        advice.push_str(
            ". The audit log begins anew: keep the backup, in which the broken one is, to find out why",
        );
    }
    advice
}

fn lost(copied: &Copied, site: &Site) -> String {
    let (taken, lost) = (copied.about.taken, span(lost_secs(copied, site)));
    let restored = site.restored.unwrap_or(taken);
    format!(
        "what happened between {taken} and {restored} ({lost}) is lost: whoever signed in since signs in once more, and \
         accounts, passwords, roles, sign-outs and data are as they were then; go through what you changed. \
         Never start the old directory again"
    )
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn what_is_lost_is_told_as_people_say_it() {
        let told = [119, 120, 7199, 7200, 172_799, 172_800].map(span);
        assert_eq!(
            told,
            ["119 seconds", "2 minutes", "119 minutes", "2 hours", "47 hours", "2 days"]
        );
    }
}
