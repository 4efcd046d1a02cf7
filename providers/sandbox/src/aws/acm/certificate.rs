//! Certificates.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::store::{Document, Place, Tx};

/// What a certificate can be.
pub(crate) const STATUSES: &[&str] = &["ISSUED", "PENDING_VALIDATION", "EXPIRED"];

/// How long a certificate of Amazon's is valid: 395 days.
const VALID: i64 = 395 * 86_400;

/// A certificate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Certificate {
    /// Its ARN.
    pub(crate) arn: String,
    /// The name it is for.
    pub(crate) domain: String,
    /// All its names, the first one among them.
    pub(crate) names: Vec<String>,
    /// One of [`STATUSES`].
    pub(crate) status: String,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for Certificate {
    const SERVICE: &'static str = "acm";
    const KIND: &'static str = "certificate";

    fn id(&self) -> String {
        self.arn.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// Whether a listener can have a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// It can.
    Good,
    /// There is none with the ARN.
    Absent,
    /// It was not issued, or is no longer valid.
    Bad,
}

impl Certificate {
    /// Makes one; the status is one of [`STATUSES`].
    pub(crate) fn make(
        tx: &mut Tx<'_>,
        place: &Place,
        domain: &str,
        more: &[String],
        status: &str,
    ) -> Self {
        let hex = tx.fresh_hex("certificate");
        let part = |from, to| hex.get(from..to).unwrap_or_default();
        let id = format!(
            "{}-{}-4{}-8{}-{}",
            part(0, 8),
            part(8, 12),
            part(13, 16),
            part(17, 20),
            part(20, 32)
        );
        let Place { account, region } = place;
        let mut names = vec![domain.to_owned()];
        names.extend(more.iter().filter(|name| *name != domain).cloned());
        let certificate = Self {
            arn: format!("arn:aws:acm:{region}:{account}:certificate/{id}"),
            domain: domain.to_owned(),
            names,
            status: status.to_owned(),
            created: tx.now(),
        };
        tx.put(place, &certificate);
        certificate
    }

    /// Whether a listener can have the certificate of the ARN.
    pub(crate) fn usable(tx: &Tx<'_>, place: &Place, arn: &str) -> Use {
        match tx.see::<Self>(place, arn) {
            None => Use::Absent,
            Some(one) if one.status == "ISSUED" => Use::Good,
            Some(_) => Use::Bad,
        }
    }

    /// From when to when it is valid; none before it was issued. An expired one has ended the day before it was made.
    pub(super) fn valid(&self) -> Option<(Timestamp, Timestamp)> {
        let after = |seconds: i64| {
            let moment = self.created.checked_add(SignedDuration::from_secs(seconds));
            moment.unwrap_or(self.created)
        };
        match self.status.as_str() {
            "ISSUED" => Some((self.created, after(VALID))),
            "EXPIRED" => Some((after(-VALID - 86_400), after(-86_400))),
            _ => None,
        }
    }
}
