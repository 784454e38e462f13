//! What a server does before its first request.

use std::sync::{Arc, Mutex};

use licence_cli::{Failure, pinned};
use licence_core::{PublicKey, Roots, UnixTime};

use super::turns::Turns;
use super::{AppState, Parts, Sources};
use crate::alarm::Alarm;
use crate::config::Config;
use crate::data_dir::{DataDir, SiteFile};
use crate::domain::{Anchor, Licences, Outcome, Pace, Rate, Terms};
use crate::http::WaitingRoom;
use crate::metrics::{Metrics, SharedBoard};
use crate::mirror::Mirror;
use crate::password::PasswordThreads;
use crate::shelf::{Shelf, Trust};
use crate::store::{Reader as _, RedbReader, RedbStore, StoreError};
use crate::token::{BearerVerifier, Minter, RevokedLists, Sightings, TokensAhead};
use crate::writer::Writer;

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
        let minter = Arc::new(minter);
        let tokens_ahead = TokensAhead::start(Arc::clone(&minter), metrics.clone())
            .map_err(|error| no_thread(&error))?;
        let ahead = tokens_ahead.clone();
        let decided = move |outcomes: &[Outcome]| ahead.begin(outcomes);
        let writer =
            Writer::start(store, Arc::clone(&mirror), metrics.clone(), read_clock, decided)
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
            turns: Turns::default(),
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
            tokens_ahead,
            revoked_lists: RevokedLists::default(),
            refresh_key,
            passwords,
            waiting_room: WaitingRoom::default(),
        })))
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
