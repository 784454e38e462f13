//! RFC 9110 section 13: what has to be there before a write, and what the reader has already.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::domain::{Expected, Refusal};
use crate::http::problem::Problem;

/// The `ETag` of a version: strong, because a version is written once.
pub(super) fn etag(version: u64) -> HeaderValue {
    // A number in quotes is always a header's value.
    HeaderValue::try_from(format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// What a header of entity tags says.
#[derive(Debug, PartialEq, Eq)]
enum Tags {
    Any,
    /// The versions among the tags. A weak tag, or one that was never given, stands for none.
    Versions(Vec<u64>),
}

/// Whether a reader has that version already.
pub(super) fn is_known(headers: &HeaderMap, version: u64) -> bool {
    match tags(headers, &header::IF_NONE_MATCH) {
        Ok(Some(Tags::Any)) => true,
        // Section 8.8.3.2: to read, a tag that a proxy made weak is as good.
        Ok(Some(Tags::Versions(versions))) => versions.contains(&version),
        Ok(None) | Err(_) => false,
    }
}

/// What has to be there before a write.
///
/// # Errors
/// `invalid_request` where it is not written as it should be, `precondition_failed` where nothing
/// that was ever here has one of the tags.
pub(super) fn expected(
    headers: &HeaderMap,
    version_now: impl FnOnce() -> Result<Option<u64>, Problem>,
) -> Result<Expected, Problem> {
    let if_match = tags(headers, &header::IF_MATCH)?;
    match (if_match, tags(headers, &header::IF_NONE_MATCH)?) {
        (None, None) => Ok(Expected::Anything),
        (None, Some(Tags::Any)) => Ok(Expected::Nothing),
        (None, Some(Tags::Versions(_))) => {
            Err(Problem::invalid_request("`If-None-Match` of a write must be `*`"))
        }
        (Some(_), Some(_)) => {
            Err(Problem::invalid_request("`If-Match` and `If-None-Match` came together"))
        }
        (Some(Tags::Any), None) => Ok(Expected::Something),
        (Some(Tags::Versions(versions)), None) => match *versions.as_slice() {
            [version] => Ok(Expected::Version(version)),
            _ => {
                let now = version_now()?.filter(|now| versions.contains(now));
                let lost = || Problem::from(&Refusal::PreconditionFailed);
                now.map(Expected::Version).ok_or_else(lost)
            }
        },
    }
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Tags>, Problem> {
    let mut versions = Vec::new();
    let mut is_there = false;
    for value in headers.get_all(name) {
        is_there = true;
        let text = value.to_str().unwrap_or_default();
        if text.trim() == "*" {
            return Ok(Some(Tags::Any));
        }
        for tag in text.split(',') {
            versions.extend(version(tag.trim(), name)?);
        }
    }
    Ok(is_there.then_some(Tags::Versions(versions)))
}

/// The version that a tag stands for, if one could.
fn version(tag: &str, name: &HeaderName) -> Result<Option<u64>, Problem> {
    let (strong, is_weak) = tag.strip_prefix("W/").map_or((tag, false), |strong| (strong, true));
    let quoted = strong.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let opaque = quoted.filter(|text| !text.contains('"')).ok_or_else(|| {
        Problem::invalid_request(format!("`{name}` must be `*`, or an `ETag` with its quotes"))
    })?;
    // To write, only a strong tag will do; a proxy that made it weak may have changed the text.
    let is_good = !is_weak || *name == header::IF_NONE_MATCH;
    Ok(opaque.parse().ok().filter(|version: &u64| is_good && version.to_string() == opaque))
}

#[cfg(test)]
mod tests {
    use licence_core::Code;

    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap()));
        pairs.collect()
    }

    fn write(pairs: &[(HeaderName, &str)]) -> Result<Expected, Code> {
        let expected = expected(&headers(pairs), || Ok(Some(7)));
        expected.map_err(|problem| problem.code())
    }

    #[test]
    fn a_write_says_what_has_to_be_there() {
        let (own, none) = (header::IF_MATCH, header::IF_NONE_MATCH);
        for (pairs, answer) in [
            (&[][..], Ok(Expected::Anything)),
            (&[(own.clone(), "*")], Ok(Expected::Something)),
            (&[(own.clone(), "\"7\"")], Ok(Expected::Version(7))),
            (&[(own.clone(), "\"8\"")], Ok(Expected::Version(8))),
            (&[(own.clone(), "\"6\", \"7\"")], Ok(Expected::Version(7))),
            (&[(own.clone(), "\"6\", \"8\"")], Err(Code::PreconditionFailed)),
            (&[(own.clone(), "W/\"7\"")], Err(Code::PreconditionFailed)),
            (&[(own.clone(), "\"07\"")], Err(Code::PreconditionFailed)),
            (&[(own.clone(), "\"x\"")], Err(Code::PreconditionFailed)),
            (&[(own.clone(), "7")], Err(Code::InvalidRequest)),
            (&[(own.clone(), "\"7")], Err(Code::InvalidRequest)),
            (&[(own.clone(), "")], Err(Code::InvalidRequest)),
            (&[(none.clone(), "*")], Ok(Expected::Nothing)),
            (&[(none.clone(), "\"7\"")], Err(Code::InvalidRequest)),
            (&[(own, "*"), (none, "*")], Err(Code::InvalidRequest)),
        ] {
            assert_eq!(write(pairs), answer, "{pairs:?}");
        }
    }

    #[test]
    fn a_reader_says_what_it_has() {
        for (value, is_known_now) in [
            ("\"7\"", true),
            ("W/\"7\"", true),
            ("\"6\", \"7\"", true),
            ("\"6\"", false),
            ("*", true),
            ("7", false),
        ] {
            assert_eq!(
                is_known(&headers(&[(header::IF_NONE_MATCH, value)]), 7),
                is_known_now,
                "{value}"
            );
        }
        assert!(!is_known(&HeaderMap::new(), 7));
    }
}
