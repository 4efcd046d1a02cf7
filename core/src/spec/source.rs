//! Texts of a spec, places in them, and problems on their way to becoming diagnostics.

use std::collections::BTreeSet;

use super::diagnostic::{Diagnostic, Level, Related};

/// Bytes of one of the sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct At {
    /// Which source.
    pub(super) source: usize,
    /// First byte.
    pub(super) start: usize,
    /// Behind the last byte.
    pub(super) end: usize,
}

/// One text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
    /// Bytes that were cut off in front (a byte order mark), so that spans fit the text as given.
    pub(super) skipped: usize,
    lines: Vec<usize>,
}

/// The byte order mark that some editors put in front of UTF-8.
const MARK: &str = "\u{feff}";

impl Source {
    pub(super) fn new(name: &str, text: &str) -> Self {
        let body = text.strip_prefix(MARK).unwrap_or(text);
        let breaks = body.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self {
            name: name.to_owned(),
            text: body.to_owned(),
            skipped: text.len() - body.len(),
            lines: std::iter::once(0)
                .chain(breaks.map(|(at, _)| at + 1))
                .collect(),
        }
    }

    /// Line and column, both from 1; the column counts characters.
    pub(super) fn position(&self, byte: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= byte).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start..byte).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    /// The line, from 1, a byte is on.
    pub(super) fn line(&self, byte: usize) -> usize {
        self.lines.partition_point(|start| *start <= byte).max(1)
    }

    /// The text, cut to its first line and 120 characters.
    fn excerpt(&self, at: At) -> String {
        let text = self.text.get(at.start..at.end).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        let mut cut: String = line.chars().take(120).collect();
        if cut.len() < text.trim_end().len() {
            cut.push('…');
        }
        cut
    }
}

/// Something wrong, before its place is worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) at: At,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
    pub(super) related: Vec<(At, String)>,
}

impl Problem {
    pub(super) fn new(code: &'static str, at: At, message: impl Into<String>) -> Self {
        Self {
            code,
            at,
            message: message.into(),
            label: "here".to_owned(),
            help: None,
            related: Vec::new(),
        }
    }

    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    pub(super) fn see(mut self, at: At, message: impl Into<String>) -> Self {
        self.related.push((at, message.into()));
        self
    }
}

/// Most diagnostics that one run shows: a broken generator must not flood a terminal.
const MOST: usize = 500;

/// Problems as diagnostics: sorted by place, each once, and not more than [`MOST`].
pub(super) fn diagnose(sources: &[Source], mut problems: Vec<Problem>) -> Vec<Diagnostic> {
    problems.sort_by(|a, b| (a.at, a.code, &a.message).cmp(&(b.at, b.code, &b.message)));
    let mut seen = BTreeSet::new();
    problems.retain(|problem| seen.insert((problem.at, problem.code, problem.message.clone())));
    let left = problems.len().saturating_sub(MOST);
    let mut found: Vec<Diagnostic> = problems
        .into_iter()
        .take(MOST)
        .map(|problem| diagnostic(sources, problem))
        .collect();
    if let (Some(last), true) = (found.last_mut(), left > 0) {
        let more = format!("{left} more mistakes are not shown");
        last.help = Some(match last.help.take() {
            Some(help) => format!("{help}; {more}"),
            None => more,
        });
    }
    found
}

fn diagnostic(sources: &[Source], problem: Problem) -> Diagnostic {
    let place = |at: At| match sources.get(at.source) {
        Some(source) => {
            let span = at.start + source.skipped..at.end + source.skipped;
            (source.name.clone(), span, source.position(at.start))
        }
        None => (String::new(), at.start..at.end, (1, 1)),
    };
    let (file, span, (line, column)) = place(problem.at);
    let related = problem.related.into_iter().map(|(at, message)| {
        let (file, span, (line, column)) = place(at);
        Related {
            message,
            file,
            span,
            line,
            column,
        }
    });
    Diagnostic {
        code: problem.code.to_owned(),
        severity: Level::Error,
        message: problem.message,
        file,
        span,
        line,
        column,
        text: sources
            .get(problem.at.source)
            .map(|source| source.excerpt(problem.at))
            .unwrap_or_default(),
        label: problem.label,
        help: problem.help,
        related: related.collect(),
    }
}

/// The candidate that `word` was probably meant to be.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    /// Comparisons are quadratic in the words' lengths, so both numbers are bounded.
    const LOOKED_AT: usize = 200;
    const LONGEST: usize = 64;
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    candidates
        .into_iter()
        .take(LOOKED_AT)
        .filter(|other| other.len() <= LONGEST)
        .map(|other| {
            let alike = strsim::jaro_winkler(&word.to_lowercase(), &other.to_lowercase());
            let apart = strsim::osa_distance(word, other);
            (alike, apart, other)
        })
        .filter(|(alike, apart, other)| *alike >= 0.84 || *apart * 3 <= other.len())
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.2.cmp(a.2)))
        .map(|(_, _, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_lines() {
        let source = Source::new("a", "\u{feff}é = 1\r\nb = 2");
        assert_eq!(source.skipped, 3);
        assert_eq!(source.position(3), (1, 3));
        assert_eq!(source.position(8), (2, 1));
    }

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let words = ["zones", "cidr", "nat"];
        assert_eq!(nearest("zone", words), Some("zones"));
        assert_eq!(nearest("cdir", words), Some("cidr"));
        assert_eq!(nearest("kubernetes", words), None);
        assert_eq!(nearest("", words), None);
    }
}
