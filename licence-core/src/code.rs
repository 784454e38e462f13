//! The one list of refusal codes: what each means, how to mend it, and its HTTP and exit status.

use core::fmt;

/// What a command-line tool returns to the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Wrong usage, or a file, network or clock that failed: status 1.
    Failed,
    /// Well formed, and refused: status 2.
    Refused,
    /// Not what it should be at all: status 3.
    Malformed,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn status(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Refused => 2,
            Self::Malformed => 3,
        }
    }
}

/// What is said of one code beside its name, which alone the browser's module carries.
struct Entry {
    http: u16,
    exit: Exit,
    title: &'static str,
    mend: &'static str,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $http:literal, $exit:ident, $title:literal, $mend:literal;)+) => {
        /// Why something was refused, in one word that never changes.
        ///
        /// The first fifteen are the verifier's, in the order in which they are looked for; then come
        /// the seat server's own; the last five are for what a site says of itself.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $name, "`: ", $title, ".")] $(#[$doc])* $variant,)+
        }

        impl Code {
            /// Every code, the verifier's first.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code as it is written in JSON: `bad_signature`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            const fn entry(self) -> &'static Entry {
                match self {
                    $(Self::$variant => &Entry {
                        http: $http, exit: Exit::$exit, title: $title, mend: $mend,
                    },)+
                }
            }
        }
    };
}

