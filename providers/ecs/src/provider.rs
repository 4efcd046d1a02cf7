//! The provider `ecs`: dispatch by kind.

use std::collections::BTreeMap;

use futures::future::{join, join_all};
use provision_aws::kind::{self, Ask, On, Ops, Seen, Served as _, gather, unserved, usages};
use provision_aws::{Aws, internal};
use provision_core::contract::{
    Act, Advice, Answer, Attend, Attended, Class, ExpandAnswer, ExpandRequest, Failure, Objects,
    Outcome, Poll, PollOutcome, Provider, SurveyAnswer, SurveyRequest,
};
use provision_core::cost::{UsageAnswer, UsageRequest};
use provision_core::model::Table;

use crate::kinds::{ALL, Cluster, ClusterCapacity, Found, ops, survey_clusters, tables};
use crate::{PROVIDER, attend, expand, import};

/// The provider. Without clients it can describe and expand, which needs no network.
#[derive(Clone, Debug, Default)]
pub struct EcsProvider {
    aws: Option<Aws>,
}

impl EcsProvider {
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

impl Provider for EcsProvider {
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
                SurveyRequest::Caller { context } => {
                    kind::caller(aws, context).await.map(SurveyAnswer::Account)
                }
                // What there is on offer, `aws` asks.
                SurveyRequest::Account { context } => {
                    kind::caller(aws, context).await.map(SurveyAnswer::Account)
                }
                SurveyRequest::Objects(objects) => Ok(survey(aws, objects).await),
                // What others own is in the network, which `aws` knows.
                SurveyRequest::Existing(_) => Ok(SurveyAnswer::Existing {
                    facts: BTreeMap::new(),
                }),
                SurveyRequest::Import(wish) => import::import(aws, wish)
                    .await
                    .map(|found| SurveyAnswer::Imported(Box::new(found))),
                // Nothing of this provider goes by stops.
                SurveyRequest::Advice(_) => Ok(SurveyAnswer::Advice(Advice::default())),
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

    fn attend<'a>(&'a self, request: &'a Attend) -> Answer<'a, Result<Attended, Failure>> {
        Box::pin(async move { attend::answer(self.aws()?, request).await })
    }

    fn usage(&self, request: &UsageRequest<'_>) -> UsageAnswer {
        usages(request, ops)
    }
}

/// All kinds at once. Clusters tell their capacity with themselves.
async fn survey(aws: &Aws, objects: &Objects) -> SurveyAnswer {
    let ask = |kind: &str| Ask {
        cloud: On { aws },
        context: &objects.context,
        resources: objects
            .resources
            .iter()
            .filter(|one| one.kind.as_str() == kind)
            .collect(),
        orphans: objects.orphans,
        values: &objects.values,
        parents: &[],
    };
    let together = [Cluster::KIND, ClusterCapacity::KIND];
    let asks: Vec<(&dyn Ops, Ask<'_>)> = ALL
        .iter()
        .filter(|ops| !together.contains(&ops.name()))
        .map(|ops| (*ops, ask(ops.name())))
        .filter(|(_, ask)| is_wanted(ask))
        .collect();
    let others = join_all(asks.iter().map(|(ops, ask)| ops.survey(ask)));
    let (clusters, capacity) = (ask(Cluster::KIND), ask(ClusterCapacity::KIND));
    let clusters = async {
        match is_wanted(&clusters) || is_wanted(&capacity) {
            true => survey_clusters(&clusters, Some(&capacity)).await,
            false => Found::default(),
        }
    };
    let (others, found) = join(others, clusters).await;
    let names = asks.iter().map(|(ops, _)| ops.name());
    let mut kinds: Vec<(&'static str, Seen)> = names.zip(others).collect();
    kinds.push((Cluster::KIND, found.clusters));
    kinds.push((ClusterCapacity::KIND, found.capacity));
    gather(PROVIDER, objects, kinds)
}

fn is_wanted(ask: &Ask<'_>) -> bool {
    ask.orphans || !ask.resources.is_empty()
}
