//! People, and what ends all their sessions at once.

use licence_core::UnixTime;
use licence_server::domain::{AddUser, ChangeUser, Edit, Keep, Outcome, Refusal, UserChange};

use super::Model;
use crate::broken::{Broken, Promise, check};

/// A registered person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) is_enabled: bool,
    pub(crate) is_admin: bool,
    /// How often the password was changed.
    pub(crate) password: u32,
}

impl Person {
    pub(crate) fn new(add: &AddUser) -> Self {
        let is_admin = add.roles.iter().any(|role| role.as_str() == "admin");
        Self { is_enabled: true, is_admin, password: 0 }
    }
}

impl Model {
    /// As many are registered as the licence allows, and no fewer.
    pub(super) fn add_user(
        &mut self,
        add: &AddUser,
        outcome: &Outcome,
        now: UnixTime,
    ) -> Result<(), Broken> {
        let max = self.ledger.registered_max(now);
        let is_full = max.is_some_and(|max| self.people.len() >= max);
        let expected = if is_full {
            Outcome::Refused(Refusal::RegisteredFull)
        } else {
            self.people.insert(add.id, Person::new(add));
            Outcome::Added { user: add.id }
        };
        check(*outcome == expected, Promise::Registered, || {
            format!("{} of {max:?} are registered: {outcome:?}", self.people.len())
        })
    }

    /// A new password is refused to whoever does not know the one in force, and to nobody else.
    pub(super) fn may_refuse_password(&self, change: &ChangeUser) -> Result<(), Broken> {
        let in_force = self.people.get(&change.user).map(|person| person.password);
        let is_stale = match &change.change {
            UserChange::Password { checked, .. } => in_force != Some(checked.0),
            _ => false,
        };
        check(is_stale, Promise::HonestStays, || format!("{change:?} was refused"))
    }

    /// Whatever takes something away ends the person's sessions at once.
    pub(super) fn change_user(&mut self, change: &ChangeUser) {
        let person = self.people.get_mut(&change.user).unwrap();
        let mut kept = None;
        match &change.change {
            UserChange::Enable => person.is_enabled = true,
            UserChange::Disable => person.is_enabled = false,
            UserChange::Edit { edits, .. } => {
                for edit in edits {
                    if let Edit::Roles(roles) = edit {
                        person.is_admin = roles.iter().any(|role| role.as_str() == "admin");
                    }
                }
            }
            UserChange::Password { keep, .. } => {
                person.password += 1;
                match keep {
                    Keep::Own(session) => kept = Some(*session),
                    Keep::All => return,
                }
            }
            UserChange::Erase => drop(self.people.remove(&change.user)),
            UserChange::All(changes) => {
                let each = changes.iter().map(|one| ChangeUser { change: one.clone(), ..*change });
                return each.for_each(|one| self.change_user(&one));
            }
            UserChange::FirstPassword(_) | UserChange::Offer { .. } | UserChange::Rehash { .. } => {
            }
        }
        let is_gift = matches!(
            change.change,
            UserChange::Enable
                | UserChange::FirstPassword(_)
                | UserChange::Offer { .. }
                | UserChange::Rehash { .. }
        );
        if is_gift {
            return;
        }
        let own: Vec<_> = self.own_sessions(change.user).filter(|id| Some(*id) != kept).collect();
        own.into_iter().for_each(|id| self.end(id));
    }
}