codes! {
    TooLarge = "too_large", 413, Malformed,
        "it is larger than anything of its kind",
        "check that this is the right file";
    Malformed = "malformed", 400, Malformed,
        "it is not written as its format says",
        "ask for it again: a copy by mail or clipboard may have changed it";
    WrongType = "wrong_type", 400, Malformed,
        "it is a signed object of another kind",
        "give the kind that was asked for";
    UnknownKey = "unknown_key", 401, Refused,
        "the key that signed it is not one that may sign it here",
        "check that it comes from this vendor and that the pinned root keys are current";
    BadSignature = "bad_signature", 401, Refused,
        "its signature does not hold",
        "it was changed after it was signed: ask for the original";
    UnsupportedVersion = "unsupported_version", 400, Refused,
        "it is written in a newer version of the format",
        "update this program";
    WrongProduct = "wrong_product", 403, Refused,
        "it is for another product",
        "ask the vendor for a licence for this product";
    Unbound = "unbound", 403, Refused,
        "it names no site, so any copy of it would work anywhere",
        "send the vendor a request file and ask for a licence bound to this server";
    WrongSite = "wrong_site", 403, Refused,
        "it is bound to another site's key",
        "send the vendor this server's request file and ask for a renewal";
    TestLicence = "test_licence", 403, Refused,
        "it is for tests only",
        "install a production licence, or allow test licences";
    NotYetValid = "not_yet_valid", 403, Refused,
        "its time has not come",
        "check this machine's clock and date, or wait until it starts";
    Expired = "expired", 401, Refused,
        "its time is over",
        "renew it";
    Revoked = "revoked", 403, Refused,
        "it was taken back by the one who gave it",
        "ask whoever gave it for a new one";
    ExceedsLicence = "exceeds_licence", 403, Refused,
        "it claims more than what it rests on grants",
        "ask the vendor: whoever signed it was not allowed to";
    LicenceChanged = "licence_changed", 401, Refused,
        "it was made under another licence than the one at hand",
        "fetch the licence again and try once more";

    InvalidGrant = "invalid_grant", 401, Refused,
        "name and password do not match, or the sign-in has ended",
        "sign in again";
    RefreshReused = "refresh_reused", 401, Refused,
        "an old refresh token was used again, so the session was ended to be safe",
        "sign in again; if that was not you, change the password";
    StoreBehind = "store_behind", 401, Refused,
        "the server's store is older than this sign-in",
        "tell the administrator that a backup was restored, then sign in again";
    InvalidToken = "invalid_token", 401, Refused,
        "the access token is missing, ended, or not good here",
        "refresh it, or sign in again";
    Forbidden = "forbidden", 403, Refused,
        "this account may not do that",
        "ask the administrator for the role";
    NoSeat = "no_seat", 409, Refused,
        "all seats of the licence are taken",
        "wait for a seat, or ask someone to sign out";
    TooManySessions = "too_many_sessions", 409, Refused,
        "this account is active on as many devices as the licence allows",
        "end one of the other sessions";
    LicenceExpired = "licence_expired", 403, Refused,
        "the institute's licence has ended",
        "ask the administrator to renew the licence; the sign-in stays good";
    NoLicence = "no_licence", 403, Refused,
        "no licence is installed",
        "ask the administrator to install the licence";
    RegisteredFull = "registered_full", 409, Refused,
        "as many people are registered as the licence allows",
        "remove people who left, or ask the vendor for more";
    InsecureTransport = "insecure_transport", 400, Refused,
        "a sign-in over plain http would be readable by others on the network",
        "serve with --tls-self or --tls-cert, or put a TLS proxy in front; and give the address with \
         --public-url https://NAME";
    Csrf = "csrf", 403, Refused,
        "the request came from a page that may not send it",
        "add the page's origin to the server's `origins`";
    Throttled = "throttled", 429, Refused,
        "too many attempts in a short time",
        "wait as long as Retry-After says";
    Busy = "busy", 503, Failed,
        "the server has more to do than it can queue",
        "try again as Retry-After says";
    Retired = "retired", 503, Refused,
        "this server was moved to another machine and serves nobody any more",
        "use the new server; where there is none, restore the final backup";
    Conflict = "conflict", 409, Refused,
        "it does not go with what is there",
        "look at what is there";
    PreconditionFailed = "precondition_failed", 412, Refused,
        "someone else changed it first",
        "read it again and repeat the change";
    NotFound = "not_found", 404, Refused,
        "there is no such thing",
        "check the address or the name";
    InvalidRequest = "invalid_request", 400, Failed,
        "the request is not written as it should be",
        "see the documentation of this call";
    Internal = "internal", 500, Failed,
        "the server failed",
        "see the server's log";

    MissingDays = "missing_days", 409, Refused,
        "days are missing of which it should tell",
        "ask the institute for a statement from the day on which the one before ended";
    StatementMissing = "statement_missing", 409, Refused,
        "it does not follow the statement before",
        "ask the institute for the statement that it follows";
    LogRolledBack = "log_rolled_back", 409, Refused,
        "the site's log stands before a place at which it stood already",
        "ask the institute whether an old copy of the data directory was put back";
    LogForked = "log_forked", 409, Refused,
        "the site has two logs that are not one",
        "ask the institute whether two copies of the data directory ran, or an old one was put back";
    ClockLowered = "clock_lowered", 409, Refused,
        "the site's clock was set back",
        "ask the institute why: its audit log has the reason that was given";
}

impl Code {
    /// What it means: a sentence without its full stop.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.entry().title
    }

    /// How to mend it: a sentence without its full stop.
    #[must_use]
    pub const fn mend(self) -> &'static str {
        self.entry().mend
    }

    /// The status of an HTTP answer with this code.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        self.entry().http
    }

    /// What a command-line tool returns for it.
    #[must_use]
    pub const fn exit(self) -> Exit {
        self.entry().exit
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_sentences_are_sentences() {
        for (at, code) in Code::ALL.iter().enumerate() {
            assert!(Code::ALL.iter().skip(at + 1).all(|other| other.name() != code.name()));
            for sentence in [code.title(), code.mend()] {
                assert!(!sentence.is_empty() && !sentence.ends_with('.'), "{sentence}");
            }
        }
    }

    #[test]
    fn the_verifiers_codes_come_first_and_in_their_order() {
        let order: Vec<_> = Code::ALL.iter().take(15).map(|code| code.name()).collect();
        assert_eq!(
            order.join(" "),
            "too_large malformed wrong_type unknown_key bad_signature unsupported_version \
             wrong_product unbound wrong_site test_licence not_yet_valid expired revoked \
             exceeds_licence licence_changed"
        );
    }
}
