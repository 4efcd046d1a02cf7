//! The kinds of what is swept: they are only listed with what goes, and only deleted.

use provision_core::contract::{
    Act, ActStep, Answer, Does, Failure, Handle, Outcome, Poll, PollOutcome,
};
use provision_core::cost::{Meter, Part, Quantity, Usage};
use provision_core::model::{Effect, FieldKind, Identity, Observed, Row, Table};

use super::found::{Busy, Sort};
use super::remove::{Did, holds, judge, read, remove};
use super::rest;
use crate::client::Aws;
use crate::field::internal;
use crate::kinds::serve::stopped;
use crate::kinds::tables::{seconds, table};
use crate::kinds::{Ask, Ops, Seen, Stop, Uses};

/// A kind of one sort of object.
pub(crate) struct Swept(pub(crate) Sort);

/// The kind of the last look.
pub(crate) struct Sweep;

fn told(name: &str, doc: &str) -> Row {
    Row::new(name, FieldKind::Scalar, Effect::Computed, doc)
}

fn only_deleted(step: &ActStep) -> Failure {
    internal(format!("{:?} of a {}", step.does, step.kind))
}

impl Ops for Swept {
    fn name(&self) -> &'static str {
        self.0.kind()
    }

    fn table(&self) -> Table {
        let (title, delete) = match self.0 {
            Sort::Balancer => ("load balancer", 30),
            Sort::Classic => ("classic load balancer", 10),
            Sort::TargetGroup => ("target group", 2),
            Sort::Interface => ("network interface", 2),
            Sort::Group => ("security group", 5),
            Sort::Volume => ("volume", 10),
        };
        let rows = vec![
            told("name", "what people know it by"),
            told("cluster", "whose controller made it"),
            told("vpc", "the network it lies in"),
            told("type", "the type of a volume"),
            told("gib", "the size of a volume in GiB"),
        ];
        let loss = (self.0 == Sort::Volume).then(|| "what is on the volume is lost".to_owned());
        Table {
            seconds: seconds(0, 0, delete),
            loss,
            ..table(self.name(), title, Identity::Named, rows)
        }
    }

    fn usage(&self, of: &Uses<'_>) -> Usage {
        match self.0 {
            Sort::Balancer | Sort::Classic => {
                let why = "what a balancer of a controller costs is no part of the tables yet";
                Usage::one(Meter::unlisted(&self.table().title, Part::Network, why))
            }
            Sort::Volume => Usage::one(volume(of)),
            Sort::TargetGroup | Sort::Interface | Sort::Group => {
                Usage::free("it is free of charge by itself")
            }
        }
    }

    /// Nothing of it carries a mark: it is listed with what goes, see [`super::left`].
    fn survey<'a>(&self, _ask: &'a Ask<'a>) -> Answer<'a, Seen> {
        Box::pin(async { Seen::default() })
    }

    fn act<'a>(&self, aws: &'a Aws, act: &'a Act) -> Answer<'a, Outcome> {
        let sort = self.0;
        Box::pin(async move {
            match (act.step.does, &act.live) {
                (Does::Delete, Some(live)) => delete(aws, sort, act, live)
                    .await
                    .unwrap_or_else(|stop| stopped(stop, &act.step)),
                (Does::Delete, None) => Outcome::Gone,
                _ => Outcome::Failed {
                    failure: only_deleted(&act.step),
                },
            }
        })
    }

    fn poll<'a>(&self, aws: &'a Aws, poll: &'a Poll) -> Answer<'a, PollOutcome> {
        let sort = self.0;
        let physical = poll.live.as_ref().map(|live| live.physical.as_str());
        Box::pin(async move {
            match read(aws, sort, physical.unwrap_or_default()).await {
                Ok(None) => PollOutcome::Gone,
                Ok(Some(found)) => match &found.busy {
                    Some(Busy::Going(_)) => PollOutcome::Pending {
                        phase: holds(&found).unwrap_or_default(),
                        trouble: None,
                    },
                    _ => PollOutcome::Again { observed: None },
                },
                Err(fault) => PollOutcome::Failed {
                    failure: fault.about(physical.unwrap_or_default()).failure(),
                },
            }
        })
    }
}

/// Reads it, judges it, and makes the next call.
async fn delete(aws: &Aws, sort: Sort, act: &Act, live: &Observed) -> Result<Outcome, Stop> {
    let Some(found) = read(aws, sort, &live.physical).await? else {
        return Ok(Outcome::Gone);
    };
    judge(&found, live)?;
    let waits = |phase: String| Outcome::Accepted {
        handle: Handle::default(),
        phase,
    };
    if let Some(words) = holds(&found) {
        return match found.busy {
            Some(Busy::Going(_)) => Ok(waits(words)),
            _ => Err(Stop::Later(words)),
        };
    }
    Ok(match remove(aws, &act.context.stack, &found).await? {
        Did::Gone => Outcome::Gone,
        Did::Going => waits("deleting".to_owned()),
        Did::More(did) => Outcome::Again {
            did,
            observed: None,
        },
    })
}

/// Storage alone: what is provisioned on top is not known.
fn volume(of: &Uses<'_>) -> Meter {
    let gib = of.number("gib").and_then(|gib| u64::try_from(gib).ok());
    match (of.text("type"), gib) {
        (Some(kind), Some(gib)) => Meter::listed(
            "volume",
            Part::Storage,
            &format!("ebs.{kind}"),
            "GB-month",
            Quantity::whole(gib),
        ),
        _ => Meter::unlisted("volume", Part::Storage, "its size is not known"),
    }
}

impl Ops for Sweep {
    fn name(&self) -> &'static str {
        rest::KIND
    }

    fn usage(&self, _of: &Uses<'_>) -> Usage {
        Usage::free("it is no object, but a look for what is left")
    }

    fn table(&self) -> Table {
        let rows = vec![
            told("clusters", "whose controllers may have left something"),
            told("vpcs", "the networks that are looked into"),
            told("volumes", "whether volumes go as well"),
            told("nodes", "whether interfaces of nodes of any cluster go"),
        ];
        Table {
            seconds: seconds(0, 0, 20),
            ..table(rest::KIND, "what controllers left", Identity::Named, rows)
        }
    }

    fn survey<'a>(&self, _ask: &'a Ask<'a>) -> Answer<'a, Seen> {
        Box::pin(async { Seen::default() })
    }

    fn act<'a>(&self, aws: &'a Aws, act: &'a Act) -> Answer<'a, Outcome> {
        Box::pin(async move {
            match (act.step.does, &act.live) {
                (Does::Delete, Some(live)) => rest::act(aws, act, live).await,
                (Does::Delete, None) => Outcome::Gone,
                _ => Outcome::Failed {
                    failure: only_deleted(&act.step),
                },
            }
        })
    }

    fn poll<'a>(&self, aws: &'a Aws, poll: &'a Poll) -> Answer<'a, PollOutcome> {
        Box::pin(async move {
            match &poll.live {
                Some(live) => rest::poll(aws, &poll.context, live).await,
                None => PollOutcome::Gone,
            }
        })
    }
}
