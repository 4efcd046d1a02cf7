//! `servicediscovery.namespace`: the names under which the services of a cluster call each other (Service Connect).
//!
//! Cloud Map makes and removes namespaces by operations of their own. Lists tell no tags, but descriptions: so ours begin with
//! the stack's name, and the tags of those alone are read.

use aws_sdk_servicediscovery::Client;
use aws_sdk_servicediscovery::types::{
    FilterCondition, NamespaceFilter, NamespaceFilterName, NamespaceSummary as Wire, NamespaceType,
    Operation, OperationStatus, ServiceFilter, ServiceFilterName, ServiceSummary, Tag,
};
use futures::future::try_join_all;
use provision_aws::kind::{
    Ailment, Ask, Cx, Live, Next, Progress, Seen, Served, Stop, Uses, by_name, output, outputs,
    pages, seconds, table, tags as tags_row, to_change, unknown,
};
use provision_aws::{Aws, Fault, Tags, internal, plain};
use provision_core::contract::Failure;
use provision_core::cost::Usage;
use provision_core::model::{Identity, Observed, Table};
use serde::{Deserialize, Serialize};

/// The tag of services that ECS makes for Service Connect.
const OF_ECS: &str = "AmazonECSManaged";

/// The fields of a namespace. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Namespace {
    /// Its tags.
    pub tags: Tags,
}

impl Served for Namespace {
    const KIND: &'static str = "servicediscovery.namespace";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        Table {
            outputs: outputs(&["arn", "id", "name"]),
            seconds: seconds(5, 1, 5),
            ..table(Self::KIND, "namespace", Identity::Named, vec![tags_row()])
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("what Service Connect registers in Cloud Map is free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let names: Vec<&str> = ask
            .resources
            .iter()
            .filter_map(|one| one.name.as_deref())
            .collect();
        let start = start(&ask.context.stack);
        let read = list(ask.aws, None, |wire| {
            let ours = wire
                .description()
                .is_some_and(|text| text.starts_with(&start));
            ours || wire.name().is_some_and(|name| names.contains(&name))
        });
        let mut seen = Seen::default();
        let mut lives = match read.await {
            Ok(lives) => lives,
            Err(fault) => {
                let looks = ask.resources.iter();
                seen.sights
                    .extend(looks.map(|one| (one.id.clone(), unknown(&fault))));
                seen.unread = ask.orphans.then(|| fault.to_string());
                return seen;
            }
        };
        for resource in &ask.resources {
            let named = |live: &Live| live.names.first() == resource.name.as_ref();
            let at = lives.iter().position(named);
            let found = at.map(|at| lives.swap_remove(at));
            let look = by_name(ask.context, resource, Ok(found));
            seen.sights.insert(resource.id.clone(), look);
        }
        if ask.orphans {
            seen.orphans.extend(lives.into_iter().filter(|live| {
                let ours = live.marks.stack.as_deref() == Some(ask.context.stack.as_str());
                ours && live.marks.id.is_some()
            }));
        }
        seen
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let name = cx.name()?;
        let all = cx.marked(&want.tags);
        let request = client(cx.aws)
            .create_http_namespace()
            .name(name)
            .creator_request_id(cx.token)
            .description(format!("{}{}", start(&cx.context.stack), cx.id()))
            .set_tags(Some(tag_list(&all)?));
        let answer = cx
            .aws
            .write_once("servicediscovery:CreateHttpNamespace", || {
                request.clone().send()
            })
            .await
            .map_err(|fault| Stop::Fault(fault.about(name)))?;
        Ok(waits(name, answer.operation_id, "being made"))
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let Some(change) = to_change(cx, &want.tags, live) else {
            return Ok(None);
        };
        let arn = &live.physical;
        let sent = if change.set.is_empty() {
            let request = client(cx.aws)
                .untag_resource()
                .resource_arn(arn)
                .set_tag_keys(Some(change.unset));
            let call = "servicediscovery:UntagResource";
            let sent = cx.aws.write(call, || request.clone().send());
            sent.await.map(drop)
        } else {
            let request = client(cx.aws)
                .tag_resource()
                .resource_arn(arn)
                .set_tags(Some(tag_list(&change.set)?));
            let call = "servicediscovery:TagResource";
            let sent = cx.aws.write(call, || request.clone().send());
            sent.await.map(drop)
        };
        sent.map_err(|fault| Stop::OfNew(fault.about(arn)))?;
        Ok(Some(Next::More {
            did: "set tags".to_owned(),
            observed: change.observed,
        }))
    }

