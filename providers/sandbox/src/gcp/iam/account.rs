//! Service accounts: made, read, listed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::gcp::refusal::{exists, invalid, not_found};
use crate::gcp::shape::{base64, page, read, unique_id};
use crate::gcp::{Call, Outcome};
use crate::store::{Document, Place};
use crate::wire::ApiError;

/// A service account. A deleted one is kept for thirty days under its number, and can come back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    /// Its email.
    pub(crate) email: String,
    /// Its number, which never comes again.
    pub(crate) unique_id: String,
    /// Its name for people.
    #[serde(default)]
    pub(crate) display_name: String,
    /// Its description.
    #[serde(default)]
    pub(crate) description: String,
    /// Whether it is disabled.
    #[serde(default)]
    pub(crate) disabled: bool,
    /// When it was deleted.
    #[serde(default)]
    pub(crate) ended: Option<Timestamp>,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for Account {
    const SERVICE: &'static str = "iam-gcp";
    const KIND: &'static str = "service-account";

    fn id(&self) -> String {
        match self.ended {
            None => self.email.clone(),
            Some(_) => format!("deleted/{}", self.unique_id),
        }
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// The parts of an account that callers set.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) display_name: String,
    pub(super) description: String,
    etag: String,
    name: String,
    email: String,
}

impl Settings {
    /// Checks the lengths.
    pub(super) fn legal(&self) -> Result<(), ApiError> {
        if self.display_name.len() > 100 {
            return Err(invalid(
                "The display name must be less than or equal to 100 UTF-8 bytes.",
            ));
        }
        if self.description.len() > 256 {
            return Err(invalid(
                "The description must be less than or equal to 256 UTF-8 bytes.",
            ));
        }
        Ok(())
    }
}

impl Account {
    /// Whether it is deleted.
    pub(crate) fn deleted(&self) -> bool {
        self.ended.is_some()
    }

    /// As the API shows it.
    pub(super) fn show(&self, project: &str) -> Value {
        let mut out = json!({
            "name": format!("projects/{project}/serviceAccounts/{}", self.email),
            "projectId": project,
            "uniqueId": self.unique_id,
            "email": self.email,
            "etag": base64(b"\x01\x02\x03\x04"),
            "oauth2ClientId": self.unique_id,
        });
        for (name, text) in [
            ("displayName", &self.display_name),
            ("description", &self.description),
        ] {
            if !text.is_empty() {
                out[name] = json!(text);
            }
        }
        if self.disabled {
            out["disabled"] = json!(true);
        }
        out
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    #[serde(default)]
    account_id: String,
    #[serde(default)]
    service_account: Settings,
}

/// `create`.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let wanted: Create = read(call.operation, &call.json)?;
    let id = &wanted.account_id;
    let sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let legal = (6..=30).contains(&id.len())
        && id.bytes().all(sign)
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && !id.ends_with('-');
    if !legal {
        return Err(invalid(
            "The account ID does not follow naming rules: it must match [a-z]([-a-z0-9]{4,28}[a-z0-9]).",
        ));
    }
    wanted.service_account.legal()?;
    let email = format!("{id}@{}.iam.gserviceaccount.com", call.project);
    let place = call.place("");
    if call.tx.get::<Account>(&place, &email).is_some() {
        let text = format!(
            "Service account {id} already exists within project projects/{}.",
            call.project
        );
        let details = json!([{
            "@type": "type.googleapis.com/google.rpc.ResourceInfo",
            "resourceName": format!("projects/{}/serviceAccounts/{email}", call.project),
        }]);
        return Err(exists(text).with("details", details));
    }
    let alive = call
        .tx
        .list::<Account>(&place)
        .into_iter()
        .filter(|account| !account.deleted())
        .count();
    if u64::try_from(alive).unwrap_or(u64::MAX) >= call.tx.config().quota("iam:service-accounts") {
        let text = "Maximum number of service accounts on project reached.";
        return Err(ApiError::new(429, "RESOURCE_EXHAUSTED", text));
    }
    let account = Account {
        email,
        unique_id: unique_id(&mut call.tx),
        display_name: wanted.service_account.display_name,
        description: wanted.service_account.description,
        disabled: false,
        ended: None,
        created: call.now(),
    };
    call.tx.put(&place, &account);
    Ok(account.show(&call.project))
}

/// Where the account that the path names lies, and itself: by email or number.
pub(super) fn named(call: &Call<'_>) -> Result<(Place, Account), ApiError> {
    let name = call.param("account");
    let place = call.place("");
    let by_number = || {
        let all = call.tx.everywhere::<Account>().into_iter();
        let mut all = all.filter(|(at, _)| call.project.is_empty() || *at == place);
        all.find(|(_, account)| account.unique_id == name && !account.deleted())
    };
    let by_email = call
        .tx
        .get::<Account>(&place, name)
        .map(|account| (place.clone(), account));
    let found = by_email.or_else(by_number);
    found
        .filter(|(_, account)| call.tx.visible(account))
        .ok_or_else(|| {
            // A name that was never there is told otherwise than one that was.
            let was = call
                .tx
                .list::<Account>(&place)
                .into_iter()
                .any(|one| one.email == name && one.deleted());
            match was {
                true => gone(call),
                false => not_found("Unknown service account"),
            }
        })
}

/// The refusal that names the account.
pub(super) fn gone(call: &Call<'_>) -> ApiError {
    not_found(format!(
        "Service account projects/{}/serviceAccounts/{} does not exist.",
        call.project,
        call.param("account")
    ))
}

/// `get`.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let (place, account) = named(call)?;
    Ok(account.show(&place.account))
}

/// `list`.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let mut all = call.tx.see_all::<Account>(&call.place(""));
    all.retain(|account| !account.deleted());
    let size = call.param("pageSize").parse().unwrap_or(20).clamp(1, 100);
    let (rows, next) = page(all, |one| one.email.clone(), size, call.param("pageToken"))?;
    let rows: Vec<Value> = rows.iter().map(|one| one.show(&call.project)).collect();
    let mut answer = json!({});
    if !rows.is_empty() {
        answer["accounts"] = json!(rows);
    }
    if let Some(next) = next {
        answer["nextPageToken"] = json!(next);
    }
    Ok(answer)
}
