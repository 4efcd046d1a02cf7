//! The stage of provider `aws`.

use std::ops::{Deref, DerefMut};

use provision_aws::{Aws, AwsProvider, claim_id};
use provision_core::contract::Shim;
use provision_core::model::{Never, Resource};
pub(crate) use provision_tests::clouds::{ACCOUNT, REGION};

pub(crate) const STACK: &str = "shop";

/// A provider and the clients below it.
pub(crate) struct Stage {
    stage: provision_tests::stage::Stage,
    pub(crate) aws: Aws,
    /// Services that the cloud below does not have.
    pub(crate) lacks: Vec<&'static str>,
}

impl Stage {
    pub(crate) fn new(aws: Aws) -> Self {
        let provider = Box::new(AwsProvider::new(aws.clone()));
        Self {
            stage: provision_tests::stage::Stage::new(provider, ACCOUNT, REGION),
            aws,
            lacks: Vec::new(),
        }
    }

    /// The same, with every message sent through its encoding, as if the provider were another process.
    pub(crate) fn encoded(mut self) -> Self {
        self.stage.provider = Box::new(Shim(AwsProvider::new(self.aws.clone())));
        self
    }
}

impl Deref for Stage {
    type Target = provision_tests::stage::Stage;

    fn deref(&self) -> &Self::Target {
        &self.stage
    }
}

impl DerefMut for Stage {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.stage
    }
}

/// The claim, as it is wanted.
pub(crate) fn claim(stage: &Stage) -> Resource<Never> {
    let name = provision_aws::Claim::name(STACK);
    let fields = provision_aws::Claim::default();
    stage.wanted(&claim_id().to_string(), "aws.claim", Some(&name), &fields)
}
