//! Patterns of FilterLogEvents for plain text: terms that must all be there, `?terms` of which one must, `-terms` that
//! must not. Capital letters count.
//!
//! The grammar: "Filter pattern syntax" (CloudWatch Logs user guide).

use crate::wire::ApiError;

/// A pattern.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    /// Reads one. Patterns for JSON, for columns, and expressions the sandbox does not have.
    pub(super) fn read(text: &str) -> Result<Self, ApiError> {
        let text = text.trim();
        if text.starts_with(['{', '[', '%']) {
            let words =
                "the sandbox does not take filter patterns for JSON, columns or expressions";
            return Err(ApiError::new(501, "NotImplemented", words));
        }
        let mut pattern = Self::default();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let group = match first {
                '?' => &mut pattern.any,
                '-' => &mut pattern.none,
                _ => &mut pattern.all,
            };
            let body = rest.strip_prefix(['?', '-']).unwrap_or(rest);
            let (term, after) = term(body).ok_or_else(|| {
                ApiError::bad("InvalidParameterException", "Invalid filter pattern")
            })?;
            group.push(term);
            rest = after.trim_start();
        }
        Ok(pattern)
    }

    /// Whether a line is what the pattern asks for.
    pub(super) fn takes(&self, line: &str) -> bool {
        let has = |term: &String| line.contains(term.as_str());
        self.all.iter().all(has)
            && (self.any.is_empty() || self.any.iter().any(has))
            && !self.none.iter().any(has)
    }
}

/// A term, bare or in quotes, and what comes after it. Bare ones have no signs but `_`, which need quotes.
fn term(text: &str) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (inside, after) = quoted.split_once('"')?;
        return Some((inside.to_owned(), after));
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (bare, after) = text.split_at(end);
    let legal = |sign: char| sign.is_alphanumeric() || sign == '_' || sign == '.';
    let good = !bare.is_empty() && bare.chars().all(legal);
    good.then(|| (bare.to_owned(), after))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Pattern;

    #[test]
    fn terms_must_be_there_or_not() {
        let takes = |pattern: &str, line: &str| Pattern::read(pattern).unwrap().takes(line);
        assert!(takes("", "anything"));
        assert!(takes("ERROR db", "db: ERROR 7") && !takes("ERROR db", "ERROR 7"));
        assert!(takes("\"out of memory\"", "worker out of memory"));
        assert!(takes("?ERROR ?WARN", "WARN") && !takes("?ERROR ?WARN", "INFO"));
        assert!(!takes("ERROR -retry", "ERROR, retry") && takes("ERROR -retry", "ERROR"));
        assert!(!takes("error", "ERROR"));
        assert_eq!(
            Pattern::read("a&b").unwrap_err().code,
            "InvalidParameterException"
        );
        assert_eq!(Pattern::read("{ $.a = 1 }").unwrap_err().status, 501);
    }
}
