use licence_core::TestLicences;

use super::*;

#[track_caller]
fn faults(text: &str) -> Vec<String> {
    faults_with(text, &[])
}

#[track_caller]
fn faults_with(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let wrong = Settings::load(text, &variables_of(variables)).unwrap_err();
    wrong.faults.iter().map(ToString::to_string).collect()
}

fn variables_of(variables: &[(&str, &str)]) -> Variables {
    Variables::new(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

#[test]
fn an_empty_file_gives_the_defaults_and_they_are_the_safe_ones() {
    let settings = Settings::parse("").unwrap();
    assert!(settings.listen.ip().is_loopback());
    let config = Config::new(settings, Origin::localhost(8080));
    assert_eq!(config.origins, [Origin::localhost(8080)]);
    assert_eq!(config.cross_site, Permission::Refused);
    assert_eq!(config.insecure_lan, Permission::Refused);
    assert_eq!(config.forwarded_header, ForwardedHeader::XForwarded);
    assert_eq!(config.trusted_proxies, []);
    assert_eq!(config.test_licences, TestLicences::Refused);
    assert_eq!(config.session.life_secs, 180 * 86_400);
    assert_eq!(config.session.idle_secs, 30 * 86_400);
    assert_eq!(config.short_session.life_secs, 43_200);
}

#[test]
fn a_file_is_read() {
    let settings = Settings::parse(
        "origins = ['https://app.example.org']\ncross_site = true\npassword_threads = 3\n\
         trusted_proxies = ['10.0.0.0/8', '::1']\nforwarded_header = 'forwarded'\nidle_secs = 0x10\n\
         tls_names = ['seats', '192.0.2.7']\nlog_level = 'licence_server=debug,info'\n",
    );
    let config = Config::new(settings.unwrap(), Origin::localhost(8080));
    assert_eq!(config.origins.len(), 2);
    assert_eq!(config.cross_site, Permission::Allowed);
    assert_eq!(config.password_threads.get(), 3);
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(config.forwarded_header, ForwardedHeader::Forwarded);
    assert_eq!(config.connections.idle.as_secs(), 16);
}

#[test]
fn a_variable_goes_before_the_file_and_an_empty_one_counts_for_nothing() {
    let variables = variables_of(&[
        ("LICENCE_SERVER_SESSION_DAYS", "90"),
        ("LICENCE_SERVER_ORIGINS", "https://a.example, https://b.example"),
        ("LICENCE_SERVER_TLS_CERT", ""),
        ("LICENCE_SERVER_INSECURE_LAN", "true"),
        ("PATH", "/bin"),
    ]);
    let loaded = Settings::load("\nsession_days = 60\npassword_queue = 5", &variables).unwrap();
    assert_eq!(loaded.settings.session_days.get(), 90);
    assert_eq!(loaded.settings.origins.len(), 2);
    assert!(loaded.settings.insecure_lan);
    let whence = |name: &str| {
        let shown = loaded.shown.iter().find(|shown| shown.name == name).unwrap();
        (shown.value.clone(), shown.whence.to_string())
    };
    let variable = "LICENCE_SERVER_SESSION_DAYS".to_owned();
    assert_eq!(whence("session_days"), ("90".to_owned(), variable));
    assert_eq!(whence("password_queue"), ("5".to_owned(), "line 3".to_owned()));
    assert_eq!(whence("tls_cert"), (String::new(), "default".to_owned()));
}

/// Its variables once stood in every container beside a service called `licence-server`.
#[test]
fn what_kubernetes_tells_of_services_is_no_setting() {
    let links = variables_of(&[
        ("LICENCE_SERVER_PORT", "tcp://10.0.0.1:8080"),
        ("LICENCE_SERVER_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("LICENCE_SERVER_SERVICE_HOST", "10.0.0.1"),
        ("LICENCE_SERVER_SERVICE_PORT_HTTP", "8080"),
        ("LICENCE_SERVER", "http://localhost:8080"),
    ]);
    Settings::load("", &links).unwrap();
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_in_its_order() {
    let text = "# ours\nsession_days = 0\norgins = []\nidle_secs = 'long'\n\n[limits]\nx = 1\n";
    let variables = [
        ("LICENCE_SERVER_PASSWORD_QUEUE", "-1"),
        ("LICENCE_SERVER_TLS_CRT", "x"),
        ("LICENCE_SERVER_TLS_KEY", "key.pem"),
    ];
    let expected = [
        "line 2: `session_days` cannot be `0`: give a whole number from 1 to 3650",
        "line 3: `orgins` is no setting: did you mean `origins`?",
        "line 4: `idle_secs` cannot be `'long'`: give a whole number from 1 to 3600",
        "line 6: `limits` is no setting: see `licence-server config show` for all of them",
        "LICENCE_SERVER_PASSWORD_QUEUE: `password_queue` cannot be `-1`: give a whole number from 0 to 65536",
        "LICENCE_SERVER_TLS_KEY: `tls_cert` and `tls_key` are given together",
        "LICENCE_SERVER_TLS_CRT: `LICENCE_SERVER_TLS_CRT` is no setting: did you mean \
         `LICENCE_SERVER_TLS_CERT`?",
    ];
    assert_eq!(faults_with(text, &variables), expected);
}

#[test]
fn a_value_that_is_not_right_is_told_with_what_would_be() {
    for (text, told) in [
        ("session_days = -1", "`-1`: give a whole number from 1 to 3650"),
        ("session_days = 3651", "`3651`: give a whole number from 1 to 3650"),
        ("session_days = 99999999999999999999", "give a whole number from 1 to 3650"),
        ("session_days = 1.5", "`1.5`: give a whole number"),
        ("password_threads = 257", "a whole number from 1 to 256"),
        ("cross_site = 'yes'", "`'yes'`: give `true` or `false`"),
        ("origins = ['app.example.org']", "each an origin, as `https://host`"),
        ("origins = 'https://app.example.org'", "give a list of at most 64"),
        ("listen = 'localhost'", "an address with its port"),
        ("trusted_proxies = ['10.0.0.1/8']", "no bit may be set behind the prefix"),
        ("tls_names = ['a b']", "each a host"),
        ("tls_cert = ''", "give a path"),
        ("forwarded_header = 'x'", "give `x-forwarded` or `forwarded`"),
        ("webhook_url = 'h/x'", "an address, as `https://host/path`"),
        ("log_format = 'xml'", "give `text` or `json`"),
        ("log_level = 'loud=much=x'", "`error`, `warn`, `info`"),
    ] {
        let faults = faults(text);
        let [fault] = faults.as_slice() else { panic!("{text}: {faults:?}") };
        assert!(fault.starts_with("line 1: ") && fault.contains(told), "{text}: {fault}");
    }
}

#[test]
fn a_list_is_bounded() {
    let list = |count: usize| format!("tls_names = [{}]", "'a',".repeat(count));
    Settings::parse(&list(64)).unwrap();
    Settings::parse(&list(65)).unwrap_err();
}

#[test]
fn settings_that_do_not_fit_one_another_are_refused() {
    for (text, told) in [
        ("tls_cert = 'a'", "are given together"),
        ("tls_key = 'a'", "are given together"),
        ("tls_self = true\ntls_cert = 'a'\ntls_key = 'b'", "give one of them"),
        ("session_days = 7", "the session would have ended before"),
        ("webhook_url = 'https://h/x'", "are given together"),
        ("webhook_secret_file = 'x'", "are given together"),
        ("webhook_url = 'http://h/x'\nwebhook_secret_file = 'x'", "plain http to another machine"),
    ] {
        assert!(faults(text).iter().any(|fault| fault.contains(told)), "{text}");
    }
    Settings::parse("session_days = 7\nsession_idle_days = 7").unwrap();
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_lines_and_in_one_line_each() {
    let wrong = faults("cross_site = maybe\norigins = [\npassword_queue = = 2\n");
    assert!(wrong.iter().all(|fault| !fault.contains('\n')), "{wrong:?}");
    assert!(wrong[0].starts_with("line 1: ") && wrong[1].starts_with("line 3: "), "{wrong:?}");
    assert_eq!(faults("password_queue = 1\npassword_queue = 2")[0], "line 2: duplicate key");
}

#[test]
fn many_faults_are_cut_off() {
    let text: String = (0..100).map(|number| format!("x{number} = 1\n")).collect();
    assert_eq!(faults(&text).len(), 32);
}

#[test]
fn every_default_is_one_that_may_be_written() {
    let text: String = Settings::rows()
        .into_iter()
        .filter(|row| !row.default.is_empty())
        .map(|row| format!("{} = {}\n", row.name, row.default))
        .collect();
    Settings::parse(&text).unwrap();
}

#[test]
fn the_sample_sets_nothing_and_with_its_signs_taken_away_every_default() {
    let sample = sample();
    Settings::parse(&sample).unwrap();
    let settings = sample.lines().filter_map(|line| line.strip_prefix('#'));
    let settings = settings.filter(|line| line.contains(" = "));
    let set: String =
        settings.filter(|line| !line.starts_with(' ')).map(|l| format!("{l}\n")).collect();
    assert_eq!(
        set.lines().count(),
        Settings::rows().iter().filter(|row| !row.default.is_empty()).count()
    );
    Settings::parse(&set).unwrap();
}

#[test]
fn the_reference_is_the_one_that_is_checked_in() {
    let is_same = include_str!("../../../docs/configuration.md") == reference();
    assert!(is_same, "licence-server config reference >docs/configuration.md");
}
