//! `GET /v1/admin/doctor`: everything that goes wrong in institutes, looked at by the server that runs.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::page::Page;
use crate::doctor::{self, Check, Finding};
use crate::http::extract::Administrator;
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(examine))
}

/// One thing that was looked at, and what was found.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct CheckRow {
    /// What was looked at, in a word or two.
    #[schema(example = "disk space")]
    pub check: String,
    /// Whether nothing is to be mended.
    pub is_well: bool,
    /// What was found, in a sentence.
    pub sentence: String,
    /// How to mend it, where there is something to mend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

#[utoipa::path(
    get,
    path = "/doctor",
    tag = "house",
    operation_id = "examine",
    summary = "Is there anything to mend?",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "Each thing that was looked at.", body = Page<CheckRow>)),
)]
async fn examine(
    _: Administrator,
    State(state): State<AppState>,
) -> Result<Json<Page<CheckRow>>, Problem> {
    // A page is written to the disk, which may take its time: whoever asks meanwhile waits for the same.
    let examined = state.clone();
    let checks = state.examination().join(move || doctor::examine(&examined)).await;
    let rows = checks.map_err(Problem::internal)?.into_iter().map(CheckRow::from);
    Ok(Json(Page::whole(rows.collect())))
}

impl From<Check> for CheckRow {
    fn from(Check { name, finding }: Check) -> Self {
        let (is_well, sentence, remedy) = match finding {
            Finding::Well(sentence) => (true, sentence, None),
            Finding::Mend { sentence, remedy } => (false, sentence, Some(remedy)),
        };
        Self { check: name.to_owned(), is_well, sentence, remedy }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use serde_json::json;

    use super::*;
    use crate::http::paths;
    use crate::http::testing::World;

    #[tokio::test]
    async fn what_is_to_mend_is_told_with_its_remedy_and_what_is_well_without() {
        let world = World::with("http://seats.example.org", "");
        let answer = world.get(paths::ADMIN_DOCTOR).send_locally().await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let checks = answer.json()["items"].as_array().unwrap().clone();
        let find = |name: &str| checks.iter().find(|check| check["check"] == name).unwrap().clone();
        // The address that the server was started with, whatever its file says.
        let address = find("address");
        assert_eq!(address["is_well"], json!(false));
        assert!(address["remedy"].as_str().unwrap().contains("public_url"), "{address}");
        for name in ["proxy", "clock", "certificate", "disk space", "disk speed", "permissions"] {
            let check = find(name);
            assert_eq!((&check["is_well"], check.get("remedy")), (&json!(true), None), "{check}");
        }
        assert_eq!(find("licence")["sentence"], "no licence is installed");
        world.get(paths::ADMIN_DOCTOR).send().await.assert_problem(401, "invalid_token");
    }

    #[tokio::test]
    async fn whoever_asks_while_it_is_looked_has_what_is_found_without_a_second_look() {
        let world = World::new();
        let found =
            vec![Check { name: "first", finding: Finding::Well("it was looked".to_owned()) }];
        let (go, gate) = mpsc::channel();
        let examination = world.state.examination();
        let first = examination.join(move || {
            gate.recv().unwrap();
            found
        });
        let let_go = async move {
            examination.has_waiting(3).await;
            go.send(()).unwrap();
        };
        let ask = || world.get(paths::ADMIN_DOCTOR).send_locally();
        let (_, one, other, ()) = tokio::join!(first, ask(), ask(), let_go);
        for answer in [one, other] {
            assert_eq!(answer.json()["items"][0]["check"], "first", "{}", answer.text);
        }
        let later = ask().await;
        assert!(!later.text.contains("first"), "{}", later.text);
    }
}
