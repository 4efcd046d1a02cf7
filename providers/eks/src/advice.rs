//! What is to be known before a control plane changes its version: whether EKS would let it (`readiness`), whether it can
//! go back at all (`rollback`), and which add-ons must go along (`addons`).
//!
//! Nothing is called while no version changes and no add-on was left behind. That one was is told by kube-proxy: its
//! versions are those of Kubernetes, and it goes last of all add-ons at every minor.

pub(crate) mod addons;
mod readiness;
mod rollback;

use futures::future::{join, join_all};
use provision_aws::Aws;
use provision_core::contract::{Advice, Advised, Note, Severity, Walking};
use provision_core::model::{Minor, Observed, ResourceId, Value};

/// The way of one cluster's version.
struct Way<'a> {
    /// The cluster.
    id: &'a ResourceId,
    /// Its name in EKS.
    name: &'a str,
    /// Where it stands.
    from: &'a str,
    /// The minors that it goes to, one after the other; none when only add-ons were left behind.
    stops: &'a [String],
    /// Insights do not hold it up.
    forced: bool,
    /// It goes on in extended support.
    extended: bool,
    /// Its add-ons.
    addons: Vec<&'a Observed>,
    /// Its node groups.
    groups: Vec<&'a Observed>,
}

impl Way<'_> {
    fn back(&self) -> bool {
        let last = self.stops.last();
        last.is_some_and(|last| Minor::of(last) < Minor::of(self.from))
    }

    fn note(&self, severity: Severity, code: &str, message: String) -> Note {
        Note {
            severity,
            code: code.to_owned(),
            message,
            address: Some(self.id.address.to_string()),
        }
    }
}

/// Looks into the changes of versions.
pub(crate) async fn advise(aws: &Aws, asked: &Advised) -> Advice {
    let ways = ways(asked);
    if ways.is_empty() {
        return Advice::default();
    }
    let offers = addons::offers(aws, &ways);
    let ready = join_all(ways.iter().map(|way| ready(aws, way, asked.now)));
    let (offers, ready) = join(offers, ready).await;
    let mut advice = Advice::default();
    for (way, (reasons, notes)) in ways.iter().zip(ready) {
        advice.notes.extend(notes);
        match &offers {
            Ok(offers) if reasons.is_empty() => {
                addons::follow(way, offers, &mut advice);
            }
            Ok(_) => {}
            Err(fault) => advice.notes.push(way.note(
                Severity::Warning,
                "addons-unread",
                format!(
                    "which versions of add-ons fit could not be read ({fault}): they stay as they are; \
                     see to them, or plan again later"
                ),
            )),
        }
        if !reasons.is_empty() {
            advice.not_ready.insert(way.id.clone(), reasons);
        }
    }
    advice
}

/// What holds a cluster up, and what is worth saying.
async fn ready(aws: &Aws, way: &Way<'_>, now: i64) -> (Vec<String>, Vec<Note>) {
    if way.stops.is_empty() {
        return (Vec::new(), Vec::new());
    }
    if way.back() {
        let (mut reasons, mut notes) = rollback::possible(aws, way, now).await;
        if reasons.is_empty() {
            let (more, said) = readiness::read(aws, way).await;
            reasons.extend(more);
            notes.extend(said);
        }
        return (reasons, notes);
    }
    readiness::read(aws, way).await
}

fn ways(asked: &Advised) -> Vec<Way<'_>> {
    let within = |cluster: &ResourceId, kind: &str| {
        let all = asked.live.iter();
        let all = all.filter(|live| live.kind.as_str() == kind);
        all.filter(|live| live.parent.as_ref() == Some(cluster))
            .collect::<Vec<_>>()
    };
    let clusters = asked.live.iter();
    let clusters = clusters.filter(|live| live.kind.as_str() == "eks.cluster");
    clusters
        .filter_map(|live| {
            let walk = asked.walks.iter().find(|walk| walk.live.id == live.id);
            let way = Way {
                id: &live.id,
                name: live.outputs.get("name")?.as_text()?,
                from: live.fields.get("version")?.as_text()?,
                stops: walk.map_or(&[][..], |walk| walk.stops.as_slice()),
                forced: walk.is_some_and(|walk| is(walk, "force_upgrade", &Value::Bool(true))),
                extended: walk.is_some_and(|walk| is(walk, "support", &Value::text("EXTENDED"))),
                addons: within(&live.id, "eks.addon"),
                groups: within(&live.id, "eks.nodegroup"),
            };
            (walk.is_some() || addons::left_behind(&way)).then_some(way)
        })
        .collect()
}

fn is(walk: &Walking, field: &str, value: &Value<provision_core::model::Pending>) -> bool {
    walk.desired.fields.get(field) == Some(value)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
