//! What to do about a failed call.

use crate::error::{Fault, How};

/// What to do next, where that is known.
pub(crate) fn advice(fault: &Fault) -> Option<String> {
    let text = match fault.how {
        How::NoCredentials => {
            "log in with `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS".to_owned()
        }
        How::NotSent => "check the network, and HTTPS_PROXY and NO_PROXY; nothing was sent".to_owned(),
        How::Throttled => "the project's rate of calls is used up: wait a minute, then run it again".to_owned(),
        How::Server | How::NoAnswer => "run it again; what stands is looked up first".to_owned(),
        How::Refused if fault.is_disabled() => {
            format!("enable it: gcloud services enable {}.googleapis.com", service(fault))
        }
        How::Refused if fault.is_quota() => {
            "ask for more at https://console.cloud.google.com/iam-admin/quotas, or plan less".to_owned()
        }
        How::Refused if fault.status == 403 => match permission(&fault.message) {
            Some(permission) => format!("the caller needs the permission {permission}"),
            None => format!("the caller needs a role that allows {}", fault.call),
        },
        How::Refused if fault.is_busy() => {
            "another operation is running on the cluster; it is waited for".to_owned()
        }
        How::Refused if fault.is_in_use() => {
            "something else still uses it: remove that first, then run it again".to_owned()
        }
        How::Refused => return None,
    };
    Some(text)
}

/// The name of the service in Service Usage.
fn service(fault: &Fault) -> &str {
    match fault.service() {
        "resourcemanager" => "cloudresourcemanager",
        other => other,
    }
}

/// `Required 'compute.networks.create' permission for …`, `Permission 'x' denied on …`.
fn permission(message: &str) -> Option<&str> {
    let mut quoted = message.split(['\'', '"', '`']);
    quoted.find(|part| part.matches('.').count() >= 2 && !part.contains(['/', ' ']))
}
