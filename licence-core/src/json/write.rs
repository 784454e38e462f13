use core::fmt::{self, Display, Write as _};

use super::{Object, Value};

/// Bytes of most objects at most, an answer with an access token in it among them: what grows step by step is
/// copied at each.
const OBJECT_BYTES: usize = 2048;

/// Writes one object: no white space, members in the order in which they are given.
#[must_use]
pub fn object(fill: impl FnOnce(&mut ObjectWriter<'_>)) -> String {
    let mut text = String::with_capacity(OBJECT_BYTES);
    write_object(&mut text, fill);
    text
}

/// Writes an object that was read.
pub(crate) fn text(object: &Object<'_>) -> String {
    let mut text = String::new();
    write_members(&mut text, object);
    text
}

/// The inside of an object that is being written.
///
/// Names stand in the program and hold nothing that must be escaped, which is why nothing looks for it;
/// [`value`](Self::value) alone takes one from anywhere.
pub struct ObjectWriter<'a> {
    text: &'a mut String,
    is_first: bool,
}

/// The inside of an array that is being written.
pub struct ArrayWriter<'a> {
    text: &'a mut String,
    is_first: bool,
}

/// What has a short text without a character that must be escaped.
pub trait PlainText {
    /// Hands on the text.
    fn with_text(self, take: impl FnOnce(&str));
}

impl ObjectWriter<'_> {
    /// Writes a string member.
    pub fn string(&mut self, name: &'static str, value: impl Display) {
        self.name(name);
        write_string(self.text, &value);
    }

    /// Writes a string member that is a text already, which saves its formatting.
    pub fn text(&mut self, name: &'static str, value: &str) {
        self.name(name);
        write_text(self.text, value);
    }

    /// Writes a string member that is an id, which saves the same, and the look for what must be escaped.
    pub fn id(&mut self, name: &'static str, id: impl PlainText) {
        self.name(name);
        self.text.push('"');
        id.with_text(|text| self.text.push_str(text));
        self.text.push('"');
    }

    /// Writes an integer member.
    pub fn integer(&mut self, name: &'static str, value: impl Into<i64>) {
        self.name(name);
        write_integer(self.text, value.into());
    }

    /// Writes `true` or `false`.
    pub fn boolean(&mut self, name: &'static str, value: bool) {
        self.name(name);
        self.text.push_str(if value { "true" } else { "false" });
    }

    /// Writes an object member.
    pub fn object(&mut self, name: &'static str, fill: impl FnOnce(&mut ObjectWriter<'_>)) {
        self.name(name);
        write_object(self.text, fill);
    }

    /// Writes an array member.
    pub fn array(&mut self, name: &'static str, fill: impl FnOnce(&mut ArrayWriter<'_>)) {
        self.name(name);
        self.text.push('[');
        fill(&mut ArrayWriter { text: self.text, is_first: true });
        self.text.push(']');
    }

    /// Writes an array of strings.
    pub fn strings(&mut self, name: &'static str, values: impl IntoIterator<Item = impl Display>) {
        self.array(name, |array| values.into_iter().for_each(|value| array.string(value)));
    }

    /// Writes any value under any name.
    pub fn value(&mut self, name: &str, value: &Value<'_>) {
        separate(self.text, &mut self.is_first);
        write_text(self.text, name);
        self.text.push(':');
        write_value(self.text, value);
    }

    /// Writes a member whose value is written already.
    pub(crate) fn json(&mut self, name: &'static str, value: &str) {
        self.name(name);
        self.text.push_str(value);
    }

    fn name(&mut self, name: &'static str) {
        debug_assert!(!name.bytes().any(is_escaped), "`{name}` would have to be escaped");
        separate(self.text, &mut self.is_first);
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
    }
}

