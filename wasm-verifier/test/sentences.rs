//! TypeScript's list of codes is licence-core's: `ts/codes.ts` is written from it, and what both
//! say of a refusal is compared word for word by `test/sentences.test.mjs`.
//!
//! After a change in the core, `UPDATE=1 cargo test -p wasm-verifier` writes both files anew.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use licence_core::json::{self, JsonFlaw};
use licence_core::{Code, Flaw, KeyId, LicenceId, Part, Product, Reason, Refusal, UnixTime, Uuid};

/// Stands for the name of a claim in a sentence that TypeScript completes.
const CLAIM: &str = "{claim}";

#[test]
fn typescript_has_the_codes_and_sentences_of_the_core() {
    compare("ts/codes.ts", &codes());
}

#[test]
fn the_samples_of_refusals_are_the_cores() {
    compare("test/refusals.json", &samples());
}

#[track_caller]
fn compare(name: &str, expected: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if env::var_os("UPDATE").is_some() {
        fs::write(&file, expected).unwrap();
    }
    let actual = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        actual == expected,
        "{name} is not what the core says: run `UPDATE=1 cargo test -p wasm-verifier`"
    );
}

fn codes() -> String {
    let mut text = String::from(
        "// Written by test/sentences.rs from licence-core's list: change it there, not here.\n",
    );
    let verifiers = || Code::ALL.iter().take_while(|code| **code != Code::InvalidGrant);
    table(
        &mut text,
        "Every code: what it means, and how to mend it.",
        "CODES",
        Code::ALL.iter().map(|code| {
            let sentences = [("title", code.title()), ("mend", code.mend())];
            let members = sentences.map(|(name, text)| format!("{name}: {}", quoted(text)));
            (code.name(), format!("{{ {} }}", members.join(", ")))
        }),
    );
    let _ = write!(
        text,
        "\n/** Why something was refused, in one word that never changes. */\n\
         export type Code = keyof typeof CODES;\n\
         \n/** The codes that the verifier itself gives. */\n\
         export type VerifierCode =\n"
    );
    let names: Vec<_> = verifiers().map(|code| format!("  | {}", quoted(code.name()))).collect();
    let _ = writeln!(text, "{};", names.join("\n"));
    table(
        &mut text,
        "Where in the chain something was refused.",
        "PARTS",
        all(part_after).map(|part| (part.name(), quoted(&part.to_string()))),
    );
    text.push_str("\n/** A link of the chain. */\nexport type Part = keyof typeof PARTS;\n");
    table(
        &mut text,
        "What is wrong with something that is not written as its format says.",
        "FLAWS",
        all(flaw_after).map(|flaw| (flaw.name(), quoted(&flaw.to_string()))),
    );
    text.push_str("\n/** A flaw of form. */\nexport type Flaw = keyof typeof FLAWS;\n");
    text
}

fn table<'a>(
    text: &mut String,
    doc: &str,
    name: &str,
    rows: impl Iterator<Item = (&'a str, String)>,
) {
    let _ = writeln!(text, "\n/** {doc} */\nexport const {name} = {{");
    rows.for_each(|(key, value)| {
        let _ = writeln!(text, "  {key}: {value},");
    });
    text.push_str("} as const;\n");
}

/// A JSON string is a TypeScript string.
fn quoted(text: &str) -> String {
    let object = json::object(|object| object.string("", text));
    object.trim_start_matches("{\"\":").trim_end_matches('}').to_owned()
}

/// Every value of an enum, from a function that knows which comes after which. Such a function has
/// an arm for each, so a new one cannot be forgotten.
fn all<T>(after: fn(Option<&T>) -> Option<T>) -> impl Iterator<Item = T> {
    std::iter::successors(after(None), move |one| after(Some(one)))
}

fn part_after(part: Option<&Part>) -> Option<Part> {
    Some(match part {
        None => Part::File,
        Some(Part::File) => Part::Revocations,
        Some(Part::Revocations) => Part::Issuer,
        Some(Part::Issuer) => Part::Licence,
        Some(Part::Licence) => Part::Access,
        Some(Part::Access) => Part::Revoked,
        Some(Part::Revoked) => Part::Lease,
        Some(Part::Lease) => Part::Checkpoint,
        Some(Part::Checkpoint) => Part::Usage,
        Some(Part::Usage) => Part::Request,
        Some(Part::Request) => Part::Key,
        Some(Part::Key) => return None,
    })
}

