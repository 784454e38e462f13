//! `kill -9` while many clients are at it: what anyone was answered is on the disk, and nothing is half
//! done there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::ScopedJoinHandle;
use std::{hint, thread};

use licence_core::{ChainHead, SessionId, Uuid, base64url};
use licence_server::domain::{Generation, Session};
use licence_server::store::{Reader as _, RedbStore};

use crate::programs::{Answer, Institute, agent, server_under_load};
use crate::soak::rounds;

const CLIENTS: u32 = 64;

/// Devices of each person.
const DEVICES: u32 = 4;

/// In so many rounds each client signs out once, and in again.
const ROUNDS_SIGNED_IN: u32 = 16;

/// In so many rounds each client takes an access token back once.
const ROUNDS_UNREVOKED: u32 = 4;

/// What a client knows of its sign-in, by what it was answered.
struct Client {
    name: String,
    /// The refresh token of the last answer; `None` where a sign-out was answered, and no sign-in since.
    token: Option<String>,
    /// The access token of the last answer, unless it was taken back or signed out since, or may have been.
    access: Option<String>,
    /// Access tokens that were taken back or signed out since the server was started.
    ended: Vec<String>,
    /// What was asked last, where no answer came.
    unanswered: Option<Asked>,
    /// Whether the disk held one rotation more than was answered when the server was killed last.
    is_ahead: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    SignIn,
    Refresh,
    Revoke,
    SignOut,
}

/// What a client does once in a round, beside refreshing.
#[derive(Clone, Copy)]
struct Plan {
    signs_out: bool,
    revokes: bool,
}

/// Where the log stood at the answers of one round.
type Heads = BTreeSet<(u64, String)>;

impl Client {
    /// Asks for as long as answers come.
    fn live(&mut self, institute: &Institute, mut plan: Plan, asked: &AtomicU32) -> Heads {
        let agent = agent();
        let mut heads = Heads::new();
        loop {
            let next = match self.token {
                None => Asked::SignIn,
                Some(_) if std::mem::take(&mut plan.signs_out) => Asked::SignOut,
                Some(_) if self.access.is_some() && std::mem::take(&mut plan.revokes) => {
                    Asked::Revoke
                }
                Some(_) => Asked::Refresh,
            };
            asked.fetch_add(1, Ordering::Release);
            self.unanswered = Some(next);
            let Some(answer) = self.ask(next, institute, &agent) else { return heads };
            // Passwords are checked in a bounded queue, and whoever does not fit into it comes again.
            if answer.status == 503 {
                continue;
            }
            self.unanswered = None;
            heads.extend(self.hear(next, &answer));
        }
    }

    fn ask(&self, what: Asked, institute: &Institute, agent: &ureq::Agent) -> Option<Answer> {
        let token = self.token.as_deref().unwrap_or_default();
        match what {
            Asked::SignIn => institute.try_sign_in(agent, &self.name),
            Asked::Refresh => {
                institute.try_post(agent, "/v1/auth/refresh", &[("refresh_token", token)])
            }
            Asked::Revoke => {
                let access = self.access.as_deref().unwrap_or_default();
                institute.try_post(agent, "/v1/auth/revoke", &[("token", access)])
            }
            Asked::SignOut => {
                institute.try_post(agent, "/v1/auth/logout", &[("refresh_token", token)])
            }
        }
    }

    fn hear(&mut self, asked: Asked, answer: &Answer) -> Option<(u64, String)> {
        let status = if asked == Asked::SignOut { 204 } else { 200 };
        assert_eq!(answer.status, status, "{asked:?}: {answer:?}");
        if matches!(asked, Asked::SignOut | Asked::Revoke) {
            self.ended.extend(self.access.take());
            self.token.take_if(|_| asked == Asked::SignOut);
            return None;
        }
        self.is_ahead = false;
        self.token = Some(answer.text("refresh_token").to_owned());
        self.access = Some(answer.text("access_token").to_owned());
        let (seq, head) = (answer.claim("seq"), answer.claim("head"));
        Some((seq.as_u64().unwrap(), head.as_str().unwrap().to_owned()))
    }

    /// What was taken away and acknowledged before the server was killed is refused by the next one, and
    /// nothing else is.
    #[track_caller]
    fn compare_tokens(&mut self, institute: &Institute) {
        let status = |access: &String| institute.get("/v1/me", Some(access)).status;
        for access in self.ended.drain(..) {
            assert_eq!(status(&access), 401, "a sign-out or a revocation is undone");
        }
        if matches!(self.unanswered, Some(Asked::SignOut | Asked::Revoke)) {
            // It may have ended, and nobody will ever say so.
            self.access = None;
        }
        if let Some(access) = &self.access {
            assert_eq!(status(access), 200, "nobody took it back");
        }
    }

