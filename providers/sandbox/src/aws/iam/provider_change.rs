//! Changes of an OpenID Connect provider: audiences and thumbprints.

use super::common::{constraint, members, required};
use super::provider::{check_clients, check_thumbprints, named};
use crate::aws::{Call, Outcome};
use crate::wire::Body;

/// AddClientIDToOpenIDConnectProvider. Doing it again changes nothing.
pub(super) fn add_client(call: &mut Call<'_>) -> Outcome {
    let client = required(call, "ClientID")?;
    let mut provider = named(call)?;
    if !provider.clients.contains(&client) {
        provider.clients.push(client);
        check_clients(&provider.clients)?;
        call.tx.put(&call.place, &provider);
    }
    Ok(Body::Empty)
}

/// RemoveClientIDFromOpenIDConnectProvider. It does not mind one that is not there.
pub(super) fn remove_client(call: &mut Call<'_>) -> Outcome {
    let client = required(call, "ClientID")?;
    let mut provider = named(call)?;
    provider.clients.retain(|have| *have != client);
    call.tx.put(&call.place, &provider);
    Ok(Body::Empty)
}

/// UpdateOpenIDConnectProviderThumbprint: the new list replaces the old one.
pub(super) fn thumbprints(call: &mut Call<'_>) -> Outcome {
    let thumbprints = members(call, "ThumbprintList");
    if thumbprints.is_empty() {
        return Err(constraint("ThumbprintList", "not be null"));
    }
    check_thumbprints(&thumbprints)?;
    let mut provider = named(call)?;
    provider.thumbprints = thumbprints;
    call.tx.put(&call.place, &provider);
    Ok(Body::Empty)
}
