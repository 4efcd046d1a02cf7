//! `gcp.service_account`: the identity of a cluster's nodes.
//!
//! Its marks stand in the description, given at creation. Names of accounts hold in the whole project, so that each ends in a
//! digest of stack and region.

use google_cloud_iam_admin_v1::model::ServiceAccount as Wire;
use provision_core::cost::Usage;
use provision_core::model::{Identity, Observed, Table, Value};
use provision_kind::tables::{outputs, scalar, seconds, table};
use provision_kind::{Live, Next, Seen, Serves, Tags, Uses};
use serde::{Deserialize, Serialize};

use super::compute::{found, pages};
use super::seen::{Listed, look_over};
use super::{Ask, Cx, Google, Stop};
use crate::client::Gcp;
use crate::error::Fault;
use crate::marks::{described, of_description};

/// The list of a project's accounts.
const LIST: &str = "iam.serviceAccounts.list";

/// The fields of a service account. Its id is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceAccount {
    /// What consoles show.
    pub display_name: String,
}

/// The address of an account.
pub(crate) fn email(project: &str, id: &str) -> String {
    format!("{id}@{project}.iam.gserviceaccount.com")
}

/// The id of an account, by its address or handle.
fn id_of(physical: &str) -> &str {
    let email = physical.rsplit('/').next().unwrap_or(physical);
    email.split('@').next().unwrap_or(email)
}

impl Serves for ServiceAccount {
    type Cloud = Google;
    type Want = Self;

    const KIND: &'static str = "gcp.service_account";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        Table {
            outputs: outputs(&["email"]),
            seconds: seconds(2, 1, 1),
            ..table(
                Self::KIND,
                "service account",
                Identity::Named,
                vec![scalar("display_name", "what consoles show")],
            )
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("service accounts are free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let listed = list(ask.gcp).await.map(|lives| Listed {
            lives,
            missing: Vec::new(),
        });
        look_over(
            ask,
            LIST,
            listed,
            |live| live.marks.region.clone(),
            |resource, live| resource.name.as_deref() == Some(id_of(&live.physical)),
        )
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let account = Wire::new()
            .set_display_name(want.display_name.as_str())
            .set_description(described(cx.context, cx.id()));
        let id = cx.name()?;
        let client = cx.gcp.iam().await?;
        let request = client
            .create_service_account()
            .set_name(format!("projects/{}", cx.gcp.project()))
            .set_account_id(id)
            .set_service_account(account);
        let made = cx
            .gcp
            .write("iam.serviceAccounts.create", || request.clone().send())
            .await?;
        Ok(Next::More {
            did: format!("created {id}"),
            observed: cx.made(live(&made)),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let shown = live.fields.get("display_name").and_then(Value::as_text);
        if shown == Some(want.display_name.as_str()) {
            return Ok(None);
        }
        let account = Wire::new()
            .set_name(live.physical.as_str())
            .set_display_name(want.display_name.as_str());
        let mask = google_cloud_wkt::FieldMask::default().set_paths(["display_name"]);
        let client = cx.gcp.iam().await?;
        let request = client
            .patch_service_account()
            .set_service_account(account)
            .set_update_mask(mask);
        let made = cx
            .gcp
            .write("iam.serviceAccounts.patch", || request.clone().send())
            .await?;
        let mut observed = live.clone();
        observed
            .fields
            .insert("display_name".to_owned(), made.display_name.as_str().into());
        Ok(Some(Next::More {
            did: "set the display name".to_owned(),
            observed: Box::new(observed),
        }))
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let client = cx.gcp.iam().await?;
        let request = client
            .delete_service_account()
            .set_name(live.physical.as_str());
        cx.gcp
            .write("iam.serviceAccounts.delete", || request.clone().send())
            .await?;
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        get(cx.gcp, physical).await
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        let project = cx.gcp.project();
        let email = email(project, cx.name().unwrap_or_default());
        get(
            cx.gcp,
            &format!("projects/{project}/serviceAccounts/{email}"),
        )
        .await
    }
}

async fn get(gcp: &Gcp, name: &str) -> Result<Option<Live>, Fault> {
    let client = gcp.iam().await?;
    let request = client.get_service_account().set_name(name);
    let answer = gcp
        .read("iam.serviceAccounts.get", || request.clone().send())
        .await;
    Ok(found(answer)?.map(|wire| live(&wire)))
}

/// All accounts of the project.
pub(super) async fn list(gcp: &Gcp) -> Result<Vec<Live>, Fault> {
    let client = gcp.iam().await?;
    let pages = pages(|token| async move {
        let request = client
            .list_service_accounts()
            .set_name(format!("projects/{}", gcp.project()))
            .set_page_size(100)
            .set_page_token(token.unwrap_or_default());
        let page = gcp.read(LIST, || request.clone().send()).await?;
        Ok((page.accounts, Some(page.next_page_token)))
    });
    let accounts = pages.await?.into_iter().flatten();
    Ok(accounts.map(|wire| live(&wire)).collect())
}

/// An account as read.
fn live(wire: &Wire) -> Live {
    let fields = ServiceAccount {
        display_name: wire.display_name.clone(),
    };
    let mut live =
        Live::new(&wire.name, &Tags::new(), &fields).output("email", wire.email.as_str());
    live.marks = of_description(&wire.description);
    live.names = vec![wire.email.clone()];
    live
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_account_is_read_with_its_marks() {
        let body = r#"{"name":"projects/acme/serviceAccounts/shop-prod-1@acme.iam.gserviceaccount.com",
            "email":"shop-prod-1@acme.iam.gserviceaccount.com","displayName":"nodes of shop-prod",
            "description":"Made by provision. provision-stack=shop provision-id=cluster.prod/node-account provision-region=europe-west1"}"#;
        let live = live(&serde_json::from_str(body).unwrap());
        assert_eq!(
            live.marks.id.as_ref().unwrap().to_string(),
            "cluster.prod/node-account"
        );
        assert_eq!(id_of(&live.physical), "shop-prod-1");
        assert_eq!(email("acme", "shop-prod-1"), live.names[0]);
    }
}
