use std::cell::RefCell;

use super::refresh::Rotation;
use super::{Work, get, need_success};
use crate::Failure;
use crate::accounts::{Accounts, Share};
use crate::crowd::{Crowd, Demand};
use crate::response::Response;

/// Access tokens in use at a time.
const TOKENS: u32 = 1024;

/// `GET /v1/me` with one token after the other.
pub(super) struct Me {
    tokens: Vec<String>,
    next: usize,
}

impl Me {
    /// Gets the tokens by refreshing sessions that nothing else uses; those that are there already
    /// are used again.
    pub(super) fn ready(crowd: &mut Crowd, accounts: &RefCell<Accounts>) -> Result<Self, Failure> {
        if tokens(crowd, accounts)?.is_empty() {
            let mut refresh = Rotation::of(Share::Me, crowd, accounts);
            crowd.run(&mut refresh, &Demand::count(TOKENS))?;
        }
        let tokens = tokens(crowd, accounts)?;
        if tokens.is_empty() {
            Err("there are no accounts".into())
        } else {
            Ok(Self { tokens, next: 0 })
        }
    }
}

fn tokens(crowd: &Crowd, accounts: &RefCell<Accounts>) -> Result<Vec<String>, Failure> {
    let accounts = accounts.borrow();
    let shares = (0..crowd.size())
        .flat_map(|connection| accounts.share(Share::Me, connection, crowd.size()));
    let tokens = shares.map(|index| Ok(accounts.get(index)?.access_token.clone()));
    tokens.filter_map(Result::transpose).collect()
}

impl Work for Me {
    fn ask(&mut self, _connection: usize, request: &mut Vec<u8>) {
        self.next = (self.next + 1) % self.tokens.len();
        get("/v1/me", &self.tokens[self.next], request);
    }

    fn take(&mut self, _connection: usize, response: &Response<'_>) -> Result<(), Failure> {
        need_success(response)
    }
}
