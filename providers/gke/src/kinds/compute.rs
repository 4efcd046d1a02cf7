//! What the kinds of compute share: handles, references, pages.

use std::future::Future;

use provision_core::contract::Failure;

use super::Cx;
use super::operation::last;
use crate::error::Fault;

/// The path of an object behind `projects/`, of whatever form of its link: `projects/P/global/networks/N`.
pub(crate) fn path(link: &str) -> String {
    link.find("projects/")
        .map_or(link, |at| link.get(at..).unwrap_or(link))
        .to_owned()
}

/// The path without its project, which answers write now by id and now by number.
pub(crate) fn local(link: &str) -> String {
    let path = path(link);
    let mut parts = path.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("projects"), Some(_), Some(rest)) => rest.to_owned(),
        _ => path,
    }
}

/// The region of an object, by its path.
pub(crate) fn region_of(physical: &str) -> Option<String> {
    let mut parts = physical.split('/');
    parts.find(|part| *part == "regions")?;
    parts.next().map(str::to_owned)
}

/// The handle of an object of no region.
pub(crate) fn global(cx: &Cx<'_>, collection: &str) -> Result<String, Failure> {
    Ok(format!(
        "projects/{}/global/{collection}/{}",
        cx.gcp.project(),
        cx.name()?
    ))
}

/// The handle of an object of the region.
pub(crate) fn regional(cx: &Cx<'_>, collection: &str) -> Result<String, Failure> {
    Ok(format!(
        "projects/{}/regions/{}/{collection}/{}",
        cx.gcp.project(),
        cx.gcp.region(),
        cx.name()?
    ))
}

/// Where an object of the region is: region and name.
pub(crate) fn parts(physical: &str) -> (String, &str) {
    (region_of(physical).unwrap_or_default(), last(physical))
}

/// All pages of a list.
pub(crate) async fn pages<T, F, Fut>(mut next: F) -> Result<Vec<T>, Fault>
where
    F: FnMut(Option<String>) -> Fut,
    Fut: Future<Output = Result<(T, Option<String>), Fault>>,
{
    let mut all = Vec::new();
    let mut token = None;
    loop {
        let (page, more) = next(token).await?;
        all.push(page);
        token = more.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(all);
        }
    }
}

/// A read of something that may not be there.
pub(crate) fn found<T>(answer: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_brought_to_one_form() {
        let link = "https://www.googleapis.com/compute/v1/projects/acme/regions/europe-west1/subnetworks/shop-main";
        assert_eq!(
            path(link),
            "projects/acme/regions/europe-west1/subnetworks/shop-main"
        );
        assert_eq!(local(link), "regions/europe-west1/subnetworks/shop-main");
        assert_eq!(local("projects/123/global/networks/n"), "global/networks/n");
        assert_eq!(region_of(link).as_deref(), Some("europe-west1"));
        assert_eq!(region_of("projects/acme/global/networks/n"), None);
    }
}
