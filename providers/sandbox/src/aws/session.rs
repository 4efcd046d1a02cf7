//! Access keys that the sandbox itself gave out (STS `AssumeRole`): they remember account and role.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::store::{Document, Place};

/// A temporary access key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// The access key id.
    pub(crate) access_key: String,
    /// The account it acts in.
    pub(crate) account: String,
    /// The ARN it acts as.
    pub(crate) arn: String,
    /// The unique id it acts as: `AROA…:session`.
    #[serde(default)]
    pub(crate) user_id: String,
    /// When it was given out.
    pub(crate) created: Timestamp,
    /// When it ends.
    pub(crate) expires: Timestamp,
}

impl Document for Session {
    const SERVICE: &'static str = "sts";
    const KIND: &'static str = "session";

    fn id(&self) -> String {
        self.access_key.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Session {
    /// Sessions are found before their account is known, so they lie in no account.
    pub(crate) fn place() -> Place {
        Place {
            account: String::new(),
            region: String::new(),
        }
    }
}
