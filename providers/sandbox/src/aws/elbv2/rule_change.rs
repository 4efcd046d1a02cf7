//! CreateRule, ModifyRule, SetRulePriorities.

use std::collections::BTreeMap;

use super::action::Action;
use super::common::{constraint, invalid, number, required, short_id, within};
use super::rule::{answer, find, listener_of};
use super::{Listener, LoadBalancer, Rule, condition, forwarding, tags};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Params};

/// CreateRule.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let listener = super::listener::find(call, &required(call, "ListenerArn")?)?;
    let conditions = condition::read(&call.params)?;
    let action = Action::read(&call.params, "Actions")?;
    let priority = number::<u32>(&call.params, "Priority", 1, 50_000)?
        .ok_or_else(|| constraint("Priority", "null", "not be null"))?;
    let tags = tags::at_create(call)?;
    let balancer = balancer_of(call, &listener)?;
    if !balancer.is_application() {
        return Err(ApiError::bad(
            "UnsupportedProtocol",
            "Rules are not supported for listeners of network load balancers",
        ));
    }
    forwarding::check(call, &balancer, &listener.protocol, &action)?;
    let rules = Rule::of_listener(&call.tx, &call.place, &listener.arn);
    if rules.iter().any(|rule| rule.priority == Some(priority)) {
        return Err(in_use(priority));
    }
    let of_balancer = call.tx.list::<Rule>(&call.place).into_iter();
    let have = of_balancer.filter(|rule| rule.balancer == balancer.arn && rule.priority.is_some());
    let quota = "elbv2:rules-per-balancer";
    within(&call.tx, quota, have.count(), "TooManyRules", "rules")?;
    let arn = arn_of(&listener.arn, &short_id(&mut call.tx));
    let rule = Rule {
        arn,
        listener: listener.arn,
        balancer: balancer.arn,
        priority: Some(priority),
        conditions,
        action,
        tags,
        created: call.now(),
    };
    call.tx.put(&call.place, &rule);
    answer(&[rule])
}

/// The ARN of a listener's rule.
pub(super) fn arn_of(listener: &str, id: &str) -> String {
    let of_rule = listener.replacen(":listener/", ":listener-rule/", 1);
    format!("{of_rule}/{id}")
}

fn in_use(priority: u32) -> ApiError {
    ApiError::bad(
        "PriorityInUse",
        format!("Priority '{priority}' is currently in use"),
    )
}

/// The balancer of a listener.
pub(super) fn balancer_of(call: &Call<'_>, listener: &Listener) -> Result<LoadBalancer, ApiError> {
    let found = call.tx.get::<LoadBalancer>(&call.place, &listener.balancer);
    found.ok_or_else(|| super::load_balancer::not_found(std::slice::from_ref(&listener.balancer)))
}

/// ModifyRule: what the call names is replaced as a whole.
pub(super) fn modify(call: &mut Call<'_>) -> Outcome {
    let mut rule = find(call, &required(call, "RuleArn")?)?;
    if rule.priority.is_none() {
        let text = format!("Default rule '{}' cannot be modified", rule.arn);
        return Err(ApiError::bad("OperationNotPermitted", text));
    }
    let (conditions, actions) = (
        !call.params.under("Conditions").is_empty(),
        !call.params.under("Actions").is_empty(),
    );
    if !conditions && !actions {
        return Err(invalid("Either conditions or actions must be specified"));
    }
    if conditions {
        rule.conditions = condition::read(&call.params)?;
    }
    if actions {
        rule.action = Action::read(&call.params, "Actions")?;
        let listener = listener_of(call, &rule)?;
        let balancer = balancer_of(call, &listener)?;
        forwarding::check(call, &balancer, &listener.protocol, &rule.action)?;
    }
    call.tx.put(&call.place, &rule);
    answer(&[rule])
}

/// SetRulePriorities: all at once, so that rules can change places. All are of one listener.
pub(super) fn priorities(call: &mut Call<'_>) -> Outcome {
    let wishes = call.params.structures("RulePriorities.member");
    if wishes.is_empty() {
        return Err(constraint("RulePriorities", "null", "not be null"));
    }
    let moved = |wish| moved(call, wish);
    let changed: Vec<Rule> = wishes.iter().map(moved).collect::<Result<_, _>>()?;
    let Some(listener) = changed.first().map(|rule| rule.listener.clone()) else {
        return answer(&[]);
    };
    if changed.iter().any(|rule| rule.listener != listener) {
        return Err(invalid("All rules must belong to the same listener"));
    }
    let all = Rule::of_listener(&call.tx, &call.place, &listener);
    let mut after: BTreeMap<String, Option<u32>> = all
        .into_iter()
        .map(|rule| (rule.arn, rule.priority))
        .collect();
    after.extend(changed.iter().map(|rule| (rule.arn.clone(), rule.priority)));
    let mut taken: Vec<u32> = after.into_values().flatten().collect();
    taken.sort_unstable();
    if let Some(pair) = taken.windows(2).find(|pair| pair.first() == pair.last()) {
        return Err(in_use(pair.first().copied().unwrap_or_default()));
    }
    for rule in &changed {
        call.tx.put(&call.place, rule);
    }
    answer(&changed)
}

/// The rule that a wish names, with its new priority.
fn moved(call: &Call<'_>, wish: &Params) -> Result<Rule, ApiError> {
    let mut rule = find(call, wish.get("RuleArn").unwrap_or_default())?;
    if rule.priority.is_none() {
        let text = format!(
            "The priority of the default rule '{}' cannot be set",
            rule.arn
        );
        return Err(ApiError::bad("OperationNotPermitted", text));
    }
    rule.priority = number(wish, "Priority", 1, 50_000)?;
    match rule.priority {
        Some(_) => Ok(rule),
        None => Err(constraint("Priority", "null", "not be null")),
    }
}
