use std::env;

/// What begins the name of every variable that is a setting.
const PREFIX: &str = "LICENCE_SERVER_";

/// Settings from the environment: `LICENCE_SERVER_` and the name of the setting in capitals.
///
/// A variable without a value is none: that is how a compose file hands on what nobody set.
#[derive(Clone, Debug, Default)]
pub struct Variables(Vec<(String, String)>);

impl Variables {
    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        // What is not Unicode cannot be a right value, and is refused as the nearest text.
        Self::new(env::vars_os().map(|(name, value)| {
            (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
        }))
    }

    /// Those among all variables that are settings, by name.
    pub fn new(all: impl IntoIterator<Item = (String, String)>) -> Self {
        let ours = |name: &str| {
            name.strip_prefix(PREFIX).is_some_and(|rest| !rest.is_empty() && !is_service_link(rest))
        };
        let mut variables: Vec<_> =
            all.into_iter().filter(|(name, value)| ours(name) && !value.is_empty()).collect();
        variables.sort();
        Self(variables)
    }

    /// The variable of a setting.
    #[must_use]
    pub fn name_of(setting: &str) -> String {
        format!("{PREFIX}{}", setting.to_ascii_uppercase())
    }

    pub(super) fn find(&self, setting: &str) -> Option<(&str, &str)> {
        let name = Self::name_of(setting);
        let (name, value) = self.0.iter().find(|(own, _)| *own == name)?;
        Some((name, value))
    }

    /// Variables of no setting, with the name that such a setting would have.
    pub(super) fn unknown<'s>(&'s self, known: &[&str]) -> Vec<(&'s str, String)> {
        let setting = |name: &str| name.strip_prefix(PREFIX).unwrap_or(name).to_ascii_lowercase();
        let all = self.0.iter().map(|(name, _)| (name.as_str(), setting(name)));
        all.filter(|(name, setting)| {
            !known.contains(&setting.as_str()) || Self::name_of(setting) != *name
        })
        .collect()
    }
}

/// Kubernetes gives every container variables for each service beside it: for one that is called
/// `licence-server`, they begin as ours do, and nobody wrote them.
fn is_service_link(rest: &str) -> bool {
    ["PORT", "SERVICE_HOST", "SERVICE_PORT"].contains(&rest)
        || rest.starts_with("PORT_")
        || rest.starts_with("SERVICE_PORT_")
}
