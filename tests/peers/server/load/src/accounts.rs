//! The people that requests are made for.

use std::fmt;

use crate::Failure;

/// People, each with a session.
#[derive(Default)]
pub(crate) struct Accounts(Vec<Account>);

pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) password: String,
    /// The session's refresh token; empty before the first sign-in.
    pub(crate) refresh_token: String,
    /// The access token that came with it, in this run.
    pub(crate) access_token: Option<String>,
    /// A further session, made by a sign-in of this program.
    pub(crate) session: String,
}

/// What stands in the file where there is nothing.
const NONE: &str = "-";

impl Accounts {
    /// `NAME PASSWORD REFRESH_TOKEN SESSION`, a line for each.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        text.lines().map(Account::parse).collect::<Result<_, _>>().map(Self)
    }

    /// Those of one connection for one kind of work: two works, or two connections, never use one
    /// account, because a refresh token is good once. They lie far apart in the store.
    pub(crate) fn share(&self, work: Share, connection: usize, connections: usize) -> Vec<usize> {
        let first = connection * Share::COUNT + work as usize;
        (first..self.0.len())
            .step_by(connections * Share::COUNT)
            .take(Share::ACCOUNTS_MAX)
            .collect()
    }

    pub(crate) fn get(&self, index: usize) -> Result<&Account, Failure> {
        self.0.get(index).ok_or_else(|| "there are too few accounts".into())
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Result<&mut Account, Failure> {
        self.0.get_mut(index).ok_or_else(|| "there are too few accounts".into())
    }
}

/// What an account is used for.
#[derive(Clone, Copy)]
pub(crate) enum Share {
    Me,
    Refresh,
    Seats,
    SignIn,
}

impl Share {
    const COUNT: usize = 4;
    /// Accounts of one connection.
    const ACCOUNTS_MAX: usize = 64;
}

impl Account {
    fn parse(line: &str) -> Result<Self, Failure> {
        let words: Vec<_> = line.split(' ').collect();
        let [name, password, refresh_token, session] = words.as_slice() else {
            return Err(format!("`{line}` is no account").into());
        };
        let there = |word: &str| if word == NONE { String::new() } else { word.to_owned() };
        Ok(Self {
            name: there(name),
            password: there(password),
            refresh_token: there(refresh_token),
            access_token: None,
            session: there(session),
        })
    }
}

impl fmt::Display for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let there = |text: &str| if text.is_empty() { NONE.to_owned() } else { text.to_owned() };
        self.0.iter().try_for_each(|account| {
            let Account { name, password, refresh_token, session, .. } = account;
            let [refresh_token, session] = [refresh_token, session].map(|text| there(text));
            writeln!(f, "{name} {password} {refresh_token} {session}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text = "ann secret lrt1_x -\nbob secret - 0190\n";
        assert_eq!(Accounts::parse(text).unwrap().to_string(), text);
        assert!(Accounts::parse("ann").is_err());
    }

    #[test]
    fn nobody_shares_an_account() {
        let accounts = Accounts::parse(&"a b - -\n".repeat(40)).unwrap();
        let mut all = Vec::new();
        for work in [Share::Me, Share::Refresh, Share::Seats, Share::SignIn] {
            for connection in 0..3 {
                all.extend(accounts.share(work, connection, 3));
            }
        }
        all.sort_unstable();
        assert_eq!(all, (0..40).collect::<Vec<_>>());
    }
}
