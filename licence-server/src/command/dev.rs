//! `dev`: a vendor, an institute and its server in a folder that is thrown away, for who writes an
//! application and has no licence yet.

mod chain;

use std::net::SocketAddr;
use std::path::Path;

use licence_cli::{Facts, Failure, Format, output, table};
use licence_core::{Product, PublicKey, Role, Text, UnixTime, json};

use self::chain::Chain;
use super::admin_call::AdminCall;
use super::{need_folder, serve, small_runtime, system, user};
use crate::cli::{DevArgs, DevUser};
use crate::config::{Config, Origin, Settings};
use crate::data_dir::{DataDir, NewDataDir};
use crate::http::admin::{InstalledLicence, NewUser};
use crate::http::{app, paths};
use crate::state::AppState;

/// The product of the throw-away licence.
const PRODUCT: &str = "dev-app";

/// One more than there are seats by default, so that a full house can be met.
const PEOPLE: [&str; 4] =
    ["ann:ann-password:admin", "bob:bob-password", "eve:eve-password", "kim:kim-password"];

pub(super) fn run(args: &DevArgs, format: Format) -> Result<(), Failure> {
    args.app.as_deref().map_or(Ok(()), need_folder)?;
    need_loopback(args.listen)?;
    let origins = args.origins.clone();
    let settings = Settings { test_licences: true, origins, ..Settings::default() };
    serve::start_log(&settings, format);
    let network = serve::bind(args.listen)?;
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::usage(format!("no temporary folder can be made: {error}")))?;
    let now = licence_cli::clock::now()?;
    let chain = Chain::draw()?;
    let data = data_dir(&folder.path().join("site"), &chain, now)?;

    let mut config = Config::new(settings, Origin::localhost(serve::address(&network)?.port()));
    config.app.clone_from(&args.app);
    let state = AppState::open(&data, config, system())?;
    let people = people(args)?;
    small_runtime()?.block_on(furnish(&state, &chain, args, &people, now))?;
    let site = data.site()?.issuer;
    let server = &state.config().public;
    output::print_bytes(&introduction(server, &site, chain.root(), &people, format)?)?;
    serve::serve(state, network, None, None, &data, format)
}

/// Its passwords are printed, and nothing encrypts what is said to it.
fn need_loopback(address: SocketAddr) -> Result<(), Failure> {
    if serve::is_loopback(address) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "`{address}` is reached from a network, and `dev` is for this machine"
    ))
    .mend("choose an address such as 127.0.0.1:8080, or make a site with `init`"))
}

fn product() -> Result<Product, Failure> {
    Product::parse(PRODUCT).ok_or_else(|| Failure::usage("the product has no name"))
}

fn data_dir(path: &Path, chain: &Chain, now: UnixTime) -> Result<DataDir, Failure> {
    let product = product()?;
    let sources = system();
    let site = |key: &licence_core::PrivateKey| chain.site(product, key);
    NewDataDir::beside(path, site, now, &*sources.rng)?.publish(path)?;
    DataDir::open(path)
}

fn people(args: &DevArgs) -> Result<Vec<DevUser>, Failure> {
    if !args.users.is_empty() {
        return Ok(args.users.clone());
    }
    PEOPLE.iter().map(|typed| typed.parse().map_err(Failure::usage)).collect()
}

/// Installs the licence and registers the people, as an administrator would.
async fn furnish(
    state: &AppState,
    chain: &Chain,
    args: &DevArgs,
    people: &[DevUser],
    now: UnixTime,
) -> Result<(), Failure> {
    let licence = chain.licence(args.seats, &product()?, state.site_key(), now)?;
    let install = AdminCall::post_file(paths::ADMIN_LICENCES, licence.into_bytes());
    let _: InstalledLicence = install.through(app(state.clone())).await?;
    for DevUser { name, password, role } in people {
        let roles = role.iter().map(Role::to_string).collect();
        let person = user::NewPerson { name: name.clone(), email: None, roles };
        let _: NewUser = user::call(&person, password).through(app(state.clone())).await?;
    }
    Ok(())
}

/// What an application is configured with, and who may sign in: for a person as lines of an
/// environment file and a table.
fn introduction(
    server: &Origin,
    site: &Text,
    root: &PublicKey,
    people: &[DevUser],
    format: Format,
) -> Result<Vec<u8>, Failure> {
    let root = json::object(|jwk| root.write_jwks_member(jwk));
    match format {
        Format::Text => Ok(format!(
            "LICENCE_SERVER={server}\nLICENCE_PRODUCT={PRODUCT}\nLICENCE_SITE={site}\n\
             LICENCE_ROOTS='[{root}]'\n\n{}\n",
            table_of(people)
        )
        .into_bytes()),
        Format::Json => Format::json(&serde_json::json!({
            "server": server.to_string(),
            "product": PRODUCT,
            "site": site.as_str(),
            "roots": [serde_json::from_str::<serde_json::Value>(&root).unwrap_or_default()],
            "people": people.iter().map(facts_of).collect::<Vec<_>>(),
        })),
    }
}

fn table_of(people: &[DevUser]) -> table::Table<3> {
    let mut table = table::Table::plain([table::Align::Left; 3]);
    for DevUser { name, password, role } in people {
        table.row([name.as_str(), password, role.as_ref().map_or("", Role::as_str)]);
    }
    table
}

fn facts_of(DevUser { name, password, role }: &DevUser) -> Facts {
    Facts::new()
        .with_text("name", name)
        .with_text("password", password.as_str())
        .with_some("role", role.as_ref().map(Role::to_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throw_away_site_is_for_this_machine_alone() {
        need_loopback("127.0.0.1:0".parse().unwrap()).unwrap();
        need_loopback("0.0.0.0:8080".parse().unwrap()).unwrap_err();
    }

    #[test]
    fn a_script_reads_what_an_application_is_configured_with() {
        let people: Vec<DevUser> = vec!["ann:secret:admin".parse().unwrap()];
        let chain = Chain::draw().unwrap();
        let server = Origin::localhost(8080);
        let site = Text::parse("urn:licence-site:x").unwrap();
        let json = introduction(&server, &site, chain.root(), &people, Format::Json).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["server"], "http://localhost:8080");
        assert_eq!(json["site"], "urn:licence-site:x");
        assert_eq!(json["roots"][0]["kty"], "OKP");
        assert_eq!(json["people"][0]["name"], "ann");
        assert_eq!(json["people"][0]["role"], "admin");
    }
}
