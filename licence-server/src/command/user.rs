//! `user`: register people, and look after their accounts.

use licence_cli::table::Align;
use licence_cli::{Facts, Failure, Format};
use licence_core::{Role, Text};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::admin_call::{AdminCall, segment};
use super::listing::collect;
use super::new_password;
use super::said::{Listing, Said, time};
use super::slips::{self, Slip};
use super::user_import;
use crate::cli::{AddUserArgs, CodeArgs, EditUserArgs, UserListArgs, UserVerb};
use crate::data_dir::DataDir;
use crate::http::admin::{ChangedUser, CodeShown, NewUser, UserRow, UserShown, UserWithCode};
use crate::http::paths;

pub(super) fn run(verb: &UserVerb, data: &DataDir) -> Result<Said, Failure> {
    match verb {
        UserVerb::Add(args) => add(args, data),
        UserVerb::List(args) => list(args, data),
        UserVerb::Show(args) => show(&args.who, data),
        UserVerb::Invite(args) => offer(args, "/invite", data),
        UserVerb::Reset(args) => offer(args, "/reset", data),
        UserVerb::Edit(args) => edit(args, data),
        UserVerb::Export(who) => export(&who.who, data),
        UserVerb::Import(args) => user_import::run(args, data),
        UserVerb::Disable(args) => changed(AdminCall::post(&of(&args.who, "/disable")), data),
        UserVerb::Enable(args) => changed(AdminCall::post(&of(&args.who, "/enable")), data),
        UserVerb::Erase(args) => changed(AdminCall::delete(&of(&args.who, "")), data),
    }
}

/// A person to register with a password that is known here.
pub(super) struct NewPerson {
    pub(super) name: Text,
    pub(super) email: Option<Text>,
    /// `admin`, and roles of the application.
    pub(super) roles: Vec<String>,
}

fn add(args: &AddUserArgs, data: &DataDir) -> Result<Said, Failure> {
    let password = args.password_file.as_ref().map(new_password::first_line).transpose()?;
    let body = json!({
        "username": args.name.as_str(),
        "email": args.email.as_ref().map(Text::as_str),
        "roles": args.roles,
        "app_roles": names(&args.app_roles),
        "ext_id": args.ext_id.as_ref().map(Text::as_str),
        "password": password.as_ref().map(|password| password.as_str()),
        "invite": password.is_none(),
    });
    let new: NewUser = AdminCall::post_json(paths::ADMIN_USERS, &body).send(data)?;
    let facts = facts(&new.user);
    Said::of(&match new.new_code {
        Some(code) => with_code(facts, code),
        None => facts,
    })
}

/// The call that registers a person.
pub(super) fn call(person: &NewPerson, password: &Zeroizing<String>) -> AdminCall {
    let (roles, app_roles): (Vec<_>, Vec<_>) =
        person.roles.iter().partition(|role| role.as_str() == "admin");
    let body = json!({
        "username": person.name.as_str(),
        "email": person.email.as_ref().map(Text::as_str),
        "roles": roles,
        "app_roles": app_roles,
        "password": password.as_str(),
    });
    AdminCall::post_json(paths::ADMIN_USERS, &body)
}

fn names(roles: &[Role]) -> Vec<String> {
    roles.iter().map(Role::to_string).collect()
}

/// The address of a person's account.
fn of(who: &Text, verb: &str) -> String {
    format!("{}/{}{verb}", paths::ADMIN_USERS, segment(who.as_str()))
}

fn list(args: &UserListArgs, data: &DataDir) -> Result<Said, Failure> {
    let call = AdminCall::get(paths::ADMIN_USERS)
        .with("search", args.search.as_ref())
        .with("disabled", args.disabled.then_some(true))
        .with("applicants", args.applicants.then_some(true));
    let page = collect::<UserRow>(&call, &args.page, data)?;
    let columns = ["name", "email", "roles", "app_roles", "enabled", "last_licence_update", "user"];
    let mut listing = Listing::new(
        columns.map(|name| (name, Align::Left)),
        page.items.iter().map(facts).collect(),
    );
    listing.next = page.next;
    listing.said()
}

