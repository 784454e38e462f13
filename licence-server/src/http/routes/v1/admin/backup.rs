//! `GET` and `POST /v1/admin/backup`: of when the newest backup is, and a backup to take away. It is sealed
//! here, and goes to commands on the server's own machine only.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use hyper::body::Frame;
use licence_core::{Code, UnixTime};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use utoipa::ToSchema;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use crate::domain::{Actor, Command, NoteBackup};
use crate::http::extract::{Administrator, Fields, LocalAdmin};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, done};
use crate::http::request_time::RequestTime;
use crate::soundness::Begun;
use crate::state::AppState;

#[cfg(test)]
mod tests;

/// Sealed chunks that wait for a slow reader, of 64 KiB each.
const CHUNKS_AHEAD: usize = 8;

const HOUR_SECS: i64 = 3600;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(show, make)).routes(routes!(note))
}

problems!(MakeRefused: Conflict);

/// Of when the newest backup is. Times are Unix seconds.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct BackupShown {
    /// The time that the server goes by.
    #[schema(format = "unixtime")]
    pub now: i64,
    /// Of when the newest backup is that reached its place; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "unixtime")]
    pub newest: Option<i64>,
    /// Hours between two that the server makes by itself; absent where it makes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_hours: Option<i64>,
    /// What one finds that is begun now. A backup counts only where it is the same at its end.
    pub begun: Begun,
}

/// With what a backup is sealed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct BackupRequest {
    /// Whoever has it and the file has the site.
    #[schema(format = Password)]
    passphrase: String,
    /// Whether it is the last one: from then on this server decides nothing and serves nobody.
    r#final: Option<bool>,
}

/// A backup that reached its place.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct NoteRequest {
    /// Of when it is.
    #[schema(format = "unixtime")]
    taken: i64,
}

#[utoipa::path(
    get,
    path = "/backup",
    tag = "house",
    operation_id = "show_backup",
    summary = "Of when is the newest backup?",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "Its time, and how often one is made.", body = BackupShown)),
)]
async fn show(
    _: Administrator,
    State(state): State<AppState>,
) -> Result<Json<BackupShown>, Problem> {
    let plan = state.config().backups.as_ref();
    Ok(Json(BackupShown {
        now: state.now().secs(),
        newest: state.mirror().site().backed_up.map(UnixTime::secs),
        every_hours: plan.map(|plan| plan.every_secs / HOUR_SECS),
        begun: state.begun()?,
    }))
}

/// Every row of one moment, while the server goes on. Commands on the server's own machine may ask for it, and
/// nobody else.
#[utoipa::path(
    post,
    path = "/backup",
    tag = "house",
    operation_id = "make_backup",
    summary = "Take a backup away",
    request_body(content(
        (BackupRequest = "application/x-www-form-urlencoded"),
        (BackupRequest = "application/json"),
    )),
    security(("bearer" = ["admin"])),
    responses(
        (status = 200, description = "The sealed file.", body = Vec<u8>, content_type = "application/octet-stream"),
        MakeRefused,
    ),
)]
async fn make(
    _: LocalAdmin,
    State(state): State<AppState>,
    time: RequestTime,
    fields: Fields,
) -> Result<Response, Problem> {
    let passphrase = Zeroizing::new(fields.needed("passphrase")?.to_owned());
    let is_final = fields.switch("final")?.unwrap_or(false);
    let turn = state.backups().try_lock_owned().map_err(|_| under_way())?;
    if is_final {
        // It takes as long as it takes to look at every row.
        let _wait = time.wait();
        refuse_unrestorable(&state).await?;
        done(state.submit(Command::Retire(Actor::Local)).await?)?;
    }
    let (pieces, body) = mpsc::channel(CHUNKS_AHEAD);
    let taken = state.now();
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let written = state.write_backup(Pipe(pieces.clone()), &passphrase, taken);
        if let Some(report) = written.err().as_ref().and_then(|failure| failure.report()) {
            tracing::error!(error = %report.message, "a backup broke off");
            // Whoever reads sees the answer break off, and not end.
            let _ = pieces.blocking_send(Err(io::Error::other("the backup broke off")));
        }
    });
    let mut response = Response::new(Body::new(Pieces(body)));
    let media_type = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    Ok(response)
}

#[utoipa::path(
    post,
    path = "/backup/noted",
    tag = "house",
    operation_id = "note_backup",
    summary = "Note that a backup reached its place",
    request_body(content(
        (NoteRequest = "application/x-www-form-urlencoded"),
        (NoteRequest = "application/json"),
    )),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The newest there is now.", body = BackupShown)),
)]
async fn note(
    _: LocalAdmin,
    State(state): State<AppState>,
    fields: Fields,
) -> Result<Json<BackupShown>, Problem> {
    let taken = fields.integer("taken")?.and_then(UnixTime::from_secs);
    let taken = taken
        .ok_or_else(|| Problem::invalid_request("`taken` must be a time in seconds since 1970"))?;
    let note = NoteBackup { taken, by: Some(Actor::Local) };
    done(state.submit(Command::NoteBackup(note)).await?)?;
    show(Administrator(Actor::Local), State(state)).await
}

/// What a restore would refuse must not be a site's last backup, and there must be one: else nobody would serve
/// the site any more.
async fn refuse_unrestorable(state: &AppState) -> Result<(), Problem> {
    let looking = state.clone();
    let look = move || (looking.data().kept_files().map(drop), looking.soundness());
    let (files, found) = tokio::task::spawn_blocking(look).await.map_err(Problem::internal)?;
    if let Err(failure) = files {
        let why = failure.report().map(|report| report.message.clone()).unwrap_or_default();
        return Err(Problem::new(Code::Conflict)
            .detail(format!("there can be no backup, so this server serves on: {why}"))
            .mend("put the file back, from an older backup if need be"));
    }
    let Some(flaw) = found?.flaws().next() else { return Ok(()) };
    Err(Problem::new(Code::Conflict)
        .detail(format!("the store is not what was written, so this server serves on: {flaw}"))
        .mend("see `licence-server check`; a restore takes no such backup as it is"))
}

fn under_way() -> Problem {
    Problem::new(Code::Conflict)
        .detail("a backup is being made already")
        .mend("try again when it is done")
}

/// What the thread that writes sends to the one that answers.
struct Pipe(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The same on the other side, as a body.
struct Pieces(mpsc::Receiver<io::Result<Bytes>>);

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
