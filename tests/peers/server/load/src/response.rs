use crate::Failure;

/// Bytes of an answer at most; a server that sends more is not one of ours.
const BYTES_MAX: usize = 1 << 20;

/// An answer that has come whole.
pub(crate) struct Response<'b> {
    pub(crate) status: u16,
    pub(crate) body: &'b [u8],
}

/// The place of an answer's parts in what was received.
pub(crate) struct Extent {
    pub(crate) status: u16,
    pub(crate) head: usize,
    pub(crate) whole: usize,
}

impl Extent {
    /// Finds the end of the answer that `received` begins with; `None` where more is to come.
    pub(crate) fn find(received: &[u8]) -> Result<Option<Self>, Failure> {
        let Some(head) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
            return if received.len() > BYTES_MAX {
                Err("an endless head".into())
            } else {
                Ok(None)
            };
        };
        let head = head + 4;
        let text = std::str::from_utf8(&received[..head])?;
        let status: u16 = text.get(9..12).ok_or("an answer without a status")?.parse()?;
        let length = match content_length(text) {
            Some(length) => length?,
            None if matches!(status, 204 | 304) => 0,
            None => {
                return Err("an answer without `content-length`, which this does not read".into());
            }
        };
        if length > BYTES_MAX {
            return Err("an answer that is too long".into());
        }
        let whole = head + length;
        Ok((received.len() >= whole).then_some(Self { status, head, whole }))
    }
}

fn content_length(head: &str) -> Option<Result<usize, std::num::ParseIntError>> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse())
    })
}

/// A member of a JSON object that holds a string without escapes, by what stands before its value:
/// enough for tokens and ids, and it costs next to nothing.
pub(crate) fn text_after<'b>(body: &'b [u8], before: &str) -> Result<&'b str, Failure> {
    let text = std::str::from_utf8(body)?;
    let value = text.split_once(before).and_then(|(_, rest)| rest.split_once('"'));
    Ok(value.ok_or_else(|| format!("no `{before}` in `{text}`"))?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_body_is() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        for cut in 0..text.len() {
            assert!(Extent::find(&text[..cut]).unwrap().is_none(), "{cut}");
        }
        let Extent { status, head, whole } = Extent::find(text).unwrap().unwrap();
        assert_eq!((status, &text[head..whole]), (200, &b"hello"[..]));
        let none = Extent::find(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap().unwrap();
        assert_eq!((none.status, none.whole), (204, 27));
    }

    #[test]
    fn a_member_is_found_by_what_stands_before_it() {
        let body = br#"{"access_token":"a.b.c","session":{"id":"7"}}"#;
        assert_eq!(text_after(body, r#""access_token":""#).unwrap(), "a.b.c");
        assert_eq!(text_after(body, r#""session":{"id":""#).unwrap(), "7");
        assert!(text_after(body, r#""refresh_token":""#).is_err());
    }
}
