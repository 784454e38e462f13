//! Requests over TLS, by OpenSSL's client: what the server logs of a handshake is part of its life.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// An answer, as it came.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

/// Sends one request over a connection of its own.
#[track_caller]
pub(super) fn exchange(socket: &str, authority: &Path, request: &str) -> Answer {
    let mut client = Command::new("openssl");
    client.args(["s_client", "-quiet", "-verify_return_error", "-servername", "localhost"]);
    client.args(["-connect", socket]).arg("-CAfile").arg(authority);
    let client = client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut client = client.spawn().unwrap();
    // Kept open until the server has closed: the client ends when either side does.
    let mut stdin = client.stdin.take().unwrap();
    stdin.write_all(request.as_bytes()).unwrap();
    let output = client.wait_with_output().unwrap();
    drop(stdin);
    Answer::read(&String::from_utf8(output.stdout).unwrap())
}

impl Answer {
    #[track_caller]
    fn read(text: &str) -> Self {
        let (head, body) =
            text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// A member of the body.
    #[track_caller]
    pub(super) fn text(&self, name: &str) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        let value = body.get(name).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("no `{name}` in {self:?}")).to_owned()
    }

    /// The cookies that it sets: name and value.
    pub(super) fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        let set = self.head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        set.filter_map(|cookie| cookie.split(';').next()?.split_once('='))
    }
}
