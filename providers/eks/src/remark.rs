//! What dates say of clusters: when support of their Kubernetes minor ends, what happens then, and what it costs.
//!
//! The live minor counts; of a cluster that is not there, the one that it gets. `support` in the spec means what EKS
//! means by it ("Upgrade policy" in the user guide): `standard` = EKS upgrades the control plane by itself when standard
//! support ends; `extended` = it stays for another year at a higher price, and is upgraded then.

use jiff::civil::Date;
use provision_core::contract::{Note, RemarkRequest, Severity};
use provision_core::model::{Observed, Pending, Resource};

use crate::calendar;

/// From so many days before the end of standard support on, it is warned of.
const NEAR_DAYS: i32 = 90;

/// Hours of a month, as bills count them.
const MONTH_HOURS: u64 = 730;

/// Prices are in nano-dollars.
const NANOS_OF_CENT: u64 = 10_000_000;

/// What is worth saying of all clusters.
pub(crate) fn remark(request: &RemarkRequest) -> Vec<Note> {
    let clusters = request.resources.iter();
    let clusters = clusters.filter(|one| one.kind.as_str() == "eks.cluster");
    clusters
        .filter_map(|cluster| {
            let live = request.live.iter().find(|live| live.id == cluster.id);
            Support::of(request, cluster, live)?.note()
        })
        .collect()
}

/// The support of one cluster's minor.
struct Support<'a> {
    address: &'a str,
    region: &'a str,
    /// The minor that counts.
    version: &'a str,
    /// Where a plan takes it, when that is another one.
    goal: Option<&'a str>,
    is_live: bool,
    extended: bool,
    standard_end: Date,
    extended_end: Date,
    /// Days until the end of standard support, when somebody says what day it is.
    left: Option<i32>,
    /// Days until the end of extended support.
    left_extended: Option<i32>,
}

impl<'a> Support<'a> {
    fn of(
        request: &'a RemarkRequest,
        cluster: &'a Resource<Pending>,
        live: Option<&'a Observed>,
    ) -> Option<Self> {
        let wanted = cluster.fields.get("version").and_then(|one| one.as_text());
        let has = live.and_then(|live| live.fields.get("version")?.as_text());
        let version = has.or(wanted)?;
        let (standard_end, extended_end) = calendar::ends(version, request.facts.as_ref())?;
        let today: Option<Date> = request.today.as_ref().and_then(|day| day.parse().ok());
        let days = |end: Date| today.map(|today| (end - today).get_days());
        let support = cluster.fields.get("support").and_then(|one| one.as_text());
        Some(Self {
            address: cluster.id.address.as_str(),
            region: &request.context.region,
            version,
            goal: wanted.filter(|wanted| *wanted != version),
            is_live: live.is_some(),
            extended: support == Some("EXTENDED"),
            standard_end,
            extended_end,
            left: days(standard_end),
            left_extended: days(extended_end),
        })
    }

    fn note(&self) -> Option<Note> {
        let severity = match (self.left, self.goal) {
            (Some(left), None) if left <= NEAR_DAYS => Severity::Warning,
            _ => Severity::Info,
        };
        let (code, text) = match (self.left, self.left_extended) {
            (_, Some(over)) if over < 0 => ("support-over", self.over()),
            (Some(left), Some(over)) if left < 0 => {
                ("support-extended-now", self.past(-left, over))
            }
            (Some(left), _) if left <= NEAR_DAYS => ("support-ends", self.ends(Some(left))),
            _ if self.extended => ("support-extended", self.ends(None)),
            _ => ("support-standard", self.ends(None)),
        };
        let goal = self
            .goal
            .map(|goal| format!("; this plan takes it to {goal}"));
        Some(Note {
            severity,
            code: code.to_owned(),
            message: format!("{text}{}", goal.unwrap_or_default()),
            address: Some(self.address.to_owned()),
        })
    }

    fn whose(&self) -> String {
        match self.is_live {
            true => format!("Kubernetes {}, which runs here,", self.version),
            false => format!("Kubernetes {}, which a new cluster gets,", self.version),
        }
    }

    /// Before the end of standard support.
    fn ends(&self, left: Option<i32>) -> String {
        let days = left.map(|left| format!(", {left} days from now"));
        let then = match self.extended {
            true => format!(
                "{} until {}, when EKS upgrades it by itself",
                price(self.region),
                self.extended_end
            ),
            false => "EKS upgrades the control plane by itself, unless eks.support is `extended`, \
                      which costs more"
                .to_owned(),
        };
        format!(
            "{} has standard support until {}{}; then {then}",
            self.whose(),
            self.standard_end,
            days.unwrap_or_default()
        )
    }

