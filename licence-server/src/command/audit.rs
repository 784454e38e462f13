//! `audit`: what happened, whether the log of it is whole, and cutting it.

use licence_cli::table::Align;
use licence_cli::{Facts, Failure, Format};
use licence_core::{Code, UnixTime};
use serde_json::{Value, json};

use super::DAY_SECS;
use super::admin_call::AdminCall;
use super::listing::collect;
use super::said::{Listing, Said, time};
use crate::cli::{AuditListArgs, AuditVerb, PruneArgs};
use crate::data_dir::DataDir;
use crate::http::admin::{EntryRow, PrunedLog, VerifiedLog};
use crate::http::paths;

pub(super) fn run(verb: &AuditVerb, data: &DataDir, format: Format) -> Result<(), Failure> {
    match verb {
        // A log may be longer than memory, so it is passed on as it comes.
        AuditVerb::List(args) if format == Format::Json => filtered(args).print_lines(data),
        AuditVerb::List(_) | AuditVerb::Verify | AuditVerb::Prune(_) => {
            said(verb, data)?.print(format)
        }
    }
}

pub(super) fn said(verb: &AuditVerb, data: &DataDir) -> Result<Said, Failure> {
    match verb {
        AuditVerb::List(args) => list(args, data),
        AuditVerb::Verify => verify(data),
        AuditVerb::Prune(args) => prune(args, data),
    }
}

/// The call for what was asked for. The last day is included, so the time at which it ends is given.
fn filtered(args: &AuditListArgs) -> AdminCall {
    AdminCall::get(paths::ADMIN_AUDIT)
        .with("from", args.from.map(UnixTime::secs))
        .with("to", args.to.map(|day| day.plus(DAY_SECS).secs()))
        .with("user", args.user.as_ref())
        .with("session", args.session)
        .with("act", args.act.as_ref())
}

fn list(args: &AuditListArgs, data: &DataDir) -> Result<Said, Failure> {
    let page = collect::<EntryRow>(&filtered(args), &args.page, data)?;
    let columns = [
        ("entry", Align::Right),
        ("time", Align::Left),
        ("act", Align::Left),
        ("about", Align::Left),
        ("by", Align::Left),
    ];
    let mut listing = Listing::new(columns, page.items.into_iter().map(row).collect());
    listing.next = page.next;
    listing.said()
}

/// An entry as a line of a table: what it is about in one column, because each act has its own ids.
fn row(EntryRow { seq, entry }: EntryRow) -> Facts {
    let at = entry.get("at").and_then(Value::as_i64).map(time);
    let word = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
    let (act, by) = (word("act"), word("by"));
    let about = entry.iter().filter(|(name, _)| !["at", "act", "by"].contains(&name.as_str()));
    let about: Vec<String> =
        about.map(|(name, value)| format!("{name} {}", spoken(value))).collect();
    Facts::new()
        .with("entry", seq)
        .with_some("time", at)
        .with_some("act", act)
        .with("about", about.join(", "))
        .with_some("by", by)
}

fn spoken(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn verify(data: &DataDir) -> Result<Said, Failure> {
    let log: VerifiedLog = AdminCall::get(paths::ADMIN_AUDIT_VERIFY).patient().send(data)?;
    if let Some(flaw) = log.flaw {
        return Err(Failure::coded(
            Code::BadSignature,
            format!("the audit log is not what was written: {flaw}"),
        )
        .mend("keep a copy of the store, and find out who changed it"));
    }
    let facts = Facts::new()
        .with("audit_log", "as it was written")
        .with_some("first_entry", log.first)
        .with("last_entry", log.last)
        .with("head", log.head)
        .with("epoch", log.epoch);
    Said::of(&facts)
}

fn prune(args: &PruneArgs, data: &DataDir) -> Result<Said, Failure> {
    let before = match (args.before, args.keep_days) {
        (Some(day), _) => day,
        (None, Some(days)) => licence_cli::clock::now()?.plus(-DAY_SECS * i64::from(days)),
        // One of the two has to be typed; without either, everything stays.
        (None, None) => UnixTime::MIN,
    };
    let body = json!({ "before": before.secs() });
    let call = AdminCall::post_json(paths::ADMIN_AUDIT_PRUNE, &body).patient();
    let pruned: PrunedLog = call.send(data)?;
    Said::of(&Facts::new().with("entries_pruned", pruned.entries).with("first_entry", pruned.first))
}
