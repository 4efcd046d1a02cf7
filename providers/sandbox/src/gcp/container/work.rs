//! Operations: which may run beside which, how they are shown.

use serde_json::{Value, json};

use super::cluster::{home, is_silent, link, reach, scope, written};
use super::done::finish;
use super::fields::Fields;
use super::words;
use crate::gcp::operation::{self, Failure, Work};
use crate::gcp::shape::stamp;
use crate::gcp::{Call, Outcome};
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// How many operations of pools may run on a cluster at once.
const AT_ONCE: u64 = 5;

/// An operation that runs on a cluster.
pub(super) struct Busy {
    /// Its name.
    pub(super) name: String,
    kind: String,
    /// The pool that it is of; none when it is of the whole cluster.
    pool: Option<String>,
}

impl Busy {
    /// Whether it changes the pool.
    pub(super) fn is_of(&self, pool: &str) -> bool {
        self.pool.as_deref() == Some(pool) && self.kind != "SET_NODE_POOL_MANAGEMENT"
    }
}

/// What runs on a cluster.
pub(super) fn busy(tx: &Tx<'_>, place: &Place, cluster: &str) -> Vec<Busy> {
    let mut found = Vec::new();
    for work in operation::running(tx, place, "container") {
        let Some((of, pool)) = target(&work) else {
            continue;
        };
        if of == cluster {
            found.push(Busy {
                name: work.name.clone(),
                kind: work.kind.clone(),
                pool: pool.map(str::to_owned),
            });
        }
    }
    found
}

/// Cluster and pool of a target: `clusters/C/nodePools/P`.
pub(super) fn target(work: &Work) -> Option<(&str, Option<&str>)> {
    let rest = work.target.strip_prefix("clusters/")?;
    match rest.split_once("/nodePools/") {
        Some((cluster, pool)) => Some((cluster, Some(pool))),
        None => Some((rest, None)),
    }
}

/// Whether an operation may start: one of the cluster alone, those of different pools beside each other.
pub(super) fn admit(
    call: &Call<'_>,
    place: &Place,
    cluster: &str,
    pool: Option<&str>,
) -> Result<(), ApiError> {
    let running = busy(&call.tx, place, cluster);
    let in_the_way = |one: &&Busy| match (&one.pool, pool) {
        (Some(_), Some(pool)) => one.is_of(pool),
        _ => true,
    };
    if let Some(one) = running.iter().find(in_the_way) {
        return Err(words::incompatible(&one.name).into());
    }
    if running.len() as u64 >= AT_ONCE {
        return Err(words::too_many(cluster, AT_ONCE).into());
    }
    Ok(())
}

/// What an operation is, and what it makes of cluster and pool when it ends well.
pub(super) struct Plan {
    /// `CREATE_CLUSTER`.
    pub(super) kind: &'static str,
    /// How long it waits and runs, in seconds.
    pub(super) seconds: (u64, u64),
    /// What is done in the end: `create`, `delete`, `set`.
    pub(super) what: &'static str,
    /// The cluster's fields afterwards.
    pub(super) cluster: Option<Fields>,
    /// Fields and nodes of pools afterwards.
    pub(super) pools: Vec<(String, Fields, u64)>,
}

impl Plan {
    /// A plan that sets nothing.
    pub(super) fn new(kind: &'static str, seconds: (u64, u64), what: &'static str) -> Self {
        Self {
            kind,
            seconds,
            what,
            cluster: None,
            pools: Vec::new(),
        }
    }
}

/// Starts an operation on a cluster or one of its pools, and answers it.
pub(super) fn start(
    call: &mut Call<'_>,
    place: &Place,
    cluster: &str,
    pool: Option<&str>,
    plan: Plan,
) -> Outcome {
    let target = match pool {
        Some(pool) => format!("clusters/{cluster}/nodePools/{pool}"),
        None => format!("clusters/{cluster}"),
    };
    let Plan {
        kind,
        seconds,
        what,
        cluster,
        pools,
    } = plan;
    let mut work = Work::new(call, "container", kind, &target, seconds);
    work.detail = json!({ "do": what, "cluster": cluster, "pools": pools });
    operation::put(&mut call.tx, place, &work);
    Ok(show(&work, place))
}

/// As the API shows it.
pub(super) fn show(work: &Work, place: &Place) -> Value {
    let number = crate::gcp::project::number(&place.account);
    let at = scope(&place.region);
    let mut out = json!({
        "name": work.name,
        "operationType": work.kind,
        "status": work.phase.state,
        "zone": place.region,
        "startTime": stamp(work.created),
        "selfLink": link(&number, &format!("{at}/operations/{}", work.name)),
        "targetLink": link(&number, &format!("{at}/{}", work.target)),
    });
    if let Some(ended) = work.ended {
        out["endTime"] = json!(stamp(ended));
        out["progress"] = progress(work);
    }
    if let Some(failure) = work.error.as_ref().filter(|_| work.is_done()) {
        out["statusMessage"] = json!(failure.message);
        out["error"] = json!({ "code": code(failure), "message": failure.message });
    }
    written("Operation", out)
}

