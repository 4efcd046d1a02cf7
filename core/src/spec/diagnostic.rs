//! What is wrong with a spec, where, and what to write instead.

use std::fmt::Write as _;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The spec cannot be used.
    Error,
    /// The spec can be used; look at this.
    Warning,
}

/// One mistake in a spec, for people and for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// A stable word: `unknown-key`, `dangling`, `not-yet`.
    pub code: String,
    /// How bad it is.
    pub severity: Level,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// The file as it was named in the input; `--set PATH` for a value from the command line.
    pub file: String,
    /// Bytes of the file's text as it was given (a byte order mark included).
    pub span: Range<usize>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The offending text, cut to its first line and 120 characters.
    pub text: String,
    /// A few words for the place itself: `no such key`.
    pub label: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Other places that matter.
    pub related: Vec<Related>,
}

/// Another place that a diagnostic speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// Why it matters.
    pub message: String,
    /// Its file.
    pub file: String,
    /// Its bytes.
    pub span: Range<usize>,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
}

impl Diagnostic {
    /// For a file whose bytes are no UTF-8: the caller reads files, so it finds out.
    #[must_use]
    pub fn not_utf8(file: &str, bytes: &[u8]) -> Self {
        let valid = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => bytes
                .get(..error.valid_up_to())
                .and_then(|prefix| std::str::from_utf8(prefix).ok())
                .unwrap_or_default(),
        };
        let start = valid.len();
        let line_start = valid.rfind('\n').map_or(0, |at| at + 1);
        let text = bytes.get(start).map(|byte| format!("\\x{byte:02x}"));
        Self {
            code: "not-utf8".into(),
            severity: Level::Error,
            message: "the file is not UTF-8, as TOML must be".into(),
            file: file.into(),
            span: start..bytes.len().min(start + 1),
            line: valid.matches('\n').count() + 1,
            column: valid[line_start..].chars().count() + 1,
            text: text.unwrap_or_default(),
            label: "this byte belongs to another encoding".into(),
            help: Some("save the file as UTF-8".into()),
            related: Vec::new(),
        }
    }

    /// `FILE:LINE:COLUMN: error[CODE]: message`, then the label, related places and help, one per line, indented.
    #[must_use]
    pub fn plain(&self) -> String {
        let level = match self.severity {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        let mut out = format!(
            "{}:{}:{}: {level}[{}]: {}",
            self.file, self.line, self.column, self.code, self.message
        );
        if !self.text.is_empty() {
            let _ = write!(out, "\n  at: {}  ({})", self.text, self.label);
        }
        for other in &self.related {
            let _ = write!(
                out,
                "\n  see: {}:{}:{}: {}",
                other.file, other.line, other.column, other.message
            );
        }
        if let Some(help) = &self.help {
            let _ = write!(out, "\n  help: {help}");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_of_another_encoding_is_placed() {
        let found = Diagnostic::not_utf8("a.toml", b"stack = \"a\"\nx = \"\xc3\xa9\xe9\"");
        assert_eq!((found.line, found.column), (2, 7));
        assert_eq!(found.text, "\\xe9");
        assert_eq!(found.span, 19..20);
    }
}
