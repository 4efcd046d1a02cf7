//! Which Kubernetes minor a cluster gets.

use provision_aws::Field;
use provision_core::contract::Failure;
use provision_core::model::{Choice, Minor, Opt, Value};

use super::{Plan, refused};
use crate::calendar;

impl Plan<'_> {
    /// The spec's word, or a choice: the default for new clusters, and whatever an existing one runs.
    pub(super) fn version(&self) -> Result<Field<String>, Failure> {
        let offered = self.offered();
        let Some(wanted) = &self.block.version else {
            let any_of = offered.into_iter().map(|name| Opt {
                value: Value::Text(name),
                hourly_micros: None,
            });
            return Ok(Field::Choice(Choice {
                any_of: any_of.collect(),
                keep_any: true,
                distinct: None,
                what: "version".to_owned(),
            }));
        };
        if offered.contains(wanted) || (self.asked_nobody() && calendar::is_newer(wanted)) {
            return Ok(Field::Known(wanted.clone()));
        }
        let message = format!("{}: EKS does not offer Kubernetes {wanted}", self.address);
        let mut known = offered;
        known.sort_by_key(|name| std::cmp::Reverse(Minor::of(name)));
        let advice = format!("write one of {}", known.join(", "));
        Err(refused(&self.address, "version-unknown", message, advice))
    }

    /// The default first: by the account's word, else by the table.
    fn offered(&self) -> Vec<String> {
        let facts = self.facts.map(|facts| facts.versions.clone());
        facts
            .filter(|versions| !versions.is_empty())
            .unwrap_or_else(calendar::offered)
    }

    /// Whether only the table decides. It grows old: a newer minor than its newest may well be on offer.
    pub(super) fn asked_nobody(&self) -> bool {
        self.facts.is_none_or(|facts| facts.versions.is_empty())
    }

    /// The minor of the spec, else the one that a new cluster gets.
    pub(super) fn first_version(&self) -> Option<String> {
        let spec = self.block.version.clone();
        spec.or_else(|| self.offered().into_iter().next())
    }
}
