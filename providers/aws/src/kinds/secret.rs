//! `secretsmanager.secret`: a secret in AWS Secrets Manager.
//!
//! **How a change is told.** The id of a version is the token of the call that made it. Ours is the digest of the value, in
//! the form of a UUID, and its salt is a tag of the secret; DescribeSecret brings both. With `compare = "read"` there is no
//! digest: the version's id is a random one, and the value is read and compared in memory.
//!
//! **Why a crash converges.** CreateSecret sets value, version and tags, salt included, in one call. The salt stays as long
//! as the secret: a changed value is one PutSecretValue, whose token follows from value and salt, so that the same call
//! twice is one version, and nothing lies between two calls. Two cases take another call first or after:
//! - The salt is gone (somebody removed the tag, or the secret was compared by reading before): it is set first. A run that
//!   dies then leaves a salt to which no version fits, which says `another`, and the next run puts the value.
//! - The value was in the secret before: its version exists, PutSecretValue leaves it as it is, and AWSCURRENT is moved
//!   to it. Until that is done, the current version is another one.
//!
//! **Deletion** is a date: for 30 days the name is held, and the secret can be restored. One of ours that is declared again
//! is restored and then given its value; to a survey it is absent until then.

use std::collections::BTreeSet;

use futures::future::{join, join_all};
use provision_core::contract::{Class, Failure};
use provision_core::cost::{Meter, Part, Quantity, Usage};
use provision_core::model::{
    Identity, Observed, Output, Pending, Resource, ResourceId, SecretValue, Sight, Table,
};
use serde::{Deserialize, Serialize};

use super::live::{text, with};
use super::retag::to_change;
use super::secret_calls::{self as calls, Found};
use super::survey::{Seen, by_name, unknown};
use super::tables::{outputs, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Look, Next, Served, Stop, Uses};
use crate::error::Fault;
use crate::marks::{SALT, Tags, plain};
use crate::secrets::{
    ANOTHER, AS_DECLARED, Kept, VALUE, is_read, random_id, rows, salt, version_id, word,
};

/// Days in which a deleted secret can be restored.
pub(super) const KEPT_DAYS: u16 = 30;

/// A value of the field `value` between two calls: the version is there, and another one is current.
const STORED: &str = "stored";

/// The fields of a secret. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// What it holds.
    #[serde(flatten)]
    pub kept: Kept,
    /// Its tags.
    pub tags: Tags,
}

