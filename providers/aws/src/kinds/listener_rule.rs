//! `elb.rule`: where requests of a host or path go, ahead of the listener's own action.
//!
//! Its priority is chosen when it is made, inside the band that host and path give (`rule_priority`), and is kept from
//! then on; only one that somebody moved out of its band is set anew. Rules of one listener are changed one after
//! the other, so that no two choose the same priority.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::{
    HostHeaderConditionConfig, PathPatternConditionConfig, Rule as Wire, RuleCondition,
    RulePriorityPair,
};
use provision_core::contract::{Class, Failure};
use provision_core::cost::Usage;
use provision_core::model::{Effect, FieldKind, Identity, Lane, Observed, Row, Table, Value};
use serde::{Deserialize, Serialize};

use super::elb::{self, as_wanted, differs, retag, tag_list};
use super::elb_action::{Share, forward, shares};
use super::rule_priority::{choose, rank_of};
use super::tables::{fixed, outputs, scalar, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses, elb_region, pages};
use crate::client::Aws;
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{Tags, plain};

/// The fields of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListenerRule {
    /// Its listener, by ARN.
    pub listener: Field<String>,
    /// The hosts it takes; empty = all.
    pub hosts: Vec<String>,
    /// The patterns of paths it takes; empty = all.
    pub paths: Vec<String>,
    /// Where requests go.
    pub forward: Vec<Share>,
    /// The band of its priority: the first one of it.
    pub rank: i64,
    /// Its priority; what is live, never wanted.
    pub priority: Option<i64>,
    /// Its tags.
    pub tags: Tags,
}

/// The fields that ModifyRule changes.
const SETTINGS: [&str; 3] = ["hosts", "paths", "forward"];

impl Served for ListenerRule {
    const KIND: &'static str = "elb.rule";

