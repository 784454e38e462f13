//! What holds for every input, tried on many: all from fixed seeds, so that a failure comes again.

mod arbitrary;
mod flipped_bits;
mod hostile_bytes;
mod round_trip;
