//! What JavaScript asks for, read from JSON.

use licence_core::json::{self, Object, Value};
use licence_core::{Policy, Product, PublicKey, Roots, TestLicences, UnboundLicences};

use crate::answer::Failure;

/// The trust anchor, and what the licence must be for.
pub(crate) struct Options {
    pub(crate) roots: Roots,
    pub(crate) policy: Policy,
}

impl Options {
    /// Reads `{roots, product?, site?, allowUnbound?, allowTest?}`.
    #[inline(never)] // With it inlined the module is larger by a kilobyte.
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        let value = json::parse(text.as_bytes()).map_err(|_| Failure::Option("options"))?;
        let options = value.as_object().ok_or(Failure::Option("options"))?;
        let mut policy = Policy {
            product: option(options, "product", |value| Product::parse(value.as_str()?))?,
            site: option(options, "site", key)?,
            ..Policy::default()
        };
        if option(options, "allowUnbound", Value::as_bool)? == Some(true) {
            policy.unbound = UnboundLicences::Allowed;
        }
        if option(options, "allowTest", Value::as_bool)? == Some(true) {
            policy.test = TestLicences::Allowed;
        }
        let roots = option(options, "roots", roots)?.ok_or(Failure::Option("roots"))?;
        Ok(Self { roots, policy })
    }
}

fn option<'a, T>(
    options: &Object<'a>,
    name: &'static str,
    read: impl FnOnce(&Value<'a>) -> Option<T>,
) -> Result<Option<T>, Failure> {
    let value = options.value(name).map(|value| read(value).ok_or(Failure::Option(name)));
    value.transpose()
}

fn roots(value: &Value<'_>) -> Option<Roots> {
    Roots::new(value.as_array()?.iter().map(key).collect::<Option<_>>()?)
}

/// A key is SPKI PEM in a string, or a JWK as the object that it is.
fn key(value: &Value<'_>) -> Option<PublicKey> {
    let of_text = value.as_str().and_then(|text| PublicKey::parse(text.as_bytes()).ok());
    of_text.or_else(|| PublicKey::from_jwk(value.as_object()?))
}
