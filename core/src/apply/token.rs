//! Idempotency tokens: the same call of the same run has the same token, on every attempt.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::contract::{ActStep, Does};
use crate::model::{Never, Resource};

/// Namespace of our tokens; drawn once, never changed: a resumed run must arrive at the same tokens.
const SPACE: Uuid = Uuid::from_u128(0x6f1b_3a55_0b7e_4c0e_9a41_52c8_1d90_77e3);

/// What besides the step makes one call another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn<'a> {
    /// The run; a resumed one keeps its id.
    pub(super) run: &'a str,
    /// The stack.
    pub(super) stack: &'a str,
    /// Journal number of the last deletion of this id in this run, 0 without one: a cloud answers a token it
    /// knows with the object of then, so what is made anew after a deletion needs a token of its own.
    pub(super) generation: u64,
    /// How many calls of this step have been answered before: a second call is not a repeat of the first.
    pub(super) leg: u32,
}

/// The token of a call, a `UUIDv5` (36 characters fit every API).
pub(super) fn token(turn: Turn<'_>, step: &ActStep, desired: Option<&Resource<Never>>) -> String {
    let mut hasher = Sha256::new();
    let mut feed = |part: &str| {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part.as_bytes());
    };
    feed(turn.run);
    feed(turn.stack);
    feed(&turn.generation.to_string());
    feed(&turn.leg.to_string());
    feed(&step.id.to_string());
    feed(step.kind.as_str());
    feed(word(step.does));
    for field in &step.fields {
        feed(field);
    }
    if let Some(desired) = desired {
        feed(desired.name.as_deref().unwrap_or_default());
        for (name, value) in &desired.fields {
            feed(name);
            feed(&value.to_json().to_string());
        }
    }
    Uuid::new_v5(&SPACE, &hasher.finalize()).to_string()
}

/// The word of the plan for what a step does.
pub(super) const fn word(does: Does) -> &'static str {
    match does {
        Does::Create => "create",
        Does::Update => "update",
        Does::Wait => "wait",
        Does::Cordon => "cordon",
        Does::Drain => "drain",
        Does::Run => "run",
        Does::Adopt => "adopt",
        Does::Delete => "delete",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Kind, ResourceId};

    #[test]
    fn tokens_repeat_and_differ_where_calls_do() {
        let step = ActStep {
            id: ResourceId::new("network.main", "nat.a"),
            kind: Kind::new("ec2.nat_gateway"),
            does: Does::Create,
            fields: Vec::new(),
        };
        let turn = Turn {
            run: "r1",
            stack: "shop",
            generation: 0,
            leg: 0,
        };
        let first = token(turn, &step, None);
        assert_eq!(first.len(), 36);
        assert_eq!(first, token(turn, &step, None));
        assert_ne!(first, token(Turn { run: "r2", ..turn }, &step, None));
        assert_ne!(first, token(Turn { leg: 1, ..turn }, &step, None));
        assert_ne!(
            first,
            token(
                Turn {
                    generation: 7,
                    ..turn
                },
                &step,
                None
            )
        );
        let other = ActStep {
            id: ResourceId::new("network.main", "nat.b"),
            ..step
        };
        assert_ne!(first, token(turn, &other, None));
    }
}
