//! A disk in memory that can lose, tear and reorder what was not synced, and fail in the ways that disks do.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use licence_server::store::PageCache;
use redb::StorageBackend;

use super::dice::Dice;

/// What stays when a process ends; the process has a [`Plug`] in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<Machine>>);

#[derive(Debug, Default)]
struct Machine {
    /// What a process reads: the disk with all that was written over it.
    seen: Vec<u8>,
    /// What is on the disk whatever happens.
    synced: Vec<u8>,
    /// What was written since the last sync, in its order.
    unsynced: Vec<Write>,
    /// Which plug is in. Whatever an earlier process still writes comes to nothing.
    plug: u64,
    /// What goes wrong, and after how many more operations.
    trouble: Option<(u32, Trouble)>,
    /// Writes, changes of the length, and syncs since the plug was put in.
    operations: u32,
    /// Whether bytes were lost while nobody had the disk, which the next sync is to say.
    is_loss_untold: bool,
}

/// What goes wrong with a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The power fails: from there on nothing reaches the disk.
    PowerCut,
    /// One operation fails. Where that is a sync, the bytes that it should have made durable never will be,
    /// are shown all the same, and the next sync says that all is well: so do the file systems of Linux.
    OneError,
    /// There is no room: from there on nothing can be written, and syncs succeed.
    Full,
}

#[derive(Debug)]
enum Write {
    Bytes { offset: usize, bytes: Vec<u8> },
    Length(usize),
}

/// The only way to the disk until the next one is plugged in.
#[derive(Debug)]
pub(crate) struct Plug {
    disk: Disk,
    number: u64,
}

impl Disk {
    /// A disk with that on it.
    pub(crate) fn with(bytes: Vec<u8>) -> Self {
        let disk = Self::default();
        disk.put_back(bytes);
        disk
    }

    pub(crate) fn plug_in(&self) -> Plug {
        let mut machine = self.lock();
        machine.plug += 1;
        (machine.trouble, machine.operations) = (None, 0);
        Plug { disk: self.clone(), number: machine.plug }
    }

    /// Has the disk fail after so many more operations.
    pub(crate) fn fail_after(&self, operations: u32, trouble: Trouble) {
        self.lock().trouble = Some((operations, trouble));
    }

    /// How many operations there were since the plug was put in.
    pub(crate) fn operations(&self) -> u32 {
        self.lock().operations
    }

    /// Whether what was to go wrong has not yet.
    pub(crate) fn has_trouble_ahead(&self) -> bool {
        self.lock().trouble.is_some()
    }

    /// Ends the process; then what it left is to be written, and is not.
    pub(crate) fn lose_behind(&self) {
        let mut machine = self.lock();
        machine.plug += 1;
        machine.is_loss_untold = machine.unsynced.iter().any(Write::has_bytes);
        machine.lose_bytes();
    }

    /// Pulls the plug. Of what was not synced, any part may have reached the disk, and of one write too.
    pub(crate) fn lose_power(&self, dice: &mut Dice) {
        let mut machine = self.lock();
        machine.plug += 1;
        for write in std::mem::take(&mut machine.unsynced) {
            match dice.below(5) {
                0 | 1 => write.apply(&mut machine.synced),
                2 | 3 => {}
                _ => write.torn(dice).apply(&mut machine.synced),
            }
        }
        machine.seen = machine.synced.clone();
        machine.is_loss_untold = false;
    }

    /// Ends the process and not the machine: all that was written can be read, and what was not synced
    /// may still be lost.
    pub(crate) fn unplug(&self) {
        self.lock().plug += 1;
    }

    /// All that was written so far.
    pub(crate) fn copy(&self) -> Vec<u8> {
        self.lock().seen.clone()
    }

    /// Another disk in its place, with a copy on it.
    pub(crate) fn put_back(&self, bytes: Vec<u8>) {
        let mut machine = self.lock();
        machine.plug += 1;
        machine.unsynced.clear();
        machine.is_loss_untold = false;
        machine.synced.clone_from(&bytes);
        machine.seen = bytes;
    }

    fn lock(&self) -> MutexGuard<'_, Machine> {
        self.0.lock().unwrap()
    }
}

impl Machine {
    fn write(&mut self, write: Write) {
        write.apply(&mut self.seen);
        self.unsynced.push(write);
    }

    fn sync(&mut self) -> io::Result<()> {
        for write in std::mem::take(&mut self.unsynced) {
            write.apply(&mut self.synced);
        }
        let is_loss_untold = std::mem::take(&mut self.is_loss_untold);
        if is_loss_untold { Err(io::Error::other("the disk had failed")) } else { Ok(()) }
    }

