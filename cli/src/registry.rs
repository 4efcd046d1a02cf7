//! Which providers serve which blocks, and how they are reached.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use provision_aws::{Aws, AwsProvider, direct};
use provision_core::contract::{
    Context, ExpandRequest, Facts, Provider, SurveyAnswer, SurveyRequest,
};
use provision_core::cost::Terms;
use provision_core::model::{Address, Values};
use provision_core::plan::{Action, Change, PlanFile, Tables};
use provision_core::spec::{AwsCloud, GcpCloud, Spec};
use provision_ecs::EcsProvider;
use provision_eks::EksProvider;
use provision_gke::{Gcp, GkeProvider, Reach};

use crate::drive::Providers;
use crate::error::Error;
use crate::sandbox::Sandbox;
use crate::secrets::{self, AtHand, Sources};
use crate::shelf::FileShelf;

mod lowering;

use lowering::lower;
pub use lowering::platforms;

/// Keys of [`access`].
const PROFILE: &str = "aws.profile";
const ASSUME_ROLE: &str = "aws.assume_role";

/// Key of a plan of the embedded cloud.
pub const SANDBOX: &str = "sandbox";

/// How long `init` waits to learn the caller's account.
const PATIENCE: Duration = Duration::from_secs(8);

/// The providers of one spec, with what each of them is to know.
pub struct Registry {
    /// By name. All that the spec's clouds name, also those with no block left: what was removed from the
    /// file is found through them.
    pub providers: Providers,
    /// Contexts by provider.
    pub contexts: BTreeMap<String, Context>,
    /// Schema tables of all of them.
    pub tables: Tables,
    /// What was agreed with the clouds about prices.
    pub terms: Terms,
    /// The network of each cluster, both by address.
    pub networks: Vec<(Address, Address)>,
    /// Where values of secrets come from.
    pub sources: Sources,
    /// Those that are at hand.
    pub values: Values,
    not_at_hand: BTreeMap<String, String>,
    blocks: BTreeMap<String, Vec<String>>,
}

impl Registry {
    /// Providers that can describe and expand, which needs neither credentials nor a network.
    #[must_use]
    pub fn offline(spec: &Spec) -> Self {
        Self::with(spec, offline())
    }

    /// Providers that can call: the real cloud by the SDK's default chain, or the embedded one.
    /// What was read before and never changes is looked for in the folder `kept`.
    pub async fn online(spec: &Spec, sandbox: Option<&Sandbox>, kept: &Path) -> Self {
        let mut providers = Vec::new();
        if let Some(cloud) = &spec.aws {
            providers.extend(online(&connect(cloud, sandbox, kept).await));
        }
        if let Some(cloud) = &spec.gcp {
            providers.push(google(cloud, sandbox));
        }
        Self::with(spec, providers)
    }

    /// Providers for a plan file, which says what they need.
    pub async fn of_plan(plan: &PlanFile, sandbox: Option<&Sandbox>, kept: &Path) -> Self {
        let contexts = plan.contexts.clone();
        let mut on_aws = contexts.iter().filter(|(name, _)| !is_google(name));
        let mut providers = Vec::new();
        if let Some((_, any)) = on_aws.next() {
            let cloud = AwsCloud {
                account: any.account.clone(),
                region: any.region.clone(),
                profile: plan.access.get(PROFILE).cloned(),
                assume_role: plan.access.get(ASSUME_ROLE).cloned(),
            };
            providers.extend(online(&connect(&cloud, sandbox, kept).await));
        }
        if let Some(context) = contexts.get(provision_gke::PROVIDER) {
            let cloud = GcpCloud {
                project: context.account.clone().unwrap_or_default(),
                region: context.region.clone(),
            };
            providers.push(google(&cloud, sandbox));
        }
        providers.retain(|provider| contexts.contains_key(provider.name()));
        let terms = plan.plan.cost.as_ref().map(|cost| cost.terms.clone());
        Self {
            terms: terms.unwrap_or_default(),
            ..Self::new(providers, contexts, BTreeMap::new())
        }
    }

