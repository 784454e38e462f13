//! How a single value is typed, and what is told of one that is not.

use licence_core::claims::SeatCount;
use licence_core::{Institute, Product, Role, SessionId, Text, TokenId, UnixTime};

pub(super) fn product(typed: &str) -> Result<Product, String> {
    Product::parse(typed).ok_or_else(|| {
        "an identifier has 1 to 64 characters of `A-Z a-z 0-9 . _ -`, the first a letter or a digit"
            .to_owned()
    })
}

pub(super) fn text(typed: &str) -> Result<Text, String> {
    Text::parse(typed).ok_or_else(|| {
        "a name has 1 to 200 characters, none of them a control character, and no space at its ends"
            .to_owned()
    })
}

pub(super) fn institute(typed: &str) -> Result<Institute, String> {
    text(typed).map(Institute)
}

pub(super) fn seats(typed: &str) -> Result<SeatCount, String> {
    let number = typed.parse().ok().and_then(SeatCount::new);
    number.ok_or_else(|| "seats are a number from 1 to 1,000,000".to_owned())
}

pub(super) fn session(typed: &str) -> Result<SessionId, String> {
    SessionId::parse(typed).ok_or_else(no_id)
}

pub(super) fn token(typed: &str) -> Result<TokenId, String> {
    TokenId::parse(typed).ok_or_else(no_id)
}

pub(super) fn day(typed: &str) -> Result<UnixTime, String> {
    UnixTime::from_date(typed).ok_or_else(|| "a day is written YYYY-MM-DD".to_owned())
}

pub(super) fn app_role(typed: &str) -> Result<Role, String> {
    match Role::parse(typed) {
        Some(role) if role.as_str() == "admin" => {
            Err("`admin` is a role of this server: give --role admin".to_owned())
        }
        Some(role) => Ok(role),
        None => Err("a role has 1 to 64 characters of `A-Z a-z 0-9 . _ -`".to_owned()),
    }
}

fn no_id() -> String {
    "an id has 32 hexadecimal digits in five groups, as lists show it".to_owned()
}
