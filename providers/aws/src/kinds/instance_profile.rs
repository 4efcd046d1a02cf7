//! `iam.instance_profile`: the role of a machine, in the form in which machines take one.
//!
//! Found as roles are: profiles lie under the path `/provision/<stack>/`, and a mark tells the region.

use aws_sdk_iam::types::InstanceProfile as Wire;
use futures::future::{join, join_all};
use provision_core::cost::Usage;
use provision_core::model::{Identity, Observed, Stray, Table};
use serde::{Deserialize, Serialize};

use super::live::{output, text, with};
use super::retag::{tag_list, tags, to_change};
use super::role::role_path;
use super::survey::named;
use super::tables::{fixed, outputs, scalar, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses};
use crate::client::Aws;
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{REGION, Tags, plain};

/// The fields of an instance profile. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceProfile {
    /// Its path: [`role_path`].
    pub path: String,
    /// The role in it, by name; it holds one at most.
    pub role: Field<String>,
    /// Its tags.
    pub tags: Tags,
}

impl Served for InstanceProfile {
    const KIND: &'static str = "iam.instance_profile";

    fn table() -> Table {
        let rows = vec![
            fixed("path", "its path, by which those of a stack are found"),
            scalar("role", "the role that machines get"),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["arn", "name"]),
            seconds: seconds(2, 2, 2),
            ..table(Self::KIND, "instance profile", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("IAM is free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let sights = named(ask, |name| profile(ask.aws, name));
        let (sights, others) = join(sights, others(ask)).await;
        Seen { sights, ..others }
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let mut all = cx.marked(&want.tags);
        all.insert(REGION.to_owned(), cx.context.region.clone());
        let request = cx
            .aws
            .iam
            .create_instance_profile()
            .path(&want.path)
            .instance_profile_name(cx.name()?)
            .set_tags(Some(tag_list(&all)));
        let answer = cx
            .aws
            .write("iam:CreateInstanceProfile", || request.clone().send())
            .await?;
        let Some(made) = answer.instance_profile else {
            return Err(Stop::Later("the new profile is not visible yet".to_owned()));
        };
        Ok(Next::More {
            did: format!("created {}", made.instance_profile_name),
            observed: cx.made(live(&made, &all)),
        })
    }

    /// A profile holds one role, so that another one comes after the old one has left.
    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let role = want.role.known("role")?;
        let now = text(live, "role").unwrap_or_default();
        if cx.wants("role") && now != role {
            return match now {
                "" => fill(cx, live, role).await.map(Some),
                now => empty(cx, live, now).await.map(Some),
            };
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let role = text(live, "role").unwrap_or_default();
        if !role.is_empty() {
            return empty(cx, live, role).await;
        }
        let name = name_of(live);
        let request = cx
            .aws
            .iam
            .delete_instance_profile()
            .instance_profile_name(name);
        cx.aws
            .write("iam:DeleteInstanceProfile", || request.clone().send())
            .await
            .map_err(|fault| Stop::Fault(fault.about(name)))?;
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        profile(cx.aws, physical.rsplit('/').next().unwrap_or_default()).await
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        profile(cx.aws, cx.name().unwrap_or_default()).await
    }
}

fn name_of(live: &Observed) -> &str {
    output(live, "name").unwrap_or_default()
}

async fn fill(cx: &Cx<'_>, live: &Observed, role: &str) -> Result<Next, Stop> {
    let request = cx
        .aws
        .iam
        .add_role_to_instance_profile()
        .instance_profile_name(name_of(live))
        .role_name(role);
    cx.aws
        .write("iam:AddRoleToInstanceProfile", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(name_of(live))))?;
    Ok(Next::More {
        did: format!("put {role} into it"),
        observed: with(live, "role", role),
    })
}

async fn empty(cx: &Cx<'_>, live: &Observed, role: &str) -> Result<Next, Stop> {
    let request = cx
        .aws
        .iam
        .remove_role_from_instance_profile()
        .instance_profile_name(name_of(live))
        .role_name(role);
    let sent = cx
        .aws
        .write("iam:RemoveRoleFromInstanceProfile", || {
            request.clone().send()
        })
        .await;
    match sent {
        Err(fault) if !fault.is_not_found() => return Err(fault.about(name_of(live)).into()),
        _ => {}
    }
    Ok(Next::More {
        did: format!("took {role} out of it"),
        observed: with(live, "role", ""),
    })
}

async fn retag(cx: &Cx<'_>, want: &Tags, live: &Observed) -> Result<Option<Next>, Stop> {
    let Some(change) = to_change(cx, want, live) else {
        return Ok(None);
    };
    let name = name_of(live);
    if change.set.is_empty() {
        let request = cx
            .aws
            .iam
            .untag_instance_profile()
            .instance_profile_name(name)
            .set_tag_keys(Some(change.unset));
        cx.aws
            .write("iam:UntagInstanceProfile", || request.clone().send())
            .await?;
    } else {
        let request = cx
            .aws
            .iam
            .tag_instance_profile()
            .instance_profile_name(name)
            .set_tags(Some(tag_list(&change.set)));
        cx.aws
            .write("iam:TagInstanceProfile", || request.clone().send())
            .await
            .map_err(|fault| Stop::OfNew(fault.about(name)))?;
    }
    Ok(Some(Next::More {
        did: "set tags".to_owned(),
        observed: change.observed,
    }))
}

/// Reads a profile; `None` when there is none.
async fn profile(aws: &Aws, name: &str) -> Result<Option<Live>, Fault> {
    let request = aws.iam.get_instance_profile().instance_profile_name(name);
    let answer = aws
        .read("iam:GetInstanceProfile", || request.clone().send())
        .await;
    match answer {
        Ok(answer) => Ok(answer
            .instance_profile
            .map(|wire| live(&wire, &tags(wire.tags())))),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault.about(name)),
    }
}