fn show(who: &Text, data: &DataDir) -> Result<Said, Failure> {
    let shown: UserShown = AdminCall::get(&of(who, "")).send(data)?;
    let facts = facts(&shown.user)
        .with("sessions", shown.sessions)
        .with("sessions_with_seat", shown.sessions_seated);
    Said::of(&facts)
}

fn offer(args: &CodeArgs, verb: &str, data: &DataDir) -> Result<Said, Failure> {
    args.print.as_deref().map_or(Ok(()), slips::refuse_taken)?;
    let UserWithCode { user, new_code } = AdminCall::post(&of(&args.who.who, verb)).send(data)?;
    let facts = facts(&user);
    let Some(path) = &args.print else { return Said::of(&with_code(facts, new_code)) };
    let slip = Slip { name: user.username, email: user.email, code: new_code };
    slips::write(path, &[slip])?;
    Said::of(&facts.with_text("slip", path.display()))
}

/// All that is kept of a person, as it is kept; it is JSON for a person, too.
fn export(who: &Text, data: &DataDir) -> Result<Said, Failure> {
    let all: Value = AdminCall::get(&of(who, "/export")).send(data)?;
    let json = Format::json(&all)?;
    let said = Said::of(&String::from_utf8_lossy(&json))?;
    Ok(Said { json, ..said })
}

fn edit(args: &EditUserArgs, data: &DataDir) -> Result<Said, Failure> {
    let call = AdminCall::patch_json(&of(&args.who.who, ""), &edits(args));
    changed(call, data)
}

/// What a command line asks to change, as the route is told.
fn edits(args: &EditUserArgs) -> Value {
    let mut edits = serde_json::Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        edits.extend(value.map(|value| (name.to_owned(), value)));
    };
    let text = |text: &Option<Text>| text.as_ref().map(|text| Value::from(text.as_str()));
    // An empty text takes away.
    let text_or_none = |given: &Option<Text>, is_none: bool| {
        text(given).or_else(|| is_none.then(|| Value::from("")))
    };
    set("username", text(&args.username));
    set("email", text_or_none(&args.email, args.no_email));
    set("ext_id", text_or_none(&args.ext_id, args.no_ext_id));
    let is_said = !args.roles.is_empty() || args.no_role;
    set("roles", is_said.then(|| args.roles.clone().into()));
    let is_said = !args.app_roles.is_empty() || args.no_app_role;
    set("app_roles", is_said.then(|| names(&args.app_roles).into()));
    let is_said = args.verified || args.unverified;
    set("is_verified", is_said.then_some(args.verified.into()));
    Value::Object(edits)
}

fn changed(call: AdminCall, data: &DataDir) -> Result<Said, Failure> {
    let changed: ChangedUser = call.send(data)?;
    let said = Said::of(&facts(&changed.user).with("sessions_ended", changed.sessions_ended))?;
    let is_last = changed.admins_left == Some(0);
    Ok(said.noting(is_last.then_some(
        "nobody is left who may administer the server over the network; commands on this machine \
         still may",
    )))
}

fn facts(user: &UserRow) -> Facts {
    let code = user.code.as_ref();
    Facts::new()
        .with_text("user", &user.id)
        .with_text("name", &user.username)
        .with_some("email", user.email.clone())
        .with("roles", user.roles.clone())
        .with("app_roles", user.app_roles.clone())
        .with_some("ext_id", user.ext_id.clone())
        .with("enabled", user.is_enabled)
        .with_some("asks_to_be_registered", user.is_applicant.then_some(true))
        .with("verified", user.is_verified)
        .with("password", user.has_password)
        .with_some("code_out", code.map(|code| code.kind.clone()))
        .with_some("code_good_until", code.map(|code| time(code.until)))
        .with("registered", time(user.created_at))
        .with_some("last_licence_update", user.last_licence_update.map(time))
}

fn with_code(facts: Facts, code: CodeShown) -> Facts {
    facts.with("code", code.code).with("link", code.link)
}
