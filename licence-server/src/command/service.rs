//! `service`: programs that call the server with a key of their own.

use licence_cli::table::Align;
use licence_cli::{Facts, Failure};
use serde_json::json;

use super::admin_call::{AdminCall, segment};
use super::said::{Listing, Said, time};
use crate::cli::{AddServiceArgs, ServiceVerb};
use crate::data_dir::DataDir;
use crate::http::admin::{NewService, Page, ServiceRow};
use crate::http::paths;

pub(super) fn run(verb: &ServiceVerb, data: &DataDir) -> Result<Said, Failure> {
    match verb {
        ServiceVerb::Add(args) => add(args, data),
        ServiceVerb::List => list(data),
        ServiceVerb::Revoke { which } => {
            let path = format!("{}/{}", paths::ADMIN_SERVICES, segment(which.as_str()));
            Said::of(&facts(AdminCall::delete(&path).send(data)?))
        }
    }
}

fn add(args: &AddServiceArgs, data: &DataDir) -> Result<Said, Failure> {
    let body = json!({ "name": args.name.as_str(), "scopes": args.scopes, "days": args.days });
    let added: NewService = AdminCall::post_json(paths::ADMIN_SERVICES, &body).send(data)?;
    let said = Said::of(&facts(added.service).with("key", added.key))?;
    Ok(said.noting(Some("keep the key now: it is not shown again")))
}

fn list(data: &DataDir) -> Result<Said, Failure> {
    let page: Page<ServiceRow> = AdminCall::get(paths::ADMIN_SERVICES).send(data)?;
    let columns = ["name", "scopes", "since", "ends", "service"];
    let columns = columns.map(|name| (name, Align::Left));
    Listing::new(columns, page.items.into_iter().map(facts).collect()).said()
}

fn facts(row: ServiceRow) -> Facts {
    Facts::new()
        .with("service", row.id)
        .with("name", row.name)
        .with("scopes", row.scopes)
        .with("since", time(row.created_at))
        .with("ends", time(row.ends_at))
}
