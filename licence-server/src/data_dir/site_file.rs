use licence_cli::SiteKit;
use licence_core::json::{self, Value};
use licence_core::{KeyId, Product, PublicKey, Roots, Text, Vendor};

/// The version of the file.
const VERSION: i64 = 1;

/// Bytes of the file at most: a few names and keys.
pub(super) const BYTES_MAX: usize = 16 * 1024;

/// `site.json`: what the site trusts, and the name under which it issues tokens. It is made once.
#[derive(Clone, Debug)]
pub struct SiteFile {
    /// Who signs the licences, where a kit told it.
    pub vendor: Option<Vendor>,
    /// What they are for.
    pub product: Product,
    /// What every licence is traced back to.
    pub roots: Roots,
    /// `iss` of access tokens. It stays when the site's key is replaced.
    pub issuer: Text,
}

impl SiteFile {
    /// What is known of a new site with that key; `None` for a name that no token can carry.
    #[must_use]
    pub fn new(vendor: Option<Vendor>, product: Product, roots: Roots, key: KeyId) -> Option<Self> {
        let issuer = Text::parse(&format!("urn:licence-site:{key}"))?;
        Some(Self { vendor, product, roots, issuer })
    }

    /// The same from a vendor's kit.
    #[must_use]
    pub fn of_kit(kit: SiteKit, key: KeyId) -> Option<Self> {
        Self::new(Some(kit.vendor), kit.product, kit.roots, key)
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let value = json::parse(bytes).ok()?;
        let site = value.as_object()?;
        if site.value("version")?.as_integer() != Some(VERSION) {
            return None;
        }
        let vendor = match site.value("vendor") {
            Some(vendor) => Some(Vendor::parse(vendor.as_str()?)?),
            None => None,
        };
        let key = |jwk: &Value<'_>| PublicKey::from_jwk(jwk.as_object()?);
        let keys = site.value("roots")?.as_array()?.iter().map(key).collect::<Option<Vec<_>>>()?;
        Some(Self {
            vendor,
            product: Product::parse(site.value("product")?.as_str()?)?,
            roots: Roots::new(keys)?,
            issuer: Text::parse(site.value("issuer")?.as_str()?)?,
        })
    }

    pub(super) fn to_json(&self) -> String {
        let mut text = json::object(|site| {
            site.integer("version", VERSION);
            if let Some(vendor) = &self.vendor {
                site.string("vendor", vendor);
            }
            site.string("product", &self.product);
            site.array("roots", |roots| {
                for root in self.roots.keys() {
                    roots.object(|jwk| root.write_jwks_member(jwk));
                }
            });
            site.string("issuer", &self.issuer);
        });
        text.push('\n');
        text
    }
}
