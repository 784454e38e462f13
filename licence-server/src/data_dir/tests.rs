use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use licence_core::{PrivateKey, Product, Roots, UnixTime, Vendor};
use tempfile::TempDir;

use super::{DataDir, NewDataDir, SiteFile, no_site, refuse_long};
use crate::config::Variables;
use crate::rng::testing::SeededRng;

fn site(key: &PrivateKey) -> Option<SiteFile> {
    let root = PrivateKey::from_seed(&[1; 32])?;
    let roots = Roots::new(vec![root.public().clone()])?;
    SiteFile::new(Vendor::parse("Acme"), Product::parse("app")?, roots, key.public().id())
}

fn make() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let rng = SeededRng::new(1);
    NewDataDir::beside(&path, site, UnixTime::MIN, &rng).unwrap().publish(&path).unwrap();
    (folder, path)
}

#[track_caller]
fn message(path: &Path) -> String {
    DataDir::open(path).unwrap_err().report().unwrap().message.clone()
}

#[test]
fn what_was_made_is_read_back() {
    let (_folder, path) = make();
    let data = DataDir::open(&path).unwrap();
    let key = data.site_key().unwrap();
    let site = data.site().unwrap();
    assert_eq!(site.issuer.as_str(), format!("urn:licence-site:{}", key.public().id()));
    assert_eq!(site.vendor.unwrap().as_str(), "Acme");
    data.refresh_key().unwrap();
    data.settings().unwrap();
    assert!(data.store().is_file());
}

#[test]
fn keys_are_for_their_owner_alone() {
    let (_folder, path) = make();
    let mode = |name: &str| fs::metadata(path.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(""), 0o700);
    assert_eq!(mode("site.key"), 0o600);
    assert_eq!(mode("refresh.key"), 0o600);
    assert_eq!(mode("store.redb"), 0o600);
}

#[test]
fn a_directory_is_never_made_twice() {
    let (_folder, path) = make();
    let before = fs::read(path.join("site.key")).unwrap();
    NewDataDir::beside(&path, site, UnixTime::MIN, &SeededRng::new(2)).unwrap_err();
    assert_eq!(fs::read(path.join("site.key")).unwrap(), before);
}

#[test]
fn a_directory_that_others_may_enter_is_refused() {
    let (_folder, path) = make();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).unwrap();
    assert!(message(&path).starts_with("others than its owner may enter"));
}

#[test]
fn another_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(message(folder.path()).ends_with("is not a server's data directory"));
}

#[test]
fn damaged_files_are_named() {
    let (_folder, path) = make();
    for (name, text) in [
        ("site.json", "{}"),
        ("site.key", "nothing"),
        ("refresh.key", "short"),
        ("config.toml", "no_such_key = 1"),
    ] {
        fs::write(path.join(name), text).unwrap();
        let data = DataDir::open(&path).unwrap();
        let failure = match name {
            "site.json" => data.site().unwrap_err(),
            "site.key" => data.site_key().unwrap_err(),
            "refresh.key" => data.refresh_key().unwrap_err(),
            _ => data.settings().unwrap_err(),
        };
        let told = if name == "config.toml" { "line 1: `no_such_key`" } else { name };
        assert!(failure.report().unwrap().message.contains(told), "{failure:?}");
    }
}

/// By the answer of the system: tests may run as root, whom no folder keeps out.
#[test]
fn a_directory_of_another_user_is_told_from_another_folder() {
    let failure = no_site(Path::new("site"), &ErrorKind::PermissionDenied.into());
    assert!(failure.report().unwrap().message.starts_with("`site` may not be entered"));
    let failure = no_site(Path::new("site"), &ErrorKind::NotFound.into());
    assert!(failure.report().unwrap().message.ends_with("is not a server's data directory"));
}

/// Read as no settings, it would put every default in force, and nobody would know.
#[test]
fn settings_that_a_link_does_not_lead_to_are_missed() {
    let (folder, path) = make();
    symlink(folder.path().join("elsewhere"), path.join("config.toml")).unwrap();
    DataDir::open(&path).unwrap().settings().unwrap_err();
}

#[test]
fn a_path_too_long_for_the_socket_is_refused_before_anything_is_made() {
    refuse_long(&Path::new("/srv").join("d".repeat(80))).unwrap();
    refuse_long(&Path::new("/srv").join("d".repeat(100))).unwrap_err();
    // From the root, where a command may be typed as well as here.
    refuse_long(Path::new(&"d".repeat(100))).unwrap_err();
}

#[test]
fn another_file_that_was_named_is_read_and_missed() {
    let (folder, path) = make();
    fs::write(path.join("config.toml"), "session_days = 60").unwrap();
    let other = folder.path().join("other.toml");
    let data = DataDir::open(&path).unwrap();
    let data = data.configured_by(Some(other.clone()), Variables::default());
    data.settings().unwrap_err();
    fs::write(&other, "session_days = 90").unwrap();
    assert_eq!(data.settings().unwrap().session_days.get(), 90);
}

fn local_ca(data: &DataDir) -> super::LocalCa {
    data.local_ca(&["localhost".parse().unwrap()], UnixTime::MIN).unwrap()
}

#[test]
fn a_certificate_authority_is_made_once_and_its_key_is_for_its_owner_alone() {
    let (_folder, path) = make();
    let data = DataDir::open(&path).unwrap();
    let made = local_ca(&data).fingerprint();
    assert_eq!(local_ca(&data).fingerprint(), made);
    assert_eq!(made.len(), 32 * 3 - 1, "{made}");
    let mode = fs::metadata(path.join("tls-ca.key")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

/// The power went between the two files: nobody trusts it yet, and the server could not start.
#[test]
fn a_certificate_authority_without_its_certificate_is_made_anew() {
    let (_folder, path) = make();
    let data = DataDir::open(&path).unwrap();
    let first = local_ca(&data).fingerprint();
    fs::remove_file(data.ca_cert()).unwrap();
    assert_ne!(local_ca(&data).fingerprint(), first);
    fs::write(path.join("tls-ca.key"), "nothing").unwrap();
    let damaged = data.local_ca(&[], UnixTime::MIN).err().unwrap();
    assert!(damaged.report().unwrap().message.ends_with("tls-ca.key` holds no private key"));
}
