//! A bill of materials in CycloneDX: what is inside a program, for those who must know it when one of
//! the parts turns out to be bad.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::commit::Commit;
use super::crates::{Contents, Crate, Key};

/// A program's bill.
pub(super) struct Bill<'b> {
    pub(super) contents: &'b Contents,
    pub(super) commit: &'b Commit,
}

impl Bill<'_> {
    /// The bill as a file; a serial number is left out, because it would be drawn.
    pub(super) fn to_json(&self) -> Vec<u8> {
        let Contents { crates, needs, .. } = self.contents;
        let top = self.contents.top();
        let parts = crates.iter().filter(|(key, _)| *key != top);
        let parts: Vec<_> =
            parts.map(|(key, described)| component("library", key, described)).collect();
        let program = crates.get(top).map(|described| component("application", top, described));
        let edges: Vec<_> = needs.iter().map(|(key, needs)| edge(key, needs)).collect();
        let bill = json!({
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": { "timestamp": self.commit.time, "component": program },
            "components": parts,
            "dependencies": edges,
        });
        format!("{bill:#}\n").into_bytes()
    }
}

fn component(kind: &str, key: &Key, described: &Crate) -> Value {
    let mut component = json!({
        "type": kind,
        "bom-ref": reference(key),
        "name": key.name,
        "version": key.version,
        "licenses": [{ "expression": described.licence }],
    });
    let mut add = |name: &str, value: Value| {
        component.as_object_mut().map(|map| map.insert(name.to_owned(), value))
    };
    if let Some(text) = &described.description {
        add("description", json!(text));
    }
    // Ours are in no registry: an address there would be somebody else's crate.
    if let Some(hash) = &described.sha256 {
        add("purl", json!(reference(key)));
        add("hashes", json!([{ "alg": "SHA-256", "content": hash }]));
    }
    if let Some(url) = &described.repository {
        add("externalReferences", json!([{ "type": "vcs", "url": url }]));
    }
    component
}

fn edge(key: &Key, needs: &BTreeSet<Key>) -> Value {
    json!({ "ref": reference(key), "dependsOn": needs.iter().map(reference).collect::<Vec<_>>() })
}

fn reference(key: &Key) -> String {
    // In a package URL a plus sign is written by its code.
    format!("pkg:cargo/{}@{}", key.name, key.version.replace('+', "%2B"))
}
