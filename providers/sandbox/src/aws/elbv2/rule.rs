//! Rules of listeners: what they are, and how they are shown and deleted. A listener's default action is a rule
//! without conditions, which has no priority.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::common::{invalid, path, required};
use super::condition::Condition;
use super::{Listener, page};
use crate::aws::ec2::Tags;
use crate::aws::{Call, Outcome};
use crate::store::{Document, Indexed, Place, Tx};
use crate::wire::{ApiError, Body, Fields};

/// A rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Rule {
    /// Its ARN.
    pub(crate) arn: String,
    /// The ARN of its listener.
    pub(crate) listener: String,
    /// The ARN of its listener's balancer.
    pub(crate) balancer: String,
    /// Its priority; none for the default one.
    pub(crate) priority: Option<u32>,
    /// When it holds.
    pub(crate) conditions: Vec<Condition>,
    /// What it does.
    pub(crate) action: Action,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for Rule {
    const SERVICE: &'static str = "elasticloadbalancingv2";
    const KIND: &'static str = "listener-rule";

    fn id(&self) -> String {
        self.arn.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Indexed for Rule {
    /// The target groups that it sends to.
    fn keys(&self) -> Vec<String> {
        self.action.groups().map(str::to_owned).collect()
    }
}

impl Rule {
    /// All rules of a listener, the default one last.
    pub(super) fn of_listener(tx: &Tx<'_>, place: &Place, listener: &str) -> Vec<Self> {
        let mut rules = tx.list::<Self>(place);
        rules.retain(|rule| rule.listener == listener);
        rules.sort_by_key(Self::rank);
        rules
    }

    fn rank(&self) -> u32 {
        self.priority.unwrap_or(u32::MAX)
    }

    pub(super) fn fields(&self) -> Fields {
        let priority = self.priority.map(|number| number.to_string());
        let conditions = self.conditions.iter().map(Condition::fields);
        Fields::new()
            .text("RuleArn", &self.arn)
            .text("Priority", priority.as_deref().unwrap_or("default"))
            .list("Conditions", "member", conditions.collect::<Vec<_>>())
            .list("Actions", "member", [self.action.fields()])
            .text("IsDefault", self.priority.is_none())
    }
}

/// The answer of calls that show rules.
pub(super) fn answer(rules: &[Rule]) -> Outcome {
    let rows: Vec<Fields> = rules.iter().map(Rule::fields).collect();
    Ok(Body::Xml(Fields::new().list("Rules", "member", rows)))
}

/// The visible rule of an ARN.
pub(super) fn find(call: &Call<'_>, arn: &str) -> Result<Rule, ApiError> {
    if path(arn, "listener-rule").is_none() {
        return Err(invalid(format!("'{arn}' is not a valid listener rule ARN")));
    }
    let text = "One or more rules not found";
    let found = call.tx.see::<Rule>(&call.place, arn);
    found.ok_or_else(|| ApiError::bad("RuleNotFound", text))
}

/// DescribeRules: of a listener, or by their ARNs.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let arns = call.params.list("RuleArns.member");
    let listener = call.params.get("ListenerArn").map(str::to_owned);
    let mut rules = match (&listener, arns.is_empty()) {
        (Some(arn), true) => {
            super::listener::find(call, arn)?;
            let mut rules = call.tx.see_all::<Rule>(&call.place);
            rules.retain(|rule| rule.listener == *arn);
            rules
        }
        (None, false) => arns
            .iter()
            .map(|arn| find(call, arn))
            .collect::<Result<_, _>>()?,
        _ => {
            return Err(invalid(
                "You must specify either a listener ARN or rule ARNs, but not both",
            ));
        }
    };
    rules.sort_by_key(Rule::rank);
    let (rows, next) = page(call, rules, |rule| format!("{:010}", rule.rank()));
    let rows: Vec<Fields> = rows.iter().map(Rule::fields).collect();
    Ok(Body::Xml(
        Fields::new()
            .list("Rules", "member", rows)
            .maybe("NextMarker", next),
    ))
}

/// DeleteRule: never the default one.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let rule = find(call, &required(call, "RuleArn")?)?;
    if rule.priority.is_none() {
        let text = format!("Default rule '{}' cannot be deleted", rule.arn);
        return Err(ApiError::bad("OperationNotPermitted", text));
    }
    call.tx.delete::<Rule>(&call.place, &rule.arn);
    Ok(Body::Xml(Fields::new()))
}

/// The visible listener of a rule, with its balancer.
pub(super) fn listener_of(call: &Call<'_>, rule: &Rule) -> Result<Listener, ApiError> {
    super::listener::find(call, &rule.listener)
}
