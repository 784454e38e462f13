//! The root keys that a program was built with.
//!
//! A vendor who hands out builds of their own sets `LICENCE_ROOTS` while they are compiled: the public
//! keys in base64url (the `x` of a JWK), one to eight, separated by commas. Such a program takes its
//! trust from nowhere else, so nobody can talk it into another root.

use licence_core::{Code, PublicKey, Roots, base64url};

use crate::failure::Failure;

/// What the build was given.
const PINNED: Option<&str> = option_env!("LICENCE_ROOTS");

/// The root keys to trust: those of the build, or where it has none, those that were named.
///
/// # Errors
/// Where a build with root keys is given others, where there are none at all, and where the ones named
/// are not one to eight different keys.
pub fn choose(named: Vec<PublicKey>) -> Result<Roots, Failure> {
    choose_from(PINNED, named)
}

/// The root keys to trust where a file has named some: those of the build, which the file's must be.
///
/// # Errors
/// Where the file names others than the build has.
pub fn confirm(named: Roots) -> Result<Roots, Failure> {
    confirm_from(PINNED, named)
}

fn choose_from(pinned: Option<&str>, named: Vec<PublicKey>) -> Result<Roots, Failure> {
    match (read(pinned)?, named.is_empty()) {
        (Some(pinned), true) => Ok(pinned),
        (Some(_), false) => Err(Failure::usage("this program was built with its root keys")
            .mend("leave --root out: it trusts no other key")),
        (None, true) => {
            Err(Failure::usage("no root key was named").mend("name the vendor's with --root PUB"))
        }
        (None, false) => Roots::new(named).ok_or_else(|| {
            Failure::usage("a root key is named twice, or more than eight are")
                .mend("name each root key once")
        }),
    }
}

fn confirm_from(pinned: Option<&str>, named: Roots) -> Result<Roots, Failure> {
    let Some(pinned) = read(pinned)? else { return Ok(named) };
    let is_pinned = |key: &PublicKey| pinned.keys().contains(key);
    if named.keys().len() == pinned.keys().len() && named.keys().iter().all(is_pinned) {
        return Ok(pinned);
    }
    Err(Failure::coded(
        Code::UnknownKey,
        "the root keys are not those that this program was built with",
    )
    .mend("ask the vendor for the site kit that belongs to this program"))
}

fn read(pinned: Option<&str>) -> Result<Option<Roots>, Failure> {
    let Some(pinned) = pinned else { return Ok(None) };
    let key = |x: &str| PublicKey::from_bytes(&base64url::decode_array(x.trim())?);
    let roots = pinned.split(',').map(key).collect::<Option<Vec<_>>>().and_then(Roots::new);
    roots.map(Some).ok_or_else(|| {
        Failure::usage("this program was built with a `LICENCE_ROOTS` that names no root keys")
            .mend("build it again with one to eight public keys in base64url, separated by commas")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037 appendix A, and the first test of RFC 8032 section 7.1 that has another key.
    const ONE: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const TWO: &str = "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw";

    fn key(x: &str) -> PublicKey {
        PublicKey::from_bytes(&base64url::decode_array(x).unwrap()).unwrap()
    }

    fn keys(roots: &Roots) -> Vec<PublicKey> {
        roots.keys().to_vec()
    }

    #[test]
    fn a_build_with_root_keys_takes_no_others() {
        let both = format!("{ONE},{TWO}");
        assert_eq!(keys(&choose_from(Some(&both), vec![]).unwrap()), [key(ONE), key(TWO)]);
        assert!(choose_from(Some(ONE), vec![key(TWO)]).is_err());
        assert!(choose_from(Some(ONE), vec![key(ONE)]).is_err(), "not even its own");
    }

    #[test]
    fn a_build_without_takes_those_that_are_named() {
        assert_eq!(keys(&choose_from(None, vec![key(TWO)]).unwrap()), [key(TWO)]);
        assert!(choose_from(None, vec![]).is_err());
        assert!(choose_from(None, vec![key(ONE), key(ONE)]).is_err());
    }

    #[test]
    fn a_file_must_name_the_keys_of_the_build() {
        let roots = |keys: &[&str]| Roots::new(keys.iter().map(|x| key(x)).collect()).unwrap();
        let both = format!("{ONE},{TWO}");
        assert!(confirm_from(Some(&both), roots(&[TWO, ONE])).is_ok(), "in any order");
        assert!(confirm_from(Some(&both), roots(&[ONE])).is_err());
        assert!(confirm_from(Some(ONE), roots(&[TWO])).is_err());
        assert!(confirm_from(None, roots(&[TWO])).is_ok());
    }

    #[test]
    fn a_build_that_names_no_keys_trusts_none() {
        for pinned in ["", "x", ",", &format!("{ONE},"), &format!("{ONE},{ONE}")] {
            assert!(choose_from(Some(pinned), vec![]).is_err(), "{pinned}");
            assert!(choose_from(Some(pinned), vec![key(ONE)]).is_err(), "{pinned}");
        }
    }
}