    fn table() -> Table {
        let row = |name: &str, kind, doc: &str| Row::new(name, kind, Effect::InPlace, doc);
        let shares = FieldKind::KeyedList {
            key: "target_group".to_owned(),
        };
        let rows = vec![
            fixed("listener", "its listener"),
            row("hosts", FieldKind::Set, "the hosts it takes").in_group("rule"),
            row("paths", FieldKind::Set, "the paths it takes").in_group("rule"),
            row("forward", shares, "where requests go").in_group("rule"),
            scalar("rank", "where it stands among the others").in_group("rank"),
            Row::new(
                "priority",
                FieldKind::Scalar,
                Effect::Computed,
                "its priority",
            ),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["arn"]),
            dies_with_parent: true,
            seconds: seconds(1, 1, 1),
            lane: Some(Lane::Parent),
            ..table(Self::KIND, "listener rule", Identity::NaturalKey, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("rules are free of charge: capacity units of their balancer count them")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        elb_region::survey_of(Self::KIND, ask).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let listener = want.listener.known("listener")?;
        // One list for both questions: a rule of an earlier run that shows only now would else be taken for somebody's, and
        // passed by. Tags are asked for where a rule takes the same.
        let rules = wires(cx.aws, Some(listener), None).await?;
        let same: Vec<&Wire> = rules.iter().filter(|rule| takes(rule, want)).collect();
        if let Some(ours) = own(cx, listener, &same).await? {
            return Ok(Next::More {
                did: "found it there already".to_owned(),
                observed: cx.made(ours),
            });
        }
        let priority = free(cx, want, listener, &rules)?;
        let all = cx.marked(&want.tags);
        let request = cx
            .aws
            .elbv2()
            .create_rule()
            .listener_arn(listener)
            .priority(priority)
            .set_conditions(Some(conditions(want)))
            .actions(forward(&want.forward)?)
            .set_tags(Some(tag_list(&all)));
        let answer = cx
            .aws
            .write("elasticloadbalancingv2:CreateRule", || {
                request.clone().send()
            })
            .await?;
        let made = answer.rules.unwrap_or_default().pop();
        let made = made.unwrap_or_else(|| Wire::builder().build());
        Ok(Next::More {
            did: format!("created the rule of priority {priority}"),
            observed: cx.made(live(&made, &all, listener)),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let wanted = elb::wanted(want)?;
        if SETTINGS
            .iter()
            .any(|field| differs(cx, &wanted, live, field))
        {
            modify(cx, want, live).await?;
            return Ok(Some(Next::More {
                did: "set what it takes and where that goes".to_owned(),
                observed: as_wanted(live, &wanted, &SETTINGS),
            }));
        }
        if differs(cx, &wanted, live, "rank") {
            let priority = move_to(cx, want, live).await?;
            let mut observed = as_wanted(live, &wanted, &["rank"]);
            let value = Value::Int(i64::from(priority));
            observed.fields.insert("priority".to_owned(), value);
            return Ok(Some(Next::More {
                did: format!("moved it to priority {priority}"),
                observed,
            }));
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let request = cx.aws.elbv2().delete_rule().rule_arn(&live.physical);
        cx.aws
            .write("elasticloadbalancingv2:DeleteRule", || {
                request.clone().send()
            })
            .await
            .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let Some(wire) = wires(cx.aws, None, Some(physical)).await?.pop() else {
            return Ok(None);
        };
        let tags = elb::tags_of_one(cx.aws, physical).await?;
        Ok(tags.map(|tags| live(&wire, &tags, &listener_of(physical))))
    }

    /// Ours only: where somebody else took the priority meanwhile, the next try takes another one.
    async fn holder(cx: &Cx<'_>, want: &Self) -> Result<Option<Live>, Fault> {
        let Some(listener) = want.listener.get() else {
            return Ok(None);
        };
        let rules = wires(cx.aws, Some(listener), None).await?;
        own(cx, listener, &rules.iter().collect::<Vec<_>>()).await
    }
}

/// The rule among these that carries our mark.
async fn own(cx: &Cx<'_>, listener: &str, rules: &[&Wire]) -> Result<Option<Live>, Fault> {
    let arns: Vec<String> = rules
        .iter()
        .filter_map(|rule| rule.rule_arn.clone())
        .collect();
    let tags = elb::tags(cx.aws, &arns).await?;
    let lives = rules.iter().filter_map(|rule| {
        let tags = tags.get(rule.rule_arn()?)?;
        Some(live(rule, tags, listener))
    });
    let mut ours = lives.filter(|live| live.marks.are(cx.context, cx.id()));
    Ok(ours.next())
}

/// Whether a rule takes the hosts and paths that are wanted.
fn takes(rule: &Wire, want: &ListenerRule) -> bool {
    let set = |values: &[String]| values.iter().cloned().collect::<BTreeSet<_>>();
    set(&values(rule, "host-header")) == set(&want.hosts)
        && set(&values(rule, "path-pattern")) == set(&want.paths)
}

/// A free priority in the band of the rule.
async fn place(cx: &Cx<'_>, want: &ListenerRule, listener: &str) -> Result<i32, Stop> {
    let rules = wires(cx.aws, Some(listener), None).await?;
    free(cx, want, listener, &rules)
}

fn free(cx: &Cx<'_>, want: &ListenerRule, listener: &str, rules: &[Wire]) -> Result<i32, Stop> {
    let taken: BTreeSet<i64> = rules.iter().filter_map(priority).collect();
    let key = [want.hosts.join(" "), want.paths.join(" ")].join(" ");
    let found = choose(want.rank, &key, &taken);
    found
        .and_then(|priority| i32::try_from(priority).ok())
        .ok_or_else(|| Stop::Failure(full(cx, listener)))
}

fn full(cx: &Cx<'_>, listener: &str) -> Failure {
    Failure {
        class: Class::Conflict,
        code: "priorities".to_owned(),
        message: format!("{listener} has no free priority for {}", cx.id()),
        call: None,
        object: Some(cx.id().to_string()),
        advice: Some(
            "rules of this sort of host and length of path take all priorities there: put some of the routes onto \
             another balancer"
                .to_owned(),
        ),
    }
}

fn conditions(want: &ListenerRule) -> Vec<RuleCondition> {
    let mut conditions = Vec::new();
    if !want.hosts.is_empty() {
        let hosts = HostHeaderConditionConfig::builder().set_values(Some(want.hosts.clone()));
        let condition = RuleCondition::builder()
            .field("host-header")
            .host_header_config(hosts.build());
        conditions.push(condition.build());
    }
    if !want.paths.is_empty() {
        let paths = PathPatternConditionConfig::builder().set_values(Some(want.paths.clone()));
        let condition = RuleCondition::builder()
            .field("path-pattern")
            .path_pattern_config(paths.build());
        conditions.push(condition.build());
    }
    conditions
}

async fn modify(cx: &Cx<'_>, want: &ListenerRule, live: &Observed) -> Result<(), Stop> {
    let request = cx
        .aws
        .elbv2()
        .modify_rule()
        .rule_arn(&live.physical)
        .set_conditions(Some(conditions(want)))
        .actions(forward(&want.forward)?);
    cx.aws
        .write("elasticloadbalancingv2:ModifyRule", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    Ok(())
}

/// Back into its band. Somebody may take the priority meanwhile: then another one is chosen.
async fn move_to(cx: &Cx<'_>, want: &ListenerRule, live: &Observed) -> Result<i32, Stop> {
    let priority = place(cx, want, want.listener.known("listener")?).await?;
    let pair = RulePriorityPair::builder()
        .rule_arn(&live.physical)
        .priority(priority);
    let request = cx.aws.elbv2().set_rule_priorities();
    let request = request.rule_priorities(pair.build());
    let sent = cx
        .aws
        .write("elasticloadbalancingv2:SetRulePriorities", || {
            request.clone().send()
        })
        .await;
    match sent {
        Ok(_) => Ok(priority),
        Err(fault) if fault.is_already() => Err(Stop::Later(fault.to_string())),
        Err(fault) => Err(Stop::OfNew(fault.about(&live.physical))),
    }
}

/// Rules of a listener, or one by handle, but for the listener's own action. What is not there is none.
pub(super) async fn wires(
    aws: &Aws,
    listener: Option<&str>,
    arn: Option<&str>,
) -> Result<Vec<Wire>, Fault> {
    let read = pages(|token| async {
        let request = aws
            .elbv2()
            .describe_rules()
            .set_listener_arn(listener.map(str::to_owned))
            .set_rule_arns(arn.map(|arn| vec![arn.to_owned()]))
            .set_marker(token);
        let answer = aws
            .read("elasticloadbalancingv2:DescribeRules", || {
                request.clone().send()
            })
            .await?;
        Ok((answer.rules, answer.next_marker))
    });
    match read.await {
        Err(fault) if fault.is_not_found() => Ok(Vec::new()),
        read => {
            let own = |rule: &Wire| rule.is_default != Some(true);
            Ok(read?.into_iter().filter(own).collect())
        }
    }
}

pub(super) fn priority(wire: &Wire) -> Option<i64> {
    wire.priority()?.parse().ok()
}

/// The listener that a rule's handle names: `…:listener-rule/app/NAME/ID/LISTENER/RULE`.
fn listener_of(arn: &str) -> String {
    let listener = arn.replacen(":listener-rule/", ":listener/", 1);
    let cut = listener.rsplit_once('/').map(|(listener, _)| listener);
    cut.unwrap_or_default().to_owned()
}

/// A rule as read.
pub(super) fn live(wire: &Wire, all: &Tags, listener: &str) -> Live {
    let shares = shares(wire.actions());
    let arn = wire.rule_arn().unwrap_or_default();
    let priority = priority(wire);
    let groups: Vec<String> = shares
        .iter()
        .filter_map(|share| share.target_group.get().cloned())
        .collect();
    let record = ListenerRule {
        listener: listener.into(),
        hosts: values(wire, "host-header"),
        paths: values(wire, "path-pattern"),
        forward: shares,
        rank: priority.map(rank_of).unwrap_or_default(),
        priority,
        tags: plain(all),
    };
    Live::new(arn, all, &record)
        .output("arn", arn)
        .needs([listener])
        .needs(groups)
}

/// The values of a condition, in the newer form or the older one.
pub(super) fn values(wire: &Wire, field: &str) -> Vec<String> {
    let condition = wire
        .conditions()
        .iter()
        .find(|condition| condition.field() == Some(field));
    let Some(condition) = condition else {
        return Vec::new();
    };
    let hosts = condition
        .host_header_config()
        .map(HostHeaderConditionConfig::values);
    let paths = condition
        .path_pattern_config()
        .map(PathPatternConditionConfig::values);
    let values = hosts.or(paths).unwrap_or_default();
    match values.is_empty() {
        true => condition.values().to_vec(),
        false => values.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_names_its_listener() {
        let arn =
            "arn:aws:elasticloadbalancing:eu-west-1:1:listener-rule/app/shop-web/50dc/f2f7/9683";
        assert_eq!(
            listener_of(arn),
            "arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/shop-web/50dc/f2f7"
        );
    }

    #[test]
    fn conditions_come_back_as_they_were_sent() {
        let want = ListenerRule {
            hosts: vec!["shop.example".to_owned()],
            paths: vec!["/api".to_owned(), "/api/*".to_owned()],
            ..ListenerRule::default()
        };
        let wire = Wire::builder()
            .set_conditions(Some(conditions(&want)))
            .build();
        assert_eq!(values(&wire, "host-header"), want.hosts);
        assert_eq!(values(&wire, "path-pattern"), want.paths);
        let old = RuleCondition::builder()
            .field("host-header")
            .values("a.example");
        let wire = Wire::builder().conditions(old.build()).build();
        assert_eq!(values(&wire, "host-header"), ["a.example"]);
    }
}
