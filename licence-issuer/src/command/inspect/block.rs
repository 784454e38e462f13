//! One block of a file.

use std::fmt;

use licence_cli::table::{Align, Table};
use licence_core::armour::{self, Label};
use licence_core::limits::OBJECT_BYTES_MAX;
use licence_core::{Kind, PublicKey, Refusal, UnverifiedParts, unverified_parts};
use serde::{Serialize, Serializer};
use serde_json::value::Value;

use super::claim;

/// What one block says.
#[derive(Serialize)]
pub(super) struct Block {
    /// The label of its armour; without armour, what it looks like.
    block: &'static str,
    #[serde(flatten)]
    content: Content,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case", untagged)]
enum Content {
    Signed {
        header: Json,
        claims: Json,
    },
    PublicKey {
        kid: String,
    },
    /// A private key is not for showing.
    Secret {},
}

/// JSON as it was written, which the strict reader has found to be sound.
struct Json(String);

impl Block {
    /// A block of an armoured file.
    pub(super) fn armoured(label: Label, content: &[u8]) -> Result<Self, Refusal> {
        let content = match label {
            Label::Licence => Content::signed(content, Kind::Licence)?,
            Label::IssuerKey => Content::signed(content, Kind::Issuer)?,
            Label::Revocations => Content::signed(content, Kind::Revocations)?,
            Label::Request => Content::signed(content, Kind::Request)?,
            Label::PublicKey => Content::public_key(armour::write(&[(label, content)]).as_bytes())?,
            Label::PrivateKey | Label::EncryptedPrivateKey => Content::Secret {},
        };
        Ok(Self { block: label.text(), content })
    }

    /// A file without armour: a JWK, or the compact form of a signed object.
    pub(super) fn bare(bytes: &[u8]) -> Result<Self, Refusal> {
        let bytes = bytes.trim_ascii();
        if bytes.starts_with(b"{") {
            return Ok(Self { block: "JWK", content: Content::public_key(bytes)? });
        }
        // The kind is in the header, and only a revocation list may be larger than the others.
        let is_large = bytes.len() > OBJECT_BYTES_MAX;
        let kind = if is_large { Kind::Revocations } else { Kind::Licence };
        Ok(Self { block: "compact form", content: Content::signed(bytes, kind)? })
    }
}

impl Content {
    fn signed(text: &[u8], kind: Kind) -> Result<Self, Refusal> {
        let UnverifiedParts { unverified_header, unverified_claims } =
            unverified_parts(text, kind)?;
        Ok(Self::Signed { header: Json(unverified_header), claims: Json(unverified_claims) })
    }

    fn public_key(bytes: &[u8]) -> Result<Self, Refusal> {
        Ok(Self::PublicKey { kid: PublicKey::parse(bytes)?.id().to_string() })
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value: Value = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        value.serialize(serializer)
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "UNVERIFIED {}: what it says, checked by nobody", self.block)?;
        let mut table = Table::plain([Align::Left, Align::Left]);
        match &self.content {
            Content::Signed { header, claims } => {
                for (part, json) in [("header.", header), ("", claims)] {
                    for (name, value) in claim::lines(&json.0) {
                        table.row([format!("  {part}{name}"), value]);
                    }
                }
            }
            Content::PublicKey { kid } => {
                table.row(["  kid", kid]);
            }
            Content::Secret {} => {
                table.row(["  private key", "not shown"]);
            }
        }
        table.fmt(f)
    }
}
