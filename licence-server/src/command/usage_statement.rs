//! `usage --statement`: what the vendor is sent at a renewal, signed by the site.

use licence_cli::files::{Access, Delivery};
use licence_cli::{Facts, Failure, Format};
use licence_core::UnixTime;
use serde_json::json;

use super::DAY_SECS;
use super::admin_call::AdminCall;
use super::hand_out::hand_out;
use super::said::time;
use crate::cli::UsageArgs;
use crate::data_dir::DataDir;
use crate::http::admin::SignedStatement;
use crate::http::paths;

pub(super) fn run(args: &UsageArgs, data: &DataDir, format: Format) -> Result<(), Failure> {
    // A statement that is signed is on record, so first of all there must be room for it.
    drop(Delivery::prepare(&args.out, b"", Access::Shared)?);
    // The last day is included, so the time at which it ends is given.
    let mut body = serde_json::Map::new();
    let ends = args.to.map(|day| day.plus(DAY_SECS));
    for (name, time) in [("from", args.from), ("to", ends)] {
        if let Some(time) = time.map(UnixTime::secs) {
            body.insert(name.to_owned(), json!(time));
        }
    }
    let call = AdminCall::post_json(paths::ADMIN_USAGE_STATEMENTS, &body.into()).patient();
    let signed: SignedStatement = call.send(data)?;
    let file = format!("{}\n", signed.statement);
    hand_out(&file, facts(&signed), &args.out, format)
}

fn facts(signed: &SignedStatement) -> Facts {
    Facts::new()
        .with("from", time(signed.from))
        .with("until", time(signed.until))
        .with("last_entry", signed.seq)
        .with("statement", signed.digest.as_str())
        .with_some("follows", signed.previous.clone())
}
