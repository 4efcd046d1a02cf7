//! Desired resources before anything live is known: what the survey is asked with.

use std::collections::BTreeMap;

use super::Tables;
use super::choose::{Chooser, choose};
use crate::model::{Open, Pending, Resource};

/// The resources with the best option of every choice, members of a `distinct` group apart from each other; in order
/// of ids. Names and parents are what counts here: values may still change once live ones are known.
#[must_use]
pub fn provisional(resources: &[Resource<Open>]) -> Vec<Resource<Pending>> {
    let chooser = Chooser {
        tables: &Tables::new(),
        live: BTreeMap::new(),
        rechoose: &[],
    };
    choose(&chooser, resources).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Choice, Kind, Opt, ResourceId, Value};

    fn subnet(part: &str) -> Resource<Open> {
        let zones = ["a", "b"].map(|zone| Opt {
            value: Value::text(zone),
            hourly_micros: None,
        });
        let zone = Choice {
            any_of: zones.into_iter().collect(),
            keep_any: true,
            distinct: Some("zones".to_owned()),
            what: "zone".to_owned(),
        };
        Resource {
            id: ResourceId::new("network.main", part),
            kind: Kind::new("ec2.subnet"),
            provider: "aws".to_owned(),
            platform: None,
            name: Some(format!("shop-{part}")),
            parent: None,
            fields: BTreeMap::from([("zone".to_owned(), zone.into())]),
            after: Vec::new(),
            outlives: Vec::new(),
            adopt: None,
            protect: false,
        }
    }

    #[test]
    fn each_takes_the_best_that_is_free_and_keeps_its_name() {
        let chosen = provisional(&[subnet("y"), subnet("x")]);
        let seen: Vec<_> = chosen
            .iter()
            .map(|one| (one.name.as_deref(), one.fields["zone"].as_text()))
            .collect();
        assert_eq!(
            seen,
            [(Some("shop-x"), Some("a")), (Some("shop-y"), Some("b")),]
        );
    }
}
