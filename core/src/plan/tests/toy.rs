//! The toy world: a few kinds, and short words to declare and observe objects of them.

use std::collections::BTreeMap;

use crate::contract::Context;
use crate::model::{
    Effect, FieldKind, Identity, Kind, Lane, Observed, Open, Output, Pending, ReplaceOrder,
    Resource, ResourceId, Row, Seconds, Sight, Status, Table, Value,
};
use crate::plan::{
    Decided, Decision, Goal, Inputs, PlanFile, Reason, Refused, Step, Tables, Verdict, make_from,
};

pub(super) fn id(text: &str) -> ResourceId {
    text.parse().expect("an id")
}

fn table(kind: &str, title: &str, rows: Vec<Row>) -> Table {
    Table {
        kind: Kind::new(kind),
        title: title.to_owned(),
        rows,
        outputs: vec![Output {
            name: "id".to_owned(),
            volatile: false,
            moved_by: Vec::new(),
        }],
        identity: Identity::Named,
        replace: ReplaceOrder::DeleteFirst,
        dies_with_parent: false,
        leaves: false,
        lingers: false,
        kept_days: 0,
        runs: false,
        loss: None,
        downtime: None,
        rolls: "nodes".to_owned(),
        seconds: Seconds {
            create: 10,
            update: 3,
            rolling: 0,
            delete: 5,
        },
        lane: None,
    }
}

fn row(name: &str, effect: Effect) -> Row {
    Row::new(name, FieldKind::Scalar, effect, "a field")
}

/// Kinds of the toy world.
pub(super) fn tables() -> Tables {
    let tags = Row::new(
        "tags",
        FieldKind::Map { owned_only: true },
        Effect::InPlace,
        "tags",
    );
    let needs = Row::new("needs", FieldKind::Set, Effect::InPlace, "what it uses");
    let count = row("count", Effect::Computed);
    let thing = vec![
        row("size", Effect::InPlace),
        row("range", Effect::Replace),
        tags,
        needs,
        count,
    ];
    let mut claim = table("toy.claim", "claim", thing.clone());
    claim.outputs.push(Output {
        name: "fresh".to_owned(),
        volatile: false,
        moved_by: Vec::new(),
    });
    let all = [
        claim,
        Table {
            leaves: true,
            ..table("toy.net", "network", thing.clone())
        },
        Table {
            loss: Some("nothing gets out any more".to_owned()),
            seconds: Seconds {
                create: 100,
                update: 1,
                rolling: 0,
                delete: 60,
            },
            ..table("toy.gate", "gate", thing.clone())
        },
        Table {
            lane: Some(Lane::Itself),
            seconds: Seconds {
                create: 500,
                update: 400,
                rolling: 0,
                delete: 120,
            },
            leaves: true,
            ..table("toy.cluster", "cluster", thing.clone())
        },
        Table {
            replace: ReplaceOrder::CreateFirst,
            lane: Some(Lane::Parent),
            loss: Some("its machines go".to_owned()),
            downtime: Some("what runs there is moved".to_owned()),
            ..table("toy.pool", "pool", thing.clone())
        },
        Table {
            dies_with_parent: true,
            ..table("toy.addon", "add-on", thing)
        },
    ];
    all.into_iter()
        .map(|table| (table.kind.clone(), table))
        .collect()
}

/// A desired object; `needs` are references.
pub(super) fn want(kind: &str, name: &str, needs: &[&str]) -> Resource<Pending> {
    let needs = needs
        .iter()
        .map(|need| Value::Hole(Pending::output(&id(need), "id")))
        .collect();
    Resource {
        id: id(name),
        kind: Kind::new(kind),
        provider: "toy".to_owned(),
        platform: None,
        name: Some(name.replace(['.', '/'], "-")),
        parent: None,
        fields: BTreeMap::from([
            ("size".to_owned(), Value::Int(1)),
            ("needs".to_owned(), Value::List(needs)),
        ]),
        after: Vec::new(),
        outlives: Vec::new(),
        adopt: None,
        protect: false,
    }
}

/// A live object that uses others.
pub(super) fn seen(kind: &str, name: &str, needs: &[&str]) -> Observed {
    Observed {
        id: id(name),
        kind: Kind::new(kind),
        provider: "toy".to_owned(),
        physical: format!("toy-{}", name.replace(['.', '/'], "-")),
        parent: None,
        fields: BTreeMap::from([
            ("size".to_owned(), Value::Int(1)),
            (
                "needs".to_owned(),
                Value::List(needs.iter().map(|need| Value::from(*need)).collect()),
            ),
        ]),
        outputs: BTreeMap::from([("id".to_owned(), Value::from(name))]),
        status: Status::Ready,
        protect: false,
        needs: needs.iter().map(|need| id(need)).collect(),
        uses: Vec::new(),
        foreign: Vec::new(),
        adopted: None,
    }
}