    /// These providers, for a spec: a test brings its own.
    #[must_use]
    pub fn with(spec: &Spec, providers: Vec<Arc<dyn Provider>>) -> Self {
        let context = |account: Option<&str>, region: &str| Context {
            stack: spec.stack.clone(),
            account: account.map(str::to_owned),
            region: region.to_owned(),
            labels: spec.labels.clone(),
        };
        let aws = spec.aws.as_ref();
        let aws = aws.map(|cloud| context(cloud.account.as_deref(), &cloud.region));
        let gcp = spec.gcp.as_ref();
        let gcp = gcp.map(|cloud| context(Some(&cloud.project), &cloud.region));
        let (mut served, mut contexts) = (Vec::new(), BTreeMap::new());
        for provider in providers {
            let context = if is_google(provider.name()) {
                &gcp
            } else {
                &aws
            };
            if let Some(context) = context {
                contexts.insert(provider.name().to_owned(), context.clone());
                served.push(provider);
            }
        }
        let blocks = match contexts.is_empty() {
            true => BTreeMap::new(),
            false => lower(spec),
        };
        Self {
            terms: spec.prices.clone(),
            networks: spec
                .clusters
                .iter()
                .map(|(name, cluster)| {
                    let address = |kind, name| Address::new(format!("{kind}.{name}"));
                    (
                        address("cluster", name),
                        address("network", &cluster.network),
                    )
                })
                .collect(),
            ..Self::new(served, contexts, blocks)
        }
    }

    fn new(
        providers: Vec<Arc<dyn Provider>>,
        contexts: BTreeMap<String, Context>,
        blocks: BTreeMap<String, Vec<String>>,
    ) -> Self {
        let tables = providers.iter().flat_map(|provider| provider.describe());
        Self {
            tables: tables.map(|table| (table.kind.clone(), table)).collect(),
            providers: providers
                .into_iter()
                .map(|provider| (provider.name().to_owned(), provider))
                .collect(),
            contexts,
            blocks,
            terms: Terms::default(),
            networks: Vec::new(),
            sources: Sources::new(),
            values: Values::none(),
            not_at_hand: BTreeMap::new(),
        }
    }

    /// Asks for the values of secrets, where a provider here serves them. `taken`: standard input has been read.
    ///
    /// # Errors
    /// What is wrong with a source.
    pub fn ask(&mut self, sources: Sources, taken: bool) -> Result<(), Error> {
        let served = |name: &String| {
            let address = format!("secret.{name}");
            self.blocks.values().any(|blocks| blocks.contains(&address))
        };
        let sources: Sources = sources
            .into_iter()
            .filter(|(name, _)| served(name))
            .collect();
        self.give(sources, taken)
    }

    /// The same of the secrets of a plan file; answers what is not at hand.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub fn ask_again(
        &mut self,
        made: &PlanFile,
        taken: bool,
    ) -> Result<&BTreeMap<String, String>, Error> {
        self.give(made.secrets.clone(), taken)?;
        Ok(&self.not_at_hand)
    }

    /// A plan makes no secret whose value is not at hand: all of those, before anything is called.
    ///
    /// # Errors
    /// One for each such secret.
    pub fn can_make(&self, made: &PlanFile) -> Result<(), Error> {
        let makes = |change: &&Change| matches!(change.action, Action::Create | Action::Replace);
        let missing = made.plan.changes.iter().filter(makes).filter_map(|change| {
            let name = change.id.address.as_str().strip_prefix("secret.")?;
            Some((name, self.not_at_hand.get(name)?))
        });
        let missing: BTreeMap<&str, &String> = missing.collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(Error::Cloud {
                failures: missing.into_iter().map(secrets::cannot_make).collect(),
            }),
        }
    }

    fn give(&mut self, sources: Sources, taken: bool) -> Result<(), Error> {
        let AtHand { values, missing } = secrets::at_hand(&sources, taken)?;
        self.sources = sources;
        self.values = values;
        self.not_at_hand = missing;
        Ok(())
    }

    /// The provider that a block is lowered to.
    #[must_use]
    pub fn serves(&self, block: &str) -> Option<&str> {
        let mut all = self.blocks.iter();
        let found = all.find(|(_, blocks)| blocks.iter().any(|one| one == block));
        found.map(|(provider, _)| provider.as_str())
    }

    /// What a provider is asked to expand.
    #[must_use]
    pub fn expansion(
        &self,
        provider: &str,
        spec: &Spec,
        facts: Option<&Facts>,
    ) -> Option<ExpandRequest> {
        Some(ExpandRequest {
            context: self.contexts.get(provider)?.clone(),
            spec: spec.clone(),
            blocks: self.blocks.get(provider).cloned().unwrap_or_default(),
            facts: facts.cloned(),
            not_at_hand: self.not_at_hand.clone(),
        })
    }
}

