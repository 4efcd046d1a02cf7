//! Values of secrets: asked for where the spec says they are to be had, by the verbs that need them.
//!
//! A value goes from here to the provider that serves the block, in memory, and nowhere else. What is not at hand is no
//! mistake: a check of a pull request has no secrets, and plans all the same. A file that others can read is one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, IsTerminal as _, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use provision_core::contract::{Class, Failure};
use provision_core::model::{SecretValue, Values};
use provision_core::spec::{SecretSource, Spec};
use serde::de::IgnoredAny;

use crate::error::Error;

/// Longest value that is read: stores take a fraction of it.
const LIMIT: u64 = 1 << 20;

/// Bits of a mode that let others in.
const OTHERS: u32 = 0o077;

/// Where values come from, by name of the block.
pub type Sources = BTreeMap<String, SecretSource>;

/// What was found.
#[derive(Debug, Default)]
pub struct AtHand {
    /// Values.
    pub values: Values,
    /// What is not at hand, with why.
    pub missing: BTreeMap<String, String>,
}

/// The sources that somebody gives values by; files beside the spec, which is in `folder`.
#[must_use]
pub fn sources(spec: &Spec, folder: &Path) -> Sources {
    let beside = |from: &SecretSource| match from {
        SecretSource::File { path, format } => SecretSource::File {
            path: folder.join(path).to_string_lossy().into_owned(),
            format: format.clone(),
        },
        other => other.clone(),
    };
    let given = spec.secrets.iter().filter(|(_, secret)| {
        !matches!(
            secret.from,
            SecretSource::Generate { .. } | SecretSource::Existing(_)
        )
    });
    given
        .map(|(name, secret)| (name.clone(), beside(&secret.from)))
        .collect()
}

/// Asks each source. `taken`: standard input has been read as something else.
///
/// # Errors
/// A file that others can read, or that is not what its format says; standard input that is asked for twice.
pub fn at_hand(sources: &Sources, taken: bool) -> Result<AtHand, Error> {
    let mut found = AtHand::default();
    for (name, source) in sources {
        let value = match source {
            SecretSource::Env(variable) => Ok(env(variable)),
            SecretSource::File { path, format } => file(Path::new(path), format.as_deref()),
            SecretSource::Stdin if taken => Err(Error::Usage(format!(
                "the value of secret.{name} comes from standard input, which is the file itself: name the file"
            ))),
            SecretSource::Stdin => Ok(stdin(io::stdin().is_terminal(), io::stdin().lock())),
            SecretSource::Generate { .. } | SecretSource::Existing(_) => continue,
        };
        match value? {
            Ok(value) => found.values.insert(name.as_str(), value),
            Err(why) => {
                found.missing.insert(name.clone(), why);
            }
        }
    }
    Ok(found)
}

/// A value, or why it is not at hand.
type Found = Result<SecretValue, String>;

fn env(variable: &str) -> Found {
    match std::env::var(variable) {
        Ok(text) => SecretValue::new(text).ok_or_else(|| format!("{variable} is empty")),
        Err(std::env::VarError::NotPresent) => Err(format!("{variable} is not set")),
        Err(std::env::VarError::NotUnicode(_)) => Err(format!("{variable} is no text")),
    }
}

/// All of it, without the line break that most writers end with.
fn stdin(terminal: bool, from: impl Read) -> Found {
    if terminal {
        return Err("standard input is a terminal".to_owned());
    }
    let text = read(from).map_err(|why| format!("standard input {why}"))?;
    let end = ["\r\n", "\n"].iter().find(|end| text.ends_with(**end));
    let kept = text.len() - end.map_or(0, |end| end.len());
    let mut text = text;
    text.truncate(kept);
    SecretValue::new(text).ok_or_else(|| "standard input is empty".to_owned())
}

/// Reads a text of some length.
fn read(from: impl Read) -> Result<String, &'static str> {
    let mut text = String::new();
    match from.take(LIMIT + 1).read_to_string(&mut text) {
        Ok(_) if text.len() as u64 > LIMIT => Err("is longer than 1 MiB"),
        Ok(_) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err("is no text"),
        Err(_) => Err("cannot be read"),
    }
}

fn file(path: &Path, format: Option<&str>) -> Result<Found, Error> {
    let shown = path.display();
    let meta = match fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Err(format!("{shown} is not there")));
        }
        Err(error) => return Err(Error::file("read", path, error)),
    };
    let wrong = |problem: String, advice: Option<String>| Error::BadFile {
        path: path.to_path_buf(),
        problem,
        advice,
    };
    if !meta.is_file() {
        return Err(wrong("it is no regular file".to_owned(), None));
    }
    let mode = meta.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        let problem = format!("it holds a secret, and others can read it (mode {mode:04o})");
        return Err(wrong(problem, Some(format!("chmod 600 {shown}"))));
    }
    let file = File::open(path).map_err(|error| Error::file("read", path, error))?;
    let text = read(file).map_err(|why| wrong(format!("it {why}"), None))?;
    let value = match format {
        Some("dotenv") => dotenv(&text).map_err(|problem| wrong(problem, None))?,
        Some("json") => json(&text).map_err(|problem| wrong(problem, None))?,
        _ => text,
    };
    Ok(SecretValue::new(value).ok_or_else(|| format!("{shown} is empty")))
}

