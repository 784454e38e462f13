//! What every request shares.

mod backup;
mod start;
mod turns;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use licence_core::{PublicKey, SessionId, UnixTime, UserId, Uuid};

use crate::alarm::Alarm;
use crate::clock::{Clock, Stopwatch};
use crate::config::Config;
use crate::data_dir::{DataDir, SiteFile};
use crate::doctor::Presented;
use crate::domain::{
    Command, Judgement, Outcome, Pace, PaceKey, Reading, Session, Terms, Throttle, TooSoon, User,
    Warnings,
};
use crate::http::{WaitingRoom, server_timing};
use crate::majority::Majority;
use crate::metrics::{Metrics, SharedBoard};
use crate::mirror::Mirror;
use crate::password::PasswordThreads;
use crate::rng::{NoRandomBytes, Rng};
use crate::shelf::Shelf;
use crate::store::{Reader, StoreError};
use crate::token::{
    BearerVerifier, Minter, NoList, RefreshKey, RevokedList, RevokedLists, Sightings, TokensAhead,
};
use crate::writer::{Unavailable, Writer};

pub(crate) use start::store_failure;
use turns::Turns;

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
    turns: Turns,
    presented: Mutex<Option<Presented>>,
    bearer: BearerVerifier,
    sightings: Sightings,
    throttle: Mutex<Throttle>,
    pace: Mutex<Pace>,
    alarm: Alarm,
    metrics: Metrics,
    unbelieved: Mutex<Majority<IpAddr>>,
    board: SharedBoard,
    minter: Arc<Minter>,
    tokens_ahead: TokensAhead,
    revoked_lists: RevokedLists,
    refresh_key: RefreshKey,
    passwords: PasswordThreads,
    waiting_room: WaitingRoom,
}

impl AppState {
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

    /// Ids for as many seats as any licence lends.
    ///
    /// # Errors
    /// [`NoRandomBytes`].
    pub fn spare_ids(&self) -> Result<Vec<Uuid>, NoRandomBytes> {
        let now = self.now();
        let lends = |terms: &Terms| terms.seats.borrow.map(|limits| limits.seats_max);
        let most = self.mirror().licences().iter().filter_map(lends).max();
        (0..most.unwrap_or(0)).map(|_| self.rng().uuid(now)).collect()
    }

    /// The access tokens of what was granted.
    pub(crate) fn tokens_ahead(&self) -> &TokensAhead {
        &self.0.tokens_ahead
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

    /// Memory for requests that are waited for.
    #[must_use]
    pub(crate) fn waiting_room(&self) -> &WaitingRoom {
        &self.0.waiting_room
    }
}
