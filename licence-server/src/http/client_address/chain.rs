//! What proxies write of those who came to them: `X-Forwarded-*`, and RFC 7239.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};

use crate::config::{ForwardedHeader, Host};

pub(super) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
pub(super) const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
pub(super) const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Proxies in a row that are looked at: more than any network has.
const HOPS_MAX: usize = 16;

/// Characters of a host at most: a name, a colon and a port.
const HOST_CHARS_MAX: usize = 260;

/// What one proxy says of who came to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hop {
    /// `None` where the proxy does not tell, or what it tells is no address.
    pub(super) address: Option<IpAddr>,
    /// `http` or `https`.
    pub(super) scheme: Option<String>,
    pub(super) host: Option<String>,
}

/// What the proxies say, the nearest one first.
pub(super) fn backwards(header: ForwardedHeader, headers: &HeaderMap) -> Vec<Hop> {
    match header {
        ForwardedHeader::XForwarded => x_forwarded(headers),
        ForwardedHeader::Forwarded => forwarded(headers),
    }
}

/// `X-Forwarded-For` is a list; of scheme and host there is commonly one, which the outermost proxy
/// has set and the others handed on.
fn x_forwarded(headers: &HeaderMap) -> Vec<Hop> {
    let last = |name| values(headers, &name).next_back().and_then(|text| text.rsplit(',').next());
    let proto = last(X_FORWARDED_PROTO).and_then(scheme);
    let asked = last(X_FORWARDED_HOST).and_then(host);
    let entries = values(headers, &X_FORWARDED_FOR).rev().flat_map(|text| text.rsplit(','));
    entries
        .take(HOPS_MAX)
        .map(|entry| Hop {
            address: address(entry.trim()),
            scheme: proto.clone(),
            host: asked.clone(),
        })
        .collect()
}

/// RFC 7239 section 4. A comma or a semicolon between quotes is part of a value.
fn forwarded(headers: &HeaderMap) -> Vec<Hop> {
    let elements: Vec<&str> =
        values(headers, &header::FORWARDED).flat_map(|text| outside_quotes(text, ',')).collect();
    elements.into_iter().rev().take(HOPS_MAX).map(element).collect()
}

fn element(text: &str) -> Hop {
    let mut hop = Hop::default();
    for pair in outside_quotes(text, ';') {
        let Some((name, value)) = pair.split_once('=') else { return Hop::default() };
        let value = value.trim();
        let value =
            value.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(value);
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => hop.address = address(value),
            "proto" => hop.scheme = scheme(value),
            "host" => hop.host = host(value),
            _ => {}
        }
    }
    hop
}

fn values<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> impl DoubleEndedIterator<Item = &'h str> + use<'h> {
    // What is not text leaves an empty entry, so that the chain breaks there and not one further on.
    headers.get_all(name).into_iter().map(|value| value.to_str().unwrap_or_default())
}

fn outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |character| {
        is_quoted ^= character == '"';
        character == separator && !is_quoted
    })
}

/// An address, with or without a port; IPv6 with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))
}

fn scheme(text: &str) -> Option<String> {
    let scheme = text.trim().to_ascii_lowercase();
    ["http", "https"].contains(&scheme.as_str()).then_some(scheme)
}

fn host(text: &str) -> Option<String> {
    let text = text.trim();
    let name = match text.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() && !name.ends_with(':') => name,
        _ => text,
    };
    let is_host = text.len() <= HOST_CHARS_MAX && name.parse::<Host>().is_ok();
    is_host.then(|| text.to_owned())
}
