//! A small world for tests: kinds, and short words to declare and to see objects of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::model::{
    Choice, Effect, FieldKind, Fields, Hole, Identity, Kind, Observed, Open, Opt, Output, Pending,
    ReplaceOrder, Resource, ResourceId, Row, Seconds, Sight, Status, Table, Value,
};
use crate::plan::{Decided, Decision, Inputs, Reason, Tables, Verdict, decide};

pub(in crate::plan) fn id(text: &str) -> ResourceId {
    text.parse().unwrap()
}

fn rows() -> Vec<Row> {
    let row = |name: &str, kind, effect| Row::new(name, kind, effect, "a field");
    let scalar = || FieldKind::Scalar;
    let refused = Effect::Refused {
        advice: "leave it".to_owned(),
    };
    let mut secret = row("secret", scalar(), Effect::InPlace);
    secret.sensitive = true;
    vec![
        row("range", scalar(), Effect::Replace),
        row("base", scalar(), Effect::Replace),
        row("size", scalar(), Effect::InPlace).in_group("first"),
        row("uses", scalar(), Effect::InPlace),
        row("image", scalar(), Effect::Rolling).in_group("first"),
        row("fixed", scalar(), refused),
        row("zone", scalar(), Effect::Replace),
        row("types", FieldKind::Set, Effect::Replace),
        row(
            "spec",
            FieldKind::Map { owned_only: false },
            Effect::InPlace,
        ),
        row(
            "disks",
            FieldKind::KeyedList {
                key: "name".to_owned(),
            },
            Effect::InPlace,
        ),
        row("once", scalar(), Effect::CreateOnly),
        secret,
        row("tags", FieldKind::Map { owned_only: true }, Effect::InPlace),
    ]
}

/// `net`, `pool` (new one first), `child` (dies with its parent), `job` (is run).
pub(in crate::plan) fn tables() -> Tables {
    let output = |name: &str, volatile| Output {
        name: name.to_owned(),
        volatile,
        moved_by: if volatile {
            vec!["size".to_owned()]
        } else {
            Vec::new()
        },
    };
    let table = |kind: &str| Table {
        kind: Kind::new(kind),
        title: kind.to_owned(),
        rows: rows(),
        outputs: vec![
            output("id", false),
            output("version", true),
            output("name", false),
        ],
        identity: Identity::Named,
        replace: ReplaceOrder::DeleteFirst,
        dies_with_parent: kind == "child",
        leaves: false,
        lingers: false,
        kept_days: 0,
        runs: kind == "job",
        loss: None,
        downtime: None,
        rolls: "nodes".to_owned(),
        seconds: Seconds::default(),
        lane: None,
    };
    let mut all = ["net", "pool", "child", "job"].map(table);
    all[1].replace = ReplaceOrder::CreateFirst;
    all.into_iter()
        .map(|table| (table.kind.clone(), table))
        .collect()
}

/// A wanted object. A text `@ID#output` is a reference.
pub(in crate::plan) fn want(kind: &str, name: &str, fields: &Json) -> Resource<Open> {
    let fields = fields.as_object().unwrap().iter();
    Resource {
        id: id(name),
        kind: Kind::new(kind),
        provider: "toy".to_owned(),
        platform: None,
        name: Some(name.replace(['.', '/'], "-")),
        parent: None,
        fields: fields
            .map(|(key, value)| (key.clone(), Value::from_json(&refer(value)).unwrap()))
            .collect(),
        after: Vec::new(),
        outlives: Vec::new(),
        adopt: None,
        protect: false,
    }
}

fn refer(json: &Json) -> Json {
    match json {
        Json::String(text) => match text.strip_prefix('@').and_then(|text| text.split_once('#')) {
            Some((target, output)) => Pending::output(&id(target), output).to_json(),
            None => json.clone(),
        },
        Json::Array(items) => items.iter().map(refer).collect(),
        other => other.clone(),
    }
}

/// A live object; its outputs are `id` (`live-NAME`), `version` and `name`.
pub(in crate::plan) fn seen(kind: &str, name: &str, fields: &Json) -> Observed {
    Observed {
        id: id(name),
        kind: Kind::new(kind),
        provider: "toy".to_owned(),
        physical: format!("live-{name}"),
        parent: None,
        fields: fields_of(fields),
        outputs: fields_of(&json!({
            "id": format!("live-{name}"), "version": "7", "name": name.replace(['.', '/'], "-")
        })),
        status: Status::Ready,
        protect: false,
        needs: Vec::new(),
        uses: Vec::new(),
        foreign: Vec::new(),
        adopted: None,
    }
}

