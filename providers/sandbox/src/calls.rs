//! The call log: who called what, when, and how it ended. It never holds parameters, so no secret can be in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One handled request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// Its number, from 1.
    pub number: u64,
    /// When it came.
    pub at: Timestamp,
    /// The account it acted in; empty when the credentials did not tell.
    pub account: String,
    /// The region it was signed for.
    pub region: String,
    /// The service: `ec2`.
    pub service: String,
    /// The operation: `CreateVpc`.
    pub operation: String,
    /// Whether the operation changes something when it succeeds.
    pub mutating: bool,
    /// The HTTP status.
    pub status: u16,
    /// The error's code; empty when it went well.
    pub code: String,
    /// Whether its changes were kept.
    pub applied: bool,
    /// Whether the answer was dropped.
    pub dropped: bool,
    /// The request id that the caller got.
    pub request_id: String,
}
