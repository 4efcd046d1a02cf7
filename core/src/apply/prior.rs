//! What the journal of the last run tells the next one. A help, never needed.

use std::collections::{BTreeMap, BTreeSet};

use super::protocol::{Record, RecordKind};
use crate::contract::Does;
use crate::model::ResourceId;

/// The journal of a stack's last run, read back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prior {
    run: Option<String>,
    stack: Option<String>,
    finished: bool,
    last: u64,
    open: BTreeMap<(u32, ResourceId), String>,
    unsure: BTreeSet<ResourceId>,
    tokens: BTreeSet<String>,
    deleted: BTreeMap<ResourceId, u64>,
}

impl Prior {
    /// No journal is at hand: the first run, or another machine's.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads the lines of a journal. Lines that were torn by a crash are passed over, also when the next record
    /// was appended behind the torn half.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut prior = Self::default();
        for record in text.lines().filter_map(read) {
            prior.add(record);
        }
        prior
    }

    /// What of it concerns a run on `stack`: nothing when it is another stack's; of a run that ended in order only
    /// what it never learnt.
    #[must_use]
    pub(super) fn of_stack(self, stack: &str) -> Self {
        if self.stack.as_deref() != Some(stack) {
            return Self::default();
        }
        if !self.finished {
            return self;
        }
        Self {
            unsure: self.unsure_ids(),
            ..Self::default()
        }
    }

    /// The run that did not end in order, with the stack it belongs to; the next run carries on under its id.
    #[must_use]
    pub fn unfinished(&self) -> Option<(&str, &str)> {
        if self.finished {
            return None;
        }
        Some((self.run.as_deref()?, self.stack.as_deref()?))
    }

    /// Sequence number of the last record.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.last
    }

    /// Whether a call for this id may have happened of which nobody knows the answer.
    #[must_use]
    pub fn is_unsure(&self, id: &ResourceId) -> bool {
        self.unsure.contains(id) || self.open.keys().any(|(_, open)| open == id)
    }

    /// Whether a call with this token was announced before.
    pub(super) fn knows(&self, token: &str) -> bool {
        self.tokens.contains(token)
    }

    /// Journal numbers of the last announced deletions.
    pub(super) fn deletions(&self) -> &BTreeMap<ResourceId, u64> {
        &self.deleted
    }

    /// Ids of [`Self::is_unsure`], as a set to look up in.
    pub(super) fn unsure_ids(&self) -> BTreeSet<ResourceId> {
        self.open
            .keys()
            .map(|(_, id)| id.clone())
            .chain(self.unsure.iter().cloned())
            .collect()
    }

    fn add(&mut self, record: Record) {
        self.last = self.last.max(record.seq);
        match record.kind {
            RecordKind::RunStarted { stack, .. } => {
                // A resumed run numbers its steps anew, so what is open moves over to the ids.
                self.unsure = self.unsure_ids();
                self.open.clear();
                self.run = Some(record.run);
                self.stack = Some(stack);
                self.finished = false;
            }
            RecordKind::Intent {
                step,
                id,
                does,
                token,
                ..
            } => {
                if does == Does::Delete {
                    self.deleted.insert(id.clone(), record.seq);
                }
                self.tokens.insert(token.clone());
                self.open.insert((step, id), token);
            }
            RecordKind::Outcome {
                step, id, outcome, ..
            } => {
                if outcome != "unknown" {
                    self.unsure.remove(&id);
                    self.open.remove(&(step, id));
                }
            }
            RecordKind::RunFinished { .. } => self.finished = true,
        }
    }
}

/// One line; of a line that begins with a torn half, the whole record at its end.
fn read(line: &str) -> Option<Record> {
    serde_json::from_str(line).ok().or_else(|| {
        let (at, _) = line.rmatch_indices("{\"seq\":").next()?;
        serde_json::from_str(line.get(at..)?).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(part: &str) -> ResourceId {
        ResourceId::new("network.main", part)
    }

    fn line(seq: u64, kind: RecordKind) -> String {
        let record = Record {
            seq,
            at: 1,
            run: "run-1".to_owned(),
            kind,
        };
        serde_json::to_string(&record).expect("json")
    }

    fn started(seq: u64) -> String {
        line(
            seq,
            RecordKind::RunStarted {
                format_version: 1,
                stack: "shop".to_owned(),
                plan: "0".to_owned(),
            },
        )
    }

    fn intent(seq: u64, step: u32, part: &str, does: Does) -> String {
        line(
            seq,
            RecordKind::Intent {
                step,
                id: id(part),
                does,
                token: format!("t-{part}"),
                attempt: 1,
            },
        )
    }

    fn outcome(seq: u64, step: u32, part: &str, outcome: &str) -> String {
        line(
            seq,
            RecordKind::Outcome {
                step,
                id: id(part),
                outcome: outcome.to_owned(),
                physical: None,
            },
        )
    }

    #[test]
    fn unanswered_intents_are_unsure_and_the_run_is_resumed() {
        let text = [
            started(1),
            intent(2, 1, "vpc", Does::Create),
            intent(3, 2, "nat.a", Does::Delete),
            outcome(4, 1, "vpc", "done"),
        ]
        .join("\n");
        let prior = Prior::parse(&text);
        assert_eq!(prior.unfinished(), Some(("run-1", "shop")));
        assert!(!prior.is_unsure(&id("vpc")));
        assert!(prior.is_unsure(&id("nat.a")));
        assert_eq!(prior.deletions().get(&id("nat.a")), Some(&3));
        assert_eq!(prior.last_seq(), 4);
    }

    #[test]
    fn an_unknown_answer_is_no_answer_and_outlives_a_resumption() {
        let text = [
            started(1),
            intent(2, 1, "vpc", Does::Create),
            outcome(3, 1, "vpc", "unknown"),
            started(4),
            intent(5, 1, "subnet", Does::Create),
            outcome(6, 1, "subnet", "done"),
        ]
        .join("\n");
        let prior = Prior::parse(&text);
        assert!(prior.is_unsure(&id("vpc")));
        assert!(!prior.is_unsure(&id("subnet")));
    }

    #[test]
    fn torn_lines_are_passed_over() {
        let whole = intent(3, 2, "eip", Does::Create);
        let torn = &whole[..whole.len() / 2];
        let text = format!(
            "{}\n{}\n{torn}",
            started(1),
            intent(2, 1, "vpc", Does::Create)
        );
        let prior = Prior::parse(&text);
        assert!(prior.is_unsure(&id("vpc")));
        assert!(!prior.is_unsure(&id("eip")));
        let appended = format!("{text}{}", outcome(4, 1, "vpc", "done"));
        assert!(!Prior::parse(&appended).is_unsure(&id("vpc")));
    }

    #[test]
    fn a_finished_run_is_not_resumed() {
        let end = line(
            2,
            RecordKind::RunFinished {
                done: 0,
                failed: 0,
                not_started: 0,
            },
        );
        assert_eq!(
            Prior::parse(&format!("{}\n{end}", started(1))).unfinished(),
            None
        );
    }
}
