//! A bar on the terminal for what takes more than a moment.

use std::io::{self, IsTerminal, Write};

/// Characters between the brackets.
const BAR_CHARS: usize = 40;

/// How far a long command has come: one line on standard error that is drawn over, where that is a
/// terminal, and nothing at all elsewhere.
#[derive(Debug)]
pub struct Progress {
    total: usize,
    done: usize,
    /// How many characters of the bar are drawn; it is drawn anew only when that changes.
    drawn: Option<usize>,
    is_shown: bool,
}

impl Progress {
    /// A bar of `total` steps.
    #[must_use]
    pub fn new(total: usize) -> Self {
        Self { total, done: 0, drawn: None, is_shown: io::stderr().is_terminal() }
    }

    /// So many more steps are done.
    pub fn advance(&mut self, steps: usize) {
        self.reach(self.done.saturating_add(steps));
    }

    /// So many steps are done in all.
    pub fn reach(&mut self, done: usize) {
        self.done = done.min(self.total);
        let full = self.done.saturating_mul(BAR_CHARS).checked_div(self.total).unwrap_or(BAR_CHARS);
        if self.is_shown && self.drawn != Some(full) {
            self.drawn = Some(full);
            draw(&mut io::stderr().lock(), &self.line(full));
        }
    }

    fn line(&self, full: usize) -> String {
        let empty = BAR_CHARS.saturating_sub(full);
        format!("\r[{}{}] {} of {}", "#".repeat(full), " ".repeat(empty), self.done, self.total)
    }
}

/// The line is wiped, so that what is told next starts on an empty one.
impl Drop for Progress {
    fn drop(&mut self) {
        if self.drawn.is_some() {
            draw(&mut io::stderr().lock(), "\r\x1b[K");
        }
    }
}

/// A terminal that went away is no reason to stop.
fn draw(terminal: &mut impl Write, line: &str) {
    let _ = terminal.write_all(line.as_bytes()).and_then(|()| terminal.flush());
}

#[cfg(test)]
mod tests {
    use super::Progress;

    #[test]
    fn the_bar_fills_with_the_steps() {
        let mut progress = Progress { total: 80, done: 0, drawn: None, is_shown: false };
        progress.advance(20);
        assert_eq!(progress.line(10), format!("\r[{}{}] 20 of 80", "#".repeat(10), " ".repeat(30)));
        progress.advance(1000);
        assert_eq!(progress.done, 80, "it never shows more than there is");
    }

    #[test]
    fn an_empty_bar_is_full_at_once() {
        let mut progress = Progress { total: 0, done: 0, drawn: None, is_shown: false };
        progress.advance(1);
        assert_eq!(progress.done, 0);
    }
}