impl ArrayWriter<'_> {
    /// Writes a string.
    pub fn string(&mut self, value: impl Display) {
        separate(self.text, &mut self.is_first);
        write_string(self.text, &value);
    }

    /// Writes an object.
    pub fn object(&mut self, fill: impl FnOnce(&mut ObjectWriter<'_>)) {
        separate(self.text, &mut self.is_first);
        write_object(self.text, fill);
    }
}

fn write_value(text: &mut String, value: &Value<'_>) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Value::Integer(number) => write_integer(text, *number),
        Value::Number(number) => text.push_str(number),
        Value::String(string) => write_text(text, string),
        Value::Array(values) => {
            text.push('[');
            let mut is_first = true;
            for value in values {
                separate(text, &mut is_first);
                write_value(text, value);
            }
            text.push(']');
        }
        Value::Object(object) => write_members(text, object),
    }
}

fn write_members(text: &mut String, object: &Object<'_>) {
    write_object(text, |members| {
        object.members().for_each(|(name, value)| members.value(name, value));
    });
}

fn write_object(text: &mut String, fill: impl FnOnce(&mut ObjectWriter<'_>)) {
    text.push('{');
    fill(&mut ObjectWriter { text, is_first: true });
    text.push('}');
}

fn separate(text: &mut String, is_first: &mut bool) {
    if !core::mem::take(is_first) {
        text.push(',');
    }
}

fn write_integer(text: &mut String, number: i64) {
    text.push_str(itoa::Buffer::new().format(number));
}

/// One function for every type, because the browser's module would carry each of its copies.
fn write_string(text: &mut String, value: &dyn Display) {
    text.push('"');
    // Writing into a String cannot fail.
    let _ = write!(Escaped(text), "{value}");
    text.push('"');
}

/// The same for what is a text already.
fn write_text(text: &mut String, value: &str) {
    text.push('"');
    // Writing into a String cannot fail.
    let _ = Escaped(text).write_str(value);
    text.push('"');
}

/// The inside of a string. Only what must be escaped is escaped, so that a string has one spelling.
struct Escaped<'a>(&'a mut String);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, value: &str) -> fmt::Result {
        // To the end also where one was found: that takes many bytes at a time.
        if !value.bytes().fold(false, |any, byte| any | is_escaped(byte)) {
            self.0.push_str(value);
            return Ok(());
        }
        for c in value.chars() {
            match c {
                '"' | '\\' => self.0.extend(['\\', c]),
                '\0'..='\u{1f}' => write!(self.0, "\\u{:04x}", u32::from(c))?,
                _ => self.0.push(c),
            }
        }
        Ok(())
    }
}

/// Whether a string cannot hold the byte as it is.
const fn is_escaped(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..=0x1f)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    #[test]
    fn what_is_written_is_read_back() {
        let text = object(|o| {
            o.value("a\"\\\n", &Value::String("x\u{0}é😀".into()));
            o.text("t", "\"\t");
            o.integer("n", -7_i64);
            o.boolean("b", true);
            o.strings("s", ["1", "2"]);
            o.object("o", |o| o.array("l", |l| (0..2).for_each(|_| l.object(|_| ()))));
        });
        assert_eq!(
            text,
            "{\"a\\\"\\\\\\u000a\":\"x\\u0000é😀\",\"t\":\"\\\"\\u0009\",\"n\":-7,\"b\":true,\"s\":[\"1\",\"2\"],\"o\":{\"l\":[{},{}]}}"
        );
        let value = parse(text.as_bytes()).unwrap();
        let object = value.as_object().unwrap();
        assert_eq!(object.value("a\"\\\n").unwrap().as_str(), Some("x\u{0}é😀"));
        assert_eq!(object.members().len(), 6);
    }

    #[test]
    fn an_integer_is_written_with_all_its_digits() {
        for number in [0, 9, 10, -1, -10, 1_795_000_000, i64::MAX, i64::MIN] {
            assert_eq!(object(|o| o.integer("n", number)), format!("{{\"n\":{number}}}"));
        }
    }
}
