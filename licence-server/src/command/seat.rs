//! `seat`: who holds one, who waits for one, and how one is made free.

use licence_cli::table::Align;
use licence_cli::{Facts, Failure};
use licence_core::TokenId;
use serde_json::json;

use super::admin_call::AdminCall;
use super::listing::collect_with;
use super::said::{Listing, Said, time};
use crate::cli::{PageArgs, ReleaseArgs, SeatVerb, WriteOffArgs};
use crate::data_dir::DataDir;
use crate::http::admin::{
    HeldBackWrittenOff, Page, PlaceRow, ReleasedSeat, SeatList, SeatRow, WrittenOff,
};
use crate::http::paths;

pub(super) fn run(verb: &SeatVerb, data: &DataDir) -> Result<Said, Failure> {
    match verb {
        SeatVerb::List(args) => list(args, data),
        SeatVerb::Queue => queue(data),
        SeatVerb::Release(args) => release(args, data),
        SeatVerb::WriteOff(WriteOffArgs { id: Some(id), .. }) => write_off(*id, data),
        SeatVerb::WriteOff(WriteOffArgs { id: None, .. }) => write_off_held_back(data),
    }
}

fn list(args: &PageArgs, data: &DataDir) -> Result<Said, Failure> {
    let call = AdminCall::get(paths::ADMIN_SEATS);
    // How many seats there are comes with each page; the last one is the newest.
    let mut counts = Facts::new();
    let page = collect_with(&call, args, data, |list: SeatList| {
        counts = Facts::new().with("in_use", list.in_use).with("total", list.total);
        list.page
    })?;
    let rows = page.items.into_iter().map(row);
    let columns = ["name", "email", "device", "since", "until", "borrowed"];
    let mut listing = Listing::new(columns.map(|name| (name, Align::Left)), rows.collect());
    (listing.whole, listing.next) = (counts, page.next);
    listing.said()
}

fn row(row: SeatRow) -> Facts {
    Facts::new()
        .with("user", row.person.user)
        .with_some("name", row.person.username)
        .with_some("email", row.person.email)
        .with("session", row.session)
        .with_some("device", row.device)
        .with("since", time(row.since))
        .with("until", time(row.lease_end))
        .with_some("borrowed", row.borrowed)
}

fn queue(data: &DataDir) -> Result<Said, Failure> {
    let page: Page<PlaceRow> = AdminCall::get(paths::ADMIN_QUEUE).send(data)?;
    let rows = page.items.into_iter().map(|row| {
        let facts = Facts::new().with("place", row.place);
        let facts = match row.person {
            Some(person) => facts
                .with("user", person.user)
                .with_some("name", person.username)
                .with_some("email", person.email),
            None => facts,
        };
        facts
            .with_some("session", row.session)
            .with("state", row.state)
            .with("kept_until", time(row.kept_until))
    });
    let columns = [
        ("place", Align::Right),
        ("name", Align::Left),
        ("email", Align::Left),
        ("state", Align::Left),
        ("kept_until", Align::Left),
    ];
    Listing::new(columns, rows.collect()).said()
}

fn release(args: &ReleaseArgs, data: &DataDir) -> Result<Said, Failure> {
    let body = json!({
        "user": args.who.who.as_str(),
        "for": args.heir.as_ref().map(licence_core::Text::as_str),
    });
    let released: ReleasedSeat = AdminCall::post_json(paths::ADMIN_RELEASE, &body).send(data)?;
    let note = match released.borrowed.first() {
        Some(id) => Some(format!(
            "`{}` took a seat along offline and keeps it; to give it to others: `seat write-off {id}`",
            released.username
        )),
        None if released.sessions == 0 => Some(format!("`{}` held no seat", released.username)),
        None => None,
    };
    let facts = Facts::new()
        .with("user", released.user)
        .with("name", released.username)
        .with("sessions_without_seat", released.sessions)
        .with_some("kept_for", released.kept_for);
    Ok(Said::of(&facts)?.noting(note))
}

fn write_off(id: TokenId, data: &DataDir) -> Result<Said, Failure> {
    let path = format!("{}/{id}/write-off", paths::ADMIN_BORROWED);
    let gone: WrittenOff = AdminCall::post(&path).send(data)?;
    let facts = Facts::new()
        .with("borrowed", gone.id)
        .with("user", gone.person.user)
        .with_some("name", gone.person.username)
        .with("copy_works_until", time(gone.counts_until));
    Said::of(&facts)
}

fn write_off_held_back(data: &DataDir) -> Result<Said, Failure> {
    let gone: HeldBackWrittenOff = AdminCall::post(paths::ADMIN_HELD_BACK).send(data)?;
    Said::of(&Facts::new().with("written_off", gone.seats))
}
