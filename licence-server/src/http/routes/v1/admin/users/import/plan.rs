//! What a table comes to: for each row what has to be done, or why it is refused.
//!
//! All rows are judged before the first is written, by the accounts that there are and by the rows before
//! it, so that a dry run says what the import does.

use std::collections::BTreeMap;

use licence_core::{Role, UserId};

use super::row::Row;
use super::{ImportedRow, RowOutcome};
use crate::domain::{
    Actor, AddUser, ChangeUser, CodeKind, Command, Edit, Expected, LoginName, Standing, User,
    UserChange, UserKey,
};
use crate::http::problem::Problem;
use crate::http::routes::v1::admin::users::code::FreshCode;
use crate::http::routes::v1::admin::users::roles;
use crate::state::AppState;

/// The rows so far.
pub(super) struct Plan<'s> {
    by: Actor,
    with_codes: bool,
    state: &'s AppState,
    /// On which line something was named that is one person's alone.
    claimed: BTreeMap<UserKey, u64>,
    /// On which line an account was named.
    named: BTreeMap<UserId, u64>,
    registered: u32,
    registered_max: Option<u32>,
}

/// What one row comes to.
pub(super) struct Step {
    pub(super) row: ImportedRow,
    /// One, so that the row is done whole or not at all, whatever is done beside the import.
    pub(super) command: Option<Command>,
}

/// A row that is refused, or a failure of ours.
enum Stop {
    Refused(String),
    Failed(Problem),
}

impl<E: Into<Problem>> From<E> for Stop {
    fn from(failure: E) -> Self {
        Self::Failed(failure.into())
    }
}

fn refused<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Refused(why.into()))
}

impl Step {
    pub(super) fn refuse(&mut self, why: String) {
        self.row.outcome = RowOutcome::Refused;
        self.row.why = Some(why);
        self.row.new_code = None;
    }
}

impl<'s> Plan<'s> {
    pub(super) fn new(by: Actor, with_codes: bool, state: &'s AppState) -> Self {
        let terms = state.mirror().in_force(state.now());
        Self {
            by,
            with_codes,
            state,
            claimed: BTreeMap::new(),
            named: BTreeMap::new(),
            registered: state.mirror().site().users,
            registered_max: terms.and_then(|terms| terms.seats.registered_max),
        }
    }

