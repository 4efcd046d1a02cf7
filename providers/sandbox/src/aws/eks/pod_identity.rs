//! Pod identity associations: which role a service account gets.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{
    Owned, arn, body, cluster, in_use, invalid_request, listing, not_found, of_cluster, page, path,
    present, seen_of_cluster, stamp, working,
};
use super::token::{made_before, remember};
use super::{Addon, role_check, tags};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place};
use crate::wire::{ApiError, Body};

/// An association.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PodIdentity {
    /// Its id: `a-` and 17 signs.
    pub(crate) id: String,
    /// Its cluster.
    pub(crate) cluster: String,
    /// The service account's namespace.
    pub(crate) namespace: String,
    /// The service account.
    pub(crate) service_account: String,
    /// The role.
    pub(crate) role_arn: String,
    /// A role of another account that is taken after that one.
    pub(crate) target_role_arn: Option<String>,
    /// Whether sessions carry no tags.
    pub(crate) no_session_tags: bool,
    /// The ARN of the add-on that it came with.
    pub(crate) owner: Option<String>,
    /// Its tags.
    pub(crate) tags: BTreeMap<String, String>,
    /// When it was last changed.
    pub(crate) modified: Timestamp,
    /// When it was made.
    pub(crate) created: Timestamp,
}

/// `podIdentityAssociations` of an add-on's request.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wish {
    /// The service account.
    pub(super) service_account: String,
    role_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {
    namespace: String,
    service_account: String,
    role_arn: String,
    target_role_arn: Option<String>,
    disable_session_tags: Option<bool>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(rename = "clientRequestToken")]
    _token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct To {
    role_arn: Option<String>,
    target_role_arn: Option<String>,
    disable_session_tags: Option<bool>,
    #[serde(rename = "clientRequestToken")]
    _token: Option<String>,
}

impl PodIdentity {
    /// Its ARN.
    pub(super) fn arn(&self, place: &Place) -> String {
        arn(
            place,
            &format!("podidentityassociation/{}/{}", self.cluster, self.id),
        )
    }

    /// Makes one that belongs to an add-on.
    pub(super) fn make_owned(
        call: &mut Call<'_>,
        addon: &Addon,
        namespace: &str,
        wish: &Wish,
    ) -> Result<(), ApiError> {
        let mut made = Self::fresh(
            call,
            &addon.cluster,
            namespace,
            &wish.service_account,
            &wish.role_arn,
        )?;
        made.owner = Some(addon.arn(&call.place));
        call.tx.put(&call.place, &made);
        Ok(())
    }

    /// A new one, checked: a service account has one role, which trusts pods.
    fn fresh(
        call: &mut Call<'_>,
        cluster: &str,
        namespace: &str,
        service_account: &str,
        role: &str,
    ) -> Result<Self, ApiError> {
        present("namespace", namespace)?;
        present("serviceAccount", service_account)?;
        let have = of_cluster::<Self>(&call.tx, &call.place, cluster);
        let same =
            |one: &&Self| one.namespace == namespace && one.service_account == service_account;
        if let Some(there) = have.iter().find(same) {
            return Err(in_use(format!("Association already exists: {}", there.id)));
        }
        role_check::for_pods(&call.tx, &call.place, role)?;
        let signs = call.tx.fresh_hex("pod-identity");
        Ok(Self {
            id: format!("a-{}", signs.get(..17).unwrap_or_default()),
            cluster: cluster.to_owned(),
            namespace: namespace.to_owned(),
            service_account: service_account.to_owned(),
            role_arn: role.to_owned(),
            target_role_arn: None,
            no_session_tags: false,
            owner: None,
            tags: BTreeMap::new(),
            modified: call.now(),
            created: call.now(),
        })
    }

    /// The association in a list: without tags and role.
    fn summary(&self, place: &Place) -> Value {
        let mut answer = json!({
            "clusterName": self.cluster,
            "namespace": self.namespace,
            "serviceAccount": self.service_account,
            "associationArn": self.arn(place),
            "associationId": self.id,
        });
        if let Some(owner) = &self.owner {
            answer["ownerArn"] = owner.as_str().into();
        }
        answer
    }

