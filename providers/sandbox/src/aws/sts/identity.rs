//! GetCallerIdentity.

use sha2::{Digest, Sha256};

use crate::aws::{Call, Outcome, Session};
use crate::store::hex;
use crate::wire::{Body, Fields};

/// GetCallerIdentity.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let session = call.tx.get::<Session>(&Session::place(), &call.access_key);
    let user = match session {
        Some(session) => session.user_id,
        None => user_id(&call.place.account),
    };
    Ok(Body::Xml(
        Fields::new()
            .text("Arn", &call.caller)
            .text("UserId", user)
            .text("Account", &call.place.account),
    ))
}

/// The unique id of an account's one user.
fn user_id(account: &str) -> String {
    let digits = hex(&Sha256::digest(format!("user/{account}"))).to_uppercase();
    format!("AIDA{}", digits.get(..17).unwrap_or_default())
}
