//! Many task definitions at once: one list tells the newest revision of every family, another call the tags of a hundred, and what these
//! revisions hold is known from before. A family of which that does not tell all is read by itself.

use std::collections::BTreeMap;

use aws_sdk_ecs::types::TaskDefinitionStatus;
use futures::future::join_all;
use provision_aws::kind::{Ask, Look};
use provision_aws::{Aws, Fault, hint};
use provision_core::model::{Pending, Resource, ResourceId, Sight};

use super::call::ecs;
use super::task_definition_kept::{keep, kept};
use super::task_definition_reads::{Newest, family_of, live, look, newest, number_of};

/// Revisions of a page.
const PAGE: usize = 100;

/// Active revisions of a family that the list is worth: we keep five of ours.
const PER_FAMILY: usize = 6;

/// The newest active revision of every family, by family.
pub(super) struct Listed {
    /// ARNs by family.
    pub(super) newest: BTreeMap<String, String>,
    /// Whether these are all families of the account. Others may have so many that the list costs more than it saves.
    pub(super) whole: bool,
}

/// Lists active revisions, as far as it pays for so many families.
pub(super) async fn list(aws: &Aws, families: usize) -> Result<Listed, Fault> {
    let mut newest: BTreeMap<String, String> = BTreeMap::new();
    let mut token = None;
    for _ in 0..=families * PER_FAMILY / PAGE + 1 {
        let request = ecs(aws)
            .list_task_definitions()
            .status(TaskDefinitionStatus::Active)
            .set_next_token(token);
        let answer = aws
            .read("ecs:ListTaskDefinitions", || request.clone().send())
            .await?;
        for arn in answer.task_definition_arns.unwrap_or_default() {
            let family = family_of(&arn).to_owned();
            let held = newest.entry(family).or_insert_with(|| arn.clone());
            if number_of(&arn) > number_of(held) {
                *held = arn;
            }
        }
        token = answer.next_token;
        if token.is_none() {
            return Ok(Listed {
                newest,
                whole: true,
            });
        }
    }
    Ok(Listed {
        newest,
        whole: false,
    })
}

/// What is asked for.
pub(super) async fn asked(ask: &Ask<'_>, listed: &Listed) -> Vec<(ResourceId, Look)> {
    let asked = ask.resources.iter().filter_map(|one| one.name.as_deref());
    let arns: Vec<String> = asked
        .filter_map(|family| listed.newest.get(family).cloned())
        .collect();
    // A list that was cut short may have missed newer revisions of the family where it ended: none is believed.
    let told = match listed.whole && ask.aws.shelf().is_some() {
        true => hint::tags(ask.aws, &arns).await,
        false => BTreeMap::new(),
    };
    let reads = ask.resources.iter().map(|resource| async {
        let family = resource.name.as_deref().unwrap_or_default();
        let look = match listed.newest.get(family) {
            None if listed.whole => Look::Otherwise(Sight::Absent),
            arn => {
                let tags = arn.and_then(|arn| Some((arn, told.get(arn)?)));
                let known = tags.and_then(|(arn, tags)| {
                    let as_wanted = hint::is_as_wanted(ask.context, resource, tags);
                    let shelf = ask.aws.shelf().filter(|_| as_wanted)?;
                    let fields = kept(shelf, arn, tags, resource)?;
                    Some(live(arn, tags, &fields))
                });
                match known {
                    Some(live) => Look::Here(live),
                    None => read(ask, resource, family).await,
                }
            }
        };
        (resource.id.clone(), look)
    });
    join_all(reads).await
}

/// Reads a family by itself, and keeps what it holds.
async fn read(ask: &Ask<'_>, resource: &Resource<Pending>, family: &str) -> Look {
    let read = newest(ask.aws, ask.context, Some(&resource.id), family).await;
    if let (Some(shelf), Ok(Newest::Ours(revision))) = (ask.aws.shelf(), &read) {
        keep(shelf, revision.arn(), &revision.fields());
    }
    look(ask, resource, read)
}

/// The families of the stack among those that were listed.
pub(super) fn of_stack(listed: &Listed, prefix: &str) -> Option<Vec<String>> {
    let ours = listed.newest.keys().filter(|one| one.starts_with(prefix));
    listed.whole.then(|| ours.cloned().collect())
}
