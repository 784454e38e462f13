//! The pages of the reference that are written from the programs.
//!
//! After a change, `UPDATE=1 cargo test -p licence-tests --test it book` writes them anew.

use std::fmt::Write as _;
use std::process::Command;
use std::{env, fs};

use licence_core::Code;
use serde_json::Value;

use super::{docs, page};
use crate::programs::binary;

#[track_caller]
fn compare(name: &str, expected: &str) {
    if env::var_os("UPDATE").is_some() {
        fs::write(docs().join(name), expected).unwrap();
    }
    assert!(
        page(name) == expected,
        "docs/{name} is not what the programs say: \
         run `UPDATE=1 cargo test -p licence-tests --test it book`"
    );
}

#[test]
fn the_page_of_codes_is_the_list_of_the_core() {
    let mut text = String::from(
        "# Codes\n\n\
         Every refusal has one of these codes, wherever it is met: in an answer's body, in a command's JSON, in the\n\
         browser. A code never changes; its sentences may. The first fifteen are the verifier's, in the order in which it looks\n\
         for them; the others are the server's own, but for the last five, which are for what a site says of itself.\n\n\
         A command that is refused ends with the status in the last column; wrong usage, and files that cannot be\n\
         read, end with 1.\n\n\
         | code | it means | what to do | HTTP | exit |\n|---|---|---|---|---|\n",
    );
    for code in Code::ALL {
        let (name, title, mend) = (code.name(), code.title(), code.mend());
        let (http, exit) = (code.http_status(), code.exit().status());
        writeln!(text, "| `{name}` | {title} | {mend} | {http} | {exit} |").unwrap();
    }
    compare("codes.md", &text);
}

/// The methods of OpenAPI, in the order in which a page lists them.
const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

#[test]
fn the_page_of_routes_is_the_description_of_the_server() {
    let description: Value = serde_json::from_str(&page("openapi.json")).unwrap();
    let mut text = String::from(
        "# HTTP\n\n\
         Every route. What goes in and comes out of each stands in the server's own description, OpenAPI 3.1: a page at\n\
         `/docs` of every server, with a button to sign in and to try each route, and the document at `/openapi.json`\n\
         ([the same here](openapi.json)). [A collection of requests](requests.http) opens in an editor.\n\n\
         Refusals are RFC 9457 problems with a [code](codes.md).\n\n\
         | route | | what it is for | answers |\n|---|---|---|---|\n",
    );
    for (path, operations) in members(&description, "paths") {
        for method in METHODS {
            let Some(operation) = operations.get(method) else { continue };
            let summary = operation.get("summary").and_then(Value::as_str).expect(path);
            let answers: Vec<_> =
                members(operation, "responses").keys().map(String::as_str).collect();
            let (method, answers) = (method.to_uppercase(), answers.join(", "));
            writeln!(text, "| `{path}` | {method} | {summary} | {answers} |").unwrap();
        }
    }
    compare("http.md", &text);
}

#[test]
fn the_page_of_commands_is_their_own_help() {
    let mut text = String::from(
        "# Commands\n\n\
         What each command says of itself with `--help`. `licence-issuer completions SHELL` writes what a shell needs to\n\
         complete its commands, `licence-issuer man` its man pages.\n",
    );
    for program in ["licence-issuer", "licence-server"] {
        write_help(program, &[], &mut text);
    }
    compare("commands.md", &text);
}

#[track_caller]
fn members<'v>(value: &'v Value, name: &str) -> &'v serde_json::Map<String, Value> {
    value.get(name).and_then(Value::as_object).expect(name)
}

/// The help of a command, and of each command below it.
#[track_caller]
fn write_help(program: &str, words: &[&str], text: &mut String) {
    let help = help(program, words);
    let name = [&[program], words].concat().join(" ");
    let level = "#".repeat(words.len() + 2);
    write!(text, "\n{level} {name}\n\n```text\n{}\n```\n", help.trim_end()).unwrap();
    for command in commands(&help) {
        write_help(program, &[words, &[command]].concat(), text);
    }
}

#[track_caller]
fn help(program: &str, words: &[&str]) -> String {
    let mut command = Command::new(binary(program));
    let output = command.args(words).arg("--help").output().unwrap();
    assert!(output.status.success(), "{program} {words:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands that a help lists: indented by two, where descriptions that go on are further in.
fn commands(help: &str) -> Vec<&str> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").collect()
}
