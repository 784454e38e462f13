//! `inspect`: what a file says, with nothing believed.

mod block;
mod claim;

use std::fmt;

use licence_cli::files::{self, ByteLimit, Source};
use licence_cli::{Failure, Format};
use licence_core::armour;
use licence_core::limits::FILE_BYTES_MAX;
use licence_core::{Code, Flaw, Part, Reason, Refusal};
use serde::Serialize;

use self::block::Block;
use crate::cli::InspectArgs;

pub(super) fn run(args: &InspectArgs, format: Format) -> Result<(), Failure> {
    let bytes = files::read(&args.file, ByteLimit(FILE_BYTES_MAX))?;
    format.print(&Inspection { unverified: blocks(&bytes, &args.file)? })
}

/// All that was found. The name of its one member goes into the JSON, so that no script takes what
/// is below it for the truth.
#[derive(Serialize)]
struct Inspection {
    unverified: Vec<Block>,
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, block) in self.unverified.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            block.fmt(f)?;
        }
        Ok(())
    }
}

fn blocks(bytes: &[u8], file: &Source) -> Result<Vec<Block>, Failure> {
    if !armour::is_armoured(bytes) {
        return Block::bare(bytes)
            .map(|block| vec![block])
            .map_err(|refusal| named(&refusal, file));
    }
    let malformed =
        |flaw: Flaw| named(&Refusal { at: Part::File, reason: Reason::Malformed(flaw) }, file);
    let blocks = armour::parse(bytes).map_err(malformed)?;
    let read = |(label, content): (armour::Label, Vec<u8>)| Block::armoured(label, &content);
    blocks.into_iter().map(read).collect::<Result<_, _>>().map_err(|refusal| named(&refusal, file))
}

/// A file that cannot be shown. Which kind it was meant to be is not known, so only the flaw is told.
fn named(refusal: &Refusal, file: &Source) -> Failure {
    let why = if let Reason::Malformed(flaw) = &refusal.reason {
        flaw.to_string()
    } else {
        refusal.code().title().to_owned()
    };
    Failure::coded(refusal.code(), format!("{file} cannot be shown: {why}"))
        .mend(Code::Malformed.mend())
}
