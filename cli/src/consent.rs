//! Who said yes to what. Deletes and replaces that the verb did not ask for need a yes of their own.

use std::io::{self, BufRead as _};

use provision_core::model::ResourceId;
use provision_core::plan::{Plan, PlanFile, RENAMED, needs_consent};

use crate::args::{Allow, RunArgs};
use crate::error::Error;
use crate::registry::SANDBOX;
use crate::render;
use crate::screen::Screen;
use crate::signals::Signals;

/// Ids named in a refusal.
const NAMED: usize = 8;

/// What the user asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// `apply SPEC`: creates and updates.
    Apply,
    /// `destroy`: deletions.
    Destroy,
}

/// Says early, before any call, that nobody could answer the question that comes later.
///
/// # Errors
/// No terminal and no `--yes`; or `--json`, which leaves no place to ask.
pub fn possible(screen: Screen, run: &RunArgs, asked: Asked) -> Result<(), Error> {
    if run.yes || (screen.can_ask && !screen.json) {
        return Ok(());
    }
    let message = if screen.json {
        "`--json` does not ask, and there is no `--yes`"
    } else {
        "there is no terminal to ask on, and no `--yes`"
    };
    let plan = match asked {
        Asked::Apply => "provision plan --out FILE",
        Asked::Destroy => "provision plan --destroy --out FILE",
    };
    Err(Error::Consent {
        message: message.to_owned(),
        advice: format!("add --yes, or write a plan with `{plan}` and apply that"),
        usage: true,
    })
}

/// Gets the consent to a plan that the user has been shown.
///
/// # Errors
/// It was not given, or the question was interrupted.
pub async fn given(
    screen: Screen,
    signals: &Signals,
    run: &RunArgs,
    asked: Asked,
    made: &PlanFile,
) -> Result<(), Error> {
    let plan = &made.plan;
    if run.yes {
        return allowed(run, asked, plan);
    }
    screen.say(&render::plan::question(plan, &place(made)));
    let answer = signals.unless(async {
        let read = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line).map(|_| line)
        });
        read.await
            .unwrap_or_else(|broken| Err(io::Error::other(broken)))
            .map_err(Error::Output)
    });
    if answer.await?.trim() == "yes" {
        return Ok(());
    }
    Err(Error::Consent {
        message: "nothing was changed: the answer was not `yes`".to_owned(),
        advice: "run it again when you are ready".to_owned(),
        usage: false,
    })
}

/// Where it would be done: `account 123456789012, eu-west-1`.
#[must_use]
pub fn place(made: &PlanFile) -> String {
    let context = made.contexts.values().next();
    let account = context.and_then(|context| context.account.as_deref());
    let region = context.map(|context| context.region.as_str());
    let account = account.map(|account| format!("account {account}"));
    let sandbox = made
        .access
        .contains_key(SANDBOX)
        .then(|| "the sandbox".to_owned());
    let words = [sandbox, account, region.map(str::to_owned)];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `--yes` alone is no consent to losses that nobody asked for.
fn allowed(run: &RunArgs, asked: Asked, plan: &Plan) -> Result<(), Error> {
    let needs = needs_consent(plan);
    let mut missing = Vec::new();
    let mut words = Vec::new();
    if asked != Asked::Destroy && !run.allow.contains(&Allow::Delete) && !needs.deletes.is_empty() {
        missing.push(format!("deletes {}", some(&needs.deletes)));
        words.push("delete");
    }
    if !run.allow.contains(&Allow::Replace) && !needs.replaces.is_empty() {
        missing.push(format!("makes anew {}", some(&needs.replaces)));
        words.push("replace");
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::Consent {
        message: format!(
            "the plan {}, and `--yes` alone does not allow that",
            missing.join(" and ")
        ),
        advice: advice(plan, &words),
        usage: false,
    })
}

/// How to allow it; and first, where a block seems to have been renamed, how to do without.
fn advice(plan: &Plan, words: &[&str]) -> String {
    let allow = format!("add --allow {}", words.join(","));
    let mut renamed = plan.notes.iter().filter(|note| note.code == RENAMED);
    match renamed.next().and_then(|note| note.address.as_deref()) {
        Some(name) => format!(
            "{name} seems to be a live block under a new name (see the plan): put its name back; or, to lose what is \
             live and make {name} anew, {allow}"
        ),
        None => allow,
    }
}

fn some(ids: &[ResourceId]) -> String {
    let mut words: Vec<String> = ids.iter().take(NAMED).map(ToString::to_string).collect();
    if ids.len() > NAMED {
        words.push(format!("{} more", ids.len() - NAMED));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use provision_core::model::{Address, Kind};
    use provision_core::plan::{Action, Change, Estimate, Summary};

    fn plan(actions: &[Action]) -> Plan {
        let change = |action: &Action| Change {
            id: ResourceId::new("network.main", format!("{action:?}")),
            address: Address::new("network.main"),
            platform: None,
            provider: "aws".to_owned(),
            kind: Kind::new("ec2.vpc"),
            action: *action,
            reasons: Vec::new(),
            fields: Vec::new(),
        };
        Plan {
            format_version: 1,
            tool: String::new(),
            stack: "shop".to_owned(),
            spec_digest: String::new(),
            partial: false,
            changes: actions.iter().map(change).collect(),
            steps: Vec::new(),
            summary: Summary::default(),
            cost: None,
            estimate: Estimate::default(),
            notes: Vec::new(),
        }
    }

    fn yes(allow: &[Allow]) -> RunArgs {
        RunArgs {
            yes: true,
            allow: allow.to_vec(),
            parallel: 1,
        }
    }

    #[test]
    fn losses_need_their_own_word() {
        let lossy = plan(&[Action::Create, Action::Delete, Action::Replace]);
        let refused = |allow: &[Allow], asked| allowed(&yes(allow), asked, &lossy).unwrap_err();
        let error = refused(&[], Asked::Apply);
        assert_eq!(error.hints(), ["add --allow delete,replace"]);
        assert_eq!(
            refused(&[Allow::Delete], Asked::Apply).hints(),
            ["add --allow replace"]
        );
        assert!(allowed(&yes(&[Allow::Delete, Allow::Replace]), Asked::Apply, &lossy).is_ok());
        assert!(allowed(&yes(&[]), Asked::Destroy, &plan(&[Action::Delete])).is_ok());
        assert!(allowed(&yes(&[]), Asked::Apply, &plan(&[Action::Create])).is_ok());
    }
}
