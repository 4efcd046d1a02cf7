//! How long a group keeps its logs.

use super::common::{constraint, given, named, number};
use crate::aws::{Call, Outcome};
use crate::wire::Body;

/// The days that can be asked for ("PutRetentionPolicy", CloudWatch Logs API reference).
const DAYS: [i64; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// PutRetentionPolicy.
pub(super) fn put(call: &mut Call<'_>) -> Outcome {
    let member = "retentionInDays";
    let days = given(member, number(call, member)?)?;
    if !DAYS.contains(&days) {
        let all: Vec<String> = DAYS.iter().map(ToString::to_string).collect();
        let rule = format!("satisfy enum value set: [{}]", all.join(", "));
        return Err(constraint(member, &days.to_string(), &rule));
    }
    keep(call, Some(days))
}

/// DeleteRetentionPolicy: the logs are kept for ever.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    keep(call, None)
}

fn keep(call: &mut Call<'_>, days: Option<i64>) -> Outcome {
    let mut group = named(call)?;
    group.retention = days;
    call.tx.put(&call.place, &group);
    Ok(Body::Empty)
}
