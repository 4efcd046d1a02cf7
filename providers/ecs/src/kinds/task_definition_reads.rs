//! Reads of task definitions. The newest revision of a family and its tags are one call; only where that is not ours is
//! the family listed and gone through.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::{
    SortOrder, TaskDefinition as Wire, TaskDefinitionFamilyStatus, TaskDefinitionField,
    TaskDefinitionStatus,
};
use futures::future::{join, join_all, try_join_all};
use provision_aws::kind::{Ask, Live, Look, Seen, by_name, pages, unclaimed, unknown};
use provision_aws::{Aws, Fault, How, Marks, Tags, hint};
use provision_core::contract::Context;
use provision_core::model::{Pending, Resource, ResourceId, Sight};

use super::call::{ecs, parts, tags};
use super::container::{Container, log_group};
use super::task_definition::TaskDefinition;
use super::task_definition_kept::definition_tags;
use super::task_definition_list as list;

/// The mark that holds the digest of what was registered.
pub(super) const DIGEST: &str = "provision-digest";

/// The mark that holds the digest with which a job ran to a good end.
pub(super) const RAN: &str = "provision-ran";

/// So many revisions are asked for at a time.
const AT_ONCE: usize = 10;

/// A revision and its tags.
#[derive(Clone, Debug)]
pub(super) struct Revision {
    /// The revision.
    pub(super) wire: Wire,
    /// All its tags.
    pub(super) tags: Tags,
}

/// What there is of a family.
#[derive(Clone, Debug)]
pub(super) enum Newest {
    /// No active revision at all.
    None,
    /// The newest one of ours.
    Ours(Box<Revision>),
    /// Only revisions that are not ours; this is the newest one.
    Foreign(Box<Revision>),
}

impl Newest {
    /// The live object, when it is ours.
    pub(super) fn ours(self) -> Option<Live> {
        match self {
            Self::Ours(revision) => Some(revision.live()),
            Self::None | Self::Foreign(_) => None,
        }
    }
}

impl Revision {
    /// Its ARN.
    pub(super) fn arn(&self) -> &str {
        self.wire.task_definition_arn().unwrap_or_default()
    }

    /// Whether it carries the marks of the stack, and of the id when one is given.
    pub(super) fn is_ours(&self, context: &Context, id: Option<&ResourceId>) -> bool {
        let marks = Marks::of(&self.tags);
        marks.stack.as_deref() == Some(context.stack.as_str())
            && id.is_none_or(|id| marks.id.as_ref() == Some(id))
    }

    /// Its fields.
    pub(super) fn fields(&self) -> TaskDefinition {
        definition(&self.wire, &self.tags)
    }

    /// The live object.
    pub(super) fn live(&self) -> Live {
        live(self.arn(), &self.tags, &self.fields())
    }
}

/// The live object of a revision.
pub(super) fn live(arn: &str, tags: &Tags, fields: &TaskDefinition) -> Live {
    let family = family_of(arn);
    let given = |name: &&String| !name.is_empty();
    let roles = [&fields.execution_role, &fields.task_role];
    let roles = roles.into_iter().filter_map(|role| role.get());
    let secrets = fields.containers.values().flat_map(|one| {
        let from = one.secrets.values().filter_map(|from| from.get());
        from.map(|from| secret_arn(from)).collect::<Vec<_>>()
    });
    let mut live = Live::new(arn, tags, fields)
        .output("arn", arn)
        .output("family", family)
        .output("revision", number_of(arn))
        .needs(roles.filter(given).cloned())
        .needs(secrets.collect::<BTreeSet<String>>())
        .needs(fields.log_group.get().filter(given));
    live.names.push(name_in_needs(family));
    live
}

/// The name under which services and schedules tell that they need a family, whichever revision.
pub(super) fn name_in_needs(family: &str) -> String {
    format!("task-definition/{family}")
}

/// The secret behind a `valueFrom`, without key, stage and version.
fn secret_arn(from: &str) -> String {
    let parts = if from.contains(":secretsmanager:") {
        7
    } else {
        6
    };
    from.splitn(parts + 1, ':')
        .take(parts)
        .collect::<Vec<_>>()
        .join(":")
}

