//! What the service says when it refuses. The words are those of recorded answers and of public issues; those marked
//! "assumed" were seen nowhere.

/// A refusal: HTTP status, the status word of `google.rpc.Code`, the reason in `errors`, and the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// The HTTP status.
    pub(super) http: u16,
    /// `INVALID_ARGUMENT`.
    pub(super) status: &'static str,
    /// `badRequest`.
    pub(super) reason: &'static str,
    /// What went wrong.
    pub(super) message: String,
}

fn words(http: u16, status: &'static str, reason: &'static str, message: String) -> Words {
    Words {
        http,
        status,
        reason,
        message,
    }
}

/// The request makes no sense as it is.
pub(super) fn bad(message: impl Into<String>) -> Words {
    words(400, "INVALID_ARGUMENT", "badRequest", message.into())
}

/// The front end could not read the request; this one has no domain.
pub(super) fn unreadable(message: String) -> Words {
    words(400, "INVALID_ARGUMENT", "invalid", message)
}

fn not_now(message: String) -> Words {
    words(400, "FAILED_PRECONDITION", "failedPrecondition", message)
}

/// `projects/P/zones/Z/clusters/C` for a zone, `projects/P/locations/R/clusters/C` for a region.
pub(super) fn cluster_path(project: &str, location: &str, name: &str) -> String {
    let collection = match location.matches('-').count() {
        2 => "zones",
        _ => "locations",
    };
    format!("projects/{project}/{collection}/{location}/clusters/{name}")
}

/// There is no such cluster.
pub(super) fn no_cluster(project: &str, location: &str, name: &str) -> Words {
    let path = cluster_path(project, location, name);
    words(404, "NOT_FOUND", "notFound", format!("Not found: {path}."))
}

/// There is no such pool.
pub(super) fn no_pool(name: &str) -> Words {
    let message = format!("Not found: node pool \"{name}\" not found.");
    words(404, "NOT_FOUND", "notFound", message)
}

/// There is one of that name.
pub(super) fn exists(project: &str, location: &str, name: &str) -> Words {
    let path = cluster_path(project, location, name);
    let message = format!("Already exists: {path}.");
    words(409, "ALREADY_EXISTS", "alreadyExists", message)
}

/// Another operation stands in the way.
pub(super) fn incompatible(operation: &str) -> Words {
    not_now(format!(
        "Cluster is running incompatible operation {operation}."
    ))
}

/// As many operations run on the cluster as may; the reason is assumed.
pub(super) fn too_many(cluster: &str, quota: u64) -> Words {
    let message = format!(
        "Too many operations: cluster \"{cluster}\" hits the concurrent operations quota {quota}, please try again later."
    );
    words(429, "RESOURCE_EXHAUSTED", "rateLimitExceeded", message)
}

/// An update of nothing.
pub(super) fn no_field() -> Words {
    bad("Must specify a field to update.")
}

/// The labels changed since they were read.
pub(super) fn stale_labels(supplied: &str, expected: &str) -> Words {
    not_now(format!(
        "Labels could not be set due to fingerprint mismatch; try again with the proper fingerprint: incorrect \
         fingerprint supplied was \"{supplied}\", the expected one is \"{expected}\"."
    ))
}

/// No such version of the control plane; with a channel, those it has.
pub(super) fn no_master_version(version: &str, channel: Option<(&str, &[String])>) -> Words {
    bad(match channel {
        None => format!("Master version \"{version}\" is unsupported."),
        Some((channel, valid)) => format!(
            "Master version must be one of \"{channel}\" channel supported versions [{}].",
            valid.join(", ")
        ),
    })
}

/// No such version of nodes.
pub(super) fn no_node_version(version: &str) -> Words {
    bad(format!("Node version \"{version}\" is unsupported."))
}

/// Nodes would be newer than their control plane.
pub(super) fn nodes_ahead(nodes: &str, master: &str) -> Words {
    bad(format!(
        "desired node version \"{nodes}\" cannot be greater than current master version \"{master}\"."
    ))
}

/// The pools of an Autopilot cluster are not the caller's.
pub(super) fn autopilot_pools() -> Words {
    bad("Autopilot node pools cannot be accessed or modified.")
}

/// Autopilot has this add-on in any case; assumed.
pub(super) fn autopilot_addon(name: &str) -> Words {
    bad(format!(
        "Autopilot clusters do not support disabling the add-on {name}."
    ))
}

/// Two ways of enforcing policies.
pub(super) fn two_policies() -> Words {
    bad(
        "Enabling NetworkPolicy for clusters with DatapathProvider=ADVANCED_DATAPATH is not allowed.",
    )
}

/// Too little time for maintenance.
pub(super) fn window_too_small() -> Words {
    bad("maintenance policy would go longer than 32d without 48h maintenance availability")
}

/// A taint that is there twice; assumed.
pub(super) fn twice_tainted(key: &str) -> Words {
    bad(format!(
        "Invalid node taints: \"{key}\" is there more than once with the same effect; taints must be unique by key and effect pair."
    ))
}

