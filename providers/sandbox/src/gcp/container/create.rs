//! Making a cluster: every part is checked, what is not said is filled in, and an operation does the rest.

use serde_json::{Value, json};

use super::cluster::{Cluster, PROVISIONING, home, region_of};
use super::fields::{Fields, at, default, is, list, members, number, set, text, unset};
use super::pool::Pool;
use super::work::{Plan, start};
use super::{defaults, network, nodes, rules, schema, taints, version, words};
use crate::gcp::compute::zones_of;
use crate::gcp::iam::Account;
use crate::gcp::shape::digest;
use crate::gcp::{Call, Outcome};
use crate::store::Place;
use crate::wire::ApiError;

/// How long it takes: the median of seven logs of runs, and that of a tutorial for Autopilot.
const SECONDS: (u64, u64) = (213, 754);

/// A request as the front end reads it.
pub(super) fn request(call: &Call<'_>, message: &str) -> Result<Fields, ApiError> {
    let body = match &call.json {
        Value::Null => json!({}),
        body => body.clone(),
    };
    let read = schema::read(message, &body).map_err(words::unreadable)?;
    Ok(members(read))
}

/// A name as the service wants it.
pub(super) fn name_legal(field: &str, name: &str) -> Result<(), ApiError> {
    let sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let legal = name.len() <= 40
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(sign)
        && !name.ends_with('-');
    match legal {
        true => Ok(()),
        false => Err(words::bad_name(field, name).into()),
    }
}

/// `clusters.create`.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let place = home(call)?;
    let mut body = request(call, "CreateClusterRequest")?;
    let mut fields = members(body.remove("cluster").unwrap_or_default());
    let name = text(&fields, "name").to_owned();
    name_legal("cluster.name", &name)?;
    if call.tx.get::<Cluster>(&place, &name).is_some() {
        return Err(words::exists(&call.project, &place.region, &name).into());
    }
    let pools = pools_of(&mut fields)?;
    zones(&place, &mut fields)?;
    versions(call, &mut fields)?;
    let uid = format!(
        "{}{}",
        call.tx.fresh_hex("cluster"),
        digest(&call.tx.fresh_hex("cluster"), 64)
    );
    let uid = uid.get(..64).unwrap_or(&uid).to_owned();
    let mut found = network::find(call, &place, &mut fields)?;
    let own_ranges = network::ranges(call, &mut found, &name, &uid, &mut fields)?;
    network::endpoints(call, &found, &place, &uid, &mut fields);
    let version = text(&fields, "currentMasterVersion").to_owned();
    rules::addons(&fields)?;
    rules::window(&fields)?;
    defaults::cluster(&mut fields, &version);
    identity(call, &mut fields);
    certificate(&uid, &mut fields);
    set(&mut fields, "location", place.region.as_str());
    set(&mut fields, "zone", place.region.as_str());
    let cluster = Cluster {
        name: name.clone(),
        uid,
        fields,
        status: PROVISIONING.to_owned(),
        message: String::new(),
        conditions: Vec::new(),
        own_ranges,
        created: call.now(),
    };
    let pools = filled(call, &cluster, pools)?;
    if !cluster.is_autopilot() {
        let sizes = pools.iter().map(|one| (&one.fields, one.first_size()));
        nodes::affordable(call, &place, &sizes.collect::<Vec<_>>())?;
    }
    call.tx.put(&place, &cluster);
    nodes::open_firewall(&mut call.tx, &place, &cluster);
    for pool in &pools {
        call.tx.put(&place, pool);
        nodes::place_pool(&mut call.tx, &place, &cluster, pool);
    }
    let seconds = if cluster.is_autopilot() {
        SECONDS.1
    } else {
        SECONDS.0
    };
    start(
        call,
        &place,
        &name,
        None,
        Plan::new("CREATE_CLUSTER", (0, seconds), "create"),
    )
}

