//! What is asked of the server that runs, and what it answers.

use licence_core::base64url;
use serde_json::Value;

use super::{Institute, password};

/// An answer of the server.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Institute {
    #[track_caller]
    pub(crate) fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_by(&agent(), path, form)
    }

    /// Posts a form over connections that are kept.
    #[track_caller]
    fn post_by(&self, agent: &ureq::Agent, path: &str, form: &[(&str, &str)]) -> Answer {
        self.printed.note_form(form);
        let request = agent.post(self.url(path)).header("X-Licence-Client", "1");
        self.answer(request.send_form(form.iter().copied()))
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str, token: Option<&str>) -> Answer {
        let mut request = agent().get(self.url(path));
        if let Some(token) = token {
            self.printed.note(token);
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        self.answer(request.call())
    }

    #[track_caller]
    pub(crate) fn sign_in(&self, name: &str) -> Answer {
        self.sign_in_by(&agent(), name)
    }

    /// Signs in over connections that are kept.
    #[track_caller]
    pub(crate) fn sign_in_by(&self, agent: &ureq::Agent, name: &str) -> Answer {
        let password = password(name);
        let form =
            [("grant_type", "password"), ("username", name), ("password", password.as_str())];
        self.post_by(agent, "/v1/auth/token", &form)
    }

    /// Signs in to administer, which takes no seat.
    #[track_caller]
    pub(crate) fn sign_in_to_administer(&self, name: &str) -> Answer {
        let password = password(name);
        let form = [("grant_type", "password"), ("scope", "admin"), ("username", name)];
        self.post("/v1/auth/token", &[&form[..], &[("password", password.as_str())]].concat())
    }

    #[track_caller]
    pub(crate) fn refresh(&self, token: &str) -> Answer {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.post("/v1/auth/token", &form)
    }

    /// Refreshes over connections that are kept.
    #[track_caller]
    pub(crate) fn refresh_by(&self, agent: &ureq::Agent, token: &str) -> Answer {
        self.post_by(agent, "/v1/auth/refresh", &[("refresh_token", token)])
    }

    /// The same of a server that may end over it; `None` where no answer came.
    pub(crate) fn try_refresh(&self, token: &str) -> Option<Answer> {
        self.try_post(&agent(), "/v1/auth/refresh", &[("refresh_token", token)])
    }

    /// Signs in to a server that may end over it.
    pub(crate) fn try_sign_in(&self, agent: &ureq::Agent, name: &str) -> Option<Answer> {
        let password = password(name);
        let form =
            [("grant_type", "password"), ("username", name), ("password", password.as_str())];
        self.try_post(agent, "/v1/auth/token", &form)
    }

    /// Posts a form to a server that may end over it; `None` where no answer came.
    pub(crate) fn try_post(
        &self,
        agent: &ureq::Agent,
        path: &str,
        form: &[(&str, &str)],
    ) -> Option<Answer> {
        self.printed.note_form(form);
        let request = agent.post(self.url(path)).header("X-Licence-Client", "1");
        let mut response = request.send_form(form.iter().copied()).ok()?;
        let body = response.body_mut().read_to_string().ok()?;
        let body = if body.is_empty() { Value::Null } else { serde_json::from_str(&body).ok()? };
        Some(self.heard(&response, body))
    }

    /// Writes a session's data.
    pub(crate) fn put_data(&self, access_token: &str, json: &str) -> Option<u16> {
        let request = agent().put(self.url("/v1/session/data"));
        let request = request.header("Authorization", format!("Bearer {access_token}"));
        let request = request.header("Content-Type", "application/json");
        request.send(json).ok().map(|response| response.status().as_u16())
    }

    /// Gives a seat back over connections that are kept.
    #[track_caller]
    pub(crate) fn park_by(&self, agent: &ureq::Agent, access_token: &str) -> Answer {
        let request = agent.post(self.url("/v1/seats/release"));
        let request = request.header("Authorization", format!("Bearer {access_token}"));
        self.answer(request.send_empty())
    }

    #[track_caller]
    pub(crate) fn sign_out(&self, refresh_token: &str) {
        let answer = self.post("/v1/auth/logout", &[("refresh_token", refresh_token)]);
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    #[track_caller]
    fn answer(&self, response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
        let mut response = response.unwrap();
        let body = response.body_mut().read_to_string().unwrap();
        let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
        self.heard(&response, body)
    }

    /// Whatever was granted is a secret from then on.
    fn heard(&self, response: &ureq::http::Response<ureq::Body>, body: Value) -> Answer {
        if response.status().is_success() {
            self.printed.note_answer(response.headers(), &body);
        }
        Answer { status: response.status().as_u16(), body }
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> &str {
        let value = self.body.get(name).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("no text `{name}` in {self:?}"))
    }

    /// A claim of its access token.
    #[track_caller]
    pub(crate) fn claim(&self, name: &str) -> Value {
        let claims = self.text("access_token").split('.').nth(1).and_then(base64url::decode);
        let claims: Value = serde_json::from_slice(&claims.unwrap()).unwrap();
        claims.get(name).unwrap_or_else(|| panic!("no claim `{name}` in {claims}")).clone()
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}
