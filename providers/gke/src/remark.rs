//! What dates say of clusters: when support of their Kubernetes minor ends, what GKE does then, and what it costs; and what comes
//! with a change of the zones of a pool.
//!
//! A channel takes clusters on by itself before standard support ends; the Extended channel keeps them for up to 24 months,
//! at a higher price after the first 14 ("GKE versioning and support", "Extended channel pricing").

use std::collections::BTreeSet;

use jiff::civil::Date;
use provision_core::contract::{Note, RemarkRequest, Severity};
use provision_core::model::{Minor, Observed, Pending, Resource, Value};
use provision_data::calendar::{GKE, GKE_AS_OF};

/// From so many days before the end of standard support on, it is warned of.
const NEAR_DAYS: i32 = 90;

/// Hours of a month, as bills count them.
const MONTH_HOURS: u64 = 730;

/// Prices are in nano-dollars.
const NANOS_OF_CENT: u64 = 10_000_000;

/// What is worth saying of all clusters.
pub(crate) fn remark(request: &RemarkRequest) -> Vec<Note> {
    let resources = request.resources.iter();
    let noted = resources.filter_map(|resource| {
        let live = request.live.iter().find(|live| live.id == resource.id);
        match resource.kind.as_str() {
            "gke.cluster" => support(request, resource, live),
            "gke.node_pool" => moves(resource, live?),
            _ => None,
        }
    });
    noted.collect()
}

fn support(
    request: &RemarkRequest,
    cluster: &Resource<Pending>,
    live: Option<&Observed>,
) -> Option<Note> {
    let version = version(cluster, live)?;
    match Support::of(request, cluster, version) {
        Some(support) => support.note(),
        None => newer(cluster, version),
    }
}

/// The minor that counts: the live one, or that of a cluster to come, also where it is upgraded.
fn version<'a>(cluster: &'a Resource<Pending>, live: Option<&'a Observed>) -> Option<&'a str> {
    let has = live.and_then(|live| live.fields.get("version")?.as_text());
    let wanted = cluster.fields.get("version").and_then(|one| one.as_text());
    let minor = |version: Option<&str>| version.and_then(Minor::of);
    match minor(wanted) > minor(has) {
        true => wanted,
        false => has,
    }
}

/// A pool whose zones change: with a zone go its nodes.
fn moves(pool: &Resource<Pending>, live: &Observed) -> Option<Note> {
    let (Value::List(wanted), Value::List(has)) =
        (pool.fields.get("zones")?, live.fields.get("zones")?)
    else {
        return None;
    };
    let wanted: BTreeSet<&str> = wanted.iter().filter_map(Value::as_text).collect();
    let has: BTreeSet<&str> = has.iter().filter_map(Value::as_text).collect();
    if wanted == has {
        return None;
    }
    let all = |zones: &BTreeSet<&str>| zones.iter().copied().collect::<Vec<_>>().join(", ");
    let gone: BTreeSet<&str> = has.difference(&wanted).copied().collect();
    let come: BTreeSet<&str> = wanted.difference(&has).copied().collect();
    let goes = match gone.is_empty() {
        true => String::new(),
        false => format!(
            "; the nodes in {} go, and a pod with a disk there cannot start elsewhere",
            all(&gone)
        ),
    };
    let comes = match come.is_empty() {
        true => String::new(),
        false => format!(
            "; {} will have as many nodes as the other zones",
            all(&come)
        ),
    };
    Some(Note {
        severity: Severity::Warning,
        code: "zones-change".to_owned(),
        message: format!(
            "its zones change from {} to {}{goes}{comes}; then it is brought between its bounds",
            all(&has),
            all(&wanted)
        ),
        address: Some(pool.id.to_string()),
    })
}

/// Of a minor that came after the calendar.
fn newer(cluster: &Resource<Pending>, version: &str) -> Option<Note> {
    let newest = GKE.first().and_then(|minor| Minor::of(minor.name));
    (Minor::of(version) > newest).then(|| Note {
        severity: Severity::Info,
        code: "version-new".to_owned(),
        message: format!(
            "Kubernetes {version} is newer than the built-in calendar of GKE, which is of {GKE_AS_OF}: when its support ends is \
             not known"
        ),
        address: Some(cluster.id.address.as_str().to_owned()),
    })
}

