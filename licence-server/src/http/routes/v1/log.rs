//! `GET /v1/log?from&to`: the digests of audit entries, so that a client which saw the log at one
//! place can recompute its head at a later one, and so find out whether the log was rolled back or
//! forked in between. The entries themselves are shown to administrators only.

use axum::Json;
use axum::extract::{RawQuery, State};
use licence_core::base64url;
use licence_core::claims::LogPosition;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::Entry;
use crate::http::extract::Fields;
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::store::LogPiece;

/// Digests of one answer: some 45 KB of them.
const DIGESTS_MAX: usize = 1000;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(log))
}

/// A piece of the log. With `head` the log's head at `from`, the head at `to` is, for one digest after
/// another, the first sixteen bytes of SHA-256(`head` | 32 as eight bytes, big endian | digest).
#[derive(Serialize, ToSchema)]
#[schema(as = LogPiece)]
struct Piece {
    /// Which life of the store.
    epoch: String,
    /// The place before the first digest: as asked, or where the checkpoint stands.
    from: u64,
    /// The place of the last digest: as asked, or as far as one answer goes.
    to: u64,
    /// SHA-256 of each entry after `from`, in base64url.
    digests: Vec<String>,
    /// The signed checkpoint that stands for the entries up to `from`, where those were taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<String>,
    /// Where the log stands now.
    log: Place,
}

#[derive(Serialize, ToSchema)]
#[schema(as = LogPlace)]
struct Place {
    seq: u64,
    head: String,
}

