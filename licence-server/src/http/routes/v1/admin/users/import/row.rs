//! One row of a table, read.

use licence_core::Text;

use crate::domain::PasswordHash;
use crate::http::extract::email;
use crate::password::take_over;

/// The columns that a table may have.
pub(super) const COLUMNS: [&str; 8] =
    ["username", "email", "roles", "app_roles", "ext_id", "password_hash", "enabled", "verified"];

/// What a row says of a person. What it leaves out stays as it is.
#[derive(Default)]
pub(super) struct Row {
    pub(super) username: Option<Text>,
    pub(super) email: Option<Text>,
    pub(super) roles: Option<Vec<String>>,
    pub(super) app_roles: Option<Vec<String>>,
    pub(super) ext_id: Option<Text>,
    pub(super) hash: Option<PasswordHash>,
    pub(super) is_enabled: Option<bool>,
    pub(super) is_verified: Option<bool>,
}

impl Row {
    /// Reads the filled cells of a row.
    ///
    /// # Errors
    /// What is wrong with the first that is.
    pub(super) fn read<'c>(
        cells: impl Iterator<Item = (&'c str, &'c str)>,
    ) -> Result<Self, String> {
        let mut row = Self::default();
        for (column, cell) in cells {
            refuse_formula(column, cell)?;
            row.set(column, cell)?;
        }
        if row.username.is_none() {
            return Err("`username` is empty: give every person a name to sign in with".to_owned());
        }
        Ok(row)
    }

    fn set(&mut self, column: &str, cell: &str) -> Result<(), String> {
        let text = || Text::parse(cell).ok_or_else(|| wrong(column, "1 to 200 visible characters"));
        match column {
            "username" => self.username = Some(text()?),
            "email" => {
                let address = email(cell).ok_or_else(|| wrong(column, "an e-mail address"));
                self.email = Some(address?);
            }
            "roles" => self.roles = Some(names(cell)),
            "app_roles" => self.app_roles = Some(names(cell)),
            "ext_id" => self.ext_id = Some(text()?),
            "password_hash" => {
                self.hash = Some(take_over(cell).map_err(|flaw| flaw.to_string())?);
            }
            "enabled" => self.is_enabled = Some(truth(column, cell)?),
            "verified" => self.is_verified = Some(truth(column, cell)?),
            // The reader of tables refuses every other column.
            _ => {}
        }
        Ok(())
    }
}

/// What a spreadsheet would run when this list is exported and opened again (OWASP, "CSV Injection").
fn refuse_formula(column: &str, cell: &str) -> Result<(), String> {
    let first = cell.chars().next().filter(|first| matches!(first, '=' | '+' | '-' | '@' | '\t'));
    let Some(first) = first else { return Ok(()) };
    Err(format!(
        "`{column}` begins with `{}`, as a formula of a spreadsheet does: take it away",
        first.escape_default()
    ))
}

/// Names in one cell, parted by spaces, commas, semicolons or bars.
fn names(cell: &str) -> Vec<String> {
    let parts = cell.split([' ', ',', ';', '|']).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

fn truth(column: &str, cell: &str) -> Result<bool, String> {
    match cell.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" => Ok(true),
        "no" | "false" | "0" => Ok(false),
        _ => Err(wrong(column, "`yes` or `no`")),
    }
}

/// The cell is not repeated: it may be a hash in the wrong column.
fn wrong(column: &str, what: &str) -> String {
    format!("`{column}` must be {what}")
}
