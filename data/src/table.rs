//! The tables as they lie in the binary: each compressed by itself (`build.rs`), decoded when it is asked for.

use std::collections::BTreeMap;

use miniz_oxide::inflate::decompress_to_vec_zlib;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// One compressed table.
pub(crate) struct Table {
    /// The cloud's folder.
    pub(crate) cloud: &'static str,
    /// The file's name without its ending: a region, or `shapes`.
    pub(crate) name: &'static str,
    /// CSV as a zlib stream.
    pub(crate) bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/tables.rs"));

/// Tables of a cloud that are no regions.
const COMMON: [&str; 6] = [
    "auto_fees",
    "families",
    "service_sources",
    "services",
    "shapes",
    "sources",
];

#[derive(Deserialize)]
struct Source {
    code: String,
    source: String,
}

fn find(cloud: &str, name: &str) -> Option<&'static Table> {
    let key = |table: &Table| (table.cloud, table.name).cmp(&(cloud, name));
    TABLES.binary_search_by(key).ok().map(|at| &TABLES[at])
}

/// A table's text; empty where there is no such table.
pub(crate) fn text(cloud: &str, name: &str) -> String {
    let plain = find(cloud, name).and_then(|table| decompress_to_vec_zlib(table.bytes).ok());
    String::from_utf8(plain.unwrap_or_default()).unwrap_or_default()
}

/// Rows of a table. The tables are compiled in and a test reads each of them, so a row that does not parse
/// cannot be in a released binary.
pub(crate) fn rows<T: DeserializeOwned>(cloud: &str, name: &str) -> Vec<T> {
    csv::Reader::from_reader(text(cloud, name).as_bytes())
        .deserialize()
        .filter_map(Result::ok)
        .collect()
}

/// What the source codes of a table stand for.
pub(crate) fn sources(cloud: &str, name: &str) -> BTreeMap<String, String> {
    let rows = rows::<Source>(cloud, name).into_iter();
    rows.map(|row| (row.code, row.source)).collect()
}

/// Regions of a cloud that have a shard, in order.
pub(crate) fn regions(cloud: &'static str) -> impl Iterator<Item = &'static str> {
    let own = TABLES.iter().filter(move |table| table.cloud == cloud);
    own.map(|table| table.name)
        .filter(|name| !COMMON.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the tables may add to the binary.
    const MOST: usize = 2 << 20;

    #[test]
    fn every_table_can_be_decoded_and_all_are_small() {
        let (mut packed, mut plain) = (0, 0);
        for table in TABLES {
            let text = text(table.cloud, table.name);
            assert!(text.lines().count() > 1, "{}/{}", table.cloud, table.name);
            packed += table.bytes.len();
            plain += text.len();
        }
        println!("{} tables, {plain} bytes as {packed}", TABLES.len());
        assert!(packed <= MOST, "{packed}");
    }

    #[test]
    fn tables_are_found_by_cloud_and_name() {
        let key = |table: &Table| (table.cloud, table.name);
        assert!(TABLES.is_sorted_by_key(key));
        assert!(
            TABLES
                .iter()
                .all(|table| find(table.cloud, table.name).is_some())
        );
        assert!(find("aws", "us-central1").is_none());
        assert!(text("aws", "us-central1").is_empty());
    }
}
