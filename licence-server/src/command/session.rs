//! `session`: where people are signed in.

use licence_cli::table::Align;
use licence_cli::{Facts, Failure};

use super::admin_call::AdminCall;
use super::listing::collect;
use super::said::{Listing, Said, time};
use crate::cli::SessionVerb;
use crate::data_dir::DataDir;
use crate::http::admin::{Purged, SessionRow};
use crate::http::paths;

pub(super) fn run(verb: &SessionVerb, data: &DataDir) -> Result<Said, Failure> {
    match verb {
        SessionVerb::List { user, page } => {
            let call = AdminCall::get(paths::ADMIN_SESSIONS).with("user", user.as_ref());
            let page = collect::<SessionRow>(&call, page, data)?;
            let columns =
                ["name", "device", "scope", "since", "last_seen", "seat_until", "session"];
            let columns = columns.map(|name| (name, Align::Left));
            let mut listing = Listing::new(columns, page.items.into_iter().map(facts).collect());
            listing.next = page.next;
            listing.said()
        }
        SessionVerb::End { id } => {
            let path = format!("{}/{id}", paths::ADMIN_SESSIONS);
            Said::of(&facts(AdminCall::delete(&path).send(data)?))
        }
        SessionVerb::Purge => {
            let purged: Purged = AdminCall::post(paths::ADMIN_PURGE).send(data)?;
            let facts = Facts::new()
                .with("sessions", purged.sessions)
                .with("seats", purged.leases)
                .with("borrowed_seats", purged.borrowed)
                .with("revocations", purged.revocations);
            Said::of(&facts)
        }
    }
}

fn facts(row: SessionRow) -> Facts {
    Facts::new()
        .with("session", row.id)
        .with("user", row.person.user)
        .with_some("name", row.person.username)
        .with_some("email", row.person.email)
        .with_some("device", row.device)
        .with("scope", row.scope)
        .with("since", time(row.started_at))
        .with("last_seen", time(row.seen_at))
        .with("ends", time(row.ends_at))
        .with_some("seat_until", row.lease_end.map(time))
}
