//! `iam.role`: an identity for a service.
//!
//! IAM is global, its lists return no tags. So roles lie under the path `/provision/<stack>/`, by which one list
//! finds them all; their names always carry a digest over stack and region, and a mark tells the region.

use std::collections::BTreeMap;

use aws_sdk_iam::types::Role as Wire;
use futures::future::{join, join_all};
use provision_core::contract::{Class, Context, Failure};
use provision_core::cost::Usage;
use provision_core::model::{Effect, FieldKind, Identity, Observed, Row, Stray, Table};
use serde::{Deserialize, Serialize};

use super::live::{map, output, texts, with};
use super::retag::{tag_list, tags, to_change};
use super::role_details;
use super::role_policies as policies;
use super::survey::{Look, named};
use super::tables::{fixed, outputs, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses};
use crate::client::Aws;
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{CHILDREN, Marks, REGION, Tags, plain};

/// The fields of a role. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its path: [`role_path`].
    pub path: String,
    /// Who may take it: a policy document.
    pub trust_policy: Field<String>,
    /// Managed policies that are attached, by ARN. Others that somebody attached are left alone.
    pub managed_policies: Vec<String>,
    /// Policies written into it, by name; the names start with `provision-`.
    pub inline_policies: BTreeMap<String, Field<String>>,
    /// What its mark lists as ours; what is live, never wanted.
    pub children: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

/// The path of all roles of a stack.
#[must_use]
pub fn role_path(stack: &str) -> String {
    format!("/provision/{stack}/")
}

impl Served for Role {
    const KIND: &'static str = "iam.role";

