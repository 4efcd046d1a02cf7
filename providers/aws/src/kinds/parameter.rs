//! `ssm.parameter`: a secret in AWS's Parameter Store, as a SecureString.
//!
//! **How a change is told.** The description is written by the same call as the value. Ours holds a salt and the digest of
//! the value; with `compare = "read"` there is none, and the value is read and compared in memory.
//!
//! **Why a crash converges.** The first PutParameter refuses to overwrite and brings the tags: it makes the parameter with its
//! marks, or finds that the name is taken. A later one overwrites (tags may then not be in it) and sets value and description
//! together, after a read that it is still ours. Sent twice it makes another version of the same value, which does no harm.
//!
//! **Deletion** is at once, and for good.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use provision_core::contract::{Class, Context, Failure};
use provision_core::cost::Usage;
use provision_core::model::{
    Identity, Observed, Output, Pending, Resource, ResourceId, SecretValue, Sight, Table,
};
use serde::{Deserialize, Serialize};

use super::live::with;
use super::parameter_calls::{self as calls, Found};
use super::retag::to_change;
use super::survey::{Seen, by_name, unknown};
use super::tables::{outputs, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Look, Next, Served, Stop, Uses};
use crate::client::Aws;
use crate::error::Fault;
use crate::marks::{Tags, plain};
use crate::secrets::{AS_DECLARED, Kept, VALUE, digest, hex, is_read, rows, salt, word};

/// Bytes that a parameter of the free tier holds.
const MOST: usize = 4096;

/// What a description of ours begins with.
const OURS: &str = "provision argon2id";

/// The description where values are compared by reading, or made by us.
const PLAIN: &str = "provision";

/// The fields of a parameter. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// What it holds.
    #[serde(flatten)]
    pub kept: Kept,
    /// Its tags.
    pub tags: Tags,
}

impl Served for Parameter {
    const KIND: &'static str = "ssm.parameter";