    /// Judges the next row.
    ///
    /// # Errors
    /// Where the store fails.
    pub(super) fn step<'c>(
        &mut self,
        line: u64,
        cells: impl Iterator<Item = (&'c str, &'c str)> + Clone,
    ) -> Result<Step, Problem> {
        let cell = |name| cells.clone().find(|(own, _)| *own == name).map(|(_, cell)| cell);
        let row = ImportedRow {
            line,
            outcome: RowOutcome::Unchanged,
            username: cell("username").unwrap_or_default().to_owned(),
            email: cell("email").map(str::to_owned),
            why: None,
            new_code: None,
        };
        let mut step = Step { row, command: None };
        let judged = Row::read(cells).map_err(Stop::Refused);
        match judged.and_then(|row| self.judge(&row, &mut step)) {
            Ok(()) => {}
            Err(Stop::Failed(problem)) => return Err(problem),
            Err(Stop::Refused(why)) => {
                step.command = None;
                step.refuse(why);
            }
        }
        Ok(step)
    }

    fn judge(&mut self, row: &Row, step: &mut Step) -> Result<(), Stop> {
        let before = self.find(row)?;
        if let Some(before) = &before
            && let Some(line) = self.named.insert(before.id, step.row.line)
        {
            return refused(format!("line {line} is about the same person: leave one of them out"));
        }
        self.claim(row, before.as_ref(), step.row.line)?;
        match &before {
            Some(before) => self.change(row, before, step),
            None => self.add(row, step),
        }
    }

    /// The account that a row is about: by the id in the older system, else by the name.
    fn find(&self, row: &Row) -> Result<Option<User>, Stop> {
        let reader = self.state.reader();
        if let Some(ext_id) = &row.ext_id
            && let Some(user) = reader.user_by(&UserKey::ExtId(ext_id.clone()))?
        {
            return Ok(Some(user));
        }
        let Some(username) = &row.username else { return Ok(None) };
        let name = LoginName::of(username);
        let user = reader.user_by_name(&name)?;
        // Somebody else, whom the older system knows under another id; or whose e-mail address it is.
        let is_other = |user: &User| {
            (row.ext_id.is_some() && user.ext_id.is_some()) || LoginName::of(&user.username) != name
        };
        if user.as_ref().is_some_and(is_other) {
            return refused("someone else signs in with that `username` already");
        }
        Ok(user)
    }

    /// Notes what a row names that is one person's alone, unless somebody else has it.
    fn claim(&mut self, row: &Row, before: Option<&User>, line: u64) -> Result<(), Stop> {
        let names = [("username", &row.username), ("email", &row.email)];
        let names = names
            .into_iter()
            .filter_map(|(what, name)| Some((what, UserKey::Name(LoginName::of(name.as_ref()?)))));
        let ext_id = row.ext_id.iter().map(|id| ("ext_id", UserKey::ExtId(id.clone())));
        for (what, key) in names.chain(ext_id) {
            let owner = self.state.reader().user_by(&key)?.map(|user| user.id);
            if owner.is_some() && owner != before.map(|before| before.id) {
                return refused(format!("someone else has that `{what}` already"));
            }
            // Whose name is their e-mail address names it twice.
            let other = self.claimed.insert(key, line).filter(|other| *other != line);
            if let Some(other) = other {
                return refused(format!("line {other} has that `{what}` already"));
            }
        }
        Ok(())
    }

    /// Counts one more person who is registered.
    fn register(&mut self) -> Result<(), Stop> {
        if self.registered_max.is_some_and(|max| self.registered >= max) {
            return refused("as many people are registered as the licence allows");
        }
        self.registered = self.registered.saturating_add(1);
        Ok(())
    }

    fn add(&mut self, row: &Row, step: &mut Step) -> Result<(), Stop> {
        let Some(username) = row.username.clone() else { return Ok(()) };
        let roles = roles_of(row, &[])?;
        self.register()?;
        let now = self.state.now();
        let code = self.code(row.hash.is_none())?;
        let id = UserId(self.state.rng().uuid(now)?);
        let is_enabled = row.is_enabled.unwrap_or(true);
        self.level(row);
        step.command = Some(Command::AddUser(AddUser {
            email: row.email.clone(),
            roles,
            ext_id: row.ext_id.clone(),
            hash: row.hash.clone(),
            invitation: code.as_ref().map(FreshCode::hash),
            // Whoever was signed in by the older system is known to it.
            is_verified: row.is_verified.unwrap_or(row.hash.is_some()),
            standing: if is_enabled { Standing::Enabled } else { Standing::Disabled },
            by: Some(self.by),
            ..AddUser::named(id, username)
        }));
        step.row.outcome = RowOutcome::Added;
        self.show(code, step);
        Ok(())
    }

    fn change(&mut self, row: &Row, before: &User, step: &mut Step) -> Result<(), Stop> {
        let mut changes = Vec::new();
        let edits = edits(row, before)?;
        if !edits.is_empty() {
            changes.push(UserChange::Edit { edits, expected: Expected::Version(before.version) });
        }
        // A password that was chosen here is newer than the older system's.
        if let Some(hash) = row.hash.clone().filter(|_| before.credential.is_none()) {
            self.level(row);
            changes.push(UserChange::FirstPassword(hash));
        }
        match row.is_enabled {
            Some(true) if !before.is_enabled() => {
                // Whoever applied is registered by it, and where there is no room, nothing of the row is done.
                if before.standing == Standing::Applied {
                    self.register()?;
                }
                changes.push(UserChange::Enable);
            }
            Some(false) if before.is_enabled() => changes.push(UserChange::Disable),
            Some(_) | None => {}
        }
        let is_changed = !changes.is_empty();
        let code = self.code(before.credential.is_none() && row.hash.is_none())?;
        changes.extend(
            code.as_ref()
                .map(|code| UserChange::Offer { code: code.hash(), kind: CodeKind::Invitation }),
        );
        if !changes.is_empty() {
            let change = UserChange::All(changes);
            let change = ChangeUser { user: before.id, change, by: Some(self.by) };
            step.command = Some(Command::ChangeUser(change));
        }
        if is_changed {
            step.row.outcome = RowOutcome::Changed;
        }
        self.show(code, step);
        Ok(())
    }

    /// A code, where codes are asked for and the person has no password.
    fn code(&self, is_needed: bool) -> Result<Option<FreshCode>, Problem> {
        (self.with_codes && is_needed).then(|| FreshCode::draw(self.state)).transpose()
    }

    fn show(&self, code: Option<FreshCode>, step: &mut Step) {
        let until = self.state.now().plus(CodeKind::Invitation.life_secs());
        let shown = |code: FreshCode| code.shown(CodeKind::Invitation, until, self.state);
        step.row.new_code = code.map(shown);
    }

    fn level(&self, row: &Row) {
        row.hash.iter().for_each(|hash| self.state.passwords().level_with(hash));
    }
}

/// What of an account is not as a row says.
fn edits(row: &Row, before: &User) -> Result<Vec<Edit>, Stop> {
    let roles = roles_of(row, &before.roles)?;
    let edits = [
        row.username.clone().filter(|name| *name != before.username).map(Edit::Username),
        row.email.clone().map(Some).filter(|email| *email != before.email).map(Edit::Email),
        Some(roles).filter(|roles| *roles != before.roles).map(Edit::Roles),
        row.ext_id.clone().map(Some).filter(|id| *id != before.ext_id).map(Edit::ExtId),
        row.is_verified.filter(|word| *word != before.is_verified).map(Edit::Verified),
    ];
    Ok(edits.into_iter().flatten().collect())
}

/// The roles of a row; a kind that it leaves out stays as it is.
fn roles_of(row: &Row, before: &[Role]) -> Result<Vec<Role>, Stop> {
    let (own, of_application) = roles::parted(before);
    let own = row.roles.clone().unwrap_or(own);
    let of_application = row.app_roles.clone().unwrap_or(of_application);
    let own = own.iter().map(String::as_str);
    roles::joined(own, of_application.iter().map(String::as_str)).map_err(Stop::Refused)
}