pub(in crate::plan) fn fields_of(json: &Json) -> Fields {
    let entries = json.as_object().unwrap().iter();
    entries
        .map(|(key, value)| (key.clone(), Value::from_json(value).unwrap()))
        .collect()
}

/// A choice of these options, priced or not.
pub(in crate::plan) fn choice(
    options: &[(&str, Option<u64>)],
    keep_any: bool,
    distinct: Option<&str>,
) -> Json {
    let option = |(value, hourly_micros): &(&str, Option<u64>)| Opt {
        value: Value::text(*value),
        hourly_micros: *hourly_micros,
    };
    Open::Choice(Choice {
        any_of: options.iter().map(option).collect(),
        keep_any,
        distinct: distinct.map(str::to_owned),
        what: "zone".to_owned(),
    })
    .to_json()
}

/// Inputs in the making.
#[derive(Default)]
pub(in crate::plan) struct World(pub(in crate::plan) Inputs);

impl World {
    pub(in crate::plan) fn new() -> Self {
        Self(Inputs {
            stack: "shop".to_owned(),
            tables: tables(),
            ..Inputs::default()
        })
    }

    pub(in crate::plan) fn with(mut self, resource: Resource<Open>, sight: Sight) -> Self {
        self.0.sights.insert(resource.id.clone(), sight);
        self.0.resources.push(resource);
        self
    }

    /// Wanted, and not there.
    pub(in crate::plan) fn absent(self, resource: Resource<Open>) -> Self {
        self.with(resource, Sight::Absent)
    }

    /// Wanted, and there with these fields.
    pub(in crate::plan) fn there(self, resource: Resource<Open>, fields: &Json) -> Self {
        let mut live = seen(resource.kind.as_str(), &resource.id.to_string(), fields);
        live.parent.clone_from(&resource.parent);
        self.live(resource, live)
    }

    pub(in crate::plan) fn live(self, resource: Resource<Open>, live: Observed) -> Self {
        self.with(resource, Sight::Present(Box::new(live)))
    }

    pub(in crate::plan) fn unread(self, resource: Resource<Open>) -> Self {
        let reason = "denied".to_owned();
        self.with(resource, Sight::Unknown { reason })
    }

    pub(in crate::plan) fn orphan(mut self, live: Observed) -> Self {
        self.0.orphans.push(live);
        self
    }

    pub(in crate::plan) fn decide(&self) -> Decided {
        decide(&self.0)
    }

    pub(in crate::plan) fn decision(&self, name: &str) -> Decision {
        self.decide()
            .decisions
            .remove(&id(name))
            .expect("a decision")
    }

    /// Verdict and reasons.
    pub(in crate::plan) fn verdict(&self, name: &str) -> (Verdict, Vec<Reason>) {
        let decision = self.decision(name);
        (decision.verdict, decision.reasons)
    }
}

pub(in crate::plan) fn needs(name: &str) -> Reason {
    Reason::Needs { id: id(name) }
}

pub(in crate::plan) fn unread(reason: &str) -> Reason {
    Reason::Unread {
        reason: reason.to_owned(),
    }
}

pub(in crate::plan) fn changing(phase: &str) -> Status {
    Status::Changing {
        phase: phase.to_owned(),
    }
}

/// What a strict apply would leave: all that is wanted, live.
pub(in crate::plan) fn applied(decided: &Decided) -> BTreeMap<ResourceId, Sight> {
    let wanted = decided
        .decisions
        .values()
        .filter_map(|one| one.desired.as_ref());
    wanted
        .map(|wanted| {
            let mut live = seen(wanted.kind.as_str(), &wanted.id.to_string(), &json!({}));
            let filled = wanted.try_fill(|pending| {
                let reference = pending.references().next().unwrap();
                let value = match reference.output.as_str() {
                    "id" => Value::Text(format!("live-{}", reference.id)),
                    _ => Value::text("7"),
                };
                Ok::<_, std::convert::Infallible>(value)
            });
            live.fields = filled.unwrap().fields;
            live.parent.clone_from(&wanted.parent);
            live.protect = wanted.protect;
            live.outputs
                .insert("name".to_owned(), Value::text(wanted.name.clone().unwrap()));
            (wanted.id.clone(), Sight::Present(Box::new(live)))
        })
        .collect()
}