    /// Services that ECS made in it stay behind when those of ECS go, and keep it from going.
    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let id = output(live, "id").unwrap_or_default();
        if let Some(left) = left(cx.aws, id).await? {
            let service = left.id().unwrap_or_default();
            let request = client(cx.aws).delete_service().id(service);
            cx.aws
                .write("servicediscovery:DeleteService", || request.clone().send())
                .await
                .map_err(|fault| Stop::Fault(fault.about(service)))?;
            let name = left.name().unwrap_or(service);
            return Ok(Next::Cleared {
                did: format!("removed {name}, which ECS had left in it"),
            });
        }
        let request = client(cx.aws).delete_namespace().id(id);
        let answer = cx
            .aws
            .write("servicediscovery:DeleteNamespace", || {
                request.clone().send()
            })
            .await
            .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
        Ok(waits(&live.physical, answer.operation_id, "being removed"))
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        find(cx.aws, physical).await
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        find(cx.aws, cx.name().unwrap_or_default()).await
    }

    async fn holders(cx: &Cx<'_>, live: &Observed) -> Vec<String> {
        let id = output(live, "id").unwrap_or_default();
        let services = services(cx.aws, id).await.unwrap_or_default().into_iter();
        services
            .filter_map(|one| Some(format!("service {}", one.name?)))
            .collect()
    }

    async fn progress(cx: &Cx<'_>, _physical: &str, update: &str) -> Result<Progress, Fault> {
        let request = client(cx.aws).get_operation().operation_id(update);
        let answer = cx
            .aws
            .read("servicediscovery:GetOperation", || request.clone().send())
            .await;
        match answer {
            Ok(answer) => Ok(answer
                .operation
                .map_or(Progress::Through, |one| stands(&one))),
            // Forgotten, so long past.
            Err(fault) if fault.is_not_found() => Ok(Progress::Through),
            Err(fault) => Err(fault),
        }
    }
}

fn client(aws: &Aws) -> Client {
    aws.client(Client::new)
}

/// What descriptions of a stack's namespaces begin with.
fn start(stack: &str) -> String {
    format!("provision {stack}: ")
}

fn waits(physical: &str, operation: Option<String>, phase: &str) -> Next {
    let (phase, physical) = (phase.to_owned(), physical.to_owned());
    match operation {
        Some(update) => Next::Updates {
            phase,
            physical,
            update,
        },
        None => Next::Waits { phase, physical },
    }
}

fn stands(operation: &Operation) -> Progress {
    let word = operation
        .status()
        .map_or("PENDING", OperationStatus::as_str);
    match operation.status() {
        Some(OperationStatus::Success) => Progress::Through,
        Some(OperationStatus::Fail) => Progress::Failed(Ailment {
            code: operation.error_code().unwrap_or(word).to_owned(),
            message: operation
                .error_message()
                .unwrap_or("Cloud Map tells no reason")
                .to_owned(),
            advice: "put right what Cloud Map names, then apply again".to_owned(),
            passes: false,
        }),
        _ => Progress::Works {
            phase: word.to_owned(),
            trouble: None,
        },
    }
}

fn tag_list(tags: &Tags) -> Result<Vec<Tag>, Failure> {
    tags.iter()
        .map(|(key, value)| {
            let tag = Tag::builder().key(key).value(value).build();
            tag.map_err(|error| internal(error.to_string()))
        })
        .collect()
}

async fn tags_of(aws: &Aws, arn: &str) -> Result<Option<Tags>, Fault> {
    let request = client(aws).list_tags_for_resource().resource_arn(arn);
    let answer = aws
        .read("servicediscovery:ListTagsForResource", || {
            request.clone().send()
        })
        .await;
    match answer {
        Ok(answer) => {
            let tags = answer.tags.unwrap_or_default().into_iter();
            Ok(Some(tags.map(|tag| (tag.key, tag.value)).collect()))
        }
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault.about(arn)),
    }
}