    fn table() -> Table {
        let rows = rows().into_iter().chain([tags_row()]).collect();
        let version = Output {
            name: "version".to_owned(),
            volatile: true,
            moved_by: vec![VALUE.to_owned()],
        };
        Table {
            outputs: outputs(&["arn"]).into_iter().chain([version]).collect(),
            seconds: seconds(1, 1, 1),
            loss: Some("its value is gone".to_owned()),
            ..table(Self::KIND, "parameter", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("a standard parameter is free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        match found(ask).await {
            Ok(found) => compared(ask, found).await,
            Err(fault) => {
                let ids = ask.resources.iter().map(|one| one.id.clone());
                Seen {
                    sights: ids.map(|id| (id, unknown(&fault))).collect(),
                    unread: ask.orphans.then(|| fault.to_string()),
                    ..Seen::default()
                }
            }
        }
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let name = cx.name()?;
        let value = want.kept.content(cx)?;
        fits(cx, &value)?;
        let description = match want.kept.generate {
            Some(_) => PLAIN.to_owned(),
            None => describe(&want.kept, &value).await?,
        };
        let tags = cx.marked(&want.tags);
        let version = calls::create(cx.aws, name, &value, &description, &tags).await?;
        if cx.context.account.is_none() {
            // Its ARN is not known before it is read.
            return Ok(Next::Waits {
                phase: "becoming visible".to_owned(),
                physical: name.to_owned(),
            });
        }
        let found = Found {
            name: name.to_owned(),
            arn: None,
            description,
            version,
            tags,
        };
        Ok(Next::More {
            did: format!("created {name}"),
            observed: cx.made(live(cx.context, &found, want.kept.new_value())),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if want.kept.is_due(cx, live) {
            let value = want.kept.at_hand(cx)?;
            return bring(cx, &want.kept, live, value).await.map(Some);
        }
        let Some(change) = to_change(cx, &want.tags, live) else {
            return Ok(None);
        };
        let name = name_of(&live.physical);
        match change.set.is_empty() {
            true => calls::untag(cx.aws, &name, change.unset).await?,
            false => calls::tag(cx.aws, &name, &change.set).await?,
        }
        Ok(Some(Next::More {
            did: "set tags".to_owned(),
            observed: change.observed,
        }))
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        calls::delete(cx.aws, &name_of(&live.physical)).await?;
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        standing(cx, &name_of(physical), false).await
    }

    async fn holder(cx: &Cx<'_>, want: &Self) -> Result<Option<Live>, Fault> {
        let name = cx.name().unwrap_or_default();
        standing(cx, name, want.kept.reads()).await
    }
}

/// One parameter by its name.
async fn standing(cx: &Cx<'_>, name: &str, reads: bool) -> Result<Option<Live>, Fault> {
    let Some(found) = calls::one(cx.aws, name).await? else {
        return Ok(None);
    };
    let value = cx.values.of(cx.id());
    let same = holds(cx.aws, &found, value, reads).await?;
    Ok(Some(live(cx.context, &found, word(same))))
}

/// All that hold a name that is asked for, and all others of the stack when those are wanted; by name.
async fn found(ask: &Ask<'_>) -> Result<BTreeMap<String, Found>, Fault> {
    let names = ask.resources.iter().filter_map(|one| one.name.clone());
    let names: Vec<String> = names.collect();
    let stack = ask.orphans.then_some(ask.context.stack.as_str());
    calls::list(ask.aws, &names, stack).await
}

/// The answer of a survey: what was found, each compared with the value at hand.
async fn compared(ask: &Ask<'_>, mut found: BTreeMap<String, Found>) -> Seen {
    let named: Vec<_> = ask
        .resources
        .iter()
        .map(|resource| {
            let name = resource.name.as_deref().unwrap_or_default();
            (*resource, found.remove(name))
        })
        .collect();
    let looks = named.into_iter().map(|(resource, found)| async move {
        let look = look(ask, resource, found).await;
        (
            resource.id.clone(),
            look.unwrap_or_else(|fault| unknown(&fault)),
        )
    });
    let sights: BTreeMap<ResourceId, Look> = join_all(looks).await.into_iter().collect();
    let asked: BTreeSet<&ResourceId> = sights.keys().collect();
    let ours = |live: &Live| {
        let of_stack = live.marks.stack.as_deref() == Some(ask.context.stack.as_str());
        let id = live.marks.id.as_ref();
        of_stack && ask.orphans && id.is_some_and(|id| !asked.contains(id))
    };
    let others = found.values().map(|found| live(ask.context, found, None));
    let orphans = others.filter(ours).collect();
    Seen {
        sights,
        orphans,
        ..Seen::default()
    }
}

async fn look(
    ask: &Ask<'_>,
    resource: &Resource<Pending>,
    found: Option<Found>,
) -> Result<Look, Fault> {
    let Some(found) = found else {
        return Ok(Look::Otherwise(Sight::Absent));
    };
    let seen = live(ask.context, &found, None);
    if !seen.marks.are(ask.context, &resource.id) {
        return Ok(by_name::<Fault>(ask.context, resource, Ok(Some(seen))));
    }
    let value = ask.values.of(&resource.id);
    let same = holds(ask.aws, &found, value, is_read(resource)).await?;
    Ok(Look::Here(live(ask.context, &found, word(same))))
}

/// Whether a parameter holds a value; `None` without one.
async fn holds(
    aws: &Aws,
    found: &Found,
    value: Option<&SecretValue>,
    reads: bool,
) -> Result<Option<bool>, Fault> {
    let Some(value) = value else {
        return Ok(None);
    };
    if reads {
        let held = calls::value(aws, &found.name).await?;
        return Ok(Some(held.as_ref() == Some(value)));
    }
    Ok(Some(is_of(&found.description, value).await))
}

/// Whether a description is that of a value.
async fn is_of(description: &str, value: &SecretValue) -> bool {
    let rest = description.strip_prefix(OURS).unwrap_or_default();
    let mut words = rest.split_whitespace();
    let (Some(salt), Some(kept)) = (words.next(), words.next()) else {
        return false;
    };
    let now = digest(value, salt).await;
    now.is_some_and(|now| hex(&now) == kept)
}

/// The description that goes with a value.
async fn describe(kept: &Kept, value: &SecretValue) -> Result<String, Failure> {
    if kept.reads() {
        return Ok(PLAIN.to_owned());
    }
    let salt = salt()?;
    let digest = digest(value, &salt).await;
    let digest = digest.ok_or_else(|| {
        crate::field::internal("the digest of a value could not be made".to_owned())
    })?;
    Ok(format!("{OURS} {salt} {}", hex(&digest)))
}

/// Puts the value at hand.
async fn bring(
    cx: &Cx<'_>,
    kept: &Kept,
    live: &Observed,
    value: &SecretValue,
) -> Result<Next, Stop> {
    fits(cx, value)?;
    let name = name_of(&live.physical);
    let Some(found) = calls::one(cx.aws, &name).await? else {
        return Err(Stop::Later(format!("{name} is not visible yet")));
    };
    let seen = self::live(cx.context, &found, None);
    if !seen.marks.are(cx.context, cx.id()) {
        return Err(Stop::Failure(taken(&seen)));
    }
    let (did, version) = match holds(cx.aws, &found, Some(value), kept.reads()).await? {
        Some(true) => ("found the value there", found.version),
        _ => {
            let description = describe(kept, value).await?;
            let version = calls::put(cx.aws, &name, value, &description).await?;
            ("put the value", version)
        }
    };
    let mut observed = with(live, VALUE, AS_DECLARED);
    let version = version.to_string();
    observed
        .outputs
        .insert("version".to_owned(), version.into());
    Ok(Next::More {
        did: did.to_owned(),
        observed,
    })
}

/// A value that is too long is told in words: the service's own may quote it.
fn fits(cx: &Cx<'_>, value: &SecretValue) -> Result<(), Failure> {
    let length = value.reveal().len();
    if length <= MOST {
        return Ok(());
    }
    Err(Failure {
        class: Class::Invalid,
        code: "too-long".to_owned(),
        message: format!("the value has {length} bytes, and a standard parameter holds {MOST}"),
        call: None,
        object: Some(cx.id().to_string()),
        advice: Some("keep it in Secrets Manager: `store = \"cloud\"` takes 64 KiB".to_owned()),
    })
}

fn taken(live: &Live) -> Failure {
    let owner = live.marks.owner();
    let owner = owner.unwrap_or_else(|| "nobody that provision knows".to_owned());
    Failure {
        class: Class::Clash,
        code: "taken".to_owned(),
        message: format!("{} belongs to {owner}", live.physical),
        call: None,
        object: Some(live.physical.clone()),
        advice: Some("rename ours in the spec, or remove that parameter".to_owned()),
    }
}

/// A parameter as read, and what is known of its value.
fn live(context: &Context, found: &Found, value: Option<String>) -> Live {
    let fields = Parameter {
        kept: Kept {
            value,
            ..Kept::default()
        },
        tags: plain(&found.tags),
    };
    let arn = found
        .arn
        .clone()
        .unwrap_or_else(|| arn(context, &found.name));
    let mut live = Live::new(&arn, &found.tags, &fields)
        .output("arn", arn.as_str())
        .output("version", found.version.to_string());
    live.names.push(found.name.clone());
    live
}

/// The ARN of a name that begins with a slash, as all of ours do.
fn arn(context: &Context, name: &str) -> String {
    format!(
        "arn:{}:ssm:{}:{}:parameter{name}",
        super::oidc_provider::partition(&context.region),
        context.region,
        context.account.as_deref().unwrap_or_default()
    )
}

/// The name in an ARN of ours, or the name itself.
fn name_of(physical: &str) -> String {
    let name = physical.split_once(":parameter/");
    name.map_or_else(|| physical.to_owned(), |(_, name)| format!("/{name}"))
}

#[cfg(test)]
mod tests;
