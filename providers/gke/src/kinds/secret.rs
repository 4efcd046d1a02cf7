//! `gcp.secret`: a secret in Secret Manager.
//!
//! **How a change is told.** A digest of the value lies in the secret's annotations, with its salt and the number of the
//! version that it is of. A newer version than that one is somebody else's, and holds another value. With `compare =
//! "read"` there is no digest: the value is read and compared in memory.
//!
//! **Why a crash converges.** Adding a version takes no token, and annotations are of the secret and not of a version. So
//! what is to be added is written down first (`provision-pending`), then added, then settled: each a call of its own. As
//! long as something is pending, a survey says `unfinished`; who finds it so looks whether the version is there already,
//! by number, which such a read knows at once, and compares it in memory. Annotations are written with the etag of those
//! that were read.
//!
//! **Old versions.** The one before the current one stays enabled, so that what still runs with it can start again; the
//! one before that is destroyed. Versions that others added are left alone.
//!
//! **Deletion** is at once, and for good.

use std::collections::BTreeMap;

use futures::future::join_all;
use provision_core::cost::{Meter, Part, Quantity, Usage};
use provision_core::model::{
    Effect, FieldKind, Identity, Observed, Output, ResourceId, Row, Table,
};
use provision_kind::live::{output, tags_of};
use provision_kind::marks::REGION;
use provision_kind::secrets::{Kept, VALUE, rows};
use provision_kind::survey::unknown;
use provision_kind::tables::{outputs, seconds, table, tags as tags_row};
use provision_kind::{Live, Next, Seen, Serves, Tags, Uses};
use serde::{Deserialize, Serialize};

use super::operation::last;
use super::secret_calls::{self as calls, Found, LIST, Version};
use super::secret_change::{bring, fits, relabel};
use super::secret_state::{PENDING, Wish, written};
use super::seen::{Listed, look_over};
use super::{Ask, Cx, Google, Stop, container};
use crate::error::Fault;
use crate::marks::{of_labels, plain};

/// The fields of a secret. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Secret {
    /// What it holds.
    #[serde(flatten)]
    pub kept: Kept,
    /// Where its values lie.
    pub locations: Vec<String>,
    /// How many versions have a value.
    pub versions: i64,
    /// Its labels.
    pub tags: Tags,
}

impl Serves for Secret {
    type Cloud = Google;
    type Want = Self;

