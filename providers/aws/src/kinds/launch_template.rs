//! `ec2.launch_template`: what a node looks like.
//!
//! Its data lies in numbered versions that are never changed: a change makes a new version and then makes that the
//! default. A digest in the version's description tells whether the newest one is already what is wanted, so
//! that a run that died between the two calls does not make a third.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, LaunchTemplate as Wire, LaunchTemplateVersion, ResourceType};
use futures::future::try_join_all;
use provision_core::cost::Usage;
use provision_core::model::{Effect, FieldKind, Identity, Observed, Output, Row, Table, Value};
use serde::{Deserialize, Serialize};

use super::ec2::{asked, pages, retag, spec, tag_list, tags};
use super::launch_data::{data, described, ecs_cluster, fields};
use super::live::with;
use super::survey::tagged;
use super::tables::{scalar, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses};
use crate::client::Aws;
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{Tags, plain};

/// The fields of a launch template. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchTemplate {
    /// The machine type; empty where several are allowed, which the node group then names.
    pub instance_type: Field<String>,
    /// Size of the root disk (gp3) in GiB.
    pub disk_gib: i32,
    /// The device of the root disk: `/dev/xvda` on Amazon Linux and Bottlerocket's data disk.
    pub disk_device: String,
    /// What the machine boots: an image, or `resolve:ssm:` and the parameter that names one. Absent where the node group
    /// chooses it.
    pub image: Option<String>,
    /// The script of the first boot, as it is. Absent where the node group has its own.
    pub user_data: Option<Field<String>>,
    /// What the machine itself may do: an instance profile, by ARN. Absent where the node group names a role.
    pub instance_profile: Option<Field<String>>,
    /// Hops that instance metadata may travel: 2 lets pods ask. Tokens are always required.
    pub metadata_hops: i32,
    /// Groups that the nodes join; empty = those the cluster gives them.
    pub security_groups: Vec<Field<String>>,
    /// Tags of instances, their disks and network interfaces, beside the mark of the stack.
    pub node_tags: Tags,
    /// The newest version and its digest; what is live, never wanted.
    pub newest: Option<BTreeMap<String, String>>,
    /// Its tags.
    pub tags: Tags,
}

/// The fields that lie in a version.
const DATA: [&str; 9] = [
    "instance_type",
    "disk_gib",
    "disk_device",
    "image",
    "user_data",
    "instance_profile",
    "metadata_hops",
    "security_groups",
    "node_tags",
];

impl Served for LaunchTemplate {
    const KIND: &'static str = "ec2.launch_template";

