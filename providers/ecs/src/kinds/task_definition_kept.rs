//! Revisions that have been read before. A revision never changes, so what it holds need not be asked for again; which revision is the
//! newest, and its tags, are asked for every time.
//!
//! Variables of the environment and commands are not secrets, and may still be nobody else's business. So of these an entry holds a
//! digest: they are filled in from what is wanted where that is the same, and read anew where it is not.

use std::collections::BTreeMap;

use provision_aws::{Shelf, Tags, plain};
use provision_core::model::{Pending, Resource};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::container::Container;
use super::task_definition::TaskDefinition;
use super::task_definition_reads::{DIGEST, RAN};

/// What is kept of a revision. Its key is its ARN, with account, region and number.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// The mark with which it was registered: a cloud that begins anew uses an ARN again, for another definition.
    digest: String,
    /// The fields, without words and tags.
    fields: TaskDefinition,
    /// Digests of the words, by container.
    words: BTreeMap<String, String>,
}

/// What of a container is kept as a digest.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Words {
    entrypoint: Vec<String>,
    command: Vec<String>,
    env: BTreeMap<String, String>,
    health: Vec<String>,
}

impl Words {
    /// Takes them out of a container.
    fn take(container: &mut Container) -> Self {
        Self {
            entrypoint: std::mem::take(&mut container.entrypoint),
            command: std::mem::take(&mut container.command),
            env: std::mem::take(&mut container.env),
            health: std::mem::take(&mut container.health),
        }
    }

    fn put(self, container: &mut Container) {
        container.entrypoint = self.entrypoint;
        container.command = self.command;
        container.env = self.env;
        container.health = self.health;
    }

    /// The revision and the container are part of it, so that equal words are not seen to be equal.
    fn digest(&self, arn: &str, container: &str) -> String {
        let json = serde_json::to_string(self).unwrap_or_default();
        let digest = Sha256::digest(format!("{arn}\n{container}\n{json}"));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Keeps a revision of ours. One without the mark of its digest is not kept.
pub(super) fn keep(shelf: &dyn Shelf, arn: &str, fields: &TaskDefinition) {
    let Some(digest) = fields.digest.clone() else {
        return;
    };
    let mut fields = TaskDefinition {
        digest: None,
        tags: Tags::new(),
        ..fields.clone()
    };
    let words = fields.containers.iter_mut().map(|(name, container)| {
        let digest = Words::take(container).digest(arn, name);
        (name.clone(), digest)
    });
    let words = words.collect();
    let entry = Entry {
        digest,
        fields,
        words,
    };
    if let Ok(text) = serde_json::to_string(&entry) {
        shelf.put(arn, text);
    }
}

/// The fields of a revision with these tags; `None` where it was not kept, is another one by its mark, or has other words than are
/// wanted.
pub(super) fn kept(
    shelf: &dyn Shelf,
    arn: &str,
    tags: &Tags,
    wanted: &Resource<Pending>,
) -> Option<TaskDefinition> {
    let entry: Entry = serde_json::from_str(&shelf.get(arn)?).ok()?;
    if tags.get(DIGEST) != Some(&entry.digest) {
        return None;
    }
    let mut fields = entry.fields;
    let containers = wanted.fields.get("containers")?.to_json();
    for (name, container) in &mut fields.containers {
        let words = containers.get(name).cloned().unwrap_or(Json::Null);
        let words: Words = serde_json::from_value(words).ok()?;
        if entry.words.get(name) != Some(&words.digest(arn, name)) {
            return None;
        }
        words.put(container);
    }
    fields.digest = Some(entry.digest);
    fields.tags = definition_tags(tags);
    Some(fields)
}

/// The tags of a revision that are no marks.
pub(super) fn definition_tags(all: &Tags) -> Tags {
    let mut tags = plain(all);
    tags.retain(|key, _| key != DIGEST && key != RAN);
    tags
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Mutex;

    use provision_core::model::{Kind, Value};

    use super::*;

    const ARN: &str = "arn:aws:ecs:eu-west-1:1:task-definition/shop-web:7";

    #[derive(Debug, Default)]
    struct Memory(Mutex<BTreeMap<String, String>>);

    impl Shelf for Memory {
        fn get(&self, key: &str) -> Option<String> {
            self.0.lock().unwrap().get(key).cloned()
        }

        fn put(&self, key: &str, text: String) {
            self.0.lock().unwrap().insert(key.to_owned(), text);
        }
    }

    fn definition(value: &str) -> TaskDefinition {
        let container = Container {
            image: Some("shop:1".to_owned()),
            command: vec!["serve".to_owned()],
            env: [("MODE".to_owned(), value.to_owned())].into(),
            ..Container::default()
        };
        TaskDefinition {
            launch: "FARGATE".to_owned(),
            containers: [("web".to_owned(), container)].into(),
            digest: Some("d".to_owned()),
            tags: [("team".to_owned(), "web".to_owned())].into(),
            ..TaskDefinition::default()
        }
    }

    fn wanted(value: &str) -> Resource<Pending> {
        let json = serde_json::to_value(definition(value)).unwrap();
        let fields = json.as_object().unwrap().iter();
        Resource {
            id: "workload.web/task-definition".parse().unwrap(),
            kind: Kind::new("ecs.task_definition"),
            provider: "ecs".to_owned(),
            platform: None,
            name: None,
            parent: None,
            fields: fields
                .map(|(name, json)| (name.clone(), Value::from_json(json).unwrap()))
                .collect(),
            after: Vec::new(),
            outlives: Vec::new(),
            protect: false,
            adopt: None,
        }
    }

    fn tags(digest: &str) -> Tags {
        [("team", "web"), (DIGEST, digest), (RAN, "x")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn what_was_kept_is_what_was_read() {
        let shelf = Memory::default();
        keep(&shelf, ARN, &definition("quiet"));
        let read = kept(&shelf, ARN, &tags("d"), &wanted("quiet"));
        assert_eq!(read, Some(definition("quiet")));
        // Another mark, other words, another revision: all are read anew.
        assert_eq!(kept(&shelf, ARN, &tags("e"), &wanted("quiet")), None);
        assert_eq!(kept(&shelf, ARN, &tags("d"), &wanted("loud")), None);
        let other = ARN.replace(":1:", ":2:");
        assert_eq!(kept(&shelf, &other, &tags("d"), &wanted("quiet")), None);
        shelf.put(ARN, "{ half".to_owned());
        assert_eq!(kept(&shelf, ARN, &tags("d"), &wanted("quiet")), None);
    }

    #[test]
    fn no_word_of_a_container_is_kept() {
        let shelf = Memory::default();
        keep(&shelf, ARN, &definition("quiet"));
        let text = shelf.get(ARN).unwrap();
        assert!(!text.contains("quiet") && !text.contains("serve"), "{text}");
    }
}
