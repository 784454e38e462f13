//! `user`: register people.

use licence_cli::{Facts, Failure, Format};
use licence_core::{Role, Text};
use serde_json::json;
use zeroize::Zeroizing;

use super::admin_call::AdminCall;
use super::new_password;
use crate::cli::AddUserArgs;
use crate::data_dir::DataDir;
use crate::http::{NewUser, paths};

/// A person to register.
pub(super) struct NewPerson {
    pub(super) name: Text,
    pub(super) email: Option<Text>,
    pub(super) roles: Vec<String>,
}

pub(super) fn add(args: &AddUserArgs, data: &DataDir, format: Format) -> Result<(), Failure> {
    let file = args.password_file.as_ref();
    let password = new_password::obtain(&args.name, file, "--password-file")?;
    let app_roles = args.app_roles.iter().map(Role::to_string);
    let person = NewPerson {
        name: args.name.clone(),
        email: args.email.clone(),
        roles: args.roles.iter().cloned().chain(app_roles).collect(),
    };
    format.print(&facts(&register(&person, &password, data)?))
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

fn facts(user: &NewUser) -> Facts {
    Facts::new()
        .with_text("user", &user.id)
        .with_text("name", &user.username)
        .with_some("email", user.email.clone())
        .with("roles", user.roles.clone())
}
