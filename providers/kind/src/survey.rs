//! What a survey asks of a kind, and what the kind answers.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Deref;

use futures::future::join_all;
use provision_core::contract::Context;
use provision_core::model::{Pending, Resource, ResourceId, Sight, Stray, Values};

use crate::cloud::Cloud;
use crate::live::Live;

/// One kind's part of a survey.
pub struct Ask<'a, C: Cloud> {
    /// The clients; a field of theirs is a field of this as well.
    pub cloud: C::Client<'a>,
    /// Stack, account, region.
    pub context: &'a Context,
    /// The resources of this kind.
    pub resources: Vec<&'a Resource<Pending>>,
    /// Whether others of the stack are wanted too.
    pub orphans: bool,
    /// Values of secrets that are at hand.
    pub values: &'a Values,
    /// Objects that kinds live in, as far as this provider knows; empty for kinds that live in none.
    pub parents: &'a [Place],
}

/// An object that others live in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its id.
    pub id: ResourceId,
    /// Its name.
    pub name: String,
    /// Whether it can be looked into.
    pub state: PlaceState,
}

/// What is known of an object that others live in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceState {
    /// It is there.
    Here,
    /// It is not there, so nothing is in it.
    Absent,
    /// It could not be read, so nothing is known of what is in it.
    Unknown(String),
}

impl<'a, C: Cloud> Deref for Ask<'a, C> {
    type Target = C::Client<'a>;

    fn deref(&self) -> &C::Client<'a> {
        &self.cloud
    }
}

impl<C: Cloud> Ask<'_, C> {
    /// The resource with an id.
    pub fn resource(&self, id: &ResourceId) -> Option<&Resource<Pending>> {
        let mut all = self.resources.iter().copied();
        all.find(|resource| resource.id == *id)
    }
}

/// One kind's part of the answer.
#[derive(Debug, Default)]
pub struct Seen {
    /// What was asked for.
    pub sights: BTreeMap<ResourceId, Look>,
    /// Objects of the stack that were not.
    pub orphans: Vec<Live>,
    /// Objects of the stack in other regions.
    pub strays: Vec<Stray>,
    /// Why others could not be listed.
    pub unread: Option<String>,
    /// What is not ours and lies in objects of ours, by those.
    pub foreign: BTreeMap<ResourceId, Vec<String>>,
}

/// What was seen of one id.
#[derive(Debug)]
pub enum Look {
    /// It is there.
    Here(Live),
    /// Several are there; during a replacement, the new and the old one.
    Several(Vec<Live>),
    /// It is there, is nobody's, and is asked for.
    Adopt(Live),
    /// Anything else.
    Otherwise(Sight),
}

/// The answer of a kind that was read by one list of all marked objects.
pub fn tagged<C: Cloud, E: Display>(ask: &Ask<'_, C>, listed: Result<Vec<Live>, E>) -> Seen {
    let mut seen = Seen::default();
    let lives = match listed {
        Ok(lives) => lives,
        Err(fault) => {
            for resource in &ask.resources {
                seen.sights.insert(resource.id.clone(), unknown(&fault));
            }
            seen.unread = ask.orphans.then(|| fault.to_string());
            return seen;
        }
    };
    let mut by_id: BTreeMap<ResourceId, Vec<Live>> = BTreeMap::new();
    for live in lives {
        let ours = live.marks.stack.as_deref() == Some(ask.context.stack.as_str());
        if let (true, Some(id)) = (ours, live.marks.id.clone()) {
            by_id.entry(id).or_default().push(live);
        }
    }
    for resource in &ask.resources {
        let lives = by_id.remove(&resource.id).unwrap_or_default();
        seen.sights.insert(resource.id.clone(), of(lives));
    }
    if ask.orphans {
        seen.orphans = by_id.into_values().flatten().collect();
    }
    seen
}

fn of(mut lives: Vec<Live>) -> Look {
    if lives.len() > 1 {
        return Look::Several(lives);
    }
    lives
        .pop()
        .map_or(Look::Otherwise(Sight::Absent), Look::Here)
}

/// An id that could not be read.
pub fn unknown<E: Display>(fault: &E) -> Look {
    Look::Otherwise(Sight::Unknown {
        reason: fault.to_string(),
    })
}

/// What a read by name comes to: ours, somebody's, or not there.
pub fn by_name<E: Display>(
    context: &Context,
    resource: &Resource<Pending>,
    read: Result<Option<Live>, E>,
) -> Look {
    match read {
        Ok(None) => Look::Otherwise(Sight::Absent),
        Ok(Some(live)) if live.marks.are(context, &resource.id) => Look::Here(live),
        Ok(Some(live)) => unclaimed(resource, live),
        Err(fault) => unknown(&fault),
    }
}

/// What an object that is not marked as the resource means for it: something to take over, or in the way.
pub fn unclaimed(resource: &Resource<Pending>, live: Live) -> Look {
    if resource.adopt.is_some() && live.marks.stack.is_none() {
        return Look::Adopt(live);
    }
    Look::Otherwise(Sight::Clash {
        owner: live.marks.owner(),
        physical: live.physical,
    })
}

/// Reads the resources that are asked for by their names, all at once.
pub async fn named<'a, C, E, F, Fut>(ask: &'a Ask<'_, C>, read: F) -> BTreeMap<ResourceId, Look>
where
    C: Cloud,
    E: Display,
    F: Fn(&'a str) -> Fut,
    Fut: Future<Output = Result<Option<Live>, E>>,
{
    let reads = ask.resources.iter().map(|resource| {
        let name = resource.name.as_deref();
        let read = name.map(&read);
        async move {
            let look = match read {
                Some(read) => by_name(ask.context, resource, read.await),
                None => Look::Otherwise(Sight::Unknown {
                    reason: format!("{} has no physical name", resource.id),
                }),
            };
            (resource.id.clone(), look)
        }
    });
    join_all(reads).await.into_iter().collect()
}
