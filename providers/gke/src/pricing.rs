//! List prices as Google tells them today: the Cloud Billing Catalog API, read once for any number of regions.
//!
//! The catalogue sells no machine types but cores and gigabytes of a series, and it tells most things by their description
//! alone, with a place behind it (`E2 Instance Core running in Belgium`). So an item of our tables is told by service, family,
//! sort of usage and the exact words before the place; a machine by the two that it is made of. What two SKUs price
//! differently, or in a unit that is not the table's, is not told at all: the built-in price stays.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use provision_data::{ListPrice, PriceList, REFRESHED};

use crate::client::Gcp;
use crate::error::{Fault, How};

mod items;
mod machines;
mod sku;

use items::Service;
use sku::Sku;

/// The call, as errors name it.
const CALL: &str = "cloudbilling.services.skus.list";

/// SKUs a page: an answer of about 2 MB. The API gives 5000 at most, and Compute Engine has several times as many.
const PAGE: i32 = 1000;

/// A region's name for what is sold at one price everywhere.
const GLOBAL: &str = "global";

/// Reads the list prices of these regions, in their order; `day` is today.
///
/// # Errors
/// The fault of the first call that failed: half of a list is none.
pub async fn price_lists(
    gcp: &Gcp,
    regions: &[String],
    day: &str,
) -> Result<Vec<PriceList>, Fault> {
    let asked = Service::ALL
        .into_iter()
        .map(|service| skus(gcp, service, regions));
    let skus: Vec<Sku> = try_join_all(asked).await?.into_iter().flatten().collect();
    Ok(regions
        .iter()
        .map(|region| told(&skus, region, day))
        .collect())
}

/// What a service sells in these regions, on demand or as Spot.
async fn skus(gcp: &Gcp, service: Service, regions: &[String]) -> Result<Vec<Sku>, Fault> {
    let client = gcp.catalog().await?;
    let parent = format!("services/{}", service.id());
    let mut found = Vec::new();
    let mut token = String::new();
    loop {
        let send = || {
            let request = client.list_skus().set_parent(parent.as_str());
            let request = request.set_currency_code("USD").set_page_size(PAGE);
            request.set_page_token(token.as_str()).send()
        };
        let page = gcp.read(CALL, send).await;
        let page = page.map_err(|fault| fault.about(parent.as_str()))?;
        let all = page
            .skus
            .into_iter()
            .filter_map(|sku| Sku::of(service, sku));
        found.extend(all.filter(|sku| regions.iter().any(|region| sku.concerns(region))));
        match page.next_page_token {
            next if next.is_empty() => return Ok(found),
            next if next == token => return Err(unusable("the same page came twice")),
            next => token = next,
        }
    }
}

/// An answer that is none.
fn unusable(why: &str) -> Fault {
    Fault {
        how: How::NoAnswer,
        call: CALL.to_owned(),
        status: 0,
        code: "response".to_owned(),
        message: why.to_owned(),
        object: None,
    }
}

/// A price in nano-dollars with the SKUs that it was read from; else why there is none.
type Told = Result<(u64, String), String>;

/// The prices of a region that these SKUs tell.
fn told(skus: &[Sku], region: &str, day: &str) -> PriceList {
    let here: Vec<&Sku> = skus.iter().filter(|sku| sku.concerns(region)).collect();
    let mut list = PriceList::default();
    let mut all: BTreeMap<String, (&str, Told)> = items::told(&here, region);
    all.extend(machines::told(&here, region));
    for (item, (unit, told)) in all {
        match told {
            Ok((nanos, source)) => list.prices.push(ListPrice {
                unit: unit.to_owned().into(),
                nanos,
                as_of: day.to_owned(),
                source: format!("Cloud Billing Catalog {source}"),
                quality: REFRESHED.to_owned(),
                item,
            }),
            Err(why) => {
                list.unclear.insert(item, why);
            }
        }
    }
    list
}

#[cfg(test)]
mod tests;