    /// Between both ends.
    fn past(&self, since: i32, over: i32) -> String {
        let whose = self.whose();
        let ended = format!(
            "standard support ended on {}, {since} days ago",
            self.standard_end
        );
        match self.extended {
            true => format!(
                "{whose} is in extended support: {ended}; {} until {}, {over} days from now, when EKS \
                 upgrades it by itself",
                price(self.region),
                self.extended_end
            ),
            false => format!(
                "{whose} is past its time: {ended}; EKS upgrades the control plane by itself, at a time of its \
                 own. Take a newer version, or say eks.support = \"extended\" ({})",
                price(self.region)
            ),
        }
    }

    /// After both.
    fn over(&self) -> String {
        format!(
            "{} has no support since {}: EKS upgrades the control plane by itself",
            self.whose(),
            self.extended_end
        )
    }
}

/// What extended support costs: `the cluster costs $0.60 instead of $0.10 an hour (+$365 a month by the list)`.
fn price(region: &str) -> String {
    let of = |item: &str| {
        let nanos = provision_data::service_nanos(region, item);
        nanos.map(|nanos| nanos / NANOS_OF_CENT)
    };
    let (Some(standard), Some(more)) = (of("eks.cluster"), of("eks.cluster.extended")) else {
        return "the cluster costs more by the hour".to_owned();
    };
    let dollars = |cents: u64| format!("${}.{:02}", cents / 100, cents % 100);
    format!(
        "the cluster costs {} instead of {} an hour (+${} a month by the list)",
        dollars(standard + more),
        dollars(standard),
        more * MONTH_HOURS / 100
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use provision_core::contract::Context;
    use provision_core::model::{Fields, Kind, ResourceId, Status, Value};

    use super::*;

    fn id() -> ResourceId {
        ResourceId::new("cluster.prod", "cluster")
    }

    fn told(live: Option<&str>, wanted: &str, support: &str, today: &str) -> Note {
        let text = |name: &str, value: &str| (name.to_owned(), Value::text(value));
        let resource = Resource {
            id: id(),
            kind: Kind::new("eks.cluster"),
            provider: crate::PROVIDER.to_owned(),
            platform: None,
            name: None,
            parent: None,
            fields: BTreeMap::from([text("version", wanted), text("support", support)]),
            after: Vec::new(),
            outlives: Vec::new(),
            protect: false,
            adopt: None,
        };
        let live = live.map(|version| Observed {
            id: id(),
            kind: Kind::new("eks.cluster"),
            provider: crate::PROVIDER.to_owned(),
            physical: "arn".to_owned(),
            parent: None,
            fields: Fields::from([("version".to_owned(), Value::text(version))]),
            outputs: Fields::new(),
            status: Status::Ready,
            protect: false,
            adopted: None,
            needs: Vec::new(),
            uses: Vec::new(),
            foreign: Vec::new(),
        });
        let request = RemarkRequest {
            context: Context {
                stack: "shop".to_owned(),
                account: None,
                region: "eu-west-1".to_owned(),
                labels: BTreeMap::new(),
            },
            facts: None,
            today: (!today.is_empty()).then(|| today.to_owned()),
            resources: vec![resource],
            live: live.into_iter().collect(),
        };
        remark(&request).pop().unwrap()
    }

    #[test]
    fn the_end_of_standard_support_comes_nearer_and_passes() {
        let far = told(None, "1.34", "STANDARD", "2026-05-01");
        assert_eq!(
            (far.severity, far.code.as_str()),
            (Severity::Info, "support-standard")
        );
        assert!(
            far.message.contains("until 2026-12-02; then EKS upgrades"),
            "{}",
            far.message
        );
        let near = told(Some("1.34"), "1.34", "STANDARD", "2026-11-25");
        assert_eq!(
            (near.severity, near.code.as_str()),
            (Severity::Warning, "support-ends")
        );
        assert!(near.message.contains("7 days from now"), "{}", near.message);
        let past = told(Some("1.33"), "1.33", "EXTENDED", "2026-11-25");
        assert_eq!(past.code, "support-extended-now");
        assert!(
            past.message.contains("119 days ago")
                && past.message.contains("until 2027-07-29, 246 days"),
            "{}",
            past.message
        );
        assert!(
            past.message
                .contains("$0.60 instead of $0.10 an hour (+$365 a month by the list)")
        );
        let over = told(Some("1.31"), "1.31", "EXTENDED", "2026-11-27");
        assert_eq!(over.code, "support-over");
    }

    #[test]
    fn the_live_minor_counts_and_a_plan_away_from_it_calms_down() {
        let note = told(Some("1.33"), "1.35", "STANDARD", "2026-11-25");
        assert_eq!(note.severity, Severity::Info);
        assert!(
            note.message.contains("1.33") && note.message.ends_with("this plan takes it to 1.35")
        );
    }

    #[test]
    fn without_a_date_only_dates_are_told() {
        let note = told(Some("1.31"), "1.31", "EXTENDED", "");
        assert_eq!(note.code, "support-extended");
        assert!(note.message.contains("2025-11-26") && !note.message.contains("days"));
    }
}
