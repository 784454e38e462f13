//! How much a browser has to fetch.

use std::path::Path;
use std::process::Command;

use super::STEM;
use crate::command;
use crate::failure::Failure;
use crate::table;

/// What a page can carry unnoticed: 60 KB, in thousands of bytes as a network counts them.
///
/// Counted are the optimised module and its minified loader, each compressed for itself as it
/// travels, by the gzip of Node.js, which makes the module one part in a hundred larger than the
/// usual program does. Not counted are a response's headers and the package's own TypeScript,
/// which a bundler minifies among the rest.
const GZIP_BYTES_MAX: u64 = 60_000;

/// The session client without the verifier and without what it fetches later: 6 KB.
const SESSION_GZIP_BYTES_MAX: u64 = 6_000;

/// What it fetches when it needs it: once there is a token, and where somebody borrows.
const LATER_PARTS: [(&str, &str); 2] =
    [("rollback.js", "its part for the log"), ("borrow.js", "its part for borrowing")];

/// Node.js is needed anyway and brings both compressors; sizes are at each one's best level, which
/// is how static files are served.
const MEASURE: &str = "
const { readFileSync } = require('node:fs');
const { brotliCompressSync, gzipSync } = require('node:zlib');
const bytes = readFileSync(process.argv[1]);
console.log(bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes).length);
";

#[derive(Clone, Copy, Default)]
struct Size {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Prints the sizes of module and loader.
///
/// # Errors
/// [`Failure::TooLarge`] where together they exceed the limit.
pub(crate) fn check(dist: &Path) -> Result<(), Failure> {
    let module = format!("{STEM}_bg.wasm");
    let loader = format!("{STEM}.js");
    let sizes = [measure(&dist.join(&module))?, measure(&dist.join(&loader))?];
    let total = sizes.into_iter().fold(Size::default(), Size::plus);
    let [of_module, of_loader] = sizes;
    table::print(
        ["bytes", "raw", "gzip", "brotli"],
        &[of_module.row(&module), of_loader.row(&loader), total.row("together")],
    );
    within("the module with its loader", total.gzip, GZIP_BYTES_MAX)
}

/// Prints the sizes of the session client's parts, bundled and minified into a folder as an
/// application's build does it.
///
/// # Errors
/// [`Failure::TooLarge`] where the part that has to be there first exceeds the limit.
pub(crate) fn check_session(folder: &Path) -> Result<(), Failure> {
    let page = measure(&folder.join("browser.js"))?;
    let mut rows = vec![page.row("session client")];
    for (part, name) in LATER_PARTS {
        rows.push(measure(&folder.join(part))?.row(name));
    }
    table::print(["bytes", "raw", "gzip", "brotli"], &rows);
    within("the session client", page.gzip, SESSION_GZIP_BYTES_MAX)
}

fn within(what: &'static str, actual: u64, max: u64) -> Result<(), Failure> {
    if actual > max { Err(Failure::TooLarge { what, actual, max }) } else { Ok(()) }
}

fn measure(file: &Path) -> Result<Size, Failure> {
    let printed = command::output(Command::new("node").args(["--eval", MEASURE, "--"]).arg(file))?;
    parse(&printed).ok_or(Failure::UnexpectedOutput { tool: "node", output: printed })
}

fn parse(printed: &str) -> Option<Size> {
    let mut numbers = printed.split_whitespace().map(str::parse);
    let mut next = || numbers.next()?.ok();
    Some(Size { raw: next()?, gzip: next()?, brotli: next()? })
}

impl Size {
    fn plus(self, other: Self) -> Self {
        Self {
            raw: self.raw + other.raw,
            gzip: self.gzip + other.gzip,
            brotli: self.brotli + other.brotli,
        }
    }

    fn row(self, name: &str) -> [String; 4] {
        [name.to_owned(), self.raw.to_string(), self.gzip.to_string(), self.brotli.to_string()]
    }
}
