use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use licence_core::json::{self, Value};
use licence_core::{PublicKey, Text};
use zeroize::Zeroizing;

use super::WholeBody;
use crate::http::problem::Problem;
use crate::state::AppState;

/// Fields of a body: twice what the longest call takes. It bounds the search for a name that stands
/// twice, which looks at every pair.
const FIELDS_MAX: usize = 32;

/// Strings of a list: more than any call takes. A list that nobody asks for must not outgrow the body it came in.
const ITEMS_MAX: usize = 32;

/// Named values of a body, from a form or from JSON, each name once.
///
/// Names that nobody asks for are ignored, as RFC 6749 section 3.1 asks; a value that is empty or
/// `null` counts as left out, so that a form from a web page means what it shows.
pub(crate) struct Fields(Vec<(String, Field)>);

enum Field {
    /// A string; in a form, everything is one. It may be a password.
    Text(Zeroizing<String>),
    Bool(bool),
    Integer(i64),
    List(Vec<String>),
    Key(PublicKey),
    /// Something that no field here is.
    Other,
}

impl Fields {
    /// The query of an address. A name that nobody asks for is refused here: a filter with a slip in
    /// its name would let everything through. So would one whose value got lost: a name without a value,
    /// which a form may have, is refused as well.
    ///
    /// # Errors
    /// `invalid_request` where a name is not among `known`, stands twice or has no value.
    pub(crate) fn of_query(query: Option<&str>, known: &[&'static str]) -> Result<Self, Problem> {
        let fields = Self::of_form(query.unwrap_or_default().as_bytes())?;
        let is_empty = |field: &Field| matches!(field, Field::Text(text) if text.is_empty());
        if fields.0.iter().any(|(_, field)| is_empty(field)) {
            let detail = "a name in the query has no value: leave the name out as well";
            return Err(Problem::invalid_request(detail.to_owned()));
        }
        if fields.0.iter().all(|(name, _)| known.contains(&name.as_str())) {
            return Ok(fields);
        }
        let known = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        Err(Problem::invalid_request(format!("the query may say {known} and nothing else")))
    }

    /// The text of a field, if it is there.
    ///
    /// # Errors
    /// `invalid_request` where it is no string.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&str>, Problem> {
        match self.field(name) {
            None => Ok(None),
            Some(Field::Text(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(wrong(name, "a string")),
        }
    }

    /// The text of a field that must be there.
    ///
    /// # Errors
    /// `invalid_request` where it is absent, empty or no string.
    pub(crate) fn needed(&self, name: &'static str) -> Result<&str, Problem> {
        let text = self.text(name)?;
        text.ok_or_else(|| Problem::invalid_request(format!("`{name}` is missing")))
    }

    /// A text that a newtype's `parse` takes, if it is there.
    ///
    /// # Errors
    /// `invalid_request` where it is there and is not `what`.
    pub(crate) fn parsed<T>(
        &self,
        name: &'static str,
        what: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        parse(text).map(Some).ok_or_else(|| wrong(name, what))
    }

    /// A text that people wrote, if it is there.
    ///
    /// # Errors
    /// `invalid_request` where it is no text of 1 to 200 characters.
    pub(crate) fn written(&self, name: &'static str) -> Result<Option<Text>, Problem> {
        self.parsed(name, "1 to 200 characters without control characters", Text::parse)
    }

    /// A switch, if it is there.
    ///
    /// # Errors
    /// `invalid_request` where it is neither `true` nor `false`.
    pub(crate) fn switch(&self, name: &'static str) -> Result<Option<bool>, Problem> {
        match self.field(name) {
            None => Ok(None),
            Some(Field::Bool(truth)) => Ok(Some(*truth)),
            Some(Field::Text(text)) => match text.as_str() {
                "" => Ok(None),
                "true" => Ok(Some(true)),
                "false" => Ok(Some(false)),
                _ => Err(wrong(name, "`true` or `false`")),
            },
            Some(_) => Err(wrong(name, "`true` or `false`")),
        }
    }

    /// A whole number, if it is there.
    ///
    /// # Errors
    /// `invalid_request` where it is none.
    pub(crate) fn integer(&self, name: &'static str) -> Result<Option<i64>, Problem> {
        match self.field(name) {
            None => Ok(None),
            Some(Field::Integer(number)) => Ok(Some(*number)),
            Some(Field::Text(text)) if text.is_empty() => Ok(None),
            Some(Field::Text(text)) => {
                text.parse().map(Some).map_err(|_| wrong(name, "a whole number"))
            }
            Some(_) => Err(wrong(name, "a whole number")),
        }
    }

    /// Strings; none where the field is absent.
    ///
    /// # Errors
    /// `invalid_request` where it is no list of strings, or too long.
    pub(crate) fn list(&self, name: &'static str) -> Result<&[String], Problem> {
        match self.field(name) {
            None => Ok(&[]),
            Some(Field::List(items)) => Ok(items),
            Some(_) => Err(wrong(name, &format!("a list of at most {ITEMS_MAX} strings"))),
        }
    }

    /// A public key that must be there: a JWK (RFC 8037), in a form as its text.
    ///
    /// # Errors
    /// `invalid_request` where it is absent or is none.
    pub(crate) fn public_key(&self, name: &'static str) -> Result<PublicKey, Problem> {
        let key = match self.field(name) {
            None => return Err(Problem::invalid_request(format!("`{name}` is missing"))),
            Some(Field::Key(key)) => Some(key.clone()),
            Some(Field::Text(text)) => PublicKey::parse(text.as_bytes()).ok(),
            Some(_) => None,
        };
        key.ok_or_else(|| wrong(name, "the JWK of a public Ed25519 key: `kty`, `crv` and `x`"))
    }

    /// Whether a field is there at all, empty or not.
    pub(crate) fn has(&self, name: &'static str) -> bool {
        self.field(name).is_some()
    }

    fn field(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, field)| field)
    }

