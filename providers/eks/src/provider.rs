//! The provider `eks`: dispatch by kind; a cluster is read before what lies in it.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::{join, join_all};
use provision_aws::kind::{
    self, Ask, Look, On, Ops, Place, PlaceState, Seen, Served as _, gather, unserved, usages,
};
use provision_aws::{Aws, internal};
use provision_core::contract::{
    Act, Answer, Class, ExpandAnswer, ExpandRequest, Failure, Note, Objects, Outcome, Poll,
    PollOutcome, Provider, RemarkRequest, SurveyAnswer, SurveyRequest,
};
use provision_core::cost::{UsageAnswer, UsageRequest};
use provision_core::model::{Pending, Resource, ResourceId, Sight, Table};

use crate::kinds::{ALL, Cluster, cluster, ops, tables};
use crate::{PROVIDER, account, advice, existing, expand, import, remark};

/// The provider. Without clients it can describe and expand, which needs no network.
#[derive(Clone, Debug, Default)]
pub struct EksProvider {
    aws: Option<Aws>,
}

impl EksProvider {
    /// A provider that can call. The clients, and with them the budget of calls, may be shared with provider `aws`.
    #[must_use]
    pub const fn new(aws: Aws) -> Self {
        Self { aws: Some(aws) }
    }

    /// A provider for offline work.
    #[must_use]
    pub const fn offline() -> Self {
        Self { aws: None }
    }

    fn aws(&self) -> Result<&Aws, Failure> {
        self.aws.as_ref().ok_or_else(|| Failure {
            class: Class::Credentials,
            ..internal("this verb works offline and has no AWS clients".to_owned())
        })
    }
}

impl Provider for EksProvider {
    fn name(&self) -> &str {
        PROVIDER
    }

    fn describe(&self) -> Vec<Table> {
        tables()
    }

    fn expand(&self, request: &ExpandRequest) -> ExpandAnswer {
        expand(request)
    }

    fn remark(&self, request: &RemarkRequest) -> Vec<Note> {
        remark::remark(request)
    }

    fn survey<'a>(
        &'a self,
        request: &'a SurveyRequest,
    ) -> Answer<'a, Result<SurveyAnswer, Failure>> {
        Box::pin(async move {
            let aws = self.aws()?;
            match request {
                SurveyRequest::Caller { context } => {
                    kind::caller(aws, context).await.map(SurveyAnswer::Account)
                }
                SurveyRequest::Account { context } => account::account(aws, context)
                    .await
                    .map(SurveyAnswer::Account),
                SurveyRequest::Existing(request) => existing::read(aws, request)
                    .await
                    .map(|facts| SurveyAnswer::Existing { facts }),
                SurveyRequest::Objects(objects) => Ok(survey(aws, objects).await),
                SurveyRequest::Import(wish) => import::import(aws, wish)
                    .await
                    .map(|found| SurveyAnswer::Imported(Box::new(found))),
                SurveyRequest::Advice(asked) => {
                    Ok(SurveyAnswer::Advice(advice::advise(aws, asked).await))
                }
                // What controllers leave lies in the network, which `aws` knows.
                SurveyRequest::Left(_) => Ok(SurveyAnswer::Left {
                    left: Vec::new(),
                    notes: Vec::new(),
                }),
            }
        })
    }

    fn act<'a>(&'a self, request: &'a Act) -> Answer<'a, Outcome> {
        Box::pin(async move {
            match (self.aws(), ops(request.step.kind.as_str())) {
                (Ok(aws), Some(ops)) => ops.act(aws, request).await,
                (Ok(_), None) => Outcome::Failed {
                    failure: unserved(PROVIDER, &request.step.kind),
                },
                (Err(failure), _) => Outcome::Failed { failure },
            }
        })
    }

    fn poll<'a>(&'a self, request: &'a Poll) -> Answer<'a, PollOutcome> {
        Box::pin(async move {
            match (self.aws(), ops(request.step.kind.as_str())) {
                (Ok(aws), Some(ops)) => ops.poll(aws, request).await,
                (Ok(_), None) => PollOutcome::Failed {
                    failure: unserved(PROVIDER, &request.step.kind),
                },
                (Err(failure), _) => PollOutcome::Failed { failure },
            }
        })
    }

    fn usage(&self, request: &UsageRequest<'_>) -> UsageAnswer {
        usages(request, ops)
    }
}

