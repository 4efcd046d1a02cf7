//! The provider `eks`: dispatch by kind; clusters are read before what lies in them.

use std::collections::BTreeMap;

use futures::future::join_all;
use provision_aws::kind::{Ask, Look, Ops, Place, PlaceState, Seen, gather, unserved};
use provision_aws::{Aws, internal};
use provision_core::contract::{
    Act, Answer, Class, ExpandAnswer, ExpandRequest, Failure, Objects, Outcome, Poll, PollOutcome,
    Provider, SurveyAnswer, SurveyRequest,
};
use provision_core::model::{ResourceId, Sight, Table};

use crate::kinds::{ALL, ops, tables};
use crate::{PROVIDER, account, expand};

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

    fn survey<'a>(
        &'a self,
        request: &'a SurveyRequest,
    ) -> Answer<'a, Result<SurveyAnswer, Failure>> {
        Box::pin(async move {
            let aws = self.aws()?;
            match request {
                SurveyRequest::Account { context } => account::account(aws, context)
                    .await
                    .map(SurveyAnswer::Account),
                SurveyRequest::Objects(objects) => Ok(survey(aws, objects).await),
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
}

/// Reads clusters, then what lies in them, all kinds at once.
async fn survey(aws: &Aws, objects: &Objects) -> SurveyAnswer {
    let [clusters, inner @ ..] = &ALL;
    let asks = ask(aws, objects, clusters.name(), &[]);
    let wanted = asks.orphans || !asks.resources.is_empty();
    let seen = if wanted {
        clusters.survey(&asks).await
    } else {
        Seen::default()
    };
    let places = places(objects, &seen);
    let unread = seen.unread.clone();
    let asks: Vec<(&dyn Ops, Ask<'_>)> = inner
        .iter()
        .map(|ops| (*ops, ask(aws, objects, ops.name(), &places)))
        .collect();
    let reads = asks.iter().map(|(ops, ask)| ops.survey(ask));
    let mut kinds = vec![(clusters.name(), seen)];
    for ((ops, _), mut seen) in asks.iter().zip(join_all(reads).await) {
        // In clusters that could not be listed there may be anything.
        seen.unread = seen.unread.or_else(|| unread.clone());
        kinds.push((ops.name(), seen));
    }
    gather(PROVIDER, objects, kinds)
}

fn ask<'a>(aws: &'a Aws, objects: &'a Objects, kind: &str, parents: &'a [Place]) -> Ask<'a> {
    let resources = objects.resources.iter();
    Ask {
        aws,
        context: &objects.context,
        resources: resources.filter(|one| one.kind.as_str() == kind).collect(),
        orphans: objects.orphans,
        parents,
    }
}

/// The clusters that others lie in: those that were read, and those that are only named.
fn places(objects: &Objects, seen: &Seen) -> Vec<Place> {
    let mut places: BTreeMap<ResourceId, Place> = BTreeMap::new();
    let mut add = |id: &ResourceId, name: &str, state: PlaceState| {
        places.entry(id.clone()).or_insert(Place {
            id: id.clone(),
            name: name.to_owned(),
            state,
        });
    };
    for resource in &objects.resources {
        if let (Some(look), Some(name)) = (seen.sights.get(&resource.id), &resource.name) {
            add(&resource.id, name, state(look));
        }
    }
    for live in &seen.orphans {
        if let (Some(id), Some(name)) = (&live.marks.id, live.names.first()) {
            add(id, name, PlaceState::Here);
        }
    }
    for (id, name) in &objects.parents {
        add(id, name, PlaceState::Here);
    }
    places.into_values().collect()
}

fn state(look: &Look) -> PlaceState {
    match look {
        Look::Here(_) => PlaceState::Here,
        Look::Otherwise(Sight::Unknown { reason }) => PlaceState::Unknown(reason.clone()),
        // A stranger's cluster holds nothing of ours.
        Look::Otherwise(_) => PlaceState::Absent,
    }
}
