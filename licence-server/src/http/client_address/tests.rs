use super::*;
use crate::http::testing::World;

const TRUSTED: [&str; 3] = ["10.0.0.0/8", "fd00::/8", "127.0.0.1"];

#[track_caller]
fn client(peer: &str, header: ForwardedHeader, lines: &[(&'static str, &str)]) -> Client {
    let trusted: Vec<Network> = TRUSTED.iter().map(|text| text.parse().unwrap()).collect();
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, value.parse().unwrap());
    }
    let peer = Peer::Network(peer.parse().unwrap());
    Client::of(Some(peer), &headers, Rule { trusted: &trusted, header })
}

#[track_caller]
fn address(peer: &str, header: ForwardedHeader, lines: &[(&'static str, &str)]) -> String {
    client(peer, header, lines).address.unwrap().to_string()
}

#[test]
fn the_nearest_address_that_is_no_trusted_proxy_is_the_client() {
    for (peer, said, expected) in [
        // Nobody trusted speaks: what is said counts for nothing.
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("::ffff:203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("11.0.0.1", "198.51.100.1", "11.0.0.1"),
        // A trusted proxy speaks for whoever came to it.
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        // The client wrote the first entry itself.
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "10.9.9.9, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        // Proxies all the way: the client is the furthest that is known.
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        // A proxy that hides whom it speaks for, or writes nonsense.
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, unknown, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "198.51.100.1,", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1 10.0.0.2", "10.0.0.1"),
    ] {
        let lines = [("x-forwarded-for", said)];
        assert_eq!(address(peer, ForwardedHeader::XForwarded, &lines), expected, "{peer}: {said}");
    }
}

#[test]
fn rfc_7239_is_read_as_it_is_written() {
    for (said, expected) in [
        ("for=198.51.100.1", "198.51.100.1"),
        ("For=\"[2001:db8::7]:4711\"", "2001:db8::7"),
        ("for=192.0.2.43;proto=http, for=198.51.100.17;by=203.0.113.60", "198.51.100.17"),
        ("for=1.2.3.4, for=198.51.100.1, for=10.0.0.2", "198.51.100.1"),
        ("for=\"_hidden\", for=10.0.0.2", "10.0.0.2"),
        ("for=unknown", "10.0.0.1"),
        ("for=\"1.2.3.4, for=5.6.7.8\"", "10.0.0.1"),
        ("for", "10.0.0.1"),
        ("proto=https", "10.0.0.1"),
    ] {
        let lines = [("forwarded", said)];
        let found = address("10.0.0.1", ForwardedHeader::Forwarded, &lines);
        assert_eq!(found, expected, "{said}");
    }
}

#[test]
fn several_lines_are_one_list() {
    let lines = [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-for", "198.51.100.1")];
    assert_eq!(address("10.0.0.1", ForwardedHeader::XForwarded, &lines), "198.51.100.1");
}

/// A proxy that sets one of the two hands the other on as its client wrote it.
#[test]
fn the_header_that_the_proxy_does_not_set_is_not_read() {
    let lines = [("forwarded", "for=1.2.3.4"), ("x-forwarded-for", "198.51.100.1")];
    assert_eq!(address("10.0.0.1", ForwardedHeader::XForwarded, &lines), "198.51.100.1");
    assert_eq!(address("10.0.0.1", ForwardedHeader::Forwarded, &lines), "1.2.3.4");
    let lines = [("forwarded", "for=1.2.3.4")];
    assert_eq!(address("10.0.0.1", ForwardedHeader::XForwarded, &lines), "10.0.0.1");
}

#[test]
fn scheme_and_host_come_from_trusted_proxies_too() {
    let lines = [
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-proto", "HTTPS"),
        ("x-forwarded-host", "seats.example.org:8443"),
    ];
    let told = client("10.0.0.1", ForwardedHeader::XForwarded, &lines);
    assert_eq!(told.scheme.as_deref(), Some("https"));
    assert_eq!(told.host.as_deref(), Some("seats.example.org:8443"));
    let made_up = client("203.0.113.9", ForwardedHeader::XForwarded, &lines);
    assert_eq!((made_up.scheme, made_up.host), (None, None));

    let line = "for=198.51.100.1;proto=https;host=\"seats.example.org\"";
    let told = client("10.0.0.1", ForwardedHeader::Forwarded, &[("forwarded", line)]);
    assert_eq!(told.scheme.as_deref(), Some("https"));
    assert_eq!(told.host.as_deref(), Some("seats.example.org"));
}

#[test]
fn a_scheme_and_a_host_that_are_none_are_not_handed_on() {
    for (name, value) in [
        ("x-forwarded-proto", "javascript"),
        ("x-forwarded-host", "a b"),
        ("x-forwarded-host", "a/../b"),
        ("x-forwarded-host", "host:port"),
    ] {
        let lines = [("x-forwarded-for", "198.51.100.1"), (name, value)];
        let told = client("10.0.0.1", ForwardedHeader::XForwarded, &lines);
        assert_eq!((told.scheme, told.host), (None, None), "{name}: {value}");
    }
}

#[test]
fn an_ipv6_client_shares_its_limits_with_its_whole_network() {
    let lines = [("x-forwarded-for", "2001:db8:0:7:aaaa::1")];
    let client = client("10.0.0.1", ForwardedHeader::XForwarded, &lines);
    assert_eq!(client.prefix().unwrap().to_string(), "2001:db8:0:7::/64");
    let local = Client::of(
        Some(Peer::Local),
        &HeaderMap::new(),
        Rule { trusted: &[], header: ForwardedHeader::XForwarded },
    );
    assert_eq!(local.prefix(), None);
}

#[test]
fn no_route_sees_what_a_stranger_says_of_itself() {
    let request = Request::builder()
        .header("x-forwarded-for", "1.2.3.4")
        .header("forwarded", "for=1.2.3.4")
        .body(axum::body::Body::empty());
    let (world, mut request) = (World::new(), request.unwrap());
    let peer = Some(Peer::Network([203, 0, 113, 9].into()));
    let client = resolve(&mut request, peer, &world.state);
    assert_eq!(client.address, Some([203, 0, 113, 9].into()));
    assert_eq!(request.headers().len(), 0);
    assert_eq!(world.state.unbelieved_proxy(), Some([203, 0, 113, 9].into()));
    assert_eq!(world.state.metrics().network_counts(), (1, 1));
}
