//! `config`: what is configured, before a server is started with it.

use std::fmt;

use licence_cli::table::{Align, Table};
use licence_cli::{Failure, Format, output};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::need_folder;
use crate::config::{Config, Fault, Loaded, Settings, Shown, reference, sample};
use crate::data_dir::DataDir;
use crate::listen::tls::Tls;
use crate::webhook::Courier;

/// Finds everything that is wrong: one line for each, or an array of them. Where the settings are
/// right, so must be what they name.
pub(super) fn check(data: &DataDir, format: Format) -> Result<(), Failure> {
    match data.load_settings()? {
        Ok(loaded) => {
            check_named(&loaded.settings)?;
            format.print(&Settled(&loaded))
        }
        Err(wrong) => {
            format.print(&Faults(&wrong.faults))?;
            let count = wrong.faults.len();
            let sentence = if count == 1 {
                "1 setting is not right".to_owned()
            } else {
                format!("{count} settings are not right")
            };
            Err(Failure::usage(sentence).mend(format!(
                "mend them in `{}` or where the variables are set",
                data.config_file().display()
            )))
        }
    }
}

fn check_named(settings: &Settings) -> Result<(), Failure> {
    settings.app.as_deref().map_or(Ok(()), need_folder)?;
    let config = Config::new(settings.clone(), settings.public_origin(settings.listen.port()));
    config.hook.as_ref().map_or(Ok(()), |hook| Courier::open(hook).map(drop))?;
    match (&settings.tls_cert, &settings.tls_key) {
        (Some(cert), Some(key)) => Tls::of_files(cert.clone(), key.clone()).map(drop),
        _ => Ok(()),
    }
}

/// Shows every setting with its value and where that comes from.
pub(super) fn show(data: &DataDir, format: Format) -> Result<(), Failure> {
    let loaded = data.load_settings()?.map_err(|wrong| {
        Failure::usage(format!("the configuration is not right: {wrong}"))
            .mend("see `licence-server config check`")
    });
    format.print(&InForce(&loaded?.shown))
}

/// Writes the page about all settings.
pub(super) fn write_reference() -> Result<(), Failure> {
    output::print_bytes(reference().as_bytes())
}

/// Writes a configuration file to start from.
pub(super) fn write_sample() -> Result<(), Failure> {
    output::print_bytes(sample().as_bytes())
}

struct Settled<'l>(&'l Loaded);

impl fmt::Display for Settled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = self.0.shown.iter().filter(|shown| shown.is_set()).count();
        writeln!(f, "the configuration is right: {set} of {} settings are set", self.0.shown.len())
    }
}

/// For a script: an empty list of faults.
impl Serialize for Settled<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq::<[String; 0]>([])
    }
}

struct Faults<'f>(&'f [Fault]);

impl fmt::Display for Faults<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Table::plain([Align::Left]);
        for fault in self.0 {
            lines.row([fault.to_string()]);
        }
        lines.fmt(f)
    }
}

impl Serialize for Faults<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.0
                .iter()
                .map(|fault| serde_json::json!({ "at": fault.at.to_string(), "what": fault.what })),
        )
    }
}

struct InForce<'s>(&'s [Shown]);

impl fmt::Display for InForce<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = ["setting", "value", "from"].map(|name| (name, Align::Left));
        let mut table = Table::headed(columns);
        for shown in self.0 {
            table.row([shown.name, &shown.value, &shown.whence.to_string()]);
        }
        table.fmt(f)
    }
}

impl Serialize for InForce<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.len()))?;
        for shown in self.0 {
            let told =
                serde_json::json!({ "value": shown.value, "from": shown.whence.to_string() });
            object.serialize_entry(shown.name, &told)?;
        }
        object.end()
    }
}
