//! Insights: what EKS finds in a cluster that speaks against another version.

use aws_sdk_eks::types::{
    Category, Insight, InsightStatusValue as Status, InsightSummary, InsightsFilter,
};
use futures::future::join_all;
use provision_aws::kind::pages;
use provision_aws::{Aws, Fault};
use provision_core::contract::{Note, Severity};
use provision_core::model::Minor;

use super::{Way, addons};
use crate::kinds::client;

/// What a plan may cure by itself: nodes and add-ons take their steps, and EKS looks again when the control plane's turn
/// has come. Names are those of the user guide ("Roll back a cluster", "Cluster insights").
const KUBELET: &str = "kubelet version skew";
const PROXY: &str = "kube-proxy version skew";
const ADDON: &str = "add-on version";

/// What holds the cluster up, and what is worth saying.
pub(super) async fn read(aws: &Aws, way: &Way<'_>) -> (Vec<String>, Vec<Note>) {
    let insights = match list(aws, way).await {
        Ok(insights) => insights,
        Err(fault) => return (Vec::new(), vec![unread(way, &fault)]),
    };
    let about = |one: &InsightSummary| {
        let version = one.kubernetes_version();
        version.is_none_or(|version| way.stops.iter().any(|stop| stop == version))
    };
    let found = insights
        .into_iter()
        .filter(|one| about(one) && status(one) != Some(Status::Passing));
    let whole = join_all(found.map(|one| whole(aws, way, one))).await;
    let (mut reasons, mut notes) = (Vec::new(), Vec::new());
    for (severity, insight) in whole {
        let text = told(&insight);
        match severity {
            Status::Error if way.forced => notes.push(way.note(
                Severity::Danger,
                "insight-forced",
                format!("{text}. EKS would refuse; `force_upgrade` goes on nevertheless"),
            )),
            Status::Error if cured(way, &insight) => notes.push(way.note(
                Severity::Warning,
                "insight",
                format!("{text}. This plan sees to it first, and EKS looks again then"),
            )),
            Status::Error => reasons.push(format!(
                "{text}. Mend it (EKS looks again once a day, or at `aws eks start-insights-refresh`), or set \
                 eks.force_upgrade = true"
            )),
            Status::Warning => notes.push(way.note(Severity::Warning, "insight", text)),
            _ => notes.push(way.note(
                Severity::Info,
                "insight-unknown",
                format!("{text}. Whether it stands in the way is not known"),
            )),
        }
    }
    (reasons, notes)
}

fn unread(way: &Way<'_>, fault: &Fault) -> Note {
    let message = format!(
        "readiness insights of {} could not be read ({fault}); EKS itself still refuses what it must",
        way.name
    );
    way.note(Severity::Warning, "insights-unread", message)
}

async fn list(aws: &Aws, way: &Way<'_>) -> Result<Vec<InsightSummary>, Fault> {
    let category = match way.back() {
        true => Category::from("ROLLBACK_READINESS"),
        false => Category::UpgradeReadiness,
    };
    let filter = InsightsFilter::builder().categories(category).build();
    pages(|token| async {
        let request = client(aws)
            .list_insights()
            .cluster_name(way.name)
            .filter(filter.clone())
            .set_next_token(token);
        let answer = aws
            .read("eks:ListInsights", || request.clone().send())
            .await?;
        Ok((answer.insights, answer.next_token))
    })
    .await
}

fn status(one: &InsightSummary) -> Option<Status> {
    one.insight_status()?.status().cloned()
}

/// All of one insight. What cannot be read in full is told as far as it is known.
async fn whole(aws: &Aws, way: &Way<'_>, one: InsightSummary) -> (Status, Insight) {
    let severity = status(&one).unwrap_or_else(|| Status::from("UNKNOWN"));
    let request = client(aws)
        .describe_insight()
        .cluster_name(way.name)
        .id(one.id().unwrap_or_default());
    let answer = aws
        .read("eks:DescribeInsight", || request.clone().send())
        .await;
    let known = Insight::builder()
        .set_name(one.name)
        .set_insight_status(one.insight_status)
        .set_kubernetes_version(one.kubernetes_version)
        .build();
    let insight = answer.ok().and_then(|answer| answer.insight);
    (severity, insight.unwrap_or(known))
}

/// Name, reason and what EKS recommends.
fn told(insight: &Insight) -> String {
    let version = insight.kubernetes_version();
    let version = version.map(|version| format!(" (for {version})"));
    let mut text = format!(
        "insight `{}`{}",
        insight.name().unwrap_or("without a name"),
        version.unwrap_or_default()
    );
    let reason = insight.insight_status().and_then(|status| status.reason());
    for part in [reason, insight.recommendation()] {
        let part = part.map(|part| part.trim().trim_end_matches('.'));
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            text.push_str(if text.ends_with([')', '`']) {
                ": "
            } else {
                ". "
            });
            text.push_str(part);
        }
    }
    text
}

/// Whether the plan itself sees to it before the control plane's turn: on the way back all go first; on the way up nodes
/// and kube-proxy catch up with the stop before.
fn cured(way: &Way<'_>, insight: &Insight) -> bool {
    let name = insight.name().unwrap_or_default().to_lowercase();
    let known = |cure: &str| name.contains(cure);
    if way.back() || known(ADDON) {
        return [KUBELET, PROXY, ADDON].into_iter().any(known);
    }
    let stop = insight.kubernetes_version();
    let place = way.stops.iter().position(|one| Some(one.as_str()) == stop);
    let before = place.and_then(|place| way.stops.get(place.checked_sub(1)?));
    let before = before.map_or(way.from, String::as_str);
    known(KUBELET) && nodes_are_behind(way, before)
        || known(PROXY) && addons::proxy_is_behind(way, before)
}

/// Whether a node group of ours is of an older minor than this one. What has none is not ours to roll.
fn nodes_are_behind(way: &Way<'_>, kubernetes: &str) -> bool {
    let mut groups = way.groups.iter();
    groups.any(|group| {
        let version = group.fields.get("version").and_then(|one| one.as_text());
        let minor = version.and_then(Minor::of);
        minor.is_some() && minor < Minor::of(kubernetes)
    })
}
