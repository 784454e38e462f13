//! The npm package beside the jose library, in Node.js and in a browser.

use std::fmt::{self, Display};
use std::process::Command;

use super::effort::Effort;
use super::interleave::{Cost, Series};
use super::report::{Section, Table};
use super::statistics;
use crate::command;
use crate::failure::Failure;
use crate::need::{chromium, npm};
use crate::step::Steps;
use crate::wasm;
use crate::workspace::Workspace;

pub(super) const TITLE: &str = "Verification in JavaScript";

const INTRODUCTION: &str = "\
An access token from text to claims, one after the other, as a service or a page verifies them. Ours is the package as it
is shipped: WebAssembly that answers at once, and judges the licence, its times and its limits as well. jose is
`jwtVerify` with its key imported beforehand, and issuer, audience, type and times checked; it leaves the signature to
WebCrypto, which is native code, and on another thread in Node.js. Times are by the wall.

What was tried besides, against the package as it is, in slices in turn in Node.js: `simd128` changes nothing (1.00 at the
same size), because the field arithmetic is scalar; nor does Binaryen's `-O3` (0.98); `-O3` for all the Rust instead of the
curve alone gives 1.00 to 1.03 for 7.5 KB, over the limit of 60 KB. Four fifths of the time
go by before the claims are read: decoding, hash, signature. The copies over the border, `JSON.parse` and the freezing
take three parts in a hundred together.";

/// Where it is measured, and how much faster than jose ours is to be there.
const PLACES: [(&str, &str, Option<f64>); 2] =
    [("node", "In Node.js", Some(1.2)), ("chromium", "In Chromium", None)];

const CONTENDERS: [&str; 2] = ["ours", "jose"];

pub(super) const FULL: Effort =
    Effort { slice: std::time::Duration::from_millis(25), ..Effort::FULL };

/// Builds the package and provides what it is measured with.
pub(super) fn build(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    wasm::run(workspace, steps)?;
    steps.take("node packages", || npm::provide(&workspace.node_tests()))?;
    steps.take("browser packages", || npm::provide(&workspace.browser_tests()))
}

pub(super) fn measure(workspace: &Workspace, effort: &Effort) -> Result<Section, Failure> {
    let mut node = Command::new("node");
    node.current_dir(workspace.browser_tests()).arg("speed.mjs");
    node.arg(effort.repetitions.to_string()).arg(effort.rounds.to_string());
    node.arg(effort.slice.as_millis().to_string());
    let printed = command::output(node.env(chromium::VARIABLE, chromium::provide()?))?;
    let slices = Slices::parse(&printed)
        .ok_or(Failure::UnexpectedOutput { tool: "speed.mjs", output: printed })?;
    Ok(Section {
        title: TITLE,
        introduction: INTRODUCTION,
        tables: PLACES.iter().map(|(place, title, aim)| slices.table(place, title, *aim)).collect(),
        versions: vec![
            ("Node.js", version(&mut Command::new("node"))?),
            ("Chromium", version(&mut Command::new(chromium::provide()?))?),
            ("jose", jose(workspace)?),
        ],
    })
}

fn version(program: &mut Command) -> Result<String, Failure> {
    Ok(command::output(program.arg("--version"))?.trim().to_owned())
}

fn jose(workspace: &Workspace) -> Result<String, Failure> {
    let mut node = Command::new("node");
    node.current_dir(workspace.node_tests());
    let program =
        "console.log(require('./package-lock.json').packages['node_modules/jose'].version)";
    Ok(command::output(node.args(["--eval", program]))?.trim().to_owned())
}

/// What every slice took: where, whose, in which repetition, and microseconds an operation.
struct Slices(Vec<(String, String, usize, f64)>);

impl Slices {
    fn parse(printed: &str) -> Option<Self> {
        let slices = printed.lines().map(|line| {
            let mut words = line.split_whitespace();
            let mut word = || words.next();
            let (place, name) = (word()?.to_owned(), word()?.to_owned());
            Some((place, name, word()?.parse().ok()?, word()?.parse().ok()?))
        });
        slices.collect::<Option<Vec<_>>>().filter(|slices| !slices.is_empty()).map(Self)
    }

    fn series(&self, place: &str, contender: &str) -> Series {
        let mut series = Series::default();
        for (own_place, name, repetition, micros) in &self.0 {
            if own_place == place && name == contender {
                series.0.resize_with(series.0.len().max(repetition + 1), Vec::new);
                if let Some(rounds) = series.0.get_mut(*repetition) {
                    rounds.push(Cost { wall: *micros, cpu: *micros });
                }
            }
        }
        series
    }

    fn table(&self, place: &str, title: &str, aim: Option<f64>) -> Table {
        let own = self.series(place, "ours");
        let rows = CONTENDERS.iter().map(|name| {
            let series = self.series(place, name);
            let cost = statistics::cost(&series, |cost| cost.wall);
            let ratio = statistics::ratio_by_wall(&own, &series).filter(|_| *name != "ours");
            let verdict = ratio.zip(aim).map(|(ratio, aim)| verdict(ratio.median, aim));
            let each = cost.map(|cost| format!("{cost:.1}"));
            let per_second = cost.map(|cost| format!("{:.0}", 1e6 / cost.median));
            vec![
                (*name).to_owned(),
                or_blank(each),
                or_blank(per_second),
                or_blank(ratio),
                or_blank(verdict),
            ]
        });
        Table {
            title: title.to_owned(),
            heading: vec!["", "µs by the wall", "a second", "ours against it", "aim"],
            rows: rows.collect(),
        }
    }
}

fn verdict(ratio: f64, aim: f64) -> impl Display {
    let word = if ratio >= aim { "met" } else { "missed" };
    fmt::from_fn(move |f| write!(f, "at least {aim:.2}: {word}"))
}

fn or_blank(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_compared_with_their_neighbours() {
        let printed =
            "node ours 0 2\nnode jose 0 4\nnode ours 0 20\nnode jose 0 40\nchromium ours 0 1\n";
        let table = Slices::parse(printed).unwrap().table("node", "In Node.js", Some(1.2));
        assert_eq!(table.rows[1][3], "2.00 (2.00–2.00)");
        assert_eq!(table.rows[1][4], "at least 1.20: met");
        assert_eq!(table.rows[0][3], "");
    }

    #[test]
    fn what_is_no_slice_is_no_measurement() {
        assert!(Slices::parse("").is_none());
        assert!(Slices::parse("node ours zero 1").is_none());
    }
}
