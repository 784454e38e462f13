//! The verifier beside the bare signature and beside jsonwebtoken.

use std::path::{Path, PathBuf};
use std::process::Command;

use peer_protocol::work;

use super::effort::Effort;
use super::interleave::{self, Contender, Series};
use super::peer::{Package, Peer};
use super::report::{Section, Table};
use super::{folder, instructions, lock_file, statistics};
use crate::failure::Failure;
use crate::workspace::Workspace;
use crate::{clock, command};

const OURS: Package = Package { folder: "ours", program: "peer-ours" };
const RUST_CRYPTO: Package =
    Package { folder: "jsonwebtoken/rust_crypto", program: "peer-jsonwebtoken-rust-crypto" };
const AWS_LC_RS: Package =
    Package { folder: "jsonwebtoken/aws_lc_rs", program: "peer-jsonwebtoken-aws-lc-rs" };

/// The program of `ours` that makes the texts.
const TEXTS: Package = Package { folder: OURS.folder, program: "texts" };

pub(super) const TITLE: &str = "Verification";

const INTRODUCTION: &str = "\
From text to typed claims on one thread, with the keys of whoever verifies parsed beforehand. A licence: its file, until it
is accepted at the site that it names (armour, signature, claims, product, site). That site knows its own key, so the one
in the licence is compared with it; whoever names no site must find out whether those bytes are a key, which is a square
root, some 50,000 instructions more. An access token: signature, claims, the licence's times and limits. The limit is
`verify_strict` of ed25519-dalek over the same signed bytes, with nothing around it; ours gives the same answers without
decompressing `R`, which is why it may be ahead. jsonwebtoken decodes the compact text
into types with serde, and checks issuer, audience and times. It has less to do: the licence comes without its armour, the
site key in it stays a string, and its check of the signature is not the strict one. Instructions are counted by
valgrind, which executes no SHA extensions; they do not depend on how busy the machine is. Ratios are those of processor
time.";

/// What is verified in one table.
struct Subject {
    title: &'static str,
    rows: [Row; 4],
}

/// One contender in it.
struct Row {
    name: &'static str,
    package: Package,
    work: &'static str,
    /// What our speed is to be in terms of this one's.
    aim: Option<Aim>,
}

#[derive(Clone, Copy)]
enum Aim {
    AtLeast(f64),
    Ahead,
}

fn subjects() -> [Subject; 2] {
    [
        subject("An access token", work::ACCESS, work::RAW_ACCESS),
        subject("A licence", work::LICENCE, work::RAW_LICENCE),
    ]
}

fn subject(title: &'static str, work: &'static str, raw: &'static str) -> Subject {
    let row = |name, package, work, aim| Row { name, package, work, aim };
    let rows = [
        row("ours", OURS, work, None),
        row("limit: ed25519-dalek", OURS, raw, Some(Aim::AtLeast(0.9))),
        row("jsonwebtoken, rust_crypto", RUST_CRYPTO, work, Some(Aim::Ahead)),
        row("jsonwebtoken, aws_lc_rs", AWS_LC_RS, work, Some(Aim::Ahead)),
    ];
    Subject { title, rows }
}

/// Builds every contender as it is measured.
pub(super) fn build(workspace: &Workspace) -> Result<(), Failure> {
    [OURS, RUST_CRYPTO, AWS_LC_RS].into_iter().try_for_each(|package| package.build(workspace))
}

pub(super) fn measure(workspace: &Workspace, effort: &Effort) -> Result<Section, Failure> {
    let texts = make_texts(workspace)?;
    let tables = subjects()
        .iter()
        .map(|subject| subject.measure(workspace, &texts, effort))
        .collect::<Result<_, _>>()?;
    let version = |package: Package, name| lock_file::version(&package.source(workspace), name);
    Ok(Section {
        title: TITLE,
        introduction: INTRODUCTION,
        tables,
        versions: vec![
            ("ed25519-dalek", version(OURS, "ed25519-dalek")?),
            ("jsonwebtoken", version(AWS_LC_RS, "jsonwebtoken")?),
            ("ed25519-dalek of its rust_crypto", version(RUST_CRYPTO, "ed25519-dalek")?),
            ("aws-lc-rs", version(AWS_LC_RS, "aws-lc-rs")?),
        ],
    })
}

/// The texts that all of them verify, made for now: jsonwebtoken asks the clock itself.
fn make_texts(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let texts = folder(workspace);
    let mut make = Command::new(TEXTS.binary(workspace));
    make.current_dir(workspace.root()).arg(&texts).arg(clock::unix_secs().to_string());
    command::run(&mut make)?;
    Ok(texts)
}

impl Subject {
    fn measure(
        &self,
        workspace: &Workspace,
        texts: &Path,
        effort: &Effort,
    ) -> Result<Table, Failure> {
        let start = |row: &Row| {
            let peer = Peer::start(row.package.binary(workspace), row.work, texts)?;
            Ok(Box::new(peer) as Box<dyn Contender>)
        };
        let series = interleave::measure(|| self.rows.iter().map(start).collect(), effort)?;
        let own = series.first().cloned().unwrap_or_default();
        let counts = self.rows.iter().map(|row| row.instructions(workspace, texts));
        let counts = counts.collect::<Result<Vec<_>, _>>()?;
        let rows = self.rows.iter().zip(&series).zip(counts);
        Ok(Table {
            title: self.title.to_owned(),
            heading: vec![
                "",
                "µs of CPU",
                "µs by the wall",
                "instructions",
                "ours against it",
                "aim",
            ],
            rows: rows.map(|((row, series), count)| row.cells(&own, series, &count)).collect(),
        })
    }
}

impl Row {
    fn instructions(&self, workspace: &Workspace, texts: &Path) -> Result<String, Failure> {
        if !instructions::is_available() {
            return Ok("not counted".to_owned());
        }
        let count = instructions::count(&self.package.binary(workspace), self.work, texts)?;
        Ok(format!("{} k", (count + 500) / 1000))
    }

    fn cells(&self, own: &Series, series: &Series, instructions: &str) -> Vec<String> {
        let cost = |of: fn(&interleave::Cost) -> f64| {
            statistics::cost(series, of).map_or_else(String::new, |cost| format!("{cost:.1}"))
        };
        let [ratio, aim] = self.verdict(own, series).unwrap_or_default();
        vec![
            self.name.to_owned(),
            cost(|cost| cost.cpu),
            cost(|cost| cost.wall),
            instructions.to_owned(),
            ratio,
            aim,
        ]
    }

    /// Our speed in terms of this contender's, and what is to be thought of it.
    fn verdict(&self, own: &Series, series: &Series) -> Option<[String; 2]> {
        let aim = self.aim?;
        let ratio = statistics::ratio(own, series)?;
        Some([ratio.to_string(), aim.judged(ratio.median)])
    }
}

impl Aim {
    fn judged(self, ratio: f64) -> String {
        let (words, is_met) = match self {
            Self::AtLeast(least) => (format!("at least {least:.2}"), ratio >= least),
            Self::Ahead => ("over 1".to_owned(), ratio > 1.0),
        };
        format!("{words}: {}", if is_met { "met" } else { "missed" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aim_is_met_from_its_least_value_on_and_ahead_means_faster() {
        assert_eq!(Aim::AtLeast(0.9).judged(0.9), "at least 0.90: met");
        assert_eq!(Aim::AtLeast(0.9).judged(0.89), "at least 0.90: missed");
        assert_eq!(Aim::Ahead.judged(1.0), "over 1: missed");
    }
}