/// A JSON object as it stands, without blanks around it. What is wrong with it is told by place: a parser's words quote.
fn json(text: &str) -> Result<String, String> {
    match serde_json::from_str::<BTreeMap<String, IgnoredAny>>(text) {
        Ok(_) => Ok(text.trim().to_owned()),
        Err(error) => Err(format!(
            "it is no JSON object: see line {}, column {}",
            error.line(),
            error.column()
        )),
    }
}

/// Lines `KEY=value` as a JSON object in the order of its keys: comments, `export`, and quotes around a value are left out.
fn dotenv(text: &str) -> Result<String, String> {
    let mut all: BTreeMap<&str, String> = BTreeMap::new();
    for (nth, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (key, value) = line
            .split_once('=')
            .filter(|(key, _)| !key.trim().is_empty())
            .ok_or_else(|| format!("line {} is not KEY=value", nth + 1))?;
        all.insert(key.trim(), unquoted(value.trim()));
    }
    serde_json::to_string(&all).map_err(|_| "it cannot be written as JSON".to_owned())
}

/// A value without its quotes; between double ones, `\n` is a line break, and a backslash stands for what follows it.
fn unquoted(value: &str) -> String {
    let inside = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    if let Some(plain) = inside('\'') {
        return plain.to_owned();
    }
    let Some(escaped) = inside('"') else {
        return value.to_owned();
    };
    let mut out = String::with_capacity(escaped.len());
    let mut signs = escaped.chars();
    while let Some(sign) = signs.next() {
        match (sign, sign == '\\') {
            (_, true) => out.extend(
                signs
                    .next()
                    .map(|next| if next == 'n' { '\n' } else { next }),
            ),
            (sign, false) => out.push(sign),
        }
    }
    out
}

/// A secret that is to be made, and has no value.
#[must_use]
pub fn cannot_make((name, why): (&str, &String)) -> Failure {
    Failure {
        class: Class::Invalid,
        code: "secret-not-at-hand".to_owned(),
        message: format!("secret.{name} cannot be made: {why}"),
        call: None,
        object: Some(format!("secret.{name}")),
        advice: Some("provide it, then run the same command again; nothing was changed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(source: SecretSource) -> Result<AtHand, Error> {
        at_hand(&[("db".to_owned(), source)].into(), false)
    }

    fn written(text: &str, mode: u32) -> (tempfile::TempDir, String) {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("value");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let path = path.to_string_lossy().into_owned();
        (place, path)
    }

    fn read_as(text: &str, format: &str) -> Result<String, Error> {
        let (_place, path) = written(text, 0o600);
        let format = Some(format.to_owned());
        let found = of(SecretSource::File { path, format })?;
        let id = provision_core::model::ResourceId::new("secret.db", "secret");
        Ok(found.values.of(&id).unwrap().reveal().to_owned())
    }

    #[test]
    fn a_file_is_for_its_owner_alone() {
        let (_place, path) = written("hunter2", 0o640);
        let format = None;
        let error = of(SecretSource::File { path, format }).unwrap_err();
        assert!(error.to_string().contains("mode 0640"), "{error}");
    }

    #[test]
    fn what_is_not_at_hand_is_told_and_no_mistake() {
        let path = "/nowhere/at/all".to_owned();
        let format = None;
        for (source, why) in [
            (
                SecretSource::Env("PROVISION_NO_SUCH_VARIABLE".to_owned()),
                "is not set",
            ),
            (SecretSource::File { path, format }, "is not there"),
        ] {
            let found = of(source).unwrap();
            assert!(found.values.is_empty() && found.missing["db"].contains(why));
        }
        assert!(stdin(true, io::empty()).unwrap_err().contains("terminal"));
        assert!(stdin(false, io::empty()).unwrap_err().contains("empty"));
    }

    #[test]
    fn standard_input_ends_with_one_line_break_less() {
        assert_eq!(
            stdin(false, "a\nb\n\n".as_bytes()).unwrap().reveal(),
            "a\nb\n"
        );
        let taken = at_hand(&[("db".to_owned(), SecretSource::Stdin)].into(), true);
        assert!(matches!(taken, Err(Error::Usage(_))));
    }

    #[test]
    fn formats_become_what_the_store_is_given() {
        assert_eq!(read_as("a\n", "raw").unwrap(), "a\n");
        let text = "# comment\nexport B=\"x\\ny\"\n\nA = 'it''s'\nC=plain # kept\n";
        let json = r#"{"A":"it''s","B":"x\ny","C":"plain # kept"}"#;
        assert_eq!(read_as(text, "dotenv").unwrap(), json);
        assert_eq!(
            read_as(" {\"b\": 1.10}\n", "json").unwrap(),
            "{\"b\": 1.10}"
        );
    }

    #[test]
    fn what_is_wrong_with_a_format_quotes_nothing() {
        for (text, format) in [
            ("\"hunter2\"", "json"),
            ("hunter2", "dotenv"),
            ("{\"a\": hunter2}", "json"),
        ] {
            let error = read_as(text, format).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
