//! Who may sign in.

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::table;

pub(super) struct Person {
    pub(super) name: &'static str,
    is_admin: bool,
}

/// All that the licence lets register.
pub(super) const PEOPLE: [Person; 8] = [
    Person { name: "ada", is_admin: true },
    Person { name: "boris", is_admin: false },
    Person { name: "chen", is_admin: false },
    Person { name: "dora", is_admin: false },
    Person { name: "emeka", is_admin: false },
    Person { name: "fatima", is_admin: false },
    Person { name: "goran", is_admin: false },
    Person { name: "hana", is_admin: false },
];

impl Person {
    /// The options of `licence-server user add` that give the role.
    pub(super) fn role_options(&self) -> &'static [&'static str] {
        if self.is_admin { &["--role", "admin"] } else { &[] }
    }

    pub(super) fn write_password(&self, file: &Path) -> Result<(), Failure> {
        fs::write(file, self.password()).map_err(Failure::file("write", file))
    }

    /// Not a secret: it is printed, and opens a throw-away store that listens on this machine only.
    fn password(&self) -> String {
        format!("{}-demo-password", self.name)
    }
}

pub(super) fn print(people: &[Person]) {
    let rows: Vec<_> = people
        .iter()
        .map(|person| {
            let role = if person.is_admin { "admin" } else { "" };
            [person.name.to_owned(), person.password(), role.to_owned()]
        })
        .collect();
    table::print(["name", "password", "role"], &rows);
}
