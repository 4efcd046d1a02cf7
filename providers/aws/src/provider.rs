//! The provider `aws`: dispatch by kind.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use provision_core::contract::{
    Act, Answer, Class, ExpandAnswer, ExpandRequest, Failure, Objects, Outcome, Poll, PollOutcome,
    Provider, SurveyAnswer, SurveyRequest,
};
use provision_core::model::{Kind, Observed, ResourceId, Sight, Table};

use crate::client::Aws;
use crate::field::internal;
use crate::kinds::{ALL, Ask, Live, Look, Ops, Seen, ops};
use crate::{PROVIDER, account, expand};

/// The provider. Without clients it can describe and expand, which needs no network.
#[derive(Clone, Debug, Default)]
pub struct AwsProvider {
    aws: Option<Aws>,
}

impl AwsProvider {
    /// A provider that can call.
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

impl Provider for AwsProvider {
    fn name(&self) -> &str {
        PROVIDER
    }

    fn describe(&self) -> Vec<Table> {
        ALL.iter().map(|ops| ops.table()).collect()
    }

    fn expand(&self, request: &ExpandRequest) -> ExpandAnswer {
        expand::expand(request)
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
            }
        })
    }

    fn act<'a>(&'a self, request: &'a Act) -> Answer<'a, Outcome> {
        Box::pin(async move {
            match (self.aws(), ops(request.step.kind.as_str())) {
                (Ok(aws), Some(ops)) => ops.act(aws, request).await,
                (Ok(_), None) => Outcome::Failed {
                    failure: no_such_kind(&request.step.kind),
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
                    failure: no_such_kind(&request.step.kind),
                },
                (Err(failure), _) => PollOutcome::Failed { failure },
            }
        })
    }
}

fn no_such_kind(kind: &Kind) -> Failure {
    internal(format!("provider aws has no kind {kind}"))
}

/// Reads all kinds at once.
async fn survey(aws: &Aws, objects: &Objects) -> SurveyAnswer {
    let asks: Vec<(&dyn Ops, Ask<'_>)> = ALL
        .iter()
        .map(|ops| {
            let of_kind = |kind: &Kind| kind.as_str() == ops.name();
            let resources = objects.resources.iter();
            let ask = Ask {
                aws,
                context: &objects.context,
                resources: resources.filter(|one| of_kind(&one.kind)).collect(),
                orphans: objects.orphans,
            };
            (*ops, ask)
        })
        .filter(|(_, ask)| ask.orphans || !ask.resources.is_empty())
        .collect();
    let reads = asks.iter().map(|(ops, ask)| ops.survey(ask));
    let seen = join_all(reads).await;
    let kinds = asks.iter().map(|(ops, _)| ops.name());
    answer(objects, kinds.zip(seen).collect())
}

fn answer(objects: &Objects, kinds: Vec<(&'static str, Seen)>) -> SurveyAnswer {
    let names = names(&kinds);
    let mut sights = unserved(objects);
    let mut orphans = Vec::new();
    let mut strays = Vec::new();
    let mut unread = BTreeMap::new();
    for (kind, seen) in kinds {
        let kind = Kind::new(kind);
        for (id, look) in seen.sights {
            let sight = match look {
                Look::Here(live) => {
                    Sight::Present(Box::new(observed(live, &kind, id.clone(), &names)))
                }
                Look::Otherwise(sight) => sight,
            };
            sights.insert(id, sight);
        }
        for live in seen.orphans {
            if let Some(id) = live.marks.id.clone() {
                orphans.push(observed(live, &kind, id, &names));
            }
        }
        strays.extend(seen.strays);
        if let Some(reason) = seen.unread {
            unread.insert(kind.as_str().to_owned(), reason);
        }
    }
    orphans.sort_by(|one, other| (&one.id, &one.physical).cmp(&(&other.id, &other.physical)));
    SurveyAnswer::Objects {
        seen: sights,
        orphans,
        strays,
        unread,
    }
}

/// Every id is answered: what no kind takes stays unknown.
fn unserved(objects: &Objects) -> BTreeMap<ResourceId, Sight> {
    let sight = |kind: &Kind| Sight::Unknown {
        reason: no_such_kind(kind).message,
    };
    objects
        .resources
        .iter()
        .map(|resource| (resource.id.clone(), sight(&resource.kind)))
        .collect()
}

/// Which id each handle and name belongs to.
fn names(kinds: &[(&'static str, Seen)]) -> BTreeMap<String, ResourceId> {
    let here = kinds.iter().flat_map(|(_, seen)| {
        let asked = seen.sights.values().filter_map(|look| match look {
            Look::Here(live) => Some(live),
            Look::Otherwise(_) => None,
        });
        asked.chain(&seen.orphans)
    });
    let mut names = BTreeMap::new();
    for live in here {
        if let Some(id) = &live.marks.id {
            names.insert(live.physical.clone(), id.clone());
            for name in &live.names {
                names.insert(name.clone(), id.clone());
            }
        }
    }
    names
}

fn observed(
    mut live: Live,
    kind: &Kind,
    id: ResourceId,
    names: &BTreeMap<String, ResourceId>,
) -> Observed {
    let refs = std::mem::take(&mut live.refs);
    let needs: BTreeSet<ResourceId> = refs
        .iter()
        .filter_map(|name| names.get(name))
        .filter(|other| **other != id)
        .cloned()
        .collect();
    live.observed(kind, id, needs.into_iter().collect())
}

/// The ids of all live objects of a stack, by handle (`subnet-…`, `sg-…`, a role's ARN and its name). For other providers on
/// AWS, whose orphans need objects of this one.
pub async fn owned(aws: &Aws, objects: &Objects) -> BTreeMap<String, ResourceId> {
    let all = Objects {
        resources: Vec::new(),
        orphans: true,
        ..objects.clone()
    };
    let SurveyAnswer::Objects { orphans, .. } = survey(aws, &all).await else {
        return BTreeMap::new();
    };
    let mut owned = BTreeMap::new();
    for live in orphans {
        if let Some(name) = live.outputs.get("name").and_then(|name| name.as_text()) {
            owned.insert(name.to_owned(), live.id.clone());
        }
        owned.insert(live.physical, live.id);
    }
    owned
}