/// The support of one cluster's minor.
struct Support<'a> {
    address: &'a str,
    region: &'a str,
    version: &'a str,
    extended: bool,
    standard_end: Date,
    extended_end: Date,
    /// Days until the end of standard support.
    left: i32,
    /// Days until the end of extended support.
    left_extended: i32,
}

impl<'a> Support<'a> {
    /// `None` where the calendar does not have the minor, or nobody says what day it is.
    fn of(
        request: &'a RemarkRequest,
        cluster: &'a Resource<Pending>,
        version: &'a str,
    ) -> Option<Self> {
        let field = |name: &str| cluster.fields.get(name).and_then(|one| one.as_text());
        let minor = GKE.iter().find(|minor| minor.name == version)?;
        let today: Date = request.today.as_ref()?.parse().ok()?;
        let (standard_end, extended_end): (Date, Date) =
            (minor.standard.parse().ok()?, minor.extended.parse().ok()?);
        Some(Self {
            address: cluster.id.address.as_str(),
            region: &request.context.region,
            version,
            extended: field("channel") == Some("EXTENDED"),
            standard_end,
            extended_end,
            left: (standard_end - today).get_days(),
            left_extended: (extended_end - today).get_days(),
        })
    }

    fn note(&self) -> Option<Note> {
        let (severity, code, message) = match (self.left, self.left_extended) {
            (_, over) if over < 0 => (Severity::Warning, "support-over", self.over()),
            (left, over) if left < 0 => (Severity::Warning, "support-past", self.past(over)),
            (left, _) if left <= NEAR_DAYS => (Severity::Warning, "support-ends", self.ends()),
            _ if self.extended => (Severity::Info, "support-extended", self.ends()),
            _ => return None,
        };
        Some(Note {
            severity,
            code: code.to_owned(),
            message,
            address: Some(self.address.to_owned()),
        })
    }

    /// Before the end of standard support.
    fn ends(&self) -> String {
        let then = match self.extended {
            true => format!("then {} until {}", price(self.region), self.extended_end),
            false => "by then GKE has upgraded it by itself, unless it is on the extended channel, which costs more".to_owned(),
        };
        format!(
            "Kubernetes {} has standard support until {}, {} days from now; {then}",
            self.version, self.standard_end, self.left
        )
    }

    /// Between both ends.
    fn past(&self, over: i32) -> String {
        let ended = format!(
            "standard support of Kubernetes {} ended on {}, {} days ago",
            self.version, self.standard_end, -self.left
        );
        match self.extended {
            true => format!(
                "{ended}: {} until {}, {over} days from now, when GKE upgrades it by itself",
                price(self.region),
                self.extended_end
            ),
            false => format!("{ended}: GKE upgrades the cluster by itself"),
        }
    }

    /// After both.
    fn over(&self) -> String {
        format!(
            "Kubernetes {} has no support since {}: GKE upgrades the cluster by itself",
            self.version, self.extended_end
        )
    }
}

