//! OpenID Connect providers: make, read, delete.
//!
//! Rules of the URL and the lists: "CreateOpenIDConnectProvider" (IAM API reference).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{
    arn, constraint, exists, input, limit, members, none, required, stamp, validation, within,
};
use super::tags::{self, Tagged, Tags};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place};
use crate::wire::{ApiError, Body, Fields};

/// A provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Provider {
    /// The issuer without its scheme, which is its id.
    pub(crate) issuer: String,
    /// Who its tokens are for.
    pub(crate) clients: Vec<String>,
    /// SHA-1 digests of certificates, in hexadecimal.
    pub(crate) thumbprints: Vec<String>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for Provider {
    const SERVICE: &'static str = "iam";
    const KIND: &'static str = "oidc-provider";

    fn id(&self) -> String {
        self.issuer.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Tagged for Provider {
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl Provider {
    fn arn(&self, place: &Place) -> String {
        arn(&place.account, &format!("oidc-provider/{}", self.issuer))
    }
}

/// The visible provider that `OpenIDConnectProviderArn` names.
pub(super) fn named(call: &Call<'_>) -> Result<Provider, ApiError> {
    let text = required(call, "OpenIDConnectProviderArn")?;
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let issuer = match parts.as_slice() {
        ["arn", "aws", "iam", "", account, rest] if *account == call.place.account => {
            rest.strip_prefix("oidc-provider/")
        }
        ["arn", _, "iam", "", _, _] => None,
        _ => return Err(validation(format!("Invalid ARN: {text}"))),
    };
    issuer
        .and_then(|issuer| call.tx.see::<Provider>(&call.place, issuer))
        .ok_or_else(|| none(format!("OpenIDConnect Provider not found for arn {text}")))
}

/// CreateOpenIDConnectProvider. Without thumbprints IAM fetches one itself; here it stays empty.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let url = required(call, "Url")?;
    let issuer = issuer(&url)?;
    let clients = members(call, "ClientIDList");
    check_clients(&clients)?;
    let thumbprints = members(call, "ThumbprintList");
    check_thumbprints(&thumbprints)?;
    let tags = tags::at_create(call)?;
    if call.tx.get::<Provider>(&call.place, &issuer).is_some() {
        return Err(exists(format!("Provider with url {url} already exists.")));
    }
    within::<Provider>(
        call,
        "iam:oidc-providers",
        "OpenIdConnectProvidersPerAccount",
    )?;
    let provider = Provider {
        issuer,
        clients,
        thumbprints,
        tags,
        created: call.now(),
    };
    call.tx.put(&call.place, &provider);
    let fields = Fields::new().text("OpenIDConnectProviderArn", provider.arn(&call.place));
    Ok(Body::Xml(tags::write(fields, &provider.tags)))
}

/// The issuer of a URL: `https`, a host, no port, no query, no `/` at its end.
fn issuer(url: &str) -> Result<String, ApiError> {
    if url.len() > 255 {
        return Err(constraint("Url", "have length less than or equal to 255"));
    }
    let Some(issuer) = url.strip_prefix("https://") else {
        return Err(validation("Invalid Open ID Connect Provider URL"));
    };
    let host = issuer.split('/').next().unwrap_or_default();
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%!$&'()*+,;=@".contains(&byte);
    let domain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    if host.is_empty() || !host.bytes().all(domain) || !issuer.bytes().all(legal) {
        return Err(validation("Invalid Open ID Connect Provider URL"));
    }
    Ok(issuer.trim_end_matches('/').to_owned())
}

/// Refuses too many audiences, and those that are none.
pub(super) fn check_clients(clients: &[String]) -> Result<(), ApiError> {
    if clients.len() > 100 {
        return Err(limit("ClientIdsPerOpenIdConnectProvider", 100));
    }
    if clients
        .iter()
        .any(|client| client.is_empty() || client.len() > 255)
    {
        let rule = "have length between 1 and 255";
        return Err(constraint("ClientIDList", rule));
    }
    Ok(())
}

/// Refuses too many thumbprints, and those that are none.
pub(super) fn check_thumbprints(thumbprints: &[String]) -> Result<(), ApiError> {
    if thumbprints.len() > 5 {
        return Err(input("Thumbprint list must contain fewer than 5 entries."));
    }
    for thumbprint in thumbprints {
        if thumbprint.len() != 40 {
            return Err(constraint("ThumbprintList", "have length equal to 40"));
        }
        if !thumbprint.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(input(
                "Thumbprint must contain only hexadecimal characters.",
            ));
        }
    }
    Ok(())
}

/// GetOpenIDConnectProvider. The URL comes without its scheme.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let provider = named(call)?;
    let fields = Fields::new()
        .text("Url", &provider.issuer)
        .texts("ClientIDList", "member", provider.clients)
        .texts("ThumbprintList", "member", provider.thumbprints)
        .text("CreateDate", stamp(provider.created));
    Ok(Body::Xml(tags::write(fields, &provider.tags)))
}

/// ListOpenIDConnectProviders: all ARNs, in one answer.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let providers = call.tx.see_all::<Provider>(&call.place);
    let rows = providers
        .iter()
        .map(|provider| Fields::new().text("Arn", provider.arn(&call.place)));
    Ok(Body::Xml(Fields::new().list(
        "OpenIDConnectProviderList",
        "member",
        rows,
    )))
}

/// DeleteOpenIDConnectProvider. Roles that name it stay as they are.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let provider = named(call)?;
    call.tx.delete::<Provider>(&call.place, &provider.id());
    Ok(Body::Empty)
}
