//! Crashes, a disk that fails, a clock that jumps.

use super::*;
use crate::domain::Resume;
use crate::metrics::Metrics;
use crate::writer::Bell;

/// A real store whose disk fails at a commit.
struct FailingDisk {
    store: RedbStore,
    commits_left: u32,
}

struct FailingBatch<'disk> {
    batch: <RedbStore as Engine>::Batch<'disk>,
    commits_left: &'disk mut u32,
}

impl Engine for FailingDisk {
    type Batch<'engine> = FailingBatch<'engine>;

    async fn begin(&mut self) -> Result<(FailingBatch<'_>, Site), StoreError> {
        let (batch, site) = self.store.begin().await?;
        Ok((FailingBatch { batch, commits_left: &mut self.commits_left }, site))
    }
}

impl Batch for FailingBatch<'_> {
    async fn load(&mut self, draft: &mut Draft) -> Result<(), StoreError> {
        self.batch.load(draft).await
    }

    async fn commit(self, changes: Changes<'_>) -> Result<(), StoreError> {
        let Some(left) = self.commits_left.checked_sub(1) else {
            return Err(StoreError::Corrupt { table: "disk" });
        };
        *self.commits_left = left;
        self.batch.commit(changes).await
    }
}

#[test]
fn what_was_answered_is_there_after_a_crash() {
    let mut house = House::new(2);
    let people = ["ann", "ben", "cleo"].map(|name| house.person(name));
    let devices = [house.seated(people[0]), house.seated(people[1])];
    house.sign_out(devices[0]);
    let before = house.mirror.site();
    house.reopen();
    assert_eq!(house.mirror.site(), before);
    assert!(house.is_revoked(devices[0].session));
    house.refreshed(devices[1]);
    house.seated(people[2]);
    assert!(matches!(house.sign_in(people[0]).0, Outcome::NoSeat(_)), "two of two are held");
}

#[test]
fn nothing_is_judged_by_a_clock_set_back() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    house.seated(ann);
    house.pass(930);
    let bens = house.seated(ben);
    house.wrong_secs = -930;
    let grant = granted(house.refresh(bens).0);
    assert_eq!(grant.iat, START.plus(930), "judged by the highest time that was trusted");
}

#[tokio::test]
async fn after_a_commit_that_failed_nothing_is_acknowledged_and_nothing_is_shown() {
    let mut house = House::new(3);
    let people = ["ann", "ben", "cleo"].map(|name| house.person(name));
    let commands = people.map(|user| house.sign_in_command(user).0);
    let store = house.store.take().unwrap();
    let mirror = Arc::new(house.mirror_again());
    let (now, reading) = (house.now, house.reading());
    let disk = FailingDisk { store, commits_left: 1 };
    let writer =
        Writer::start(disk, Arc::clone(&mirror), Metrics::default(), move || reading, |_| ())
            .unwrap();
    let [ann, ben, cleo] = commands;
    assert!(matches!(writer.submit(ann).await, Ok(Outcome::Granted(_))));
    assert!(mirror.is_ready());
    assert_eq!(writer.submit(ben).await, Err(Unavailable::Failed));
    assert!(!mirror.is_ready(), "known before whoever asked is told");
    assert_eq!(writer.submit(cleo).await, Err(Unavailable::Failed));
    writer.ended().await;
    assert_eq!(mirror.seats_in_use(now), 1, "what failed is not shown");
    writer.stop().await;
    house.reopen();
    assert_eq!(house.mirror.seats_in_use(now), 1, "what was acknowledged is there");
}

/// Says when it is dropped.
struct Ending(std::sync::mpsc::Sender<&'static str>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.send("over").unwrap();
    }
}

#[test]
fn what_is_decided_is_told_before_it_is_on_disk() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let (command, _) = house.sign_in_command(ann);
    let (mirror, reading) = (house.mirror_again(), house.reading());
    let (mut store, now) = (house.store.take().unwrap(), house.now);
    let reader = store.reader();
    let (told, heard) = std::sync::mpsc::channel();
    let decided = |outcomes: &[Outcome]| {
        assert!(matches!(outcomes, [Outcome::Granted(_)]));
        assert_eq!((mirror.seats_in_use(now), reader.sessions().unwrap().len()), (0, 0));
        told.send("decided").unwrap();
        Ending(told.clone())
    };
    block_on(turn(&mut store, &mirror, reading, &[command], decided)).unwrap();
    assert_eq!(heard.try_iter().collect::<Vec<_>>(), ["decided", "over"]);
    assert_eq!((mirror.seats_in_use(now), reader.sessions().unwrap().len()), (1, 1));
}

#[tokio::test]
async fn a_writer_that_stopped_says_so() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let (command, _) = house.sign_in_command(ann);
    let mirror = Arc::new(house.mirror_again());
    let reading = house.reading();
    let store = house.store.take().unwrap();
    let writer =
        Writer::start(store, Arc::clone(&mirror), Metrics::default(), move || reading, |_| ())
            .unwrap();
    writer.stop().await;
    assert_eq!(writer.submit(command).await, Err(Unavailable::Failed));
    assert!(!mirror.is_ready());
}

/// A seat that a later command of the same turn freed once rang before the bell of the earlier one hung, and
/// who waited for it slept on.
#[tokio::test]
async fn a_seat_that_comes_free_in_the_turn_that_had_none_is_not_slept_through() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let anns = house.seated(ann);
    let (command, bens) = house.sign_in_command(ben);
    let Command::SignIn(mut sign_in) = command else { panic!() };
    sign_in.wait_secs = 30;
    let jti = TokenId(house.uuid());
    let mirror = Arc::new(house.mirror_again());
    let (store, reading) = (house.store.take().unwrap(), house.reading());
    // The clock is read at the start of a turn: so the first one is held until both commands wait.
    let (begin, begun) = std::sync::mpsc::channel::<()>();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let read_clock = move || {
        let _ = (begin.send(()), wait.recv());
        reading
    };
    let writer = Writer::start(store, mirror, Metrics::default(), read_clock, |_| ()).unwrap();
    writer.tell(Command::Sweep).unwrap();
    begun.recv().unwrap();
    let bell = Bell::default();
    let asks = writer.submit_with(Command::SignIn(sign_in), &bell);
    let frees = writer.submit(Command::SignOut(SignOut { session: anns.session }));
    // Polled last, when both are in the queue.
    let (asked, freed, ()) = tokio::join!(asks, frees, async { drop(go) });
    assert_eq!(freed, Ok(Outcome::Done));
    full(asked.unwrap());
    bell.rung().await;
    let resume = Command::Resume(Resume { session: bens.session, jti });
    granted(writer.submit(resume).await.unwrap());
}
