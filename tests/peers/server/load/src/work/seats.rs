use std::cell::RefCell;

use super::refresh::{Turn, ask, keep};
use super::{Work, need_success, write};
use crate::Failure;
use crate::accounts::{Accounts, Share};
use crate::crowd::Crowd;
use crate::response::Response;

/// Seats taken and given back in turns: a refresh of a session without a seat, then its release.
pub(super) struct Seats<'a> {
    accounts: &'a RefCell<Accounts>,
    turns: Vec<Turn>,
}

impl<'a> Seats<'a> {
    pub(super) fn new(crowd: &Crowd, accounts: &'a RefCell<Accounts>) -> Self {
        Self { accounts, turns: Turn::of(Share::Seats, crowd, accounts) }
    }
}

impl Work for Seats<'_> {
    fn ask(&mut self, connection: usize, request: &mut Vec<u8>) {
        let accounts = self.accounts.borrow();
        let Ok(account) = accounts.get(self.turns[connection].account()) else { return };
        match &account.access_token {
            Some(token) => release(token, request),
            None => ask(account, request),
        }
    }

    fn take(&mut self, connection: usize, response: &Response<'_>) -> Result<(), Failure> {
        let turn = &mut self.turns[connection];
        let mut accounts = self.accounts.borrow_mut();
        let account = accounts.get_mut(turn.account())?;
        if account.access_token.is_none() {
            return keep(account, response);
        }
        need_success(response)?;
        account.access_token = None;
        turn.pass_on();
        Ok(())
    }
}

fn release(token: &str, request: &mut Vec<u8>) {
    write(
        request,
        &["POST /v1/seats/release HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n"],
    );
    write(request, &["authorization: Bearer ", token, "\r\n\r\n"]);
}
