//! `prices`: the list prices that bills are made with.

use provision_core::cost::CURRENCY;
use provision_data::{ListPrice, list_prices};
use serde_json::{Value, json};

use super::Cx;
use crate::args::{Prices, PricesVerb};
use crate::error::Error;
use crate::exit::Exit;
use crate::render;

pub(super) fn run(cx: &Cx, args: &Prices) -> Result<Exit, Error> {
    let PricesVerb::Show(args) = &args.verb else {
        return super::later("prices refresh");
    };
    let mut prices = list_prices(&args.region);
    if prices.is_empty() {
        let problem = format!("no price of the region `{}` is known", args.region);
        return Err(Error::Usage(problem));
    }
    prices.retain(|price| price.item.starts_with(&args.item));
    if cx.screen.json {
        cx.screen.document(&document(&args.region, &prices))?;
    } else {
        cx.screen.print(&render::cost::prices(&prices))?;
    }
    Ok(Exit::Ok)
}

fn document(region: &str, prices: &[ListPrice]) -> Value {
    let row = |price: &ListPrice| {
        json!({
            "item": price.item,
            "price": render::cost::rate(price),
            "unit": price.unit,
            "as_of": price.as_of,
            "quality": price.quality,
            "source": price.source,
        })
    };
    json!({
        "format_version": 1,
        "region": region,
        "currency": CURRENCY,
        "prices": prices.iter().map(row).collect::<Vec<_>>(),
    })
}
