//! Log streams: make, tell, delete, and write into.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::LogGroup;
use super::common::{
    arn, boolean, bounded, constraint, identified, invalid, named, required, text,
};
use crate::aws::shape::page;
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body};

/// A stream of a log group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogStream {
    /// The name of its group.
    pub(crate) group: String,
    /// Its name.
    pub(crate) name: String,
    /// What was written into it, in the order of the events' times.
    pub(crate) events: Vec<Event>,
    /// When it was made.
    pub(crate) created: Timestamp,
}

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Event {
    /// Its id: 56 digits, in the order of the events.
    pub(crate) id: String,
    /// When it happened, in milliseconds.
    pub(crate) at: i64,
    /// When it came here, in milliseconds.
    pub(crate) came: i64,
    /// The line.
    pub(crate) message: String,
}

impl Document for LogStream {
    const SERVICE: &'static str = "logs";
    const KIND: &'static str = "log-stream";

    /// Neither name can have a colon.
    fn id(&self) -> String {
        format!("{}:{}", self.group, self.name)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl LogStream {
    /// Writes lines, each with its time, into a stream, which is made when there is none. False when the group is not
    /// there, as a log driver finds it.
    pub(crate) fn append(
        tx: &mut Tx<'_>,
        place: &Place,
        (group, name): (&str, &str),
        lines: &[(Timestamp, String)],
    ) -> bool {
        let live = tx
            .get::<LogGroup>(place, group)
            .is_some_and(|one| one.live());
        if !live {
            return false;
        }
        let found = tx.get::<Self>(place, &format!("{group}:{name}"));
        let mut stream = found.unwrap_or_else(|| Self::new(group, name, tx.now()));
        for (at, line) in lines {
            stream.add(tx.now(), *at, line);
        }
        tx.put(place, &stream);
        true
    }

    fn new(group: &str, name: &str, now: Timestamp) -> Self {
        Self {
            group: group.to_owned(),
            name: name.to_owned(),
            events: Vec::new(),
            created: now,
        }
    }

    fn add(&mut self, now: Timestamp, at: Timestamp, line: &str) {
        let at = at.as_millisecond();
        // The count of what there was keeps events of one millisecond in their order; no other stream has the same id.
        let id = format!("{at:020}{:016}{:020}", self.events.len(), self.number());
        let after = self.events.partition_point(|event| event.at <= at);
        let event = Event {
            id,
            at,
            came: now.as_millisecond(),
            message: line.to_owned(),
        };
        self.events.insert(after, event);
    }

    /// A number of its own, as far as names go.
    fn number(&self) -> u64 {
        let digest = Sha256::digest(self.id());
        let bytes = digest.iter().take(8);
        bytes.fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// Removes all streams of a group.
    pub(super) fn forget(tx: &mut Tx<'_>, place: &Place, group: &str) {
        for stream in tx.list::<Self>(place) {
            if stream.group == group {
                tx.delete::<Self>(place, &stream.id());
            }
        }
    }

    /// The events that reads show: not what came just now, and not what the group no longer keeps.
    pub(super) fn seen(&self, tx: &Tx<'_>, group: &LogGroup) -> Vec<&Event> {
        let before = |span: SignedDuration| {
            let then = tx.now().checked_sub(span).unwrap_or(Timestamp::MIN);
            then.as_millisecond()
        };
        let latest = before(tx.config().visibility_lag());
        let earliest = group.retention.map_or(i64::MIN, |days| {
            before(SignedDuration::from_hours(24 * days))
        });
        let shown = |event: &&Event| event.came <= latest && event.at >= earliest;
        self.events.iter().filter(shown).collect()
    }
}

/// The name that `logStreamName` gives.
pub(super) fn name(call: &Call<'_>) -> Result<String, ApiError> {
    let name = required(call, "logStreamName")?;
    check_name("logStreamName", &name)?;
    Ok(name)
}

/// Refuses what cannot be a stream's name, or the start of one.
pub(super) fn check_name(member: &str, name: &str) -> Result<(), ApiError> {
    if name.is_empty() || name.len() > 512 {
        let rule = "have length between 1 and 512";
        return Err(constraint(member, name, rule));
    }
    match name.contains([':', '*']) {
        false => Ok(()),
        true => {
            let rule = "satisfy regular expression pattern: [^:*]*";
            Err(constraint(member, name, rule))
        }
    }
}

/// The visible stream of a group.
pub(super) fn find(call: &Call<'_>, group: &str, name: &str) -> Result<LogStream, ApiError> {
    call.tx
        .see::<LogStream>(&call.place, &format!("{group}:{name}"))
        .ok_or_else(|| {
            ApiError::bad(
                "ResourceNotFoundException",
                "The specified log stream does not exist.",
            )
        })
}

/// CreateLogStream.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let name = name(call)?;
    let group = named(call)?;
    let stream = LogStream::new(&group.name, &name, call.now());
    if call
        .tx
        .get::<LogStream>(&call.place, &stream.id())
        .is_some()
    {
        return Err(ApiError::bad(
            "ResourceAlreadyExistsException",
            "The specified log stream already exists",
        ));
    }
    call.tx.put(&call.place, &stream);
    Ok(Body::Empty)
}

/// DeleteLogStream.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let name = name(call)?;
    let group = named(call)?;
    let stream = find(call, &group.name, &name)?;
    call.tx.delete::<LogStream>(&call.place, &stream.id());
    Ok(Body::Empty)
}

/// DescribeLogStreams: by name, or by the time of the last event.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let group = identified(call)?;
    let size = bounded(call, "limit", 50, 50)?;
    let prefix = text(call, "logStreamNamePrefix")?;
    let by_time = by_time(call, prefix)?;
    let mut streams = call.tx.see_all::<LogStream>(&call.place);
    streams.retain(|one| {
        one.group == group.name && prefix.is_none_or(|prefix| one.name.starts_with(prefix))
    });
    if by_time {
        let last = |one: &LogStream| one.seen(&call.tx, &group).last().map(|event| event.at);
        streams.sort_by_key(last);
    }
    if boolean(call, "descending")?.unwrap_or_default() {
        streams.reverse();
    }
    let token = text(call, "nextToken")?;
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    let (streams, next) = page(streams, |one| one.name.clone(), size, token)
        .ok_or_else(|| invalid("The specified nextToken is invalid."))?;
    let rows: Vec<Value> = streams.iter().map(|one| row(call, &group, one)).collect();
    let mut answer = json!({ "logStreams": rows });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(Body::Json(answer))
}

