//! What every request shares.

mod backup;

use std::net::IpAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use licence_cli::{Failure, pinned};
use licence_core::{PublicKey, Roots, SessionId, UnixTime, UserId};

use crate::alarm::Alarm;
use crate::clock::{Clock, Stopwatch};
use crate::config::Config;
use crate::data_dir::{DataDir, SiteFile};
use crate::doctor::{Check, Presented};
use crate::domain::{
    Anchor, Command, Judgement, Licences, Outcome, Pace, PaceKey, Rate, Reading, Session, Terms,
    Throttle, TooSoon, User, Warnings,
};
use crate::flight::Flight;
use crate::http::server_timing;
use crate::log_chain::{WalkError, Walked};
use crate::majority::Majority;
use crate::metrics::{Metrics, SharedBoard};
use crate::mirror::Mirror;
use crate::password::PasswordThreads;
use crate::rng::Rng;
use crate::shelf::{Shelf, Trust};
use crate::soundness::Soundness;
use crate::store::{Reader, RedbReader, RedbStore, StoreError};
use crate::token::{
    BearerVerifier, Minter, NoList, RefreshKey, RevokedList, RevokedLists, Sightings,
};
use crate::writer::{Unavailable, Writer};

/// Everything that a handler may use. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// Where time and randomness come from.
#[derive(Clone)]
pub struct Sources {
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub rng: Arc<dyn Rng>,
}

struct Parts {
    config: Config,
    data: DataDir,
    sources: Sources,
    site: SiteFile,
    site_key: PublicKey,
    writer: Writer,
    mirror: Arc<Mirror>,
    reader: Box<dyn Reader>,
    shelf: Arc<Shelf>,
    backups: Arc<tokio::sync::Mutex<()>>,
    is_backing_up_over: AtomicBool,
    installations: tokio::sync::Mutex<()>,
    statements: tokio::sync::Mutex<()>,
    examination: Flight<Vec<Check>>,
    checks: Flight<Arc<Result<Soundness, StoreError>>>,
    log_walks: Flight<Arc<Result<Walked, WalkError>>>,
    presented: Mutex<Option<Presented>>,
    bearer: BearerVerifier,
    sightings: Sightings,
    throttle: Mutex<Throttle>,
    pace: Mutex<Pace>,
    alarm: Alarm,
    metrics: Metrics,
    unbelieved: Mutex<Majority<IpAddr>>,
    board: SharedBoard,
    minter: Minter,
    revoked_lists: RevokedLists,
    refresh_key: RefreshKey,
    passwords: PasswordThreads,
}

impl AppState {
    /// Opens the data directory for this process alone, and starts as [`over`](Self::over) does.
    ///
    /// # Errors
    /// If a file of the directory is not as it should be, or another process has the store.
    pub fn open(data: &DataDir, config: Config, sources: Sources) -> Result<Self, Failure> {
        let store = RedbStore::open(&data.store()).map_err(|error| store_failure(&error))?;
        Self::over(store, data, config, sources)
    }

