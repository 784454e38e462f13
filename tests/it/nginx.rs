//! Debian's nginx asks the server before it hands a request on, by the example's own lines.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use tempfile::TempDir;

use crate::programs::{Institute, password, tool};

#[test]
fn who_is_let_through_is_named_to_the_application_and_nobody_names_themselves() {
    let mut institute = Institute::with_seats(3);
    institute.serve();
    institute.register("ann");
    register_admin(&institute, "root");
    let ann = institute.sign_in("ann").expect(200);
    let root = institute.sign_in("root").expect(200);
    let (ann_token, root_token) = (ann.text("access_token"), root.text("access_token"));
    let nginx = Nginx::before(application(), &institute);

    let anyone = nginx.get("/page", None);
    assert_eq!((anyone.status, anyone.seen("remote-user")), (200, None), "{anyone:?}");
    let refused = nginx.get("/members/page", None);
    assert_eq!((refused.status, refused.seen("host")), (401, None));
    assert!(refused.head.to_ascii_lowercase().contains("www-authenticate: bearer"), "{refused:?}");

    let me = institute.get("/v1/me", Some(ann_token)).expect(200);
    let member = nginx.get("/members/page?role=admin", Some(ann_token));
    assert_eq!(member.status, 200, "{member:?}");
    assert_eq!(member.seen("remote-user").as_deref(), Some(me.text("sub")));
    assert_eq!(member.seen("remote-groups"), None, "no role, and none of those that were claimed");
    assert_eq!(member.seen("authorization"), None, "the token stays at the door");

    assert_eq!(nginx.get("/admin/page?role=", Some(ann_token)).status, 403);
    let admin = nginx.get("/admin/page", Some(root_token));
    assert_eq!((admin.status, admin.seen("remote-groups").as_deref()), (200, Some("admin")));
    assert_eq!(nginx.get("/_seats/check", Some(ann_token)).status, 404, "it is not for outside");

    institute.sign_out(ann.text("refresh_token"));
    assert_eq!(
        nginx.get("/members/page", Some(ann_token)).status,
        401,
        "signed out is out at once"
    );
}

#[track_caller]
fn register_admin(institute: &Institute, name: &str) {
    fs::write(institute.path("password.txt"), password(name)).unwrap();
    let words = ["user", "add", name, "--role", "admin", "--password-file", "password.txt"];
    institute.run("licence-server", &[&words[..], &["--data", "site"]].concat());
}

/// An application that answers with the head of the request that it got.
fn application() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || listener.incoming().for_each(|stream| echo(stream.unwrap())));
    address
}

fn echo(mut stream: TcpStream) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let body = head.join("\n");
    write!(stream, "HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
}

/// An nginx of its own, at a socket in a folder of its own.
struct Nginx {
    folder: TempDir,
}

/// What came back through it.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Nginx {
    #[track_caller]
    fn before(app: SocketAddr, institute: &Institute) -> Self {
        let nginx = Self { folder: tempfile::tempdir().unwrap() };
        let seats = institute.socket().replace("localhost", "127.0.0.1");
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/nginx/seats.conf");
        let (socket, example) = (nginx.socket(), example.canonicalize().unwrap());
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|what| format!("{what}_temp_path {what};"))
            .concat();
        let config = format!(
            "master_process off; pid nginx.pid; events {{}}
             http {{
               access_log off; {temporary}
               upstream seats {{ server {seats}; }}
               upstream app {{ server {app}; }}
               server {{ listen unix:{}; include {}; }}
             }}",
            socket.display(),
            example.display(),
        );
        fs::write(nginx.folder.path().join("nginx.conf"), config).unwrap();
        // It goes into the background once it listens.
        assert!(nginx.command().status().unwrap().success(), "see above");
        nginx
    }

    fn command(&self) -> Command {
        let mut command = Command::new(tool("LICENCE_NGINX"));
        command.arg("-p").arg(self.folder.path()).args(["-e", "error.log", "-c", "nginx.conf"]);
        command
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("nginx.sock")
    }

    /// Asks for a page, and claims to be somebody.
    #[track_caller]
    fn get(&self, path: &str, token: Option<&str>) -> Answer {
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        let token = token.unwrap_or_default();
        let mut stream = UnixStream::connect(self.socket()).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{token}\
             Remote-User: somebody\r\nremote-groups: admin\r\nRemote_User: somebody\r\n\r\n"
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let stopped = self.command().args(["-s", "stop"]).status();
        assert!(stopped.is_ok_and(|status| status.success()), "nginx was left running");
    }
}

impl Answer {
    /// A header as the application saw it; `None` where it saw none.
    fn seen(&self, name: &str) -> Option<String> {
        let mut headers = self.body.lines().filter_map(|line| line.split_once(": "));
        let header = headers.find(|(own, _)| own.replace('_', "-").eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.to_owned())
    }
}
