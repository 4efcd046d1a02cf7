//! Reading what lies in clusters: lists and one read each, since EKS has no batch.
//!
//! A cluster that is not there has nothing in it; of one that could not be read nothing is known.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::{join_all, try_join, try_join_all};
use provision_aws::Fault;
use provision_aws::kind::{Ask, Live, Look, Place, PlaceState, Seen, unclaimed, unknown};
use provision_core::model::{Pending, Resource, ResourceId, Sight};

/// How objects of one kind are listed and read.
pub(crate) trait Inside {
    /// Their names in a cluster; empty when the cluster is not there.
    fn list(&self, cluster: &str) -> impl Future<Output = Result<Vec<String>, Fault>> + Send;

    /// One of them; `None` when it is not there.
    fn read(
        &self,
        cluster: &str,
        name: &str,
    ) -> impl Future<Output = Result<Option<Live>, Fault>> + Send;

    /// The name under which a resource must stand in the cluster; `None` while it is not known.
    fn key(&self, resource: &Resource<Pending>) -> Option<String>;

    /// What people call one that is not ours; `None` where the cloud makes such ones by itself.
    fn foreign(&self) -> Option<&'static str> {
        None
    }
}

/// Reads all clusters that are asked about, and all of the stack when orphans are wanted.
pub(crate) async fn inside<I: Inside + Sync>(ask: &Ask<'_>, kind: &I) -> Seen {
    let mut seen = Seen::default();
    let mut by_parent: BTreeMap<Option<&ResourceId>, Vec<&Resource<Pending>>> = BTreeMap::new();
    for resource in &ask.resources {
        by_parent
            .entry(resource.parent.as_ref())
            .or_default()
            .push(resource);
    }
    let reads = ask.parents.iter().map(|place| {
        let wanted = by_parent.remove(&Some(&place.id)).unwrap_or_default();
        one_cluster(ask, kind, place, wanted)
    });
    let reads: Vec<_> = reads.collect();
    for part in join_all(reads).await {
        seen.sights.extend(part.sights);
        seen.orphans.extend(part.orphans);
        seen.foreign.extend(part.foreign);
        seen.unread = seen.unread.or(part.unread);
    }
    for resource in by_parent.into_values().flatten() {
        let reason = format!("the name of the cluster of {} is not known", resource.id);
        let look = Look::Otherwise(Sight::Unknown { reason });
        seen.sights.insert(resource.id.clone(), look);
    }
    seen
}

async fn one_cluster<I: Inside + Sync>(
    ask: &Ask<'_>,
    kind: &I,
    place: &Place,
    wanted: Vec<&Resource<Pending>>,
) -> Seen {
    let mut seen = Seen::default();
    let all = |sight: Sight| -> BTreeMap<ResourceId, Look> {
        let ids = wanted.iter().map(|resource| resource.id.clone());
        ids.map(|id| (id, Look::Otherwise(sight.clone()))).collect()
    };
    match &place.state {
        PlaceState::Absent => seen.sights = all(Sight::Absent),
        PlaceState::Unknown(reason) => {
            seen.unread = ask.orphans.then(|| reason.clone());
            seen.sights = all(Sight::Unknown {
                reason: reason.clone(),
            });
        }
        PlaceState::Here if wanted.is_empty() && !ask.orphans => {}
        PlaceState::Here => match everything(kind, &place.name, &wanted).await {
            Ok(lives) => sort(ask, kind, place, &wanted, lives, &mut seen),
            Err(fault) => {
                seen.unread = ask.orphans.then(|| fault.to_string());
                let looks = wanted
                    .iter()
                    .map(|resource| (resource.id.clone(), unknown(&fault)));
                seen.sights = looks.collect();
            }
        },
    }
    seen
}

/// All that is in a cluster. What is wanted is read by the name it should have while the list is on its way; the rest of
/// the list comes after.
async fn everything<I: Inside>(
    kind: &I,
    cluster: &str,
    wanted: &[&Resource<Pending>],
) -> Result<Vec<Live>, Fault> {
    let known: BTreeSet<String> = wanted.iter().filter_map(|one| kind.key(one)).collect();
    let first = try_join_all(known.iter().map(|name| kind.read(cluster, name)));
    let (listed, mut all) = try_join(kind.list(cluster), first).await?;
    let rest = listed.iter().filter(|name| !known.contains(*name));
    all.extend(try_join_all(rest.map(|name| kind.read(cluster, name))).await?);
    let mut all: Vec<Live> = all.into_iter().flatten().collect();
    // Should the list write a name in another way than we do, it is the same object all the same.
    let mut met = BTreeSet::new();
    all.retain(|live| met.insert(live.physical.clone()));
    Ok(all)
}

