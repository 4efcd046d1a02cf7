//! Links between objects: full URLs, or parts of them, of any of the API's hosts.

use crate::gcp::project;

const ROOT: &str = "https://www.googleapis.com/compute/v1";

/// The full link of a path in a project: `global/networks/n`.
pub(crate) fn link(project: &str, path: &str) -> String {
    format!("{ROOT}/projects/{project}/{path}")
}

/// The path in the project that a link names; none when it leads elsewhere.
pub(crate) fn relative<'a>(project: &str, link: &'a str) -> Option<&'a str> {
    let from_projects = match link.split_once("/projects/") {
        Some((_, rest)) => Some(rest),
        None => link.strip_prefix("projects/"),
    };
    let Some(rest) = from_projects else {
        let starts = ["global/", "regions/", "zones/"];
        return starts
            .iter()
            .any(|start| link.starts_with(start))
            .then_some(link);
    };
    let (named, path) = rest.split_once('/')?;
    (named == project || named == project::number(project)).then_some(path)
}

/// `global`, `regions/r`, `zones/z`: the part of a path that names the location.
pub(super) fn scope(location: &str) -> String {
    if location.is_empty() {
        "global".to_owned()
    } else if is_zone(location) {
        format!("zones/{location}")
    } else {
        format!("regions/{location}")
    }
}

/// Whether a location is a zone: `europe-west1-b`.
pub(super) fn is_zone(location: &str) -> bool {
    location
        .rsplit('-')
        .next()
        .is_some_and(|last| last.len() == 1)
}

/// Location, collection and name of a path: `regions/r/subnetworks/s`.
pub(super) fn split(path: &str) -> Option<(&str, &str, &str)> {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["global", collection, name] => Some(("", collection, name)),
        ["regions" | "zones", location, collection, name] => Some((location, collection, name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{relative, split};

    #[test]
    fn all_forms_of_a_link_are_one() {
        for form in [
            "https://www.googleapis.com/compute/v1/projects/acme-prod/global/networks/n",
            "https://compute.googleapis.com/compute/v1/projects/acme-prod/global/networks/n",
            "http://127.0.0.1:1/compute/v1/projects/acme-prod/global/networks/n",
            "projects/acme-prod/global/networks/n",
            "global/networks/n",
        ] {
            assert_eq!(
                relative("acme-prod", form),
                Some("global/networks/n"),
                "{form}"
            );
        }
        assert_eq!(
            relative("acme-prod", "projects/other-one/global/networks/n"),
            None
        );
        assert_eq!(relative("acme-prod", "n"), None);
        assert_eq!(
            split("regions/r/subnetworks/s"),
            Some(("r", "subnetworks", "s"))
        );
    }
}