#[utoipa::path(
    get,
    path = "/log",
    tag = "proof",
    operation_id = "log",
    summary = "Digests of the audit log, to recompute its head",
    params(
        ("from" = u64, Query, description = "The place before the first digest"),
        ("to" = u64, Query, description = "The place of the last digest"),
    ),
    security(()),
    responses((status = 200, description = "As many as were asked for, 1,000 at most.", body = Piece)),
)]
async fn log(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Json<Piece>, Problem> {
    let query = Fields::of_query(query.as_deref(), &["from", "to"])?;
    let (from, to) = (place(&query, "from")?, place(&query, "to")?);
    if to < from {
        return Err(Problem::invalid_request("`to` must not be before `from`"));
    }
    let count = usize::try_from(to - from).map_or(DIGESTS_MAX, |count| count.min(DIGESTS_MAX));
    // Of one moment: a prune or another life of the store between two looks would tell of a fork.
    let LogPiece { position: now, checkpoint, mut entries } =
        state.reader().log_piece(from.saturating_add(1), count)?;
    let checkpoint = checkpoint.filter(|(below, _)| from.saturating_add(1) < *below);
    let from = checkpoint.as_ref().map_or(from, |(below, _)| below.saturating_sub(1));
    entries.retain(|entry| entry.seq <= to);
    let to = entries.last().map_or(from, |entry| entry.seq);
    Ok(Json(Piece::new((from, to), &entries, checkpoint.map(|(_, text)| text), now)))
}

fn place(query: &Fields, name: &'static str) -> Result<u64, Problem> {
    let place = query.integer(name)?.and_then(|place| u64::try_from(place).ok());
    place.ok_or_else(|| Problem::invalid_request(format!("`{name}` must be a place in the log")))
}

impl Piece {
    fn new(
        (from, to): (u64, u64),
        entries: &[Entry],
        checkpoint: Option<String>,
        now: LogPosition,
    ) -> Self {
        Self {
            epoch: now.epoch.to_string(),
            from,
            to,
            digests: entries.iter().map(|entry| base64url::encode(&entry.digest())).collect(),
            checkpoint,
            log: Place { seq: now.seq, head: now.head.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use licence_core::claims::LogPosition;
    use licence_core::{ChainHead, UserId, base64url};

    use crate::domain::{Actor, Command, Outcome, PruneLog, ReleaseSeat};
    use crate::http::testing::{Answer, World};

    async fn log(world: &World, from: u64, to: u64) -> Answer {
        world.get(&format!("/v1/log?from={from}&to={to}")).send().await
    }

    fn position(world: &World) -> LogPosition {
        world.state.mirror().site().position
    }

    /// What a client does: goes on from the head that it knows.
    fn recompute(head: ChainHead, piece: &Answer) -> ChainHead {
        let piece = piece.json();
        piece["digests"].as_array().unwrap().iter().fold(head, |head, digest| {
            head.append(&base64url::decode(digest.as_str().unwrap()).unwrap())
        })
    }

    #[tokio::test]
    async fn whoever_saw_the_log_at_two_places_can_recompute_the_way_between() {
        let world = World::licensed(2, 2).await;
        world.sign_in("user1").await;
        let seen = position(&world);
        world.sign_in("user2").await;
        world.sign_in("user1").await;
        let now = position(&world);
        let piece = log(&world, seen.seq, now.seq).await;
        assert_eq!(recompute(seen.head, &piece), now.head);
        assert_eq!(piece.json()["digests"].as_array().unwrap().len() as u64, now.seq - seen.seq);
        assert_eq!(piece.string("epoch"), now.epoch.to_string());
        assert_eq!(piece.json()["log"]["head"], now.head.to_string());
        let whole = log(&world, 0, now.seq).await;
        assert_eq!(recompute(ChainHead::EMPTY, &whole), now.head);
        assert_ne!(recompute(seen.head, &whole), now.head);
    }

    #[tokio::test]
    async fn no_entry_is_shown() {
        let world = World::licensed(1, 1).await;
        world.sign_in("user1").await;
        let piece = log(&world, 0, 100).await;
        for word in ["signed_in", "user", "session"] {
            assert!(!piece.text.contains(word), "{word}");
        }
    }

    #[tokio::test]
    async fn what_is_asked_beyond_the_end_ends_there() {
        let world = World::licensed(1, 1).await;
        let now = position(&world);
        let piece = log(&world, now.seq - 1, u64::from(u32::MAX)).await.json();
        assert_eq!(
            (&piece["to"], piece["digests"].as_array().unwrap().len()),
            (&now.seq.into(), 1)
        );
        let beyond = log(&world, now.seq + 7, now.seq + 9).await.json();
        assert_eq!(beyond["digests"].as_array().unwrap().len(), 0);
        assert_eq!(beyond["log"]["seq"], now.seq, "which tells that the log was rolled back");
        let beyond = log(&world, i64::MAX as u64, i64::MAX as u64).await;
        assert_eq!(beyond.status, 200, "{}", beyond.text);
    }

    #[tokio::test]
    async fn a_long_way_is_gone_in_steps_of_a_thousand() {
        let world = World::new();
        let nobody = || UserId(world.state.rng().uuid(world.state.now()).unwrap());
        let refused = || ReleaseSeat { user: nobody(), reserve_for: None, by: Actor::Local };
        for _ in 0..1100 {
            let refused = world.state.writer().tell(Command::ReleaseSeat(refused()));
            assert_eq!(refused, Ok(()));
        }
        world.state.submit(Command::Sweep).await.unwrap();
        let now = position(&world);
        assert!(now.seq > 1000);
        let first = log(&world, 0, now.seq).await;
        assert_eq!(first.json()["to"], 1000);
        let second = log(&world, 1000, now.seq).await;
        assert_eq!(recompute(recompute(ChainHead::EMPTY, &first), &second), now.head);
    }

    #[tokio::test]
    async fn for_entries_that_were_taken_away_their_checkpoint_stands() {
        let world = World::licensed(1, 2).await;
        let at_checkpoint = position(&world);
        let below = at_checkpoint.seq + 1;
        world.sign_in("user1").await;
        let checkpoint = "signed".to_owned();
        let prune = PruneLog { below, checkpoint: checkpoint.clone(), by: Actor::Local };
        assert_eq!(world.state.submit(Command::PruneLog(prune)).await, Ok(Outcome::Done));
        let piece = log(&world, 1, 1000).await;
        assert_eq!(piece.string("checkpoint"), checkpoint);
        assert_eq!(piece.json()["from"], at_checkpoint.seq);
        assert_eq!(recompute(at_checkpoint.head, &piece), position(&world).head);
        let later = log(&world, at_checkpoint.seq, 1000).await;
        assert_eq!(later.json().get("checkpoint"), None, "its caller knows that place");
        assert_eq!(recompute(at_checkpoint.head, &later), position(&world).head);
    }

    #[tokio::test]
    async fn what_is_not_right_is_named() {
        let world = World::new();
        for (query, word) in [
            ("", "`from`"),
            ("?from=1", "`to`"),
            ("?from=x&to=1", "`from`"),
            ("?from=-1&to=1", "`from`"),
            ("?from=2&to=1", "`to`"),
            ("?from=1&to=2&to=3", "twice"),
            ("?from=1&to=2&all=1", "nothing else"),
        ] {
            let refused = world.get(&format!("/v1/log{query}")).send().await;
            refused.assert_problem(400, "invalid_request");
            assert!(refused.string("detail").contains(word), "{}", refused.text);
        }
        world.call(Method::POST, "/v1/log").send().await.assert_problem(405, "invalid_request");
    }
}