impl Served for Secret {
    const KIND: &'static str = "secretsmanager.secret";

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
            kept_days: KEPT_DAYS,
            ..table(Self::KIND, "secret", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        let (item, month) = ("secrets.secret", Quantity::whole(1));
        Usage::one(Meter::listed("secret", Part::Secrets, item, "month", month))
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let looks = ask.resources.iter().map(|resource| async move {
            let look = look(ask, resource).await;
            (
                resource.id.clone(),
                look.unwrap_or_else(|fault| unknown(&fault)),
            )
        });
        let (looks, others) = join(join_all(looks), others(ask)).await;
        Seen {
            sights: looks.into_iter().collect(),
            ..others
        }
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let name = cx.name()?;
        let value = want.kept.content(cx)?;
        if let Some(found) = calls::describe(cx.aws, name).await?
            && found.deleted.is_some()
        {
            return restore(cx, want, found).await;
        }
        let mut tags = cx.marked(&want.tags);
        let token = match want.kept.reads() || want.kept.generate.is_some() {
            true => random_id()?,
            false => {
                let salt = salt()?;
                let token = version_id(&value, &salt).await;
                tags.insert(SALT.to_owned(), salt);
                token.ok_or_else(undigested)?
            }
        };
        let found = calls::create(cx.aws, name, &value, &token, &tags).await?;
        Ok(Next::More {
            did: format!("created {name}"),
            observed: cx.made(live(&found, want.kept.new_value())),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if want.kept.is_due(cx, live) {
            let value = want.kept.at_hand(cx)?;
            return bring(cx, want, live, value).await.map(Some);
        }
        let Some(change) = to_change(cx, &want.tags, live) else {
            return Ok(None);
        };
        match change.set.is_empty() {
            true => calls::untag(cx.aws, &live.physical, change.unset).await?,
            false => calls::tag(cx.aws, &live.physical, &change.set).await?,
        }
        Ok(Some(Next::More {
            did: "set tags".to_owned(),
            observed: change.observed,
        }))
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        calls::delete(cx.aws, &live.physical, KEPT_DAYS).await?;
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        standing(cx, physical, false).await
    }

    async fn holder(cx: &Cx<'_>, want: &Self) -> Result<Option<Live>, Fault> {
        let name = cx.name().unwrap_or_default();
        standing(cx, name, want.kept.reads()).await
    }
}

/// One secret by name or ARN, unless it is to be deleted.
async fn standing(cx: &Cx<'_>, name: &str, reads: bool) -> Result<Option<Live>, Fault> {
    let found = calls::describe(cx.aws, name).await?;
    let Some(found) = found.filter(|found| found.deleted.is_none()) else {
        return Ok(None);
    };
    let value = cx.values.of(cx.id());
    let same = holds(cx.aws, &found, value, reads).await?;
    Ok(Some(live(&found, word(same))))
}

/// What is under the name of a desired secret.
async fn look(ask: &Ask<'_>, resource: &Resource<Pending>) -> Result<Look, Fault> {
    let Some(name) = &resource.name else {
        let reason = format!("{} has no physical name", resource.id);
        return Ok(Look::Otherwise(Sight::Unknown { reason }));
    };
    let Some(found) = calls::describe(ask.aws, name).await? else {
        return Ok(Look::Otherwise(Sight::Absent));
    };
    let ours = found.marks().are(ask.context, &resource.id);
    match (&found.deleted, ours) {
        // It is restored when it is made.
        (Some(_), true) => Ok(Look::Otherwise(Sight::Absent)),
        (Some(date), false) => Ok(Look::Otherwise(Sight::Clash {
            physical: held(&found.arn, date),
            owner: found.marks().owner(),
        })),
        (None, true) => {
            let value = ask.values.of(&resource.id);
            let same = holds(ask.aws, &found, value, is_read(resource)).await?;
            Ok(Look::Here(live(&found, word(same))))
        }
        (None, false) => Ok(by_name::<Fault>(
            ask.context,
            resource,
            Ok(Some(live(&found, None))),
        )),
    }
}

/// Whether the current version holds a value; `None` without one.
async fn holds(
    aws: &crate::client::Aws,
    found: &Found,
    value: Option<&SecretValue>,
    reads: bool,
) -> Result<Option<bool>, Fault> {
    let Some(value) = value else {
        return Ok(None);
    };
    if reads {
        let held = calls::value(aws, &found.arn).await?;
        return Ok(Some(held.as_ref() == Some(value)));
    }
    let Some(salt) = found.tags.get(SALT) else {
        return Ok(Some(false));
    };
    let id = version_id(value, salt).await;
    Ok(Some(id.is_some() && id == found.current))
}

/// Secrets of the stack that were not asked for. The list is up to five minutes old, so that each is read again.
async fn others(ask: &Ask<'_>) -> Seen {
    let mut seen = Seen::default();
    if !ask.orphans {
        return seen;
    }
    let listed = match calls::list(ask.aws, &ask.context.stack).await {
        Ok(listed) => listed,
        Err(fault) => {
            seen.unread = Some(fault.to_string());
            return seen;
        }
    };
    let asked: BTreeSet<&ResourceId> = ask.resources.iter().map(|one| &one.id).collect();
    let ours = |found: &Found| {
        let marks = found.marks();
        let of_stack = marks.stack.as_deref() == Some(ask.context.stack.as_str());
        of_stack && marks.id.is_some_and(|id| !asked.contains(&id))
    };
    let reads = listed.iter().map(|arn| calls::describe(ask.aws, arn));
    for read in join_all(reads).await {
        match read {
            Ok(Some(found)) if found.deleted.is_none() && ours(&found) => {
                seen.orphans.push(live(&found, None));
            }
            Ok(_) => {}
            Err(fault) => seen.unread = Some(fault.to_string()),
        }
    }
    seen
}

/// Takes the deletion of a secret of ours back. Its value and tags are then brought to what is wanted.
async fn restore(cx: &Cx<'_>, want: &Secret, found: Found) -> Result<Next, Stop> {
    if !found.marks().are(cx.context, cx.id()) {
        return Err(Stop::Failure(taken(&found)));
    }
    calls::restore(cx.aws, &found.arn).await?;
    let value = want.kept.value.as_ref().map(|_| ANOTHER.to_owned());
    Ok(Next::More {
        did: format!("restored {}", found.name),
        observed: cx.made(live(&found, value)),
    })
}

/// Makes the next call by which the value at hand becomes the current one.
async fn bring(
    cx: &Cx<'_>,
    want: &Secret,
    live: &Observed,
    value: &SecretValue,
) -> Result<Next, Stop> {
    let arn = &live.physical;
    let Some(found) = calls::describe(cx.aws, arn).await? else {
        return Err(Stop::Later(format!("{arn} is not visible yet")));
    };
    if !found.marks().are(cx.context, cx.id()) {
        return Err(Stop::Failure(taken(&found)));
    }
    let id = match (want.kept.reads(), found.tags.get(SALT)) {
        (true, _) => random_id()?,
        (false, Some(salt)) => version_id(value, salt).await.unwrap_or_default(),
        (false, None) => String::new(),
    };
    if id.is_empty() {
        let salt = Tags::from([(SALT.to_owned(), salt()?)]);
        calls::tag(cx.aws, arn, &salt).await?;
        return Ok(more("set a new salt", with(live, VALUE, ANOTHER)));
    }
    if found.current.as_ref() == Some(&id) {
        return Ok(more("found the value there", current(live, &id)));
    }
    let is_there = found.versions.contains(&id) || text(live, VALUE) == Some(STORED);
    if is_there {
        calls::make_current(cx.aws, arn, &id, found.current.as_deref()).await?;
        return Ok(more("made the value current again", current(live, &id)));
    }
    let is_current = calls::put(cx.aws, arn, value, &id).await?;
    Ok(match is_current {
        true => more("put the value", current(live, &id)),
        false => more("found the value there", with(live, VALUE, STORED)),
    })
}

fn more(did: &str, observed: Box<Observed>) -> Next {
    Next::More {
        did: did.to_owned(),
        observed,
    }
}

/// The object with a version as the current one, which holds the value at hand.
fn current(live: &Observed, id: &str) -> Box<Observed> {
    let mut observed = with(live, VALUE, AS_DECLARED);
    observed.outputs.insert("version".to_owned(), id.into());
    observed
}

/// A secret as read, and what is known of its value.
pub(super) fn live(found: &Found, value: Option<String>) -> Live {
    let fields = Secret {
        kept: Kept {
            value,
            ..Kept::default()
        },
        tags: plain(&found.tags),
    };
    let mut live = Live::new(&found.arn, &found.tags, &fields)
        .output("arn", found.arn.as_str())
        .maybe("version", found.current.as_deref());
    live.names.push(found.name.clone());
    live
}

/// A name that a deleted secret of somebody else still holds, and how it is set free.
fn held(arn: &str, date: &str) -> String {
    format!(
        "{arn}, deleted ({date}) and to be restored for some days yet (`aws secretsmanager restore-secret`, or \
         `delete-secret --force-delete-without-recovery` to free the name at once),"
    )
}

fn taken(found: &Found) -> Failure {
    let owner = found.marks().owner();
    let owner = owner.unwrap_or_else(|| "nobody that provision knows".to_owned());
    let advice = match &found.deleted {
        Some(_) => format!(
            "it is to be deleted and holds the name until then: restore it (`aws secretsmanager restore-secret --secret-id \
             {0}`) and rename ours, or, when nobody needs it, free the name (`aws secretsmanager delete-secret \
             --secret-id {0} --force-delete-without-recovery`)",
            found.name
        ),
        None => "rename ours in the spec, or remove that secret".to_owned(),
    };
    Failure {
        class: Class::Clash,
        code: "taken".to_owned(),
        message: format!("{} belongs to {owner}", found.arn),
        call: None,
        object: Some(found.arn.clone()),
        advice: Some(advice),
    }
}

fn undigested() -> Failure {
    crate::field::internal("the digest of a value could not be made".to_owned())
}

#[cfg(test)]
mod tests;