fn filter(name: NamespaceFilterName, value: &str) -> Result<NamespaceFilter, Fault> {
    let filter = NamespaceFilter::builder()
        .name(name)
        .values(value)
        .condition(FilterCondition::Eq)
        .build();
    filter.map_err(|error| unbuilt(&error.to_string()))
}

/// A request that cannot be written: a fault of ours.
fn unbuilt(message: &str) -> Fault {
    Fault {
        how: provision_aws::How::NotSent,
        call: "servicediscovery:List".to_owned(),
        code: "request".to_owned(),
        message: message.to_owned(),
        object: None,
    }
}

/// Namespaces that are wanted, with their tags; only of this name, where one is given.
async fn list(
    aws: &Aws,
    name: Option<&str>,
    wanted: impl Fn(&Wire) -> bool,
) -> Result<Vec<Live>, Fault> {
    let mut filters = vec![filter(
        NamespaceFilterName::Type,
        NamespaceType::Http.as_str(),
    )?];
    if let Some(name) = name {
        filters.push(filter(NamespaceFilterName::Name, name)?);
    }
    let wires = pages(|token| async {
        let request = client(aws)
            .list_namespaces()
            .set_filters(Some(filters.clone()))
            .set_next_token(token);
        let answer = aws
            .read("servicediscovery:ListNamespaces", || request.clone().send())
            .await?;
        Ok((answer.namespaces, answer.next_token))
    })
    .await?;
    let reads = wires
        .iter()
        .filter(|wire| wanted(wire))
        .map(|wire| async move {
            let tags = tags_of(aws, wire.arn().unwrap_or_default()).await?;
            Ok(tags.map(|tags| live(wire, &tags)))
        });
    Ok(try_join_all(reads).await?.into_iter().flatten().collect())
}

/// A namespace by its name or ARN.
async fn find(aws: &Aws, physical: &str) -> Result<Option<Live>, Fault> {
    let name = (!physical.starts_with("arn:")).then_some(physical);
    let same = |wire: &Wire| match name {
        Some(name) => wire.name() == Some(name),
        None => wire.arn() == Some(physical),
    };
    Ok(list(aws, name, same).await?.pop())
}

/// Services in a namespace.
async fn services(aws: &Aws, id: &str) -> Result<Vec<ServiceSummary>, Fault> {
    let filter = ServiceFilter::builder()
        .name(ServiceFilterName::NamespaceId)
        .values(id)
        .condition(FilterCondition::Eq)
        .build()
        .map_err(|error| unbuilt(&error.to_string()))?;
    pages(|token| async {
        let request = client(aws)
            .list_services()
            .filters(filter.clone())
            .set_next_token(token);
        let answer = aws
            .read("servicediscovery:ListServices", || request.clone().send())
            .await?;
        Ok((answer.services, answer.next_token))
    })
    .await
}

/// A service in it that ECS made.
async fn left(aws: &Aws, id: &str) -> Result<Option<ServiceSummary>, Fault> {
    for one in services(aws, id).await? {
        let tags = tags_of(aws, one.arn().unwrap_or_default()).await?;
        if tags.is_some_and(|tags| tags.contains_key(OF_ECS)) {
            return Ok(Some(one));
        }
    }
    Ok(None)
}

/// A namespace as read.
fn live(wire: &Wire, all: &Tags) -> Live {
    let arn = wire.arn().unwrap_or_default();
    let fields = Namespace { tags: plain(all) };
    let mut live = Live::new(arn, all, &fields)
        .output("arn", arn)
        .maybe("id", wire.id())
        .maybe("name", wire.name());
    live.names.extend(wire.name.clone());
    live
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_that_fails_says_why() {
        let operation = Operation::builder()
            .status(OperationStatus::Fail)
            .error_code("ACCESS_DENIED")
            .error_message("no");
        assert!(matches!(
            stands(&operation.build()),
            Progress::Failed(why) if why.code == "ACCESS_DENIED" && why.message == "no"
        ));
        let pending = Operation::builder()
            .status(OperationStatus::Submitted)
            .build();
        assert!(matches!(stands(&pending), Progress::Works { phase, .. } if phase == "SUBMITTED"));
    }

    #[test]
    fn descriptions_tell_stacks_apart() {
        assert!(!"provision shop-two: x".starts_with(&start("shop")));
        assert!("provision shop: x".starts_with(&start("shop")));
    }
}