/// Whether the order is that of the last events, which cannot be asked for together with a prefix.
fn by_time(call: &Call<'_>, prefix: Option<&str>) -> Result<bool, ApiError> {
    if let Some(prefix) = prefix {
        check_name("logStreamNamePrefix", prefix)?;
    }
    match text(call, "orderBy")? {
        None | Some("LogStreamName") => Ok(false),
        Some("LastEventTime") if prefix.is_some() => Err(invalid(
            "Cannot order by LastEventTime with a logStreamNamePrefix.",
        )),
        Some("LastEventTime") => Ok(true),
        Some(other) => {
            let rule = "satisfy enum value set: [LogStreamName, LastEventTime]";
            Err(constraint("orderBy", other, rule))
        }
    }
}

fn row(call: &Call<'_>, group: &LogGroup, stream: &LogStream) -> Value {
    let group_arn = arn(&call.place, &group.name);
    let mut row = json!({
        "logStreamName": stream.name,
        "creationTime": stream.created.as_millisecond(),
        "arn": format!("{group_arn}:log-stream:{}", stream.name),
        "storedBytes": 0,
    });
    let seen = stream.seen(&call.tx, group);
    if let (Some(first), Some(last)) = (seen.first(), seen.last()) {
        row["firstEventTimestamp"] = first.at.into();
        row["lastEventTimestamp"] = last.at.into();
        row["lastIngestionTime"] = seen.iter().map(|event| event.came).max().into();
        row["uploadSequenceToken"] = last.id.clone().into();
    }
    row
}
