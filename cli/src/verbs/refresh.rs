//! `prices refresh`: reads the list prices of regions from their cloud, and keeps them for this user.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use provision_aws::{Aws, PRICING_REGION, price_list};
use provision_core::contract::{Class, Failure};
use provision_core::spec::{AwsCloud, GcpCloud};
use provision_data::{Cloud, ListPrice, PriceList};
use provision_gke::{Gcp, Reach, price_lists};
use serde_json::{Value, json};

use super::Cx;
use crate::args::PricesRefresh;
use crate::error::Error;
use crate::exit::Exit;
use crate::refreshed::{self, Changes};
use crate::render;

/// A region with its cloud.
type Place = (Cloud, String);

pub(super) async fn run(cx: &Cx, args: &PricesRefresh) -> Result<Exit, Error> {
    let regions = regions(args)?;
    if args.forget {
        return forget(cx, &regions);
    }
    refreshed::writable()?;
    if cx.sandbox.is_some() {
        return Err(Error::Sandbox {
            problem: "it has no current prices".to_owned(),
            advice: Some("prices are read from the real cloud: leave out --sandbox".to_owned()),
        });
    }
    let places = regions.iter().map(|region| place(region, args.cloud));
    let places: Vec<Place> = places.collect::<Result<_, _>>()?;
    let day = TimeZone::UTC
        .to_datetime(Timestamp::now())
        .date()
        .to_string();
    let mut lists = of_aws(&places, &day).await?;
    lists.extend(of_google(&places, &day).await?);
    // In the order in which they were asked for.
    lists.sort_by_key(|((_, region), _)| regions.iter().position(|one| one == region));
    for (place, list) in &lists {
        if list.prices.is_empty() {
            let failures = vec![empty(place)];
            return Err(Error::Cloud { failures });
        }
    }
    // Everything was read before anything is kept.
    keep(cx, &day, &lists)?;
    Ok(Exit::Ok)
}

/// Those of a cloud.
fn regions_of(places: &[Place], cloud: Cloud) -> Vec<String> {
    let its = places.iter().filter(|(one, _)| *one == cloud);
    its.map(|(_, region)| region.clone()).collect()
}

/// The lists of the regions of AWS, one after another.
async fn of_aws(places: &[Place], day: &str) -> Result<Vec<(Place, PriceList)>, Error> {
    let regions = regions_of(places, Cloud::Aws);
    let mut lists = Vec::new();
    if regions.is_empty() {
        return Ok(lists);
    }
    let aws = Aws::connect(&AwsCloud {
        region: PRICING_REGION.to_owned(),
        ..AwsCloud::default()
    })
    .await;
    for region in regions {
        let list = price_list(&aws, &region, day).await;
        let list = list.map_err(|fault| Error::cloud(fault.about(region.as_str()).failure()))?;
        lists.push(((Cloud::Aws, region), list));
    }
    Ok(lists)
}

/// The lists of the regions of Google Cloud: its catalogue is read once for all.
async fn of_google(places: &[Place], day: &str) -> Result<Vec<(Place, PriceList)>, Error> {
    let regions = regions_of(places, Cloud::Gcp);
    if regions.is_empty() {
        return Ok(Vec::new());
    }
    let reach = Reach::of(|name| std::env::var(name).ok());
    let gcp = Gcp::connect(&GcpCloud::default(), reach);
    let lists = price_lists(&gcp, &regions, day).await;
    let lists = lists.map_err(|fault| Error::cloud(fault.failure()))?;
    let places = regions.into_iter().map(|region| (Cloud::Gcp, region));
    Ok(places.zip(lists).collect())
}

