//! Compresses the tables of `prices/`, each by itself, so that a binary carries them small and decodes only what it is
//! asked for. The tables are in the tree as text, where a change of a price can be read.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use miniz_oxide::deflate::compress_to_vec_zlib;

/// Smallest.
const LEVEL: u8 = 9;

fn main() -> Result<(), Box<dyn Error>> {
    let tables = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("prices");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed={}", tables.display());
    let mut index =
        String::from("/// By cloud and table, in order.\nconst TABLES: &[Table] = &[\n");
    for cloud in sorted(&tables)? {
        for path in sorted(&cloud)? {
            let (cloud, table) = (stem(&cloud), stem(&path));
            let text = fs::read(&path)?;
            let file = out.join(format!("{cloud}.{table}.zlib"));
            fs::write(&file, compress_to_vec_zlib(&text, LEVEL))?;
            writeln!(
                index,
                "    Table {{ cloud: {cloud:?}, name: {table:?}, bytes: include_bytes!({file:?}) }},"
            )?;
        }
    }
    index.push_str("];\n");
    fs::write(out.join("tables.rs"), index)?;
    Ok(())
}

fn sorted(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> = entries.collect::<Result<_, _>>()?;
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
