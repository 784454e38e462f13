//! A one-time code's address as a picture for a telephone.

use std::fmt::Write as _;

use qrcode::QrCode;
use qrcode::types::{Color, QrError};
use thiserror::Error;

/// Light modules around a code, which readers ask for (ISO/IEC 18004).
const QUIET: usize = 4;

/// A QR code, to be drawn as an SVG path in a square.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The sides of the square, in modules; a module is one unit of the path.
    pub size: usize,
    /// What is dark: one bar for each run of dark modules in a row.
    pub path: String,
}

/// The address is too long for a QR code.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the address fits into no QR code: {0}")]
pub struct NoPicture(QrError);

impl Picture {
    /// Draws an address.
    ///
    /// # Errors
    /// [`NoPicture`] for one of more than some 2,000 bytes.
    pub fn of(link: &str) -> Result<Self, NoPicture> {
        let code = QrCode::new(link.as_bytes()).map_err(NoPicture)?;
        let width = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(width.max(1)).enumerate() {
            let mut x = QUIET;
            for bar in row.chunk_by(|one, other| one == other) {
                if bar.first() == Some(&Color::Dark) {
                    let length = bar.len();
                    // Writing to memory does not fail.
                    let _ = write!(path, "M{x} {}h{length}v1h-{length}z", y + QUIET);
                }
                x += bar.len();
            }
        }
        Ok(Self { size: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_dark_where_the_code_is_and_light_around_it() {
        let link = "https://seats.example.org/set-password#7Q2K-M0ZD-7Q2K-M0ZD-7Q2K-M0ZD";
        let picture = Picture::of(link).unwrap();
        let code = QrCode::new(link.as_bytes()).unwrap();
        let mut drawn = vec![vec![false; picture.size]; picture.size];
        for bar in picture.path.split_terminator('z') {
            let (place, bar) = bar.strip_prefix('M').unwrap().split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let length: usize = bar.split_once('v').unwrap().0.parse().unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            drawn[y][x..x + length].fill(true);
        }
        for (y, row) in drawn.iter().enumerate() {
            for (x, is_dark) in row.iter().enumerate() {
                let inner = QUIET..QUIET + code.width();
                let is_inside = inner.contains(&x) && inner.contains(&y);
                let expected = is_inside && code[(x - QUIET, y - QUIET)] == Color::Dark;
                assert_eq!(*is_dark, expected, "{x} {y}");
            }
        }
    }

    #[test]
    fn what_fits_into_no_picture_is_refused() {
        Picture::of(&"x".repeat(3000)).unwrap_err();
    }
}