    /// Verifies the installed licences again, and starts the writer over a store that is open.
    ///
    /// # Errors
    /// If a file of the directory is not as it should be.
    pub fn over(
        store: RedbStore,
        data: &DataDir,
        config: Config,
        sources: Sources,
    ) -> Result<Self, Failure> {
        let (site, key) = (data.site()?, data.site_key()?);
        let refresh_key = data.refresh_key()?;
        let minter = Minter::new(site.issuer.clone(), site.product.clone(), &key)
            .map_err(|error| Failure::usage(error.to_string()))?;
        let roots = pinned::confirm(site.roots.clone())?;
        let shelf = Arc::new(Shelf::new(trust(roots, &site, key.public(), &config)));
        let reader = store.reader();
        let committed = reader.site().map_err(|error| store_failure(&error))?;
        let reading = sources.clock.read();
        let anchor = Anchor::at_start(&committed, reading, config.clock_gap_secs);
        let now = anchor.judge(&committed, reading).now;
        let licences = restore(&shelf, &reader, now).map_err(|error| store_failure(&error))?;
        let revocations = reader.revocations().map_err(|error| store_failure(&error))?;
        let services = reader.services().map_err(|error| store_failure(&error))?;
        let mirror = Mirror::new(committed, anchor, licences, revocations);
        let mirror = Arc::new(mirror.with_services(services));
        let clock = Arc::clone(&sources.clock);
        let metrics = Metrics::default();
        let pace =
            Pace::new(Rate { burst: config.changes_burst, per_minute: config.changes_per_minute });
        let read_clock = move || clock.read();
        let writer = Writer::start(store, Arc::clone(&mirror), metrics.clone(), read_clock)
            .map_err(|error| no_thread(&error))?;
        let passwords =
            PasswordThreads::start(config.password_threads, config.password_queue, &*sources.rng)
                .map_err(|error| no_thread(&error))?;
        let alarm = Alarm::new(config.hook.as_ref());
        let product = site.product.clone();
        let bearer = BearerVerifier::new(Arc::clone(&shelf), key.public().clone(), product);
        Ok(Self(Arc::new(Parts {
            config,
            data: data.clone(),
            sources,
            site,
            site_key: key.public().clone(),
            writer,
            mirror,
            reader: Box::new(reader),
            shelf,
            backups: Arc::default(),
            is_backing_up_over: AtomicBool::new(false),
            installations: tokio::sync::Mutex::default(),
            statements: tokio::sync::Mutex::default(),
            examination: Flight::default(),
            checks: Flight::default(),
            log_walks: Flight::default(),
            presented: Mutex::default(),
            bearer,
            sightings: Sightings::default(),
            throttle: Mutex::default(),
            pace: Mutex::new(pace),
            alarm,
            board: SharedBoard::new(&metrics),
            metrics,
            unbelieved: Mutex::default(),
            minter,
            revoked_lists: RevokedLists::default(),
            refresh_key,
            passwords,
        })))
    }

