//! `user`: register people, and look after their accounts.

use licence_cli::table::Align;
use licence_cli::{Facts, Failure};
use licence_core::{Role, Text};
use serde_json::json;
use zeroize::Zeroizing;

use super::admin_call::{AdminCall, segment};
use super::listing::collect;
use super::new_password;
use super::said::{Listing, Said, time};
use crate::cli::{AddUserArgs, RolesArgs, UserListArgs, UserVerb};
use crate::data_dir::DataDir;
use crate::http::admin::{ChangedUser, NewUser, UserRow, UserShown};
use crate::http::paths;

pub(super) fn run(verb: &UserVerb, data: &DataDir) -> Result<Said, Failure> {
    match verb {
        UserVerb::Add(args) => add(args, data),
        UserVerb::List(args) => list(args, data),
        UserVerb::Show(args) => show(&args.who, data),
        UserVerb::Disable(args) => changed(AdminCall::post(&of(&args.who, "/disable")), data),
        UserVerb::Enable(args) => changed(AdminCall::post(&of(&args.who, "/enable")), data),
        UserVerb::Roles(args) => set_roles(args, data),
        UserVerb::Erase(args) => changed(AdminCall::delete(&of(&args.who, "")), data),
    }
}

/// A person to register.
pub(super) struct NewPerson {
    pub(super) name: Text,
    pub(super) email: Option<Text>,
    pub(super) roles: Vec<String>,
}

fn add(args: &AddUserArgs, data: &DataDir) -> Result<Said, Failure> {
    let file = args.password_file.as_ref();
    let password = new_password::obtain(&args.name, file, "--password-file")?;
    let person = NewPerson {
        name: args.name.clone(),
        email: args.email.clone(),
        roles: all_roles(&args.roles, &args.app_roles),
    };
    let user = register(&person, &password, data)?;
    let facts = Facts::new()
        .with_text("user", &user.id)
        .with_text("name", &user.username)
        .with_some("email", user.email)
        .with("roles", user.roles);
    Said::of(&facts)
}

/// Has a person registered.
pub(super) fn register(
    person: &NewPerson,
    password: &Zeroizing<String>,
    data: &DataDir,
) -> Result<NewUser, Failure> {
    call(person, password).send(data)
}

/// The call that registers a person.
pub(super) fn call(person: &NewPerson, password: &Zeroizing<String>) -> AdminCall {
    let body = json!({
        "username": person.name.as_str(),
        "email": person.email.as_ref().map(Text::as_str),
        "roles": person.roles,
        "password": password.as_str(),
    });
    AdminCall::post_json(paths::ADMIN_USERS, &body)
}

fn all_roles(roles: &[String], app_roles: &[Role]) -> Vec<String> {
    roles.iter().cloned().chain(app_roles.iter().map(Role::to_string)).collect()
}

/// The address of a person's account.
fn of(who: &Text, verb: &str) -> String {
    format!("{}/{}{verb}", paths::ADMIN_USERS, segment(who.as_str()))
}

fn list(args: &UserListArgs, data: &DataDir) -> Result<Said, Failure> {
    let call = AdminCall::get(paths::ADMIN_USERS)
        .with("search", args.search.as_ref())
        .with("disabled", args.disabled.then_some(true));
    let page = collect::<UserRow>(&call, &args.page, data)?;
    let columns = ["name", "email", "roles", "enabled", "registered", "user"];
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

fn set_roles(args: &RolesArgs, data: &DataDir) -> Result<Said, Failure> {
    let body = json!({ "roles": all_roles(&args.roles, &args.app_roles) });
    changed(AdminCall::put_json(&of(&args.who.who, "/roles"), &body), data)
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
    Facts::new()
        .with_text("user", &user.id)
        .with_text("name", &user.username)
        .with_some("email", user.email.clone())
        .with("roles", user.roles.clone())
        .with_some("ext_id", user.ext_id.clone())
        .with("enabled", user.is_enabled)
        .with("password", user.has_password)
        .with("registered", time(user.created_at))
}
