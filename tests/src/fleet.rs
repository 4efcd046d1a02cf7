//! Stacks of any size: a spec with many clusters, and a cloud in which all of it is live just as it is wanted. For
//! benches: nothing is called, and the kinds, tables and expansions are the real ones.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use provision::flow::{self, Wanted, Wish};
use provision::registry::{self, Registry};
use provision_core::contract::{
    Account, Act, Advice, Answer, ExpandAnswer, ExpandRequest, Facts, Failure, Note, Outcome, Poll,
    PollOutcome, Provider, RemarkRequest, SurveyAnswer, SurveyRequest,
};
use provision_core::cost::{UsageAnswer, UsageRequest};
use provision_core::model::{
    Fields, Never, Observed, Open, Pending, Piece, Reference, Resource, ResourceId, Sight, Status,
    Table, Value,
};
use provision_core::plan::{self, Inputs, Tables};
use provision_core::spec::Loaded;

use crate::clouds::{ACCOUNT, REGION};

/// Pools of a cluster: as many node groups as EKS allows.
const POOLS: usize = 30;

/// A spec of so many clusters, each in a network of its own; about a hundred resources each.
#[must_use]
pub fn spec(clusters: usize) -> String {
    let mut text = format!(
        "stack = \"fleet\"\n[cloud.aws]\naccount = \"{ACCOUNT}\"\nregion = \"{REGION}\"\n\
         [labels]\nteam = \"web\"\nservice = \"shop\"\n"
    );
    for nth in 0..clusters {
        let _ = write!(
            text,
            "[network.n{nth}]\ncidr = \"10.{nth}.0.0/16\"\nzones = 3\nnat = \"per-zone\"\n\
             [cluster.c{nth}]\nplatform = \"eks\"\nnetwork = \"n{nth}\"\nversion = \"1.35\"\n\
             endpoint = {{ public = [\"203.0.113.0/24\"], private = true }}\n\
             eks = {{ logging = [\"api\", \"audit\"] }}\n"
        );
        for pool in 0..POOLS {
            let _ = write!(
                text,
                "[cluster.c{nth}.pool.p{pool}]\nmachine = {{ cpu = 2, memory = \"8GiB\" }}\n\
                 nodes = {{ min = 1, max = 6 }}\nnode_labels = {{ tier = \"web\" }}\n\
                 taints = [\"dedicated=p{pool}:NoSchedule\"]\n"
            );
        }
    }
    text
}

/// A real provider whose cloud stands still: surveys are answered with what it was given, once.
pub struct Still {
    provider: Arc<dyn Provider>,
    sights: Mutex<BTreeMap<ResourceId, Sight>>,
}

impl Still {
    /// The providers of all kinds over such a cloud.
    #[must_use]
    pub fn providers(
        sights: BTreeMap<ResourceId, Sight>,
        wanted: &[Resource<Open>],
    ) -> Vec<Arc<dyn Provider>> {
        let owners: BTreeMap<&ResourceId, &String> =
            wanted.iter().map(|one| (&one.id, &one.provider)).collect();
        let mut by_provider: BTreeMap<String, BTreeMap<ResourceId, Sight>> = BTreeMap::new();
        for (id, sight) in sights {
            if let Some(owner) = owners.get(&id) {
                by_provider
                    .entry((*owner).clone())
                    .or_default()
                    .insert(id, sight);
            }
        }
        let still = |provider: Arc<dyn Provider>| -> Arc<dyn Provider> {
            let sights = by_provider.remove(provider.name()).unwrap_or_default();
            Arc::new(Self {
                provider,
                sights: Mutex::new(sights),
            })
        };
        registry::offline().into_iter().map(still).collect()
    }

    fn answer(&self, request: &SurveyRequest) -> SurveyAnswer {
        match request {
            SurveyRequest::Caller { .. } | SurveyRequest::Account { .. } => {
                SurveyAnswer::Account(Account {
                    facts: facts(),
                    notes: Vec::new(),
                })
            }
            SurveyRequest::Objects(_) => SurveyAnswer::Objects {
                seen: std::mem::take(
                    &mut self.sights.lock().unwrap_or_else(PoisonError::into_inner),
                ),
                orphans: Vec::new(),
                strays: Vec::new(),
                unread: BTreeMap::new(),
            },
            SurveyRequest::Existing(_) => SurveyAnswer::Existing {
                facts: BTreeMap::new(),
            },
            SurveyRequest::Advice(_) => SurveyAnswer::Advice(Advice::default()),
            SurveyRequest::Left(_) => SurveyAnswer::Left {
                left: Vec::new(),
                notes: Vec::new(),
            },
            SurveyRequest::Import(_) => panic!("nothing is imported here"),
        }
    }
}

impl Provider for Still {
    fn name(&self) -> &str {
        self.provider.name()
    }

    fn describe(&self) -> Vec<Table> {
        self.provider.describe()
    }