/// Profiles under the stack's path that were not asked for, here and in other regions. Lists tell no tags.
async fn others(ask: &Ask<'_>) -> Seen {
    let mut seen = Seen::default();
    if !ask.orphans {
        return seen;
    }
    let names = match under_path(ask.aws, &ask.context.stack).await {
        Ok(names) => names,
        Err(fault) => {
            seen.unread = Some(fault.to_string());
            return seen;
        }
    };
    let asked: Vec<&str> = ask
        .resources
        .iter()
        .filter_map(|resource| resource.name.as_deref())
        .collect();
    let reads = names
        .iter()
        .filter(|name| !asked.contains(&name.as_str()))
        .map(|name| profile(ask.aws, name));
    for read in join_all(reads).await {
        match read {
            Ok(Some(live)) => sort_in(ask, live, &mut seen),
            Ok(None) => {}
            Err(fault) => seen.unread = Some(fault.to_string()),
        }
    }
    seen
}

fn sort_in(ask: &Ask<'_>, live: Live, seen: &mut Seen) {
    if live.marks.stack.as_deref() != Some(ask.context.stack.as_str()) {
        return;
    }
    match &live.marks.region {
        Some(region) if *region != ask.context.region => seen.strays.push(Stray {
            physical: live.physical,
            place: region.clone(),
        }),
        _ if live.marks.id.is_some() => seen.orphans.push(live),
        _ => {}
    }
}

async fn under_path(aws: &Aws, stack: &str) -> Result<Vec<String>, Fault> {
    let mut names = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let request = aws
            .iam
            .list_instance_profiles()
            .path_prefix(role_path(stack))
            .set_marker(marker);
        let answer = aws
            .read("iam:ListInstanceProfiles", || request.clone().send())
            .await?;
        let found = answer.instance_profiles.into_iter();
        names.extend(found.map(|profile| profile.instance_profile_name));
        marker = answer.marker.filter(|_| answer.is_truncated);
        if marker.is_none() {
            return Ok(names);
        }
    }
}

/// A profile as read.
fn live(wire: &Wire, all: &Tags) -> Live {
    let role = wire.roles.first().map(|role| role.role_name.clone());
    let fields = InstanceProfile {
        path: wire.path.clone(),
        role: role.clone().unwrap_or_default().into(),
        tags: plain(all),
    };
    let mut live = Live::new(&wire.arn, all, &fields)
        .output("arn", wire.arn.as_str())
        .output("name", wire.instance_profile_name.as_str())
        .needs(role);
    live.names.push(wire.instance_profile_name.clone());
    live
}
