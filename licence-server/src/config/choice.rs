//! Settings of which there are a few to choose from.

use super::setting::{Setting, quoted};

/// An enumeration whose variants have a word each.
macro_rules! choice {
    ($(#[doc = $doc:literal])+ $name:ident, $default:ident {
        $($(#[doc = $variant_doc:literal])+ $variant:ident = $word:literal,)+
    }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[doc = $variant_doc])+ $variant,)+
        }

        impl $name {
            const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word for it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::$default
            }
        }

        impl Setting for $name {
            fn expected() -> String {
                let words: Vec<_> = Self::ALL.iter().map(|one| format!("`{}`", one.word())).collect();
                words.join(" or ")
            }

            fn of_text(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == text)
            }

            fn to_toml(&self) -> String {
                quoted(self.word())
            }
        }
    };
}

choice! {
    /// How the log is written.
    LogFormat, Text {
        /// Lines for a person.
        Text = "text",
        /// An object a line, for programs.
        Json = "json",
    }
}

choice! {
    /// In which header a trusted proxy says whom it speaks for.
    ForwardedHeader, XForwarded {
        /// `X-Forwarded-For`, `-Proto` and `-Host`.
        XForwarded = "x-forwarded",
        /// `Forwarded` (RFC 7239).
        Forwarded = "forwarded",
    }
}

choice! {
    /// Who may ask to be registered.
    Registration, Closed {
        /// Nobody: an administrator registers people.
        Closed = "closed",
        /// Anyone, and an administrator says yes.
        Approval = "approval",
    }
}
