//! Insights: whether a cluster is ready for the next minor, or for the way back.
//!
//! EKS checks more than the sandbox can: nothing runs in these clusters. What it can tell from versions is worked out
//! here; anything else is planted with the knob `insights`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::common::{body, cluster, listing, not_found, of_cluster, page, path, stamp};
use super::{Addon, Cluster, NodeGroup, addon_list, cluster_version, version};
use crate::aws::{Call, Outcome};
use crate::config::Planted;
use crate::store::{Place, Tx};
use crate::wire::Body;

/// The category of readiness for the next minor.
pub(super) const UPGRADE: &str = "UPGRADE_READINESS";

/// The category of readiness for the minor before.
pub(super) const ROLLBACK: &str = "ROLLBACK_READINESS";

/// So many minors may a kubelet be behind its API server.
const SKEW: u16 = 3;

/// One insight.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Insight {
    /// `Kubelet version skew`.
    pub(super) name: String,
    /// [`UPGRADE`] or [`ROLLBACK`].
    pub(super) category: String,
    /// `PASSING`, `WARNING`, `ERROR`, `UNKNOWN`.
    pub(super) status: String,
    /// The minor that it is about.
    pub(super) version: Option<String>,
    reason: String,
    recommendation: String,
    description: String,
    /// Add-ons that do not fit, each with versions that do.
    addons: Vec<(String, Vec<String>)>,
}

impl Insight {
    fn checked(category: &str, name: &str, to: &str, fault: Option<String>) -> Self {
        let fine = format!("No issue was found for Kubernetes {to}.");
        Self {
            name: name.to_owned(),
            category: category.to_owned(),
            status: if fault.is_some() { "ERROR" } else { "PASSING" }.to_owned(),
            version: Some(to.to_owned()),
            recommendation: fault.as_ref().map_or_else(String::new, |_| {
                format!("Bring it to a version that fits Kubernetes {to}.")
            }),
            reason: fault.unwrap_or(fine),
            description: format!("Checks: {name}."),
            addons: Vec::new(),
        }
    }

    fn planted(one: &Planted) -> Self {
        Self {
            name: one.name.clone(),
            category: one.category.clone(),
            status: one.status.clone(),
            version: one.kubernetes_version.clone(),
            reason: one.reason.clone(),
            recommendation: one.recommendation.clone(),
            description: one.name.clone(),
            addons: Vec::new(),
        }
    }

    fn id(&self, cluster: &Cluster) -> String {
        let version = self.version.as_deref().unwrap_or_default();
        let text = format!("{}/{}/{}/{version}", cluster.uid, self.category, self.name);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes()).to_string()
    }

    fn summary(&self, cluster: &Cluster, now: Timestamp) -> Value {
        json!({
            "id": self.id(cluster),
            "name": self.name,
            "category": self.category,
            "kubernetesVersion": self.version,
            "lastRefreshTime": stamp(now),
            "lastTransitionTime": stamp(cluster.created),
            "description": self.description,
            "insightStatus": {"status": self.status, "reason": self.reason},
        })
    }

    fn whole(&self, cluster: &Cluster, now: Timestamp) -> Value {
        let mut whole = self.summary(cluster, now);
        let addons = self.addons.iter();
        let addons: Vec<Value> = addons
            .map(|(name, fits)| json!({"name": name, "compatibleVersions": fits}))
            .collect();
        whole["recommendation"] = json!(self.recommendation);
        whole["additionalInfo"] = json!({});
        whole["resources"] = json!([]);
        whole["categorySpecificSummary"] =
            json!({"deprecationDetails": [], "addonCompatibilityDetails": addons});
        whole
    }
}

/// All insights of a cluster.
pub(super) fn all(tx: &Tx<'_>, place: &Place, cluster: &Cluster, now: Timestamp) -> Vec<Insight> {
    let mut all = Vec::new();
    let minor = version::minor(&cluster.version).unwrap_or_default();
    let next = format!("1.{}", minor + 1);
    if version::supported(&next, now).is_some() {
        all.extend(towards(tx, place, cluster, UPGRADE, &next));
    }
    if cluster_version::can_go_back(tx, place, cluster, now) {
        let last = format!("1.{}", minor.saturating_sub(1));
        all.extend(towards(tx, place, cluster, ROLLBACK, &last));
    }
    let planted = tx.config().insights.iter();
    let planted = planted.filter(|one| one.cluster.as_ref().is_none_or(|of| *of == cluster.name));
    all.extend(planted.map(Insight::planted));
    all
}