    fn expand(&self, request: &ExpandRequest) -> ExpandAnswer {
        self.provider.expand(request)
    }

    fn survey<'a>(
        &'a self,
        request: &'a SurveyRequest,
    ) -> Answer<'a, Result<SurveyAnswer, Failure>> {
        Box::pin(std::future::ready(Ok(self.answer(request))))
    }

    fn act<'a>(&'a self, request: &'a Act) -> Answer<'a, Outcome> {
        self.provider.act(request)
    }

    fn poll<'a>(&'a self, request: &'a Poll) -> Answer<'a, PollOutcome> {
        self.provider.poll(request)
    }

    fn usage(&self, request: &UsageRequest<'_>) -> UsageAnswer {
        self.provider.usage(request)
    }

    fn remark(&self, request: &RemarkRequest) -> Vec<Note> {
        self.provider.remark(request)
    }
}

fn facts() -> Facts {
    Facts {
        account: ACCOUNT.to_owned(),
        caller: format!("arn:aws:iam::{ACCOUNT}:user/bench"),
        zones: ["a", "b", "c"].map(|zone| format!("{REGION}{zone}")).into(),
        versions: ["1.35", "1.34"].map(str::to_owned).into(),
        machines: Vec::new(),
        extra: BTreeMap::new(),
        adopted: BTreeMap::new(),
    }
}

/// What a spec's blocks come to in an account.
///
/// # Panics
/// When they come to nothing.
#[must_use]
pub fn resources(loaded: &Loaded) -> Vec<Resource<Open>> {
    let registry = Registry::offline(&loaded.spec);
    let facts = registry
        .providers
        .keys()
        .map(|name| (name.clone(), facts()));
    let expanded = flow::expand(&registry, &loaded.spec, &facts.collect());
    expanded
        .unwrap_or_else(|error| panic!("{error:?}"))
        .resources
}

/// What the plan of a spec is made from, in a cloud that stands still.
///
/// # Panics
/// When it cannot be read.
pub async fn inputs(
    loaded: &Loaded,
    sights: BTreeMap<ResourceId, Sight>,
    wanted: &[Resource<Open>],
) -> Inputs {
    let mut registry = Registry::with(&loaded.spec, Still::providers(sights, wanted));
    let wanted = Wanted {
        spec: &loaded.spec,
        digest: &loaded.digest,
        notes: &loaded.notes,
    };
    flow::observe(&mut registry, wanted, &Wish::default())
        .await
        .unwrap_or_else(|error| panic!("{error:?}"))
}

/// A cloud in which everything that a spec wants is live, just so.
///
/// # Panics
/// When no plan can be made.
pub async fn live(loaded: &Loaded, wanted: &[Resource<Open>]) -> BTreeMap<ResourceId, Sight> {
    let absent = wanted.iter().map(|one| (one.id.clone(), Sight::Absent));
    let inputs = inputs(loaded, absent.collect(), wanted).await;
    let made = plan::make(&inputs).expect("a plan");
    let names: Names<'_> = made
        .desired
        .values()
        .map(|one| (&one.id, one.name.as_ref()))
        .collect();
    made.desired
        .values()
        .map(|one| {
            let sight = Sight::Present(Box::new(observed(&inputs.tables, &names, one)));
            (one.id.clone(), sight)
        })
        .collect()
}

type Names<'a> = BTreeMap<&'a ResourceId, Option<&'a String>>;

fn observed(tables: &Tables, names: &Names<'_>, wanted: &Resource<Pending>) -> Observed {
    let filled: Result<_, Infallible> = wanted.try_fill(|pending| Ok(text(names, pending)));
    let Ok(filled) = filled;
    let output = |name: &str| output(names, &wanted.id, name);
    let outputs: Fields = tables[&wanted.kind]
        .outputs
        .iter()
        .map(|one| (one.name.clone(), Value::Text(output(&one.name))))
        .collect();
    let mut needs = wanted.referenced();
    needs.extend(wanted.parent.clone());
    needs.sort();
    needs.dedup();
    Observed {
        id: wanted.id.clone(),
        kind: wanted.kind.clone(),
        provider: wanted.provider.clone(),
        physical: output("id"),
        parent: wanted.parent.clone(),
        fields: filled.fields,
        outputs,
        status: Status::Ready,
        protect: wanted.protect,
        adopted: None,
        needs,
        uses: Vec::new(),
        foreign: Vec::new(),
    }
}

fn text(names: &Names<'_>, pending: &Pending) -> Value<Never> {
    let pieces = pending.0.iter().map(|piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Ref(Reference { id, output: name }) => output(names, id, name),
    });
    Value::Text(pieces.collect())
}

/// An output of a live object; its name is the one it was given.
fn output(names: &Names<'_>, id: &ResourceId, output: &str) -> String {
    match (output, names.get(id).copied().flatten()) {
        ("name", Some(name)) => name.clone(),
        _ => format!("{output}-of-{id}"),
    }
}
