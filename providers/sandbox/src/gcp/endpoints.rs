//! Where Google's own tools find each service.

use super::SERVICES;

/// The variables by which gcloud, and clients that honour the same ones, are pointed at a server: name and address.
#[must_use]
pub fn gcp_endpoints(url: &str) -> Vec<(String, String)> {
    let one = |service: &super::Service| {
        let name = service.name.to_uppercase();
        // Compute's own paths begin with its name.
        let version = if service.name == "compute" { "v1/" } else { "" };
        (
            format!("CLOUDSDK_API_ENDPOINT_OVERRIDES_{name}"),
            format!("{url}/{}/{version}", service.name),
        )
    };
    SERVICES.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_service_has_its_prefix() {
        let all = super::gcp_endpoints("http://127.0.0.1:1");
        let has = |name: &str, end: &str| all.iter().any(|(n, e)| n.ends_with(name) && e == end);
        assert!(has("_COMPUTE", "http://127.0.0.1:1/compute/v1/"));
        assert!(has("_SECRETMANAGER", "http://127.0.0.1:1/secretmanager/"));
    }
}