/// How the spec's clouds are reached, for a plan file. Never a credential.
#[must_use]
pub fn access(spec: &Spec) -> BTreeMap<String, String> {
    let cloud = spec.aws.as_ref();
    let words = [
        (PROFILE, cloud.and_then(|cloud| cloud.profile.clone())),
        (
            ASSUME_ROLE,
            cloud.and_then(|cloud| cloud.assume_role.clone()),
        ),
    ];
    words
        .into_iter()
        .filter_map(|(name, word)| Some((name.to_owned(), word?)))
        .collect()
}

/// What is linked in, without clients.
#[must_use]
pub fn offline() -> Vec<Arc<dyn Provider>> {
    vec![
        Arc::new(AwsProvider::offline()),
        Arc::new(EcsProvider::offline()),
        Arc::new(EksProvider::offline()),
        Arc::new(GkeProvider::offline()),
    ]
}

/// Whether a provider is on Google Cloud; the others are on AWS.
#[must_use]
pub fn is_google(provider: &str) -> bool {
    provider == provision_gke::PROVIDER
}

/// The provider of Google Cloud: reached as gcloud's variables say, or the embedded cloud.
fn google(cloud: &GcpCloud, sandbox: Option<&Sandbox>) -> Arc<dyn Provider> {
    let reach = match sandbox {
        Some(sandbox) => Reach::server(&sandbox.url),
        None => Reach::of(|name| std::env::var(name).ok()),
    };
    Arc::new(GkeProvider::new(Gcp::connect(cloud, reach)))
}

fn online(aws: &Aws) -> Vec<Arc<dyn Provider>> {
    vec![
        Arc::new(AwsProvider::new(aws.clone())),
        Arc::new(EcsProvider::new(aws.clone())),
        Arc::new(EksProvider::new(aws.clone())),
    ]
}

/// The account of whoever has credentials at hand; nothing when nobody does. Waits a few seconds at most: the default chain
/// may ask a metadata service that is not there.
pub async fn callers_account(region: &str, sandbox: Option<&Sandbox>) -> Option<String> {
    if let Some(sandbox) = sandbox {
        return Some(sandbox.account.clone());
    }
    let cloud = AwsCloud {
        region: region.to_owned(),
        ..AwsCloud::default()
    };
    let context = Context {
        stack: String::new(),
        account: None,
        region: cloud.region.clone(),
        labels: BTreeMap::new(),
    };
    let asked = async {
        let provider = AwsProvider::new(Aws::connect(&cloud).await);
        provider.survey(&SurveyRequest::Caller { context }).await
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(SurveyAnswer::Account(account))) => Some(account.facts.account),
        _ => None,
    }
}

async fn connect(cloud: &AwsCloud, sandbox: Option<&Sandbox>, kept: &Path) -> Aws {
    let shelf = Arc::new(FileShelf::new(kept));
    let Some(sandbox) = sandbox else {
        return Aws::connect(cloud).await.with_shelf(shelf);
    };
    // The sandbox takes twelve digits as the account they name; it checks no secret.
    let account = cloud.account.as_ref().unwrap_or(&sandbox.account);
    let credentials = Credentials::new(account, "sandbox", None, None, "sandbox");
    let aws = Aws::with_http(direct(), credentials, &sandbox.url, &cloud.region);
    let aws = aws.with_shelf(shelf);
    match sandbox.throttles {
        true => aws,
        false => aws.unpaced(),
    }
}

#[cfg(test)]
mod tests;
