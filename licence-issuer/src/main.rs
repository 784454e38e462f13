//! `licence-issuer`: the vendor's tool.

fn main() {}
