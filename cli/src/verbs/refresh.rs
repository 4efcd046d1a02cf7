//! `prices refresh`: reads the list prices of regions from their cloud, and keeps them for this user.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use provision_aws::{Aws, PRICING_REGION, PriceList, price_list};
use provision_core::contract::{Class, Failure};
use provision_core::spec::AwsCloud;
use provision_data::{Cloud, ListPrice};
use serde_json::{Value, json};

use super::Cx;
use crate::args::PricesRefresh;
use crate::error::Error;
use crate::exit::Exit;
use crate::refreshed::{self, Changes};
use crate::render;

pub(super) async fn run(cx: &Cx, args: &PricesRefresh) -> Result<Exit, Error> {
    let regions = regions(args)?;
    if args.forget {
        return forget(cx, &regions);
    }
    refreshed::writable()?;
    if cx.sandbox.is_some() {
        return Err(Error::Sandbox {
            problem: "it has no price list".to_owned(),
            advice: Some("prices are read from the real cloud: leave out --sandbox".to_owned()),
        });
    }
    for region in &regions {
        of_aws(region, args.cloud)?;
    }
    let day = TimeZone::UTC
        .to_datetime(Timestamp::now())
        .date()
        .to_string();
    let aws = Aws::connect(&AwsCloud {
        region: PRICING_REGION.to_owned(),
        ..AwsCloud::default()
    })
    .await;
    let mut lists = Vec::new();
    for region in &regions {
        lists.push((region.as_str(), read(&aws, region, &day).await?));
    }
    // Everything was read before anything is kept.
    keep(cx, &day, &lists)?;
    Ok(Exit::Ok)
}

/// Keeps what was read, and tells how it differs from what is built in.
fn keep(cx: &Cx, day: &str, lists: &[(&str, PriceList)]) -> Result<(), Error> {
    let mut reports = Vec::new();
    for (region, list) in lists {
        let file = refreshed::keep(Cloud::Aws, region, day, &list.prices)?;
        let file = file.display();
        let changes = Changes::of(provision_data::list_prices(region), &list.prices);
        if cx.screen.json {
            reports.push(document(region, day, &file, list, &changes));
        } else {
            let text = render::refresh::report(region, day, list, &changes);
            cx.screen.print(&format!("{text}Kept in {file}\n"))?;
        }
    }
    if cx.screen.json {
        let document = json!({"format_version": 1, "regions": reports});
        cx.screen.document(&document)?;
    }
    Ok(())
}

/// Each region once, in the order in which they are given.
fn regions(args: &PricesRefresh) -> Result<Vec<String>, Error> {
    let mut seen = BTreeSet::new();
    let mut regions = args.regions.clone();
    regions.retain(|region| seen.insert(region.clone()));
    match regions.iter().find(|word| !refreshed::is_region(word)) {
        Some(word) => Err(Error::Usage(format!("`{word}` is no name of a region"))),
        None => Ok(regions),
    }
}

/// Only the list of AWS can be read.
fn of_aws(region: &str, wanted: Option<Cloud>) -> Result<(), Error> {
    let problem = match (Cloud::of(region), wanted) {
        (Some(Cloud::Aws), Some(Cloud::Aws) | None) | (None, Some(Cloud::Aws)) => return Ok(()),
        (Some(Cloud::Gcp), Some(Cloud::Gcp) | None) | (None, Some(Cloud::Gcp)) => {
            format!(
                "`{region}`: prices of gcp cannot be read from the cloud so far; the built-in ones are used"
            )
        }
        (Some(cloud), Some(wanted)) => {
            let (cloud, wanted) = (cloud.word(), wanted.word());
            format!("`{region}` is a region of {cloud}, not of {wanted}")
        }
        (None, None) => format!("`{region}` is not known: say whose region it is, `--cloud aws`"),
    };
    Err(Error::Usage(problem))
}

async fn read(aws: &Aws, region: &str, day: &str) -> Result<PriceList, Error> {
    let list = price_list(aws, region, day).await;
    let list = list.map_err(|fault| Error::cloud(fault.about(region).failure()))?;
    if list.prices.is_empty() {
        return Err(Error::Cloud {
            failures: vec![empty(region)],
        });
    }
    Ok(list)
}

fn empty(region: &str) -> Failure {
    Failure {
        class: Class::NotFound,
        code: "NoPrices".to_owned(),
        message: format!(
            "the price list of AWS has no price in US dollars of the region `{region}`; nothing was kept"
        ),
        call: Some("pricing:GetProducts".to_owned()),
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
    region: &str,
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
        "cloud": Cloud::Aws.word(),
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
