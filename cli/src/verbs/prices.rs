//! `prices`: the list prices that bills are made with.

use std::io;

use provision_core::cost::CURRENCY;
use provision_data::{Cloud, ListPrice};
use serde_json::{Value, json};

use super::{Cx, refresh};
use crate::args::{Prices, PricesShow, PricesVerb};
use crate::error::Error;
use crate::exit::Exit;
use crate::{refreshed, render};

pub(super) async fn run(cx: &Cx, args: &Prices) -> Result<Exit, Error> {
    match &args.verb {
        PricesVerb::Show(args) => show(cx, args),
        PricesVerb::Refresh(args) => refresh::run(cx, args).await,
    }
}

fn show(cx: &Cx, args: &PricesShow) -> Result<Exit, Error> {
    let regions = chosen(args)?;
    if cx.screen.json {
        cx.screen.document(&document(&regions))?;
    } else if args.csv {
        cx.screen
            .print(&sheet(&regions).map_err(io::Error::from)?)?;
    } else {
        cx.screen.print(&render::cost::prices(&regions))?;
    }
    Ok(Exit::Ok)
}

/// The prices that are asked for, by region.
fn chosen(args: &PricesShow) -> Result<Vec<(&str, Vec<ListPrice>)>, Error> {
    let like = |price: &ListPrice| match (&args.item, &args.kind) {
        (Some(start), _) => price.item.starts_with(start),
        (None, Some(pattern)) => matches(pattern, &price.item),
        (None, None) => true,
    };
    let region = args.place.as_deref().or(args.region.as_deref());
    let regions: Vec<&str> = match region {
        Some(region) => vec![in_cloud(region, args.cloud)?],
        None => {
            let clouds = Cloud::ALL.into_iter();
            let clouds = clouds.filter(|cloud| args.cloud.is_none_or(|only| only == *cloud));
            clouds.flat_map(Cloud::regions).collect()
        }
    };
    let prices = |region| {
        let mut prices = refreshed::list_prices(region)?;
        prices.retain(like);
        Ok((region, prices))
    };
    let found: Vec<(&str, Vec<ListPrice>)> = regions
        .into_iter()
        .map(prices)
        .collect::<Result<_, Error>>()?;
    if found.iter().all(|(_, prices)| prices.is_empty()) {
        let asked = args.item.as_deref().or(args.kind.as_deref());
        let place = region.map_or_else(String::new, |region| format!(" in {region}"));
        let asked = asked.map_or_else(String::new, |asked| format!(" like `{asked}`"));
        return Err(Error::Usage(format!("there is no price{asked}{place}")));
    }
    Ok(found)
}

/// The region, if we know something of it, and it is of the cloud that is asked for.
fn in_cloud(region: &str, wanted: Option<Cloud>) -> Result<&str, Error> {
    match (refreshed::cloud_of(region)?, wanted) {
        (None, _) => {
            let problem = format!("no price of the region `{region}` is known");
            Err(Error::Usage(problem))
        }
        (Some(cloud), Some(wanted)) if cloud != wanted => {
            let (cloud, wanted) = (cloud.word(), wanted.word());
            let problem = format!("`{region}` is a region of {cloud}, not of {wanted}");
            Err(Error::Usage(problem))
        }
        _ => Ok(region),
    }
}

/// Whether an item is like a pattern: `*` stands for anything, and a pattern without one is a beginning.
fn matches(pattern: &str, item: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return item.starts_with(pattern);
    };
    let Some(mut left) = item.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match left.split_once(part) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    left.ends_with(end)
}

fn document(regions: &[(&str, Vec<ListPrice>)]) -> Value {
    let row = |region: &str, price: &ListPrice| {
        json!({
            "item": price.item,
            "region": region,
            "price": render::cost::rate(price),
            "unit": price.unit,
            "as_of": price.as_of,
            "quality": price.quality,
            "source": price.source,
        })
    };
    let rows = regions.iter().flat_map(|(region, prices)| {
        let rows = prices.iter();
        rows.map(move |price| row(region, price))
    });
    let only = match regions {
        [(region, _)] => Some(*region),
        _ => None,
    };
    json!({
        "format_version": 1,
        "region": only,
        "currency": CURRENCY,
        "prices": rows.collect::<Vec<_>>(),
    })
}

/// Comma-separated values.
fn sheet(regions: &[(&str, Vec<ListPrice>)]) -> Result<String, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record([
        "item", "region", "price", "currency", "unit", "as_of", "quality", "source",
    ])?;
    for (region, prices) in regions {
        for price in prices {
            let rate = render::cost::rate(price).to_string();
            let ListPrice { item, unit, .. } = price;
            let (as_of, quality, source) = (&price.as_of, &price.quality, &price.source);
            out.write_record([
                item.as_str(),
                region,
                &rate,
                CURRENCY,
                unit,
                as_of,
                quality,
                source,
            ])?;
        }
    }
    let bytes = out.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_are_beginnings_unless_they_have_a_star() {
        for (pattern, item, like) in [
            ("", "gke.cluster", true),
            ("gke", "gke.cluster", true),
            ("cluster", "gke.cluster", false),
            ("*cluster", "gke.cluster", true),
            ("*cluster", "gke.cluster.extended", false),
            ("*cluster*", "gke.cluster.extended", true),
            ("gce.*.n2-*-4", "gce.spot.n2-standard-4", true),
            ("gce.*.n2-*-4", "gce.spot.n2-standard-48", false),
            ("ab*b", "ab", false),
        ] {
            assert_eq!(matches(pattern, item), like, "{pattern} {item}");
        }
    }
}
