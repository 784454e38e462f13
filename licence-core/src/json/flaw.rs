use core::fmt;

/// Why a text is not the JSON that is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonFlaw {
    /// Not UTF-8.
    Encoding,
    /// Not JSON by RFC 8259, or cut off.
    Syntax,
    /// An object names a member twice.
    DuplicateName,
    /// Nested deeper than the limit.
    Depth,
    /// An object has more members than the limit.
    Members,
    /// An escape for half of a surrogate pair.
    LoneSurrogate,
    /// Something follows the value.
    TrailingData,
}

impl JsonFlaw {
    /// Its name in JSON: `duplicate_name`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Encoding => "encoding",
            Self::Syntax => "syntax",
            Self::DuplicateName => "duplicate_name",
            Self::Depth => "depth",
            Self::Members => "members",
            Self::LoneSurrogate => "lone_surrogate",
            Self::TrailingData => "trailing_data",
        }
    }
}

impl fmt::Display for JsonFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Encoding => "it is not UTF-8",
            Self::Syntax => "it is not JSON, or cut off",
            Self::DuplicateName => "a name stands twice in one object",
            Self::Depth => "it is nested too deeply",
            Self::Members => "an object has too many members",
            Self::LoneSurrogate => "a string holds half of a surrogate pair",
            Self::TrailingData => "something follows the JSON value",
        })
    }
}
