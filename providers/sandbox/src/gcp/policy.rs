//! Policies: who has which role on a resource. Projects, service accounts and secrets have one each.
//!
//! Read, change, write: a stale etag is refused, none overwrites. A policy can name no service account that is not
//! there, and no pool of identities that is not there; a deleted account stays in policies under another name.
//!
//! `google/iam/v1/policy.proto`, "Policy" in the IAM reference, and what users of the APIs quote in public issues.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::iam::Account;
use super::refusal::{aborted, invalid};
use super::shape::{base64, read};
use super::{Call, Outcome, project};
use crate::object::Object;
use crate::store::{Document, Place, Tx};
use crate::wire::ApiError;

/// The role that a project's maker has.
const OWNER: &str = "roles/owner";

/// A role, and who has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Binding {
    /// The role: `roles/viewer`.
    pub(crate) role: String,
    /// Who has it.
    #[serde(default)]
    pub(crate) members: Vec<String>,
    /// When it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) condition: Option<BTreeMap<String, String>>,
}

/// The policy of a resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Policy {
    /// The resource: `projects/p/secrets/s`.
    pub(crate) resource: String,
    /// 1, or 3 with conditions.
    pub(crate) version: i64,
    /// The roles.
    pub(crate) bindings: Vec<Binding>,
    /// Counts the changes.
    pub(crate) revision: u64,
    /// When it was first written.
    pub(crate) created: Timestamp,
}

/// That a project has a pool of identities for its clusters; the first cluster with such identities makes it, and it stays.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pool {
    created: Timestamp,
}

impl Document for Policy {
    const SERVICE: &'static str = "gcp";
    const KIND: &'static str = "policy";