    fn of_form(body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Self(Vec::new());
        for (name, value) in form_urlencoded::parse(body) {
            // RFC 6749 section 3.1: what is given twice is read differently by different readers.
            if fields.field(&name).is_some() {
                return Err(Problem::invalid_request("a name stands twice"));
            }
            check_count(fields.0.len() + 1)?;
            let value = Zeroizing::new(value.into_owned());
            fields.0.push((name.into_owned(), Field::Text(value)));
        }
        Ok(fields)
    }

    fn of_json(body: &[u8]) -> Result<Self, Problem> {
        let value = json::parse(body)
            .map_err(|flaw| Problem::invalid_request(format!("the body is not right: {flaw}")))?;
        let object = value
            .as_object()
            .ok_or_else(|| Problem::invalid_request("the body is not a JSON object"))?;
        check_count(object.members().count())?;
        let present = object.members().filter(|(_, value)| **value != Value::Null);
        Ok(Self(present.map(|(name, value)| (name.to_owned(), Field::of(value))).collect()))
    }
}

impl Field {
    fn of(value: &Value<'_>) -> Self {
        match value {
            Value::String(text) => Self::Text(Zeroizing::new(text.to_string())),
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Integer(number) => Self::Integer(*number),
            Value::Array(values) if values.len() <= ITEMS_MAX => {
                let strings = values.iter().map(|value| value.as_str().map(str::to_owned));
                strings.collect::<Option<_>>().map_or(Self::Other, Self::List)
            }
            Value::Object(object) => PublicKey::from_jwk(object).map_or(Self::Other, Self::Key),
            Value::Null | Value::Number(_) | Value::Array(_) => Self::Other,
        }
    }
}

fn check_count(fields: usize) -> Result<(), Problem> {
    if fields <= FIELDS_MAX {
        return Ok(());
    }
    Err(Problem::invalid_request(format!("the body has more than {FIELDS_MAX} fields")))
}

/// The value is not repeated: it may be a password in the wrong field.
fn wrong(name: &str, what: &str) -> Problem {
    Problem::invalid_request(format!("`{name}` must be {what}"))
}

impl FromRequest<AppState> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let kind = kind(request.headers());
        let WholeBody(body) = WholeBody::from_request(request, state).await?;
        match kind {
            // Where a cookie says everything, there is nothing to send.
            _ if body.is_empty() => Ok(Self(Vec::new())),
            Kind::Form => Self::of_form(&body),
            Kind::Json => Self::of_json(&body),
            Kind::Other => Err(Problem::invalid_request(
                "`Content-Type` must be application/json or application/x-www-form-urlencoded",
            )
            .status(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
        }
    }
}

enum Kind {
    Form,
    Json,
    Other,
}

fn kind(headers: &HeaderMap) -> Kind {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Kind::Json
    } else if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Kind::Form
    } else {
        Kind::Other
    }
}

#[cfg(test)]
mod tests {
    use licence_core::Code;

    use super::*;

    #[track_caller]
    fn json(body: &str) -> Fields {
        Fields::of_json(body.as_bytes()).unwrap()
    }

