//! The provider `gke`: dispatch by kind.

use futures::future::{join, join_all};
use provision_core::contract::{
    Account, Act, Answer, Class, ExpandAnswer, ExpandRequest, Facts, Failure, Note, Objects,
    Outcome, Poll, PollOutcome, Provider, RemarkRequest, SurveyAnswer, SurveyRequest,
};
use provision_core::cost::{UsageAnswer, UsageRequest};
use provision_core::model::{Kind, Table};
use provision_kind::gather::{gather, unserved};
use provision_kind::internal;
use provision_kind::uses::usages;

use crate::PROVIDER;
use crate::account::facts;
use crate::client::Gcp;
use crate::existing;
use crate::expand::expand;
use crate::import::import;
use crate::kinds::{ALL, Ask, On, ops, reading};
use crate::remark;
use crate::sweep;
use crate::upgrade;

/// The provider. Without clients it can describe and expand, which needs no network.
#[derive(Clone, Debug, Default)]
pub struct GkeProvider {
    gcp: Option<Gcp>,
}

impl GkeProvider {
    /// A provider that can call.
    #[must_use]
    pub const fn new(gcp: Gcp) -> Self {
        Self { gcp: Some(gcp) }
    }

    /// A provider for offline work.
    #[must_use]
    pub const fn offline() -> Self {
        Self { gcp: None }
    }

    fn gcp(&self) -> Result<&Gcp, Failure> {
        self.gcp.as_ref().ok_or_else(|| Failure {
            class: Class::Credentials,
            ..internal("this verb works offline and has no clients of Google Cloud".to_owned())
        })
    }
}

impl Provider for GkeProvider {
    fn name(&self) -> &str {
        PROVIDER
    }

    fn describe(&self) -> Vec<Table> {
        ALL.iter().map(|ops| ops.table()).collect()
    }

    fn expand(&self, request: &ExpandRequest) -> ExpandAnswer {
        expand(request)
    }

    fn survey<'a>(
        &'a self,
        request: &'a SurveyRequest,
    ) -> Answer<'a, Result<SurveyAnswer, Failure>> {
        Box::pin(async move {
            let gcp = self.gcp()?;
            match request {
                SurveyRequest::Account { .. } => Ok(SurveyAnswer::Account(facts(gcp).await?)),
                SurveyRequest::Caller { .. } => {
                    gcp.reach().check(gcp.project())?;
                    Ok(SurveyAnswer::Account(Account {
                        facts: Facts {
                            account: gcp.project().to_owned(),
                            ..Facts::default()
                        },
                        notes: Vec::new(),
                    }))
                }
                SurveyRequest::Existing(request) => existing::read(gcp, request)
                    .await
                    .map(|facts| SurveyAnswer::Existing { facts }),
                SurveyRequest::Objects(objects) => Ok(survey(gcp, objects).await),
                SurveyRequest::Import(wish) => import(gcp, wish)
                    .await
                    .map(|found| SurveyAnswer::Imported(Box::new(found))),
                SurveyRequest::Advice(advised) => {
                    Ok(SurveyAnswer::Advice(upgrade::advise(advised)))
                }
                SurveyRequest::Left(leavers) => Ok(sweep::left(gcp, leavers).await),
            }
        })
    }

    fn act<'a>(&'a self, request: &'a Act) -> Answer<'a, Outcome> {
        Box::pin(async move {
            match (self.gcp(), ops(request.step.kind.as_str())) {
                (Ok(gcp), Some(ops)) => ops.act(gcp, request).await,
                (Ok(_), None) => Outcome::Failed {
                    failure: unserved(PROVIDER, &request.step.kind),
                },
                (Err(failure), _) => Outcome::Failed { failure },
            }
        })
    }

    fn poll<'a>(&'a self, request: &'a Poll) -> Answer<'a, PollOutcome> {
        Box::pin(async move {
            match (self.gcp(), ops(request.step.kind.as_str())) {
                (Ok(gcp), Some(ops)) => ops.poll(gcp, request).await,
                (Ok(_), None) => PollOutcome::Failed {
                    failure: unserved(PROVIDER, &request.step.kind),
                },
                (Err(failure), _) => PollOutcome::Failed { failure },
            }
        })
    }

    fn remark(&self, request: &RemarkRequest) -> Vec<Note> {
        remark::remark(request)
    }

    fn usage(&self, request: &UsageRequest<'_>) -> UsageAnswer {
        usages(request, |kind, uses| Some(ops(kind)?.usage(uses)))
    }
}

/// Reads all kinds at once; clusters and their pools by one list.
async fn survey(gcp: &Gcp, objects: &Objects) -> SurveyAnswer {
    let asks = ALL.iter().map(|ops| {
        let of_kind = |kind: &Kind| kind.as_str() == ops.name();
        let resources = objects.resources.iter();
        let ask = Ask {
            cloud: On { gcp },
            context: &objects.context,
            resources: resources.filter(|one| of_kind(&one.kind)).collect(),
            orphans: objects.orphans,
            values: &objects.values,
            parents: &[],
        };
        (*ops, ask)
    });
    let asks: Vec<_> = asks
        .filter(|(_, ask)| ask.orphans || !ask.resources.is_empty())
        .collect();
    let (clusters, others): (Vec<_>, Vec<_>) = asks
        .iter()
        .map(|(ops, ask)| (*ops, ask))
        .partition(|(ops, _)| reading::serves(ops.name()));
    let clusters: Vec<_> = clusters
        .into_iter()
        .map(|(ops, ask)| (ops.name(), ask))
        .collect();
    let reads = others.iter().map(|(ops, ask)| ops.survey(ask));
    let (seen, clusters) = join(join_all(reads), reading::survey(&clusters)).await;
    let kinds = others.iter().map(|(ops, _)| ops.name());
    gather(PROVIDER, objects, kinds.zip(seen).chain(clusters).collect())
}