    fn id(&self) -> String {
        self.resource.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Document for Pool {
    const SERVICE: &'static str = "gcp";
    const KIND: &'static str = "identity-pool";

    fn id(&self) -> String {
        "default".to_owned()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

fn place(project: &str) -> Place {
    Place {
        account: project.to_owned(),
        region: String::new(),
    }
}

/// Makes the project's pool of identities, which a cluster with workload identity brings.
pub(crate) fn open_pool(tx: &mut Tx<'_>, project: &str) {
    if tx.get::<Pool>(&place(project), "default").is_none() {
        let created = tx.now();
        tx.put(&place(project), &Pool { created });
    }
}

/// Forgets the policy of a resource that is gone.
pub(crate) fn forget(tx: &mut Tx<'_>, project: &str, resource: &str) {
    tx.delete::<Policy>(&place(project), resource);
}

/// Who has which role in a project, for the oracle; its owners, whom it has from the start, aside.
pub(crate) fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let policies = tx.everywhere::<Policy>().into_iter();
    let of_projects = policies.filter(|(_, policy)| is_project(&policy.resource));
    let mut objects = Vec::new();
    for (place, policy) in of_projects {
        for binding in policy.bindings.iter().filter(|one| one.role != OWNER) {
            objects.extend(binding.members.iter().map(|member| Object {
                account: place.account.clone(),
                region: String::new(),
                service: "cloudresourcemanager".to_owned(),
                kind: "bindings".to_owned(),
                id: format!("{} {member}", binding.role),
                marks: BTreeMap::new(),
                billable: false,
                created: policy.created,
                own_of_cloud: false,
            }));
        }
    }
    objects
}

fn is_project(resource: &str) -> bool {
    let rest = resource.strip_prefix("projects/");
    rest.is_some_and(|rest| !rest.contains('/'))
}

/// What a project has from the start: its owner.
fn initial(call: &Call<'_>, resource: &str) -> Vec<Binding> {
    let owner = || Binding {
        role: OWNER.to_owned(),
        members: vec![format!("user:{}", call.caller)],
        condition: None,
    };
    match is_project(resource) {
        true => vec![owner()],
        false => Vec::new(),
    }
}

fn found(call: &Call<'_>, resource: &str) -> Policy {
    let stored = call.tx.get::<Policy>(&call.place(""), resource);
    stored.unwrap_or_else(|| Policy {
        resource: resource.to_owned(),
        version: 1,
        bindings: initial(call, resource),
        revision: 0,
        created: call.now(),
    })
}

impl Policy {
    fn etag(&self) -> String {
        // The first one of all is this, everywhere.
        if self.revision == 0 && self.bindings.is_empty() {
            return "ACAB".to_owned();
        }
        let digest = super::shape::digest(&format!("{} {}", self.resource, self.revision), 12);
        base64(
            format!("BwX{digest}")
                .as_bytes()
                .get(..9)
                .unwrap_or_default(),
        )
    }

    fn show(&self) -> Value {
        let mut out = json!({ "etag": self.etag() });
        if self.revision > 0 || !self.bindings.is_empty() {
            out["version"] = json!(self.version);
        }
        if !self.bindings.is_empty() {
            out["bindings"] = json!(self.bindings);
        }
        out
    }
}

/// `getIamPolicy`.
pub(crate) fn get(call: &Call<'_>, resource: &str) -> Value {
    found(call, resource).show()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    bindings: Vec<Binding>,
    #[serde(default)]
    etag: String,
    #[serde(default)]
    version: i64,
}

/// `setIamPolicy`.
pub(crate) fn set(call: &mut Call<'_>, resource: &str) -> Outcome {
    let given = call.json.get("policy").cloned().unwrap_or(Value::Null);
    let wanted: Wanted = read(call.operation, &given)?;
    let mut policy = found(call, resource);
    // Etags are bytes: both alphabets of base64 say the same.
    let bytes = super::shape::unbase64;
    if !wanted.etag.is_empty() && bytes(&wanted.etag) != bytes(&policy.etag()) {
        return Err(aborted(
            "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff. The \
             request's ETag did not match the current policy's ETag.",
        ));
    }
    let conditional = wanted
        .bindings
        .iter()
        .any(|binding| binding.condition.is_some());
    if !matches!(wanted.version, 0 | 1 | 3) || conditional && wanted.version != 3 {
        return Err(invalid(
            "Invalid policy version: a policy with conditions must have version 3.",
        ));
    }
    for binding in &wanted.bindings {
        role_legal(&binding.role)?;
        for member in &binding.members {
            if !policy.names(member) {
                member_legal(call, member)?;
            }
        }
    }
    policy.bindings = joined(wanted.bindings);
    policy.version = if conditional { 3 } else { 1 };
    policy.revision += 1;
    call.tx.put(&call.place(""), &policy);
    Ok(policy.show())
}

impl Policy {
    /// A deleted account may stay where it is.
    fn names(&self, member: &str) -> bool {
        member.starts_with("deleted:")
            && self
                .bindings
                .iter()
                .any(|binding| binding.members.iter().any(|one| one == member))
    }
}

/// One binding for each role and condition, without those of nobody.
fn joined(bindings: Vec<Binding>) -> Vec<Binding> {
    let mut out: Vec<Binding> = Vec::new();
    for binding in bindings {
        let same =
            |one: &&mut Binding| one.role == binding.role && one.condition == binding.condition;
        match out.iter_mut().find(same) {
            Some(one) => one.members.extend(binding.members),
            None => out.push(binding),
        }
    }
    for binding in &mut out {
        binding.members.sort();
        binding.members.dedup();
    }
    out.retain(|binding| !binding.members.is_empty());
    out.sort_by(|a, b| a.role.cmp(&b.role));
    out
}

fn role_legal(role: &str) -> Result<(), ApiError> {
    let predefined = role
        .strip_prefix("roles/")
        .is_some_and(|rest| !rest.is_empty());
    let custom = role.starts_with("projects/") || role.starts_with("organizations/");
    match predefined || custom && role.contains("/roles/") {
        true => Ok(()),
        false => Err(invalid(format!(
            "Role ({role}) does not exist in the resource's hierarchy."
        ))),
    }
}

const KINDS: &[&str] = &[
    "user",
    "group",
    "domain",
    "principal",
    "principalSet",
    "projectOwner",
    "projectEditor",
    "projectViewer",
];

fn member_legal(call: &Call<'_>, member: &str) -> Result<(), ApiError> {
    if matches!(member, "allUsers" | "allAuthenticatedUsers") {
        return Ok(());
    }
    match member.split_once(':') {
        Some(("serviceAccount", email)) => account_legal(call, email),
        Some(("deleted", _)) => Err(invalid(format!(
            "The member {member} is not part of the policy."
        ))),
        Some((kind, who)) if KINDS.contains(&kind) && !who.is_empty() => Ok(()),
        _ => Err(invalid(format!(
            "The member {member} is of an unknown type. Please set a valid type prefix for the member."
        ))),
    }
}

fn account_legal(call: &Call<'_>, email: &str) -> Result<(), ApiError> {
    if let Some((pool, _)) = email.split_once('[') {
        let home = pool.strip_suffix(".svc.id.goog").unwrap_or_default();
        if call.tx.get::<Pool>(&place(home), "default").is_none() {
            return Err(invalid(format!(
                "Identity Pool does not exist ({pool}). Please check that you specified a valid resource name as returned \
                 in the `name` attribute in the configuration API."
            )));
        }
        return Ok(());
    }
    let Some((_, domain)) = email.split_once('@') else {
        return Err(invalid(format!("Invalid service account ({email}).")));
    };
    let home = domain.strip_suffix(".iam.gserviceaccount.com");
    // Accounts of services and the two default ones are Google's own; each project has them.
    let own = match home {
        Some(home) => {
            home.starts_with("gcp-sa-")
                || !project::legal(home)
                || home.ends_with("-robot")
                || home.ends_with("-system")
        }
        None => domain.ends_with("gserviceaccount.com"),
    };
    let there = home.is_some_and(|home| {
        call.tx
            .see::<Account>(&place(home), email)
            .is_some_and(|account| !account.deleted())
    });
    match own || there {
        true => Ok(()),
        false => Err(invalid(format!("Service account {email} does not exist."))),
    }
}

/// Gives every mention of a member another name: an account was deleted, or came back.
pub(crate) fn rename(tx: &mut Tx<'_>, from: &str, to: &str) {
    for (at, mut policy) in tx.everywhere::<Policy>() {
        let members = policy
            .bindings
            .iter_mut()
            .flat_map(|binding| &mut binding.members);
        let mut changed = false;
        for member in members.filter(|member| *member == from) {
            to.clone_into(member);
            changed = true;
        }
        if changed {
            policy.revision += 1;
            tx.put(&at, &policy);
        }
    }
}

/// `testIamPermissions`: those that are not denied to everybody.
pub(crate) fn test(call: &Call<'_>) -> Outcome {
    let asked = call.json.get("permissions").and_then(Value::as_array);
    let asked = asked.into_iter().flatten().filter_map(Value::as_str);
    let config = call.tx.config();
    let granted: Vec<&str> = asked.filter(|name| !config.forbids(name)).collect();
    match granted.is_empty() {
        true => Ok(json!({})),
        false => Ok(json!({ "permissions": granted })),
    }
}
