//! Owners: whom a vendor writes to about a licence. None of this is in the licence, which every user
//! of the application sees.

use std::collections::BTreeMap;

use licence_core::{FeatureName, OwnerId, Text, UnixTime};
use serde::{Deserialize, Serialize};

use crate::value::{Comments, Email};

/// A person or an institute.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Owner {
    pub(crate) id: OwnerId,
    pub(crate) created: UnixTime,
    pub(crate) contact: Contact,
}

/// What can be changed of an owner.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Contact {
    pub(crate) name: Option<Text>,
    pub(crate) surname: Option<Text>,
    pub(crate) email: Option<Email>,
    /// The institute that their licences name.
    pub(crate) affiliation: Option<Text>,
    pub(crate) comments: Option<Comments>,
    /// What else the vendor notes: a customer number, a telephone.
    pub(crate) fields: BTreeMap<FeatureName, Text>,
}

/// An owner as the store holds it.
#[derive(Deserialize, Serialize)]
struct Stored {
    created: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    surname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    affiliation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comments: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, String>,
}

impl Owner {
    /// How people call them: their name, else their institute.
    pub(crate) fn display_name(&self) -> String {
        let Contact { name, surname, affiliation, email, .. } = &self.contact;
        let names: Vec<_> = [name, surname].into_iter().flatten().map(Text::as_str).collect();
        if !names.is_empty() {
            return names.join(" ");
        }
        let institute = affiliation.as_ref().map(Text::as_str);
        institute.or(email.as_ref().map(Email::as_str)).unwrap_or_default().to_owned()
    }

    pub(super) fn to_json(&self) -> String {
        let Contact { name, surname, email, affiliation, comments, fields } = &self.contact;
        let text = |text: &Option<Text>| text.as_ref().map(Text::to_string);
        let stored = Stored {
            created: self.created.secs(),
            name: text(name),
            surname: text(surname),
            email: email.as_ref().map(|email| email.as_str().to_owned()),
            affiliation: text(affiliation),
            comments: comments.as_ref().map(|comments| comments.as_str().to_owned()),
            fields: fields
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
        };
        // Strings and numbers always have a JSON.
        serde_json::to_string(&stored).unwrap_or_default()
    }

    pub(super) fn from_json(id: OwnerId, json: &str) -> Option<Self> {
        let stored: Stored = serde_json::from_str(json).ok()?;
        let text = |text: Option<String>| text.as_deref().and_then(Text::parse);
        let field = |(name, value): (String, String)| {
            Some((FeatureName::parse(&name)?, Text::parse(&value)?))
        };
        Some(Self {
            id,
            created: UnixTime::from_secs(stored.created)?,
            contact: Contact {
                name: text(stored.name),
                surname: text(stored.surname),
                email: stored.email.and_then(|email| email.parse().ok()),
                affiliation: text(stored.affiliation),
                comments: stored.comments.and_then(|comments| comments.parse().ok()),
                fields: stored.fields.into_iter().map(field).collect::<Option<_>>()?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use licence_core::{FeatureName, OwnerId, Text, UnixTime, Uuid};

    use super::{Contact, Owner};

    #[test]
    fn an_owner_is_read_as_it_was_written() {
        let text = |text| Text::parse(text).unwrap();
        let field = (FeatureName::parse("customer_no").unwrap(), text("4711"));
        let full = Owner {
            id: OwnerId(Uuid::v7(1, [2; 10])),
            created: UnixTime::MIN,
            contact: Contact {
                name: Some(text("Marie")),
                surname: Some(text("Curie")),
                email: Some("marie@radium.example".parse().unwrap()),
                affiliation: Some(text("Institut du Radium")),
                comments: Some("two lines\nof them".parse().unwrap()),
                fields: [field].into(),
            },
        };
        let bare = Owner { contact: Contact::default(), ..full.clone() };
        for owner in [full, bare] {
            assert_eq!(Owner::from_json(owner.id, &owner.to_json()), Some(owner));
        }
    }
}
