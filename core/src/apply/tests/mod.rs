//! Tests of the run: a toy cloud in virtual time, and scripts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod crash;
mod driver;
mod properties;
mod script;
mod toy;

use std::collections::BTreeMap;

use crate::contract::{Context, Does};
use crate::model::{
    Fields, Identity, Kind, Observed, Output, Pending, ReplaceOrder, Resource, ResourceId, Seconds,
    Status, Table, Value,
};
use crate::plan::{Estimate, FORMAT_VERSION, Plan, PlanFile, Step, Summary};

/// One kind per identity, and the claim.
const KINDS: [(&str, Identity); 4] = [
    ("toy.claim", Identity::Named),
    ("toy.named", Identity::Named),
    ("toy.token", Identity::Token),
    ("toy.anonymous", Identity::Anonymous),
];

fn tables() -> BTreeMap<Kind, Table> {
    KINDS
        .iter()
        .map(|(name, identity)| {
            let outputs: &[&str] = match *name {
                "toy.claim" => &["id", "fresh"],
                _ => &["id"],
            };
            let table = Table {
                kind: Kind::new(*name),
                title: (*name).to_owned(),
                rows: Vec::new(),
                outputs: outputs
                    .iter()
                    .map(|name| Output {
                        name: (*name).to_owned(),
                        volatile: false,
                        moved_by: Vec::new(),
                    })
                    .collect(),
                identity: *identity,
                replace: ReplaceOrder::DeleteFirst,
                dies_with_parent: false,
                leaves: false,
                lingers: false,
                kept_days: 0,
                runs: false,
                loss: None,
                downtime: None,
                rolls: "nodes".to_owned(),
                seconds: Seconds::default(),
                lane: None,
            };
            (table.kind.clone(), table)
        })
        .collect()
}

fn id(n: u32) -> ResourceId {
    ResourceId::new("toy.it", format!("r{n}"))
}

/// A step on resource `r<n>` with the same number.
fn step(n: u32, kind: &str, does: Does, after: &[u32], seconds: u32) -> Step {
    Step {
        n,
        id: id(n),
        does,
        phase: "make it".to_owned(),
        after: after.to_vec(),
        seconds,
        kind: Kind::new(kind),
        provider: "toy".to_owned(),
        fields: Vec::new(),
        set: Fields::new(),
        lane: None,
        lane_width: 1,
    }
}

fn wanted(step: &Step) -> Resource<Pending> {
    let fields = step
        .after
        .iter()
        .map(|after| {
            let reference = Pending::output(&id(*after), "id");
            (format!("needs{after}"), Value::Hole(reference))
        })
        .collect();
    Resource {
        id: step.id.clone(),
        kind: step.kind.clone(),
        provider: step.provider.clone(),
        platform: None,
        name: Some(step.id.part.clone()),
        parent: None,
        fields,
        after: Vec::new(),
        outlives: Vec::new(),
        adopt: None,
        protect: false,
    }
}

/// A plan of these steps; every resource refers to the ids of those it comes after.
fn plan(steps: Vec<Step>) -> PlanFile {
    let desired = steps
        .iter()
        .map(|step| (step.id.clone(), wanted(step)))
        .collect();
    let context = Context {
        stack: "shop".to_owned(),
        account: None,
        region: "toy-1".to_owned(),
        labels: BTreeMap::new(),
    };
    PlanFile {
        magic: "provision-plan".to_owned(),
        plan: Plan {
            format_version: FORMAT_VERSION,
            tool: "test".to_owned(),
            stack: "shop".to_owned(),
            spec_digest: String::new(),
            partial: false,
            changes: Vec::new(),
            steps,
            summary: Summary::default(),
            cost: None,
            estimate: Estimate::default(),
            notes: Vec::new(),
        },
        contexts: BTreeMap::from([("toy".to_owned(), context)]),
        access: BTreeMap::new(),
        secrets: BTreeMap::new(),
        desired,
        live: BTreeMap::new(),
        digests: BTreeMap::new(),
    }
}

fn observed(id: &ResourceId, kind: &Kind, physical: &str, fresh: Option<bool>) -> Observed {
    let mut outputs = Fields::from([("id".to_owned(), Value::text(physical))]);
    if let Some(fresh) = fresh {
        outputs.insert("fresh".to_owned(), Value::Bool(fresh));
    }
    Observed {
        id: id.clone(),
        kind: kind.clone(),
        provider: "toy".to_owned(),
        physical: physical.to_owned(),
        parent: None,
        fields: Fields::new(),
        outputs,
        status: Status::Ready,
        protect: false,
        needs: Vec::new(),
        uses: Vec::new(),
        foreign: Vec::new(),
        adopted: None,
    }
}