    #[test]
    fn a_form_and_json_say_the_same() {
        let form = Fields::of_form(b"name=a+b%C3%A9&remember=false&wait=0&scope=").unwrap();
        let json = json(r#"{"name":"a bé","remember":false,"wait":0,"scope":null}"#);
        for fields in [form, json] {
            assert_eq!(fields.needed("name").unwrap(), "a bé");
            assert_eq!(fields.switch("remember").unwrap(), Some(false));
            assert_eq!(fields.integer("wait").unwrap(), Some(0));
            assert_eq!(fields.text("scope").unwrap(), None);
            assert_eq!(fields.text("device").unwrap(), None);
            assert!(fields.needed("device").is_err());
        }
    }

    #[test]
    fn a_filter_whose_value_got_lost_lets_nothing_through() {
        let of_query = |query| Fields::of_query(Some(query), &["role", "after"]);
        assert_eq!(of_query("role=admin").unwrap().text("role").unwrap(), Some("admin"));
        for query in ["role=", "role", "role=admin&after=", "other=admin"] {
            let refused = of_query(query).map(drop).unwrap_err();
            assert_eq!(refused.code(), Code::InvalidRequest, "{query}");
        }
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_refused_and_not_repeated() {
        let fields = json(r#"{"password":["hunter2"],"remember":"hunter2","wait":"hunter2"}"#);
        let problems = [
            fields.text("password").unwrap_err(),
            fields.switch("remember").unwrap_err(),
            fields.integer("wait").unwrap_err(),
            fields.list("wait").unwrap_err(),
        ];
        for problem in problems {
            assert!(!format!("{problem:?}").contains("hunter2"));
            assert_eq!(problem.code(), Code::InvalidRequest);
        }
    }

    #[test]
    fn what_two_readers_would_read_differently_is_refused() {
        assert!(Fields::of_form(b"a=1&a=2").is_err());
        for body in [r#"{"a":1,"a":2}"#, "{}x", "[]", "", "{", "\u{feff}{}"] {
            assert!(Fields::of_json(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn a_body_of_thousands_of_names_is_given_up_at_the_thirty_third() {
        let form = |names: usize| (0..names).map(|n| format!("{n}=&")).collect::<String>();
        let members = |names: usize| (0..names).map(|n| format!("\"{n}\":0,")).collect::<String>();
        let json = |names| format!("{{{}}}", members(names).trim_end_matches(','));
        assert!(Fields::of_form(form(FIELDS_MAX).as_bytes()).is_ok());
        assert!(Fields::of_json(json(FIELDS_MAX).as_bytes()).is_ok());
        let too_many = "the body has more than 32 fields";
        for names in [FIELDS_MAX + 1, 17_000] {
            let problem = Fields::of_form(form(names).as_bytes()).err().unwrap();
            assert!(format!("{problem:?}").contains(too_many));
        }
        let problem = Fields::of_json(json(FIELDS_MAX + 1).as_bytes()).err().unwrap();
        assert!(format!("{problem:?}").contains(too_many));
    }

    #[test]
    fn a_key_is_public_and_nothing_else() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#);
        let in_form: String = form_urlencoded::byte_serialize(jwk.as_bytes()).collect();
        let form = Fields::of_form(format!("key={in_form}").as_bytes()).unwrap();
        let json = json(&format!(r#"{{"key":{jwk}}}"#));
        assert_eq!(form.public_key("key").unwrap(), json.public_key("key").unwrap());
        let private = jwk.replace('}', r#","d":"AAAA"}"#);
        for wrong in ["1", "\"x\"", "{}", "[]", &private] {
            let problem = self::json(&format!(r#"{{"key":{wrong}}}"#)).public_key("key");
            assert_eq!(problem.unwrap_err().code(), Code::InvalidRequest, "{wrong}");
        }
    }

    #[test]
    fn lists_hold_strings() {
        assert_eq!(json(r#"{"roles":["a","b"]}"#).list("roles").unwrap(), ["a", "b"]);
        assert!(json(r#"{"roles":["a",1]}"#).list("roles").is_err());
        assert!(json("{}").list("roles").unwrap().is_empty());
        let list = |items| json(&format!(r#"{{"roles":[{}]}}"#, vec!["\"\""; items].join(",")));
        assert_eq!(list(ITEMS_MAX).list("roles").unwrap().len(), ITEMS_MAX);
        assert!(list(ITEMS_MAX + 1).list("roles").is_err());
    }
}
