//! Client request tokens: the same call with the same token is answered with what the first one made.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::common::invalid;
use crate::aws::Call;
use crate::store::{Document, hex};
use crate::wire::ApiError;

/// A token that was used, and for what.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Token {
    operation: String,
    token: String,
    digest: String,
    made: String,
    created: Timestamp,
}

impl Document for Token {
    const SERVICE: &'static str = "eks";
    const KIND: &'static str = "client-token";

    fn id(&self) -> String {
        format!("{}/{}", self.operation, self.token)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

fn token<'a>(call: &'a Call<'_>) -> Option<&'a str> {
    call.json
        .get("clientRequestToken")
        .and_then(serde_json::Value::as_str)
        .filter(|token| !token.is_empty())
}

/// What the call's token made before: its id. The same token with other parameters is refused.
pub(super) fn made_before(call: &Call<'_>) -> Result<Option<String>, ApiError> {
    let Some(token) = token(call) else {
        return Ok(None);
    };
    let id = format!("{}/{token}", call.operation);
    match call.tx.get::<Token>(&call.place, &id) {
        None => Ok(None),
        Some(used) if used.digest == digest(call) => Ok(Some(used.made)),
        Some(_) => Err(invalid(format!(
            "The client request token {token} was used before with other parameters."
        ))),
    }
}

/// Remembers what the call's token made.
pub(super) fn remember(call: &mut Call<'_>, made: &str) {
    if let Some(token) = token(call) {
        let used = Token {
            operation: call.operation.to_owned(),
            token: token.to_owned(),
            digest: digest(call),
            made: made.to_owned(),
            created: call.now(),
        };
        call.tx.put(&call.place, &used);
    }
}

/// Everything that the call says but its token.
fn digest(call: &Call<'_>) -> String {
    let mut body = call.json.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("clientRequestToken");
    }
    body.sort_all_objects();
    let mut hash = Sha256::new();
    for (name, value) in call.params.iter() {
        hash.update(format!("{}:{name}={}:{value};", name.len(), value.len()));
    }
    hash.update(body.to_string());
    hex(&hash.finalize())
}