    /// The time to judge a request by. A request asks once.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        self.judge().now
    }

    /// The time to judge by, and whether the wall clock is in doubt.
    #[must_use]
    pub fn judge(&self) -> Judgement {
        self.0.mirror.judge(self.0.sources.clock.read())
    }

    /// What the machine's clocks say, believed or not.
    #[must_use]
    pub fn reading(&self) -> Reading {
        self.0.sources.clock.read()
    }

    /// Has a command carried out; the answer is durable.
    ///
    /// # Errors
    /// Every [`Unavailable`].
    pub async fn submit(&self, command: Command) -> Result<Outcome, Unavailable> {
        let watch = Stopwatch::start();
        let outcome = self.0.writer.submit(command).await;
        server_timing::note(server_timing::Part::Store, watch.elapsed());
        outcome
    }

    /// The writer, for whoever starts and stops the server.
    #[must_use]
    pub fn writer(&self) -> &Writer {
        &self.0.writer
    }

    /// What the server goes by.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Where all of it stands.
    #[must_use]
    pub fn data(&self) -> &DataDir {
        &self.0.data
    }

    /// Random bytes.
    #[must_use]
    pub fn rng(&self) -> &dyn Rng {
        &*self.0.sources.rng
    }

    /// What the site is.
    #[must_use]
    pub fn site(&self) -> &SiteFile {
        &self.0.site
    }

    /// The key that signs the site's tokens.
    #[must_use]
    pub fn site_key(&self) -> &PublicKey {
        &self.0.site_key
    }

    /// The committed state that is in memory.
    #[must_use]
    pub fn mirror(&self) -> &Mirror {
        &self.0.mirror
    }

    /// The committed state that is on disk.
    #[must_use]
    pub fn reader(&self) -> &dyn Reader {
        &*self.0.reader
    }

    /// A person as they were committed last, without asking the disk where they were asked for lately.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn user(&self, id: UserId) -> Result<Option<Arc<User>>, StoreError> {
        self.0.mirror.user(id, self.reader())
    }

    /// The same of a session.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn session(&self, id: SessionId) -> Result<Option<Arc<Session>>, StoreError> {
        self.0.mirror.session(id, self.reader())
    }

    /// The licences that were accepted.
    #[must_use]
    pub fn shelf(&self) -> &Shelf {
        &self.0.shelf
    }

    /// Whose turn it is to install a licence or a list.
    #[must_use]
    pub(crate) fn installations(&self) -> &tokio::sync::Mutex<()> {
        &self.0.installations
    }

    /// Whose turn it is to have a usage statement signed.
    #[must_use]
    pub(crate) fn statements(&self) -> &tokio::sync::Mutex<()> {
        &self.0.statements
    }

    /// Looking for what there is to mend, once for all who ask at the same time.
    #[must_use]
    pub(crate) fn examination(&self) -> &Flight<Vec<Check>> {
        &self.0.examination
    }

    /// Looking at every row of the store, once for all who ask at the same time.
    #[must_use]
    pub(crate) fn checks(&self) -> &Flight<Arc<Result<Soundness, StoreError>>> {
        &self.0.checks
    }

    /// Recomputing the log from its first entry to its last, once for all who ask at the same time.
    #[must_use]
    pub(crate) fn log_walks(&self) -> &Flight<Arc<Result<Walked, WalkError>>> {
        &self.0.log_walks
    }

    /// Notes what whoever speaks TLS with the server is shown from now on.
    pub(crate) fn present(&self, presented: Presented) {
        *self.shown() = Some(presented);
    }

    /// What whoever speaks TLS with the server is shown; `None` where it speaks none.
    #[must_use]
    pub(crate) fn presented(&self) -> Option<Presented> {
        self.shown().clone()
    }

    fn shown(&self) -> MutexGuard<'_, Option<Presented>> {
        self.0.presented.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose turn it is to write a backup.
    #[must_use]
    pub(crate) fn backups(&self) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(&self.0.backups)
    }

    /// What verifies access tokens.
    #[must_use]
    pub fn bearer(&self) -> &BearerVerifier {
        &self.0.bearer
    }

    /// Which access tokens came back.
    #[must_use]
    pub fn sightings(&self) -> &Sightings {
        &self.0.sightings
    }

    /// What the server counts of itself.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Counts a request of the network; `unbelieved` is whoever said in it for whom it speaks, and is not trusted.
    pub(crate) fn note_network_request(&self, unbelieved: Option<IpAddr>) {
        self.metrics().asked_over_network(unbelieved.is_some());
        let Some(peer) = unbelieved else { return };
        if self.unbelieved().note(peer) {
            tracing::warn!(
                %peer,
                "{peer} says for whom it speaks, and is not believed: a proxy of yours belongs into `trusted_proxies`"
            );
        }
    }

    /// Whoever says for whom it speaks most often, and is not trusted.
    pub(crate) fn unbelieved_proxy(&self) -> Option<IpAddr> {
        self.unbelieved().most()
    }

    fn unbelieved(&self) -> MutexGuard<'_, Majority<IpAddr>> {
        self.0.unbelieved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is shown of that.
    #[must_use]
    pub fn board(&self) -> &SharedBoard {
        &self.0.board
    }

    /// What counts failed sign-ins.
    pub(crate) fn throttle(&self) -> MutexGuard<'_, Throttle> {
        // Its maps are whole between any two of its calls.
        self.0.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a change that a session or a person asks for.
    ///
    /// # Errors
    /// [`TooSoon`] where there were too many.
    pub(crate) fn pace(&self, who: PaceKey, now: UnixTime) -> Result<(), TooSoon> {
        // Its maps are whole between any two of its calls.
        self.0.pace.lock().unwrap_or_else(PoisonError::into_inner).take(who, now)
    }

    /// What an administrator is warned of now. What changed since the last look is told.
    #[must_use]
    pub fn warnings(&self) -> Warnings {
        self.0.alarm.look(self.mirror(), self.now(), self.metrics())
    }

    /// What tells of warnings.
    #[must_use]
    pub fn alarm(&self) -> &Alarm {
        &self.0.alarm
    }

    /// What signs access tokens.
    #[must_use]
    pub fn minter(&self) -> &Minter {
        &self.0.minter
    }

    /// The signed list of access tokens that are good no more.
    ///
    /// # Errors
    /// Every [`NoList`].
    pub fn revoked_list(&self) -> Result<Arc<RevokedList>, NoList> {
        self.0.revoked_lists.current(self.mirror(), self.minter(), self.now())
    }

    /// What makes refresh tokens.
    #[must_use]
    pub fn refresh_key(&self) -> &RefreshKey {
        &self.0.refresh_key
    }

    /// What checks passwords.
    #[must_use]
    pub fn passwords(&self) -> &PasswordThreads {
        &self.0.passwords
    }

    /// Makes every check of a password cost as much as the dearest stored hash does, before the first is
    /// made. Looks at everybody once.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn level_passwords(&self) -> Result<(), StoreError> {
        self.reader().each_hash(&mut |hash| self.passwords().level_with(hash))
    }
}

