use std::cell::RefCell;

use super::{Work, get, need_success, post_form};
use crate::Failure;
use crate::accounts::{Accounts, Share};
use crate::crowd::{Crowd, Demand};
use crate::response::{Response, text_after};

/// Who am I, of the home-made server: each connection with the token of its own sign-in.
pub(super) struct Me<'a> {
    accounts: &'a RefCell<Accounts>,
    own: Vec<usize>,
    has_tokens: bool,
}

impl<'a> Me<'a> {
    /// Signs everyone in first.
    pub(super) fn ready(
        crowd: &mut Crowd,
        accounts: &'a RefCell<Accounts>,
    ) -> Result<Self, Failure> {
        let own = own(crowd, accounts).ok_or("there are too few accounts")?;
        let has_tokens = own.iter().all(|index| {
            accounts.borrow().get(*index).is_ok_and(|account| account.access_token.is_some())
        });
        let mut me = Self { accounts, own, has_tokens };
        if !has_tokens {
            let everyone = u32::try_from(crowd.size())?;
            crowd.run(&mut me, &Demand::count(everyone))?;
            me.has_tokens = true;
        }
        Ok(me)
    }
}

fn own(crowd: &Crowd, accounts: &RefCell<Accounts>) -> Option<Vec<usize>> {
    let held = accounts.borrow();
    let share = |number| held.share(Share::Me, number, crowd.size()).first().copied();
    (0..crowd.size()).map(share).collect()
}

impl Work for Me<'_> {
    fn ask(&mut self, connection: usize, request: &mut Vec<u8>) {
        let accounts = self.accounts.borrow();
        let Ok(account) = accounts.get(self.own[connection]) else { return };
        match &account.access_token {
            Some(token) if self.has_tokens => get("/users/me", token, request),
            _ => {
                let form = format!("username={}&password={}", account.name, account.password);
                post_form("/token", &form, request);
            }
        }
    }

    fn take(&mut self, connection: usize, response: &Response<'_>) -> Result<(), Failure> {
        need_success(response)?;
        if !self.has_tokens {
            let token = text_after(response.body, r#""access_token":""#)?.to_owned();
            self.accounts.borrow_mut().get_mut(self.own[connection])?.access_token = Some(token);
        }
        Ok(())
    }
}
