//! What EKS says of the health of its objects, and what that means.
//!
//! EKS names a problem by a code. [`causes`] has a row for each code of its API: the cause in plain words, what to do,
//! whether it may pass by itself, and whether the object must be made anew.

mod causes;

use std::fmt::Write as _;

use aws_sdk_eks::types::{
    AddonIssue, AddonIssueCode, ClusterIssue, ClusterIssueCode, ErrorCode, ErrorDetail,
    Issue as NodegroupIssue, NodegroupIssueCode,
};
use provision_aws::kind::Ailment;
use provision_core::model::Status;

use causes::{CAUSES, Cause};

/// What can do badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// Control planes.
    Cluster,
    /// Node groups.
    Nodegroup,
    /// Add-ons.
    Addon,
    /// Changes of any of them.
    Update,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// It could not be made: the next run makes it anew.
    Unmade,
    /// It is there, and does badly.
    Badly,
    /// It is as before a change.
    Unchanged,
    /// It could not be removed.
    Undeleted,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issue {
    code: String,
    words: String,
}

/// The problems of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Health {
    on: On,
    issues: Vec<Issue>,
}

/// Ids of afflicted objects that are named.
const NAMED: usize = 4;

impl Issue {
    fn new(code: Option<&str>, message: Option<&str>, ids: &[String]) -> Self {
        let code = code.unwrap_or("Unknown").to_owned();
        let mut words = code.clone();
        if let Some(message) = message.map(str::trim).filter(|text| !text.is_empty()) {
            words.push_str(": ");
            words.push_str(message);
        }
        let unsaid: Vec<&str> = ids
            .iter()
            .map(String::as_str)
            .filter(|id| !id.is_empty() && !words.contains(id))
            .collect();
        if !unsaid.is_empty() {
            let more = match unsaid.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let named = unsaid.get(..NAMED).unwrap_or(&unsaid).join(", ");
            let _ = write!(words, " ({named}{more})");
        }
        Self { code, words }
    }
}

impl Health {
    /// Of a control plane.
    pub(crate) fn of_cluster(issues: &[ClusterIssue]) -> Self {
        Self::new(On::Cluster, issues, |one| {
            let code = one.code().map(ClusterIssueCode::as_str);
            Issue::new(code, one.message(), one.resource_ids())
        })
    }

    /// Of a node group.
    pub(crate) fn of_nodegroup(issues: &[NodegroupIssue]) -> Self {
        Self::new(On::Nodegroup, issues, |one| {
            let code = one.code().map(NodegroupIssueCode::as_str);
            Issue::new(code, one.message(), one.resource_ids())
        })
    }

    /// Of an add-on.
    pub(crate) fn of_addon(issues: &[AddonIssue]) -> Self {
        Self::new(On::Addon, issues, |one| {
            let code = one.code().map(AddonIssueCode::as_str);
            Issue::new(code, one.message(), one.resource_ids())
        })
    }

    /// Of a change.
    pub(crate) fn of_update(errors: &[ErrorDetail]) -> Self {
        Self::new(On::Update, errors, |one| {
            let code = one.error_code().map(ErrorCode::as_str);
            Issue::new(code, one.error_message(), one.resource_ids())
        })
    }

    fn new<T>(on: On, all: &[T], read: impl Fn(&T) -> Issue) -> Self {
        Self {
            on,
            issues: all.iter().map(read).collect(),
        }
    }

    /// Whether there is nothing wrong.
    pub(crate) fn is_good(&self) -> bool {
        self.issues.is_empty()
    }

    /// EKS's words; nothing when there is nothing wrong.
    pub(crate) fn words(&self) -> Option<String> {
        let words: Vec<&str> = self.issues.iter().map(|one| one.words.as_str()).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }

    /// EKS's words with their meaning, for whoever waits.
    pub(crate) fn trouble(&self) -> Option<String> {
        Some(format!("{}; {}", self.words()?, self.meaning(Came::Badly)))
    }

    /// All that is to be said when it came to rest as `word`.
    pub(crate) fn ailment(&self, word: &str, came: Came) -> Ailment {
        let code = self.issues.first().map(|one| one.code.clone());
        let words = self
            .words()
            .unwrap_or_else(|| "no reason was given".to_owned());
        let passes = |one: &Issue| self.cause(one).is_none_or(|cause| cause.passes);
        Ailment {
            code: code.unwrap_or_else(|| "failed".to_owned()),
            message: format!("{word}: {words}"),
            advice: self.meaning(came),
            passes: self.issues.iter().all(passes),
        }
    }

    fn cause(&self, issue: &Issue) -> Option<&'static Cause> {
        let mut rows = CAUSES.iter();
        rows.find(|row| row.code == issue.code && row.on.contains(&self.on))
    }

    /// Cause and next step of each problem, then what follows.
    fn meaning(&self, came: Came) -> String {
        let mut said: Vec<String> = Vec::new();
        let mut anew = false;
        for issue in &self.issues {
            let text = match self.cause(issue) {
                Some(cause) => {
                    anew |= cause.anew;
                    format!("{}: {}", cause.cause, cause.next)
                }
                None => {
                    "what that means is not known here: look at it in the EKS console".to_owned()
                }
            };
            if !said.contains(&text) {
                said.push(text);
            }
        }
        if said.is_empty() {
            said.push("look at it in the EKS console".to_owned());
        }
        format!("{}{}", said.join("; "), self.then(came, anew))
    }

    fn then(&self, came: Came, anew: bool) -> &'static str {
        match (came, anew, self.on) {
            (Came::Unmade, ..) => "; then apply again: it is made anew",
            (Came::Unchanged, ..) => "; then apply again: the change is tried again",
            (Came::Undeleted, ..) => "; then run it again: it is deleted again",
            (Came::Badly, true, On::Nodegroup) => {
                "; if that does not help, delete the node group by hand and apply: it is made anew"
            }
            (Came::Badly, true, _) => "; if that does not help, it must be made anew",
            (Came::Badly, false, _) => "",
        }
    }
}

/// A state of rest in failure.
pub(crate) fn failed(ailment: &Ailment) -> Status {
    Status::Failed {
        reason: format!("{}; {}", ailment.message, ailment.advice),
    }
}

/// A state that can be used and does badly.
pub(crate) fn degraded(ailment: &Ailment) -> Status {
    Status::Degraded {
        reason: format!("{}; {}", ailment.message, ailment.advice),
    }
}

#[cfg(test)]
mod tests;