    fn table() -> Table {
        let in_place = |name: &str, kind, doc: &str| Row::new(name, kind, Effect::InPlace, doc);
        let map = FieldKind::Map { owned_only: false };
        let rows = vec![
            fixed("path", "its path, by which the roles of a stack are found"),
            in_place("trust_policy", FieldKind::JsonPolicy, "who may take it"),
            in_place(
                "managed_policies",
                FieldKind::Set,
                "managed policies, by ARN",
            ),
            in_place("inline_policies", map, "policies written into it"),
            Row::new(
                "children",
                FieldKind::Scalar,
                Effect::Computed,
                "what its mark lists as ours",
            ),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["arn", "name"]),
            seconds: seconds(4, 1, 4),
            ..table(Self::KIND, "IAM role", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("IAM is free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let mut seen = match role_details::survey(ask).await {
            Some((mut seen, others)) => {
                for live in others {
                    sort_in(ask.context, live, &mut seen);
                }
                seen
            }
            None => {
                let sights = named(ask, |name| policies::role(ask.aws, name));
                let (sights, others) = join(sights, others(ask)).await;
                Seen { sights, ..others }
            }
        };
        for (id, look) in &mut seen.sights {
            if let (Look::Here(live), Some(resource)) = (look, ask.resource(id)) {
                policies::adopt(live, &resource.fields);
            }
        }
        seen
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let mut all = cx.marked(&want.tags);
        all.insert(REGION.to_owned(), cx.context.region.clone());
        if !want.managed_policies.is_empty() {
            all.insert(CHILDREN.to_owned(), policies::list(&want.managed_policies));
        }
        let request = cx
            .aws
            .iam
            .create_role()
            .path(&want.path)
            .role_name(cx.name()?)
            .assume_role_policy_document(want.trust_policy.known("trust_policy")?)
            .set_tags(Some(tag_list(&all)));
        let answer = cx
            .aws
            .write("iam:CreateRole", || request.clone().send())
            .await?;
        let Some(role) = answer.role else {
            return Err(Stop::Later("the new role is not visible yet".to_owned()));
        };
        let mut live = live(&role, &all, Vec::new(), BTreeMap::new());
        live.fields.insert(
            "trust_policy".to_owned(),
            want.trust_policy.known("trust_policy")?.as_str().into(),
        );
        Ok(Next::More {
            did: format!("created {}", role.role_name),
            observed: cx.made(live),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let trust = want.trust_policy.known("trust_policy")?;
        let now = super::live::text(live, "trust_policy").unwrap_or_default();
        if cx.wants("trust_policy") && !policies::same_document(trust, now) {
            policies::trust(cx, live, trust).await?;
            return Ok(Some(Next::More {
                did: "set who may take it".to_owned(),
                observed: with(live, "trust_policy", trust.as_str()),
            }));
        }
        if cx.wants("managed_policies")
            && let Some(next) = policies::managed(cx, &want.managed_policies, live).await?
        {
            return Ok(Some(next));
        }
        if cx.wants("inline_policies")
            && let Some(next) = policies::inline(cx, &want.inline_policies, live).await?
        {
            return Ok(Some(next));
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        if !live.foreign.is_empty() {
            return Err(Stop::Failure(in_use(live)));
        }
        if let Some(arn) = texts(live, "managed_policies").first() {
            return policies::detach(cx, live, arn).await;
        }
        if let Some(name) = map(live, "inline_policies").keys().next() {
            return policies::remove(cx, live, name).await;
        }
        let name = name_of(live);
        let request = cx.aws.iam.delete_role().role_name(name);
        cx.aws
            .write("iam:DeleteRole", || request.clone().send())
            .await
            .map_err(|fault| Stop::Fault(fault.about(name)))?;
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let name = physical.rsplit('/').next().unwrap_or_default();
        policies::role(cx.aws, name).await
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        policies::role(cx.aws, cx.name().unwrap_or_default()).await
    }
}

/// The name of a live role.
pub(super) fn name_of(live: &Observed) -> &str {
    output(live, "name").unwrap_or_default()
}

/// Roles under the stack's path that were not asked for, here and in other regions.
async fn others(ask: &Ask<'_>) -> Seen {
    let mut seen = Seen::default();
    if !ask.orphans {
        return seen;
    }
    let names = match under_path(ask.aws, ask.context).await {
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
        .map(|name| policies::role(ask.aws, name));
    for read in join_all(reads).await {
        match read {
            Ok(Some(live)) => sort_in(ask.context, live, &mut seen),
            Ok(None) => {}
            Err(fault) => seen.unread = Some(fault.to_string()),
        }
    }
    seen
}

fn sort_in(context: &Context, live: Live, seen: &mut Seen) {
    if live.marks.stack.as_deref() != Some(context.stack.as_str()) {
        return;
    }
    match &live.marks.region {
        Some(region) if *region != context.region => seen.strays.push(Stray {
            physical: live.physical,
            place: region.clone(),
        }),
        _ if live.marks.id.is_some() => seen.orphans.push(live),
        _ => {}
    }
}

async fn under_path(aws: &Aws, context: &Context) -> Result<Vec<String>, Fault> {
    let mut names = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let request = aws
            .iam
            .list_roles()
            .path_prefix(role_path(&context.stack))
            .set_marker(marker);
        let answer = aws.read("iam:ListRoles", || request.clone().send()).await?;
        names.extend(answer.roles.into_iter().map(|role| role.role_name));
        marker = answer.marker.filter(|_| answer.is_truncated);
        if marker.is_none() {
            return Ok(names);
        }
    }
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
            .untag_role()
            .role_name(name)
            .set_tag_keys(Some(change.unset));
        cx.aws
            .write("iam:UntagRole", || request.clone().send())
            .await?;
    } else {
        policies::tag(cx, name, &change.set).await?;
    }
    Ok(Some(Next::More {
        did: "set tags".to_owned(),
        observed: change.observed,
    }))
}

fn in_use(live: &Observed) -> Failure {
    Failure {
        class: Class::Conflict,
        code: "foreign".to_owned(),
        message: format!(
            "somebody else attached policies to {}: {}",
            name_of(live),
            live.foreign.join(", ")
        ),
        call: Some("iam:DeleteRole".to_owned()),
        object: Some(live.physical.clone()),
        advice: Some("detach them, then run it again".to_owned()),
    }
}

/// A role as read, with the policies on it. Attached policies count as ours as far as the mark lists them.
pub(super) fn live(
    role: &Wire,
    all: &Tags,
    attached: Vec<String>,
    inline: BTreeMap<String, Field<String>>,
) -> Live {
    let children = Marks::of(all).children;
    let (own, others): (Vec<String>, Vec<String>) = attached
        .into_iter()
        .partition(|arn| children.contains(&policies::short(arn)));
    let (own_inline, other_inline): (BTreeMap<_, _>, BTreeMap<_, _>) = inline
        .into_iter()
        .partition(|(name, _)| name.starts_with(policies::PREFIX));
    let document = role.assume_role_policy_document().unwrap_or_default();
    let fields = Role {
        path: role.path.clone(),
        trust_policy: policies::decoded(document).into(),
        managed_policies: own,
        inline_policies: own_inline,
        children: all.get(CHILDREN).cloned(),
        tags: plain(all),
    };
    let mut live = Live::new(&role.arn, all, &fields)
        .output("arn", role.arn.as_str())
        .output("name", role.role_name.as_str());
    let inline = other_inline
        .into_keys()
        .map(|name| format!("inline policy {name}"));
    live.foreign = others.into_iter().chain(inline).collect();
    live.names.push(role.role_name.clone());
    live
}

/// Tags of a role as read.
pub(super) fn role_tags(role: &Wire) -> Tags {
    tags(role.tags())
}
