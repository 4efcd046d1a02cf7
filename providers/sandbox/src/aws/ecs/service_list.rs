//! Services: describe, list.

use serde_json::json;

use super::cluster::any;
use super::common::{arn, invalid, listing, missing, named, text, texts};
use super::service::key;
use super::shape::check as shape;
use super::{Service, Task, requests, tags};
use crate::aws::{Call, Outcome};
use crate::wire::Body;

/// DescribeServices: up to ten, inactive ones too.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::DESCRIBE_SERVICES)?;
    let cluster = any(call)?;
    let asked = texts(&call.json, "services");
    if asked.is_empty() {
        return Err(invalid("Services cannot be empty."));
    }
    if asked.len() > 10 {
        return Err(invalid("Services cannot have more than 10 elements."));
    }
    let with_tags = tags::asked(call);
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for text in &asked {
        let name = named(&call.place, "service", text)?;
        let name = name.rsplit('/').next().unwrap_or(name);
        let key = key(&cluster.name, name);
        match call.tx.see::<Service>(&call.place, &key) {
            Some(one) => {
                let tasks = call.tx.with_key::<Task>(&call.place, name);
                found.push(one.words(&call.place, &tasks, with_tags));
            }
            None => failures.push(missing(&arn(&call.place, &format!("service/{key}")))),
        }
    }
    Ok(Body::Json(
        json!({ "services": found, "failures": failures }),
    ))
}

/// ListServices: those that are not inactive.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::LIST_SERVICES)?;
    let cluster = any(call)?;
    let launch_type = text(&call.json, "launchType");
    let replica = text(&call.json, "schedulingStrategy").is_none_or(|one| one == "REPLICA");
    let hit = |one: &Service| {
        let of_type = one
            .spec()
            .and_then(|spec| spec.capacity.launch_type.as_deref());
        one.cluster == cluster.name
            && !one.is("INACTIVE")
            && replica
            && (launch_type.is_none() || launch_type == of_type)
    };
    let all = call.tx.see_all::<Service>(&call.place).into_iter();
    let rows = all.filter(hit).map(|one| {
        let arn = one.arn(&call.place);
        (one.name, arn)
    });
    listing(call, "serviceArns", rows.collect())
}