    const KIND: &'static str = "gcp.secret";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let own = [
            Row::new(
                "locations",
                FieldKind::Set,
                Effect::Replace,
                "where its values lie",
            ),
            Row::new(
                "versions",
                FieldKind::Scalar,
                Effect::Computed,
                "how many versions have a value",
            ),
            tags_row(),
        ];
        let version = Output {
            name: "version".to_owned(),
            volatile: true,
            moved_by: vec![VALUE.to_owned()],
        };
        let loss = "its values are gone at once: Secret Manager brings no secret back";
        Table {
            outputs: outputs(&["name", "id"])
                .into_iter()
                .chain([version])
                .collect(),
            seconds: seconds(2, 2, 1),
            loss: Some(loss.to_owned()),
            ..table(
                Self::KIND,
                "secret",
                Identity::Named,
                rows().into_iter().chain(own).collect(),
            )
        }
    }

    /// Google charges for each version that is not destroyed.
    fn usage(of: &Uses<'_>) -> Usage {
        // What is live may be asked about as such.
        let live = of.live_number("versions").or_else(|| of.number("versions"));
        let number = u64::try_from(live.unwrap_or_default())
            .unwrap_or_default()
            .max(1);
        let item = "secretmanager.version";
        Usage::one(Meter::listed(
            "versions",
            Part::Secrets,
            item,
            "month",
            Quantity::whole(number),
        ))
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let found = match calls::list(ask.gcp).await {
            Ok(found) => found,
            // Who has the service switched off, and wants nothing of it, has nothing there.
            Err(fault) if fault.is_disabled() && ask.resources.is_empty() => {
                return Seen::default();
            }
            Err(fault) => return look(ask, Err(fault)),
        };
        compared(ask, found).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let name = cx.name()?;
        if want.kept.generate.is_none() {
            // Nothing is begun that could not be ended.
            fits(cx, want.kept.at_hand(cx)?.reveal())?;
        }
        let annotations = written(cx, want, &Tags::new()).await?;
        let mut labels = container::new_labels(cx, &want.tags);
        labels.insert(REGION.to_owned(), cx.context.region.clone());
        let made = calls::create(cx.gcp, name, &want.locations, &labels, &annotations).await?;
        Ok(Next::More {
            did: format!("created {name}"),
            observed: cx.made(live(&made, &[], Some(PENDING.to_owned()), &[cx.id()])),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if want.kept.is_due(cx, live) {
            return bring(cx, want, live).await.map(Some);
        }
        let now = tags_of(live);
        let same = want
            .tags
            .iter()
            .all(|(key, value)| now.get(key) == Some(value));
        if !same && cx.wants("tags") {
            return relabel(cx, want, live).await.map(Some);
        }
        if output(live, "version").is_none() {
            // It has no value, and none is at hand.
            want.kept.at_hand(cx)?;
        }
        Ok(None)
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        calls::delete(cx.gcp, &live.physical).await?;
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let physical = calls::handle(cx.gcp, last(physical));
        let Some(found) = calls::get(cx.gcp, &physical).await? else {
            return Ok(None);
        };
        let versions = calls::versions(cx.gcp, &physical).await?;
        let wish = cx.desired.map(|desired| Wish::of(&desired.fields));
        let value = match wish {
            Some(wish) => {
                wish.held(cx.gcp, &found, &versions, cx.values.of(cx.id()))
                    .await?
            }
            None => None,
        };
        Ok(Some(live(&found, &versions, value, &[cx.id()])))
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        Self::read(cx, cx.name().unwrap_or_default()).await
    }
}

/// What was listed, with the versions of those that are the stack's, and what is known of their values.
async fn compared(ask: &Ask<'_>, found: Vec<Found>) -> Seen {
    let asked: Vec<&ResourceId> = ask.resources.iter().map(|one| &one.id).collect();
    let reads = found.iter().map(|found| read(ask, found, &asked));
    let mut lives = Vec::new();
    let mut unread: BTreeMap<ResourceId, Fault> = BTreeMap::new();
    for (read, found) in join_all(reads).await.into_iter().zip(&found) {
        match read {
            Ok(live) => lives.push(live),
            Err(fault) => {
                let bare = live(found, &[], None, &asked);
                unread.extend(bare.marks.id.clone().map(|id| (id, fault)));
                lives.push(bare);
            }
        }
    }
    let mut seen = look(ask, Ok(lives));
    for (id, sight) in &mut seen.sights {
        if let Some(fault) = unread.get(id) {
            *sight = unknown(fault);
        }
    }
    seen
}

fn look(ask: &Ask<'_>, lives: Result<Vec<Live>, Fault>) -> Seen {
    let listed = lives.map(|lives| Listed {
        lives,
        missing: Vec::new(),
    });
    look_over(
        ask,
        LIST,
        listed,
        |live| live.marks.region.clone(),
        |resource, live| resource.name.as_deref() == Some(last(&live.physical)),
    )
}

/// One secret of the list; of those of others nothing more is asked.
async fn read(ask: &Ask<'_>, found: &Found, asked: &[&ResourceId]) -> Result<Live, Fault> {
    let marks = of_labels(&found.labels, asked);
    if marks.stack.as_deref() != Some(ask.context.stack.as_str()) {
        return Ok(live(found, &[], None, asked));
    }
    let versions = calls::versions(ask.gcp, &found.physical).await?;
    let resource = marks.id.as_ref().and_then(|id| ask.resource(id));
    let value = match resource {
        Some(resource) => {
            let value = ask.values.of(&resource.id);
            let wish = Wish::of(&resource.fields);
            wish.held(ask.gcp, found, &versions, value).await?
        }
        None => None,
    };
    Ok(live(found, &versions, value, asked))
}

/// A secret as read, and what is known of its value.
fn live(found: &Found, versions: &[Version], value: Option<String>, asked: &[&ResourceId]) -> Live {
    let kept = versions.iter().filter(|version| !version.destroyed);
    let fields = Secret {
        kept: Kept {
            value,
            ..Kept::default()
        },
        locations: found.locations.clone(),
        versions: i64::try_from(kept.count()).unwrap_or(i64::MAX),
        tags: plain(&found.labels),
    };
    let newest = versions.first().map(|version| version.number.to_string());
    let mut live = Live::new(&found.physical, &Tags::new(), &fields)
        .output("name", found.name.as_str())
        .output("id", found.physical.as_str())
        .maybe("version", newest.as_deref());
    live.marks = of_labels(&found.labels, asked);
    live
}
