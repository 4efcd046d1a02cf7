//! How `gcp.secret` changes: what is to be added is noted, added and settled, a call each.

use provision_core::contract::{Class, Failure};
use provision_core::model::{Observed, Value};
use provision_kind::Next;
use provision_kind::live::{output, text, with};
use provision_kind::secrets::{ANOTHER, AS_DECLARED, VALUE};

use super::secret::Secret;
use super::secret_calls::{self as calls, Found};
use super::secret_state::{Added, Noted, PENDING, STORED, Wish, added, written};
use super::{Cx, Stop};
use crate::marks::{of_labels, plain};

/// Bytes that a version holds.
const MOST: usize = 64 << 10;

/// Makes the next call by which the value at hand becomes the current one.
pub(super) async fn bring(cx: &Cx<'_>, want: &Secret, live: &Observed) -> Result<Next, Stop> {
    match text(live, VALUE) {
        Some(PENDING) => add(cx, want, live).await,
        Some(STORED) => {
            let number = output(live, "version").and_then(|number| number.parse().ok());
            settle(cx, want, live, (number.unwrap_or_default(), AS_DECLARED)).await
        }
        _ => begin(cx, want, live).await,
    }
}

/// The secret as it is now, when it is still ours.
async fn ours(cx: &Cx<'_>, live: &Observed) -> Result<Found, Stop> {
    let Some(found) = calls::get(cx.gcp, &live.physical).await? else {
        return Err(Stop::Later(format!("{} is not visible yet", live.physical)));
    };
    match of_labels(&found.labels, &[cx.id()]).are(cx.context, cx.id()) {
        true => Ok(found),
        false => Err(Stop::Failure(taken(&found))),
    }
}

/// Writes down what is to be added, unless an earlier run has done so, or has added it already.
async fn begin(cx: &Cx<'_>, want: &Secret, live: &Observed) -> Result<Next, Stop> {
    if want.kept.generate.is_none() {
        fits(cx, want.kept.at_hand(cx)?.reveal())?;
    }
    let found = ours(cx, live).await?;
    let noted = Noted::of(&found.annotations);
    if noted.pending.is_some() {
        match added(cx, want, &found, &noted).await? {
            Added::Same(number) => return Ok(stored("found the value there", live, number, 0)),
            Added::Other(number) => return settle(cx, want, live, (number, ANOTHER)).await,
            Added::Nothing => {}
        }
    }
    let annotations = written(cx, want, &found.annotations).await?;
    if annotations == found.annotations {
        return add(cx, want, live).await;
    }
    calls::annotate(cx.gcp, &found, &annotations).await?;
    Ok(Next::More {
        did: "noted that a version comes".to_owned(),
        observed: with(live, VALUE, PENDING),
    })
}

async fn add(cx: &Cx<'_>, want: &Secret, live: &Observed) -> Result<Next, Stop> {
    let value = want.kept.content(cx)?;
    fits(cx, value.reveal())?;
    let number = calls::add(cx.gcp, &live.physical, &value).await?;
    Ok(stored(&format!("added version {number}"), live, number, 1))
}

/// The object with a version that has yet to be settled.
fn stored(did: &str, live: &Observed, number: u64, more: i64) -> Next {
    let mut observed = with(live, VALUE, STORED);
    observed
        .outputs
        .insert("version".to_owned(), number.to_string().into());
    count(&mut observed, more);
    Next::More {
        did: did.to_owned(),
        observed,
    }
}

/// So many more versions have a value.
fn count(observed: &mut Observed, more: i64) {
    if let Some(Value::Int(versions)) = observed.fields.get_mut("versions") {
        *versions += more;
    }
}

/// Destroys the version before the last one, then notes which one is current; with the word for what it holds.
async fn settle(
    cx: &Cx<'_>,
    want: &Secret,
    live: &Observed,
    (number, word): (u64, &str),
) -> Result<Next, Stop> {
    let physical = &live.physical;
    let found = ours(cx, live).await?;
    let noted = Noted::of(&found.annotations);
    if noted.pending.is_none() {
        let reason = format!("what was noted on {physical} is not visible yet");
        return Err(Stop::Later(reason));
    }
    if let Some(old) = noted.before
        && let Some(version) = calls::version(cx.gcp, physical, old).await?
        && !version.destroyed
    {
        calls::destroy(cx.gcp, physical, old).await?;
        let mut observed = Box::new(live.clone());
        count(&mut observed, -1);
        return Ok(Next::More {
            did: format!("destroyed version {old}"),
            observed,
        });
    }
    let settled = noted.settled(&found.annotations, number, Wish::of_want(want));
    calls::annotate(cx.gcp, &found, &settled).await?;
    Ok(Next::More {
        did: format!("noted that version {number} is current"),
        observed: with(live, VALUE, word),
    })
}

/// Sets the declared labels. Those that the file no longer has stay: they may be somebody's.
pub(super) async fn relabel(cx: &Cx<'_>, want: &Secret, live: &Observed) -> Result<Next, Stop> {
    let found = ours(cx, live).await?;
    let mut labels = found.labels.clone();
    labels.extend(want.tags.clone());
    calls::label(cx.gcp, &found, &labels).await?;
    let tags = provision_kind::live::map_value(&plain(&labels));
    Ok(Next::More {
        did: "set labels".to_owned(),
        observed: with(live, "tags", tags),
    })
}

/// A value that the service takes.
pub(super) fn fits(cx: &Cx<'_>, value: &str) -> Result<(), Failure> {
    if value.len() <= MOST {
        return Ok(());
    }
    Err(Failure {
        class: Class::Invalid,
        code: "secret-too-large".to_owned(),
        message: format!(
            "the value has {} bytes, and Secret Manager takes {MOST} at most",
            value.len()
        ),
        call: None,
        object: Some(cx.id().to_string()),
        advice: Some("keep it elsewhere, such as in a bucket, and its key here".to_owned()),
    })
}

fn taken(found: &Found) -> Failure {
    let owner = of_labels(&found.labels, &[]).owner();
    let owner = owner.unwrap_or_else(|| "nobody that provision knows".to_owned());
    Failure {
        class: Class::Clash,
        code: "taken".to_owned(),
        message: format!("{} belongs to {owner}", found.physical),
        call: None,
        object: Some(found.physical.clone()),
        advice: Some("rename ours in the spec, or remove that secret".to_owned()),
    }
}
