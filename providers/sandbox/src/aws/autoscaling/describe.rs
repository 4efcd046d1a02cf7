//! DescribeAutoScalingGroups.

use super::Group;
use super::common::{invalid, page, truth};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body, Fields};

/// Names and values of filters; one whose name is not known is refused.
pub(super) fn filters(
    call: &Call<'_>,
    known: &[&str],
) -> Result<Vec<(String, Vec<String>)>, ApiError> {
    let mut filters = Vec::new();
    for one in call.params.structures("Filters.member") {
        let name = one.get("Name").unwrap_or_default().to_owned();
        let by_tag = known.contains(&"tag:") && name.starts_with("tag:");
        if !by_tag && !known.contains(&name.as_str()) {
            return Err(invalid(format!("Filter type {name} is not correct.")));
        }
        filters.push((name, one.list("Values.member")));
    }
    Ok(filters)
}

/// DescribeAutoScalingGroups: a name that names nothing is left out.
pub(super) fn groups(call: &mut Call<'_>) -> Outcome {
    let names = call.params.list("AutoScalingGroupNames.member");
    let filters = filters(call, &["tag-key", "tag-value", "tag:"])?;
    let mut rows = call.tx.see_all::<Group>(&call.place);
    rows.retain(|group| {
        let fits = |(name, values): &(String, Vec<String>)| {
            let mut tags = group.tags.iter();
            match name.as_str() {
                "tag-key" => tags.any(|(key, _)| values.contains(key)),
                "tag-value" => tags.any(|(_, tag)| values.contains(&tag.value)),
                name => {
                    let key = name.trim_start_matches("tag:");
                    tags.any(|(own, tag)| own == key && values.contains(&tag.value))
                }
            }
        };
        (names.is_empty() || names.contains(&group.name)) && filters.iter().all(fits)
    });
    truth(&call.params, "IncludeInstances")?;
    let (rows, next) = page(call, rows, 100, |group| group.name.clone())?;
    let rows = rows.iter().map(|group| group.fields(&call.tx, &call.place));
    Ok(Body::Xml(
        Fields::new()
            .list("AutoScalingGroups", "member", rows.collect::<Vec<_>>())
            .maybe("NextToken", next),
    ))
}
