//! From a kind's calls to the answers of the contract.

use std::future::Future;

use provision_core::contract::{Act, ActStep, Class, Does, Failure, Handle, Outcome};
use provision_core::cost::Usage;
use provision_core::model::{Fields, Observed, Status, Table};
use serde::de::DeserializeOwned;

use crate::cloud::{Cloud, Faulted};
use crate::field::{internal, read_fields};
use crate::live::Live;
use crate::marks::{Tags, adopting};
use crate::step::{Cx, Next, Progress, Stop};
use crate::survey::{Ask, Seen};
use crate::uses::Uses;

pub use crate::poll::ask;

pub(crate) const PHYSICAL: &str = "physical";
pub(crate) const UPDATE: &str = "update";

/// The clients that a kind's calls are given.
pub type On<'a, K> = <<K as Serves>::Cloud as Cloud>::Client<'a>;
/// What a kind's calls know.
pub type At<'a, K> = Cx<'a, <K as Serves>::Cloud>;
/// How a kind's calls can fail.
pub type FaultOf<K> = <<K as Serves>::Cloud as Cloud>::Fault;
/// Why a kind's calls could not be made, or failed.
pub type Halt<K> = Stop<FaultOf<K>>;

/// What a kind must know to serve: its table and its calls. Its record of fields is [`Serves::Want`].
///
/// `create` and `change` make at most one mutating call. What the next one does follows from the live object they
/// are given, which carries what earlier ones did, so that nothing depends on reads that lag.
pub trait Serves: Send + Sync + Sized + 'static {
    /// The cloud.
    type Cloud: Cloud;

    /// The record of its fields.
    type Want: DeserializeOwned + Send + Sync;

    /// The kind's name.
    const KIND: &'static str;

    /// The provider that serves it.
    const PROVIDER: &'static str;

    /// The kind's table.
    fn table() -> Table;

    /// What such an object uses in a month. Kinds that cost nothing say so, and why.
    fn usage(of: &Uses<'_>) -> Usage;

    /// Reads the objects that are asked for, and with them all others of the stack when orphans are wanted.
    fn survey(ask: &Ask<'_, Self::Cloud>) -> impl Future<Output = Seen> + Send;

    /// Makes the object.
    fn create(
        cx: &At<'_, Self>,
        want: &Self::Want,
    ) -> impl Future<Output = Result<Next, Halt<Self>>> + Send;

    /// Makes the next change that brings the live object to what is wanted; `None` when it is there.
    fn change(
        cx: &At<'_, Self>,
        want: &Self::Want,
        live: &Observed,
    ) -> impl Future<Output = Result<Option<Next>, Halt<Self>>> + Send;

    /// Makes the next call that removes the object.
    fn delete(
        cx: &At<'_, Self>,
        live: &Observed,
    ) -> impl Future<Output = Result<Next, Halt<Self>>> + Send;

    /// Makes the next call of a run; `None` when it is through. Only kinds whose table says `runs` are asked.
    fn run(
        cx: &At<'_, Self>,
        _want: &Self::Want,
        _live: Option<&Observed>,
    ) -> impl Future<Output = Result<Option<Next>, Halt<Self>>> + Send {
        let failure = internal(format!("a {} is not run ({})", Self::KIND, cx.id()));
        async move { Err(Stop::Failure(failure)) }
    }

    /// Reads one object by its handle; `None` when it is not there, or not visible yet.
    fn read(
        cx: &At<'_, Self>,
        physical: &str,
    ) -> impl Future<Output = Result<Option<Live>, FaultOf<Self>>> + Send;

    /// Reads what holds the name or the range that is wanted, whoever it belongs to. Asked after the cloud has
    /// said that it is taken.
    fn holder(
        _cx: &At<'_, Self>,
        _want: &Self::Want,
    ) -> impl Future<Output = Result<Option<Live>, FaultOf<Self>>> + Send {
        async { Ok(None) }
    }

    /// Marks an object that somebody else made; all marks in one call.
    fn mark(
        cx: &At<'_, Self>,
        _physical: &str,
        _marks: &Tags,
    ) -> impl Future<Output = Result<(), Halt<Self>>> + Send {
        let failure = internal(format!("a {} is never adopted ({})", Self::KIND, cx.id()));
        async move { Err(Stop::Failure(failure)) }
    }

    /// What keeps the object from being deleted, in words. Asked after the cloud has said that something does.
    fn holders(_cx: &At<'_, Self>, _live: &Observed) -> impl Future<Output = Vec<String>> + Send {
        async { Vec::new() }
    }

    /// Asks how a change is coming along: the answer to [`Next::Updates`].
    fn progress(
        _cx: &At<'_, Self>,
        _physical: &str,
        _update: &str,
    ) -> impl Future<Output = Result<Progress, FaultOf<Self>>> + Send {
        async { Ok(Progress::Through) }
    }
}

/// Makes the next call of a step.
pub async fn serve<'a, K: Serves>(cloud: On<'a, K>, act: &'a Act) -> Outcome {
    let cx: At<'_, K> = Cx {
        cloud,
        context: &act.context,
        step: &act.step,
        parent: act.parent.as_ref(),
        provider: K::PROVIDER,
        desired: act.desired.as_ref(),
        token: &act.token,
        values: &act.values,
    };
    let result = match (act.step.does, &act.live) {
        (Does::Create | Does::Update, live) => bring::<K>(&cx, live.as_ref()).await,
        (Does::Run, live) => run::<K>(&cx, live.as_ref()).await,
        (Does::Wait, Some(live)) => Ok(at_rest::<K>(live).unwrap_or_else(|| waits(live))),
        (Does::Delete, Some(live)) => delete::<K>(&cx, live).await,
        (Does::Adopt, Some(live)) => adopt::<K>(&cx, live).await,
        (Does::Delete, None) => Ok(Outcome::Gone),
        (does, _) => Err(Stop::Failure(internal(format!(
            "{does:?} of a {}",
            K::KIND
        )))),
    };
    result.unwrap_or_else(|stop| stopped(stop, &act.step))
}

