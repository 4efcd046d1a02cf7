//! How the services are reached: by the variables that gcloud honours.

use std::collections::BTreeMap;

use provision_core::contract::{Class, Failure};

/// What precedes the name of a service in gcloud's variables.
const OVERRIDE: &str = "CLOUDSDK_API_ENDPOINT_OVERRIDES_";

/// Services, by their names in gcloud's variables. Compute's override ends with the version, which the client adds itself.
const SERVICES: [&str; 7] = [
    "container",
    "compute",
    "secretmanager",
    "iam",
    "cloudresourcemanager",
    "serviceusage",
    "cloudbilling",
];

/// Endpoints, and whether anybody is asked for credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    endpoints: BTreeMap<String, String>,
    /// Calls carry no credentials.
    pub anonymous: bool,
    /// The project that gcloud is set to.
    project: Option<String>,
}

impl Reach {
    /// As the environment says.
    #[must_use]
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let filled = |name: &str| variable(name).filter(|value| !value.is_empty());
        let endpoint = |service: &&str| {
            let value = filled(&format!("{OVERRIDE}{}", service.to_uppercase()))?;
            Some(((*service).to_owned(), trimmed(&value)))
        };
        let yes = |value: String| ["true", "1", "yes"].contains(&value.to_lowercase().as_str());
        Self {
            endpoints: SERVICES.iter().filter_map(endpoint).collect(),
            anonymous: filled("CLOUDSDK_AUTH_DISABLE_CREDENTIALS").is_some_and(yes),
            project: filled("CLOUDSDK_CORE_PROJECT"),
        }
    }

    /// One server for all services, without credentials: the embedded cloud.
    #[must_use]
    pub fn server(url: &str) -> Self {
        let endpoint = |service: &str| {
            (
                service.to_owned(),
                format!("{}/", url.trim_end_matches('/')),
            )
        };
        Self {
            endpoints: SERVICES.into_iter().map(endpoint).collect(),
            anonymous: true,
            project: None,
        }
    }

    /// The endpoint of a service, where it is not Google's.
    #[must_use]
    pub fn endpoint(&self, service: &str) -> Option<&str> {
        self.endpoints.get(service).map(String::as_str)
    }

    /// Whether a service is on this machine: a proxy must not be asked for it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let local = |url: &String| {
            let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
            ["127.", "localhost", "[::1]"]
                .iter()
                .any(|start| host.starts_with(start))
        };
        self.endpoints.values().any(local)
    }

    /// Whether gcloud is set to another project than the spec's: likely the wrong file, or the wrong shell.
    ///
    /// # Errors
    /// When it is.
    pub fn check(&self, project: &str) -> Result<(), Failure> {
        match &self.project {
            Some(other) if other != project => Err(Failure {
                class: Class::Credentials,
                code: "project".to_owned(),
                message: format!(
                    "the spec is for project {project}, and CLOUDSDK_CORE_PROJECT says {other}"
                ),
                call: None,
                object: Some(other.clone()),
                advice: Some(format!(
                    "unset CLOUDSDK_CORE_PROJECT, or change `project` in [cloud.gcp] if {other} is meant"
                )),
            }),
            _ => Ok(()),
        }
    }
}

/// Without the version that gcloud's override of compute ends with.
fn trimmed(url: &str) -> String {
    let url = url.trim_end_matches('/');
    let base = url.strip_suffix("/compute/v1").unwrap_or(url);
    format!("{base}/")
}