fn flaw_after(flaw: Option<&Flaw>) -> Option<Flaw> {
    Some(match flaw {
        None => Flaw::Segments,
        Some(Flaw::Segments) => Flaw::Base64,
        Some(Flaw::Base64) => Flaw::Json(JsonFlaw::Encoding),
        Some(Flaw::Json(json)) => json_flaw_after(*json).map_or(Flaw::Header, Flaw::Json),
        Some(Flaw::Header) => Flaw::Algorithm,
        Some(Flaw::Algorithm) => Flaw::SignatureLength,
        Some(Flaw::SignatureLength) => Flaw::Missing(CLAIM),
        Some(Flaw::Missing(_)) => Flaw::Claim(CLAIM),
        Some(Flaw::Claim(_)) => Flaw::Armour,
        Some(Flaw::Armour) => Flaw::Blocks,
        Some(Flaw::Blocks) => Flaw::Key,
        Some(Flaw::Key) => return None,
    })
}

fn json_flaw_after(flaw: JsonFlaw) -> Option<JsonFlaw> {
    Some(match flaw {
        JsonFlaw::Encoding => JsonFlaw::Syntax,
        JsonFlaw::Syntax => JsonFlaw::DuplicateName,
        JsonFlaw::DuplicateName => JsonFlaw::Depth,
        JsonFlaw::Depth => JsonFlaw::Members,
        JsonFlaw::Members => JsonFlaw::LoneSurrogate,
        JsonFlaw::LoneSurrogate => JsonFlaw::TrailingData,
        JsonFlaw::TrailingData => return None,
    })
}

/// One refusal of each reason, as a script reads it and as a person does.
fn samples() -> String {
    let flaws = all(flaw_after).map(Reason::Malformed);
    let reasons = all(reason_after).chain(flaws);
    let samples: Vec<_> = reasons
        .zip(all(part_after).collect::<Vec<_>>().iter().cycle())
        .map(|(reason, at)| sample(&Refusal { at: *at, reason }))
        .collect();
    format!("[\n{}\n]\n", samples.join(",\n"))
}

fn sample(refusal: &Refusal) -> String {
    let line = json::object(|sample| {
        sample.object("refusal", |members| refusal.write_json(members));
        sample.string("message", refusal);
    });
    format!("  {line}")
}

fn reason_after(reason: Option<&Reason>) -> Option<Reason> {
    let kid = KeyId::parse("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k").unwrap();
    let (now, then) = (UnixTime::MIN.plus(86_399), UnixTime::MIN.plus(400 * 86_400));
    Some(match reason {
        None => Reason::TooLarge { bytes_max: 8_192 },
        Some(Reason::TooLarge { .. }) => Reason::Malformed(Flaw::Claim("seats")),
        Some(Reason::Malformed(_)) => Reason::WrongType { expected: "at+jwt" },
        Some(Reason::WrongType { .. }) => Reason::UnknownKey { kid },
        Some(Reason::UnknownKey { .. }) => Reason::BadSignature,
        Some(Reason::BadSignature) => Reason::UnsupportedVersion { ver: 2 },
        Some(Reason::UnsupportedVersion { .. }) => {
            Reason::WrongProduct { audience: Product::parse("acme-lab").unwrap().into() }
        }
        Some(Reason::WrongProduct { .. }) => Reason::Unbound,
        Some(Reason::Unbound) => Reason::WrongSite { site: kid },
        Some(Reason::WrongSite { .. }) => Reason::TestLicence,
        Some(Reason::TestLicence) => Reason::NotYetValid { now, from: then },
        Some(Reason::NotYetValid { .. }) => Reason::Expired { now: then, until: now },
        Some(Reason::Expired { .. }) => Reason::Revoked,
        Some(Reason::Revoked) => Reason::ExceedsLicence { claim: "features" },
        Some(Reason::ExceedsLicence { .. }) => {
            Reason::LicenceChanged { licence: LicenceId(Uuid::v7(0x0190_1234_5678, [7; 10])) }
        }
        Some(Reason::LicenceChanged { .. }) => return None,
    })
}
