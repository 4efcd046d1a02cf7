//! What ListSecrets shows: secrets as they were up to five minutes ago ("ListSecrets", Secrets Manager API reference).
//! A sandbox whose reads do not lag lists the present.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Secret;
use crate::config::Config;
use crate::store::{Document, Place, Tx};

/// The past of a secret, without its values, as long as a list may still show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shadow {
    arn: String,
    past: Vec<Moment>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Moment {
    since: Timestamp,
    secret: Option<Secret>,
}

impl Document for Shadow {
    const SERVICE: &'static str = "secretsmanager";
    const KIND: &'static str = "shadow";

    fn id(&self) -> String {
        self.arn.clone()
    }

    fn created(&self) -> Timestamp {
        self.past
            .first()
            .map_or(Timestamp::UNIX_EPOCH, |moment| moment.since)
    }
}

fn lag(config: &Config) -> SignedDuration {
    match config.visibility_lag() {
        SignedDuration::ZERO => SignedDuration::ZERO,
        lag => lag.max(SignedDuration::from_mins(5)),
    }
}

/// The moment that lists show.
fn shown(tx: &Tx<'_>) -> Timestamp {
    let lag = lag(tx.config());
    tx.now().checked_sub(lag).unwrap_or(Timestamp::MIN)
}

/// Writes a secret.
pub(super) fn keep(tx: &mut Tx<'_>, place: &Place, secret: &Secret) {
    tx.put(place, secret);
    let now = tx.now();
    note(tx, place, &secret.arn, Some(secret.without_values()), now);
}

/// Removes a secret that ended at a moment before, or now.
pub(super) fn remove(tx: &mut Tx<'_>, place: &Place, secret: &Secret, ended: Timestamp) {
    tx.delete::<Secret>(place, &secret.name);
    note(tx, place, &secret.arn, None, ended);
}

fn note(tx: &mut Tx<'_>, place: &Place, arn: &str, secret: Option<Secret>, since: Timestamp) {
    let shown = shown(tx);
    let mut past = tx
        .get::<Shadow>(place, arn)
        .map(|shadow| shadow.past)
        .unwrap_or_default();
    past.retain(|moment| moment.since != since);
    past.push(Moment { since, secret });
    let seen = past.iter().rposition(|moment| moment.since <= shown);
    past.drain(..seen.unwrap_or_default());
    let arn = arn.to_owned();
    tx.put(place, &Shadow { arn, past });
}

/// The secrets as lists show them, also those that wait for their deletion.
pub(super) fn seen(tx: &Tx<'_>, place: &Place) -> Vec<Secret> {
    let shown = shown(tx);
    let at = |shadow: Shadow| {
        let mut past = shadow.past.into_iter().rev();
        past.find(|moment| moment.since <= shown)?.secret
    };
    tx.list::<Shadow>(place)
        .into_iter()
        .filter_map(at)
        .collect()
}

/// Forgets secrets that no list shows any more.
pub(super) fn settle(tx: &mut Tx<'_>) {
    let shown = shown(tx);
    for (place, shadow) in tx.everywhere::<Shadow>() {
        let last = shadow.past.last();
        if last.is_none_or(|moment| moment.secret.is_none() && moment.since <= shown) {
            tx.delete::<Shadow>(&place, &shadow.arn);
        }
    }
}
