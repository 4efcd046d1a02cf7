//! The provider `aws`: dispatch by kind.

use futures::future::{join, join_all};
use provision_core::contract::{
    Act, Advice, Answer, Class, ExpandAnswer, ExpandRequest, Failure, Objects, Outcome, Poll,
    PollOutcome, Provider, SurveyAnswer, SurveyRequest,
};
use provision_core::cost::{UsageAnswer, UsageRequest};
use provision_core::model::{Kind, Table};

use crate::client::Aws;
use crate::field::internal;
use crate::kinds::elb_region;
use crate::kinds::gather::{gather, unserved};
use crate::kinds::uses::usages;
use crate::kinds::{ALL, Ask, On, Ops, adopt, ops};
use crate::{PROVIDER, account, existing, expand, sweep};

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
                SurveyRequest::Caller { context } => account::caller(aws, context)
                    .await
                    .map(SurveyAnswer::Account),
                SurveyRequest::Account { context } => account::account(aws, context)
                    .await
                    .map(SurveyAnswer::Account),
                SurveyRequest::Existing(request) => existing::read(aws, request)
                    .await
                    .map(|facts| SurveyAnswer::Existing { facts }),
                SurveyRequest::Objects(objects) => Ok(survey(aws, objects).await),
                SurveyRequest::Import(_) => Err(internal(
                    "clusters are imported by the provider of their platform".to_owned(),
                )),
                // Nothing of this provider goes by stops.
                SurveyRequest::Advice(_) => Ok(SurveyAnswer::Advice(Advice::default())),
                SurveyRequest::Left(leavers) => Ok(sweep::left(aws, leavers).await),
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

    fn usage(&self, request: &UsageRequest<'_>) -> UsageAnswer {
        usages(request, ops)
    }
}

fn no_such_kind(kind: &Kind) -> Failure {
    unserved(PROVIDER, kind)
}

/// Reads all kinds at once; those of balancers by one reading.
async fn survey(aws: &Aws, objects: &Objects) -> SurveyAnswer {
    let asks: Vec<(&dyn Ops, Ask<'_>)> = ALL
        .iter()
        .map(|ops| {
            let of_kind = |kind: &Kind| kind.as_str() == ops.name();
            let resources = objects.resources.iter();
            let ask = Ask {
                cloud: On { aws },
                context: &objects.context,
                resources: resources.filter(|one| of_kind(&one.kind)).collect(),
                orphans: objects.orphans,
                values: &objects.values,
                parents: &[],
            };
            (*ops, ask)
        })
        .filter(|(_, ask)| ask.orphans || !ask.resources.is_empty())
        .collect();
    let (balancing, others): (Vec<_>, Vec<_>) = asks
        .iter()
        .map(|(ops, ask)| (*ops, ask))
        .partition(|(ops, _)| elb_region::serves(ops.name()));
    let balancing: Vec<_> = balancing
        .into_iter()
        .map(|(ops, ask)| (ops.name(), ask))
        .collect();
    let reads = others.iter().map(|(ops, ask)| ops.survey(ask));
    let (seen, balanced) = join(join_all(reads), elb_region::survey(&balancing)).await;
    let kinds = others.iter().map(|(ops, _)| ops.name());
    let mut seen: Vec<_> = kinds.zip(seen).chain(balanced).collect();
    let stack = &objects.context.stack;
    adopt::fill(aws, stack, &objects.resources, &mut seen).await;
    gather(PROVIDER, objects, seen)
}
