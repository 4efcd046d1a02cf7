//! What is wanted of a network that is taken over: that it is ours. How it was cut and where it leads is as it is.

use std::collections::BTreeMap;

use provision_core::model::{Adopt, Open, Otherwise, Resource, Value};

/// Fields that are compared; of all others the live value stands.
const COMPARED: [&str; 4] = ["cidr", "dns_support", "dns_hostnames", "vpc"];

/// One part of a network as a part of a network that is taken over. No names for consoles: those it has are somebody's.
pub(super) fn part(
    mut resource: Resource<Open>,
    root: &str,
    labels: &BTreeMap<String, String>,
) -> Resource<Open> {
    let is_vpc = resource.id.part == "vpc";
    resource.fields.retain(|name, _| {
        let compared = COMPARED.contains(&name.as_str());
        compared && (name != "cidr" || is_vpc)
    });
    let tags = labels
        .iter()
        .map(|(key, value)| (key.clone(), Value::text(value.as_str())));
    resource
        .fields
        .insert("tags".to_owned(), Value::Map(tags.collect()));
    let otherwise = match resource.id.part.as_str() {
        "vpc" => Otherwise::Refuse {
            advice: format!("there is no VPC {root} here: name one of this account and region"),
        },
        part if part.starts_with("subnet.private.") => Otherwise::Refuse {
            advice: format!(
                "{root} has private subnets in fewer zones than the block says: write the number it has as `zones`"
            ),
        },
        _ => Otherwise::Leave,
    };
    let root = root.to_owned();
    resource.adopt = Some(Adopt { root, otherwise });
    resource
}