fn trust(roots: Roots, site: &SiteFile, key: &PublicKey, config: &Config) -> Trust {
    Trust {
        roots,
        policy: licence_core::Policy {
            product: Some(site.product.clone()),
            site: Some(key.clone()),
            unbound: config.unbound_licences,
            test: config.test_licences,
            revocations: None,
        },
    }
}

/// Verifies what was installed. A file that is refused now (a root key was taken away, a setting
/// was changed) grants nothing, and the server runs without it, so that it can be mended.
fn restore(shelf: &Shelf, reader: &RedbReader, now: UnixTime) -> Result<Licences, StoreError> {
    if let Some(list) = reader.revocation_list()?
        && let Err(refusal) = shelf.restore_list(&list)
    {
        tracing::error!(%refusal, code = %refusal.code(), "an installed revocation list is not used");
    }
    let mut licences = Licences::default();
    for file in reader.licence_files()? {
        match shelf.restore(file) {
            Ok(licence) => licences.add(Terms::of(&licence.accepted)),
            Err(refusal) => {
                tracing::error!(%refusal, code = %refusal.code(), "an installed licence is not used");
            }
        }
    }
    licences.revoke(shelf.revoked(now));
    Ok(licences)
}

/// What is told of a store that cannot be used.
pub(crate) fn store_failure(error: &StoreError) -> Failure {
    let help = match error {
        StoreError::InUse(_) => "one program has a data directory at a time: stop the other one",
        StoreError::NotFound(_) | StoreError::Exists(_) => "check the data directory",
        StoreError::NotClosed(_) => "start the server once, which repairs it",
        StoreError::NewerFormat { .. } => "use the version of this program that wrote it, or later",
        StoreError::Corrupt { .. } | StoreError::Failed(_) => {
            "check the disk, then restore a backup"
        }
    };
    Failure::usage(error.to_string()).mend(help)
}

fn no_thread(error: &std::io::Error) -> Failure {
    Failure::usage(format!("a thread cannot be started: {error}"))
        .mend("check the limits of memory and processes")
}

#[cfg(test)]
mod tests {
    use licence_core::{Text, UserId};

    use crate::domain::{AddUser, Command};
    use crate::http::testing::World;
    use crate::password::{needs_rehash, take_over};

    /// Else whoever tries names would know by the time who came from another system.
    #[tokio::test]
    async fn a_person_of_another_system_makes_every_check_as_dear_from_the_start() {
        let world = World::licensed(1, 1).await;
        let bcrypt = "$2b$10$H.VK6kAtt8wOuGVN3k2L7.eJEdLPN7/.5heKTD8egLGlbOuPAbkP.";
        let hash = take_over(bcrypt).unwrap();
        assert!(needs_rehash(&hash));
        let add = AddUser {
            hash: Some(hash),
            ..AddUser::named(
                UserId(world.state.rng().uuid(world.state.now()).unwrap()),
                Text::parse("ann").unwrap(),
            )
        };
        world.state.submit(Command::AddUser(add)).await.unwrap();
        let world = world.restarted().await;
        let before = world.state.passwords().level_micros();
        world.state.level_passwords().unwrap();
        let level = world.state.passwords().level_micros();
        assert!(level > before, "{level} after {before}");
    }
}
