//! A bill as comma-separated values: a row for each line, and for each thing that has no price.

use provision_core::cost::{Bill, CURRENCY, Part};
use provision_core::model::Address;

use super::sections;

const HEADER: [&str; 19] = [
    "of",
    "part",
    "id",
    "component",
    "item",
    "region",
    "quantity",
    "unit",
    "unit_price",
    "monthly",
    "min",
    "max",
    "currency",
    "as_of",
    "source",
    "quality",
    "assumption",
    "unpriced",
    "stack",
];

/// The sheet. What has no price has no figures, and a reason under `unpriced`.
///
/// # Errors
/// None but those of the writer, which writes to memory.
pub fn sheet(stack: &str, bill: &Bill) -> Result<String, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(HEADER)?;
    for section in sections(bill) {
        for line in section.lines {
            out.write_record([
                section.name,
                line.part.title(),
                &line.id.to_string(),
                &line.component,
                &line.item,
                &line.region,
                &line.quantity.to_string(),
                &line.unit,
                &line.unit_price.to_string(),
                &line.monthly.to_string(),
                &line.range.min.to_string(),
                &line.range.max.to_string(),
                CURRENCY,
                &line.as_of,
                &line.source,
                &line.quality,
                line.assumption.as_deref().unwrap_or_default(),
                "",
                stack,
            ])?;
        }
    }
    for one in &bill.unpriced {
        let mut row = [""; HEADER.len()];
        let id = one.id.to_string();
        row[0] = one.of.as_ref().map_or("", Address::as_str);
        row[1] = one.part.map_or("", Part::title);
        row[2] = &id;
        row[3] = &one.component;
        row[17] = &one.why;
        row[18] = stack;
        out.write_record(row)?;
    }
    let bytes = out.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
