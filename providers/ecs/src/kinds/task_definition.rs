//! `ecs.task_definition`: what tasks are made of.
//!
//! A revision never changes: a definition that differs is registered as a new one of the same family, and the newest
//! revision with our marks is the one that counts. Others, registered by a pipeline, carry no marks: they are left
//! alone, and where the spec leaves the image to somebody else, ours take theirs over. A mark holds the digest of what
//! was registered; another one may hold that a job ran to a good end with it (see `run`).

use std::collections::BTreeMap;

use provision_aws::kind::{
    Ask, Cx, Live, Next, Seen, Served, Stop, Uses, fixed, outputs, seconds, table, tags as tags_row,
};
use provision_aws::{Fault, Field, Tags};
use provision_core::cost::Usage;
use provision_core::model::{Effect, FieldKind, Identity, Lane, Observed, Output, Row, Table};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::container::Container;
use super::{task_definition_calls as calls, task_definition_reads as reads};

/// The fields of a task definition. Its family is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct TaskDefinition {
    /// `FARGATE` or `EC2`.
    pub launch: String,
    /// `X86_64` or `ARM64`.
    pub architecture: String,
    /// CPU of a task, 1024 to a core; 0 on EC2, where containers say it.
    pub cpu: i64,
    /// Memory of a task in MiB; 0 on EC2.
    pub memory: i64,
    /// The role with which ECS starts tasks, by ARN.
    pub execution_role: Field<String>,
    /// The role of what runs in them, by ARN.
    pub task_role: Field<String>,
    /// Where logs go: the name of a log group.
    pub log_group: Field<String>,
    /// Its containers.
    pub containers: BTreeMap<String, Container>,
    /// Where somebody else sets the image of a container: which container that is.
    pub image_of: Option<String>,
    /// Its image before anybody has set one.
    pub first_image: Option<String>,
    /// The service whose running revision tells the image, as `CLUSTER/NAME`.
    pub image_from: Option<String>,
    /// What its mark says of the definition; what is live, never wanted.
    pub digest: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

/// What is no part of the definition.
const BESIDE: [&str; 5] = ["tags", "digest", "first_image", "image_from", "image_of"];

impl Served for TaskDefinition {
    const KIND: &'static str = "ecs.task_definition";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let mut outputs = outputs(&["family"]);
        for name in ["arn", "revision"] {
            outputs.push(Output {
                name: name.to_owned(),
                volatile: true,
                moved_by: definition_rows(),
            });
        }
        Table {
            outputs,
            seconds: seconds(2, 2, 3),
            lane: Some(Lane::Itself),
            // A family takes any number of revisions.
            ..table(Self::KIND, "task definition", Identity::Anonymous, rows())
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("task definitions are free of charge: tasks are charged for")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        reads::survey(ask).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        calls::create(cx, want).await
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        calls::change(cx, want, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        calls::delete(cx, live).await
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let family = reads::family_of(physical);
        let found = reads::newest(cx.aws, cx.context, Some(cx.id()), family).await?;
        Ok(found.ours())
    }
}

impl TaskDefinition {
    /// The digest of the definition, whatever order things are listed in. An image that somebody else sets is not in it.
    pub(super) fn digest(&self) -> String {
        let mut json = serde_json::to_value(self).unwrap_or_default();
        if let Json::Object(fields) = &mut json {
            fields.retain(|name, _| !BESIDE.contains(&name.as_str()));
        }
        let digest = Sha256::digest(json.to_string());
        digest
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// The rows that make up the definition.
fn definition_rows() -> Vec<String> {
    rows()
        .into_iter()
        .map(|row| row.name)
        .filter(|name| !BESIDE.contains(&name.as_str()))
        .collect()
}

fn rows() -> Vec<Row> {
    let row = |name: &str, kind, doc: &str| Row::new(name, kind, Effect::InPlace, doc);
    let scalar = |name: &str, doc: &str| row(name, FieldKind::Scalar, doc);
    let once = |name: &str, doc: &str| Row::new(name, FieldKind::Scalar, Effect::CreateOnly, doc);
    let mut launch = fixed("launch", "what its tasks run on");
    launch.effect = Effect::InPlace;
    vec![
        launch,
        scalar("architecture", "the processor"),
        scalar("cpu", "CPU of a task, 1024 to a core"),
        scalar("memory", "memory of a task in MiB"),
        scalar("execution_role", "the role with which ECS starts tasks"),
        scalar("task_role", "the role of what runs in them"),
        scalar("log_group", "where logs go"),
        row(
            "containers",
            FieldKind::Map { owned_only: false },
            "its containers",
        ),
        once("image_of", "the container whose image somebody else sets"),
        once("first_image", "its image before anybody has set one"),
        once("image_from", "the service that tells that image"),
        Row::new(
            "digest",
            FieldKind::Scalar,
            Effect::Computed,
            "what its mark says of the definition",
        ),
        tags_row(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_of_the_definition_alone() {
        let one = TaskDefinition {
            launch: "FARGATE".to_owned(),
            cpu: 256,
            ..TaskDefinition::default()
        };
        let tagged = TaskDefinition {
            tags: [("team".to_owned(), "web".to_owned())].into(),
            first_image: Some("shop:1".to_owned()),
            digest: Some("x".to_owned()),
            ..one.clone()
        };
        assert_eq!(one.digest(), tagged.digest());
        assert_eq!(one.digest().len(), 32);
        let other = TaskDefinition {
            cpu: 512,
            ..one.clone()
        };
        assert_ne!(one.digest(), other.digest());
        assert!(!definition_rows().contains(&"tags".to_owned()));
    }
}
