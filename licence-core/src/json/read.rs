use std::borrow::Cow;

use super::{JsonFlaw, Object, Value};
use crate::limits::{JSON_DEPTH_MAX, JSON_MEMBERS_MAX};

/// Reads one JSON value that is the whole of `bytes`.
///
/// # Errors
/// The first [`JsonFlaw`] from the left.
pub fn parse(bytes: &[u8]) -> Result<Value<'_>, JsonFlaw> {
    parse_to(JSON_DEPTH_MAX, bytes)
}

/// The same for a value that will be a member of an object, and so nests one level less.
pub(crate) fn parse_member(bytes: &[u8]) -> Result<Value<'_>, JsonFlaw> {
    parse_to(JSON_DEPTH_MAX - 1, bytes)
}

fn parse_to(depth_max: usize, bytes: &[u8]) -> Result<Value<'_>, JsonFlaw> {
    let text = core::str::from_utf8(bytes).map_err(|_| JsonFlaw::Encoding)?;
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(depth_max)?;
    parser.skip_space();
    if parser.at == text.len() { Ok(value) } else { Err(JsonFlaw::TrailingData) }
}

/// INVARIANT: `at` stands on a character boundary whenever a slice is cut there, because only ASCII
/// bytes are stepped over one by one.
struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Result<u8, JsonFlaw> {
        let byte = self.peek().ok_or(JsonFlaw::Syntax)?;
        self.at += 1;
        Ok(byte)
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn skip_digits(&mut self) -> Result<(), JsonFlaw> {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == from { Err(JsonFlaw::Syntax) } else { Ok(()) }
    }

    fn since(&self, from: usize) -> Result<&'a str, JsonFlaw> {
        self.text.get(from..self.at).ok_or(JsonFlaw::Syntax)
    }

    fn value(&mut self, depth_left: usize) -> Result<Value<'a>, JsonFlaw> {
        self.skip_space();
        match self.peek().ok_or(JsonFlaw::Syntax)? {
            b'{' => self.object(depth_left.checked_sub(1).ok_or(JsonFlaw::Depth)?),
            b'[' => self.array(depth_left.checked_sub(1).ok_or(JsonFlaw::Depth)?),
            b'"' => Ok(Value::String(self.string()?)),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.literal("true", Value::Bool(true)),
            b'f' => self.literal("false", Value::Bool(false)),
            b'n' => self.literal("null", Value::Null),
            _ => Err(JsonFlaw::Syntax),
        }
    }

    fn literal(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, JsonFlaw> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += word.len();
        if rest.starts_with(word) { Ok(value) } else { Err(JsonFlaw::Syntax) }
    }

    fn object(&mut self, depth_left: usize) -> Result<Value<'a>, JsonFlaw> {
        self.at += 1;
        let mut object = Object::default();
        self.skip_space();
        if self.take(b'}') {
            return Ok(Value::Object(object));
        }
        loop {
            self.skip_space();
            let name = self.string()?;
            if object.value(&name).is_some() {
                return Err(JsonFlaw::DuplicateName);
            }
            if object.0.len() == JSON_MEMBERS_MAX {
                return Err(JsonFlaw::Members);
            }
            self.skip_space();
            if !self.take(b':') {
                return Err(JsonFlaw::Syntax);
            }
            object.0.push((name, self.value(depth_left)?));
            self.skip_space();
            match self.next()? {
                b',' => {}
                b'}' => return Ok(Value::Object(object)),
                _ => return Err(JsonFlaw::Syntax),
            }
        }
    }

    fn array(&mut self, depth_left: usize) -> Result<Value<'a>, JsonFlaw> {
        self.at += 1;
        let mut values = Vec::new();
        self.skip_space();
        if self.take(b']') {
            return Ok(Value::Array(values));
        }
        loop {
            values.push(self.value(depth_left)?);
            self.skip_space();
            match self.next()? {
                b',' => {}
                b']' => return Ok(Value::Array(values)),
                _ => return Err(JsonFlaw::Syntax),
            }
        }
    }

    fn number(&mut self) -> Result<Value<'a>, JsonFlaw> {
        let from = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.skip_digits()?;
        }
        let mut is_integer = true;
        if self.take(b'.') {
            self.skip_digits()?;
            is_integer = false;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.skip_digits()?;
            is_integer = false;
        }
        let text = self.since(from)?;
        // `-0` is a float to some readers, so it is no integer here.
        let integer = text.parse().ok().filter(|_| is_integer && text != "-0");
        Ok(integer.map_or(Value::Number(text), Value::Integer))
    }

    /// A string; copied only from its first escape on.
    fn string(&mut self) -> Result<Cow<'a, str>, JsonFlaw> {
        if !self.take(b'"') {
            return Err(JsonFlaw::Syntax);
        }
        let mut unescaped = String::new();
        let mut from = self.at;
        loop {
            self.skip_plain();
            match self.peek().ok_or(JsonFlaw::Syntax)? {
                b'"' => {
                    let last = self.since(from)?;
                    self.at += 1;
                    if unescaped.is_empty() {
                        return Ok(Cow::Borrowed(last));
                    }
                    unescaped.push_str(last);
                    return Ok(Cow::Owned(unescaped));
                }
                b'\\' => {
                    unescaped.push_str(self.since(from)?);
                    self.at += 1;
                    unescaped.push(self.escape()?);
                    from = self.at;
                }
                _ => return Err(JsonFlaw::Syntax),
            }
        }
    }

    /// Up to what ends a string, begins an escape or must not stand there.
    fn skip_plain(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let is_plain = |byte: &u8| !matches!(byte, b'"' | b'\\' | 0..0x20);
        self.at += rest.iter().take_while(|byte| is_plain(byte)).count();
    }

    fn escape(&mut self) -> Result<char, JsonFlaw> {
        Ok(match self.next()? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(JsonFlaw::Syntax),
        })
    }

    fn unicode_escape(&mut self) -> Result<char, JsonFlaw> {
        let first = self.four_digits()?;
        if !(0xd800..0xe000).contains(&first) {
            return char::from_u32(first).ok_or(JsonFlaw::Syntax);
        }
        let has_second = self.take(b'\\') && self.take(b'u');
        let second = if has_second { self.four_digits()? } else { 0 };
        if first >= 0xdc00 || !(0xdc00..0xe000).contains(&second) {
            return Err(JsonFlaw::LoneSurrogate);
        }
        let joined = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        char::from_u32(joined).ok_or(JsonFlaw::Syntax)
    }

    fn four_digits(&mut self) -> Result<u32, JsonFlaw> {
        let mut number = 0;
        for _ in 0..4 {
            let digit = char::from(self.next()?).to_digit(16).ok_or(JsonFlaw::Syntax)?;
            number = number * 16 + digit;
        }
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaw(text: &str) -> JsonFlaw {
        parse(text.as_bytes()).expect_err(text)
    }

    #[test]
    fn values_are_read_as_they_were_written() {
        let text = br#" { "a" : [ 1 , -2 , 0 , 1.5 , 1e3 ] , "b" : { "c" : "x\u00e9\n\ud83d\ude00y" } , "d":null,"e":true} "#;
        let value = parse(text).unwrap();
        let object = value.as_object().unwrap();
        let numbers = object.value("a").unwrap().as_array().unwrap();
        assert_eq!(numbers[0], Value::Integer(1));
        assert_eq!(numbers[1], Value::Integer(-2));
        assert_eq!(numbers[2], Value::Integer(0));
        assert_eq!(numbers[3], Value::Number("1.5"));
        assert_eq!(numbers[4], Value::Number("1e3"));
        let inner = object.value("b").unwrap().as_object().unwrap();
        assert_eq!(inner.value("c").unwrap().as_str(), Some("xé\n😀y"));
        assert_eq!(object.value("d"), Some(&Value::Null));
        assert_eq!(object.value("e").unwrap().as_bool(), Some(true));
    }

    #[test]
    fn an_integer_is_never_read_through_a_float() {
        assert_eq!(parse(b"9007199254740993").unwrap(), Value::Integer(9_007_199_254_740_993));
        assert_eq!(parse(b"18446744073709551616").unwrap(), Value::Number("18446744073709551616"));
        assert_eq!(parse(b"-0").unwrap(), Value::Number("-0"));
    }

    #[test]
    fn what_two_readers_could_see_differently_is_refused() {
        assert_eq!(flaw(r#"{"a":1,"a":2}"#), JsonFlaw::DuplicateName);
        assert_eq!(flaw(r#"{"a":1,"\u0061":2}"#), JsonFlaw::DuplicateName);
        assert_eq!(flaw(r#"[{"x":{"a":1,"a":1}}]"#), JsonFlaw::DuplicateName);
        assert_eq!(flaw(r#""\ud83d""#), JsonFlaw::LoneSurrogate);
        assert_eq!(flaw(r#""\ude00\ud83d""#), JsonFlaw::LoneSurrogate);
        assert_eq!(flaw("1 2"), JsonFlaw::TrailingData);
        assert_eq!(flaw("{}\0"), JsonFlaw::TrailingData);
        assert_eq!(flaw("\u{feff}{}"), JsonFlaw::Syntax);
        assert_eq!(parse(b"\"\xff\"").unwrap_err(), JsonFlaw::Encoding);
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "[1",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "{'a':1}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "-",
            "tru",
            "nulll",
            "NaN",
            "\"\t\"",
            "\"a",
            "\"\\x41\"",
            "\"\\u12g4\"",
            "{\"a\" 1}",
            "[1 2]",
            "//",
            "\"\\",
            "{\"a\"",
            "{\"a\":",
            "{1:2}",
        ] {
            assert!(matches!(flaw(text), JsonFlaw::Syntax | JsonFlaw::TrailingData), "{text}");
        }
    }

    #[test]
    fn depth_and_members_stop_at_their_limits() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(nested(JSON_DEPTH_MAX).as_bytes()).is_ok());
        assert_eq!(flaw(&nested(JSON_DEPTH_MAX + 1)), JsonFlaw::Depth);
        assert_eq!(flaw(&"[".repeat(1_000_000)), JsonFlaw::Depth);
        let wide = |count: usize| {
            let members: Vec<_> = (0..count).map(|n| format!("\"{n}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert!(parse(wide(JSON_MEMBERS_MAX).as_bytes()).is_ok());
        assert_eq!(flaw(&wide(JSON_MEMBERS_MAX + 1)), JsonFlaw::Members);
    }
}
