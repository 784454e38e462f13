use tracing_subscriber::EnvFilter;

use super::setting::{Setting, quoted};

/// How much is logged, and of what: `warn`, `licence_server=debug,info`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The filter; `None` for a text that is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_filter = !text.is_empty() && EnvFilter::try_new(text).is_ok();
        is_filter.then(|| Self(text.to_owned()))
    }

    /// The text that it is made of.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for LogFilter {
    fn default() -> Self {
        Self("info".to_owned())
    }
}

impl Setting for LogFilter {
    fn expected() -> String {
        "`error`, `warn`, `info`, `debug`, `trace`, or such levels for parts of the program, as \
         `licence_server=debug,info`"
            .to_owned()
    }

    fn of_text(text: &str) -> Option<Self> {
        Self::parse(text)
    }

    fn to_toml(&self) -> String {
        quoted(&self.0)
    }
}
