//! List prices that the user had read from a cloud: one table a region in the user's cache, which stands before the built-in
//! prices of that region. A table is used whole or not at all.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use provision_data::{Cloud, ListPrice};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::files;

mod changes;

pub use changes::{Change, Changes};

/// Another version's table is none of ours.
const FORMAT_VERSION: u32 = 1;

/// How a table's file ends.
const ENDING: &str = "json";

/// A table as it lies in its file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    format_version: u32,
    cloud: String,
    region: String,
    /// The day on which it was read.
    read: String,
    prices: BTreeMap<String, Row>,
}

/// What one unit of an item costs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    unit: String,
    usd_nanos: u64,
    source: String,
}

/// The folder of the tables, by the user's environment: `$XDG_CACHE_HOME/provision/prices`, else in `~/.cache`. Nothing for
/// somebody who has no home.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    folder_of(env::var_os)
}

fn folder_of(var: impl Fn(&'static str) -> Option<OsString>) -> Option<PathBuf> {
    // A relative one is to be ignored, says the XDG specification.
    let path = |name| {
        var(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let cache = path("XDG_CACHE_HOME").or_else(|| Some(path("HOME")?.join(".cache")));
    cache.map(|cache| cache.join("provision").join("prices"))
}

/// All prices of a region: those that were refreshed, and the built-in ones of everything else.
///
/// # Errors
/// The region's table is there and damaged.
pub fn list_prices(region: &str) -> Result<Vec<ListPrice>, Error> {
    let built_in = provision_data::list_prices(region);
    let refreshed = match folder() {
        Some(folder) => read(&folder, region)?,
        None => None,
    };
    Ok(match refreshed {
        Some((_, prices)) => over(built_in, prices),
        None => built_in,
    })
}

/// The prices of a region that were refreshed.
///
/// # Errors
/// As [`list_prices`].
pub fn only(region: &str) -> Result<Vec<ListPrice>, Error> {
    let refreshed = match folder() {
        Some(folder) => read(&folder, region)?,
        None => None,
    };
    Ok(refreshed.map(|(_, prices)| prices).unwrap_or_default())
}

/// The cloud of a region that we know something of, by the built-in tables or by a refreshed one.
///
/// # Errors
/// As [`list_prices`].
pub fn cloud_of(region: &str) -> Result<Option<Cloud>, Error> {
    if let Some(cloud) = Cloud::of(region) {
        return Ok(Some(cloud));
    }
    let refreshed = match folder() {
        Some(folder) => read(&folder, region)?,
        None => None,
    };
    Ok(refreshed.map(|(cloud, _)| cloud))
}

/// Prices before others, by item.
fn over(built_in: Vec<ListPrice>, refreshed: Vec<ListPrice>) -> Vec<ListPrice> {
    let all = built_in.into_iter().chain(refreshed);
    let by_item: BTreeMap<String, ListPrice> =
        all.map(|price| (price.item.clone(), price)).collect();
    by_item.into_values().collect()
}

/// Whether a word can be the name of a region, and so of a file.
#[must_use]
pub fn is_region(word: &str) -> bool {
    let mut bytes = word.bytes();
    let plain =
        bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    plain && word.contains('-') && !word.starts_with('-')
}

fn path(folder: &Path, region: &str) -> PathBuf {
    folder.join(region).with_extension(ENDING)
}

/// A region's table, if there is one.
fn read(folder: &Path, region: &str) -> Result<Option<(Cloud, Vec<ListPrice>)>, Error> {
    let path = path(folder, region);
    if !is_region(region) {
        return Ok(None);
    }
    let bytes = match fs::symlink_metadata(&path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(Error::file("read", &path, error)),
        Ok(meta) if !meta.is_file() => return Err(damaged(&path, region, "it is no regular file")),
        Ok(_) => files::read(&path)?,
    };
    let table: Table = serde_json::from_slice(&bytes)
        .map_err(|error| damaged(&path, region, &error.to_string()))?;
    let prices = checked(table, region).map_err(|why| damaged(&path, region, &why))?;
    Ok(Some(prices))
}

fn checked(table: Table, region: &str) -> Result<(Cloud, Vec<ListPrice>), String> {
    if table.format_version != FORMAT_VERSION {
        let version = table.format_version;
        return Err(format!(
            "it is of format {version}, and this version knows {FORMAT_VERSION}"
        ));
    }
    if table.region != region {
        return Err(format!("it is of the region `{}`", table.region));
    }
    let mut clouds = Cloud::ALL.into_iter();
    let Some(cloud) = clouds.find(|cloud| cloud.word() == table.cloud) else {
        return Err(format!("`{}` is no cloud", table.cloud));
    };
    if table.read.parse::<jiff::civil::Date>().is_err() {
        return Err(format!("`{}` is no day", table.read));
    }
    let most = i64::MAX.unsigned_abs();
    let mut rows = table.prices.iter();
    if let Some((item, _)) = rows.find(|(_, row)| row.usd_nanos == 0 || row.usd_nanos > most) {
        return Err(format!("`{item}` has no price"));
    }
    let price = |(item, row): (String, Row)| ListPrice {
        item,
        unit: row.unit.into(),
        nanos: row.usd_nanos,
        as_of: table.read.clone(),
        source: row.source,
        quality: provision_data::REFRESHED.to_owned(),
    };
    Ok((cloud, table.prices.into_iter().map(price).collect()))
}

fn damaged(path: &Path, region: &str, why: &str) -> Error {
    Error::BadFile {
        path: path.to_path_buf(),
        problem: format!("the refreshed prices of {region} cannot be used: {why}"),
        advice: Some(format!(
            "read them again with `provision prices refresh --region {region}`, or go back to the built-in ones with `provision prices refresh --forget --region {region}`"
        )),
    }
}

/// Keeps what was read of a region on a day; answers where.
///
/// # Errors
/// There is no home, or the disk does not take it: then what was there stays.
pub fn keep(cloud: Cloud, region: &str, day: &str, prices: &[ListPrice]) -> Result<PathBuf, Error> {
    let folder = folder().ok_or_else(homeless)?;
    keep_in(&folder, cloud, region, day, prices)
}

fn keep_in(
    folder: &Path,
    cloud: Cloud,
    region: &str,
    day: &str,
    prices: &[ListPrice],
) -> Result<PathBuf, Error> {
    let row = |price: &ListPrice| Row {
        unit: price.unit.to_string(),
        usd_nanos: price.nanos,
        source: price.source.clone(),
    };
    let rows = prices.iter().map(|price| (price.item.clone(), row(price)));
    let table = Table {
        format_version: FORMAT_VERSION,
        cloud: cloud.word().to_owned(),
        region: region.to_owned(),
        read: day.to_owned(),
        prices: rows.collect(),
    };
    let path = path(folder, region);
    let bytes = serde_json::to_vec_pretty(&table)
        .map_err(|error| Error::file("write", &path, error.into()))?;
    files::make_dir(folder)?;
    files::write_whole(&path, &bytes)?;
    Ok(path)
}

/// Forgets the tables of these regions, or of all; answers of which there was one.
///
/// # Errors
/// One cannot be removed.
pub fn forget(regions: &[String]) -> Result<Vec<String>, Error> {
    match folder() {
        Some(folder) => forget_in(&folder, regions),
        None => Ok(Vec::new()),
    }
}

fn forget_in(folder: &Path, regions: &[String]) -> Result<Vec<String>, Error> {
    let mut kept = kept_in(folder)?;
    kept.retain(|region| regions.is_empty() || regions.contains(region));
    for region in &kept {
        let path = path(folder, region);
        fs::remove_file(&path).map_err(|error| Error::file("remove", &path, error))?;
    }
    Ok(kept)
}

/// The regions that have a table, in order.
fn kept_in(folder: &Path) -> Result<Vec<String>, Error> {
    let failed = |error| Error::file("read", folder, error);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut regions = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let name = path
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned());
        let ours = path.extension().is_some_and(|ending| ending == ENDING);
        regions.extend(name.filter(|name| ours && is_region(name)));
    }
    regions.sort();
    Ok(regions)
}

/// There is nowhere to keep anything.
fn homeless() -> Error {
    Error::Usage("there is nowhere to keep prices: set HOME or XDG_CACHE_HOME".to_owned())
}

/// Says so before anything is read, if there is nowhere to keep it.
///
/// # Errors
/// There is no home.
pub fn writable() -> Result<(), Error> {
    folder().map(|_| ()).ok_or_else(homeless)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn price(item: &str, nanos: u64) -> ListPrice {
        ListPrice {
            item: item.to_owned(),
            unit: "hour".into(),
            nanos,
            as_of: "2026-11-26".to_owned(),
            source: "AWS Price List AmazonEKS SKU1".to_owned(),
            quality: "refreshed".to_owned(),
        }
    }

    #[test]
    fn the_cache_is_where_the_user_says() {
        let folder = |xdg: Option<&str>, home: Option<&str>| {
            let var = |name| match name {
                "XDG_CACHE_HOME" => xdg.map(OsString::from),
                _ => home.map(OsString::from),
            };
            folder_of(var).map(|path| path.display().to_string())
        };
        let own = Some("/cache/provision/prices".to_owned());
        assert_eq!(folder(Some("/cache"), Some("/home/me")), own);
        let homes = Some("/home/me/.cache/provision/prices".to_owned());
        assert_eq!(folder(None, Some("/home/me")), homes);
        assert_eq!(folder(Some("cache"), Some("/home/me")), homes);
        assert_eq!(folder(Some(""), None), None);
    }

    #[test]
    fn what_was_kept_is_there_again_for_the_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("provision/prices");
        assert!(read(&folder, "us-east-1").unwrap().is_none());
        let prices = [price("eks.cluster", 110_000_000), price("vpc.nat", 1)];
        let path = keep_in(&folder, Cloud::Aws, "us-east-1", "2026-11-26", &prices).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&folder)), (0o600, 0o700));
        let (cloud, found) = read(&folder, "us-east-1").unwrap().unwrap();
        assert_eq!((cloud, found.as_slice()), (Cloud::Aws, prices.as_slice()));
        assert!(read(&folder, "us-east-2").unwrap().is_none());
        assert_eq!(
            forget_in(&folder, &["us-east-2".to_owned()]).unwrap(),
            [""; 0]
        );
        assert_eq!(forget_in(&folder, &[]).unwrap(), ["us-east-1"]);
        assert!(read(&folder, "us-east-1").unwrap().is_none());
        assert_eq!(forget_in(&folder, &[]).unwrap(), [""; 0]);
    }

    #[test]
    fn refreshed_prices_stand_before_built_in_ones() {
        let built_in = vec![price("a", 1), price("b", 2)];
        let all = over(built_in, vec![price("b", 3), price("c", 4)]);
        let all: Vec<(&str, u64)> = all
            .iter()
            .map(|price| (price.item.as_str(), price.nanos))
            .collect();
        assert_eq!(all, [("a", 1), ("b", 3), ("c", 4)]);
    }

    #[test]
    fn a_damaged_table_is_an_error_that_says_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let prices = [price("eks.cluster", 110_000_000)];
        let path = keep_in(dir.path(), Cloud::Aws, "us-east-1", "2026-11-26", &prices).unwrap();
        let whole = fs::read_to_string(&path).unwrap();
        for (broken, why) in [
            (whole[..whole.len() / 2].to_owned(), "EOF"),
            (String::new(), "EOF"),
            (
                whole.replace("us-east-1", "us-east-2"),
                "of the region `us-east-2`",
            ),
            (
                whole.replace("\"format_version\": 1", "\"format_version\": 9"),
                "format 9",
            ),
            (
                whole.replace("110000000", "0"),
                "`eks.cluster` has no price",
            ),
            (whole.replace("110000000", "-1"), "invalid value"),
            (whole.replace("2026-11-26", "soon"), "`soon` is no day"),
            (whole.replace("\"aws\"", "\"azure\""), "no cloud"),
        ] {
            fs::write(&path, broken).unwrap();
            let error = read(dir.path(), "us-east-1").unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
            assert!(error.hints()[0].contains("prices refresh --region us-east-1"));
        }
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert!(read(dir.path(), "us-east-1").is_err());
    }

    #[test]
    fn a_region_leads_out_of_no_folder() {
        for (word, is) in [
            ("us-east-1", true),
            ("europe-west12", true),
            ("../us-east-1", false),
            ("us-east-1/x", false),
            ("-x", false),
            ("", false),
            ("US-EAST-1", false),
        ] {
            assert_eq!(is_region(word), is, "{word}");
        }
    }
}
