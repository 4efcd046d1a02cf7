//! From the command line to texts for the spec: files, variables, overlays; and what kind of file was named.

use std::collections::BTreeMap;
use std::path::Path;

use provision_core::model::Platform;
use provision_core::spec::{self, Diagnostic, File, Input, Loaded};

use crate::args::{Overrides, SpecArgs};
use crate::error::Error;
use crate::{files, price};

/// What a text is called that was read from standard input.
pub const STDIN: &str = "standard input";

/// Longest spec that is read.
const LIMIT: usize = 4 << 20;

/// What a named file turned out to be.
pub enum Named {
    /// A spec.
    Spec(File),
    /// A plan that was written by `plan --out`.
    Plan(Vec<u8>),
}

/// Reads the named file and tells by its content what it is.
///
/// # Errors
/// When it cannot be read.
pub fn named(args: &SpecArgs) -> Result<Named, Error> {
    let (path, _) = args.path();
    let bytes = files::read_while(&path, LIMIT as u64, is_plan)?;
    if is_plan(&bytes) {
        return Ok(Named::Plan(bytes));
    }
    text(&path, bytes).map(Named::Spec)
}

/// A plan file is JSON, which no TOML file can look like: that never begins with a brace. A damaged one is still told
/// by its magic word.
pub fn is_plan(bytes: &[u8]) -> bool {
    let start = bytes.get(..512).unwrap_or(bytes);
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    let magic = b"provision-plan";
    first == Some(&b'{') || start.windows(magic.len()).any(|window| window == magic)
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<File, Error> {
    let name = match path.to_string_lossy() {
        dash if dash == "-" => STDIN.to_owned(),
        name => name.into_owned(),
    };
    if bytes.len() > LIMIT {
        return Err(Error::BadFile {
            path: path.to_path_buf(),
            problem: format!("more than {} MiB are too many for a spec", LIMIT >> 20),
            advice: Some("name the file that you meant, or split the stack in two".to_owned()),
        });
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(File { name, text }),
        Err(error) => {
            let bytes = error.as_bytes();
            Err(Error::Spec {
                diagnostics: vec![Diagnostic::not_utf8(&name, bytes)],
                files: vec![File {
                    text: String::from_utf8_lossy(bytes).into_owned(),
                    name,
                }],
            })
        }
    }
}

/// Reads and loads the spec of a verb; a plan file is refused.
///
/// # Errors
/// When it cannot be read, or every mistake in it.
pub fn load(args: &SpecArgs, platform: Option<Platform>) -> Result<Loaded, Error> {
    load_as(args, platform, false)
}

/// The same for a spec that is only reckoned with: words that no platform of it can do yet are no mistake.
///
/// # Errors
/// When it cannot be read, or every other mistake in it.
pub fn load_unbuilt(args: &SpecArgs) -> Result<Loaded, Error> {
    load_as(args, None, true)
}

fn load_as(
    args: &SpecArgs,
    platform: Option<Platform>,
    allow_unbuilt: bool,
) -> Result<Loaded, Error> {
    match named(args)? {
        Named::Spec(file) => load_text(file, &args.overrides, platform, allow_unbuilt),
        Named::Plan(_) => Err(Error::BadFile {
            path: args.path().0,
            problem: "this is a plan file, not a spec".to_owned(),
            advice: Some("`provision apply` takes it".to_owned()),
        }),
    }
}

/// Loads a spec that has been read.
///
/// # Errors
/// Every mistake in it.
pub fn load_file(
    file: File,
    overrides: &Overrides,
    platform: Option<Platform>,
) -> Result<Loaded, Error> {
    load_text(file, overrides, platform, false)
}

fn load_text(
    file: File,
    overrides: &Overrides,
    platform: Option<Platform>,
    allow_unbuilt: bool,
) -> Result<Loaded, Error> {
    let input = Input {
        files: vec![file],
        env: overrides.env.clone(),
        vars: overrides.var.iter().cloned().collect(),
        ambient: ambient(),
        sets: overrides.set.clone(),
        platform_override: platform,
        allow_unbuilt,
    };
    let loaded = spec::load(&input).map_err(|diagnostics| Error::Spec {
        diagnostics,
        files: input.files,
    })?;
    let wrong = price::unknown_items(&loaded.spec).into_iter();
    let diagnostics: Vec<Diagnostic> = wrong
        .filter_map(|(item, message)| {
            loaded.mistake("unknown-item", &format!("prices.items.{item}"), &message)
        })
        .collect();
    match diagnostics.is_empty() {
        true => Ok(loaded),
        false => Err(Error::Spec {
            diagnostics,
            files: loaded.files(),
        }),
    }
}

/// Variables given by the environment.
fn ambient() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter_map(|(name, value)| Some((name.strip_prefix("PROVISION_VAR_")?.to_owned(), value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_told_from_specs_by_content() {
        assert!(is_plan(b"  {\"magic\":\"provision-plan\"}"));
        assert!(is_plan(b"x{\"magic\":\"provision-plan\"}"));
        assert!(!is_plan(b"stack = \"shop\"\n"));
        assert!(!is_plan(b""));
    }
}