/// A decision about what is wanted, live, or both.
pub(super) fn decision(
    desired: Option<Resource<Pending>>,
    live: Option<Observed>,
    verdict: Verdict,
) -> Decision {
    let (id, kind) = desired
        .as_ref()
        .map(|desired| (&desired.id, &desired.kind))
        .or_else(|| live.as_ref().map(|live| (&live.id, &live.kind)))
        .map(|(id, kind)| (id.clone(), kind.clone()))
        .expect("something");
    let reasons = match &verdict {
        Verdict::Create => vec![Reason::NotThere],
        Verdict::Delete => vec![Reason::NotDeclared],
        _ => Vec::new(),
    };
    Decision {
        id,
        kind,
        desired,
        live,
        verdict,
        reasons,
        fields: Vec::new(),
    }
}

pub(super) fn create(desired: Resource<Pending>) -> Decision {
    decision(Some(desired), None, Verdict::Create)
}

pub(super) fn delete(live: Observed) -> Decision {
    decision(None, Some(live), Verdict::Delete)
}

pub(super) fn replace(desired: Resource<Pending>, live: Observed) -> Decision {
    decision(Some(desired), Some(live), Verdict::Replace)
}

pub(super) fn update(desired: Resource<Pending>, live: Observed, groups: &[&[&str]]) -> Decision {
    let group = |group: &&[&str]| group.iter().map(|field| (*field).to_owned()).collect();
    let groups = groups.iter().map(group).collect();
    decision(Some(desired), Some(live), Verdict::Update { groups })
}

pub(super) fn decided(decisions: impl IntoIterator<Item = Decision>) -> Decided {
    Decided {
        decisions: decisions
            .into_iter()
            .map(|decision| (decision.id.clone(), decision))
            .collect(),
        ..Decided::default()
    }
}

/// Inputs that go with decisions.
pub(super) fn inputs(decided: &Decided) -> Inputs {
    let context = Context {
        stack: "shop".to_owned(),
        account: Some("000000000000".to_owned()),
        region: "toyland".to_owned(),
        labels: BTreeMap::new(),
    };
    let declared = decided
        .decisions
        .values()
        .filter(|one| one.desired.is_some());
    let sights = declared.map(|one| {
        let live = one.live.clone();
        let sight = live.map_or(Sight::Absent, |live| Sight::Present(Box::new(live)));
        (one.id.clone(), sight)
    });
    let orphans = decided
        .decisions
        .values()
        .filter(|one| one.desired.is_none());
    Inputs {
        tool: "provision 0.0.0".to_owned(),
        stack: "shop".to_owned(),
        spec_digest: "ab".repeat(32),
        goal: Goal::Reach,
        contexts: BTreeMap::from([("toy".to_owned(), context)]),
        tables: tables(),
        resources: decided
            .decisions
            .values()
            .filter_map(|one| one.desired.as_ref())
            .map(open)
            .collect(),
        sights: sights.collect(),
        orphans: orphans.filter_map(|one| one.live.clone()).collect(),
        ..Inputs::default()
    }
}

/// The desired resource as expansion gives it.
pub(super) fn open(desired: &Resource<Pending>) -> Resource<Open> {
    desired
        .try_fill(|pending| {
            Ok::<_, std::convert::Infallible>(Value::Hole(Open::Pending(pending.clone())))
        })
        .expect("infallible")
}

pub(super) fn plan(decisions: impl IntoIterator<Item = Decision>) -> PlanFile {
    try_plan(decisions).expect("a plan")
}

pub(super) fn try_plan(decisions: impl IntoIterator<Item = Decision>) -> Result<PlanFile, Refused> {
    let decided = decided(decisions);
    make_from(&inputs(&decided), decided)
}

/// Steps as lines: `2 create gate network.main/gate after 1`.
pub(super) fn lines(steps: &[Step]) -> Vec<String> {
    let line = |step: &Step| {
        let after: Vec<String> = step.after.iter().map(ToString::to_string).collect();
        let after = match after.join(",") {
            none if none.is_empty() => none,
            some => format!(" after {some}"),
        };
        format!("{} {} {}{after}", step.n, step.phase, step.id)
    };
    steps.iter().map(line).collect()
}