/// The family of a revision, by its ARN.
pub(super) fn family_of(arn: &str) -> &str {
    let name = parts(arn).get(1).copied().unwrap_or(arn);
    name.split(':').next().unwrap_or(name)
}

/// The number of a revision, by its ARN.
pub(super) fn number_of(arn: &str) -> i64 {
    let number = arn.rsplit(':').next().and_then(|last| last.parse().ok());
    number.unwrap_or_default()
}

/// The fields of a revision.
fn definition(wire: &Wire, all: &Tags) -> TaskDefinition {
    let number = |text: Option<&str>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
    let asked = wire.requires_compatibilities().first();
    let platform = wire.runtime_platform();
    let architecture = platform.and_then(|platform| platform.cpu_architecture());
    let group = wire.container_definitions().iter().find_map(log_group);
    TaskDefinition {
        launch: asked.map_or("EC2", |one| one.as_str()).to_owned(),
        architecture: architecture.map_or("X86_64", |one| one.as_str()).to_owned(),
        cpu: number(wire.cpu()),
        memory: number(wire.memory()),
        execution_role: wire.execution_role_arn().unwrap_or_default().into(),
        task_role: wire.task_role_arn().unwrap_or_default().into(),
        log_group: group.cloned().unwrap_or_default().into(),
        containers: wire
            .container_definitions()
            .iter()
            .filter_map(|one| Some((one.name.clone()?, Container::read(one))))
            .collect(),
        image_of: None,
        first_image: None,
        image_from: None,
        digest: all.get(DIGEST).cloned(),
        tags: definition_tags(all),
    }
}

/// Reads a revision, or the newest one of a family; `None` when there is none that is active.
pub(super) async fn describe(aws: &Aws, name: &str) -> Result<Option<Revision>, Fault> {
    let request = ecs(aws)
        .describe_task_definition()
        .task_definition(name)
        .include(TaskDefinitionField::Tags);
    let answer = aws
        .read("ecs:DescribeTaskDefinition", || request.clone().send())
        .await;
    match answer {
        Ok(answer) => Ok(answer.task_definition.map(|wire| Revision {
            tags: tags(answer.tags.as_deref().unwrap_or_default()),
            wire,
        })),
        Err(fault) if is_unknown(&fault) => Ok(None),
        Err(fault) => Err(fault.about(name)),
    }
}

/// ECS has no code of its own for a family that it does not know.
fn is_unknown(fault: &Fault) -> bool {
    fault.how == How::Refused
        && fault.is(&["ClientException"])
        && fault.message.contains("Unable to describe task definition")
}

/// The newest revision of a family that is ours.
pub(super) async fn newest(
    aws: &Aws,
    context: &Context,
    id: Option<&ResourceId>,
    family: &str,
) -> Result<Newest, Fault> {
    let Some(first) = describe(aws, family).await? else {
        return Ok(Newest::None);
    };
    // A family of which nothing is active any more may still be told by its last revision.
    let is_active = first.wire.status() != Some(&TaskDefinitionStatus::Inactive);
    if is_active && first.is_ours(context, id) {
        return Ok(Newest::Ours(Box::new(first)));
    }
    let all = active(aws, family).await?;
    for some in all.chunks(AT_ONCE) {
        let read = try_join_all(some.iter().map(|arn| describe(aws, arn))).await?;
        let mut ours = read.into_iter().flatten();
        if let Some(found) = ours.find(|one| one.is_ours(context, id)) {
            return Ok(Newest::Ours(Box::new(found)));
        }
    }
    match is_active || !all.is_empty() {
        true => Ok(Newest::Foreign(Box::new(first))),
        false => Ok(Newest::None),
    }
}

/// The active revisions of a family, newest first.
pub(super) async fn active(aws: &Aws, family: &str) -> Result<Vec<String>, Fault> {
    pages(|token| async {
        let request = ecs(aws)
            .list_task_definitions()
            .family_prefix(family)
            .status(TaskDefinitionStatus::Active)
            .sort(SortOrder::Desc)
            .set_next_token(token);
        let answer = aws
            .read("ecs:ListTaskDefinitions", || request.clone().send())
            .await?;
        Ok((answer.task_definition_arns, answer.next_token))
    })
    .await
}

