use std::cell::RefCell;

use super::{Work, need_success, post_form};
use crate::Failure;
use crate::accounts::{Accounts, Share};
use crate::crowd::Crowd;
use crate::response::{Response, text_after};

/// Each connection signs one person in again and again; each sign-in ends the one before, so that
/// nobody has too many.
pub(super) struct SignIn<'a> {
    accounts: &'a RefCell<Accounts>,
    own: Vec<usize>,
}

impl<'a> SignIn<'a> {
    pub(super) fn new(crowd: &Crowd, accounts: &'a RefCell<Accounts>) -> Result<Self, Failure> {
        let held = accounts.borrow();
        let share = |number| held.share(Share::SignIn, number, crowd.size()).first().copied();
        let own = (0..crowd.size()).map(share).collect::<Option<_>>();
        Ok(Self { accounts, own: own.ok_or("there are too few accounts")? })
    }
}

impl Work for SignIn<'_> {
    fn ask(&mut self, connection: usize, request: &mut Vec<u8>) {
        let accounts = self.accounts.borrow();
        let Ok(account) = accounts.get(self.own[connection]) else { return };
        let mut form =
            format!("grant_type=password&username={}&password={}", account.name, account.password);
        if !account.session.is_empty() {
            form.push_str("&end_session=");
            form.push_str(&account.session);
        }
        post_form("/v1/auth/token", &form, request);
    }

    fn take(&mut self, connection: usize, response: &Response<'_>) -> Result<(), Failure> {
        need_success(response)?;
        let session = text_after(response.body, r#""session":{"id":""#)?.to_owned();
        self.accounts.borrow_mut().get_mut(self.own[connection])?.session = session;
        Ok(())
    }
}
