use std::cell::RefCell;

use super::{Work, need_success, post_form};
use crate::Failure;
use crate::accounts::{Account, Accounts, Share};
use crate::crowd::Crowd;
use crate::response::{Response, text_after};

/// Each connection rotates the refresh tokens of its own sessions, one after the other.
pub(super) struct Rotation<'a> {
    accounts: &'a RefCell<Accounts>,
    turns: Vec<Turn>,
}

/// Accounts of one connection, and whose turn it is.
pub(super) struct Turn {
    accounts: Vec<usize>,
    next: usize,
}

impl Turn {
    pub(super) fn of(share: Share, crowd: &Crowd, accounts: &RefCell<Accounts>) -> Vec<Self> {
        let accounts = accounts.borrow();
        (0..crowd.size())
            .map(|number| accounts.share(share, number, crowd.size()))
            .map(|accounts| Self { accounts, next: 0 })
            .collect()
    }

    pub(super) fn account(&self) -> usize {
        self.accounts.get(self.next).copied().unwrap_or(usize::MAX)
    }

    pub(super) fn pass_on(&mut self) {
        self.next = (self.next + 1) % self.accounts.len().max(1);
    }
}

impl<'a> Rotation<'a> {
    pub(super) fn of_all(crowd: &Crowd, accounts: &'a RefCell<Accounts>) -> Self {
        Self::of(Share::Refresh, crowd, accounts)
    }

    pub(super) fn of(share: Share, crowd: &Crowd, accounts: &'a RefCell<Accounts>) -> Self {
        Self { accounts, turns: Turn::of(share, crowd, accounts) }
    }
}

/// A refresh of an account's session.
pub(super) fn ask(account: &Account, request: &mut Vec<u8>) {
    let form = format!("refresh_token={}", account.refresh_token);
    post_form("/v1/auth/refresh", &form, request);
}

/// Keeps the tokens that came of it.
pub(super) fn keep(account: &mut Account, response: &Response<'_>) -> Result<(), Failure> {
    need_success(response)?;
    account.refresh_token = text_after(response.body, r#""refresh_token":""#)?.to_owned();
    account.access_token = Some(text_after(response.body, r#""access_token":""#)?.to_owned());
    Ok(())
}

impl Work for Rotation<'_> {
    fn ask(&mut self, connection: usize, request: &mut Vec<u8>) {
        if let Ok(account) = self.accounts.borrow().get(self.turns[connection].account()) {
            ask(account, request);
        }
    }

    fn take(&mut self, connection: usize, response: &Response<'_>) -> Result<(), Failure> {
        let turn = &mut self.turns[connection];
        keep(self.accounts.borrow_mut().get_mut(turn.account())?, response)?;
        turn.pass_on();
        Ok(())
    }
}
