//! Where a verb writes: results on stdout, progress and errors on stderr, colour where it is wanted.

use std::io::{self, IsTerminal, Write};

use anstream::ColorChoice;

use crate::args::When;

/// The two streams and how to write on them.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// One JSON document instead of text.
    pub json: bool,
    /// Notes on what does not change are shown as well.
    pub verbose: bool,
    /// Colour on stdout.
    pub color_out: bool,
    /// Colour on stderr.
    pub color_err: bool,
    /// Somebody is there to answer a question.
    pub can_ask: bool,
    /// stderr is a terminal: progress may be rewritten in place.
    pub live: bool,
}

impl Screen {
    /// Looks at the process's streams.
    #[must_use]
    pub fn new(json: bool, verbose: bool, color: When) -> Self {
        let choose = |auto: ColorChoice| match color {
            When::Always => true,
            When::Never => false,
            When::Auto => auto != ColorChoice::Never,
        };
        Self {
            json,
            verbose,
            color_out: choose(anstream::AutoStream::choice(&io::stdout())),
            color_err: choose(anstream::AutoStream::choice(&io::stderr())),
            can_ask: io::stdin().is_terminal() && io::stderr().is_terminal(),
            live: io::stderr().is_terminal(),
        }
    }

    /// Writes a result; styled text loses its style where colour is not wanted.
    ///
    /// # Errors
    /// When stdout does not take it.
    pub fn print(&self, text: &str) -> io::Result<()> {
        write(&mut io::stdout().lock(), text, self.color_out)
    }

    /// Writes a JSON document and a line end.
    ///
    /// # Errors
    /// When stdout does not take it.
    pub fn document<T: serde::Serialize>(&self, value: &T) -> io::Result<()> {
        let mut text = serde_json::to_string_pretty(value)?;
        text.push('\n');
        write(&mut io::stdout().lock(), &text, true)
    }

    /// Writes a JSON line.
    ///
    /// # Errors
    /// When stdout does not take it.
    pub fn line<T: serde::Serialize>(&self, value: &T) -> io::Result<()> {
        let mut text = serde_json::to_string(value)?;
        text.push('\n');
        write(&mut io::stdout().lock(), &text, true)
    }

    /// Writes progress or an error. Nobody can be told when stderr does not take it.
    pub fn say(&self, text: &str) {
        let _ = write(&mut io::stderr().lock(), text, self.color_err);
    }
}

fn write(stream: &mut impl Write, text: &str, color: bool) -> io::Result<()> {
    if color {
        stream.write_all(text.as_bytes())?;
    } else {
        write!(stream, "{}", anstream::adapter::strip_str(text))?;
    }
    stream.flush()
}