    /// What waits to be written never will be. The length is the file system's own, which tries again.
    fn lose_bytes(&mut self) {
        self.unsynced.retain(|write| !write.has_bytes());
    }

    /// Goes through with an operation, unless it is its turn to fail.
    fn meet(&mut self, is_sync: bool) -> io::Result<()> {
        self.operations += 1;
        let Some((left, trouble)) = self.trouble else { return Ok(()) };
        if let Some(left) = left.checked_sub(1) {
            self.trouble = Some((left, trouble));
            return Ok(());
        }
        match trouble {
            Trouble::PowerCut => Err(io::Error::other("the power failed")),
            Trouble::OneError => {
                self.trouble = None;
                if is_sync {
                    self.lose_bytes();
                }
                Err(io::Error::other("the disk failed"))
            }
            Trouble::Full if is_sync => Ok(()),
            Trouble::Full => Err(io::ErrorKind::StorageFull.into()),
        }
    }
}

impl Write {
    const fn has_bytes(&self) -> bool {
        matches!(self, Self::Bytes { .. })
    }

    /// What lies behind the end before it is written is zeros, as in a file.
    fn apply(&self, onto: &mut Vec<u8>) {
        match self {
            Self::Length(length) => onto.resize(*length, 0),
            Self::Bytes { offset, bytes } => {
                let end = offset + bytes.len();
                onto.resize(onto.len().max(end), 0);
                onto.get_mut(*offset..end).unwrap().copy_from_slice(bytes);
            }
        }
    }

    /// One end of a write; a length is one thing. Disks write sectors whole, and redb asks for less: that a byte
    /// is (`docs/design.md` of its source, "Assumptions about underlying media"). So a write may end at any byte.
    fn torn(self, dice: &mut Dice) -> Self {
        match self {
            Self::Bytes { offset, bytes } if !bytes.is_empty() => {
                let (first, last) = bytes.split_at(dice.below(bytes.len()));
                if dice.one_in(2) {
                    Self::Bytes { offset, bytes: first.to_vec() }
                } else {
                    Self::Bytes { offset: offset + first.len(), bytes: last.to_vec() }
                }
            }
            whole => whole,
        }
    }
}

impl Plug {
    fn operate(&self, write: Option<Write>) -> io::Result<()> {
        let mut machine = self.disk.lock();
        if machine.plug != self.number {
            return Err(io::Error::other("the process has ended"));
        }
        machine.meet(write.is_none())?;
        match write {
            Some(write) => machine.write(write),
            None => machine.sync()?,
        }
        Ok(())
    }
}

impl PageCache for Disk {
    fn drop_clean(&self) -> io::Result<()> {
        let mut machine = self.lock();
        let Machine { seen, synced, unsynced, .. } = &mut *machine;
        seen.clone_from(synced);
        unsynced.iter().for_each(|write| write.apply(seen));
        Ok(())
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap()
}

impl StorageBackend for Plug {
    fn len(&self) -> io::Result<u64> {
        Ok(u64::try_from(self.disk.lock().seen.len()).unwrap())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let machine = self.disk.lock();
        let start = index(offset);
        let bytes = machine.seen.get(start..start + out.len());
        out.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.operate(Some(Write::Length(index(len))))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.operate(None)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.operate(Some(Write::Bytes { offset: index(offset), bytes: data.to_vec() }))
    }
}

#[test]
fn a_write_may_be_lost_whole_half_there_or_there_when_the_power_fails() {
    const PAGE: usize = 4096;
    let found = (0..64).map(|seed| {
        let disk = Disk::with(vec![0; PAGE]);
        disk.plug_in().write(0, &[1; PAGE]).unwrap();
        disk.lose_power(&mut Dice::new(seed));
        disk.copy().into_iter().map(usize::from).sum::<usize>()
    });
    let found: Vec<_> = found.collect();
    assert!(found.contains(&0) && found.contains(&PAGE));
    assert!(found.iter().any(|written| (1..PAGE).contains(written)), "none is torn: {found:?}");
}

#[test]
fn what_a_failed_sync_lost_is_shown_until_it_is_dropped_and_no_later_sync_brings_it_back() {
    let disk = Disk::with(vec![0; 2]);
    let plug = disk.plug_in();
    plug.write(0, &[1]).unwrap();
    disk.fail_after(0, Trouble::OneError);
    plug.sync_data().unwrap_err();
    plug.write(1, &[1]).unwrap();
    assert_eq!(disk.copy(), [1, 1]);
    disk.drop_clean().unwrap();
    assert_eq!(disk.copy(), [0, 1], "what still waits is kept");
    plug.sync_data().unwrap();
    disk.lose_power(&mut Dice::new(1));
    assert_eq!(disk.copy(), [0, 1]);
}