    fn table() -> Table {
        let row = |name: &str, kind, effect, doc: &str| Row::new(name, kind, effect, doc);
        let rows = vec![
            scalar("instance_type", "the machine type").in_group("data"),
            scalar("disk_gib", "size of the root disk in GiB").in_group("data"),
            scalar("disk_device", "device of the root disk").in_group("data"),
            scalar("image", "what the machine boots").in_group("data"),
            scalar("user_data", "the script of the first boot").in_group("data"),
            scalar("instance_profile", "what the machine itself may do").in_group("data"),
            scalar("metadata_hops", "hops that instance metadata may travel").in_group("data"),
            row(
                "security_groups",
                FieldKind::Set,
                Effect::InPlace,
                "groups that the nodes join",
            )
            .in_group("data"),
            row(
                "node_tags",
                FieldKind::Map { owned_only: false },
                Effect::InPlace,
                "tags of instances, disks and network interfaces",
            )
            .in_group("data"),
            row(
                "newest",
                FieldKind::Map { owned_only: true },
                Effect::Computed,
                "the newest version",
            ),
            tags_row(),
        ];
        // Tags of the template itself make no new version.
        let data = rows.iter().map(|row| row.name.clone());
        let data: Vec<String> = data.filter(|name| name != "tags").collect();
        let output = |name: &str, volatile| Output {
            name: name.to_owned(),
            volatile,
            moved_by: if volatile { data.clone() } else { Vec::new() },
        };
        Table {
            outputs: vec![output("id", false), output("version", true)],
            seconds: seconds(1, 2, 1),
            ..table(Self::KIND, "launch template", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("a launch template is free of charge: what is launched by it costs")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        tagged(ask, list(ask.aws, &asked(ask), None).await)
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let all = cx.marked(&want.tags);
        let request = cx
            .aws
            .ec2
            .create_launch_template()
            .client_token(cx.token)
            .launch_template_name(cx.name()?)
            .version_description(described(want))
            .launch_template_data(data(cx.context, want)?)
            .tag_specifications(spec(ResourceType::LaunchTemplate, &all));
        let answer = cx
            .aws
            .write_once("ec2:CreateLaunchTemplate", || request.clone().send())
            .await?;
        let template = answer
            .launch_template
            .and_then(|made| made.launch_template_id);
        let template = Wire::builder()
            .set_launch_template_id(template)
            .default_version_number(1)
            .latest_version_number(1)
            .set_tags(Some(tag_list(&all)));
        let live = live(&template.build(), want.clone(), 1, &described(want));
        Ok(Next::More {
            did: format!("created {}", live.physical),
            observed: cx.made(live),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if DATA.iter().any(|field| cx.wants(field)) && differs(want, live) {
            return Ok(Some(match newest(live) {
                Some((version, digest)) if digest == described(want) => {
                    promote(cx, want, live, version).await?
                }
                _ => add_version(cx, want, live).await?,
            }));
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let request = cx
            .aws
            .ec2
            .delete_launch_template()
            .launch_template_id(&live.physical);
        cx.aws
            .write("ec2:DeleteLaunchTemplate", || request.clone().send())
            .await?;
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let read = list(cx.aws, &[], Some(("id", physical))).await;
        found(read)
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        let name = cx.name().unwrap_or_default();
        found(list(cx.aws, &[], Some(("name", name))).await)
    }
}

fn found(read: Result<Vec<Live>, Fault>) -> Result<Option<Live>, Fault> {
    match read {
        Ok(mut lives) => Ok(lives.pop()),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Whether the default version is not what is wanted.
fn differs(want: &LaunchTemplate, live: &Observed) -> bool {
    let want = crate::field::live_fields(want).unwrap_or_default();
    let sorted = |value: Option<&Value<_>>| match value {
        Some(Value::List(items)) => {
            let mut texts: Vec<String> = items
                .iter()
                .filter_map(|item| item.as_text().map(str::to_owned))
                .collect();
            texts.sort();
            Value::List(texts.into_iter().map(Value::Text).collect())
        }
        Some(value) => value.clone(),
        None => Value::Null,
    };
    DATA.iter().any(|name| {
        let wanted = sorted(want.get(*name));
        wanted != Value::Null && wanted != sorted(live.fields.get(*name))
    })
}

/// Number and description of the newest version.
fn newest(live: &Observed) -> Option<(i64, String)> {
    let newest = super::live::map(live, "newest");
    let version = newest.get("version")?.parse().ok()?;
    Some((version, newest.get("description")?.clone()))
}

async fn add_version(cx: &Cx<'_>, want: &LaunchTemplate, live: &Observed) -> Result<Next, Stop> {
    let request = cx
        .aws
        .ec2
        .create_launch_template_version()
        .client_token(cx.token)
        .launch_template_id(&live.physical)
        .version_description(described(want))
        .launch_template_data(data(cx.context, want)?);
    let answer = cx
        .aws
        .write_once("ec2:CreateLaunchTemplateVersion", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    let version = answer
        .launch_template_version
        .and_then(|version| version.version_number)
        .unwrap_or_default();
    Ok(Next::More {
        did: format!("made version {version}"),
        observed: with(live, "newest", newest_value(version, &described(want))),
    })
}

async fn promote(
    cx: &Cx<'_>,
    want: &LaunchTemplate,
    live: &Observed,
    version: i64,
) -> Result<Next, Stop> {
    let request = cx
        .aws
        .ec2
        .modify_launch_template()
        .client_token(cx.token)
        .launch_template_id(&live.physical)
        .default_version(version.to_string());
    cx.aws
        .write_once("ec2:ModifyLaunchTemplate", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    let mut observed = Box::new(live.clone());
    let wanted = crate::field::live_fields(want).unwrap_or_default();
    for name in DATA {
        let value = wanted.get(name).cloned().unwrap_or(Value::Null);
        observed.fields.insert(name.to_owned(), value);
    }
    observed
        .outputs
        .insert("version".to_owned(), Value::Int(version));
    Ok(Next::More {
        did: format!("made version {version} the default"),
        observed,
    })
}

fn newest_value(version: i64, description: &str) -> Value<provision_core::model::Never> {
    super::live::map_value(&Tags::from([
        ("version".to_owned(), version.to_string()),
        ("description".to_owned(), description.to_owned()),
    ]))
}

async fn list(
    aws: &Aws,
    filters: &[Filter],
    one: Option<(&str, &str)>,
) -> Result<Vec<Live>, Fault> {
    let templates = pages(|token| async {
        let request = aws.ec2.describe_launch_templates().set_next_token(token);
        let request = match one {
            Some(("id", id)) => request.launch_template_ids(id),
            Some((_, name)) => request.launch_template_names(name),
            None => request.set_filters(Some(filters.to_vec())),
        };
        let answer = aws
            .read("ec2:DescribeLaunchTemplates", || request.clone().send())
            .await?;
        Ok((answer.launch_templates, answer.next_token))
    })
    .await?;
    let lives = templates.iter().map(|template| detail(aws, template));
    Ok(try_join_all(lives).await?.into_iter().flatten().collect())
}

/// Adds what lies in the versions; `None` when the template has just gone.
async fn detail(aws: &Aws, template: &Wire) -> Result<Option<Live>, Fault> {
    let request = aws
        .ec2
        .describe_launch_template_versions()
        .set_launch_template_id(template.launch_template_id.clone())
        .versions("$Default")
        .versions("$Latest");
    let answer = aws
        .read("ec2:DescribeLaunchTemplateVersions", || {
            request.clone().send()
        })
        .await;
    let versions = match answer {
        Ok(answer) => answer.launch_template_versions.unwrap_or_default(),
        Err(fault) if fault.is_not_found() => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let default = versions
        .iter()
        .find(|version| version.default_version == Some(true));
    let newest = versions.iter().max_by_key(|version| version.version_number);
    let (Some(default), Some(newest)) = (default, newest) else {
        return Ok(None);
    };
    Ok(Some(
        live(
            template,
            fields(default),
            newest.version_number.unwrap_or_default(),
            newest.version_description().unwrap_or_default(),
        )
        .output("version", version_of(default)),
    ))
}

fn version_of(version: &LaunchTemplateVersion) -> i64 {
    version.version_number.unwrap_or_default()
}

fn live(template: &Wire, data: LaunchTemplate, newest: i64, description: &str) -> Live {
    let all = tags(template.tags.as_ref());
    let known = |field: &Field<String>| field.get().cloned();
    let mut refs: Vec<String> = data.security_groups.iter().filter_map(known).collect();
    refs.extend(data.instance_profile.as_ref().and_then(known));
    let script = data.user_data.as_ref().and_then(known);
    refs.extend(script.as_deref().and_then(ecs_cluster).map(str::to_owned));
    let fields = LaunchTemplate {
        tags: plain(&all),
        newest: Some(BTreeMap::from([
            ("version".to_owned(), newest.to_string()),
            ("description".to_owned(), description.to_owned()),
        ])),
        ..data
    };
    let id = template.launch_template_id().unwrap_or_default();
    Live::new(id, &all, &fields)
        .output("id", id)
        .output("version", template.default_version_number.unwrap_or(1))
        .needs(refs)
}