/// Makes the object, or the next change of it.
async fn bring<K: Serves>(cx: &At<'_, K>, live: Option<&Observed>) -> Result<Outcome, Halt<K>> {
    let desired = cx
        .desired
        .ok_or_else(|| internal(format!("{} has no desired fields", cx.id())))?;
    let want: K::Want = read_fields(desired)?;
    let Some(live) = live else {
        if cx.step.does != Does::Create {
            return Err(Stop::Failure(gone(cx)));
        }
        return match K::create(cx, &want).await {
            Ok(next) => Ok(outcome(next)),
            Err(Stop::Fault(fault) | Stop::OfNew(fault)) if fault.is_already() => {
                taken::<K>(cx, &want, fault).await
            }
            Err(Stop::Fault(fault)) => Err(Stop::OfNew(fault)),
            Err(stop) => Err(stop),
        };
    };
    if let Some(next) = K::change(cx, &want, live).await? {
        return Ok(outcome(next));
    }
    Ok(at_rest::<K>(live)
        .or_else(|| as_well_as_before::<K>(cx, live))
        .unwrap_or_else(|| waits(live)))
}

/// Runs it, or makes the next call of a run. Such a kind has no changes to compare: it is through when it says so.
async fn run<K: Serves>(cx: &At<'_, K>, live: Option<&Observed>) -> Result<Outcome, Halt<K>> {
    let desired = cx
        .desired
        .ok_or_else(|| internal(format!("{} has no desired fields", cx.id())))?;
    let want: K::Want = read_fields(desired)?;
    match (K::run(cx, &want, live).await?, live) {
        (Some(next), _) => Ok(outcome(next)),
        (None, Some(live)) => Ok(at_rest::<K>(live).unwrap_or_else(|| waits(live))),
        (None, None) => Err(Stop::Failure(gone(cx))),
    }
}

/// The end of a change of something that did badly before it already and still does: the change is made.
fn as_well_as_before<K: Serves>(cx: &At<'_, K>, live: &Observed) -> Option<Outcome> {
    let degraded = matches!(live.status, Status::Degraded { .. });
    let made = cx.step.does == Does::Update && degraded && is_complete::<K>(&live.outputs);
    made.then(|| Outcome::Done {
        observed: Box::new(live.clone()),
    })
}

/// Takes an object over. It is read again first: by now somebody may have marked it, or an earlier call of ours did.
async fn adopt<K: Serves>(cx: &At<'_, K>, live: &Observed) -> Result<Outcome, Halt<K>> {
    let Some(now) = K::read(cx, &live.physical).await? else {
        return Err(Stop::Failure(gone(cx)));
    };
    if !now.marks.are(cx.context, cx.id()) {
        if let Some(owner) = now.marks.owner() {
            return Err(Stop::Failure(owned(&now, &owner)));
        }
        let adopt = cx.desired.and_then(|desired| desired.adopt.as_ref());
        let root = adopt.map_or(live.physical.as_str(), |adopt| adopt.root.as_str());
        K::mark(cx, &now.physical, &adopting(cx.context, cx.id(), root)).await?;
    }
    let mut observed = cx.made(now);
    observed.needs.clone_from(&live.needs);
    Ok(Outcome::Done { observed })
}

fn owned(live: &Live, owner: &str) -> Failure {
    Failure {
        class: Class::Clash,
        code: "adopted".to_owned(),
        message: format!("{} belongs to {owner}", live.physical),
        call: None,
        object: Some(live.physical.clone()),
        advice: Some("remove it from that stack first, or take `adopt` out of the spec".to_owned()),
    }
}

