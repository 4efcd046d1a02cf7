//! What versions a cluster and its pools are to have.

use provision_core::contract::Failure;
use provision_core::model::{Choice, Minor, Opt, Value};
use provision_kind::Field;

use super::cluster::Plan;
use super::refused;
use crate::account::CHANNEL;

/// Words of the spec and of the API: no channel.
pub(super) const NO_CHANNEL: &str = "NONE";

/// So many minors above a floor are taken as they are: more than GKE ever offers at once.
const MINORS: u32 = 12;

impl Plan<'_> {
    /// `NONE`, `REGULAR` …
    pub(super) fn channel(&self) -> String {
        let channel = self.block.gke.release_channel.as_deref();
        channel.unwrap_or("regular").to_uppercase()
    }

    /// The minor of a pool: the spec's, or what a channel or somebody has made of it. Nodes do not go back either.
    pub(super) fn pool_version(&self) -> Option<Field<String>> {
        self.block.version.as_deref().map(Self::above)
    }

    fn above(floor: &str) -> Field<String> {
        let options = Minor::of(floor).into_iter().flat_map(|floor| {
            let all = floor.minor..floor.minor + MINORS;
            all.map(move |minor| Opt {
                value: Value::Text(floor.at(minor).to_string()),
                hourly_micros: None,
            })
        });
        Field::Choice(Choice {
            any_of: options.collect(),
            keep_any: false,
            distinct: None,
            what: "version".to_owned(),
        })
    }

    /// Whether the channel, or GKE, offers the version that is declared; a cluster that is above it already does not need it.
    pub(super) fn check_version(&self) -> Result<(), Failure> {
        let (Some(version), Some(facts)) = (&self.block.version, self.facts) else {
            return Ok(());
        };
        let channel = self.channel();
        let offered: Vec<&str> = match facts.extra.get(&format!("{CHANNEL}{channel}")) {
            Some(minors) => minors.split(' ').collect(),
            None => facts.versions.iter().map(String::as_str).collect(),
        };
        let newest = offered.iter().filter_map(|one| Minor::of(one)).max();
        let wanted = Minor::of(version);
        if offered.is_empty()
            || offered.contains(&version.as_str())
            || (wanted < newest && channel != NO_CHANNEL)
        {
            return Ok(());
        }
        let message = format!(
            "{}: GKE does not offer Kubernetes {version} on channel {}",
            self.address,
            channel.to_lowercase()
        );
        let advice = format!("write one of {}", offered.join(", "));
        Err(refused(&self.address, "version-unknown", message, advice))
    }
}
