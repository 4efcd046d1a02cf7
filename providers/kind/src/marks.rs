//! Marks: the tags by which an object is known to be ours.

use std::collections::BTreeMap;

use provision_core::contract::Context;
use provision_core::model::ResourceId;

/// Tags by key, in order.
pub type Tags = BTreeMap<String, String>;

/// The stack an object belongs to.
pub const STACK: &str = "provision-stack";
/// Its id in that stack.
pub const ID: &str = "provision-id";
/// Never deleted or replaced.
pub const PROTECT: &str = "provision-protect";
/// The region of an object of a service that has none (IAM).
pub const REGION: &str = "provision-region";
/// Which children of an object we declared: they carry no marks themselves.
pub const CHILDREN: &str = "provision-children";

/// The salt of the digest that tells whether a secret holds a value.
pub const SALT: &str = "provision-salt";

/// It was made by somebody else and taken over: the object that its block named.
pub const ADOPTED: &str = "provision-adopted";

/// What the marks of an object say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Its stack.
    pub stack: Option<String>,
    /// Its id.
    pub id: Option<ResourceId>,
    /// It is protected.
    pub protect: bool,
    /// The region it belongs to, for objects of services without regions.
    pub region: Option<String>,
    /// Children we declared.
    pub children: Vec<String>,
    /// The object that the block named, when it was taken over.
    pub adopted: Option<String>,
}

impl Marks {
    /// Reads the marks among tags.
    #[must_use]
    pub fn of(tags: &Tags) -> Self {
        Self {
            stack: tags.get(STACK).cloned(),
            id: tags.get(ID).and_then(|id| id.parse().ok()),
            protect: tags.get(PROTECT).is_some_and(|value| value == "true"),
            region: tags.get(REGION).cloned(),
            children: tags
                .get(CHILDREN)
                .map(|list| list.split(' ').map(str::to_owned).collect())
                .unwrap_or_default(),
            adopted: tags.get(ADOPTED).cloned(),
        }
    }

    /// Whether they are those of this resource of this stack.
    #[must_use]
    pub fn are(&self, context: &Context, id: &ResourceId) -> bool {
        self.stack.as_deref() == Some(context.stack.as_str()) && self.id.as_ref() == Some(id)
    }

    /// Who the marks say it belongs to, for messages.
    #[must_use]
    pub fn owner(&self) -> Option<String> {
        let stack = self.stack.as_ref()?;
        Some(match &self.id {
            Some(id) => format!("{id} of stack {stack}"),
            None => format!("stack {stack}"),
        })
    }
}

/// The tags of a new object: its own, and the marks.
#[must_use]
pub fn marked(context: &Context, id: &ResourceId, protect: bool, tags: &Tags) -> Tags {
    let mut all = tags.clone();
    all.insert(STACK.to_owned(), context.stack.clone());
    all.insert(ID.to_owned(), id.to_string());
    if protect {
        all.insert(PROTECT.to_owned(), "true".to_owned());
    }
    all
}

/// The marks of an object that is taken over.
#[must_use]
pub fn adopting(context: &Context, id: &ResourceId, root: &str) -> Tags {
    let mut marks = marked(context, id, false, &Tags::new());
    marks.insert(ADOPTED.to_owned(), root.to_owned());
    marks
}

/// The tags that are not marks and not AWS's own: what the field `tags` holds.
#[must_use]
pub fn plain(tags: &Tags) -> Tags {
    tags.iter()
        .filter(|(key, _)| {
            ![STACK, ID, PROTECT, REGION, CHILDREN, SALT, ADOPTED].contains(&key.as_str())
                && !key.starts_with("aws:")
        })
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn marks_round_trip_and_stay_out_of_the_tags_field() {
        let context = Context {
            stack: "shop".to_owned(),
            account: None,
            region: "eu-west-1".to_owned(),
            labels: Tags::new(),
        };
        let id: ResourceId = "network.main/vpc".parse().unwrap();
        let own = Tags::from([("team".to_owned(), "web".to_owned())]);
        let all = marked(&context, &id, true, &own);
        let marks = Marks::of(&all);
        assert!(marks.are(&context, &id) && marks.protect);
        assert_eq!(plain(&all), own);
        assert_eq!(marks.owner().unwrap(), "network.main/vpc of stack shop");
        assert_eq!(Marks::of(&own), Marks::default());
    }
}