/// What extended support costs: `the cluster costs $0.60 instead of $0.10 an hour (+$365 a month by the list)`.
fn price(region: &str) -> String {
    let of = |item: &str| {
        let nanos = provision_data::service_nanos(region, item);
        nanos.map(|nanos| nanos / NANOS_OF_CENT)
    };
    let (Some(standard), Some(more)) = (of("gke.cluster"), of("gke.cluster.extended")) else {
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
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::collections::BTreeMap;

    use provision_core::contract::Context;
    use provision_core::model::{Kind, ResourceId};
    use provision_kind::{Live, Tags};
    use serde_json::{Value as Json, json};

    use super::*;

    const CLUSTER: &str = "gke.cluster";
    const POOL: &str = "gke.node_pool";

    fn remarks(kind: &str, wanted: &Json, live: Option<&Json>, today: &str) -> Option<Note> {
        let id = ResourceId::new("cluster.prod", "it");
        let Value::Map(fields) = Value::<Pending>::from_json(wanted).unwrap() else {
            panic!("{wanted}");
        };
        let resource = Resource {
            id: id.clone(),
            kind: Kind::new(kind),
            provider: crate::PROVIDER.to_owned(),
            platform: None,
            name: None,
            parent: None,
            fields,
            after: Vec::new(),
            outlives: Vec::new(),
            protect: false,
            adopt: None,
        };
        let observed = |fields: &Json| {
            let live = Live::new("p", &Tags::new(), fields);
            live.observed(crate::PROVIDER, &Kind::new(kind), id.clone(), Vec::new())
        };
        let request = RemarkRequest {
            context: Context {
                stack: "shop".to_owned(),
                account: None,
                region: "europe-west1".to_owned(),
                labels: BTreeMap::new(),
            },
            facts: None,
            today: Some(today.to_owned()),
            resources: vec![resource],
            live: live.map(observed).into_iter().collect(),
        };
        remark(&request).pop()
    }

    fn told(version: &str, channel: &str, today: &str) -> Option<Note> {
        let wanted = json!({ "version": version, "channel": channel });
        remarks(CLUSTER, &wanted, None, today)
    }

    /// A plan that goes past a minor says nothing of its end; a floor below the live one does not count.
    #[test]
    fn the_minor_of_an_upgrade_counts() {
        let of = |wanted: &str, live: &str| {
            let (wanted, live) = (json!({ "version": wanted }), json!({ "version": live }));
            remarks(CLUSTER, &wanted, Some(&live), "2026-10-21")
        };
        assert_eq!(of("1.35", "1.34"), None);
        assert_eq!(of("1.34", "1.34").unwrap().code, "support-ends");
        assert_eq!(of("1.33", "1.35"), None);
        let unsaid = remarks(
            CLUSTER,
            &json!({}),
            Some(&json!({ "version": "1.34" })),
            "2026-10-21",
        );
        assert_eq!(unsaid.unwrap().code, "support-ends");
    }

    #[test]
    fn zones_that_come_and_go_are_told() {
        let of = |wanted: &Json, live: &[&str]| {
            let live = json!({ "zones": live });
            remarks(POOL, &json!({ "zones": wanted }), Some(&live), "2026-10-21")
        };
        assert_eq!(of(&json!(["b", "a"]), &["a", "b"]), None);
        assert_eq!(of(&json!(null), &["a", "b"]), None);
        let note = of(&json!(["a", "c"]), &["a", "b"]).unwrap();
        assert_eq!(note.severity, Severity::Warning);
        for part in [
            "from a, b to a, c",
            "the nodes in b go",
            "c will have as many",
        ] {
            assert!(note.message.contains(part), "{part}: {}", note.message);
        }
        let note = of(&json!(["a", "b"]), &["a"]).unwrap();
        assert!(!note.message.contains("go,"), "{}", note.message);
    }

    #[test]
    fn the_extended_channel_costs_more_from_a_day_on() {
        let far = told("1.35", "EXTENDED", "2026-11-26").unwrap();
        assert_eq!(far.code, "support-extended");
        let near = told("1.34", "EXTENDED", "2026-10-21").unwrap();
        assert_eq!(
            (near.severity, near.code.as_str()),
            (Severity::Warning, "support-ends")
        );
        for part in [
            "until 2026-11-30, 40 days from now",
            "+$365 a month",
            "until 2027-09-30",
        ] {
            assert!(near.message.contains(part), "{part}: {}", near.message);
        }
        let past = told("1.33", "EXTENDED", "2026-11-26").unwrap();
        assert_eq!(past.code, "support-past");
        assert!(
            past.message.contains("115 days ago")
                && past.message.contains("$0.60 instead of $0.10"),
            "{}",
            past.message
        );
        assert_eq!(
            told("1.31", "EXTENDED", "2026-11-26").unwrap().code,
            "support-over"
        );
    }

    #[test]
    fn other_channels_go_on_by_themselves() {
        assert_eq!(told("1.35", "REGULAR", "2026-11-26"), None);
        let near = told("1.34", "REGULAR", "2026-10-21").unwrap();
        assert!(
            near.message.contains("by itself") && !near.message.contains("+$365"),
            "{}",
            near.message
        );
        assert_eq!(
            told("1.99", "EXTENDED", "2026-11-26").unwrap().code,
            "version-new"
        );
        assert_eq!(told("1.20", "REGULAR", "2026-11-26"), None);
    }
}