/// Ours by their marks; somebody's under a name that is wanted; the rest of the stack.
fn sort<I: Inside>(
    ask: &Ask<'_>,
    kind: &I,
    place: &Place,
    wanted: &[&Resource<Pending>],
    lives: Vec<Live>,
    seen: &mut Seen,
) {
    let mut ours: BTreeMap<ResourceId, Vec<Live>> = BTreeMap::new();
    let mut others: BTreeMap<String, Live> = BTreeMap::new();
    for mut live in lives {
        live.parent = Some(place.id.clone());
        let stack = live.marks.stack.as_deref() == Some(ask.context.stack.as_str());
        match live.marks.id.clone() {
            Some(id) if stack => ours.entry(id).or_default().push(live),
            _ => {
                if let Some(name) = live.names.first().cloned() {
                    others.insert(name, live);
                }
            }
        }
    }
    for resource in wanted {
        let mine = ours.remove(&resource.id).unwrap_or_default();
        let holder = kind.key(resource).and_then(|key| others.remove(&key));
        seen.sights
            .insert(resource.id.clone(), look(resource, mine, holder));
    }
    if ask.orphans {
        seen.orphans.extend(ours.into_values().flatten());
    }
    if let Some(word) = kind.foreign() {
        let names = others.into_keys().map(|name| format!("{word} {name}"));
        seen.foreign.insert(place.id.clone(), names.collect());
    }
}

/// What was seen of one id. During a replacement there are two, the new and the old one.
fn look(resource: &Resource<Pending>, mut mine: Vec<Live>, holder: Option<Live>) -> Look {
    if mine.len() > 1 {
        return Look::Several(mine);
    }
    match (mine.pop(), holder) {
        (Some(live), _) => Look::Here(live),
        (None, Some(holder)) => unclaimed(resource, holder),
        (None, None) => Look::Otherwise(Sight::Absent),
    }
}

#[cfg(test)]
mod tests {
    use provision_aws::Tags;
    use provision_aws::kind::deleting;
    use provision_core::model::Status;

    use super::*;

    fn live(physical: &str, status: Status) -> Live {
        Live::new(physical, &Tags::new(), &Tags::new()).status(status)
    }

    fn wanted(adopt: bool) -> Resource<Pending> {
        Resource {
            id: "cluster.main.pool.web/nodegroup".parse().unwrap(),
            kind: provision_core::model::Kind::new("eks.nodegroup"),
            provider: "eks".to_owned(),
            platform: None,
            name: Some("web".to_owned()),
            parent: None,
            fields: BTreeMap::new(),
            after: Vec::new(),
            outlives: Vec::new(),
            protect: false,
            adopt: adopt.then(|| provision_core::model::Adopt {
                root: "web".to_owned(),
                otherwise: provision_core::model::Otherwise::Leave,
            }),
        }
    }

    #[test]
    fn all_objects_of_an_id_are_told() {
        let old = live("old", deleting("DELETING"));
        let new = live("new", Status::Ready);
        assert!(
            matches!(look(&wanted(false), vec![new.clone()], None), Look::Here(live) if live.physical == "new")
        );
        let both = look(&wanted(false), vec![old, new], None);
        assert!(matches!(both, Look::Several(lives) if lives.len() == 2));
    }

    #[test]
    fn a_foreign_one_under_our_name_is_a_clash() {
        let holder = live("theirs", Status::Ready);
        let seen = look(&wanted(false), Vec::new(), Some(holder.clone()));
        assert!(
            matches!(seen, Look::Otherwise(Sight::Clash { physical, .. }) if physical == "theirs")
        );
        // Asked for by `adopt`, it is taken over, unless it is another stack's.
        let seen = look(&wanted(true), Vec::new(), Some(holder.clone()));
        assert!(matches!(seen, Look::Adopt(live) if live.physical == "theirs"));
        let mut owned = holder;
        owned.marks.stack = Some("other".to_owned());
        let seen = look(&wanted(true), Vec::new(), Some(owned));
        assert!(
            matches!(seen, Look::Otherwise(Sight::Clash { owner: Some(owner), .. }) if owner == "stack other")
        );
        assert!(matches!(
            look(&wanted(false), Vec::new(), None),
            Look::Otherwise(Sight::Absent)
        ));
    }
}
