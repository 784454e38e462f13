//! Roles as administrators name them: those of this server apart from those of the application.

use licence_core::Role;
use licence_core::limits::ROLES_MAX;

use crate::domain::ADMIN_ROLE;
use crate::http::extract::Fields;
use crate::http::problem::Problem;

/// The roles of this server, and those of the application.
pub(super) fn parted(roles: &[Role]) -> (Vec<String>, Vec<String>) {
    let names = roles.iter().map(Role::to_string);
    names.partition(|name| name == ADMIN_ROLE)
}

/// Both kinds together, in one order and each once.
///
/// # Errors
/// What is wrong with them.
pub(super) fn joined<'r>(
    own: impl IntoIterator<Item = &'r str>,
    of_application: impl IntoIterator<Item = &'r str>,
) -> Result<Vec<Role>, String> {
    let mut roles = Vec::new();
    for name in own {
        let role = Role::parse(name).filter(|role| role.as_str() == ADMIN_ROLE);
        roles.push(role.ok_or(
            "`roles` may name `admin` and nothing else: the application's own are `app_roles`",
        )?);
    }
    for name in of_application {
        let role = Role::parse(name).ok_or(
            "`app_roles` must be identifiers of 1 to 64 characters of `A-Z a-z 0-9 . _ -`",
        )?;
        if role.as_str() == ADMIN_ROLE {
            return Err("`admin` is a role of this server: name it in `roles`".to_owned());
        }
        roles.push(role);
    }
    roles.sort();
    roles.dedup();
    if roles.len() <= ROLES_MAX {
        return Ok(roles);
    }
    Err(format!("a person may have {ROLES_MAX} roles at most"))
}

/// The roles that a body names. A kind that it does not name stays as it is with `before`.
///
/// # Errors
/// `invalid_request`.
pub(super) fn read(fields: &Fields, before: &[Role]) -> Result<Vec<Role>, Problem> {
    let (own, of_application) = parted(before);
    let kind = |name, before: Vec<String>| {
        if fields.has(name) { fields.list(name).map(<[String]>::to_vec) } else { Ok(before) }
    };
    let (own, of_application) = (kind("roles", own)?, kind("app_roles", of_application)?);
    let own = own.iter().map(String::as_str);
    let of_application = of_application.iter().map(String::as_str);
    joined(own, of_application).map_err(Problem::invalid_request)
}
