//! What is asked for, and what is made of the answers.

mod hello;
mod home_made;
mod me;
mod refresh;
mod seats;
mod sign_in;

use std::cell::RefCell;

use peer_protocol::work;

use crate::Failure;
use crate::accounts::Accounts;
use crate::crowd::Crowd;
use crate::response::Response;

/// A kind of request, with what it has to remember.
pub(crate) trait Work {
    /// Writes the next request of a connection.
    fn ask(&mut self, connection: usize, request: &mut Vec<u8>);

    /// Takes the answer to it. One that is not as it should be ends the measurement.
    fn take(&mut self, connection: usize, response: &Response<'_>) -> Result<(), Failure>;
}

/// The work of a name, made ready: what it needs first, such as access tokens, is asked for now.
pub(crate) fn named<'a>(
    name: &str,
    crowd: &mut Crowd,
    accounts: &'a RefCell<Accounts>,
) -> Result<Box<dyn Work + 'a>, Failure> {
    Ok(match name {
        work::HELLO => Box::new(hello::Hello),
        work::ME => Box::new(me::Me::ready(crowd, accounts)?),
        work::REFRESH => Box::new(refresh::Rotation::of_all(crowd, accounts)),
        work::SEATS => Box::new(seats::Seats::new(crowd, accounts)),
        work::SIGN_IN => Box::new(sign_in::SignIn::new(crowd, accounts)?),
        work::HOME_MADE_ME => Box::new(home_made::Me::ready(crowd, accounts)?),
        other => return Err(format!("`{other}` is no work of this peer").into()),
    })
}

fn get(path: &str, bearer: &str, request: &mut Vec<u8>) {
    write(request, &["GET ", path, " HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer "]);
    write(request, &[bearer, "\r\n\r\n"]);
}

fn post_form(path: &str, form: &str, request: &mut Vec<u8>) {
    write(request, &["POST ", path, " HTTP/1.1\r\nhost: localhost\r\n"]);
    write(request, &["content-type: application/x-www-form-urlencoded\r\ncontent-length: "]);
    write(request, &[&form.len().to_string(), "\r\n\r\n", form]);
}

fn write(request: &mut Vec<u8>, parts: &[&str]) {
    parts.iter().for_each(|part| request.extend(part.as_bytes()));
}

/// Fails where an answer is another than the one that was measured for.
fn need_success(response: &Response<'_>) -> Result<(), Failure> {
    if matches!(response.status, 200..=299) {
        return Ok(());
    }
    let body = String::from_utf8_lossy(response.body);
    Err(format!("the server answered {}: {body}", response.status).into())
}
