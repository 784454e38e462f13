//! A disk in memory that can lose what was not synced.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use redb::StorageBackend;

use super::dice::Dice;

/// What stays when a process ends; the process has a [`Plug`] in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<Platter>>);

#[derive(Debug, Default)]
struct Platter {
    bytes: Vec<u8>,
    /// What was written since the last sync, in its order.
    unsynced: Vec<Write>,
    /// Which plug is in. Whatever an earlier process still writes comes to nothing.
    plug: u64,
    /// How many more operations succeed before the power fails.
    operations_left: Option<u32>,
}

/// One write, so that it can be taken back and done again.
#[derive(Debug)]
struct Write {
    offset: usize,
    before: Vec<u8>,
    after: Vec<u8>,
}

/// The only way to the disk until the next one is plugged in.
#[derive(Debug)]
pub(crate) struct Plug {
    disk: Disk,
    number: u64,
}

impl Disk {
    pub(crate) fn plug_in(&self) -> Plug {
        let mut platter = self.lock();
        platter.plug += 1;
        platter.operations_left = None;
        Plug { disk: self.clone(), number: platter.plug }
    }

    /// Has the power fail after so many more operations.
    pub(crate) fn fail_after(&self, operations: u32) {
        self.lock().operations_left = Some(operations);
    }

    /// Pulls the plug. Of what was not synced, any part may have reached the disk.
    pub(crate) fn lose_power(&self, dice: &mut Dice) {
        let mut platter = self.lock();
        platter.plug += 1;
        let unsynced = std::mem::take(&mut platter.unsynced);
        for write in unsynced.iter().rev() {
            platter.put(write.offset, &write.before, write.after.len());
        }
        for write in unsynced.iter().filter(|_| dice.one_in(2)) {
            platter.put(write.offset, &write.after, write.before.len());
        }
    }

    /// Ends the process and not the machine: all that was written stays.
    pub(crate) fn unplug(&self) {
        let mut platter = self.lock();
        platter.plug += 1;
        platter.unsynced.clear();
    }

    /// All that was written so far.
    pub(crate) fn copy(&self) -> Vec<u8> {
        self.lock().bytes.clone()
    }

    /// Another disk in its place, with a copy on it.
    pub(crate) fn put_back(&self, bytes: Vec<u8>) {
        self.unplug();
        self.lock().bytes = bytes;
    }

    fn lock(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().unwrap()
    }
}

impl Platter {
    /// Puts bytes where `replaced` bytes were; at the end the length follows.
    fn put(&mut self, offset: usize, bytes: &[u8], replaced: usize) {
        if bytes.len() != replaced {
            self.bytes.truncate(offset);
        }
        if self.bytes.len() < offset + bytes.len() {
            self.bytes.resize(offset + bytes.len(), 0);
        }
        self.bytes.get_mut(offset..offset + bytes.len()).unwrap().copy_from_slice(bytes);
    }
}

impl Plug {
    fn operate<T>(&self, operation: impl FnOnce(&mut Platter) -> T) -> io::Result<T> {
        let mut platter = self.disk.lock();
        if platter.plug != self.number {
            return Err(io::Error::other("the process has ended"));
        }
        if let Some(left) = platter.operations_left {
            let left = left.checked_sub(1).ok_or_else(|| io::Error::other("the power failed"))?;
            platter.operations_left = Some(left);
        }
        Ok(operation(&mut platter))
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap()
}

impl StorageBackend for Plug {
    fn len(&self) -> io::Result<u64> {
        Ok(u64::try_from(self.disk.lock().bytes.len()).unwrap())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let platter = self.disk.lock();
        let start = index(offset);
        let bytes = platter.bytes.get(start..start + out.len());
        out.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.operate(|platter| {
            let (old, new) = (platter.bytes.len(), index(len));
            let offset = old.min(new);
            let before = platter.bytes.get(offset..).unwrap().to_vec();
            platter.unsynced.push(Write { offset, before, after: vec![0; new - offset] });
            platter.bytes.resize(new, 0);
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.operate(|platter| platter.unsynced.clear())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.operate(|platter| {
            let offset = index(offset);
            let place = platter.bytes.get_mut(offset..offset + data.len()).unwrap();
            let (before, after) = (place.to_vec(), data.to_vec());
            place.copy_from_slice(data);
            platter.unsynced.push(Write { offset, before, after });
        })
    }
}
