//! Gives the fuzz targets what the conformance vectors hold to start from: `cargo xtask fuzz`.
//!
//! A folder for each target, a file for each input, named after its vector.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use licence_core::{Kind, armour, base64url, unverified_parts};
use licence_tests::vectors::{folder, load};

/// Bytes of a seed at most: from a large one a fuzzer learns slowly.
const BYTES_MAX: usize = 4096;

fn main() -> io::Result<()> {
    let target = env::args_os().nth(1).map(PathBuf::from);
    let target = target.ok_or_else(|| io::Error::other("name the folder for the seeds"))?;
    for subject in load(&folder()) {
        for vector in subject.vectors {
            let name = format!("{}-{}", subject.subject, vector.name);
            plant(&target, &name, &vector.input.bytes())?;
        }
    }
    Ok(())
}

/// Hands an input to every target that reads such.
fn plant(target: &Path, name: &str, input: &[u8]) -> io::Result<()> {
    let is_key = input.trim_ascii_start().starts_with(b"{") || is_key_block(input);
    if armour::is_armoured(input) {
        put(&target.join("armour"), name, input)?;
    }
    if is_key {
        put(&target.join("keys"), name, input)?;
    }
    let mut texts: BTreeSet<Vec<u8>> = BTreeSet::from([input.to_vec()]);
    texts.extend(armour::parse(input).unwrap_or_default().into_iter().map(|(_, text)| text));
    for (number, text) in texts.iter().enumerate() {
        let name = format!("{name}-{number}");
        put(&target.join("verify"), &name, text)?;
        let Ok(parts) = unverified_parts(text, Kind::Licence) else { continue };
        let (header, claims) = (parts.unverified_header, parts.unverified_claims);
        put(&target.join("header"), &name, header.as_bytes())?;
        put(&target.join("claims"), &name, claims.as_bytes())?;
        put(&target.join("json"), &name, claims.as_bytes())?;
        put(
            &target.join("verify"),
            &format!("{name}-parts"),
            format!("{header}\n{claims}").as_bytes(),
        )?;
    }
    for (number, segment) in String::from_utf8_lossy(input).split('.').enumerate() {
        let Some(json) = base64url::decode(segment) else { continue };
        put(&target.join("json"), &format!("{name}-segment-{number}"), &json)?;
    }
    Ok(())
}

fn is_key_block(input: &[u8]) -> bool {
    input.windows(5).any(|window| window == b" KEY-")
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    if bytes.len() > BYTES_MAX {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    fs::write(folder.join(name), bytes)
}