/// The end of a step, when the object is usable and all its outputs are known.
fn at_rest<K: Serves>(live: &Observed) -> Option<Outcome> {
    (live.status == Status::Ready && is_complete::<K>(&live.outputs)).then(|| Outcome::Done {
        observed: Box::new(live.clone()),
    })
}

pub(crate) fn is_complete<K: Serves>(outputs: &Fields) -> bool {
    let table = K::table();
    table
        .outputs
        .iter()
        .all(|output| outputs.contains_key(&output.name))
}

/// The cloud says that the name or range is taken: by us, by somebody, or by something not visible yet.
async fn taken<K: Serves>(
    cx: &At<'_, K>,
    want: &K::Want,
    fault: FaultOf<K>,
) -> Result<Outcome, Halt<K>> {
    match K::holder(cx, want).await? {
        Some(live) if matches!(live.status, Status::Deleting { .. }) => {
            Err(Stop::Later(format!("{fault} (on its way out)")))
        }
        Some(live) if live.marks.are(cx.context, cx.id()) => Ok(outcome(Next::More {
            did: "found it there already".to_owned(),
            observed: cx.made(live),
        })),
        Some(live) => Err(Stop::Failure(clash(&live, &fault))),
        None => Err(Stop::Later(format!("{fault} (not visible yet)"))),
    }
}

fn clash<F: Faulted>(live: &Live, fault: &F) -> Failure {
    let owner = live
        .marks
        .owner()
        .unwrap_or_else(|| "nobody that provision knows".to_owned());
    let (call, code, message) = fault.told();
    Failure {
        class: Class::Clash,
        code: code.to_owned(),
        message: format!("{message} ({} belongs to {owner})", live.physical),
        call: Some(call.to_owned()),
        object: Some(live.physical.clone()),
        advice: Some(
            "rename ours in the spec, remove that object, or take it over with `adopt` where its block can".to_owned(),
        ),
    }
}

async fn delete<K: Serves>(cx: &At<'_, K>, live: &Observed) -> Result<Outcome, Halt<K>> {
    match K::delete(cx, live).await {
        Ok(next) => Ok(outcome(next)),
        Err(Stop::Fault(fault)) if fault.is_not_found() => Ok(Outcome::Gone),
        Err(Stop::Fault(fault)) if fault.is_in_use() => {
            let held = K::holders(cx, live).await;
            Err(Stop::Later(in_use(&fault, &held)))
        }
        Err(stop) => Err(stop),
    }
}

/// The cloud's words, and ours on what to do should it go on.
fn in_use<F: Faulted>(fault: &F, held: &[String]) -> String {
    if !held.is_empty() {
        let held = held.join(", ");
        return format!("{fault} (blocked by: {held}; remove what is not ours, then run it again)");
    }
    match fault.failure().advice {
        Some(advice) => format!("{fault} ({advice})"),
        None => fault.to_string(),
    }
}

/// The executor's word for it.
#[must_use]
pub fn outcome(next: Next) -> Outcome {
    match next {
        Next::More { did, observed } => Outcome::Again {
            did,
            observed: Some(observed),
        },
        Next::Waits { phase, physical } => Outcome::Accepted {
            handle: Handle([(PHYSICAL.to_owned(), physical)].into()),
            phase,
        },
        Next::Updates {
            phase,
            physical,
            update,
        } => Outcome::Accepted {
            handle: Handle([(PHYSICAL.to_owned(), physical), (UPDATE.to_owned(), update)].into()),
            phase,
        },
        Next::Cleared { did } => Outcome::Again {
            did,
            observed: None,
        },
        Next::Gone => Outcome::Gone,
    }
}

fn waits(live: &Observed) -> Outcome {
    let phase = match &live.status {
        Status::Changing { phase } | Status::Deleting { phase } => phase.clone(),
        Status::Degraded { reason } => reason.clone(),
        Status::Ready | Status::Failed { .. } => "becoming visible".to_owned(),
    };
    outcome(Next::Waits {
        phase,
        physical: live.physical.clone(),
    })
}

/// The executor's word for a call that could not be made, or failed.
#[must_use]
pub fn stopped<F: Faulted>(stop: Stop<F>, step: &ActStep) -> Outcome {
    match stop {
        Stop::Fault(fault) => fault.about_step(step.id.to_string()).outcome(),
        Stop::OfNew(fault) => fault.about_step(step.id.to_string()).outcome_of_new(),
        Stop::Failure(failure) => Outcome::Failed { failure },
        Stop::Later(reason) => Outcome::Retry {
            after_ms: 1_500,
            reason,
            within_ms: None,
        },
    }
}

fn gone<C: Cloud>(cx: &Cx<'_, C>) -> Failure {
    Failure {
        class: Class::NotFound,
        code: "gone".to_owned(),
        message: format!("{} is not there any more", cx.id()),
        call: None,
        object: Some(cx.id().to_string()),
        advice: Some("somebody deleted it meanwhile: plan again".to_owned()),
    }
}
