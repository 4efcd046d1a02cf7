//! Envelope encryption of secrets with a key of the account's own: given once, at creation or later, and never taken back.

use serde::Deserialize;
use serde_json::json;

use super::cluster_change::{Change, begin, free};
use super::common::{body, cluster, invalid, invalid_request};
use super::update::made_before;
use crate::aws::{Call, Outcome};
use crate::wire::ApiError;

/// One of `encryptionConfig`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Encryption {
    #[serde(default)]
    resources: Vec<String>,
    provider: Option<Provider>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Provider {
    key_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {
    encryption_config: Vec<Encryption>,
    #[serde(rename = "clientRequestToken")]
    _token: Option<String>,
}

/// The key that a request names: of the cluster's region, and symmetric. There is no KMS here, so that a key whose id says
/// `asymmetric` counts as such, and one that says `missing` as not there.
pub(super) fn key(
    call: &Call<'_>,
    wish: Option<&[Encryption]>,
) -> Result<Option<String>, ApiError> {
    let Some(wish) = wish else { return Ok(None) };
    let [one] = wish else {
        return Err(invalid("Only 1 encryptionConfig is allowed"));
    };
    if one.resources != ["secrets"] {
        return Err(invalid(
            "Invalid resources in encryptionConfig: only secrets is supported",
        ));
    }
    let arn = one
        .provider
        .as_ref()
        .and_then(|provider| provider.key_arn.clone());
    let arn =
        arn.ok_or_else(|| invalid("provider.keyArn must be specified in encryptionConfig"))?;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, "kms", region, _, id] = parts.as_slice() else {
        return Err(invalid(format!(
            "The keyArn in encryptionConfig provider is invalid: {arn}"
        )));
    };
    if *region != call.region {
        return Err(invalid(format!(
            "The keyArn in encryptionConfig provider is not in the region of the cluster: {arn}"
        )));
    }
    if id.contains("asymmetric") {
        return Err(invalid(format!(
            "The keyArn in encryptionConfig provider must be a symmetric key: {arn}"
        )));
    }
    if id.contains("missing") {
        return Err(invalid(format!(
            "Unable to access the key {arn}: Key '{arn}' does not exist (Service: Kms, Status Code: 400)"
        )));
    }
    Ok(Some(arn))
}

/// AssociateEncryptionConfig.
pub(super) fn associate(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call)?;
    let cluster = cluster(call)?;
    if let Some(update) = made_before(call)? {
        return update.answer();
    }
    let named = |error: ApiError| error.with("clusterName", cluster.name.as_str());
    let key = key(call, Some(&request.encryption_config)).map_err(named)?;
    if cluster.key_arn.is_some() {
        let text = format!(
            "Cluster {} already has encryption configuration",
            cluster.name
        );
        return Err(named(invalid_request(text)));
    }
    let kind = "AssociateEncryptionConfig";
    free(call, &cluster, kind).map_err(named)?;
    let config = json!([{"resources": ["secrets"], "provider": {"keyArn": key}}]);
    let change = Change {
        kind,
        params: vec![("EncryptionConfig", config.to_string())],
        changes: vec![("key_arn", json!(key))],
    };
    begin(call, &cluster, change)
}
