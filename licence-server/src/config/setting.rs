use std::net::SocketAddr;
use std::path::PathBuf;

use toml::de::DeValue;

/// Entries of a list at most.
const LIST_MAX: usize = 64;

/// A value that stands in the configuration file, or in a variable of the environment.
pub(super) trait Setting: Sized {
    /// What may be written, so that it continues "give ".
    fn expected() -> String;

    /// Reads what a variable holds, or what stands between quotes in the file.
    fn of_text(text: &str) -> Option<Self>;

    /// Reads what stands in the file.
    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        let DeValue::String(text) = value else { return None };
        Self::of_text(text)
    }

    /// The value as the file writes it; empty where there is none.
    fn to_toml(&self) -> String;
}

impl Setting for bool {
    fn expected() -> String {
        "`true` or `false`".to_owned()
    }

    fn of_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        let DeValue::Boolean(is_so) = value else { return None };
        Some(*is_so)
    }

    fn to_toml(&self) -> String {
        self.to_string()
    }
}

/// What may be left out and has no default.
impl<T: Setting> Setting for Option<T> {
    fn expected() -> String {
        T::expected()
    }

    fn of_text(text: &str) -> Option<Self> {
        T::of_text(text).map(Some)
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        T::of_toml(value).map(Some)
    }

    fn to_toml(&self) -> String {
        self.as_ref().map(T::to_toml).unwrap_or_default()
    }
}

/// A list; in a variable its entries stand between commas.
impl<T: Setting> Setting for Vec<T> {
    fn expected() -> String {
        format!("a list of at most {LIST_MAX}, each {}", T::expected())
    }

    fn of_text(text: &str) -> Option<Self> {
        let entries = text.split(',').map(|entry| T::of_text(entry.trim()));
        at_most(entries.take(LIST_MAX + 1).collect::<Option<Self>>()?)
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        let DeValue::Array(entries) = value else { return None };
        let entries = entries.iter().map(|entry| T::of_toml(entry.get_ref()));
        at_most(entries.take(LIST_MAX + 1).collect::<Option<Self>>()?)
    }

    fn to_toml(&self) -> String {
        let entries: Vec<String> = self.iter().map(T::to_toml).collect();
        format!("[{}]", entries.join(", "))
    }
}

fn at_most<T>(entries: Vec<T>) -> Option<Vec<T>> {
    (entries.len() <= LIST_MAX).then_some(entries)
}

impl Setting for PathBuf {
    fn expected() -> String {
        "a path".to_owned()
    }

    fn of_text(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.into())
    }

    fn to_toml(&self) -> String {
        quoted(&self.display().to_string())
    }
}

impl Setting for SocketAddr {
    fn expected() -> String {
        "an address with its port, as `127.0.0.1:8080` or `[::]:8443`".to_owned()
    }

    fn of_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn to_toml(&self) -> String {
        quoted(&self.to_string())
    }
}

/// A text between the quotes that suit it.
pub(super) fn quoted(text: &str) -> String {
    if text.contains('"') || text.contains('\\') || text.chars().any(char::is_control) {
        format!("{text:?}")
    } else {
        format!("\"{text}\"")
    }
}
