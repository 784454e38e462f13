//! What the pages are made of, as it stands in this program.

use licence_core::base64url;
use sha2::{Digest as _, Sha256};

/// A file and its media type.
pub(super) struct File {
    pub(super) bytes: &'static [u8],
    pub(super) media_type: &'static str,
}

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

macro_rules! file {
    ($name:literal, $media_type:expr) => {
        File { bytes: include_bytes!($name), media_type: $media_type }
    };
}

macro_rules! parts {
    ($($name:literal: $media_type:expr),+ $(,)?) => {
        [$(($name, file!($name, $media_type))),+]
    };
}

/// What every page begins with, then what is its own.
macro_rules! page {
    ($name:literal) => {
        File {
            bytes: concat!(include_str!("head.html"), include_str!($name)).as_bytes(),
            media_type: HTML,
        }
    };
}

/// Each page, at its address.
pub(super) static PAGES: [(&str, File); 3] = [
    ("/set-password", page!("set_password.html")),
    ("/account", page!("account.html")),
    ("/admin", page!("admin.html")),
];

static PARTS: [(&str, File); 27] = parts![
    "account.js": SCRIPT,
    "admin.css": STYLE,
    "admin.js": SCRIPT,
    "api.js": SCRIPT,
    "audit.js": SCRIPT,
    "chain.js": SCRIPT,
    "chart.js": SCRIPT,
    "clock.js": SCRIPT,
    "code.js": SCRIPT,
    "dialog.js": SCRIPT,
    "doctor.js": SCRIPT,
    "elements.js": SCRIPT,
    "icon.svg": PICTURE,
    "import.js": SCRIPT,
    "licence.js": SCRIPT,
    "list.js": SCRIPT,
    "live.js": SCRIPT,
    "pages.css": STYLE,
    "people.js": SCRIPT,
    "person.js": SCRIPT,
    "picture.js": SCRIPT,
    "seats.js": SCRIPT,
    "sessions.js": SCRIPT,
    "set_password.js": SCRIPT,
    "sign_in.js": SCRIPT,
    "times.js": SCRIPT,
    "usage.js": SCRIPT,
];

/// A file that a page or a script names.
pub(super) fn part(name: &str) -> Option<&'static File> {
    PARTS.iter().find_map(|(own, file)| (*own == name).then_some(file))
}

/// The names of all of them.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    PARTS.iter().map(|(name, _)| *name)
}

impl File {
    /// Its `ETag`: another one whenever a byte of it is another one.
    pub(super) fn tag(&self) -> String {
        format!("\"{}\"", base64url::encode(&Sha256::digest(self.bytes)))
    }
}