/// The pools that a cluster starts with: those it names, or one that its own fields tell of.
fn pools_of(fields: &mut Fields) -> Result<Vec<Fields>, ApiError> {
    let given = fields.remove("nodePools");
    let given: Vec<Fields> = given
        .and_then(|pools| pools.as_array().cloned())
        .into_iter()
        .flatten()
        .map(members)
        .collect();
    let config = fields.remove("nodeConfig");
    let count = number(fields, "initialNodeCount");
    if is(fields, "autopilot.enabled") {
        if !given.is_empty() {
            return Err(words::autopilot_pools().into());
        }
        return Ok(vec![members(json!({
            "name": "default-pool",
            "autoscaling": { "enabled": true, "autoprovisioned": true, "maxNodeCount": 1000 },
        }))]);
    }
    if given.is_empty() {
        if count == 0 {
            return Err(words::bad("Cluster.initial_node_count must be greater than zero.").into());
        }
        let pool = json!({ "name": "default-pool", "initialNodeCount": count, "config": config });
        return Ok(vec![members(super::cluster::written("NodePool", pool))]);
    }
    if count > 0 || config.is_some() {
        let text = "Cluster.initial_node_count and Cluster.node_config must not be set together with Cluster.node_pools.";
        return Err(words::bad(text).into());
    }
    let mut names: Vec<&str> = Vec::new();
    for (n, pool) in given.iter().enumerate() {
        let name = text(pool, "name");
        name_legal(&format!("cluster.node_pools[{n}].name"), name)?;
        if names.contains(&name) {
            return Err(words::bad(format!("Duplicate node pool name \"{name}\".")).into());
        }
        names.push(name);
    }
    Ok(given)
}

/// The zones of nodes: those named, that of a zonal cluster, or three of the region.
fn zones(place: &Place, fields: &mut Fields) -> Result<(), ApiError> {
    let region = region_of(&place.region);
    let all = zones_of(region);
    let usual = match region == place.region {
        true => all.iter().take(3).cloned().collect(),
        false => vec![place.region.clone()],
    };
    default(fields, "locations", usual);
    zones_legal(region, &list(fields, "locations"))
}

/// Whether zones are in a region.
pub(super) fn zones_legal(region: &str, zones: &[String]) -> Result<(), ApiError> {
    let all = zones_of(region);
    match zones.iter().find(|zone| !all.contains(zone)) {
        None => Ok(()),
        Some(zone) => Err(words::bad(format!(
            "Location \"{zone}\" does not exist in region \"{region}\"."
        ))
        .into()),
    }
}

/// The versions of control plane and nodes.
fn versions(call: &Call<'_>, fields: &mut Fields) -> Result<(), ApiError> {
    default(fields, "releaseChannel", json!({ "channel": "REGULAR" }));
    let name = text(fields, "releaseChannel.channel").to_owned();
    let channel = version::channel(&name, call.now());
    let wish = text(fields, "initialClusterVersion").to_owned();
    let version = channel.resolve(&wish).ok_or_else(|| {
        let valid: Vec<String> = channel.valid.iter().map(|one| (*one).to_owned()).collect();
        let of = (!name.is_empty()).then_some((name.as_str(), valid.as_slice()));
        words::no_master_version(&wish, of)
    })?;
    set(fields, "initialClusterVersion", version);
    set(fields, "currentMasterVersion", version);
    Ok(())
}

/// The pool of identities of workloads: each project has one of its own name.
fn identity(call: &Call<'_>, fields: &mut Fields) {
    let pool = format!("{}.svc.id.goog", call.project);
    if is(fields, "autopilot.enabled") {
        set(fields, "workloadIdentityConfig.workloadPool", pool);
    }
}

/// The certificate of the control plane's authority: a text in the form of one, no real one.
fn certificate(uid: &str, fields: &mut Fields) {
    let body = crate::gcp::shape::base64(uid.repeat(12).as_bytes());
    let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    let coded = crate::gcp::shape::base64(pem.as_bytes());
    default(fields, "masterAuth.clientCertificateConfig", json!({}));
    set(fields, "masterAuth.clusterCaCertificate", coded);
}

/// The pools, filled in and checked.
fn filled(
    call: &mut Call<'_>,
    cluster: &Cluster,
    given: Vec<Fields>,
) -> Result<Vec<Pool>, ApiError> {
    let mut pools = Vec::new();
    for (order, fields) in given.into_iter().enumerate() {
        let mut made = pool(call, cluster, fields, order as u64)?;
        let others = pools
            .iter()
            .any(|one: &Pool| !taints::has_gpus(&one.fields));
        taints::add(&mut made.fields, others);
        pools.push(made);
    }
    Ok(pools)
}

/// A new pool of a cluster, filled in and checked.
pub(super) fn pool(
    call: &mut Call<'_>,
    cluster: &Cluster,
    mut fields: Fields,
    order: u64,
) -> Result<Pool, ApiError> {
    let name = text(&fields, "name").to_owned();
    unset(&mut fields, "name");
    for told in [
        "selfLink",
        "instanceGroupUrls",
        "status",
        "statusMessage",
        "conditions",
        "etag",
        "updateInfo",
    ] {
        unset(&mut fields, told);
    }
    let wish = text(&fields, "version").to_owned();
    let version = node_version(call, cluster, &wish)?;
    set(&mut fields, "version", version);
    defaults::pool(&mut fields, &cluster.fields);
    legal(call, cluster, &fields)?;
    Ok(Pool {
        cluster: cluster.name.clone(),
        name,
        order,
        fields,
        nodes: 0,
        status: PROVISIONING.to_owned(),
        message: String::new(),
        conditions: Vec::new(),
        own: cluster.is_autopilot(),
        created: call.now(),
    })
}