/// Too many nodes are upgraded at once; assumed.
pub(super) fn surge_too_large(most: u64) -> Words {
    bad(format!(
        "The sum of max_surge and max_unavailable must not be greater than {most}."
    ))
}

/// The project has no such network.
pub(super) fn no_network(project: &str, network: &str) -> Words {
    bad(format!(
        "Project \"{project}\" has no network named \"{network}\"."
    ))
}

/// The subnetwork has no such range: `kind` is `Pod` or `Service`, the latter assumed.
pub(super) fn no_range(kind: &str, range: &str, network_url: &str, subnetwork: &str) -> Words {
    bad(format!(
        "{kind} secondary range \"{range}\" not found in network \"{network_url}\", subnetwork \"{subnetwork}\"."
    ))
}

/// Pods and services want the same range.
pub(super) fn same_range(range: &str) -> Words {
    bad(format!(
        "Pod secondary range name ({range}) should not be the same as service secondary range name."
    ))
}

/// Nodes would act as nobody.
pub(super) fn no_account(email: &str) -> Words {
    bad(format!("Service account \"{email}\" does not exist."))
}

/// A name that is none.
pub(super) fn bad_name(field: &str, name: &str) -> Words {
    bad(format!(
        "Invalid value for field \"{field}\": \"{name}\". Must be a match of regex '(?:[a-z](?:[-a-z0-9]{{0,38}}[a-z0-9])?)' \
         (only lowercase alphanumerics and '-' allowed, must start with a letter and end with an alphanumeric, and must be \
         no longer than 40 characters)."
    ))
}

/// There is a pool of that name.
pub(super) fn pool_exists(project: &str, location: &str, cluster: &str, name: &str) -> Words {
    let path = cluster_path(project, location, cluster);
    let message = format!("Already exists: {path}/nodePools/{name}.");
    words(409, "ALREADY_EXISTS", "alreadyExists", message)
}

/// More than one field in one update; assumed.
pub(super) fn many_fields() -> Words {
    bad("Exactly one update can be applied to a cluster with each request.")
}

/// The object changed since it was read; assumed.
pub(super) fn stale_etag(supplied: &str, expected: &str) -> Words {
    not_now(format!(
        "Resource etag mismatch: the supplied etag \"{supplied}\" does not match the current etag \"{expected}\"."
    ))
}

/// The maintenance policy changed since it was read; assumed.
pub(super) fn stale_policy(supplied: &str, expected: &str) -> Words {
    not_now(format!(
        "Maintenance policy could not be set due to resource version mismatch: supplied was \"{supplied}\", the current one is \
         \"{expected}\"."
    ))
}

/// The zone does not have machines of this type.
pub(super) fn no_machine(name: &str, zone: &str) -> Words {
    bad(format!(
        "Invalid machine type \"{name}\" in zone \"{zone}\": GCE_NOT_FOUND"
    ))
}

/// A project has not enough of something in a region.
pub(super) fn over_quota(
    project: &str,
    resource: &str,
    wants: u64,
    limit: u64,
    free: u64,
) -> Words {
    let short = wants.saturating_sub(free);
    let message = format!(
        "Insufficient regional quota to satisfy request: resource \"{resource}\": request requires '{wants}.0' and is short \
         '{short}.0'. project has a quota of '{limit}.0' with '{free}.0' available. View and manage quotas at \
         https://console.cloud.google.com/iam-admin/quotas?usage=USED&project={project}."
    );
    words(403, "PERMISSION_DENIED", "forbidden", message)
}

/// A channel upgrades and repairs by itself.
pub(super) fn channel_manages(channel: &str) -> Words {
    bad(format!(
        "Auto_upgrade and auto_repair cannot be false when release_channel {channel} is set."
    ))
}

impl From<Words> for crate::wire::ApiError {
    fn from(words: Words) -> Self {
        // What the front end itself refuses has another reason, and no domain.
        match words.reason {
            "invalid" => Self::new(words.http, "invalid", words.message).with("domain", ()),
            _ => Self::new(words.http, words.status, words.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_and_regions_have_their_own_paths() {
        let message = |location| no_cluster("acme", location, "shop").message;
        assert_eq!(
            message("europe-west1"),
            "Not found: projects/acme/locations/europe-west1/clusters/shop."
        );
        assert_eq!(
            message("europe-west1-b"),
            "Not found: projects/acme/zones/europe-west1-b/clusters/shop."
        );
    }

    #[test]
    fn waiting_helps_where_the_status_says_so() {
        assert_eq!(incompatible("operation-1").status, "FAILED_PRECONDITION");
        assert_eq!(stale_labels("", "a9dc16a7").reason, "failedPrecondition");
        assert_eq!(too_many("shop", 5).http, 429);
        assert_eq!(no_field().status, "INVALID_ARGUMENT");
    }
}
