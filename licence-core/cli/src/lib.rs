//! What the two command-line tools share, so that a user who knows one knows both.
//!
//! Everything that `licence-core` refuses to know is here: the clock, randomness, files, the
//! terminal. The rooms, lowest first; a room uses only those above it in this list:
//!
//! * [`printable`]: text from a stranger, made safe for a terminal
//! * [`nearest`]: what was probably meant by a name that nobody knows
//! * [`failure`]: why a command stopped, and with which exit status
//! * [`files`]: bounded reads, atomic writes, private files and folders
//! * [`clock`] and [`rng`]: the only places that read the time and draw random bytes
//! * [`table`]: aligned columns
//! * [`facts`]: a result of a few named values
//! * [`csv`]: tables that people bring and take away, and what became of each row
//! * [`output`]: results on standard output, as text or as JSON
//! * [`progress`]: a bar on the terminal for what takes more than a moment
//! * [`manual`]: shell completions and man pages
//! * [`passphrase`]: from a file or a prompt, never from the command line
//! * [`pinned`]: the root keys that a program was built with
//! * [`site_kit`]: the file with which a vendor sets up an institute's server
//! * [`exit`]: from the command's end to the process's end

pub mod clock;
pub mod csv;
pub mod exit;
pub mod facts;
pub mod failure;
pub mod files;
pub mod manual;
pub mod nearest;
pub mod output;
pub mod passphrase;
pub mod pinned;
pub mod printable;
pub mod progress;
pub mod rng;
pub mod site_kit;
pub mod table;

pub use exit::{parse, run};
pub use facts::Facts;
pub use failure::Failure;
pub use output::Format;
pub use site_kit::SiteKit;