/// The version of nodes that a wish stands for; never newer than that of the control plane.
pub(super) fn node_version(
    call: &Call<'_>,
    cluster: &Cluster,
    wish: &str,
) -> Result<String, ApiError> {
    let master = text(&cluster.fields, "currentMasterVersion");
    if matches!(wish, "" | "-") || wish == master {
        return Ok(master.to_owned());
    }
    // Nodes may be on any version that some channel has.
    let channel = version::channel("EXTENDED", call.now());
    let found = channel.resolve(wish);
    let found = found
        .or_else(|| version::known(wish))
        .ok_or_else(|| words::no_node_version(wish))?;
    match version::order(found) > version::order(master) {
        true => Err(words::nodes_ahead(found, master).into()),
        false => Ok(found.to_owned()),
    }
}

/// Checks a pool as it would be.
pub(super) fn legal(call: &Call<'_>, cluster: &Cluster, fields: &Fields) -> Result<(), ApiError> {
    let of_cluster = cluster.locations();
    let region = of_cluster.first().map_or("", |zone| region_of(zone));
    zones_legal(region, &list(fields, "locations"))?;
    account(call, text(fields, "config.serviceAccount"))?;
    boots(
        text(fields, "config.machineType"),
        text(fields, "config.diskType"),
    )?;
    if let Some(channel) = cluster.channel() {
        let on = |name: &str| is(fields, &format!("management.{name}"));
        if !on("autoUpgrade") || !on("autoRepair") {
            return Err(words::channel_manages(channel).into());
        }
    }
    let range = |least: &str, most: &str| {
        let of = |name: &str| number(fields, &format!("autoscaling.{name}"));
        (of(least), of(most))
    };
    for (least, most) in [
        range("minNodeCount", "maxNodeCount"),
        range("totalMinNodeCount", "totalMaxNodeCount"),
    ] {
        if least > most {
            let text =
                format!("Autoscaling minimum {least} must not be greater than the maximum {most}.");
            return Err(words::bad(text).into());
        }
    }
    rules::surge(fields)?;
    taints::legal(fields)?;
    if at(fields, "autoscaling").is_some() {
        let each = number(fields, "autoscaling.maxNodeCount");
        let total = number(fields, "autoscaling.totalMaxNodeCount");
        if (each == 0) == (total == 0) && !is(fields, "autoscaling.autoprovisioned") {
            let text = "Autoscaling takes either max_node_count or total_max_node_count, and it must be greater than zero.";
            return Err(words::bad(text).into());
        }
    }
    Ok(())
}

/// Whether a machine type is of a family that boots from Hyperdisk alone.
pub(super) fn newer(machine: &str) -> bool {
    const FAMILIES: &[&str] = &["c4", "c4a", "c4d", "n4", "n4a", "n4d"];
    FAMILIES.contains(&machine.split('-').next().unwrap_or_default())
}

/// Newer families boot from Hyperdisk alone, older ones never do (Compute's documents on Hyperdisk, "Machine series support"). The
/// words are those of users (astronomer/issues#2463).
fn boots(machine: &str, disk: &str) -> Result<(), ApiError> {
    const PD: &[&str] = &["e2", "n1", "n2", "n2d", "t2a", "t2d", "c2", "c2d"];
    let family = machine.split('-').next().unwrap_or_default();
    let wrong = match disk.starts_with("hyperdisk-") {
        true => PD.contains(&family),
        false => newer(machine) && !disk.is_empty(),
    };
    if wrong {
        let text =
            format!("[{disk}, {machine}] features are not compatible for creating instance.");
        return Err(words::bad(text).into());
    }
    Ok(())
}

/// The account as which nodes act must be there; what was just made is not seen at once.
fn account(call: &Call<'_>, email: &str) -> Result<(), ApiError> {
    let home = email
        .split_once('@')
        .and_then(|(_, domain)| domain.strip_suffix(".iam.gserviceaccount.com"));
    let Some(home) = home else {
        return Ok(());
    };
    let place = Place {
        account: home.to_owned(),
        region: String::new(),
    };
    let there = call.tx.see::<Account>(&place, email);
    match there.is_some_and(|account| !account.deleted()) {
        true => Ok(()),
        false => Err(words::no_account(email).into()),
    }
}
