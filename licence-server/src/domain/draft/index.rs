use super::Missing;

/// How many entries of an ordered index are loaded at once.
const INDEX_STEP: usize = 64;

/// The front of an ordered index: what comes first of all that there is.
#[derive(Debug)]
pub(super) struct Index<T> {
    front: Vec<T>,
    /// How many of them this batch is done with.
    pub(super) done: usize,
    pub(super) wanted: usize,
    is_whole: bool,
}

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self { front: Vec::new(), done: 0, wanted: 0, is_whole: false }
    }
}

impl<T: Copy> Index<T> {
    /// The first entry that this batch is not done with.
    pub(super) fn first(&mut self) -> Result<Option<T>, Missing> {
        let first = self.front.get(self.done).copied();
        if first.is_none() && !self.is_whole {
            // Twice as many each time, so that a batch which goes far asks seldom.
            self.wanted = self.front.len() * 2 + INDEX_STEP;
            return Err(Missing);
        }
        Ok(first)
    }

    /// Every entry, those that this batch is done with included.
    pub(super) fn whole(&mut self) -> Result<&[T], Missing> {
        if self.is_whole {
            return Ok(&self.front);
        }
        self.wanted = usize::MAX;
        Err(Missing)
    }

    pub(super) fn load(&mut self, front: Vec<T>) {
        self.is_whole = front.len() < self.wanted;
        self.front = front;
        self.wanted = 0;
    }
}