/// Keeps what was read, and tells how it differs from what is built in.
fn keep(cx: &Cx, day: &str, lists: &[(Place, PriceList)]) -> Result<(), Error> {
    let mut reports = Vec::new();
    for (place, list) in lists {
        let (cloud, region) = place;
        let file = refreshed::keep(*cloud, region, day, &list.prices)?;
        let file = file.display();
        let changes = Changes::of(provision_data::list_prices(region), &list.prices);
        if cx.screen.json {
            reports.push(document(place, day, &file, list, &changes));
        } else {
            let from = list_of(*cloud);
            let text = render::refresh::report(region, from, day, list, &changes);
            cx.screen.print(&format!("{text}Kept in {file}\n"))?;
        }
    }
    if cx.screen.json {
        let document = json!({"format_version": 1, "regions": reports});
        cx.screen.document(&document)?;
    }
    Ok(())
}

/// The list that a cloud tells its prices in.
const fn list_of(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Aws => "AWS Price List",
        Cloud::Gcp => "Cloud Billing Catalog of Google",
    }
}

/// Each region once, in the order in which they are given.
fn regions(args: &PricesRefresh) -> Result<Vec<String>, Error> {
    let mut seen = BTreeSet::new();
    let mut regions = args.regions.clone();
    regions.retain(|region| seen.insert(region.clone()));
    match regions.iter().find(|word| !refreshed::is_region(word)) {
        Some(word) => Err(Error::Usage(format!(
            "`{word}` is not the name of a region"
        ))),
        None => Ok(regions),
    }
}

/// The cloud of a region: the one that we know it of, else the one that was said.
fn place(region: &str, wanted: Option<Cloud>) -> Result<Place, Error> {
    match (Cloud::of(region), wanted) {
        (Some(cloud), Some(wanted)) if cloud != wanted => {
            let (cloud, wanted) = (cloud.word(), wanted.word());
            Err(Error::Usage(format!(
                "`{region}` is a region of {cloud}, not of {wanted}"
            )))
        }
        (Some(cloud), _) | (None, Some(cloud)) => Ok((cloud, region.to_owned())),
        (None, None) => Err(Error::Usage(format!(
            "`{region}` is not known: say whose region it is, `--cloud aws` or `--cloud gcp`"
        ))),
    }
}

fn empty((cloud, region): &Place) -> Failure {
    let (from, call) = match cloud {
        Cloud::Aws => ("price list of AWS", "pricing:GetProducts"),
        Cloud::Gcp => ("catalogue of Google", "cloudbilling.services.skus.list"),
    };
    Failure {
        class: Class::NotFound,
        code: "NoPrices".to_owned(),
        message: format!(
            "the {from} has no price in US dollars of the region `{region}`; nothing was kept"
        ),
        call: Some(call.to_owned()),
        object: None,
        advice: Some(
            "check the name of the region; the built-in prices are used as before".to_owned(),
        ),
    }
}

fn forget(cx: &Cx, regions: &[String]) -> Result<Exit, Error> {
    let forgotten = refreshed::forget(regions)?;
    if cx.screen.json {
        let document = json!({"format_version": 1, "forgotten": forgotten});
        cx.screen.document(&document)?;
    } else if forgotten.is_empty() {
        cx.screen
            .print("No refreshed prices were kept; the built-in ones are used\n")?;
    } else {
        let text = format!(
            "Forgotten: {}; the built-in prices are used again\n",
            forgotten.join(", ")
        );
        cx.screen.print(&text)?;
    }
    Ok(Exit::Ok)
}

fn document(
    (cloud, region): &Place,
    day: &str,
    file: &impl std::fmt::Display,
    list: &PriceList,
    changes: &Changes,
) -> Value {
    let changed = changes.changed.iter().map(|change| {
        json!({
            "item": change.item,
            "built_in": render::cost::rate(&change.was),
            "price": render::cost::rate(&change.now),
        })
    });
    let items = |prices: &[ListPrice]| -> Vec<String> {
        prices.iter().map(|price| price.item.clone()).collect()
    };
    json!({
        "region": region,
        "cloud": cloud.word(),
        "read": day,
        "file": file.to_string(),
        "prices": list.prices.len(),
        "unchanged": changes.same,
        "changed": changed.collect::<Vec<_>>(),
        "new": items(&changes.new),
        "not_told": list.unclear,
        "built_in": items(&changes.stay),
    })
}
