//! Marks on Google Cloud: labels where a kind takes them at creation, else a line in the description.
//!
//! Label values take no dot and no slash: `.` is `_` and `/` is `__`, which names in a spec cannot hold; what is longer than
//! 63 characters is cut and ends in a digest.

use provision_core::contract::Context;
use provision_core::model::{ResourceId, digest8};
use provision_kind::marks::{ADOPTED, ID, PROTECT, REGION, STACK};
use provision_kind::{Marks, Tags};

/// Longest value of a label.
const VALUE: usize = 63;

/// What is kept of a longer one, before `_` and 8 hex.
const KEPT: usize = 54;

/// What starts the line in a description.
const MADE: &str = "Made by provision.";

/// The value of the label that holds an id.
#[must_use]
pub fn encoded(id: &ResourceId) -> String {
    let text = id.to_string();
    let value = text.replace('/', "__").replace('.', "_");
    if value.len() <= VALUE {
        return value;
    }
    let kept: String = value.chars().take(KEPT).collect();
    format!("{kept}_{}", digest8(&[&text]))
}

/// The id that a label holds. One that was cut is told by those that are asked for.
pub(crate) fn decoded(value: &str, asked: &[&ResourceId]) -> Option<ResourceId> {
    let known = asked.iter().find(|id| encoded(id) == value);
    if let Some(id) = known {
        return Some((*id).clone());
    }
    let text = value.replace("__", "/").replace('_', ".");
    // A cut value has lost its part; it is some object of the stack all the same.
    text.parse()
        .ok()
        .or_else(|| Some(ResourceId::new(text, "object")))
}

/// The labels of a new object.
#[must_use]
pub fn labelled(context: &Context, id: &ResourceId, protect: bool, labels: &Tags) -> Tags {
    let mut all = labels.clone();
    all.insert(STACK.to_owned(), context.stack.clone());
    all.insert(ID.to_owned(), encoded(id));
    if protect {
        all.insert(PROTECT.to_owned(), "true".to_owned());
    }
    all
}

/// The labels that are not marks and not Google's own.
#[must_use]
pub fn plain(labels: &Tags) -> Tags {
    let own = |key: &str| key.starts_with("provision-") || key.starts_with("goog-");
    labels
        .iter()
        .filter(|(key, _)| !own(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// What labels say.
#[must_use]
pub fn of_labels(labels: &Tags, asked: &[&ResourceId]) -> Marks {
    Marks {
        stack: labels.get(STACK).cloned(),
        id: labels.get(ID).and_then(|value| decoded(value, asked)),
        protect: labels.get(PROTECT).is_some_and(|value| value == "true"),
        region: labels.get(REGION).cloned(),
        adopted: labels.get(ADOPTED).map(|root| root.replace("__", "/")),
        ..Marks::default()
    }
}

/// The value of the label that holds what a block named to be taken over. A path that is too long is told by its name.
#[must_use]
pub fn rooted(root: &str) -> String {
    let value = root.replace('/', "__");
    match value.len() <= VALUE {
        true => value,
        false => root.rsplit('/').next().unwrap_or(root).to_owned(),
    }
}

/// The description of a new object of a kind without labels.
#[must_use]
pub fn described(context: &Context, id: &ResourceId) -> String {
    format!(
        "{MADE} {STACK}={} {ID}={id} {REGION}={}",
        context.stack, context.region
    )
}

/// What a description says.
#[must_use]
pub fn of_description(text: &str) -> Marks {
    let word = |key: &str| {
        let mut words = text.split_whitespace();
        words.find_map(|word| word.strip_prefix(key)?.strip_prefix('=').map(str::to_owned))
    };
    Marks {
        stack: word(STACK),
        id: word(ID).and_then(|id| id.parse().ok()),
        region: word(REGION),
        ..Marks::default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn context() -> Context {
        Context {
            stack: "shop".to_owned(),
            account: Some("acme".to_owned()),
            region: "europe-west1".to_owned(),
            labels: Tags::new(),
        }
    }

    #[test]
    fn labels_hold_ids_within_the_rules_and_give_them_back() {
        let id: ResourceId = "cluster.prod.pool.web/nodepool".parse().unwrap();
        assert_eq!(encoded(&id), "cluster_prod_pool_web__nodepool");
        let labels = labelled(&context(), &id, true, &Tags::new());
        let marks = of_labels(&labels, &[]);
        assert!(marks.are(&context(), &id) && marks.protect);
        assert!(plain(&labels).is_empty());
    }

    #[test]
    fn long_ids_are_cut_and_told_by_those_that_are_asked_for() {
        let long = format!(
            "cluster.{}.pool.{}/nodepool",
            "a".repeat(30),
            "b".repeat(30)
        );
        let id: ResourceId = long.parse().unwrap();
        let labels = labelled(&context(), &id, false, &Tags::new());
        let value = &labels["provision-id"];
        assert_eq!(value.len(), 63);
        assert!(of_labels(&labels, &[&id]).are(&context(), &id));
        // Unasked, it is still an object of the stack.
        assert!(of_labels(&labels, &[]).id.is_some());
    }

    #[test]
    fn descriptions_say_whose_an_object_is() {
        let id: ResourceId = "network.main/subnet".parse().unwrap();
        let marks = of_description(&described(&context(), &id));
        assert!(marks.are(&context(), &id));
        assert_eq!(marks.region.unwrap(), "europe-west1");
        assert_eq!(of_description("the default network"), Marks::default());
    }
}