    fn json(&self, place: &Place) -> Value {
        let mut answer = self.summary(place);
        answer["roleArn"] = self.role_arn.as_str().into();
        answer["tags"] = json!(self.tags);
        answer["createdAt"] = stamp(self.created);
        answer["modifiedAt"] = stamp(self.modified);
        answer["disableSessionTags"] = self.no_session_tags.into();
        if let Some(target) = &self.target_role_arn {
            answer["targetRoleArn"] = target.as_str().into();
        }
        answer
    }
}

impl Document for PodIdentity {
    const SERVICE: &'static str = "eks";
    const KIND: &'static str = "pod-identity-association";

    fn id(&self) -> String {
        format!("{}/{}", self.cluster, self.id)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Owned for PodIdentity {
    fn cluster(&self) -> &str {
        &self.cluster
    }
}

fn answer(call: &Call<'_>, one: &PodIdentity) -> Outcome {
    Ok(Body::Json(json!({"association": one.json(&call.place)})))
}

fn named(call: &Call<'_>) -> Result<PodIdentity, ApiError> {
    let cluster = cluster(call)?;
    let id = path(call, "associationId");
    call.tx
        .get::<PodIdentity>(&call.place, &format!("{}/{id}", cluster.name))
        .ok_or_else(|| {
            not_found(format!("No association found with id: {id}"))
                .with("clusterName", cluster.name.as_str())
        })
}

/// The same when no add-on has it.
fn free(call: &Call<'_>) -> Result<PodIdentity, ApiError> {
    let one = named(call)?;
    match &one.owner {
        None => Ok(one),
        Some(owner) => Err(invalid_request(format!(
            "The association {} is owned by {owner}",
            one.id
        ))
        .with("clusterName", one.cluster.as_str())),
    }
}

/// CreatePodIdentityAssociation.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call)?;
    if let Some(one) =
        made_before(call)?.and_then(|id| call.tx.get::<PodIdentity>(&call.place, &id))
    {
        return answer(call, &one);
    }
    let cluster = working(call)?.name;
    let about = |error: ApiError| error.with("clusterName", cluster.as_str());
    tags::check(&request.tags).map_err(about)?;
    let made = PodIdentity::fresh(
        call,
        &cluster,
        &request.namespace,
        &request.service_account,
        &request.role_arn,
    );
    let mut made = made.map_err(about)?;
    made.target_role_arn = request.target_role_arn;
    made.no_session_tags = request.disable_session_tags.unwrap_or(false);
    made.tags = request.tags;
    call.tx.put(&call.place, &made);
    remember(call, &made.id());
    answer(call, &made)
}

/// DescribePodIdentityAssociation.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let one = named(call)?;
    answer(call, &one)
}

/// ListPodIdentityAssociations.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let cluster = cluster(call)?;
    let (namespace, account) = (
        call.params.get("namespace"),
        call.params.get("serviceAccount"),
    );
    let mut rows = seen_of_cluster::<PodIdentity>(call, &cluster.name);
    rows.retain(|one| {
        namespace.is_none_or(|wish| wish == one.namespace)
            && account.is_none_or(|wish| wish == one.service_account)
    });
    let (rows, next) = page(call, rows, |one| one.id.clone())?;
    let rows: Vec<Value> = rows.iter().map(|one| one.summary(&call.place)).collect();
    listing("associations", &rows, next)
}

/// UpdatePodIdentityAssociation.
pub(super) fn change(call: &mut Call<'_>) -> Outcome {
    let request: To = body(call)?;
    let mut one = free(call)?;
    if let Some(role) = request.role_arn {
        role_check::for_pods(&call.tx, &call.place, &role)
            .map_err(|error| error.with("clusterName", one.cluster.as_str()))?;
        one.role_arn = role;
    }
    if let Some(target) = request.target_role_arn {
        one.target_role_arn = Some(target).filter(|target| !target.is_empty());
    }
    one.no_session_tags = request.disable_session_tags.unwrap_or(one.no_session_tags);
    one.modified = call.now();
    call.tx.put(&call.place, &one);
    answer(call, &one)
}

/// DeletePodIdentityAssociation.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let one = free(call)?;
    call.tx.delete::<PodIdentity>(&call.place, &one.id());
    answer(call, &one)
}
