//! `POST /v1/admin/users/import[?dry_run=true][&codes=true]`: people from a table, CSV as spreadsheets write it.
//!
//! A fault of the table itself refuses it whole. A row that is not right is told with its line, and the
//! others are taken, each whole or not at all; whoever sends the mended table again changes nothing twice. A
//! dry run says the same and does nothing. With `Accept: application/x-ndjson` an import says how far it has come.

mod plan;
mod progress;
mod row;
#[cfg(test)]
mod tests;

use axum::Json;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use licence_cli::csv::{Sheet, SheetFlaw};
use licence_core::Code;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use self::plan::{Plan, Step};
use super::CodeShown;
use crate::domain::Outcome;
use crate::http::extract::{Administrator, Fields, WholeBody};
use crate::http::ndjson;
use crate::http::openapi::{Routes, problems};
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::writer::Unavailable;

/// Bytes of a table at most: some 100,000 rows of the usual length.
pub const IMPORT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Rows of a table at most: more people than an institute has.
const ROWS_MAX: usize = 50_000;

/// Rows that are written together, so that others have their turn in between.
const STEP: usize = 256;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(import)).layer(DefaultBodyLimit::max(IMPORT_BYTES_MAX))
}

problems!(Refused: TooLarge);

/// What became of a table.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct Imported {
    /// Whether it was only tried.
    pub is_dry_run: bool,
    /// People who were registered.
    pub added: usize,
    /// People whose account was changed.
    pub changed: usize,
    /// People whose account is as the table says.
    pub unchanged: usize,
    /// Rows that are not right.
    pub refused: usize,
    /// Every row, in its order.
    pub rows: Vec<ImportedRow>,
}

/// What became of one row.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ImportedRow {
    /// The line of the table on which it starts; the header is line 1.
    pub line: u64,
    /// `added`, `changed`, `unchanged` or `refused`.
    pub outcome: RowOutcome,
    /// The name that it names, if that is one.
    pub username: String,
    /// The e-mail address that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// A code with which the person sets a password, where codes were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_code: Option<CodeShown>,
}

/// What became of one row, in a word.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowOutcome {
    /// The person was registered.
    Added,
    /// The account was changed.
    Changed,
    /// The account is as the row says.
    Unchanged,
    /// The row is not right.
    Refused,
}

#[utoipa::path(
    post,
    path = "/users/import",
    tag = "people",
    operation_id = "import_users",
    summary = "Register and change people by a table",
    params(
        ("dry_run" = Option<bool>, Query, description = "Say what would be done, and do nothing"),
        ("codes" = Option<bool>, Query, description = "Make a code for everyone in the table who has no password"),
    ),
    request_body(content = String, content_type = "text/csv", description = "The table, in UTF-8: one person a line, the columns named by the first"),
    security(("bearer" = ["admin"])),
    responses(
        (status = 200, description = "What became of each row. As NDJSON a line `{done, of}` for each step, and in the last line `result` or `problem`.", content(
            (Imported = "application/json"),
            (String = "application/x-ndjson"),
        )),
        Refused,
    ),
)]
async fn import(
    Administrator(by): Administrator,
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Result<WholeBody, Problem>,
) -> Result<Response, Problem> {
    let query = Fields::of_query(query.as_deref(), &["dry_run", "codes"])?;
    let is_dry_run = query.switch("dry_run")?.unwrap_or(false);
    let with_codes = query.switch("codes")?.unwrap_or(false) && !is_dry_run;
    need_csv(&headers)?;
    let WholeBody(body) = body?;
    let sheet = read(&body)?;
    let mut plan = Plan::new(by, with_codes, &state);
    let steps = sheet.rows().iter().map(|row| plan.step(row.line(), sheet.cells(row)));
    let mut steps = steps.collect::<Result<Vec<_>, _>>()?;
    if !is_dry_run && ndjson::is_wanted(&headers) {
        return Ok(progress::response(steps, state));
    }
    if !is_dry_run {
        for some in steps.chunks_mut(STEP) {
            carry_out(some, &state).await?;
        }
    }
    Ok(Json(Imported::of(steps, is_dry_run)).into_response())
}

fn need_csv(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("text/csv") {
        return Ok(());
    }
    Err(Problem::invalid_request("`Content-Type` must be text/csv")
        .status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
}

fn read(body: &[u8]) -> Result<Sheet, Problem> {
    let sheet = Sheet::of_bytes(body, &row::COLUMNS).map_err(|flaw| {
        let SheetFlaw { line, sentence, help } = flaw;
        let problem = Problem::invalid_request(format!("line {line}: {sentence}; {help}"));
        problem.with("line", line)
    })?;
    if sheet.rows().len() <= ROWS_MAX {
        return Ok(sheet);
    }
    Err(Problem::new(Code::TooLarge)
        .detail(format!("the table has more than {ROWS_MAX} rows"))
        .mend("import it in parts"))
}

/// Has rows written together. What the rules refuse is told of its row.
async fn carry_out(steps: &mut [Step], state: &AppState) -> Result<(), Unavailable> {
    let written = steps.iter_mut().filter_map(|step| Some((step.command.take()?, step)));
    let (commands, steps): (Vec<_>, Vec<_>) = written.unzip();
    let outcomes = state.writer().submit_all(commands).await;
    for (step, outcome) in steps.into_iter().zip(outcomes) {
        if let Outcome::Refused(refusal) = outcome? {
            step.refuse(refusal.code().title().to_owned());
        }
    }
    Ok(())
}

impl Imported {
    fn of(steps: Vec<Step>, is_dry_run: bool) -> Self {
        let rows: Vec<ImportedRow> = steps.into_iter().map(|step| step.row).collect();
        let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
        Self {
            is_dry_run,
            added: count(RowOutcome::Added),
            changed: count(RowOutcome::Changed),
            unchanged: count(RowOutcome::Unchanged),
            refused: count(RowOutcome::Refused),
            rows,
        }
    }
}
