//! What of a cluster is decided once: its VPC, and the key of yours that encrypts Kubernetes secrets.

use aws_sdk_eks::types::{Cluster as Wire, EncryptionConfig, Provider};
use provision_aws::kind::{Cx, Next, Stop};
use provision_core::model::{Condition, Effect, Observed};

use super::Cluster;
use super::cluster_rows::when;
use super::eks::{changed, cluster_of, eks};

/// What EKS encrypts with a key of yours: the one word that the API knows.
const SECRETS: &str = "secrets";

/// A key can be given to a cluster that has none, once (AssociateEncryptionConfig).
pub(super) fn effect() -> Effect {
    when(
        Condition::OnlyAdds,
        "EKS neither changes nor removes the key of a cluster: keep the key, or declare a second cluster, move what \
         runs, then remove this one",
    )
}

/// Where a read does not tell the VPC, the subnets alone are compared.
pub(super) fn vpc() -> Effect {
    Effect::When {
        condition: Condition::SetAtCreate,
        then: Box::new(Effect::Refused {
            advice: "a control plane stays in its network: keep the network it is in, or declare a second cluster in \
                     the other one, move what runs, then remove this one"
                .to_owned(),
        }),
        otherwise: Box::new(Effect::Computed),
    }
}

/// As it is sent.
#[expect(
    deprecated,
    reason = "the word means nothing to today's EKS, and other servers of its API want it"
)]
pub(super) fn config(keys: &[String]) -> Option<Vec<EncryptionConfig>> {
    let of = |key: &String| {
        EncryptionConfig::builder()
            .resources(SECRETS)
            .provider(Provider::builder().key_arn(key).build())
            .build()
    };
    (!keys.is_empty()).then(|| keys.iter().map(of).collect())
}

/// As it is read: without a key of yours EKS says nothing of its own.
pub(super) fn keys(cluster: &Wire) -> Vec<String> {
    let configs = cluster.encryption_config().iter();
    configs
        .filter_map(|config| config.provider.as_ref()?.key_arn.clone())
        .collect()
}

/// Gives the key to a cluster that has none.
pub(super) async fn associate(cx: &Cx<'_>, want: &Cluster, live: &Observed) -> Result<Next, Stop> {
    let request = eks(cx.aws)
        .associate_encryption_config()
        .cluster_name(cluster_of(&live.physical))
        .client_request_token(cx.token)
        .set_encryption_config(config(&want.kms_keys));
    let answer = cx
        .aws
        .write_once("eks:AssociateEncryptionConfig", || request.clone().send())
        .await;
    let update = answer.map(|answer| answer.update);
    changed(live, update, "UPDATING encryption")
}
