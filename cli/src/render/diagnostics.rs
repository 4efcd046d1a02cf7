//! Mistakes of a spec, with the lines they are on.

use std::fmt;
use std::sync::Arc;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity, SourceCode,
};
use provision_core::spec::{Diagnostic, File, Level};

/// One mistake as miette wants it.
struct Shown<'a> {
    of: &'a Diagnostic,
    source: Option<NamedSource<Arc<String>>>,
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.of, f)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::plain(&self.of.message))
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.of.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.of.severity {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.of.help.as_deref()?;
        Some(Box::new(super::plain(help)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.source.as_ref()?;
        let main = LabeledSpan::new_primary_with_span(
            Some(super::plain(&self.of.label)),
            self.of.span.clone(),
        );
        let same = |other: &&provision_core::spec::Related| other.file == self.of.file;
        let others = self.of.related.iter().filter(same).map(|other| {
            LabeledSpan::new_with_span(Some(super::plain(&other.message)), other.span.clone())
        });
        Some(Box::new(std::iter::once(main).chain(others)))
    }
}

/// Lines longer than this are not shown: they would fill the screen, and hide what is wrong with them.
const LONGEST: usize = 400;

/// All mistakes, with source lines where their file is at hand.
#[must_use]
pub fn human(diagnostics: &[Diagnostic], files: &[File], color: bool, width: usize) -> String {
    let theme = if color {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(width)
        .with_links(false)
        .with_context_lines(1);
    let texts: Vec<(&str, Arc<String>)> = files
        .iter()
        .map(|file| (file.name.as_str(), Arc::new(file.text.clone())))
        .collect();
    let mut out = String::new();
    for diagnostic in diagnostics {
        let source = texts
            .iter()
            .find(|(name, _)| *name == diagnostic.file)
            .map(|(name, text)| NamedSource::new(name, Arc::clone(text)));
        let endless = source.as_ref().is_some_and(|source| {
            let near = source
                .inner()
                .lines()
                .skip(diagnostic.line.saturating_sub(2))
                .take(3);
            near.map(str::len).max() > Some(LONGEST)
        });
        if source.is_none() || endless {
            out.push_str(&super::plain(&diagnostic.plain()));
            out.push_str("\n\n");
            continue;
        }
        let shown = Shown {
            of: diagnostic,
            source,
        };
        if handler.render_report(&mut out, &shown).is_err() {
            out.push_str(&super::plain(&diagnostic.plain()));
        }
        out.push('\n');
    }
    out
}

/// Columns of the terminal, within what can be read.
#[must_use]
pub fn width() -> usize {
    super::columns().unwrap_or(100).clamp(40, 160)
}