/// The numbers of a finished operation, for those that have some.
fn progress(work: &Work) -> Value {
    let metric =
        |(name, value): &(&str, u64)| json!({ "name": name, "intValue": value.to_string() });
    let rows: Vec<(&str, u64)> = match work.kind.as_str() {
        "CREATE_CLUSTER" => vec![
            ("CLUSTER_CONFIGURING", 8),
            ("CLUSTER_CONFIGURING_TOTAL", 8),
            ("CLUSTER_DEPLOYING", 12),
            ("CLUSTER_DEPLOYING_TOTAL", 12),
            ("CLUSTER_HEALTHCHECKING", 1),
            ("CLUSTER_HEALTHCHECKING_TOTAL", 2),
        ],
        "UPGRADE_NODES" => {
            let count = |row: &Value| {
                let zones = row.get(1)?.get("locations")?.as_array()?.len() as u64;
                Some(row.get(2)?.as_u64()? * zones)
            };
            let pools = work.detail.get("pools").and_then(Value::as_array);
            let total: u64 = pools.into_iter().flatten().filter_map(count).sum();
            let done = if work.error.is_none() { total } else { 0 };
            vec![
                ("NODES_TOTAL", total),
                ("NODES_FAILED", total - done),
                ("NODES_COMPLETE", done),
                ("NODES_DONE", done),
                ("NODE_PDB_DELAY_SECONDS", 0),
            ]
        }
        _ => return Value::Null,
    };
    json!({ "metrics": rows.iter().map(metric).collect::<Vec<_>>() })
}

/// The number of `google.rpc.Code`.
fn code(failure: &Failure) -> i64 {
    let named = super::schema::enum_number("google.rpc.Code", &failure.code);
    named.unwrap_or(match failure.status {
        400 => 3,
        403 => 7,
        404 => 5,
        409 => 10,
        429 => 8,
        503 => 14,
        _ => 13,
    })
}

/// What the path names.
fn named(call: &Call<'_>) -> Result<(Place, Work), ApiError> {
    let place = home(call)?;
    let name = call.param("operation");
    match operation::find(&call.tx, &place, "container", name) {
        Some(work) => Ok((place, work)),
        None => {
            let path = format!(
                "projects/{}/{}/operations/{name}",
                call.project,
                scope(&place.region)
            );
            Err(crate::gcp::refusal::not_found(format!(
                "Not found: {path}."
            )))
        }
    }
}

/// `operations.get`.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let (place, work) = named(call)?;
    Ok(show(&work, &place))
}

/// `operations.list`; the location `-` stands for all.
pub(super) fn list_all(call: &mut Call<'_>) -> Outcome {
    let (only, missing) = reach(call)?;
    let mut rows = Vec::new();
    for (place, work) in operation::everywhere(&call.tx, "container") {
        let mine = place.account == call.project
            && match &only {
                Some(only) => *only == place,
                None => !is_silent(call, &place.region),
            };
        if mine {
            rows.push((work.created, show(&work, &place)));
        }
    }
    rows.sort_by_key(|(created, _)| *created);
    let rows: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    Ok(written(
        "ListOperationsResponse",
        json!({ "operations": rows, "missingZones": missing }),
    ))
}

/// `operations.cancel`: only upgrades of nodes can be stopped, and what they did is left to be rolled back.
pub(super) fn cancel(call: &mut Call<'_>) -> Outcome {
    let (place, mut work) = named(call)?;
    if work.is_done() || work.kind != "UPGRADE_NODES" {
        let text = format!("Operation {} cannot be cancelled.", work.name);
        return Err(crate::gcp::refusal::precondition(text));
    }
    work.error = Some(Failure {
        status: 499,
        code: "CANCELLED".to_owned(),
        message: "Operation was cancelled.".to_owned(),
    });
    finish(call, &place, &mut work);
    Ok(json!({}))
}

/// The blue-green upgrade that runs on a pool, when there is one.
pub(super) fn upgrade_of(tx: &Tx<'_>, place: &Place, cluster: &str, pool: &str) -> Option<Work> {
    let mut all = operation::running(tx, place, "container").into_iter();
    all.find(|work| work.kind == "UPGRADE_NODES" && target(work) == Some((cluster, Some(pool))))
}
