//! List prices as AWS tells them today: the Price List Query API, read for one region.
//!
//! A product's usage type says what it is (`APN1-EBS:VolumeUsage.gp3`), so an item of our tables is told by its exact usage
//! type behind the region's prefix. What two products price differently, or in a unit that is not the table's, is not told
//! at all: the built-in price stays.

use std::collections::BTreeMap;

use aws_sdk_pricing::types::{Filter, FilterType};
use futures::future::try_join_all;
use provision_data::{ListPrice, PriceList, REFRESHED};

use crate::client::Aws;
use crate::error::{Fault, How};

mod items;
mod product;

use items::{QUERIES, Query};
use product::Product;

/// The region whose endpoint is asked, whichever region the prices are of: the API is served in few.
pub const PRICING_REGION: &str = "us-east-1";

/// Products a page; the most that the API gives.
const PAGE: i32 = 100;

/// Reads the list prices of a region; `day` is today.
///
/// # Errors
/// The fault of the first call that failed: half of a list is none.
pub async fn price_list(aws: &Aws, region: &str, day: &str) -> Result<PriceList, Fault> {
    let client = aws.client(aws_sdk_pricing::Client::new);
    let asked = QUERIES.iter().map(|query| ask(aws, &client, query, region));
    let texts = try_join_all(asked).await?;
    let products = texts.iter().flatten().map(|text| product::parse(text));
    let products: Vec<Product> = products.collect::<Result<_, _>>()?;
    Ok(told(&products, region, day))
}

/// All pages of a question.
async fn ask(
    aws: &Aws,
    client: &aws_sdk_pricing::Client,
    query: &Query,
    region: &str,
) -> Result<Vec<String>, Fault> {
    let own = (FilterType::TermMatch, "regionCode", region);
    let filters = query.filters.iter().cloned().chain([own]);
    let filters: Vec<Filter> = filters.map(filter).collect::<Result<_, _>>()?;
    let request = client
        .get_products()
        .service_code(query.service)
        .set_filters(Some(filters))
        .format_version("aws_v1")
        .max_results(PAGE);
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let page = request.clone().set_next_token(token.clone());
        let answer = aws.read(CALL, || page.clone().send()).await?;
        found.extend(answer.price_list.unwrap_or_default());
        match answer.next_token.filter(|next| !next.is_empty()) {
            None => return Ok(found),
            next if next == token => return Err(unusable("the same page came twice")),
            next => token = next,
        }
    }
}

/// The call, as errors name it.
const CALL: &str = "pricing:GetProducts";

fn filter((kind, field, value): (FilterType, &str, &str)) -> Result<Filter, Fault> {
    let built = Filter::builder()
        .r#type(kind)
        .field(field)
        .value(value)
        .build();
    built.map_err(|error| unusable(&error.to_string()))
}

/// An answer that is none.
fn unusable(why: &str) -> Fault {
    Fault {
        how: How::NoAnswer,
        call: CALL.to_owned(),
        code: "response".to_owned(),
        message: why.to_owned(),
        object: None,
    }
}

/// A product, with its price or why it has none.
type Priced<'a> = (&'a Product, Result<u64, String>);

/// The prices that these products tell.
fn told(products: &[Product], region: &str, day: &str) -> PriceList {
    let mut found: BTreeMap<String, Vec<Priced<'_>>> = BTreeMap::new();
    for product in products.iter().filter(|product| product.is_in(region)) {
        if let Some((item, wanted)) = items::item(product) {
            let nanos = product.nanos(wanted);
            found.entry(item).or_default().push((product, nanos));
        }
    }
    let mut list = PriceList::default();
    for (item, sorts) in found {
        match agreed(&sorts) {
            Ok((product, nanos)) => list.prices.push(ListPrice {
                unit: items::unit(&item).into(),
                nanos,
                as_of: day.to_owned(),
                source: product.source(),
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

/// The one price that all products of an item have.
fn agreed<'a>(sorts: &[Priced<'a>]) -> Result<(&'a Product, u64), String> {
    let mut all = sorts.iter();
    let Some((first, nanos)) = all.next() else {
        return Err("no product".to_owned());
    };
    let nanos = nanos.clone()?;
    for (other, its) in all {
        if its.clone()? != nanos {
            let (one, two) = (first.sku(), other.sku());
            return Err(format!("the products {one} and {two} differ in price"));
        }
    }
    Ok((first, nanos))
}

#[cfg(test)]
mod tests;