/// Reads the clusters that are asked for, then what lies in them, all kinds at once; beside that any others of the stack,
/// and what lies in those.
async fn survey(aws: &Aws, objects: &Objects) -> SurveyAnswer {
    let clusters = || objects.resources.iter().filter(|one| is_cluster(one));
    let named: BTreeSet<&ResourceId> = clusters()
        .map(|one| &one.id)
        .chain(objects.parents.keys())
        .collect();
    let inner = objects.resources.iter().filter(|one| !is_cluster(one));
    let (inner, elsewhere): (Vec<_>, Vec<_>) =
        inner.partition(|one| one.parent.as_ref().is_some_and(|id| named.contains(id)));
    let asked = ask(aws, objects, clusters().collect(), &[]);
    let declared = async {
        let seen = cluster::asked(&asked).await;
        let places = places(objects, &seen);
        with_inner(aws, objects, seen, &places, &inner).await
    };
    let others = async {
        let seen = match objects.orphans {
            true => cluster::others(&asked).await,
            false => Seen::default(),
        };
        let places = orphans(&seen);
        with_inner(aws, objects, seen, &places, &elsewhere).await
    };
    let (mut kinds, others) = join(declared, others).await;
    kinds.extend(others);
    gather(PROVIDER, objects, kinds)
}

fn is_cluster(resource: &Resource<Pending>) -> bool {
    resource.kind.as_str() == Cluster::KIND
}

/// Clusters that were read, and what lies in these places.
async fn with_inner(
    aws: &Aws,
    objects: &Objects,
    clusters: Seen,
    places: &[Place],
    resources: &[&Resource<Pending>],
) -> Vec<(&'static str, Seen)> {
    let asks: Vec<(&dyn Ops, Ask<'_>)> = ALL
        .iter()
        .filter(|ops| ops.name() != Cluster::KIND)
        .map(|ops| {
            let of_kind = |one: &&&Resource<Pending>| one.kind.as_str() == ops.name();
            let resources = resources.iter().filter(of_kind).copied().collect();
            (*ops, ask(aws, objects, resources, places))
        })
        .collect();
    let reads = join_all(asks.iter().map(|(ops, ask)| ops.survey(ask))).await;
    let unread = clusters.unread.clone();
    let mut kinds = vec![(Cluster::KIND, clusters)];
    for ((ops, _), mut seen) in asks.iter().zip(reads) {
        foreign(&mut kinds[0].1, std::mem::take(&mut seen.foreign));
        // In clusters that could not be listed there may be anything.
        seen.unread = seen.unread.or_else(|| unread.clone());
        kinds.push((ops.name(), seen));
    }
    kinds
}

/// Notes in clusters what lies in them and is not ours.
fn foreign(clusters: &mut Seen, found: BTreeMap<ResourceId, Vec<String>>) {
    for (id, children) in found {
        let asked = clusters.sights.get_mut(&id).and_then(|look| match look {
            Look::Here(live) | Look::Adopt(live) => Some(live),
            Look::Several(_) | Look::Otherwise(_) => None,
        });
        let mut orphans = clusters.orphans.iter_mut();
        let orphan = orphans.find(|live| live.marks.id.as_ref() == Some(&id));
        if let Some(live) = asked.or(orphan) {
            live.foreign.extend(children);
        }
    }
}

fn ask<'a>(
    aws: &'a Aws,
    objects: &'a Objects,
    resources: Vec<&'a Resource<Pending>>,
    parents: &'a [Place],
) -> Ask<'a> {
    Ask {
        cloud: On { aws },
        context: &objects.context,
        resources,
        orphans: objects.orphans,
        values: &objects.values,
        parents,
    }
}

/// The clusters that others lie in: those that were read, and those that are only named.
fn places(objects: &Objects, seen: &Seen) -> Vec<Place> {
    let mut places: BTreeMap<ResourceId, Place> = BTreeMap::new();
    for resource in &objects.resources {
        if let (Some(look), Some(name)) = (seen.sights.get(&resource.id), &resource.name) {
            places.insert(resource.id.clone(), place(&resource.id, name, state(look)));
        }
    }
    for (id, name) in &objects.parents {
        let place = || place(id, name, PlaceState::Here);
        places.entry(id.clone()).or_insert_with(place);
    }
    places.into_values().collect()
}

/// The clusters that nobody asked for.
fn orphans(seen: &Seen) -> Vec<Place> {
    let orphans: BTreeMap<&ResourceId, &String> = seen
        .orphans
        .iter()
        .filter_map(|live| Some((live.marks.id.as_ref()?, live.names.first()?)))
        .collect();
    orphans
        .into_iter()
        .map(|(id, name)| place(id, name, PlaceState::Here))
        .collect()
}

fn place(id: &ResourceId, name: &str, state: PlaceState) -> Place {
    Place {
        id: id.clone(),
        name: name.to_owned(),
        state,
    }
}

fn state(look: &Look) -> PlaceState {
    match look {
        Look::Here(_) | Look::Several(_) | Look::Adopt(_) => PlaceState::Here,
        Look::Otherwise(Sight::Unknown { reason }) => PlaceState::Unknown(reason.clone()),
        // A stranger's cluster holds nothing of ours.
        Look::Otherwise(_) => PlaceState::Absent,
    }
}
