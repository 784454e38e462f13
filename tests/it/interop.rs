//! What we sign is verified by libraries that are not ours, and what they sign with the same key and
//! claims is verified by us.
//!
//! Ordinary JWT libraries ignore `typ`, so between kinds that one key could have signed only `aud`
//! stands: each kind is offered to them as if it were an access token.

mod jose;
mod jsonwebtoken;
mod library;
mod pyjwt;
mod sample;
