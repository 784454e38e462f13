//! The requests of `docs/requests.http` are answered as their comments say.

use std::collections::BTreeMap;

use serde_json::Value;

use super::page;
use crate::programs::{Answer, Institute, agent};

/// A request as it stands in the collection.
#[derive(Debug, Default)]
struct Request {
    title: String,
    name: Option<String>,
    status: u16,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// What `{{…}}` stands for: settings, and the answers of requests with a name.
#[derive(Default)]
struct Known {
    settings: BTreeMap<String, String>,
    answers: BTreeMap<String, Value>,
}

impl Known {
    /// The text with every `{{…}}` replaced.
    #[track_caller]
    fn fill(&self, text: &str) -> String {
        let mut parts = text.split("{{");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once("}}").unwrap();
            filled += &self.value(name);
            filled += rest;
        }
        filled
    }

    #[track_caller]
    fn value(&self, name: &str) -> String {
        let Some((request, member)) = name.split_once(".response.body.$.") else {
            return self.settings.get(name).expect(name).clone();
        };
        let answer = self.answers.get(request).expect(request);
        answer.get(member).and_then(Value::as_str).expect(name).to_owned()
    }
}

/// The settings in front of the first request, and the requests.
#[track_caller]
fn collection() -> (Known, Vec<Request>) {
    let text = page("requests.http");
    let mut parts = text.split("\n### ");
    let mut known = Known::default();
    for setting in parts.next().unwrap().lines().filter_map(|line| line.strip_prefix('@')) {
        let (name, value) = setting.split_once(" = ").unwrap();
        known.settings.insert(name.to_owned(), value.to_owned());
    }
    (known, parts.map(request).collect())
}

#[track_caller]
fn request(text: &str) -> Request {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let title = lines.next().unwrap().to_owned();
    let mut request = Request { title, body: body.trim().to_owned(), ..Request::default() };
    // Other comments are for people.
    for line in lines
        .filter(|line| !line.starts_with("# ") || line.contains("-> ") || line.contains("@name"))
    {
        if let Some(status) = line.strip_prefix("# -> ") {
            request.status = status.parse().unwrap();
        } else if let Some(name) = line.strip_prefix("# @name ") {
            request.name = Some(name.to_owned());
        } else if let Some((name, value)) = line.split_once(": ") {
            request.headers.push((name.to_owned(), value.to_owned()));
        } else {
            let (method, target) = line.split_once(' ').unwrap();
            (request.method, request.target) = (method.to_owned(), target.to_owned());
        }
    }
    request
}

#[track_caller]
fn ask(request: &Request, known: &Known) -> Answer {
    let is_form = request.headers.iter().any(|(_, value)| value.ends_with("form-urlencoded"));
    let body = known.fill(&request.body);
    // An editor encodes what it fills in; a space is all that there is to encode here.
    let body = if is_form { body.replace(' ', "+") } else { body };
    let mut builder = ureq::http::Request::builder()
        .method(request.method.as_str())
        .uri(known.fill(&request.target));
    for (name, value) in &request.headers {
        builder = builder.header(name, known.fill(value));
    }
    let mut response = agent().run(builder.body(body).unwrap()).unwrap();
    let status = response.status().as_u16();
    let text = response.body_mut().read_to_string().unwrap();
    Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}

#[test]
fn each_request_of_the_collection_is_answered_as_it_says() {
    let mut institute = Institute::with_seats(1);
    institute.serve();
    institute.register_as("ann", &["--role", "admin"]);
    let (mut known, requests) = collection();
    known.settings.insert("server".to_owned(), institute.url(""));
    assert!(requests.len() > 10, "{requests:?}");
    for request in requests {
        let answer = ask(&request, &known);
        assert_eq!(answer.status, request.status, "{}: {answer:?}", request.title);
        if let Some(name) = request.name {
            known.answers.insert(name, answer.body);
        }
    }
}
