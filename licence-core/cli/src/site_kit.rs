//! `site-kit.json`: what an institute's server needs to know of the vendor before its first licence.
//!
//! The vendor's tool writes it, the server reads it. It holds nothing secret. Whoever receives it must
//! receive it from the vendor: it is the trust anchor.

use licence_core::json::{self, Value};
use licence_core::{Product, PublicKey, Roots, Vendor};

/// The version of the file.
const VERSION: i64 = 1;

/// Bytes of the file at most: two names and a few keys.
pub const SITE_KIT_BYTES_MAX: usize = 16 * 1024;

/// Vendor, product and root keys.
#[derive(Clone, Debug)]
pub struct SiteKit {
    /// Who signs the licences.
    pub vendor: Vendor,
    /// What they are for.
    pub product: Product,
    /// What every licence is traced back to.
    pub roots: Roots,
}

impl SiteKit {
    /// Reads the file; `None` where it is not exactly what [`to_json`](Self::to_json) writes, in any
    /// order and layout.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let value = json::parse(bytes).ok()?;
        let kit = value.as_object()?;
        if kit.value("version")?.as_integer() != Some(VERSION) || kit.members().len() != 4 {
            return None;
        }
        let key = |jwk: &Value<'_>| PublicKey::from_jwk(jwk.as_object()?);
        let keys = kit.value("roots")?.as_array()?.iter().map(key).collect::<Option<Vec<_>>>()?;
        Some(Self {
            vendor: Vendor::parse(kit.value("vendor")?.as_str()?)?,
            product: Product::parse(kit.value("product")?.as_str()?)?,
            roots: Roots::new(keys)?,
        })
    }

    /// Writes the file.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = json::object(|kit| {
            kit.integer("version", VERSION);
            kit.string("vendor", &self.vendor);
            kit.string("product", &self.product);
            kit.array("roots", |roots| {
                for root in self.roots.keys() {
                    roots.object(|jwk| root.write_jwks_member(jwk));
                }
            });
        });
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use licence_core::{PrivateKey, Product, Roots, Vendor};

    use super::SiteKit;

    fn sample() -> SiteKit {
        let key = |seed| PrivateKey::from_seed(&[seed; 32]).unwrap().public().clone();
        SiteKit {
            vendor: Vendor::parse("Acme GmbH").unwrap(),
            product: Product::parse("acme-viewer").unwrap(),
            roots: Roots::new(vec![key(1), key(2)]).unwrap(),
        }
    }

    #[test]
    fn a_kit_is_read_as_it_was_written() {
        let text = sample().to_json();
        let read = SiteKit::parse(text.as_bytes()).unwrap();
        assert_eq!(read.to_json(), text);
        assert_eq!(read.roots.keys(), sample().roots.keys());
    }

    #[test]
    fn what_is_not_known_is_not_trusted() {
        let text = sample().to_json();
        for wrong in [
            text.replace("\"version\":1", "\"version\":2"),
            text.replace("\"version\":1", "\"version\":1,\"more\":1"),
            text.replace("acme-viewer", "acme viewer"),
            text.replace("\"EdDSA\"", "\"none\""),
            text.replace("\"roots\":[", "\"roots\":[{},"),
            "{}".to_owned(),
        ] {
            assert!(SiteKit::parse(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }
}
