//! The tests of the whole, in one binary: a second one would link everything once more.

mod institute;
mod programs;
mod vectors;
