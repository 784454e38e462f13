//! What the contenders of the benchmark are given, asked, and answer.
//!
//! A contender is a process of its own, because two of them do not go into one build. It is started
//! with a folder of [`Texts`], and from then on one line asks and one line answers:
//!
//! ```text
//! -> access 400
//! <- 29870000 29610000
//! ```
//!
//! A work and how often to do it; nanoseconds by the wall and of the processor. It measures itself, so
//! that neither the pipe nor the waking up counts. Whoever measures a server in its place answers with
//! the server's processor time, and can also be asked how long answers take at a steady rate:
//!
//! ```text
//! -> me 4000/s 3000
//! <- 12000 81000 230000 9100000
//! ```

#[cfg(unix)]
mod contender;
mod line;
mod texts;
pub mod work;

#[cfg(unix)]
pub use contender::Contender;
pub use line::{Latencies, Paced, Request, Slice};
pub use texts::Texts;