fn towards(
    tx: &Tx<'_>,
    place: &Place,
    cluster: &Cluster,
    category: &str,
    to: &str,
) -> Vec<Insight> {
    let back = category == ROLLBACK;
    let goal = version::minor(to);
    let groups = of_cluster::<NodeGroup>(tx, place, &cluster.name);
    let wrong = |name: &str| {
        let own = version::minor(name);
        if back {
            own > goal
        } else {
            own.map(|own| own + SKEW) < goal
        }
    };
    let mut kubelets = groups.iter().filter(|group| wrong(&group.version));
    let kubelet = kubelets.next().map(|group| {
        format!(
            "Nodes of {} run Kubernetes {}, too far from {to}.",
            group.name, group.version
        )
    });
    let addons = of_cluster::<Addon>(tx, place, &cluster.name);
    let proxy = addons.iter().find(|addon| addon.name == "kube-proxy");
    let proxy = proxy.filter(|addon| wrong(&minor_of(&addon.version)));
    let proxy =
        proxy.map(|addon| format!("kube-proxy is at {}, too far from {to}.", addon.version));
    let unfit: Vec<(String, Vec<String>)> = addons
        .iter()
        .filter(|addon| addon.name != "kube-proxy")
        .filter_map(|addon| {
            let fits = addon_list::find(&addon.name)?.versions(to);
            (!fits.contains(&addon.version)).then(|| (addon.name.clone(), fits))
        })
        .collect();
    let names: Vec<&str> = unfit.iter().map(|(name, _)| name.as_str()).collect();
    let fault = (!names.is_empty()).then(|| {
        format!(
            "Add-ons without a version that fits {to}: {}.",
            names.join(", ")
        )
    });
    let check = |name, fault| Insight::checked(category, name, to, fault);
    vec![
        check("Cluster health issues", None),
        check("Kubelet version skew", kubelet),
        check("kube-proxy version skew", proxy),
        Insight {
            addons: unfit,
            ..check("EKS add-on version compatibility", fault)
        },
    ]
}

/// `1.34` of `v1.34.2-eksbuild.5`.
pub(super) fn minor_of(version: &str) -> String {
    let mut parts = version.trim_start_matches('v').split('.');
    let (major, minor) = (parts.next(), parts.next());
    format!(
        "{}.{}",
        major.unwrap_or_default(),
        minor.unwrap_or_default()
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Ask {
    filter: Option<Filter>,
    #[serde(rename = "maxResults")]
    _most: Option<i64>,
    #[serde(rename = "nextToken")]
    _token: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Filter {
    categories: Vec<String>,
    kubernetes_versions: Vec<String>,
    statuses: Vec<String>,
}

/// ListInsights.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let ask: Ask = body(call)?;
    let cluster = cluster(call)?;
    let filter = ask.filter.unwrap_or_default();
    let any =
        |wishes: &[String], value: &str| wishes.is_empty() || wishes.iter().any(|one| one == value);
    let now = call.now();
    let mut rows = all(&call.tx, &call.place, &cluster, now);
    rows.retain(|one| {
        let version = one.version.as_deref().unwrap_or_default();
        any(&filter.categories, &one.category)
            && any(&filter.statuses, &one.status)
            && any(&filter.kubernetes_versions, version)
    });
    rows.sort_by_key(|one| one.id(&cluster));
    let (rows, next) = page(call, rows, |one| one.id(&cluster))?;
    let rows: Vec<Value> = rows.iter().map(|one| one.summary(&cluster, now)).collect();
    listing("insights", &rows, next)
}

/// DescribeInsight.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let cluster = cluster(call)?;
    let (id, now) = (path(call, "id").to_owned(), call.now());
    let found = all(&call.tx, &call.place, &cluster, now)
        .into_iter()
        .find(|one| one.id(&cluster) == id);
    match found {
        Some(one) => Ok(Body::Json(json!({"insight": one.whole(&cluster, now)}))),
        None => Err(not_found(format!("No insight found for ID: {id}"))
            .with("clusterName", cluster.name.as_str())),
    }
}