    /// Holds what the client knows against its session on the disk, which it takes out. Says whether a
    /// sign-in without an answer may have left another one there.
    #[track_caller]
    fn compare(&mut self, sessions: &mut BTreeMap<SessionId, Session>) -> bool {
        let Some(token) = &self.token else { return self.unanswered == Some(Asked::SignIn) };
        let (id, Generation(known)) = named_by(token);
        let session = sessions.remove(&id);
        let Some(Session { generation: Generation(found), .. }) = session else {
            assert_eq!(self.unanswered, Some(Asked::SignOut), "{}'s sign-in is lost", self.name);
            self.token = None;
            return false;
        };
        let may_be_ahead = self.is_ahead || self.unanswered == Some(Asked::Refresh);
        let most = known + u32::from(may_be_ahead);
        assert!((known..=most).contains(&found), "{}: {found}, {known} answered", self.name);
        self.is_ahead = found > known;
        false
    }
}

/// The session and the rotation that a refresh token names.
#[track_caller]
fn named_by(token: &str) -> (SessionId, Generation) {
    let bytes = base64url::decode(token.strip_prefix("lrt1_").unwrap()).unwrap();
    let (id, rest) = bytes.split_at(1).1.split_first_chunk().unwrap();
    let generation = u32::from_be_bytes(*rest.first_chunk().unwrap());
    (SessionId(Uuid::from_bytes(*id)), Generation(generation))
}

/// What a dead server's disk holds, against all that was answered.
#[track_caller]
fn check_disk(institute: &Institute, clients: &mut [Client], heads: &Heads) -> Vec<SessionId> {
    let store = RedbStore::open(&institute.path("site/store.redb")).unwrap();
    let reader = store.reader();
    let sessions = reader.sessions_after(None, usize::MAX).unwrap();
    let mut sessions: BTreeMap<_, _> = sessions.into_iter().map(|row| (row.id, row)).collect();
    let unheard =
        clients.iter_mut().filter_map(|client| client.compare(&mut sessions).then_some(()));
    let unheard = unheard.count();
    assert!(sessions.len() <= unheard, "{unheard} sign-ins without an answer left {sessions:?}");

    let mut head = ChainHead::EMPTY;
    let mut chain = BTreeMap::new();
    for (entry, seq) in reader.entries(0, usize::MAX).unwrap().iter().zip(1..) {
        assert_eq!(entry.seq, seq, "an entry of the log is missing");
        head = entry.chained_to(head);
        chain.insert(seq, head.to_string());
    }
    for (seq, shown) in heads {
        assert_eq!(chain.get(seq), Some(shown), "entry {seq} was shown, and is not on the disk");
    }
    assert_eq!(reader.site().unwrap().position.head, head);
    sessions.into_keys().collect()
}

fn clients(institute: &Institute) -> Vec<Client> {
    let people = CLIENTS / DEVICES;
    (0..people).for_each(|number| institute.register(&format!("person{number}")));
    let client = |number| Client {
        name: format!("person{}", number % people),
        token: None,
        access: None,
        ended: Vec::new(),
        unanswered: None,
        is_ahead: false,
    };
    (0..CLIENTS).map(client).collect()
}

#[test]
fn a_server_killed_again_and_again_under_load_loses_nothing_that_it_answered() {
    // As many seats again, for sign-ins whose answer is lost.
    let mut institute = Institute::with_terms(&["--seats", "128", "--per", "session"]);
    let mut clients = clients(&institute);
    for round in 0..rounds(20, 200) {
        institute.serve_by(server_under_load(), &[]);
        clients.iter_mut().for_each(|client| client.compare_tokens(&institute));
        let asked = AtomicU32::new(0);
        let heads: Heads = thread::scope(|scope| {
            let lives: Vec<_> = (0..)
                .zip(&mut clients)
                .map(|(number, client)| {
                    let is_its_turn = |rounds| number % rounds == round % rounds;
                    let plan = Plan {
                        signs_out: is_its_turn(ROUNDS_SIGNED_IN),
                        revokes: is_its_turn(ROUNDS_UNREVOKED),
                    };
                    let (institute, asked) = (&institute, &asked);
                    scope.spawn(move || client.live(institute, plan, asked))
                })
                .collect();
            // Some requests of each, and then a little, which is another moment each time.
            let is_over = || lives.iter().all(ScopedJoinHandle::is_finished);
            while asked.load(Ordering::Acquire) < 3 * CLIENTS && !is_over() {
                thread::yield_now();
            }
            (0..(round % 10) * 40_000).for_each(|_| hint::spin_loop());
            institute.server().kill();
            lives.into_iter().flat_map(|life| life.join().unwrap()).collect()
        });
        institute.kill();
        assert!(!heads.is_empty(), "somebody was answered");
        let left = check_disk(&institute, &mut clients, &heads);
        // Whoever did not hear of a sign-in does not know the session: an administrator ends it.
        for id in left {
            let end = ["session", "end", &id.to_string(), "--data", "site"];
            institute.run("licence-server", &end);
        }
    }
    assert!(!institute.log().contains("counters were not those of the rows"), "half was done");
}