/// Those revisions among some that are ours, in the same order.
pub(super) async fn ours(
    aws: &Aws,
    context: &Context,
    id: &ResourceId,
    arns: &[String],
) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    for some in arns.chunks(AT_ONCE) {
        let read = try_join_all(some.iter().map(|arn| describe(aws, arn))).await?;
        let ours = read.into_iter().flatten();
        let ours = ours.filter(|one| one.is_ours(context, Some(id)));
        found.extend(ours.map(|one| one.arn().to_owned()));
    }
    Ok(found)
}

/// The families that are asked for, and those of the stack that are not.
pub(super) async fn survey(ask: &Ask<'_>) -> Seen {
    if ask.resources.len() > hint::MANY
        && let Ok(listed) = list::list(ask.aws, ask.resources.len()).await
    {
        let families = list::of_stack(&listed, &prefix(ask));
        let (sights, others) = join(list::asked(ask, &listed), others(ask, families)).await;
        return Seen {
            sights: sights.into_iter().collect(),
            ..others
        };
    }
    let asked = ask.resources.iter().map(|resource| async {
        let family = resource.name.as_deref().unwrap_or_default();
        let read = newest(ask.aws, ask.context, Some(&resource.id), family).await;
        (resource.id.clone(), look(ask, resource, read))
    });
    let (sights, others) = join(join_all(asked), others(ask, None)).await;
    Seen {
        sights: sights.into_iter().collect(),
        ..others
    }
}

/// What a family comes to for the resource that has its name.
pub(super) fn look(
    ask: &Ask<'_>,
    resource: &Resource<Pending>,
    read: Result<Newest, Fault>,
) -> Look {
    match read {
        Ok(Newest::None) => Look::Otherwise(Sight::Absent),
        Ok(Newest::Foreign(revision)) => unclaimed(resource, revision.live()),
        Ok(found) => by_name(ask.context, resource, Ok(found.ours())),
        Err(fault) => unknown(&fault),
    }
}

/// What the families of a stack begin with.
fn prefix(ask: &Ask<'_>) -> String {
    format!("{}-", ask.context.stack)
}

/// Families of the stack that were not asked for: all of them begin with its name. They are listed, unless they have been.
async fn others(ask: &Ask<'_>, listed: Option<Vec<String>>) -> Seen {
    let mut seen = Seen::default();
    if !ask.orphans {
        return seen;
    }
    let asked: BTreeSet<&str> = ask
        .resources
        .iter()
        .filter_map(|resource| resource.name.as_deref())
        .collect();
    let listed = match listed {
        Some(listed) => Ok(listed),
        None => families(ask.aws, &prefix(ask)).await,
    };
    let families = match listed {
        Ok(families) => families,
        Err(fault) => {
            seen.unread = Some(fault.to_string());
            return seen;
        }
    };
    let others = families.iter().filter(|one| !asked.contains(one.as_str()));
    let reads = others.map(|family| newest(ask.aws, ask.context, None, family));
    for read in join_all(reads).await {
        match read {
            Ok(found) => seen.orphans.extend(found.ours()),
            Err(fault) => seen.unread = Some(fault.to_string()),
        }
    }
    seen
}

pub(super) async fn families(aws: &Aws, prefix: &str) -> Result<Vec<String>, Fault> {
    pages(|token| async {
        let request = ecs(aws)
            .list_task_definition_families()
            .family_prefix(prefix)
            .status(TaskDefinitionFamilyStatus::Active)
            .set_next_token(token);
        let answer = aws
            .read("ecs:ListTaskDefinitionFamilies", || request.clone().send())
            .await?;
        Ok((answer.families, answer.next_token))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_tell_family_number_and_secret() {
        let arn = "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-web:12";
        assert_eq!((family_of(arn), number_of(arn)), ("shop-web", 12));
        assert_eq!(
            (family_of("shop-web"), number_of("shop-web")),
            ("shop-web", 0)
        );
        let pinned = "arn:aws:secretsmanager:eu-west-1:1:secret:shop-key-AbCdEf:::v1";
        assert_eq!(
            secret_arn(pinned),
            "arn:aws:secretsmanager:eu-west-1:1:secret:shop-key-AbCdEf"
        );
        let parameter = "arn:aws:ssm:eu-west-1:1:parameter/shop/key";
        assert_eq!(secret_arn(parameter), parameter);
    }
}
